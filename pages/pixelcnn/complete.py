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


def example(checkpoint: str) -> np.ndarray:
    """A digit that the model wrote, (H, W) levels: the stage is never empty."""
    return ui.run(AncestralSettings(checkpoint=checkpoint, count=1, seed=3)).pictures()[0]


def unpacked(name: str, levels: int, instead: str) -> np.ndarray | None:
    """The link's picture or mask; None where there is none, or none that fits, which is then said with what
    is done instead."""
    try:
        return unpack_picture(link.values[name], shape, levels, name)
    except PlaygroundError as error:
        if link.values[name] and same_size:
            link.refuse(f"{error}; {instead}")
        return None


link = ui.Link(VIEW, CompletionSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("Keep the pixels you like; the others are drawn in raster order.")
before = ENGINE.load(link.values["checkpoint"]).model
with ui.view(ui.t("Complete"), IDEA) as (controls, stage):
    with controls:
        pressed = ui.generate_bar(link, CompletionSettings, NAMES, most=16, label=ui.t("Complete"))
        progress = st.empty()
        model = ENGINE.load(link.values["checkpoint"]).model
        shape, levels = tuple(model.event_shape), model.config.levels
        uploaded = ui.uploaded_picture(link, shape)

    same_size = (shape, levels) == (tuple(before.event_shape), before.config.levels)
    drawn = unpacked("picture", levels, ui.t("an example is shown instead"))
    kept = unpacked("keep", 2, ui.t("the upper half is kept instead"))
    if drawn is None or kept is None:
        st.session_state.pop(OPENED, None)
        drawn = example(link.values["checkpoint"]) if drawn is None else drawn
        kept = upper_half(shape) if kept is None else kept
        link.values.update(picture=pack_picture(drawn, levels), keep=pack_picture(kept, 2))
    kept = kept.astype(bool)
    if uploaded is not None:
        st.session_state[OPENED] = (uploaded, upper_half(shape))
    value, keep = st.session_state.setdefault(OPENED, (pictures.from_levels(drawn, levels), kept))

    step = link.opened_number("step", 0, shape[0] * shape[1])
    focus = link.opened_number("focus", 0, link.values["count"] - 1)
    with stage:
        ui.notices(link.notices)
        left, right = st.columns([1, 2.1], gap="medium")
        with left:
            pad = drawing_pad(key=f"{VIEW}:pad:{shape[0]}", shape=shape, value=value, keep=keep, mode="complete")
        if pressed and same_size:
            picture = pack_picture(pictures.to_levels(pad.picture, levels), levels)
            link.apply(picture=picture, keep=pack_picture(pad.keep, 2))
        settings = CompletionSettings.checked(**{name: link.values[name] for name in DEFAULTS})
        trace = ui.run(settings, progress).best_first()
        fit = trace.nats_after()
        with right:
            state = player(
                trace,
                key=f"{VIEW}:player",
                step=step,
                focus=focus or 0,
                titles=[ui.t("{nats:.1f} nats", nats=nats) for nats in fit] if fit.any() else (),
                autoplay=True,
                replay=ui.presses(link),
            )
        link.write(step=state.step, focus=state.focus or None)
        if fit.any():
            st.caption(
                ui.t(
                    "Fit of the later given pixels, best first: {best:.1f} nats down to {worst:.1f}. "
                    "The pixels drawn before them could not know them.",
                    best=fit[0],
                    worst=fit[-1],
                )
            )
        ui.take_away(settings.stem(), settings.python(), figures.export.files, trace)

ui.lesson(VIEW, count=len(fit))
