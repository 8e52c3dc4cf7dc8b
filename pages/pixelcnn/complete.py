"""Draw or upload a picture, keep any region of it, and let a PixelCNN write the rest."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.errors import PlaygroundError
from playground.traces import AncestralSettings, CompletionSettings, pack_picture, unpack_picture
from playground.widgets import drawing_pad, player

VIEW = "pixelcnn-complete"
NAMES = ui.engine().names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "count": 9, "temperature": 1.0, "seed": 0, "picture": "", "keep": ""}


def example(checkpoint: str, shape: tuple[int, int], levels: int) -> dict[str, str]:
    """A digit that the model wrote, its upper half kept: the stage is never empty."""
    digit = ui.run(AncestralSettings(checkpoint=checkpoint, count=1, seed=3)).pictures()[0]
    keep = np.zeros(shape, np.uint8)
    keep[: shape[0] // 2] = 1
    return {"picture": pack_picture(digit, levels), "keep": pack_picture(keep, 2)}


link = ui.Link(VIEW, CompletionSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(
    "Complete", "Keep the pixels you like; the others are drawn in raster order, each given those before it."
) as (
    controls,
    stage,
):
    with controls:
        pressed = ui.generate_bar(link, CompletionSettings, NAMES, most=16, label="Complete")
        progress = st.empty()
        uploaded = ui.upload(VIEW, "Or upload a picture of a digit")

    checkpoint = link.values["checkpoint"]
    model = ui.engine().load(checkpoint).model
    shape, levels = tuple(model.event_shape), model.config.levels
    try:
        drawn = unpack_picture(link.values["picture"], shape, levels) if link.values["picture"] else None
        kept = unpack_picture(link.values["keep"], shape, 2, "keep").astype(bool) if link.values["keep"] else None
    except PlaygroundError as error:
        if not pressed:
            link.refuse(f"{error}; an example is shown instead")
        drawn = kept = None
    if drawn is None or kept is None:
        link.values.update(example(checkpoint, shape, levels))
        drawn = unpack_picture(link.values["picture"], shape, levels)
        kept = unpack_picture(link.values["keep"], shape, 2).astype(bool)

    with stage:
        ui.notices(link.notices)
        left, right = st.columns([1, 1.9], gap="medium")
        with left:
            value = ui.fit(uploaded, shape) if uploaded is not None else drawn * (255 / (levels - 1))
            pad = drawing_pad(
                key=f"{VIEW}:pad:{checkpoint}",
                shape=shape,
                value=np.rint(value).astype(np.uint8),
                keep=kept,
                mode="complete",
            )
        if pressed:
            picture = np.rint(pad.picture / 255 * (levels - 1)).astype(np.uint8)
            link.apply(picture=pack_picture(picture, levels), keep=pack_picture(pad.keep, 2))
        settings = CompletionSettings.checked(**link.values)
        trace = ui.run(settings, progress).best_first()
        fit = trace.nats_after()
        steps = trace.order.size
        with right:
            state = player(
                trace,
                key=f"{VIEW}:player",
                step=link.opened_number("step", 0, steps),
                focus=link.opened_number("focus", 0, len(fit) - 1) or 0,
                titles=[f"{nats:.1f} nats" for nats in fit] if fit.any() else (),
                autoplay=True,
                replay=ui.presses(link),
            )
        link.write(step=state.step, focus=state.focus or None)
        if fit.any():
            st.caption(
                f"Fit of the later given pixels, best first: {fit[0]:.1f} nats down to {fit[-1]:.1f}. "
                "Pixels drawn before them could not know them."
            )
        ui.take_away(settings.stem(), figures.export.files(trace), settings.python())

ui.lesson(VIEW, count=len(fit))
