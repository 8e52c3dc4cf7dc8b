"""The canvas of one half picture that several models complete, each in its own way, all of them at the same time."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from playground.traces import CompareCompleteTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.dimensions import as_bytes
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_halfdigit",
    html='<div class="pg pg-stepper pg-halfdigit" role="group" aria-label="Half a digit, by every model"></div>',
    css=style("stepper") + "\n" + (HERE / "halfdigit.css").read_text("utf-8"),
    js=script("stepper", "halfdigit"),
)


def half_digit_player(
    trace: CompareCompleteTrace,
    *,
    key: str,
    titles: Sequence[str],
    step: int | None = None,
    focus: int | None = None,
) -> StepState:
    """Mount all completions and return the frame, 0 … F, and the pinned one, model · C + completion.

    titles: of the models. step, focus: where a trace that is new to this canvas opens; step None plays it.
    """
    models, frames, count = trace.fit.shape
    still = np.array([way in ("conditionals", "ordering") for way in trace.ways])  # the same values in every frame
    made = as_bytes(trace.made).reshape(models, frames, count, -1)
    arrays = {
        "keep": trace.keep.reshape(-1),
        "given": as_bytes(trace.given).reshape(models, -1),
        "written": trace.written.astype(np.uint8),
        "still": made[still, -1],
        "moving": made[~still],
        "fit": trace.fit,
        "later": trace.later,
        "steps": trace.steps,
    }
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(frames - 1, models * count),
        start=(step, focus),
        shape=list(trace.shape),
        titles=list(titles),
        ways=list(trace.ways),
        best=trace.best().tolist(),
    )
