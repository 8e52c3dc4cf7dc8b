"""An RBM learning a small world: each state's bar beside the truth, KL, and log Z counted beside log Z estimated."""

import streamlit as st

from playground.traces import RbmWorldTrace
from playground.widgets.assets import script, style
from playground.widgets.smallworld import mount_world

HTML = '<div class="pg pg-world pg-rbmworld" role="group" aria-label="An RBM learns" data-playing="false"></div>'
_component = st.components.v2.component(
    "generative_playground_rbm_world",
    html=HTML,
    css=style("smallworld") + style("rbmworld"),
    js=script("stepper", "smallworld", "rbmworld"),
)


def rbm_world(trace: RbmWorldTrace, *, key: str, step: int | None = None, replay: int = 0, height: int = 528) -> int:
    """Mount the training and return the step at which the visitor stands; the arguments are those of `small_world`."""
    further = {
        "logZ": trace.log_partition,
        "estimated": trace.estimated,
        "error": trace.error,
        "effective": trace.effective,
        "agreement": trace.agreement,
        "weight": trace.weight,
        "free": trace.free,
    }
    return mount_world(_component, trace, further, key=key, step=step, replay=replay, height=height)
