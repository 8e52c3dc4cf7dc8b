"""Controls of the views of latent spaces."""

import secrets
from typing import Any

import streamlit as st

from ..traces import parse_code
from .held import held
from .link import Link
from .words import t


def mended_codes(link: Link, latent: int, *names: str, instead: str) -> None:
    """Codes of the link that are none of this latent space give way to "", each with a notice. instead: what is
    shown in their place, the end of the notice."""
    for name in names:
        link.mend(name, lambda text, name=name: parse_code(text, latent, name), instead)


def corner_seed(link: Link, settings: Any, name: str, code: str, label: str) -> dict[str, Any]:
    """A seed with a button that rolls a new one, or, where a code was put in its place, the way back to the seed.

    name, code: the fields of the link. Returns both.
    """
    key = f"{link.view}:{name}"
    if link.values[code]:
        words = t("{label}: a kept code", label=label)
        back = {"icon": ":material/undo:", "key": f"{key}:back", "width": "stretch"}
        if not st.button(words, help=t("Back to the seed."), **back):
            return {name: link.values[name], code: link.values[code]}
        link.apply(**{code: ""})
        st.rerun()
    low, high = settings.bounds(name)
    st.session_state.setdefault(key, link.values[name])

    def roll() -> None:
        st.session_state[key] = secrets.randbelow(1_000_000)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = held(st.number_input, t("Seed of {label}", label=label), low, high, step=1, key=key)
        st.button("", icon=":material/casino:", key=f"{key}:roll", on_click=roll, help=t("A new seed"))
    return {name: seed, code: ""}


def open_view(view: str, path: str, **query: Any) -> None:
    """Go to another view as a link with these settings would open it, whatever was chosen there before."""
    for key in [key for key in st.session_state if str(key) == f"link:{view}" or str(key).startswith(f"{view}:")]:
        del st.session_state[key]
    st.switch_page(path, query_params={name: str(value) for name, value in query.items()})
