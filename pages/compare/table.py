"""All models in one table: what is known of log p, in how many nats, at what cost, and what each one can do."""

import streamlit as st

from playground import figures, ui
from playground.traces import DrawCostLinkSettings, DrawCostSettings
from playground.widgets import Column, sorted_table

VIEW = "compare-table"
ENGINE = ui.engine()
NAMES = ui.drawing_models()
DEFAULTS = {"many": 64, "seed": 0}

link = ui.Link(VIEW, DrawCostLinkSettings, DEFAULTS)
idea = ui.t("Likelihood, time, size and abilities of all models: measured, by evaluation or on this machine now.")
with ui.view(ui.t("A table, measured"), idea) as (controls, stage):
    with controls:
        chosen = {
            "many": ui.number_setting(link, DrawCostLinkSettings, "many", ui.t("Samples drawn together")),
            "seed": ui.seed_setting(link, DrawCostLinkSettings),
        }
        pressed = st.button(ui.t("Measure"), type="primary", icon=":material/timer:", width="stretch")
        cancel = st.empty()
        st.caption(
            ui.t(
                "**Measure** draws one sample of each model and then many together, clock in hand. Chains take as many "
                "steps as on *Side by side*; of the Langevin chain a stretch is measured and scaled."
            )
        )
    link.follow(**chosen)
    settings = DrawCostSettings.checked(checkpoints=",".join(NAMES), **chosen)

    def words(share: float) -> str:
        """What the bar says."""
        name = NAMES[min(int(share * len(NAMES)), len(NAMES) - 1)]
        return ui.t("Measuring {model} … {share:.0%}", model=ui.title_of(name), share=share)

    with controls:  # the bar is here, so that the table stays where it is
        measured, trace = ui.measured(link, settings, pressed, cancel, words, at_once=False)
    with stage:
        rows = [figures.comparison.row(ENGINE.load(n), ui.title_of(n), ENGINE.validation(n)) for n in NAMES]
        many = int(trace.counts[1]) if trace else settings.many
        found = figures.comparison.columns(rows, trace, many, ui.t)
        columns = {name: Column(heading, tuple(cells)) for name, (heading, cells) in found.items()}
        sort = link.opened_choice("sort", ("", *columns))
        down = link.opened_choice("down", ("no", "yes")) == "yes"
        ui.notices(link.notices)
        label = ui.t("All models, one a row")
        sort, down = sorted_table(columns, label=label, key=f"{VIEW}:table", sort=sort, down=down)
        link.write(sort=sort or None, down="yes" if down else None)
        if trace:
            where = "GPU" if trace.device.startswith("cuda") else "CPU"
            st.caption(
                ui.t("Measured on this machine: {device}, threads: {threads}.", device=where, threads=trace.threads)
            )
        code = figures.comparison.python(rows, measured if trace else None)
        ui.take_away(measured.stem(), code, figures.comparison.files, rows, trace, many)

ui.lesson(VIEW, **figures.comparison.words(rows, trace, ui.t))
