"""Train a model on a world so small that its whole distribution can be set beside the truth, step by step."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.traces import SmallWorldSettings
from playground.ui.small_world import DEFAULTS, MOST_PATTERNS
from playground.widgets import drawing_pad, small_world

VIEW = "made-train"
COLUMNS = 4  # of the list of drawn images


def draw(controls: ui.SmallWorldControls, shape: tuple[int, int]) -> None:
    """A pad for one image, and the list of those that are there: a click fills a pixel, another one empties it."""
    left, right = st.columns([1, 1.15], gap="medium")
    with left:
        pad = drawing_pad(key=f"{VIEW}:pad:{shape}", shape=shape, height=262)
    with right:
        with st.container(horizontal=True, gap="small"):
            full = len(controls.drawn(shape)) >= MOST_PATTERNS
            if st.button(ui.t("Add"), type="primary", icon=":material/add:", disabled=full):
                controls.change(shape, [*controls.drawn(shape), (pad.picture > 127).astype(np.uint8)])
            undo = {"on_click": controls.undo, "args": (shape,)}
            st.button(ui.t("Undo"), icon=":material/undo:", disabled=not controls.undoable(shape), **undo)
            st.button(ui.t("Clear"), on_click=controls.change, args=(shape, []))
        images = controls.drawn(shape)
        words = ui.t(
            "{count} of at most {most}; an image that is there twice is twice as probable.",
            count=len(images),
            most=MOST_PATTERNS,
        )
        st.caption(words if images else ui.t("None yet: a world needs at least one."))
        columns = st.columns(COLUMNS, gap="small")
        for place, image in enumerate(images):
            with columns[place % COLUMNS]:
                shown = figures.small_world.pattern(image, st.context.theme.type == "dark")
                st.image(shown, width=44, alt=ui.t("image {number}", number=place + 1))
                st.button(
                    "",
                    icon=":material/close:",
                    key=f"{VIEW}:remove:{place}",
                    help=ui.t("Remove image {number}", number=place + 1),
                    on_click=controls.change,
                    args=(shape, [*images[:place], *images[place + 1 :]]),
                )


link = ui.Link(VIEW, SmallWorldSettings, DEFAULTS)
controls = ui.SmallWorldControls(link, draw)
IDEA = ui.t("A world small enough to list: what the model has learned, state by state, beside the truth.")
with ui.view(ui.t("Train it"), IDEA) as (narrow, stage):
    with narrow:
        controls.bar()
        progress = st.empty()
    settings = controls.settings
    trace = ui.run(settings, progress, ui.t("Training … {:.0%}"))
    opened = link.opened_number("step", 0, settings.steps)
    with stage:
        ui.notices(link.notices)
        step = small_world(trace, key=f"{VIEW}:stage", step=opened, replay=ui.presses(link))
        link.write(step=step)
        ui.take_away(settings.stem(), settings.python(), figures.small_world.files, trace)

ui.lesson(
    VIEW,
    states=f"{trace.truth.size:,}",
    possible=f"{(trace.truth > 0).sum():,}",
    pixels=settings.height * settings.width,
    entropy=f"{trace.entropy:.4f}",
    kl=f"{trace.kl[-1]:.4f}",
    weights=f"{trace.parameters:,}",
)
