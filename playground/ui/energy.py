"""Controls of the views of an energy model: pictures that are drawn, uploaded or taken from a chain; the run bar."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from ..traces import EnergyChainSettings, pack_greys, unpack_greys
from .controls import presses
from .link import Link
from .resources import engine, run
from .words import t

SAMPLED = {"chains": 2, "steps": 500}  # the run that a single digit is taken from


def energy_reference(checkpoint: str) -> Any:
    """E of real digits under a checkpoint, (N,) float32 nats, or None where none were stored."""
    return engine().reference(checkpoint)


def chain_sample(checkpoint: str, seed: int, place: Any = None) -> np.ndarray:
    """A digit that chains of the model found from noise, denoised: (H, W) uint8, 0 paper … 255 ink."""
    settings = EnergyChainSettings(checkpoint=checkpoint, seed=seed, **SAMPLED)
    return run(settings, place, t("A chain looks for a digit … {:.0%}")).best()


def example(shape: tuple[int, int], digit: int = 3) -> np.ndarray:
    """A 3 or an 8 of a few arcs, (H, W) uint8: what a pad opens with, at no cost and without a data set."""
    turn = np.linspace(0, 2 * np.pi, 120) if digit == 8 else np.linspace(-0.75, 0.5, 60) * np.pi
    lower = turn if digit == 8 else np.linspace(-0.5, 0.75, 60) * np.pi
    arcs = [(0.355, 0.125, 0.145, turn), (0.635, 0.155, 0.165, lower)]  # row of the centre, half height, half width
    points = np.concatenate(
        [np.stack([row + high * np.sin(arc), 0.5 + wide * np.cos(arc)], 1) for row, high, wide, arc in arcs]
    )
    side = min(shape)
    places = np.stack(np.mgrid[: shape[0], : shape[1]], -1).reshape(-1, 1, 2) + 0.5
    distance = np.linalg.norm(places - points * np.array(shape), axis=2).min(1)
    return np.rint(255 * (0.045 * side + 0.5 - distance).clip(0, 1)).astype(np.uint8).reshape(shape)


def mended_picture(link: Link, shape: tuple[int, int], name: str = "picture") -> None:
    """A packed picture of the link that is none of this shape gives way to "", with a notice."""
    link.mend(name, lambda text: unpack_greys(text, shape, name), t("an example is shown instead"))


def picture_on_pad(
    link: Link,
    shape: tuple[int, int],
    new: np.ndarray | None,
    pad: Callable[..., Any],
    name: str = "picture",
    opening: np.ndarray | None = None,
    **options: Any,
) -> np.ndarray:
    """The picture (H, W) uint8 of a pad, kept packed in the link under `name`.

    new: an upload or a sample that replaces what is drawn. pad: mounts the drawing pad, as `widgets.drawing_pad`; it is
    given key, shape, value and the `options`. opening: what an empty link opens with, else an example. A link that
    holds no picture becomes a notice.
    """
    opened = f"{link.view}:opened:{name}"
    mended_picture(link, shape, name)
    if new is None and not link.values[name]:
        new = example(shape) if opening is None else opening
    if new is not None:
        link.values[name] = pack_greys(new)
    if new is not None or opened not in st.session_state:
        st.session_state[opened] = link.values[name]  # what the pad opens with; from then on the browser owns it
    key, value = f"{link.view}:{name}:{shape[0]}", unpack_greys(st.session_state[opened], shape, name)
    drawn = pack_greys(pad(key=key, shape=shape, value=value, **options).picture)
    if new is None:
        link.values[name] = drawn
    return unpack_greys(link.values[name], shape, name)


def run_bar(link: Link, label: str, choose: Callable[[], dict[str, Any]]) -> bool:
    """Controls that wait, and the button that applies them. True when it was pressed.

    choose: draws the controls and returns what they say, by the names of the link.
    """
    place, waiting, wanted = st.container(), f"{link.view}:waiting", f"{link.view}:wanted"

    def press() -> None:
        """Noted in the session: a run that a second message interrupts at once would lose the click."""
        st.session_state[waiting] = True

    st.button(label, type="primary", icon=":material/play_arrow:", width="stretch", on_click=press)
    pressed = st.session_state.pop(waiting, False)

    @st.fragment
    def controls() -> None:
        """Nothing is computed until the button is pressed: a changed setting runs only this again."""
        chosen = choose()
        st.session_state[wanted] = chosen
        if any(link.values[name] != value for name, value in chosen.items()) and not pressed:
            st.caption(t("Press **{label}** to use the new settings.", label=label))

    with place:
        controls()
    if pressed:
        link.apply(**st.session_state[wanted])
        st.session_state[f"{link.view}:presses"] = presses(link) + 1
    return pressed
