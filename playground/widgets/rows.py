"""A picture read row by row: the rows read, the memory, the opinion, all beside one another, row by row."""

import numpy as np
import streamlit as st

from playground.traces import RowsTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_rows",
    html='<div class="pg pg-stepper pg-rows" role="group" aria-label="A digit, read row by row"></div>',
    css=style("stepper") + "\n" + (HERE / "rows.css").read_text("utf-8"),
    js=script("stepper", "rowsdraw", "rows"),
)


def row_reader(trace: RowsTrace, *, key: str, step: int | None = None, focus: int | None = None) -> StepState:
    """Mount the reading and return where the visitor stands: rows read, and the pinned unit, or None.

    step, focus: where a reading that is new to this canvas opens; step None plays it.
    """
    arrays = {
        "picture": trace.picture,
        "probabilities": trace.probabilities.astype(np.float32),
        "entropy": trace.entropy.astype(np.float32),
        "memory": trace.memory,
        "hidden": trace.hidden,
        "gates": trace.gates,
        "verdicts": trace.verdicts.astype(np.int32),
        "changes": trace.changes.astype(np.int32),
    }
    units = trace.memory.shape[1]
    return mount_stepper(_component, arrays, key=key, limits=(len(trace.picture), units), start=(step, focus))
