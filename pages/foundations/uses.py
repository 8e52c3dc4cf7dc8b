"""Three uses of one model: draw from it, score a picture with it, and read its code as features."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.traces import FeatureSettings, OwnDigitSettings, PriorDrawsSettings, in_python, pack_greys
from playground.widgets import drawing_pad

VIEW = "foundations-uses"
SAMPLES = 24
ENGINE = ui.engine()
NAMES = tuple(name for name in ui.checkpoints_of("VAE") if ENGINE.codes(name) is not None)
if not NAMES:
    st.info(ui.t("No variational autoencoder with codes of real digits is among the checkpoints."))
    st.stop()
NAMES = tuple(sorted(NAMES, key=lambda name: ENGINE.load(name).model.config.latent))
DEFAULTS = {name: field.default for name, field in OwnDigitSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
DARK = st.context.theme.type == "dark"

link = ui.Link(VIEW, OwnDigitSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("One p(x) answers three questions: what could there be, how likely is this, what is it made of?")
with ui.view(ui.t("Three uses"), idea) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES, ui.t("Model"))
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
            link.values["picture"] = ""
        link.follow(checkpoint=checkpoint, seed=ui.seed_setting(link, OwnDigitSettings))
        progress = st.empty()
        draws = PriorDrawsSettings(checkpoint=checkpoint, draws=SAMPLES, seed=link.values["seed"])
        drawn = ui.run(draws, progress)
        pad = st.container()
        turn = st.session_state.setdefault(f"{VIEW}:turn", 0)
        new = None
        left, right = st.columns(2, gap="small")
        if left.button(ui.t("A sample"), help=ui.t("One of the model's own samples."), width="stretch"):
            new = drawn.pixels[turn % SAMPLES] * np.uint8(255)
            st.session_state[f"{VIEW}:turn"] = turn + 1
        if right.button(ui.t("Noise"), help=ui.t("A fair coin for every pixel."), width="stretch"):
            new = np.random.default_rng(turn).integers(0, 2, shape).astype(np.uint8) * np.uint8(255)
            st.session_state[f"{VIEW}:turn"] = turn + 1
        with pad:
            picture = ui.picture_on_pad(link, shape, new, drawing_pad, height=300)
    shown = figures.own_digit.has_ink(picture)
    if shown:
        st.session_state[f"{VIEW}:last"] = pack_greys(picture)
    remembered = st.session_state.get(f"{VIEW}:last")

    with stage:
        ui.notices(link.notices)
        if not shown:
            st.info(ui.t("The pad is empty: draw a digit on it."), icon=":material/draw:")
        generate, density, feature = st.columns([1, 1.05, 1.15], gap="medium")
        with generate:
            st.markdown(ui.t("**1 Generate:** x ∼ p(x)"))
            st.image(figures.uses.samples(drawn, DARK), width="content", alt=ui.t("Draws of the model"))
            st.caption(ui.t("Draws of the model: z from its prior, decoded. Another seed, other digits."))
        score, found = dict.fromkeys(("nats", "sign", "bound", "rank", "others"), "–"), None
        if remembered:
            values = link.values | {"picture": remembered}
            settings = OwnDigitSettings.checked(**values)
            scored = ui.run(settings, progress, ui.t("Weighing draws of z … {:.0%}"))
            reference = ENGINE.reference(checkpoint)
            score = figures.uses.score(scored, reference)
            features = FeatureSettings(checkpoint=checkpoint, picture=remembered)
            found = ui.run(features)
            with density:
                st.markdown(ui.t("**2 Score:** −log p(x) {sign} {nats} nats", **score))
                if reference is not None:
                    chart = figures.own_digit.place(scored, reference, 250, t=ui.t)
                    st.plotly_chart(chart, key=f"{VIEW}:place", config=figures.style.CONFIG)
                words = ui.t(
                    "By the bound, {bound} nats, it is more surprising than {rank} of {others} real digits.", **score
                )
                st.caption(words)
            with feature:
                st.markdown(ui.t("**3 Features:** nearest class mean **{digit}**", digit=found.nearest))
                chart = figures.uses.plane(found, DARK, t=ui.t)
                st.plotly_chart(chart, key=f"{VIEW}:plane", config=figures.style.CONFIG)
                share = f"{found.accuracy:.1%}"
                st.caption(
                    ui.t("Trained without labels; class means of half the codes name {share} of the rest.", share=share)
                )
            code = in_python(drawn=draws, scored=settings, found=features)
            ui.take_away(settings.stem(), code, figures.uses.files, drawn, scored, found)
        link.write()

nearest = "–" if found is None else str(found.nearest)
accuracy = "–" if found is None else f"{found.accuracy:.1%}"
ui.lesson(VIEW, **score, nearest=nearest, accuracy=accuracy, latent=ENGINE.load(checkpoint).model.config.latent)
