"""The canvas of a small world beside independent pixels: samples of both from the same numbers, and every state."""

import streamlit as st

from playground.traces import IndependentTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_independent",
    html='<div class="pg pg-stepper pg-independent" role="group" aria-label="A world and independent pixels"></div>',
    css=style("stepper") + (HERE / "independent.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "states", "independent"),
)
SENT = ("truth", "model", "marginals", "uniforms", "truth_p", "true_samples", "samples")


def independent_player(trace: IndependentTrace, *, key: str, step: int | None = None) -> StepState:
    """Mount both sets of samples and return how many pixels are written; step None plays them."""
    arrays = {name: getattr(trace, name) for name in SENT}
    arrays |= {"allowed": trace.possible(trace.samples), "true_allowed": trace.possible(trace.true_samples)}
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(trace.samples.shape[1], 1),
        start=(step, None),
        shape=list(trace.shape),
        entropy=trace.entropy,
        kl=trace.kl,
        forbidden=trace.forbidden,
    )
