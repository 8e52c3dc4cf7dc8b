"""Two canvases for orderings: one picture completed under several of them, in step, and a pad on which one is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import OrderingsTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import pack
from playground.widgets.stepper import StepState, drawn_shape, mount_stepper

_panels = st.components.v2.component(
    "generative_playground_orderings",
    html='<div class="pg pg-stepper pg-orderings" role="group" aria-label="One picture, several orderings"></div>',
    css=style("stepper"),
    js=script("stepper", "orderings"),
)
_pad = st.components.v2.component(
    "generative_playground_orderpad",
    html='<div class="pg pg-stepper pg-orderpad" role="group" aria-label="Draw an ordering"></div>',
    css=style("stepper"),
    js=script("stepper", "orderpad"),
)


def order_panels(trace: OrderingsTrace, *, key: str, step: int | None = None, focus: int | None = None) -> StepState:
    """Mount a panel for each ordering, all at the same step, and return where the visitor stands.

    `step` (None plays from the start) and `focus` (the flat position of a pinned pixel) are where a trace that is new
    to this canvas opens.
    """
    arrays = {
        "order": trace.order,
        "values": trace.values,
        "logits": trace.logits,
        "nats": trace.log_likelihood,
        "noise": trace.noise,
        "given": trace.given,
    }
    positions = trace.noise.size
    return mount_stepper(
        _panels,
        arrays,
        key=key,
        limits=(positions, positions),
        start=(step, focus),
        shape=list(drawn_shape(trace.shape)),
        names=list(trace.names),
        temperature=trace.temperature,
        begin=int(trace.given.sum() % positions) if trace.first else 0,  # the given ones need no playing
    )


@dataclass(frozen=True)
class OrderPadState:
    """What is drawn on the pad."""

    order: tuple[int, ...]  # flat positions that come first, each at most once


def order_pad(*, key: str, shape: tuple[int, int], value: Sequence[int]) -> OrderPadState:
    """Mount a pad on which an ordering is drawn, and return what is on it.

    `value` is what the pad shows: passing back what was drawn changes nothing, passing another one replaces it.
    A message from the browser that is no ordering is left aside: the last one stays.
    """
    memory = st.session_state.setdefault(f"{key}:orderpad", {"push": 0, "edit": 0, "order": None, "known": None})
    positions = shape[0] * shape[1]
    before = (memory["push"], memory["edit"])
    drawn = _drawn(st.session_state.get(key), memory, positions)
    if drawn is not None:
        memory.update(edit=drawn[0], order=drawn[1])
    elif memory["order"] is None or tuple(value) != memory["order"]:
        memory.update(push=memory["push"] + 1, edit=0, order=tuple(value))
    gone = memory["edit"] > 0 and (memory["push"], memory["edit"]) == before and not _message(st.session_state.get(key))
    if memory["known"] != (memory["push"], shape) or gone:  # new, or the visitor comes back to what was drawn
        memory["known"] = (memory["push"], shape)
        order = np.array(memory["order"], np.int32)
        memory["payload"] = pack({"order": order}, shape=list(shape), push=memory["push"], edit=memory["edit"])
    _pad(key=key, data=memory["payload"], default={"drawing": None}, on_drawing_change=_nothing)
    return OrderPadState(memory["order"])


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _message(state: Any) -> Mapping[str, Any] | None:
    raw = state.get("drawing") if isinstance(state, Mapping) else None
    return raw if isinstance(raw, Mapping) else None


def _drawn(state: Any, memory: dict[str, Any], positions: int) -> tuple[int, tuple[int, ...]] | None:
    """(edit, order) of a drawing on top of the latest push that is news; what a browser sends is never trusted."""
    raw = _message(state)
    if raw is None or raw.get("push") != memory["push"]:
        return None
    edit, order = raw.get("edit"), raw.get("order")
    if type(edit) is not int or not memory["edit"] < edit < 1_000_000 or not isinstance(order, list):
        return None
    if any(type(p) is not int or not 0 <= p < positions for p in order) or len(set(order)) < len(order):
        return None
    return edit, tuple(order)
