"""Draw a digit: its posterior on the plane, what draws from it decode to, and how tight the bounds on log p(x) are."""

import streamlit as st

from playground import figures, ui
from playground.traces import OwnDigitSettings, pack_greys
from playground.widgets import drawing_pad, own_digit_player

VIEW = "autoencoders-your-digit"
ENGINE = ui.engine()
NAMES = tuple(sorted(ui.checkpoints_of("VAE"), key=lambda name: ENGINE.load(name).model.config.latent))
DEFAULTS = {name: field.default for name, field in OwnDigitSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
HERE = f"{VIEW}:here"  # where the visitor stands: another drawing opens there

link = ui.Link(VIEW, OwnDigitSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("Draw, and see what the model makes of it: a Gaussian over codes, and a bound.")
with ui.view(ui.t("Your own digit"), idea) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
            link.values["picture"] = ""
        link.follow(checkpoint=checkpoint)
        place = st.container()
        upload = st.popover(ui.t("Upload a picture"), icon=":material/upload:", width="stretch")
        with upload:
            new = ui.uploaded_picture(link, shape)
        with place:
            picture = ui.picture_on_pad(link, shape, new, drawing_pad, height=322)
        link.follow(
            seed=ui.seed_setting(link, OwnDigitSettings),
            repeats=ui.number_setting(
                link,
                OwnDigitSettings,
                "repeats",
                ui.t("Sets for the error band"),
                help=ui.t("Further sets of 1,000 draws."),
            ),
        )
        progress = st.empty()

    last = f"{VIEW}:last:{shape}"  # the newest drawing with ink: it stays on stage while the pad is empty
    shown = figures.own_digit.has_ink(picture)
    if shown:
        st.session_state[last] = pack_greys(picture)
    remembered, here = st.session_state.get(last), st.session_state.get(HERE, (None, None))
    step = link.opened_number("step", 0, figures.own_digit.steps(link.values["draws"]), here[0] or None)
    focus = link.opened_number("focus", 0, figures.own_digit.SHOWN, here[1])
    with stage:
        ui.notices(link.notices)
        trace = None
        if not shown:
            words = ui.t("The pad is empty: draw a digit on it, or upload one.")
            if remembered:
                words += " " + ui.t("Below is the drawing before it.")
            st.info(words, icon=":material/draw:")
        if remembered:
            settings = OwnDigitSettings.checked(**link.values | {"picture": remembered})
            trace = ui.run(settings, progress, ui.t("Weighing draws of z … {:.0%}"))
            codes, reference = ENGINE.codes(checkpoint), ENGINE.reference(checkpoint)
            flat = {"codes": codes.mean, "labels": codes.labels} if codes and codes.mean.shape[1] == 2 else {}
            state = own_digit_player(trace, key=f"{VIEW}:player", step=step, focus=focus, **flat)
            st.session_state[HERE] = (state.step, state.focus)
            link.write(step=state.step, focus=state.focus)
            if reference is not None:
                st.plotly_chart(
                    figures.own_digit.place(trace, reference, t=ui.t), key=f"{VIEW}:place", config=figures.style.CONFIG
                )
            ui.take_away(settings.stem(), settings.python(), figures.own_digit.files, trace)
        else:
            link.write()

ui.lesson("autoencoders-your_digit", **figures.own_digit.words(trace, ENGINE.reference(checkpoint), ui.t))
