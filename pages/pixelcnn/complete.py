"""Draw or upload a picture, keep any region of it, and let a PixelCNN write the rest."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.errors import PlaygroundError
from playground.traces import AncestralSettings, CompletionSettings, pack_picture, unpack_picture
from playground.widgets import drawing_pad, player

VIEW = "pixelcnn-complete"
OPENED = f"{VIEW}:opened"  # what the pad was opened with; from then on the browser owns the drawing
ENGINE = ui.engine()
NAMES = ENGINE.names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "count": 9, "temperature": 1.0, "seed": 0, "picture": "", "keep": ""}


def upper_half(shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool, True in the upper half."""
    return np.broadcast_to(np.arange(shape[0])[:, None] < shape[0] // 2, shape)


def example(checkpoint: str) -> dict[str, str]:
    """A digit that the model wrote, its upper half kept: the stage is never empty."""
    digit = ui.run(AncestralSettings(checkpoint=checkpoint, count=1, seed=3))
    return {
        "picture": pack_picture(digit.pictures()[0], digit.levels),
        "keep": pack_picture(upper_half(digit.shape), 2),
    }


link = ui.Link(VIEW, CompletionSettings, DEFAULTS, {"checkpoint": NAMES})
before = ENGINE.load(link.values["checkpoint"]).model
with ui.view("Complete", "Keep the pixels you like; the others are drawn in raster order.") as (controls, stage):
    with controls:
        pressed = ui.generate_bar(link, CompletionSettings, NAMES, most=16, label="Complete")
        progress = st.empty()
        model = ENGINE.load(link.values["checkpoint"]).model
        shape, levels = tuple(model.event_shape), model.config.levels
        uploaded = ui.uploaded_picture(link, shape)

    same_size = (shape, levels) == (tuple(before.event_shape), before.config.levels)
    try:
        drawn = unpack_picture(link.values["picture"], shape, levels)
        kept = unpack_picture(link.values["keep"], shape, 2, "keep").astype(bool)
    except PlaygroundError as error:
        if link.values["picture"] and same_size:
            link.refuse(f"{error}; an example is shown instead")
        link.values.update(example(link.values["checkpoint"]))
        st.session_state.pop(OPENED, None)
        drawn = unpack_picture(link.values["picture"], shape, levels)
        kept = unpack_picture(link.values["keep"], shape, 2).astype(bool)
    if uploaded is not None:
        st.session_state[OPENED] = (uploaded, upper_half(shape))
    value, keep = st.session_state.setdefault(OPENED, (pictures.from_levels(drawn, levels), kept))

    with stage:
        ui.notices(link.notices)
        left, right = st.columns([1, 2.1], gap="medium")
        with left:
            pad = drawing_pad(key=f"{VIEW}:pad:{shape[0]}", shape=shape, value=value, keep=keep, mode="complete")
        if pressed and same_size:
            picture = pack_picture(pictures.to_levels(pad.picture, levels), levels)
            link.apply(picture=picture, keep=pack_picture(pad.keep, 2))
        settings = CompletionSettings.checked(**link.values)
        trace = ui.run(settings, progress).best_first()
        fit = trace.nats_after()
        with right:
            state = player(
                trace,
                key=f"{VIEW}:player",
                step=link.opened_number("step", 0, trace.order.size),
                focus=link.opened_number("focus", 0, len(fit) - 1) or 0,
                titles=[f"{nats:.1f} nats" for nats in fit] if fit.any() else (),
                autoplay=True,
                replay=ui.presses(link),
            )
        link.write(step=state.step, focus=state.focus or None)
        if fit.any():
            st.caption(
                f"Fit of the later given pixels, best first: {fit[0]:.1f} nats down to {fit[-1]:.1f}. "
                "The pixels drawn before them could not know them."
            )
        ui.take_away(settings.stem(), figures.export.files(trace), settings.python())

ui.lesson(VIEW, count=len(fit))
