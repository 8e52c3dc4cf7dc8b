"""The canvas of a fit where every state is listed: distributions as bars, likelihoods and divergences as curves."""

import numpy as np
import streamlit as st

from playground.traces import LikelihoodTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_likelihood",
    html='<div class="pg pg-stepper pg-likelihood" role="group" aria-label="A model is fitted to data"></div>',
    css=style("stepper") + (HERE / "likelihood.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "states", "likelihood"),
)
SENT = ("steps", "truth", "data", "learned", "train", "test", "forward", "test_kl", "reverse", "slope")


def likelihood_player(trace: LikelihoodTrace, *, key: str, step: int | None = None, replay: int = 0) -> int:
    """Mount the fit and return the training step at which the visitor stands.

    step: where a fit that is new to this canvas opens, at the last recorded step that is not later; None plays it.
    replay: another number plays it anew.
    """
    arrays = {name: getattr(trace, name) for name in SENT}
    frame = None if step is None else max(0, int(np.searchsorted(trace.steps, step, side="right")) - 1)
    state = mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(len(trace.steps) - 1, 1),
        start=(frame, None),
        shape=list(trace.shape),
        objective=trace.objective,
        entropyData=trace.entropy_data,
        entropyTruth=trace.entropy_truth,
        replay=replay,
    )
    return int(trace.steps[state.step])
