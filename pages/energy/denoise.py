"""Corrupt a picture, go down the energy, compare: plain descent, cold Langevin, and one Tweedie step."""

import streamlit as st

from playground import figures, ui
from playground.traces import DenoiseSettings
from playground.widgets import denoise_player, drawing_pad

VIEW = "energy-denoise"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("EnergyModel")
DEFAULTS = {name: field.default for name, field in DenoiseSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
CORRUPTIONS = {"gaussian": ui.t("noise"), "salt": ui.t("salt & pepper"), "occlusion": ui.t("a blot")}

link = ui.Link(VIEW, DenoiseSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(
    ui.t("Denoising"), ui.t("A spoilt picture has a high energy; going down the energy repairs it, without any Z.")
) as (
    controls,
    stage,
):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        shape = tuple(ENGINE.load(chosen["checkpoint"]).model.event_shape)
        place = st.popover(ui.t("Draw the original"), icon=":material/draw:", width="stretch")
        take = st.button(ui.t("Take a digit from a chain"), icon=":material/casino:", width="stretch")
        chosen["corruption"] = ui.choice_setting(link, "corruption", ui.t("Spoil it with"), CORRUPTIONS)
        if chosen["corruption"] == "gaussian":
            words = ui.t("Standard deviation of the added noise; the model knows 0.15.")
            chosen["sigma"] = ui.number_setting(
                link, DenoiseSettings, "sigma", ui.t("Added noise σ′"), 0.01, help=words, format="%.2f"
            )
        else:
            chosen["share"] = ui.number_setting(
                link, DenoiseSettings, "share", ui.t("Share of the pixels"), 0.01, format="%.2f"
            )
            hold = f"{VIEW}:hold"
            st.session_state.setdefault(hold, link.values["hold"])
            chosen["hold"] = ui.held(st.toggle, ui.t("Hold all the other pixels"), key=hold)
        for name, label, step, format_, words in (
            ("steps", ui.t("Steps"), 1, None, ui.t("Downhill; every one of them is kept.")),
            ("step_size", ui.t("Step size ε"), 0.005, "%.3f", ui.t("The drift of each step is −ε²/2 ∇E.")),
            (
                "temperature",
                ui.t("Temperature T of Langevin"),
                0.005,
                "%.3f",
                ui.t("Its noise is ε√T ξ; descent has T = 0."),
            ),
        ):
            chosen[name] = ui.number_setting(link, DenoiseSettings, name, label, step, help=words, format=format_)
        chosen["seed"] = ui.seed_setting(link, DenoiseSettings)
        progress = st.empty()
    if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
        link.values["picture"] = ""
    link.follow(**chosen)
    with place:
        new = ui.uploaded_picture(link, shape)
        if take and new is None:
            new = ui.chain_sample(chosen["checkpoint"], chosen["seed"], progress)
        ui.picture_on_pad(link, shape, new, drawing_pad, height=320)

    settings = DenoiseSettings.checked(**link.values)
    step = link.opened_number("step", 0, settings.steps)
    focus = link.opened_number("focus", 0, 2)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Going down … {:.0%}"))
        reference = ui.energy_reference(settings.checkpoint)
        state = denoise_player(trace, key=f"{VIEW}:player", step=step, focus=focus, reference=reference)
        link.write(step=state.step, focus=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.energy_files.denoising, trace, state.step)

ui.lesson(VIEW, **figures.energy.denoise_words(trace))
