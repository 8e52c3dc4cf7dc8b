"""Window or summary: NLL against τ beside recurrent nets and a transformer; where a longer memory pays."""

import streamlit as st

from playground import figures, ui
from playground.traces import WindowSettings
from playground.traces.windows import MOST_READ
from playground.widgets import window_player

VIEW = "recurrent-window"
NAMES = ui.in_reading_order(ui.text_models())

link = ui.Link(VIEW, WindowSettings, {"text": ui.VERSES})
idea = ui.t(
    "AR(τ) sees the last τ characters; a recurrent net keeps a summary of all. Where does the longer memory pay?"
)
with ui.view(ui.t("Window or summary"), idea) as (controls, stage):
    with controls:
        found = ui.typed_text(
            link,
            "text",
            ui.VERSES,
            ui.symbols_of(NAMES[0]),
            height=300,
            help=ui.t("Every model reads it, from its start."),
        )
        more = len(found.codes) - MOST_READ
        if more > 0:
            words = ui.t("The first {read:,} known characters are read; {more:,} are not.", read=MOST_READ, more=more)
            st.caption(f":material/content_cut: {words}")
        progress = st.empty()
    last = int(found.at[MOST_READ - 1]) + 1 if more > 0 else len(found.text)
    settings = WindowSettings.checked(text=found.text[:last], checkpoints=NAMES)
    step = link.opened_number("step", 0, min(len(found.codes), MOST_READ))
    focus = link.opened_number("focus", 0, len(NAMES) - 1)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Models read … {:.0%}"))
        held_out = [ui.engine().validation(name).get("nll_nats") for name in NAMES]
        state = window_player(trace, held_out, key=f"{VIEW}:stage", step=step, focus=focus)
        link.write(step=state.step, focus=state.focus)
        missing = [label for label, value in zip(trace.labels, held_out, strict=True) if value is None]
        if missing:
            names = ", ".join(missing)
            st.caption(ui.t("No held-out figure is recorded for {names}: only this text's is drawn.", names=names))
        code = settings.python() + "held_out = [engine.validation(name).get('nll_nats') for name in trace.names]\n"
        ui.take_away(settings.stem(), code, figures.windows.files, trace, held_out)

ui.lesson(VIEW, **figures.windows.words(trace, held_out, ui.t))
