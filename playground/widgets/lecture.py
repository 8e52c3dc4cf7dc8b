"""What a lecturer needs on every page: keys, the sheet that lists them, present mode, and a link that is copied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.widgets.assets import script, style

KEY = "lecture"
_component = st.components.v2.component(
    "generative_playground_lecture",
    html='<div class="pg pg-lecture"></div>',
    css=style("lecture"),
    js=script("lecture"),
)
_copy = st.components.v2.component(
    "generative_playground_copy",
    html='<div class="pg pg-copy"></div>',
    css=style("copy"),
    js=script("copy"),
)


@dataclass(frozen=True)
class Wish:
    """What a lecturer asked for by a key. present: whether the page shall be in present mode, None as it is; go: to
    the view so many places further on, 0 stays."""

    present: bool | None = None
    go: int = 0


def lecture_keys(present: bool, languages: Sequence[str], current: str) -> None:
    """Listen to the keys of every page. languages: codes, of which `current` is in use."""
    memory = st.session_state.setdefault(f"{KEY}:memory", {"done": None})
    data = {"present": present, "languages": list(languages), "current": current, **memory}
    _component(key=KEY, data=data, default={"wish": None}, on_wish_change=_nothing)


def lecture_wish() -> Wish | None:
    """What was asked for since the last run; None for nothing. Ask before anything is shown."""
    memory, raw = st.session_state.get(f"{KEY}:memory"), _wished()
    if memory is None or not raw or raw.get("number") == memory["done"]:
        return None
    memory["done"] = raw.get("number")
    present, go = raw.get("present"), raw.get("go")
    return Wish(present if isinstance(present, bool) else None, go if go in (-1, 1) and type(go) is int else 0)


def copy_link(key: str) -> None:
    """A button that copies the page's link and says so."""
    _copy(key=key, data={}, width="content")


def _wished() -> Mapping[str, Any]:
    """The browser's last message, {} before there is one."""
    state = st.session_state.get(KEY)
    wish = state.get("wish") if isinstance(state, Mapping) else None
    return wish if isinstance(wish, Mapping) else {}


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""
