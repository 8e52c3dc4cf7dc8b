"""What chains are worth: their course, their marginals beside the truth, autocorrelation, ESS, R̂ and MCSE."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import ChainRateSettings, ChainSettings, LandscapeSettings, in_python
from playground.widgets import drawing_pad

VIEW = "chains-diagnostics"
DEFAULTS = {name: field.default for name, field in ChainSettings.model_fields.items()} | {"chains": 4, "steps": 1000}
RATES = f"{VIEW}:rates"
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, ChainSettings, DEFAULTS)
ui.same_chains(link)
idea = ui.t("How much are these draws worth, and when may one believe them?")
with ui.view(ui.t("Diagnostics"), idea) as (controls, stage):
    with controls:
        chosen = ui.density_controls(link, drawing_pad)
        chosen |= ui.kernel_controls(link)
        chosen |= ui.run_controls(link)
        progress = st.empty()
    link.follow(**chosen)
    ui.remember_chains(link)
    coordinate = link.opened("coordinate") or "x"
    if coordinate not in ("x", "y"):
        link.refuse(
            ui.t(
                "{name}={wrong!r} is not allowed: known are {known}; using {instead} instead",
                name="coordinate",
                wrong=coordinate[:40],
                known="x, y",
                instead="x",
            )
        )
        coordinate = "x"
    st.session_state.setdefault(f"{VIEW}:coordinate", coordinate)

    with stage:
        density = {name: link.values[name] for name in ("target", "formula", "drawing")}
        settings = ChainSettings.checked(**link.values)
        landscape = ui.run(LandscapeSettings.checked(**density))
        try:
            trace = ui.run(settings, progress, ui.t("Walking … {:.0%}"))
        except InvalidInput as error:
            link.refuse(ui.t("{error} The chains start where the seed says instead", error=error))
            link.values["starts"] = ""
            settings = ChainSettings.checked(**link.values)
            trace = ui.run(settings, progress, ui.t("Walking … {:.0%}"))
        ui.notices(link.notices)
        rates = st.session_state.setdefault(RATES, {})
        same_speed = (density["target"], settings.kernel, settings.leapfrog, settings.chains, density["formula"])
        if same_speed not in rates:
            rates[same_speed] = ui.run(ChainRateSettings(**settings.model_dump())).rate
        head, switch = st.columns([6, 1], vertical_alignment="center")
        head.markdown(figures.chain_words.numbers(trace, rates[same_speed], ui.t))
        axis = ui.held(
            switch.segmented_control,
            ui.t("Coordinate"),
            ["x", "y"],
            key=f"{VIEW}:coordinate",
            required=True,
            label_visibility="collapsed",
        )
        axis = "xy".index(axis)
        biased = np.nan
        if settings.kernel == "ula" and settings.target == "gaussian":
            biased = float(figures.chain_words.ula_covariance(landscape.covariance, settings.step_size)[axis, axis])
        if words := figures.chain_words.bias_words(trace, landscape, settings.step_size, ui.t):
            st.info(words, icon=":material/balance:")
        figure = figures.chains.diagnostics(trace, landscape, axis, biased, DARK, 430 if words else 520, ui.t)
        st.plotly_chart(figure, key=f"{VIEW}:figure-widest", config=figures.style.CONFIG)
        link.write(**ui.unused(link), coordinate="xy"[axis])
        code = in_python(trace=settings, landscape=LandscapeSettings(**density))
        ui.take_away(settings.stem(), code, figures.chains.files, trace, landscape)

ui.lesson(VIEW, **figures.chain_words.words(trace, landscape, rates[same_speed]))
