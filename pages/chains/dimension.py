"""What dimension does to a step: acceptance and effective draws of three kernels in 1 to 256 dimensions."""

import streamlit as st

from playground import figures, ui
from playground.traces import DimensionSettings

VIEW = "chains-dimension"
DEFAULTS = {name: field.default for name, field in DimensionSettings.model_fields.items()}
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, DimensionSettings, DEFAULTS)
idea = ui.t("The more coordinates move at once, the smaller are the steps that are still accepted.")
with ui.view(ui.t("Dimension"), idea) as (controls, stage):
    with controls:
        chosen = {
            "factor": ui.number_setting(
                link,
                DimensionSettings,
                "factor",
                ui.t("Step size, × the usual one"),
                0.05,
                help=ui.t("At d = 1 the usual ε is 2.38 for the random walk, 1.65 for MALA and 1.3 for HMC."),
            ),
            "chains": ui.number_setting(link, DimensionSettings, "chains", ui.t("Chains")),
            "steps": ui.number_setting(link, DimensionSettings, "steps", ui.t("Steps of every chain"), 50),
            "seed": ui.seed_setting(link, DimensionSettings),
        }
        st.caption(
            ui.t(
                "The target is N(0, I) in d dimensions, E = ½‖x‖². **Solid**: ε ∝ d^(−1/2) for the random "
                "walk, d^(−1/6) for MALA, d^(−1/4) for HMC. **Dotted**: the same ε for every d. Bars are one standard "
                "deviation over the chains; the broad bands are the theory's slopes."
            )
        )
        progress = st.empty()
    link.follow(**chosen)
    settings = DimensionSettings.checked(**link.values)
    link.write()

    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("54 runs … {:.0%}"))
        st.markdown(figures.chain_dimension.dimension_numbers(trace, ui.t))
        figure = figures.chain_dimension.dimension(trace, DARK, ui.t)
        st.plotly_chart(figure, key=f"{VIEW}:figure", config=figures.style.CONFIG)
        ui.take_away(settings.stem(), settings.python(), figures.chain_dimension.dimension_files, trace)

ui.lesson(VIEW, **figures.chain_dimension.dimension_words(trace, ui.t))
