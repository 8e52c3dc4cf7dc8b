"""The rooms of this process, and a follower's way to where the lecturer stands."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from ..roomroutes import room_routes
from ..rooms import BadPlace, Place, Rooms
from ..widgets import room_asks, room_panel
from ..widgets.edits import Edits
from .link import KEPT

ROOMS = Rooms()
DONE = "room:done"  # in the session: the id of the place that was gone to last
GOAL = "room:goal"  # in the session: that place, where it was gone to from, and when
LATELY = 1.5  # seconds
SHARED = dict.fromkeys(("made-graph", "made-masks", "made-break"), ("made-lab",))  # views of one network, of one link


def routes() -> list[Any]:
    """The addresses of the rooms, for the server."""
    return room_routes(ROOMS, st.get_option("server.baseUrlPath"))


def room(page: Any, sections: Mapping[str, list[Any]]) -> None:
    """The room's panel in the sidebar of `page`; where a follower's browser asks for the lecturer's place, that place.

    Call it before the page runs: other settings are then a link that was just opened, another page is switched to.
    """
    place = _goal(page.url_path)
    pages = {known.url_path: known for family in sections.values() for known in family}
    if place and place.page in pages:
        forget(place.page)
        query = dict(parse_qsl(place.query, keep_blank_values=True)) | st.session_state.get(KEPT, {})
        if place.page != page.url_path:
            st.switch_page(pages[place.page], query_params=query)
        st.query_params.from_dict(query)
    with st.sidebar:
        room_panel(page.url_path, st.session_state.get(DONE))


def _goal(page: str) -> Place | None:
    """Where to go in this run, if anywhere: to the place that is asked for. A message that was on its way meanwhile, of
    a canvas for instance, ends the run that goes there and brings the former link along: then there once more."""
    asked, here = room_asks(), (page, st.query_params.to_dict())
    if asked and asked.get("id") != st.session_state.get(DONE):
        st.session_state[DONE] = asked.get("id")
        st.session_state[GOAL] = (_readable(asked), here, time.monotonic())
    place, left, when = st.session_state.get(GOAL, (None, None, 0.0))
    return place if left == here and time.monotonic() - when < LATELY else None


def forget(view: str) -> None:
    """Let a view that was open before take everything from its link again. What its canvases remember of their browser
    side stays: they are still mounted, and a canvas that is given something else takes it over."""
    for name in (view, *SHARED.get(view, ())):
        st.session_state.pop(f"link:{name}", None)
        for key in list(st.session_state):
            if str(key).startswith(f"{name}:") and not isinstance(st.session_state[key], Mapping | Edits):
                del st.session_state[key]


def _readable(asked: Mapping[str, Any]) -> Place | None:
    """The place, if it is one: what comes from a browser may be anything."""
    try:
        return Place.read(asked)
    except BadPlace:
        return None
