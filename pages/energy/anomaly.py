"""Draw or upload a picture: its energy among those of real digits, and those of the same picture spoilt."""

import streamlit as st

from playground import figures, ui
from playground.traces import AnomalySettings
from playground.widgets import drawing_pad

VIEW = "energy-anomaly"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("EnergyModel")
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "picture": ""}

dark = st.context.theme.type == "dark"
link = ui.Link(VIEW, AnomalySettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(
    ui.t("Anomaly"), ui.t("Energy as a judgement: low for what looks like a digit, high for what does not.")
) as (
    controls,
    stage,
):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        seed = ui.seed_setting(link, AnomalySettings)
        take = st.button(ui.t("Take a digit from a chain"), icon=":material/casino:", width="stretch")
        new = ui.uploaded_picture(link, shape)
        progress = st.empty()
    if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
        link.values["picture"] = ""
    link.follow(checkpoint=checkpoint, seed=seed)
    if take and new is None:
        new = ui.chain_sample(checkpoint, seed, progress)

    with stage:
        above, line = st.container(), st.empty()
        left, middle, right = st.columns([1, 1.1, 1.3], gap="medium")
        with left:
            ui.picture_on_pad(link, shape, new, drawing_pad, height=318)
        with above:
            ui.notices(link.notices)
        settings = AnomalySettings.checked(**link.values)
        trace, reference = ui.run(settings, progress), ui.energy_reference(checkpoint)
        words = (
            ui.t("this checkpoint carries no energies of real digits")
            if reference is None
            else figures.energy.rank_words(trace.energy, reference, ui.t)
        )
        line.markdown(f"**E(x) = {figures.energy.number(trace.energy, 2)} nats**, {words}")
        with middle:
            ui.picture_title(ui.t("−∇E: **blue** wants ink, **orange** less"))
            picture = figures.energy.force(trace.gradient, trace.pictures[0], dark, 292, ui.t)
            st.plotly_chart(picture, key=f"{VIEW}:force", config=figures.style.CONFIG)
        with right:
            auroc = ENGINE.validation(checkpoint).get("auroc", {})
            st.html(figures.energy.versions(trace, reference, auroc, dark, ui.t))
            if auroc:
                st.caption(ui.t("AUROC: validation digits against their likes, measured as shipped."))
        if reference is not None:
            chart = figures.energy.standing(trace, reference, t=ui.t)
            st.plotly_chart(chart, key=f"{VIEW}:place-wide", config=figures.style.CONFIG)
        link.write()
        code = settings.python() + f"reference = engine.reference({checkpoint!r})\n"
        ui.take_away(settings.stem(), code, figures.energy_files.anomaly, trace, reference)

ui.lesson(VIEW, energy=figures.energy.number(trace.energy), rank=words, noise=f"{trace.noise:g}")
