"""What the views of a latent plane share: which models have one, its window, and the points that are chosen on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from ..errors import InvalidInput
from ..traces import PlaneSettings, PlaneSide, window_of
from ..traces.codes import format_code, parse_code
from .controls import checkpoints_of
from .frame import plain
from .held import held
from .link import Link
from .resources import engine, run
from .words import t


def plane_pairs(model: str) -> tuple[str, ...]:
    """The checkpoints of a model class whose code is two numbers and whose decoder a browser can evaluate. Where there
    is none the page says so and ends here."""
    shared = engine()
    found = [name for name in checkpoints_of(model) if _flat(shared.load(name).model.config)]
    if not found:
        words = t(
            "No {model} with two latent numbers is among the checkpoints; `python -m playground list` shows them.",
            model=model,
        )
        st.info(words)
        st.stop()
    return tuple(found)


def _flat(config: Any) -> bool:
    return config.latent == 2 and config.architecture == "mlp"


def plane_side(checkpoint: str, title: str, tiles: int, place: Any = None) -> tuple[PlaneSide, PlaneSettings]:
    """The plane of a checkpoint over the window that holds its codes, and the settings of its trace."""
    shared = engine()
    codes = shared.codes(checkpoint)
    mean = np.zeros((0, 2), np.float32) if codes is None else codes.mean
    labels = np.zeros(0, np.uint8) if codes is None else codes.labels
    centre, reach = window_of(mean, shared.load(checkpoint).model.family == "vae")
    settings = PlaneSettings.checked(
        checkpoint=checkpoint, centre=format_code(np.array(centre)), reach=reach, tiles=tiles
    )
    trace = run(settings, place, t("The plane is decoded … {:.0%}"))
    return PlaneSide(title, trace, mean, None if codes is None else codes.deviation, labels), settings


def chosen_planes(link: Link, names: tuple[str, str], sides: tuple[PlaneSide, ...], heard: Callable[[Any], Any]) -> Any:
    """The points and the digit that are chosen, typed ones included: a state as `heard` returns it.

    names: of the two points in the link. heard: takes a function that makes the opening state out of (points, digit)
    and returns the state. A wrong point or digit of the link becomes a notice; a wrong typed one is refused in words.
    """
    count = min(len(side.codes) for side in sides)
    opened = f"{link.view}:opened"
    if opened not in st.session_state:
        st.session_state[opened] = _opened(link, names, sides, count)
    state = heard(st.session_state[opened])
    if count:  # before the points, which follow it
        state = _typed_digit(link, sides, state, count)
    for n, (name, side) in enumerate(zip(names, sides, strict=True)):
        state = _typed_point(link, name, side, state, n)
    return state


def _opened(link: Link, names: tuple[str, str], sides: tuple[PlaneSide, ...], count: int) -> tuple[tuple, int | None]:
    """Points and digit of the link that opened the view; without any, a digit among its like."""
    texts = [link.opened(name) for name in names]
    digit = link.opened_number("digit", 0, count - 1) if count else None
    if digit is None and count and not any(texts):
        digit = _typical([side.codes[:count] for side in sides], sides[0].labels)
    start = [np.zeros(2) if digit is None else side.codes[digit] for side in sides]
    points = [format_code(z) for z in start]
    for n, (name, text) in enumerate(zip(names, texts, strict=True)):
        if text is not None:
            try:
                points[n] = format_code(parse_code(text, 2, name))
            except InvalidInput as error:
                link.refuse(t("{error}; using {instead} instead", error=error, instead=points[n]))
    return tuple(points), digit


def _typical(codes: list[np.ndarray], labels: np.ndarray, tried: int = 200, near: int = 12) -> int:
    """The first real digit whose neighbours are of its class on every plane; the first of all where none is."""
    for n in range(min(tried, len(labels))):
        rows = [np.linalg.norm(mean - mean[n], axis=1).argsort()[:near] for mean in codes]
        if all((labels[row] == labels[n]).all() for row in rows):
            return n
    return 0


def _typed_point(link: Link, name: str, side: PlaneSide, state: Any, n: int) -> Any:
    """A field for one point: it shows where the point is, and moves it."""
    key, known = f"{link.view}:{name}", f"{link.view}:{name}:known"
    if st.session_state.get(known) != state.points[n] or key not in st.session_state:
        st.session_state[key] = st.session_state[known] = state.points[n]
    words = t("Two numbers joined by a comma: 0.5,-1.25")
    text = held(st.text_input, t("z of the {model}", model=side.title), key=key, help=words)
    if text == state.points[n]:
        return state
    try:
        found = format_code(parse_code(text.replace(" ", ""), 2, "z"))
    except InvalidInput as error:
        st.warning(plain(str(error)), icon=":material/rule:")
        return state
    st.session_state[known] = found
    return replace(state, points=tuple(found if i == n else z for i, z in enumerate(state.points)))


def _typed_digit(link: Link, sides: tuple[PlaneSide, ...], state: Any, count: int) -> Any:
    """A field for the real digit that is marked: choosing one moves both points to its codes."""
    key, known = f"{link.view}:digit", f"{link.view}:digit:known"
    if st.session_state.get(known, -1) != state.digit or key not in st.session_state:
        st.session_state[key] = st.session_state[known] = state.digit
    words = t("The number of a real digit among the codes: both points move to its codes.")
    digit = held(st.number_input, t("Real digit"), 0, count - 1, value=None, key=key, step=1, help=words)
    if digit == state.digit:
        return state
    st.session_state[known] = digit
    if digit is None:
        return replace(state, digit=None)
    return replace(state, digit=digit, points=tuple(format_code(side.codes[digit]) for side in sides))
