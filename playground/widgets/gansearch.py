"""The canvas of a search for the code whose picture is nearest to a drawing."""

import streamlit as st

from playground.traces import GanSearchTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.dimensions import as_bytes
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_gansearch",
    html='<div class="pg pg-stepper pg-gansearch" role="group" aria-label="A search for a code of a GAN"></div>',
    css=style("stepper") + "\n" + (HERE / "gansearch.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "gansearch"),
)


def gan_search_player(
    trace: GanSearchTrace, *, key: str, step: int | None = None, focus: int | None = None, replay: int = 0
) -> StepState:
    """Mount the drawing, the picture of the start in focus, and the curves of all; returns the step and the start.

    step, focus: where a trace that is new to this canvas opens; step None plays it. replay: another number plays anew.
    """
    arrays = {
        "target": as_bytes(trace.target).reshape(-1),
        "pictures": as_bytes(trace.pictures).reshape(*trace.rmse.shape, -1),
        "rmse": trace.rmse,
        "norm": trace.norm,
        "logits": trace.logits,
    }
    meta = {"shape": list(trace.shape), "logit": trace.target_logit, "best": trace.best, "latent": trace.codes.shape[2]}
    limits = (len(trace.rmse) - 1, trace.rmse.shape[1])
    start = (step, focus)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=start, replay=replay, **meta)
