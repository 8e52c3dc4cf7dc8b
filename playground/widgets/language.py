"""The choice of a language: the page is opened again by its own link, with another `lang` in it."""

from collections.abc import Mapping

import streamlit as st

from playground.widgets.assets import script, style

_component = st.components.v2.component(
    "generative_playground_language",
    html='<div class="pg pg-language" role="group"></div>',
    css=style("language"),
    js=script("language"),
)


def language_switch(languages: Mapping[str, str], current: str, label: str, key: str = "language") -> None:
    """Mount one button for each language. languages: code → its own name for itself. current: the code in use."""
    _component(key=key, data={"languages": dict(languages), "current": current, "label": label})
