"""The canvas of n binary pixels: states as tiny pictures, and parameters, one pixel more at each step."""

import streamlit as st

from playground.traces import CountTrace
from playground.traces.binary_pixels import LISTED
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_state_count",
    html='<div class="pg pg-stepper pg-statecount" role="group" aria-label="States of binary pixels"></div>',
    css=style("stepper") + (HERE / "statecount.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "statecount"),
)


def state_counter(trace: CountTrace, *, key: str, step: int | None = None) -> StepState:
    """Mount the count and return at how many pixels the visitor stands; step None counts up to n."""
    arrays = {"log10_states": trace.log10_states}
    limits = (trace.pixels, 1)
    return mount_stepper(
        _component, arrays, key=key, limits=limits, start=(step, None), pixels=trace.pixels, listed=LISTED
    )
