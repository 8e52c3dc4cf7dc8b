"""Why this takes so long: four kernels on a mixture of eight hills, all starting on the same one."""

import streamlit as st

from playground import figures, ui
from playground.traces import ModesSettings

VIEW = "chains-modes"
DEFAULTS = {name: field.default for name, field in ModesSettings.model_fields.items()}
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, ModesSettings, DEFAULTS)
idea = ui.t("Why this takes so long: a chain has to cross where almost nothing is ever accepted.")
with ui.view(ui.t("Eight hills"), idea) as (controls, stage):
    with controls:
        chosen = {
            "width": ui.number_setting(
                link,
                ModesSettings,
                "width",
                ui.t("Width σ of each hill"),
                0.05,
                help=ui.t("The centres stay 3.06 apart. Narrow hills have deep valleys between them."),
            ),
            "chains": ui.number_setting(link, ModesSettings, "chains", ui.t("Chains of each kernel")),
            "steps": ui.number_setting(link, ModesSettings, "steps", ui.t("Steps"), 50),
            "seed": ui.seed_setting(link, ModesSettings),
        }
        st.caption(
            ui.t(
                "All chains start on hill 1. Above: every draw, a colour for each chain. Middle: the hill a chain was "
                "last on. Below: the share of the time on each hill; the line is 1/8, which is right."
            )
        )
        progress = st.empty()
    link.follow(**chosen)
    settings = ModesSettings.checked(**link.values)
    link.write()

    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Walking … {:.0%}"))
        words = figures.chain_views.modes_words(trace, ui.t)
        st.markdown(
            ui.t(
                "From a hill to the pass beside it the energy rises by **{barrier} nats**: the density there is {odds} "
                "times lower.",
                barrier=words["barrier"],
                odds=words["odds"],
            )
        )
        figure = figures.chain_views.modes(trace, DARK, ui.t)
        st.plotly_chart(figure, key=f"{VIEW}:figure", config=figures.style.CONFIG)
        st.markdown(figures.chain_views.modes_table(trace, ui.kernel_titles(), ui.t))
        ui.take_away(settings.stem(), settings.python(), figures.chain_views.modes_files, trace)

ui.lesson(VIEW, **words)
