"""The canvas of draws of one variable: the uniform number on its ruler, the bins, the running log-likelihood."""

import streamlit as st

from playground.traces import DrawsTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_draws",
    html='<div class="pg pg-stepper pg-draws" role="group" aria-label="Draws of one variable"></div>',
    css=style("stepper") + (HERE / "draws.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "draws"),
)
SENT = ("probabilities", "order", "edges", "uniforms", "values", "counts", "log_likelihood", "best")


def draws_watcher(trace: DrawsTrace, *, key: str, step: int | None = None) -> StepState:
    """Mount the draws and return how many of them have been seen; step None plays them."""
    arrays = {name: getattr(trace, name) for name in SENT}
    limits = (len(trace.values), 1)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=(step, None), entropy=trace.entropy)
