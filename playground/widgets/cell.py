"""A recurrent cell reads a text, step by step: units over time, gates and states of one step, formulas, what is next.

The whole reading is sent once; stepping, following a unit, sorting and hovering happen in the browser. What comes back,
at rest, is the step and the unit that is followed.
"""

import numpy as np
import streamlit as st

from playground.traces import CellTrace
from playground.traces.cell import SCORES
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

HTML = '<div class="pg pg-stepper pg-cell" role="group" aria-label="A recurrent cell, step by step"></div>'
FINE = 32767  # steps between 0 and 1 in which a gate travels
_component = st.components.v2.component(
    "generative_playground_cell",
    html=HTML,
    css=style("stepper") + (HERE / "cell.css").read_text("utf-8"),
    js=script("stepper", "celltext", "cellformulas", "cellunits", "cell"),
)


def cell_player(trace: CellTrace, *, key: str, step: int | None = None, unit: int | None = None) -> StepState:
    """Mount a reading and return where the visitor stands: characters read, and as focus the number of the unit that is
    followed.

    `step` and `unit` are where a reading that is new to this canvas opens; step None plays it, unit None follows the
    one that keeps its memory longest.
    """
    arrays = {
        "gate": np.rint(trace.gate * FINE).clip(-FINE, FINE).astype(np.int16),
        "from_input": trace.from_input,
        "from_hidden": trace.from_hidden.clip(-6e4, 6e4).astype(np.float16),
        "memory": trace.memory,
        "log_p": trace.log_p,
        "row": trace.row.astype(np.uint16),
        "codes": trace.codes.astype(np.uint16),
        "at": trace.at.astype(np.int32),
        "units": trace.units.astype(np.int32),
        "score": trace.score,
    }
    if "output" in trace.gates:  # only then is the hidden state another thing than the memory
        arrays["hidden"] = trace.hidden
    known = unit is not None and unit in trace.units
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(trace.steps, trace.total),
        start=(step, unit if known else int(trace.units[trace.telling])),
        text=trace.text,
        symbols=trace.symbols,
        cell=trace.cell,
        gates=list(trace.gates),
        sums=list(trace.sums),
        scores=list(SCORES),
        total=trace.total,
        fine=FINE,
    )
