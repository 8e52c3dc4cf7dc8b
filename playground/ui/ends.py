"""Controls of the ends of an interpolation: a seed, a code that is typed, or a drawing, each in a window of its own."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import streamlit as st

from ..errors import InvalidInput
from ..traces import end_content, format_code, kind_of, pack_picture, read_end, unpack_picture
from .controls import uploaded_picture
from .energy import example
from .frame import plain
from .held import held
from .link import Link
from .words import t

LETTERS = {"first": "A", "second": "B", "third": "C", "fourth": "D"}
KINDS = ("seed", "code", "drawing")
DRAWN_DIGITS = {"first": 3, "second": 8, "third": 8, "fourth": 3}
INK = 128  # level of the pad from which a pixel is 1


def opening_ends(latent: int, codes: Any) -> dict[str, str]:
    """What a view opens with: on a plane four digits' codes, far from one another, elsewhere draws from the prior.

    On the plane they are in the middle of their classes, and go round it, so that a surface between them is not folded.
    """
    if codes is None or latent != 2:
        return {name: f"seed:{n}" for n, name in enumerate(LETTERS, 1)}
    middles = []
    for digit in np.unique(codes.labels):
        of_class = codes.mean[codes.labels == digit]
        middles.append(of_class[np.abs(of_class - np.median(of_class, 0)).sum(1).argmin()])
    middles, chosen = np.array(middles), []
    away = np.linalg.norm(middles - middles.mean(0), axis=1)
    for _ in LETTERS:
        chosen.append(int(away.argmax()))
        away = np.minimum(away, np.linalg.norm(middles - middles[chosen[-1]], axis=1))
    four = middles[chosen]
    round_ = four[np.argsort(-np.arctan2(*(four - four.mean(0)).T[::-1]), kind="stable")]
    longest = int(np.linalg.norm(round_ - np.roll(round_, -1, 0), axis=1).argmax())
    corners = np.roll(round_, -longest, 0)[[0, 1, 3, 2]]  # upper left, upper right, lower left, lower right
    return {name: f"code:{format_code(corner)}" for name, corner in zip(LETTERS, corners, strict=True)}


def settle_ends(link: Link, model: Any, opening: Mapping[str, str]) -> None:
    """Ends that this model can read, in the link and in the controls. Before these are drawn.

    A link's end that is none becomes a notice, one that it does not name is that of `opening`. When another model is
    chosen, seeds and drawings stay as they are, and codes are those that this model had before.
    """
    memory = st.session_state.setdefault(f"{link.view}:ends-of", {})
    before, now = memory.get("now"), link.values["checkpoint"]
    if before is not None:
        memory[before] = {name: link.values[name] for name in LETTERS}
    memory["now"] = now
    for name in LETTERS:
        instead = memory.get(now, opening)[name]
        if (before is None and name not in link.opened_names) or (
            before not in (None, now) and kind_of(link.values[name]) == "code"
        ):
            set_end(link, name, instead)
        try:
            end = read_end(model, link.values[name], name)
            if end.kind == "code":  # as the link writes it
                link.values[name] = f"code:{format_code(end.code.cpu().numpy())}"
        except InvalidInput as error:
            if before is None:
                instead_words = end_words(opening[name], model)
                link.refuse(t("{error}; {instead} is used instead", error=error, instead=instead_words))
            set_end(link, name, instead)


def set_end(link: Link, name: str, text: str) -> None:
    """Make a text the end, in the link and in its controls. Before the controls are drawn."""
    link.values[name] = text
    key, kind = f"{link.view}:{name}", kind_of(text)
    st.session_state[f"{key}:kind"] = kind
    if kind == "drawing":
        st.session_state.pop(f"{key}:opened", None)
    else:
        content = end_content(text)
        st.session_state[f"{key}:{kind}"] = int(content) if kind == "seed" else content


def end_words(text: str, model: Any) -> str:
    """An end in a few words."""
    kind, content = kind_of(text), end_content(text)
    if kind == "drawing":
        return t("a drawing, encoded")
    if kind == "seed":
        if model.family == "autoencoder":
            return t("seed {seed}, a draw from N(0, I), no prior here", seed=content)
        return t("seed {seed}, a draw from N(0, I)", seed=content)
    parts = content.replace("-", "−").split(",")
    if len(parts) <= 2:
        return t("code ({numbers})", numbers=", ".join(parts))
    return t("a code of {count} numbers", count=len(parts))


def end_control(link: Link, name: str, model: Any, codes: Any, pad: Callable[..., Any]) -> str:
    """One end: a button that opens its window. Returns its text; what cannot be used is refused there, in words.

    codes: of real digits, or None. pad: mounts a drawing pad, `pad(key=, shape=, value=, height=)`.
    """
    key, now = f"{link.view}:{name}", link.values[name]
    st.session_state.setdefault(f"{key}:kind", kind_of(now))
    kinds = [kind for kind in KINDS if kind != "drawing" or hasattr(model, "encode")]
    letter, kind_words = LETTERS[name], {"seed": t("seed"), "code": t("code"), "drawing": t("drawing")}
    with st.popover(f"**{letter}** · {_short(key, now, model)}", width="stretch"):
        label = t("End {letter} is a", letter=letter)
        kind = held(st.radio, label, kinds, key=f"{key}:kind", format_func=kind_words.get, horizontal=True)
        try:
            if kind == "seed":
                return _seed(key, now)
            if kind == "code":
                return _code(key, name, now, model, codes)
            return _drawing(link, key, name, now, model, pad)
        except InvalidInput as error:
            st.warning(plain(t("{why}. What was there before is kept.", why=error)), icon=":material/rule:")
            return now


def _short(key: str, now: str, model: Any) -> str:
    """The end as its button names it: as the controls stand in this very run."""
    kind = st.session_state[f"{key}:kind"]
    content = str(st.session_state.get(f"{key}:{kind}", end_content(now) if kind == kind_of(now) else ""))
    if kind == "code" and model.config.latent <= 2 and content:
        return plain(content[:24].replace("-", "−").replace(",", ", "))
    if kind == "seed" and content:
        return t("seed {seed}", seed=content)
    return {"drawing": t("a drawing"), "seed": t("a seed")}.get(kind, t("a code"))


def _seed(key: str, now: str) -> str:
    low, high = 0, 2**31 - 1
    st.session_state.setdefault(f"{key}:seed", int(end_content(now)) if kind_of(now) == "seed" else 1)

    def roll() -> None:
        st.session_state[f"{key}:seed"] = secrets.randbelow(100_000)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = held(st.number_input, t("Seed of a draw from N(0, I)"), low, high, step=1, key=f"{key}:seed")
        st.button("", icon=":material/casino:", key=f"{key}:roll", on_click=roll, help=t("A new seed"))
    return f"seed:{seed}"


def _code(key: str, name: str, now: str, model: Any, codes: Any) -> str:
    field, latent = f"{key}:code", model.config.latent
    if field not in st.session_state:
        st.session_state[field] = format_code(read_end(model, now, name).code.cpu().numpy())

    def take() -> None:
        of_class = codes.mean[codes.labels == st.session_state[f"{key}:class"]]
        st.session_state[field] = format_code(of_class[secrets.randbelow(len(of_class))])

    words, label = t("−100 to 100 each, three decimals are kept."), t("{count} numbers, joined by commas", count=latent)
    typed = held(st.text_input if latent <= 4 else st.text_area, label, key=field, help=words)
    if codes is not None:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            held(
                st.selectbox, t("The code of a digit"), np.unique(codes.labels).tolist(), key=f"{key}:class", width=150
            )
            st.button(t("Another one"), icon=":material/casino:", key=f"{key}:take", on_click=take)
    code = read_end(model, f"code:{''.join(typed.split())}", name).code
    return f"code:{format_code(code.cpu().numpy())}"


def _drawing(link: Link, key: str, name: str, now: str, model: Any, pad: Callable[..., Any]) -> str:
    shape, opened = tuple(model.event_shape), f"{key}:opened"
    place = st.container()
    new = uploaded_picture(link, shape, name)
    if new is not None:
        st.session_state[opened] = new
    elif opened not in st.session_state or st.session_state[opened].shape != shape:
        drawn = kind_of(now) == "drawing"
        picture = unpack_picture(end_content(now), shape, 2, name) * np.uint8(255) if drawn else None
        st.session_state[opened] = example(shape, DRAWN_DIGITS[name]) if picture is None else picture
    with place:
        picture = pad(key=f"{key}:pad:{shape[0]}", shape=shape, value=st.session_state[opened], height=320).picture
    text = f"ink:{pack_picture((picture >= INK).astype(np.uint8), 2)}"
    read_end(model, text, name)
    return text
