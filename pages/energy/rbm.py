"""A restricted Boltzmann machine on digits: Gibbs back and forth between visible and hidden, filters, free energy."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.errors import InvalidInput
from playground.traces import AisSettings, RbmSettings, pack_picture, unpack_picture
from playground.widgets import drawing_pad, rbm_player

VIEW = "energy-rbm"
STARTS = {"noise": ui.t("noise"), "drawing": ui.t("a drawing"), "clamped": ui.t("clamped pixels")}
CHAINS = (1, 2, 4, 8, 12, 16)
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("RBM")
FIELDS = ("checkpoint", "start", "picture", "keep", "chains", "sweeps", "every", "seed")
DEFAULTS = {name: RbmSettings.model_fields[name].default for name in FIELDS} | {"checkpoint": NAMES[0]}


def example(checkpoint: str) -> np.ndarray:
    """A digit that the machine drew, (H, W) of 0/1: the pad is never empty."""
    return ui.run(RbmSettings(checkpoint=checkpoint, chains=1, sweeps=8, every=50, seed=2)).pictures()[0]


def packed(name: str, instead: np.ndarray) -> np.ndarray:
    """The link's picture or mask (H, W), else `instead`; one that does not fit is named in a notice."""
    try:
        return unpack_picture(link.values[name], shape, 2, name) if link.values[name] else instead
    except InvalidInput as error:
        link.refuse(ui.t("{error}; an example is used instead", error=error))
        return instead


link = ui.Link(VIEW, RbmSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(ui.t("RBM"), ui.t("Two sides of coins that draw each other in turn: E(v, h) = −bᵀv − cᵀh − hᵀWv.")) as (
    narrow,
    stage,
):
    with narrow:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)} if len(NAMES) > 1 else {}
        chosen["start"] = ui.choice_setting(link, "start", ui.t("Start from"), STARTS)
        model = ENGINE.load(chosen.get("checkpoint", link.values["checkpoint"])).model
        shape = tuple(model.event_shape)
        if chosen["start"] != "noise":
            opened, half = f"{VIEW}:opened", np.arange(shape[0])[:, None] < shape[0] // 2
            if opened not in st.session_state:
                drawn = packed("picture", example(link.values["checkpoint"]))
                st.session_state[opened] = (drawn * 255, packed("keep", np.broadcast_to(half, shape)).astype(bool))
            ink, mask = st.session_state[opened]
            clamps = chosen["start"] == "clamped"
            pad = drawing_pad(
                key=f"{VIEW}:pad:{chosen['start']}",
                shape=shape,
                value=ink,
                keep=mask if clamps else None,
                mode="complete" if clamps else "draw",
                height=350,
            )
            link.values["picture"] = pack_picture(pictures.to_levels(pad.picture, 2), 2)  # what was said stays said
            if clamps:
                link.values["keep"] = pack_picture(pad.keep, 2)
        values = sorted({*CHAINS, link.values["chains"]})
        st.session_state.setdefault(f"{VIEW}:chains", link.values["chains"])
        chosen["chains"] = ui.held(st.select_slider, ui.t("Chains"), values, key=f"{VIEW}:chains")
        chosen["sweeps"] = ui.number_setting(link, RbmSettings, "sweeps", ui.t("Pictures recorded"))
        chosen["every"] = ui.number_setting(
            link,
            RbmSettings,
            "every",
            ui.t("Sweeps from one picture to the next"),
            help=ui.t("v → h → v is one sweep."),
        )
        chosen["seed"] = ui.seed_setting(link, RbmSettings)
        progress = st.empty()
    link.follow(**chosen)
    settings = RbmSettings.checked(**link.values)
    step = link.opened_number("step", 0, 2 * settings.sweeps)
    chain = link.opened_number("chain", 1, settings.chains, default=1)
    unit = link.opened_number("unit", 1, model.config.hidden)
    measured = ENGINE.validation(settings.checkpoint)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress)
        log_z = measured.get("log_partition")
        state = rbm_player(
            trace,
            key=f"{VIEW}:stage",
            step=step,
            chain=chain - 1,
            unit=None if unit is None else unit - 1,
            log_partition=log_z,
        )
        link.write(step=state.step, chain=state.chain + 1, unit=None if state.unit is None else state.unit + 1)
        ui.take_away(settings.stem(), settings.python(), figures.rbm.files, trace, state.step // 2)


@st.fragment
def partition() -> None:
    """log Z of this machine, estimated when asked: nothing of it runs before."""
    with st.expander(ui.t("log Z of this machine, by annealed importance sampling"), icon=":material/functions:"):
        st.markdown(figures.rbm.shipped(measured, ui.t))
        left, right = st.columns([1, 3.4], gap="medium")
        runs = left.select_slider(ui.t("Runs"), (10, 25, 64, 100), 25)
        betas = left.select_slider(ui.t("Values of β"), (20, 50, 100, 200, 500, 1000, 2000), 200)
        wanted = AisSettings(checkpoint=settings.checkpoint, runs=runs, betas=betas, seed=settings.seed)
        if left.button(ui.t("Estimate"), icon=":material/play_arrow:", type="primary") or ENGINE.holds(wanted):
            found = ui.run(wanted, left.empty(), ui.t("Annealing … {:.0%}"))
            right.markdown(figures.rbm.words(found, ui.t))
            right.plotly_chart(figures.rbm.weights(found), config=figures.style.CONFIG, key=f"{VIEW}:ais")
            right.download_button(
                ui.t("npz"), found.to_bytes, f"{wanted.stem()}.npz", on_click="ignore", type="tertiary"
            )


partition()
ui.lesson(VIEW, visible=shape[0] * shape[1], hidden=model.config.hidden, **figures.rbm.numbers(measured, ui.t))
