"""Controls of the game of a GAN in the plane. A changed setting starts the game anew, with the same seed and moves."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from ..traces import GanGameSettings, GanGameTrace
from .controls import choice_setting, number_setting, seed_setting
from .held import held
from .link import Link
from .resources import engine, run
from .words import t

RATES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
DEFAULTS = {name: field.default for name, field in GanGameSettings.model_fields.items()}
# Small buttons; and what a long game says of itself stands beside the title, where nothing moves to make room for it.
SMALL = """<style>.stApp .st-key-presets {gap: .3rem}
.st-key-presets button {min-height: 1.65rem; padding: 0 .5rem}
.st-key-presets p {font-size: .8rem}
[data-testid="stLayoutWrapper"]:has(> .st-key-playing) {position: absolute}
.st-key-playing {position: fixed; top: 4rem; right: 2rem; width: min(24rem, 55vw); z-index: 10}</style>"""
LONG = 150  # new steps from which on a bar shows how far they are, and they can be cancelled


def game_presets(link: Link, presets: dict[str, dict[str, Any]], words: dict[str, tuple[str, str]]) -> int:
    """A button for each preset: it sets everything and plays it. Returns how often one was chosen, 0 at first.

    presets: name → values of GanGameSettings that are not the default. words: name → (what the button says, what it
    shows). A link's `preset=name` chooses one too.
    """
    count = f"{link.view}:presets"

    def choose(name: str) -> None:
        link.apply(**DEFAULTS | presets[name])
        for field in DEFAULTS:  # controls take their value from the link again
            st.session_state.pop(f"{link.view}:{field}", None)
        st.session_state[count] = presets_chosen(link) + 1

    if wanted := link.opened("preset"):
        if wanted in presets:
            choose(wanted)
        else:
            known = ", ".join(presets)
            link.refuse(t("preset={wrong!r} is not allowed: known are {known}", wrong=wanted[:40], known=known))
    st.html(SMALL)
    with st.container(horizontal=True, gap="xsmall", key="presets"):
        for name in presets:
            title, shows = words[name]
            st.button(title, key=f"{link.view}:preset:{name}", on_click=choose, args=(name,), help=shows)
    return presets_chosen(link)


def presets_chosen(link: Link) -> int:
    """How often a preset was chosen in this view."""
    return st.session_state.get(f"{link.view}:presets", 0)


def game_controls(link: Link, draw: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Data, loss, cure, rates, noise, latent and seed, by the names of the link. draw: shows a plane to draw on and
    returns the points; it is asked where they are what is learnt."""
    chosen: dict[str, Any] = {"data": choice_setting(link, "data", t("Data"), _data())}
    if chosen["data"] == "drawn":
        chosen |= draw()
    words = t("What G minimises. Early on D is sure that fakes are fakes: log(1 − D) is then flat, −log D is steep.")
    losses = {"non-saturating": t("non-saturating: −log D"), "minimax": t("minimax: log(1 − D)")}
    chosen["loss"] = choice_setting(link, "loss", t("G’s loss"), losses, help=words)
    cures = {"none": t("none"), "unrolled": t("unrolled D"), "penalty": t("gradient penalty R₁")}
    words = t("Against mode collapse and cycling.")
    chosen["cure"] = choice_setting(link, "cure", t("Cure"), cures, help=words)
    if chosen["cure"] == "unrolled":
        chosen["unroll"] = number_setting(link, GanGameSettings, "unroll", t("k, steps of D that G looks ahead"))
    if chosen["cure"] == "penalty":
        words = t("γ: D also pays γ/2 ‖∇x logit D‖² on real points.")
        chosen["penalty"] = _crumbless(
            number_setting(link, GanGameSettings, "penalty", t("γ, weight"), 0.05, help=words)
        )
    left, right = st.columns(2, gap="small")
    with left:
        chosen["d_rate"] = _rate(link, "d_rate", t("Rate of D"))
    with right:
        chosen["g_rate"] = _rate(link, "g_rate", t("Rate of G"))
    with st.popover(t("Noise, latent, networks"), icon=":material/tune:", width="stretch"):
        chosen["d_steps"] = number_setting(link, GanGameSettings, "d_steps", t("D steps for one G step, in “both”"))
        words = t("s, of the Gaussian noise on both clouds: without it p_g would have no density, and D* no meaning.")
        chosen["noise"] = _crumbless(number_setting(link, GanGameSettings, "noise", t("Noise s"), 0.05, help=words))
        words = t("Adam's steps are about as long however small the gradient is: they hide that it vanishes.")
        steps = {"adam": "Adam", "plain": t("plain: as long as the gradient")}
        chosen["g_step"] = choice_setting(link, "g_step", t("G’s steps"), steps, help=words)
        latents = {"gaussian": t("Gaussian, 2-D"), "uniform": t("uniform square, 2-D")}
        chosen["latent"] = choice_setting(link, "latent", t("Latent z"), latents)
        chosen["hidden"] = number_setting(link, GanGameSettings, "hidden", t("Hidden units in a layer"), 4)
    chosen["seed"] = seed_setting(link, GanGameSettings)
    return chosen


def _data() -> dict[str, str]:
    return {
        "eight": t("Eight Gaussians"),
        "grid": t("25 Gaussians"),
        "moons": t("Two moons"),
        "ring": t("Ring"),
        "line": t("Line"),
        "drawn": t("Drawn by you"),
    }


def _crumbless(value: float) -> float:
    """Without the crumbs of binary fractions."""
    return round(value, 4)


def _rate(link: Link, name: str, label: str) -> float:
    """A learning rate out of a list; one of the link that is not in it joins it."""
    key = f"{link.view}:{name}"
    now = st.session_state.setdefault(key, link.values[name])
    offered = sorted({*RATES, now, link.values[name]})
    return held(st.selectbox, label, offered, key=key, format_func=lambda rate: f"{rate:g}")


def played(link: Link, settings: GanGameSettings) -> GanGameTrace | None:
    """The game. One of many new steps shows how far it is and can be cancelled, and then there is none until it is
    asked for again."""
    cancelled, known = f"{link.view}:cancelled", f"{link.view}:known"
    if st.session_state.get(cancelled) == settings.key():
        st.info(t("This game was cancelled."), icon=":material/cancel:")
        again = {"on_click": st.session_state.pop, "args": (cancelled,)}
        st.button(t("Play it"), type="primary", key=f"{link.view}:again", **again)
        return None
    game, steps = st.session_state.get(known, ("", 0))
    new = len(settings.steps) - (steps if game == settings.start_key() else 0)
    long = new > LONG and not engine().holds(settings)
    with st.container(horizontal=True, vertical_alignment="bottom", key="playing"):
        place, button = st.empty(), st.empty()
    if long:
        note = {"on_click": st.session_state.__setitem__, "args": (cancelled, settings.key())}
        button.button(t("Cancel"), icon=":material/cancel:", key=f"{link.view}:cancel", **note)
    trace = run(settings, place if long else None, t("Playing … {:.0%}"))
    button.empty()
    st.session_state[known] = (settings.start_key(), trace.steps)
    return trace
