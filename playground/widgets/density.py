"""The density player: a sample of a real-valued model, one conditional at a time, in the plane or in a picture.

The trace is sent once; scrubbing, playing, choosing a sample and hovering happen in the browser. What comes back, at
rest, is where the visitor stands and, on a plane that may be drawn on, the points.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import MOST_POINTS, PLANE_EDGE, RnadeTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import pack

HTML = '<div class="pg pg-density" role="group" aria-label="Conditionals, one after another"></div>'
_component = st.components.v2.component(
    "generative_playground_density", html=HTML, css=style("density"), js=script("mixture", "density")
)


@dataclass(frozen=True)
class DensityState:
    """Where the visitor stands. step: values drawn, 0 … D; focus: the sample; points: (n, 2) uint8, what is drawn."""

    step: int
    focus: int
    points: np.ndarray


def density_player(
    trace: RnadeTrace | None,
    *,
    key: str,
    step: int = 0,
    focus: int = 0,
    points: np.ndarray | None = None,
    note: str = "",
    height: int = 420,
) -> DensityState:
    """Mount the player and return where the visitor stands.

    `step` and `focus` are where it opens; from then on the browser owns them. `points` (n, 2) uint8 makes the plane
    one to draw on, which opens with them; passing other points than those on it later replaces what is drawn. Without
    a trace the plane is empty and `note` says why. `height` is of the plane or picture, in CSS pixels.
    """
    memory = st.session_state.setdefault(f"{key}:density", {"step": step, "focus": focus, "edit": 0, "push": 1})
    samples, steps = (0, 2) if trace is None else trace.values.shape
    view = _state(key).get("view")
    for name, most in (("step", steps), ("focus", max(samples - 1, 0))):
        reported = _whole(view.get(name) if isinstance(view, Mapping) else None, most)
        memory[name] = min(memory[name] if reported is None or not samples else reported, most)
    if points is not None:
        memory.setdefault("points", points)
        _adopt(memory, _state(key).get("drawing"))
        if not any(np.array_equal(points, known) for known in (memory["points"], memory.get("passed"))):
            memory.update(points=points, edit=0, push=memory["push"] + 1)
        memory["passed"] = points
    drawn = memory.get("points", np.zeros((0, 2), np.uint8))
    made_of = (id(trace), drawn.tobytes(), memory["push"], note, height)
    if memory.get("made_of") != made_of:  # pack only when something changed: a rerun then costs a comparison
        meta = _meta(trace) | {"height": height, "note": note, "editable": points is not None, "most": MOST_POINTS}
        opening = {name: memory[name] for name in ("step", "focus", "edit", "push")}
        memory["payload"] = pack(_arrays(trace) | {"dots": drawn.ravel()}, **meta, **opening)
        memory["made_of"], memory["trace"] = made_of, trace  # the trace is kept, so that its id stays its own
    _component(
        key=key,
        data=memory["payload"],
        default={"view": None, "drawing": None},
        on_view_change=_nothing,
        on_drawing_change=_nothing,
    )
    return DensityState(memory["step"], memory["focus"], drawn)


def _nothing() -> None:
    """Streamlit knows a state by its callback, so each has one."""


def _state(key: str) -> Mapping[str, Any]:
    """What the browser reported before this run; empty when the component is not on the page yet."""
    state = st.session_state.get(key)
    return state if isinstance(state, Mapping) else {}


def _arrays(trace: RnadeTrace | None) -> dict[str, np.ndarray]:
    names = ("order", "values", "noise", "weights", "means", "scales", "log_likelihood", "density", "points")
    if trace is not None:
        return {name: getattr(trace, name) for name in names}
    empty = {name: np.zeros((0, 2), np.float32) for name in names}
    mixtures = {name: np.zeros((0, 2, 1), np.float32) for name in ("weights", "means", "scales")}
    return empty | mixtures | {"order": np.arange(2, dtype=np.int32)}


def _meta(trace: RnadeTrace | None) -> dict[str, Any]:
    if trace is None:
        window = [-PLANE_EDGE, PLANE_EDGE] * 2
        return {"shape": [1, 2], "levels": 0, "laplace": False, "window": window, "edge": PLANE_EDGE}
    return {
        "shape": list(trace.shape),
        "levels": trace.levels,
        "laplace": trace.head == "laplace-mixture",
        "window": trace.window.tolist(),
        "edge": PLANE_EDGE,
    }


def _whole(value: Any, most: int) -> int | None:
    """The value, if it is a whole number from 0 to `most`: what a browser sends is never trusted."""
    return value if type(value) is int and 0 <= value <= most else None


def _adopt(memory: dict[str, Any], raw: Any) -> None:
    """Take over the points that the browser drew on top of the latest push; anything unreadable is left alone."""
    if not isinstance(raw, Mapping) or raw.get("push") != memory["push"]:
        return
    edit, text = _whole(raw.get("edit"), 1_000_000), raw.get("points")
    if edit is None or not isinstance(text, str) or len(text) > 4 * MOST_POINTS:
        return
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return
    if len(data) % 2 == 0 and len(data) <= 2 * MOST_POINTS:
        memory.update(points=np.frombuffer(data, np.uint8).reshape(-1, 2), edit=edit)
