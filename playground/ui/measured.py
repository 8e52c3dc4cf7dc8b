"""A measurement on a page: made at the first visit and at each press, cancelled by a button, kept until the next."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from .link import Link
from .resources import run
from .words import t


def measured(
    link: Link, settings: Any, pressed: bool, cancel: Any, words: str | Callable[[float], str], at_once: bool = True
) -> tuple[Any, Any]:
    """The settings and the trace of the last measurement; where the page's have changed since, it says so.

    pressed: whether another one was asked for just now. cancel: an empty place for the button that stops it. words: as
    of `run`. After a measurement that was cancelled with none before it, the page says so and ends here. at_once: False
    waits for the first press, and until a measurement is done the trace is None.
    """
    result, cancelled = f"{link.view}:result", f"{link.view}:cancelled"
    if pressed or (at_once and not (result in st.session_state or cancelled in st.session_state)):
        place = st.empty()
        cancel.button(
            t("Cancel"),
            icon=":material/stop:",
            width="stretch",
            key=f"{link.view}:cancel",
            on_click=lambda: st.session_state.update({cancelled: True}),
        )
        trace = run(settings, place, words)
        cancel.empty()
        st.session_state[result] = (settings, trace)
    if result not in st.session_state and not at_once:
        return settings, None
    if result not in st.session_state:
        st.info(t("The measurement was cancelled: press **Measure** to start another."), icon=":material/timer:")
        st.stop()
    of, trace = st.session_state[result]
    if of != settings:
        st.caption(t("The settings have changed since this measurement: press **Measure**."))
    return of, trace
