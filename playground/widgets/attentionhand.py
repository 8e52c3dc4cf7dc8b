"""Attention by hand as matrices of numbers: what is multiplied lights up, and every cell tells its sum."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import AttentionHandTrace, format_edits, parse_edits
from playground.traces.attention_hand import EDIT, LARGEST, MATRICES
from playground.widgets.assets import HERE, script, style
from playground.widgets.edits import Edits
from playground.widgets.stepper import StepState, mount_stepper

STEPS = 8  # the words; Q, K, V; QKᵀ; ÷ √d_k; the mask; the softmax; the weighted sum
MOST_EDITED, ACROSS = 160, 8  # entries that can be typed; a pinned cell is row · ACROSS + column
LONGEST_WORD = 20
_component = st.components.v2.component(
    "generative_playground_attention_hand",
    html='<div class="pg pg-stepper pg-hand" role="group" aria-label="Attention as matrices of numbers"></div>',
    css=style("stepper") + (HERE / "attentionhand.css").read_text("utf-8"),
    js=script("stepper", "attentionhand"),
)


def typed_entries(key: str) -> str | None:
    """The typed entries that the visitor wants since the last run, None if there are no new ones. Ask before the trace
    is made."""
    memory, state = st.session_state.get(f"{key}:edits"), st.session_state.get(key)
    raw = state.get("wanted") if isinstance(state, Mapping) else None
    if memory is None or not memory.heard(raw):
        return None
    wanted = _read(raw.get("edits"))
    if wanted is None:
        memory.content = None  # a new revision: the browser shows again what is
        return None
    memory.accept(raw, wanted)
    return wanted


def attention_player(
    trace: AttentionHandTrace,
    edits: str,
    *,
    key: str,
    start: tuple[int | None, int | None] = (None, None),
    causal: bool = True,
) -> StepState:
    """Mount the matrices and return the stage, 0 … 8, and the pinned cell.

    edits: the typed entries that the trace was made with. start: the stage and the cell with which the first trace
    opens (None plays it); later ones stay where the visitor is.
    """
    memory: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    stood = st.session_state.get(f"{key}:stood")
    shown = memory.show(edits)
    words = [word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…" for word in trace.words.tolist()]

    def component(**given: Any) -> Any:
        given["default"] |= {"wanted": None}
        return _component(**given, on_wanted_change=_nothing)

    found = mount_stepper(
        component,
        {name: getattr(trace, name) for name in _fields(trace)} | {"edited": trace.edited},
        key=key,
        limits=(STEPS, ACROSS * ACROSS),
        start=start if stood is None else stood,
        words=words,
        causal=causal,
        edits=[list(entry) for entry in parse_edits(edits)],
        limit=LARGEST,
        **shown,
    )
    st.session_state[f"{key}:stood"] = (found.step, found.focus)
    return found


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _fields(trace: AttentionHandTrace) -> list[str]:
    return [n for n, v in vars(trace).items() if isinstance(v, np.ndarray) and v.dtype.kind in "fb"]


def _read(raw: Any) -> str | None:
    """The entries that a browser wants, as a link carries them; None where they are not allowed."""
    if not isinstance(raw, list) or len(raw) > MOST_EDITED:
        return None
    entries = []
    for entry in raw:
        if not isinstance(entry, list) or len(entry) != 4 or entry[0] not in MATRICES:
            return None
        name, row, column, value = entry
        whole = type(row) is int and type(column) is int and 0 <= row < ACROSS and 0 <= column < ACROSS
        if not whole or isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            return None
        entries.append((name, row, column, float(value)))
    text = format_edits(entries)
    return text if all(EDIT.fullmatch(part) for part in filter(None, text.split(","))) else None
