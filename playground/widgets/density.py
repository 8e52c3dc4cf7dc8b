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
    """Where the visitor stands. step: values drawn, 0 … D; focus: the sample, 0 … N − 1."""

    step: int
    focus: int


def drawn_points(key: str, opened: np.ndarray) -> np.ndarray:
    """The points (n, 2) uint8 on the plane of the player `key`, 0 … 255 along either axis; at first those of `opened`.

    Ask for them before the player is mounted, to make its trace from them.
    """
    memory = _memory(key)
    if "points" not in memory:
        memory["points"] = opened
    _adopt(memory, _state(key).get("drawing"))
    return memory["points"]


def density_player(
    trace: RnadeTrace | None,
    *,
    key: str,
    step: int = 0,
    focus: int = 0,
    editable: bool = False,
    note: str = "",
    alone: bool = False,
    height: int = 420,
) -> DensityState:
    """Mount the player and return where the visitor stands.

    `step` and `focus` are where it opens; from then on the browser owns them. `editable` makes the plane one to draw
    on, with the points of `drawn_points`. Without a trace the plane is empty and `note` says why. `alone` leaves
    the plane only, to draw on. `height` is of the
    plane or picture, in CSS pixels.
    """
    memory = _memory(key)
    samples, steps = (0, 2) if trace is None else trace.values.shape
    view = _state(key).get("view")
    for name, start, most in (("step", step, steps), ("focus", focus, max(samples - 1, 0))):
        memory.setdefault(name, start)
        reported = _whole(view.get(name) if isinstance(view, Mapping) else None, most)
        if reported is not None and samples:
            memory[name] = reported
    here = DensityState(min(memory["step"], steps), min(memory["focus"], max(samples - 1, 0)))
    drawn = memory.get("points", np.zeros((0, 2), np.uint8))
    made_of = (drawn.tobytes(), note, height)
    if memory.get("made_of") != made_of or memory.get("trace") is not trace:  # a rerun then costs a comparison
        meta = _meta(trace) | {
            "height": height,
            "note": note,
            "editable": editable,
            "most": MOST_POINTS,
            "alone": alone,
        }
        opening = {"step": here.step, "focus": here.focus, "edit": memory["edit"]}
        memory["payload"] = pack(_arrays(trace) | {"dots": drawn.ravel()}, **meta, **opening)
        memory["made_of"], memory["trace"] = made_of, trace
    _component(
        key=key,
        data=memory["payload"],
        default={"view": None, "drawing": None},
        on_view_change=_nothing,
        on_drawing_change=_nothing,
    )
    return here


def _memory(key: str) -> dict[str, Any]:
    """What is kept of a player between reruns, and while its page is closed."""
    return st.session_state.setdefault(f"{key}:density", {"edit": 0})


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
    """Take over the points that the browser drew; anything unreadable is left alone."""
    if not isinstance(raw, Mapping):
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
