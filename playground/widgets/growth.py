"""The samples of several models side by side, all growing on one axis of time, each in its own way.

Everything is sent once; which of the frames and pixels are shown at a share of the work is looked up in the browser.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground.traces import GrowthTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_growth",
    html='<div class="pg pg-stepper pg-growth" role="group" aria-label="Samples of all models"></div>',
    css=style("stepper") + "\n" + (HERE / "growth.css").read_text("utf-8"),
    js=script("stepper", "growth"),
)

TICKS = 1_000  # of the shared axis: 0 … 100 %
AXES, FACES = ("share", "passes"), ("drawn", "expected")


@dataclass(frozen=True)
class GrowthState:
    """Where the visitor stands. step: 0 … 1,000 of the axis. axis, face: of `AXES` and `FACES`, what is on the axis and
    what the pictures show."""

    step: int
    axis: str
    face: str


def growth_player(
    traces: list[GrowthTrace],
    titles: list[str],
    *,
    key: str,
    step: int | None = None,
    axis: str = AXES[0],
    face: str = FACES[0],
) -> GrowthState:
    """Mount the samples of some models, one panel each, and return where the visitor stands.

    titles: of the panels. step (None plays), axis, face: where samples that are new to this canvas open.
    """
    arrays: dict[str, np.ndarray] = {}
    for n, trace in enumerate(traces):
        arrays |= {f"{n}.{name}": getattr(trace, name) for name in ("order", "kept", "drawn", "expected")}
        arrays[f"{n}.scores"] = trace.scores.astype(np.float32)
    models = [
        {
            "title": title,
            "name": trace.checkpoint,
            "way": trace.way,
            "steps": trace.steps,
            "passes": trace.passes,
            "score": trace.score,
            "prior": trace.prior,
        }
        for trace, title in zip(traces, titles, strict=True)
    ]
    code = AXES.index(axis) + len(AXES) * FACES.index(face)
    found = mount_stepper(
        _component, arrays, key=key, limits=(TICKS, len(AXES) * len(FACES)), start=(step, code), models=models
    )
    which, where = divmod(found.focus or 0, len(AXES))
    return GrowthState(found.step, AXES[where], FACES[which])
