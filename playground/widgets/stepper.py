"""The Python side of every canvas that steps through one trace: mount it once, and hear where the visitor stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.widgets.payload import pack


@dataclass(frozen=True)
class StepState:
    """Where the visitor stands."""

    step: int  # positions written, 0 … K
    focus: int | None  # what is pinned (a pixel's flat position, a hidden unit), else None


def mount_stepper(
    component: Callable[..., Any],
    arrays: dict[str, np.ndarray],
    *,
    key: str,
    limits: tuple[int, int],
    start: tuple[int | None, int | None],
    **meta: Any,
) -> StepState:
    """Mount a canvas and return where the visitor stands.

    limits: how many steps, and how many things can be pinned. start: the step and the pinned thing with which a trace
    that is new to this canvas opens; step None plays it, from step `begin` of `meta` if there is one. Afterwards the
    browser owns both. Arrays and `meta` tell one trace from another.
    """
    steps, things = limits
    digest = blake2b(repr(sorted(meta.items())).encode(), digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array))
    identity = digest.hexdigest()
    memory = st.session_state.setdefault(f"{key}:stepper", {})
    if memory.get("trace") != identity:
        opened = {"step": start[0], "focus": start[1]}
        memory.update(
            trace=identity, here=(meta.get("begin", 0) if start[0] is None else start[0], start[1]), heard=False
        )
        memory["payload"] = pack(arrays, trace=identity, start=opened, **meta)
    elif memory["heard"] and _view(st.session_state.get(key)) is None:  # left and come back: open where it was left
        opened = {"step": memory["here"][0], "focus": memory["here"][1]}
        memory.update(payload=pack(arrays, trace=identity, start=opened, **meta), heard=False)
    result = component(key=key, data=memory["payload"], default={"view": None}, on_view_change=_nothing)
    view = _view(result)
    if view is not None and view.get("trace") == identity:
        step, focus = _whole(view.get("step"), 0, steps), _whole(view.get("focus"), -1, things - 1)
        if step is not None and focus is not None:
            memory.update(here=(step, focus if focus >= 0 else None), heard=True)
    return StepState(*memory["here"])


def drawn_shape(shape: tuple[int, int]) -> tuple[int, int]:
    """(rows, columns) in which D positions are drawn: an image as it is, a long table's row folded near-square."""
    height, width = shape
    if height > 1 or width <= 32:
        return shape
    columns = int(np.ceil(np.sqrt(width)))
    return -(-width // columns), columns


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _view(state: Any) -> Mapping[str, Any] | None:
    """What the browser reported; None before it did."""
    view = state.get("view") if isinstance(state, Mapping) else None
    return view if isinstance(view, Mapping) else None


def _whole(value: Any, low: int, high: int) -> int | None:
    """The value, if it is a whole number from low to high: what a browser sends is never trusted."""
    return value if type(value) is int and low <= value <= high else None
