"""The room of a lecture in the sidebar: open one and be followed, or follow one. All of it happens in the browser, but
that another page or other settings of a view are asked for here."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.widgets.assets import script, style

KEY = "lecture-room"
_component = st.components.v2.component(
    "generative_playground_room",
    html='<div class="pg pg-room" role="group" aria-label="Lecture room"></div>',
    css=style("room"),
    js=script("roomplace", "roomlive", "room"),
)


def room_asks() -> Mapping[str, Any] | None:
    """{id, page, query} of the place that a follower's browser asks for, as it came; None before it asked."""
    state = st.session_state.get(KEY)
    asked = state.get("go") if isinstance(state, Mapping) else None
    return asked if isinstance(asked, Mapping) else None


def room_panel(page: str, done: str | None) -> None:
    """Mount the panel. page: the last part of this view's address. done: the id of the place that was gone to last."""
    _component(key=KEY, data={"page": page, "done": done}, default={"go": None}, on_go_change=_nothing)


def _nothing() -> None:
    """Streamlit knows a state by its callback, so it has one."""
