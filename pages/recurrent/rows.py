"""A digit that you draw, read row by row by an LSTM: memory and opinion after every row."""

import streamlit as st

from playground import figures, ui
from playground.traces import RowsSettings
from playground.widgets import drawing_pad, row_reader

VIEW = "recurrent-rows"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("RowClassifier")
DEFAULTS = {"checkpoint": NAMES[0], "picture": ""}
OFFERED = (3, 8)  # digits that are drawn here, without a data set

link = ui.Link(VIEW, RowsSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("An LSTM reads one row of pixels at a time and says after each what it takes the digit for.")
with ui.view(ui.t("Read a digit by rows"), idea) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES) if len(NAMES) > 1 else link.values["checkpoint"]
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        pad_place = st.container()
        with st.container(horizontal=True, gap="small"):
            taken = [
                st.button(str(digit), key=f"{VIEW}:take:{digit}", help=ui.t("A drawn {digit}", digit=digit))
                for digit in OFFERED
            ]
            generated = ui.generated_digit(link, shape)
        new = ui.uploaded_picture(link, shape)
        if new is None:
            new = next((ui.example(shape, digit) for digit, hit in zip(OFFERED, taken, strict=True) if hit), generated)
        with pad_place:
            ui.picture_on_pad(link, shape, new, drawing_pad, height=318)
        progress = st.empty()
    link.follow(checkpoint=checkpoint)
    settings = RowsSettings.checked(**link.values)
    step = link.opened_number("step", 0, shape[0])
    unit = link.opened_number("unit", 1, ENGINE.load(checkpoint).model.config.hidden)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Reading … {:.0%}"))
        state = row_reader(trace, key=f"{VIEW}:stage", step=step, focus=None if unit is None else unit - 1)
        link.write(step=state.step, unit=None if state.focus is None else state.focus + 1)
        ui.take_away(settings.stem(), settings.python(), figures.rows.files, trace, state.step)

ui.lesson(VIEW, **figures.rows.words(trace, ui.t))
