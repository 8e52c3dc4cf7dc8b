"""A recurrent cell from within: gates, sums and states at every character of a text, and what it expects next."""

import streamlit as st

from playground import figures, ui
from playground.traces import CellSettings
from playground.widgets import cell_player

VIEW = "recurrent-cell"
NAMES = ui.text_models("recurrent", "RecurrentModel")
FIRST = next((name for name in NAMES if name.startswith("lstm")), NAMES[0])
DEFAULTS = {
    "checkpoint": FIRST,
    "text": CellSettings.model_fields["text"].default,
    "seed": 0,
}

link = ui.Link(VIEW, CellSettings, DEFAULTS, {"checkpoint": NAMES})

with ui.view(ui.t("The cell"), ui.t("What a recurrent unit keeps, lets in and lets out, character by character.")) as (
    controls,
    stage,
):
    with controls:
        link.follow(checkpoint=ui.checkpoint_choice(link, NAMES))
        model = ui.engine().load(link.values["checkpoint"]).model
        ui.typed_text(
            link,
            "text",
            DEFAULTS["text"],
            model.config.symbols,
            longest=figures.cell.MOST_READ,
            height=210,
            help=ui.t(
                "Any text; what the model's alphabet lacks is left out. Read when you leave the field (Ctrl+Enter)."
            ),
        )
        progress = st.empty()
    settings = CellSettings.checked(**link.values)
    trace = ui.run(settings, progress, ui.t("Reading … {:.0%}"))
    with controls:
        st.caption(figures.cell.kept_words(trace, ui.t))
    step = link.opened_number("step", 0, trace.steps)
    unit = link.opened_number("unit", 0, trace.total - 1)
    with stage:
        ui.notices(link.notices)
        state = cell_player(trace, key=f"{VIEW}:stage", step=step, unit=unit)
        link.write(step=state.step, unit=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.cell.files, trace, state.focus)

ui.lesson(VIEW, **figures.cell.words(trace, state.step))
