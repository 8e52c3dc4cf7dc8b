"""Which language a visitor reads, and the texts of pages and controls in it."""

from typing import Any

import streamlit as st

from ..words import LANGUAGES, translated
from .link import keep, kept

DEFAULT = next(iter(LANGUAGES))


def language() -> str:
    """The visitor's language: a key of `LANGUAGES`."""
    return kept("lang") or DEFAULT


def settle_language() -> str | None:
    """Take over the language of the link. Returns a notice where there is none of this name."""
    wanted = st.query_params.get("lang")
    if wanted is None or wanted == kept("lang"):
        return None
    if wanted in LANGUAGES:
        keep("lang", wanted)
        return None
    keep("lang", None)
    known = ", ".join(LANGUAGES)
    return f"lang={wanted[:40]!r} is not allowed: known are {known}; using {DEFAULT} instead"


def t(text: str, **values: Any) -> str:
    """A text in the visitor's language, with its {names} filled in. It is written in English, in quotes: the
    catalogues in `lessons/` are made from what stands in such calls."""
    said = translated(text, language())
    return said.format(**values) if values else said
