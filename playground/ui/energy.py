"""Controls of the views of an energy model: pictures that are drawn, uploaded or taken from a chain; the run bar."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from ..errors import PlaygroundError
from ..traces import EnergyChainSettings, pack_greys, unpack_greys
from .controls import presses
from .link import Link
from .resources import engine, run

SAMPLED = {"chains": 4, "steps": 500}  # the run that a single digit is taken from


def energy_reference(checkpoint: str) -> Any:
    """E of real digits under a checkpoint, (N,) float32 nats, or None where none were stored."""
    return engine().reference(checkpoint)


def chain_sample(checkpoint: str, seed: int, place: Any = None) -> np.ndarray:
    """A digit that chains of the model found from noise, denoised: (H, W) uint8, 0 paper … 255 ink."""
    settings = EnergyChainSettings(checkpoint=checkpoint, seed=seed, **SAMPLED)
    return run(settings, place, "A chain looks for a digit … {:.0%}").best()


def picture_on_pad(
    link: Link,
    name: str,
    shape: tuple[int, int],
    new: np.ndarray | None,
    example: Callable[[], np.ndarray],
    pad: Callable[[np.ndarray], Any],
) -> np.ndarray:
    """The picture (H, W) uint8 of a pad, kept packed in the link under `name`.

    new: an upload or a sample that replaces what is drawn. example: what an empty link opens with. pad: mounts the
    drawing pad with a picture and returns its state. A link that holds no picture becomes a notice.
    """
    opened = f"{link.view}:opened:{name}"
    if link.values[name]:
        try:
            unpack_greys(link.values[name], shape, name)
        except PlaygroundError as error:
            link.refuse(f"{error}; a digit that a chain found is shown instead")
            link.values[name] = ""
    if new is None and not link.values[name]:
        new = example()
    if new is not None:
        link.values[name] = pack_greys(new)
    if new is not None or opened not in st.session_state:
        st.session_state[opened] = link.values[name]  # what the pad opens with; from then on the browser owns it
    drawn = pack_greys(pad(unpack_greys(st.session_state[opened], shape, name)).picture)
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
            st.caption(f"Press **{label}** to use the new settings.")

    with place:
        controls()
    if pressed:
        link.apply(**st.session_state[wanted])
        st.session_state[f"{link.view}:presses"] = presses(link) + 1
    return pressed


def choice_setting(link: Link, name: str, label: str, words: dict[Any, str], **options: Any) -> Any:
    """A row of choices for a field of the link, shown by their words; one of them is always chosen."""
    key = f"{link.view}:{name}"
    st.session_state.setdefault(key, link.values[name])
    return st.segmented_control(
        label, list(words), key=key, format_func=words.get, required=True, width="stretch", **options
    )
