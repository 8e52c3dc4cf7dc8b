"""Which models stand side by side on the pages that compare families, and under which names."""

import streamlit as st

from .gallery import CARDS
from .link import Link
from .resources import engine
from .words import t

# One of each family, in the order in which they are taught.
FAMILIES = (
    "fvsbn-mnist",
    "nade-mnist",
    "made-mnist",
    "pixelcnn-mnist",
    "gated-pixelcnn-mnist",
    "lstm-mnist",
    "transformer-mnist",
    "rbm-mnist",
    "ebm-mnist",
    "vae-mnist",
    "autoencoder-mnist-2d",
    "gan-mnist",
)


def title_of(name: str) -> str:
    """A checkpoint's short title: that of its card, else its own."""
    return CARDS[name][0] if name in CARDS else engine().load(name).description.get("title", name)


def one_of_each(offered: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Those of `FAMILIES` that are offered; where there is none of them, the first `most` offered."""
    return tuple(name for name in offered if name in FAMILIES) or offered[:most]


def models_chosen(link: Link, offered: tuple[str, ...], most: int, further: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A choice of several checkpoints, kept in the link as `checkpoints`, "" for one of each family and `further` ones.

    Unknown names of the link become a notice and are left out.
    """
    always, text = one_of_each(offered, most), link.values["checkpoints"]
    usual = tuple(name for name in offered if name in (*always, *further))
    asked = text.split(",") if text else list(usual)
    if unknown := [name for name in asked if name not in offered]:
        wrong, known = ",".join(unknown)[:60], ", ".join(offered)
        link.refuse(
            t("checkpoints={wrong} is not allowed: known are {known}; left out", wrong=repr(wrong), known=known)
        )
    key = f"{link.view}:checkpoints"
    st.session_state.setdefault(key, [name for name in asked if name in offered] or list(usual))
    shown = t("Models: {count} of {all}", count=len(st.session_state[key]), all=len(offered))
    with st.popover(shown, width="stretch", icon=":material/checklist:"):
        chosen = st.pills(t("Models"), offered, selection_mode="multi", key=key, format_func=title_of)
        if len(chosen) > most:
            st.caption(t("The first {count} are shown.", count=most))
    kept = tuple(name for name in offered if name in chosen)[:most] or usual  # none chosen: the usual ones
    link.follow(checkpoints="" if kept == usual else ",".join(kept))
    return kept
