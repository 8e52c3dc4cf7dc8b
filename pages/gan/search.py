"""The code whose picture is nearest to a drawing, by gradient descent from several starts: a GAN has no encoder."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import GanSearchSettings, format_code
from playground.widgets import drawing_pad, gan_search_player

VIEW = "gan-search"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("GAN")
DEFAULTS = {name: field.default for name, field in GanSearchSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
NUMBERS = (
    ("starts", ui.t("Starts"), 1, ui.t("Draws from the prior; all descend at once.")),
    ("steps", ui.t("Steps"), 10, ui.t("Of each descent.")),
    ("rate", ui.t("Learning rate (Adam)"), 0.01, ui.t("Falls to 0 along the way.")),
    (
        "pull",
        ui.t("Pull to the prior"),
        0.001,
        ui.t("Weight of mean z² beside the mean squared difference of a pixel."),
    ),
)

link = ui.Link(VIEW, GanSearchSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("A GAN has no encoder: gradient descent on z looks for the code whose picture is nearest to the drawing.")
with ui.view(ui.t("Find a code"), idea) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        shape = tuple(ENGINE.load(chosen["checkpoint"]).model.event_shape)
        with st.popover(ui.t("Draw or upload"), icon=":material/draw:", width="stretch"):
            new = ui.uploaded_picture(link, shape)
            ui.picture_on_pad(link, shape, new, drawing_pad, height=320)
        for name, label, size, words in NUMBERS:
            format_ = {"format": "%.3f"} if name == "pull" else {}
            found = ui.number_setting(link, GanSearchSettings, name, label, size, help=words, **format_)
            chosen[name] = round(found, 4)
        chosen["seed"] = ui.seed_setting(link, GanSearchSettings)
        walk = st.button(ui.t("Walk from this code"), icon=":material/route:", width="stretch")
        progress = st.empty()
    link.follow(**chosen)
    settings = GanSearchSettings.checked(**link.values)
    step = link.opened_number("step", 0, settings.steps)
    start = link.opened_number("start", 1, settings.starts)
    with stage:
        ui.notices(link.notices)
        try:
            trace = ui.run(settings, progress, ui.t("Descending … {:.0%}"))
        except InvalidInput as error:
            st.info(f"{ui.plain(str(error))}.", icon=":material/draw:")
            link.write()
            st.stop()
        focus = None if start is None else start - 1
        state = gan_search_player(trace, key=f"{VIEW}:stage", step=step, focus=focus)
        best = trace.best if state.focus is None else state.focus
        if walk:
            code = format_code(trace.codes[state.step, best])
            ui.open_view("gan-digits", "pages/gan/digits.py", checkpoint=settings.checkpoint, code_a=code)
        link.write(step=state.step, start=None if state.focus is None else state.focus + 1)
        ui.take_away(settings.stem(), settings.python(), figures.gan_files.search, trace, state.step, best)

ui.lesson(VIEW, **figures.gan_files.search_words(trace))
