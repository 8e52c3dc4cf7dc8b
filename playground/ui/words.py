"""Which language a visitor reads, and the texts of pages and controls in it."""

from typing import Any

import streamlit as st

from ..words import LANGUAGES, translated

KEPT = "link:kept"  # in the session: what stays in the link from page to page, the language among it
DEFAULT = next(iter(LANGUAGES))


def language() -> str:
    """The visitor's language: a key of `LANGUAGES`."""
    return st.session_state.get(KEPT, {}).get("lang") or DEFAULT


def t(text: str, **values: Any) -> str:
    """A text in the visitor's language, with its {names} filled in. It is written in English, in quotes: the
    catalogues in `lessons/` are made from what stands in such calls."""
    said = translated(text, language())
    return said.format(**values) if values else said
