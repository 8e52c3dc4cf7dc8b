"""What a lecturer needs at the front of a room, on every page: present mode, keys, and controls hidden by the link."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from ..widgets import copy_link, lecture_keys, lecture_wish
from ..words import LANGUAGES
from .held import held
from .link import HIDDEN_ANEW, hidden_names, keep, kept, setting_names
from .words import language, t

PRESENT = Path(__file__).with_name("present.css").read_text("utf-8")
GO = "lecture:go"  # in the session: to the view so many places further on
WRONG = "lecture:wrong"  # in the session: what was wrong with the link, by name
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def settle_lecture() -> list[str]:
    """Take over from the link, and from the lecturer's keys, what holds on every page; notices of what is wrong."""
    found = st.session_state.setdefault(WRONG, {})
    wish = lecture_wish()
    if wish and wish.present is not None:
        keep("present", "1" if wish.present else None)
        found.pop("present", None)
    if wish and wish.go:
        st.session_state[GO] = wish.go  # until it is gone: this run may be interrupted before
    wanted = st.query_params.get("present")
    if wanted is not None and wanted != kept("present"):
        keep("present", "1" if wanted == "1" else None)
        found.pop("present", None)
        if wanted not in ("0", "1"):
            words = t(
                "present={wrong} is not allowed: 1 for present mode; it is left out instead", wrong=repr(wanted[:40])
            )
            found["present"] = words
    wanted = st.query_params.get("hide")
    if wanted is not None and wanted != kept("hide"):
        names = dict.fromkeys(part.strip() for part in wanted.split(","))
        wrong = [name for name in names if name and not NAME.fullmatch(name)]
        keep("hide", ",".join(name for name in names if name and name not in wrong) or None)
        st.session_state[HIDDEN_ANEW] = True
        found.pop("hide", None)
        if wrong:
            found["hide"] = t("hide holds {wrong}, which is no name of a control", wrong=repr(wrong[0][:40]))
    return list(found.values())


@contextmanager
def lecture(page: Any, views: list[Any]) -> Iterator[None]:
    """Around the run of a page: before it the keys and what is hidden, after it the panel that hides controls.

    views: all pages, in the order in which the keys go through them.
    """
    if by := st.session_state.pop(GO, 0):
        place = [view.url_path for view in views].index(page.url_path)
        st.switch_page(views[(place + by) % len(views)])
    st.html(f"<style>{PRESENT}{_hiding(page.url_path)}</style>")
    lecture_keys(kept("present") == "1", tuple(LANGUAGES), language())
    with st.sidebar:
        st.button(
            t("Present mode"), icon=":material/present_to_all:", key="present", on_click=keep, args=("present", "1")
        )
        copy_link("copy-link:sidebar")
    yield
    with st.sidebar:
        _panel(page.url_path)


def _hiding(view: str) -> str:
    """The style that hides the controls of a view: Streamlit marks each with its key, `view:name`."""
    keys = [f"st-key-{view}-{name}" for name in hidden_names()]
    chosen = ", ".join(f'.{key}, [class*="{key}-"]' for key in keys)
    return f"{chosen} {{display: none !important;}}" if chosen else ""


def _panel(view: str) -> None:
    """The view's controls, each with a switch that hides it: so the link is made."""
    names = [name for name in setting_names() if f"{view}:{name}" in st.session_state]
    if not names:
        return

    def settle() -> None:
        others = [name for name in hidden_names() if name not in names]
        chosen = [name for name in names if st.session_state[f"hide:{view}:{name}"]]
        keep("hide", ",".join([*others, *chosen]) or None)

    with st.expander(t("Hide controls"), icon=":material/visibility_off:"):
        st.caption(t("What is switched on is hidden, keeps its value, and stays hidden for all who open the link."))
        for name in names:
            key = f"hide:{view}:{name}"
            st.session_state[key] = name in hidden_names()
            held(st.toggle, f"`{name}`", key=key, on_change=settle)
