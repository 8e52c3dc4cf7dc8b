"""The canvas of one pixel's joint table, filled level by level, with three counts of its parameters."""

import streamlit as st

from playground.traces import PixelTableTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_pixel_table",
    html='<div class="pg pg-stepper pg-pixeltable" role="group" aria-label="The joint table of one pixel"></div>',
    css=style("stepper") + (HERE / "pixeltable.css").read_text("utf-8"),
    js=script("stepper", "pixeltable"),
)


def pixel_table_counter(trace: PixelTableTrace, *, key: str, step: int | None = None) -> StepState:
    """Mount the table and return how many levels of red have been counted; step None counts them before the eye."""
    arrays = {"table": trace.table, "chain": trace.chain, "independent": trace.independent}
    limits = (trace.levels, 1)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=(step, None), levels=trace.levels)
