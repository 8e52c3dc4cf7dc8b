"""Which models stand side by side on the pages that compare families, and under which names."""

import streamlit as st

from ..traces import way_of
from .gallery import cards
from .held import held
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
    known = cards()
    return known[name][0] if name in known else engine().load(name).description.get("title", name)


def drawing_models() -> tuple[str, ...]:
    """Names of all checkpoints that draw pictures, those of `FAMILIES` first. Where there is none the page says so and
    ends here."""
    shared = engine()

    def draws(name: str) -> bool:
        model = shared.load(name).model
        return bool(way_of(model)) and (not callable(getattr(model, "encode", None)) or shared.codes(name) is not None)

    found = sorted(filter(draws, shared.names()), key=lambda n: FAMILIES.index(n) if n in FAMILIES else len(FAMILIES))
    if not found:
        st.info(t("No model that draws pictures is here; `python -m playground list` shows what is there."))
        st.stop()
    return tuple(found)


def without_temperature(name: str) -> dict[str, float]:
    """The one temperature that a checkpoint can be asked for, {} where it takes any: what it cannot use then does not
    make its samples new ones."""
    return {} if way_of(engine().load(name).model) in ("pixels", "langevin") else {"temperature": 1.0}


def one_of_each(offered: tuple[str, ...], most: int) -> tuple[str, ...]:
    """Those of `FAMILIES` that are offered; where there is none of them, the first `most` offered."""
    return tuple(name for name in offered if name in FAMILIES) or offered[:most]


def models_chosen(link: Link, offered: tuple[str, ...], most: int, further: tuple[str, ...] = ()) -> tuple[str, ...]:
    """A choice of several checkpoints, kept in the link as `checkpoints`, "" for one of each family and `further` ones.

    Unknown names of the link become a notice and are left out.
    """
    always, text = (*one_of_each(offered, most), *further), link.values["checkpoints"]
    usual = tuple(name for name in offered if name in always)[:most]

    def kept(names: list[str]) -> tuple[str, ...]:
        return tuple(name for name in offered if name in names)[:most] or usual

    def as_text(names: tuple[str, ...]) -> str:
        return "" if names == usual else ",".join(names)

    asked = text.split(",") if text else list(usual)
    if unknown := [name for name in asked if name not in offered]:
        wrong, known = ",".join(unknown)[:60], ", ".join(offered)
        link.refuse(t("checkpoints={wrong!r} is not allowed: known are {known}; left out", wrong=wrong, known=known))
    link.values["checkpoints"] = as_text(kept(asked))
    key = f"{link.view}:checkpoints"
    st.session_state.setdefault(key, list(kept(asked)))
    label = t("Models: {count} of {all}", count=len(kept(st.session_state[key])), all=len(offered))
    with st.popover(label, width="stretch", icon=":material/checklist:"):
        chosen = held(st.pills, t("Models"), offered, selection_mode="multi", key=key, format_func=title_of)
        if len(chosen) > most:
            st.caption(t("The first {count} are shown.", count=most))
    link.follow(checkpoints=as_text(kept(chosen)))
    return kept(chosen)
