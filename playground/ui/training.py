"""A training in front of the visitor, which can be cancelled."""

from typing import Any

import streamlit as st

from .link import Link
from .resources import engine, run
from .words import t


def trained(link: Link, settings: Any, button: Any, progress: Any, name: str = "") -> Any:
    """The trace of a training; while it runs it can be cancelled, and then there is None until it is asked for again.

    button, progress: places for the Cancel button and the bar. name: tells two trainings of one view apart,
    "training" where none is given.
    """
    name = name or t("training")
    shared, cancelled = engine(), f"{link.view}:cancelled"
    if st.session_state.get(cancelled) == settings.key():
        st.info(t("The {name} of these settings was cancelled.", name=name), icon=":material/cancel:")
        st.button(
            t("Train"), type="primary", key=f"{link.view}:train", on_click=st.session_state.pop, args=(cancelled,)
        )
        return None
    if not shared.holds(settings):
        note = {"on_click": st.session_state.__setitem__, "args": (cancelled, settings.key())}
        button.button(t("Cancel"), icon=":material/cancel:", key=f"{link.view}:cancel:{name}", width="stretch", **note)
    trace = run(settings, progress, t("Training … {:.0%}"))
    button.empty()
    return trace
