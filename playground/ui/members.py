"""Controls of models that share their weights among several orderings or sets of masks."""

from typing import Any

import streamlit as st

from .controls import ordering_name
from .held import held
from .link import Link
from .resources import engine
from .words import t

MOST = 16  # members offered of a model that knows any ordering


def members(name: str) -> int:
    """How many orderings or sets of masks of a checkpoint are offered: those it was trained for."""
    return getattr(engine().load(name).model, "members", 1) or MOST


def picture_checkpoints(*families: str, ensembles: bool = False) -> tuple[str, ...]:
    """The checkpoints of these families that make binary pictures; with `ensembles`, of several orderings only.

    Where there is none the page says so and ends here.
    """
    shared, found = engine(), []
    for name in (name for family in families for name in shared.names(family)):
        model = shared.load(name).model
        pictures = model.head == "bernoulli" and model.event_shape[0] > 1
        if pictures and (members(name) > 1 or not ensembles):
            found.append(name)
    if not found:
        st.info(
            t("No such checkpoint is here yet; `python -m playground list` shows what is there and how to train one.")
        )
        st.stop()
    return tuple(found)


def member_setting(link: Link, place: Any) -> None:
    """Which ordering or set of masks is used, applied at once; one that the model does not have becomes a notice."""
    name, count = link.values["checkpoint"], members(link.values["checkpoint"])
    wanted = link.values["member"]
    if wanted >= count:
        link.refuse(
            t(
                "member={wanted} is not allowed: {name} has 0 to {last}; using 0 instead",
                wanted=wanted,
                name=name,
                last=count - 1,
            )
        )
        link.values["member"] = 0
    key = f"{link.view}:member"
    if not 0 <= st.session_state.setdefault(key, link.values["member"]) < count:
        st.session_state[key] = 0

    def change() -> None:
        link.apply(member=st.session_state[key], force=None)

    with place:
        held(
            st.selectbox,
            t("Ordering"),
            range(count),
            key=key,
            format_func=lambda index: _title(name, index),
            disabled=count == 1,
            on_change=change,
            help=t("Another set of masks over the same weights. The darker a pixel below, the later it is written."),
        )
    if st.session_state[key] != link.values["member"]:
        link.apply(member=st.session_state[key], force=None)


def _title(name: str, index: int) -> str:
    config = engine().load(name).model.config
    same = getattr(config, "agnostic", "both") == "connectivity"
    if index == 0 or same:
        words = ordering_name(config.ordering) if isinstance(config.ordering, str) else t("its own")
        return t("{ordering} (set {index})", ordering=words, index=index) if members(name) > 1 else words
    return t("random (set {index})", index=index)
