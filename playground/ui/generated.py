"""Digits to try a page on, drawn by a model of the playground itself: no data set is needed."""

from typing import Any

import streamlit as st

from ..traces import AncestralSettings
from .link import Link
from .resources import engine, run
from .words import t


def generated_digit(link: Link, shape: tuple[int, int], label: str = "") -> Any:
    """A button; (H, W) uint8, 0 paper … 255 ink, once for each press, another digit every time, else None.

    label: of the button, "Generated" where none is given.

    The digits are drawn pixel by pixel by the first PixelCNN, else by the first other model, that writes binary
    pictures of this shape. Where there is none there is no button.
    """
    shared = engine()

    def fits(name: str) -> bool:
        model = shared.load(name).model
        return (
            getattr(model, "head", "") == "bernoulli" and tuple(model.event_shape) == shape and hasattr(model, "step")
        )

    found = sorted(filter(fits, shared.names()), key=lambda name: shared.load(name).model.family != "pixelcnn")
    name, words = label or t("Generated"), t("A digit that another model makes up.")
    if not found or not st.button(name, icon=":material/casino:", help=words):
        return None
    turn = st.session_state[f"{link.view}:turn"] = st.session_state.get(f"{link.view}:turn", -1) + 1
    drawn = run(AncestralSettings(checkpoint=found[0], count=1, seed=turn))
    return drawn.pictures()[0] * 255
