"""Chains from noise, or from a drawing, to digits: Langevin on a trained energy, with the energy along the way."""

import streamlit as st

from playground import figures, ui
from playground.traces import EnergyChainSettings, pack_greys, unpack_greys
from playground.widgets import chain_player, drawing_pad

VIEW = "energy-digits"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("EnergyModel")
FIELDS = ("checkpoint", "start", "kernel", "chains", "steps", "step_size", "temperature", "seed", "picture")
DEFAULTS = {name: EnergyChainSettings.model_fields[name].default for name in FIELDS} | {"checkpoint": NAMES[0]}
STARTS, KERNELS = {"noise": ui.t("noise"), "drawing": ui.t("a drawing")}, {"ula": "ULA", "mala": "MALA"}
OPENED = f"{VIEW}:opened"

link = ui.Link(VIEW, EnergyChainSettings, DEFAULTS, {"checkpoint": NAMES})
shape = tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape)
link.mend("picture", lambda text: unpack_greys(text, shape), ui.t("the pad is empty instead"))
opened = unpack_greys(link.values["picture"], shape)


def drawn(checkpoint: str) -> str:
    """The drawing that chains start at, packed; a pad in a window of its own."""
    here = tuple(ENGINE.load(checkpoint).model.event_shape)
    with st.popover(ui.t("Draw the start"), icon=":material/draw:", width="stretch"):
        new = ui.uploaded_picture(link, here)
        if new is not None or OPENED not in st.session_state or st.session_state[OPENED].shape != here:
            st.session_state[OPENED] = new if new is not None else opened
        pad = drawing_pad(key=f"{VIEW}:pad:{here[0]}", shape=here, value=st.session_state[OPENED], height=320)
    return pack_greys(pad.picture) if pad.picture.any() else ""


def choose() -> dict:
    """What waits for the button."""
    chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
    words = ui.t("ULA takes every step and is a little biased; MALA accepts or rejects each, and is exact.")
    for place, (name, label, offered, help_) in zip(
        st.columns([1.2, 1], gap="small"),
        (("start", ui.t("Start at"), STARTS, None), ("kernel", ui.t("Kernel"), KERNELS, words)),
        strict=True,
    ):
        with place:
            chosen[name] = ui.choice_setting(link, name, label, offered, help=help_)
    chosen["picture"] = drawn(chosen["checkpoint"]) if chosen["start"] == "drawing" else link.values["picture"]
    for name, label, step, words in (
        ("chains", ui.t("Chains"), 1, ui.t("Run together, from the same seed.")),
        (
            "steps",
            ui.t("Steps"),
            1,
            ui.t("Of each chain. The energy is kept at every step, up to 3,200 pictures altogether."),
        ),
        ("step_size", ui.t("Step size ε"), 0.005, ui.t("x − ε²/2 ∇E + ε√T ξ. The model was trained with ε = 0.1.")),
        ("temperature", ui.t("Temperature T"), 0.02, ui.t("The chain's target is E/T. At 1 it is the model itself.")),
    ):
        format_ = {"format": "%.3f" if name == "step_size" else "%.2f"} if isinstance(step, float) else {}
        chosen[name] = ui.number_setting(link, EnergyChainSettings, name, label, step, help=words, **format_)
    chosen["seed"] = ui.seed_setting(link, EnergyChainSettings)
    return chosen


with ui.view(
    ui.t("Digits"), ui.t("Langevin chains go down a learned energy: p(x) = exp(−E(x)) / Z, and Z is not needed.")
) as (
    controls,
    stage,
):
    with controls:
        ui.run_bar(link, ui.t("Run the chains"), choose)
        progress = st.empty()
    settings = EnergyChainSettings.checked(**link.values)
    step = link.opened_number("step", 0, settings.steps)
    focus = link.opened_number("focus", 0, settings.chains - 1)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Chains run … {:.0%}"))
        state = chain_player(
            trace,
            key=f"{VIEW}:player",
            step=step,
            focus=focus,
            reference=ui.energy_reference(settings.checkpoint),
            replay=ui.presses(link),
        )
        link.write(step=state.step, focus=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.energy_files.chains, trace, state.step)

ui.lesson(VIEW, **figures.energy.chain_words(trace, ui.t))
