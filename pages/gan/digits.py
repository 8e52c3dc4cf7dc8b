"""A walk through the generator's codes: a plane through three of them with the verdict of D, and a line that plays."""

import streamlit as st

from playground import figures, ui
from playground.traces import GanWalkSettings, format_code
from playground.widgets import gan_walk_player

VIEW = "gan-digits"
KEPT = f"{VIEW}:kept"  # the code of the plane's point that was kept
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("GAN")
DEFAULTS = {name: field.default for name, field in GanWalkSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
GEOMETRIES = {"spherical": ui.t("on the sphere (slerp)"), "linear": ui.t("straight (lerp)")}
CORNERS = (("seed", "code_a", "A"), ("seed_b", "code_b", "B"), ("seed_c", "code_c", "C"))
POINTS, STEPS = 33 * 33, 60

link = ui.Link(VIEW, GanWalkSettings, DEFAULTS, {"checkpoint": NAMES})


def keep(code: str) -> None:
    """The plane's point becomes a corner."""
    link.apply(**{code: st.session_state[KEPT]})


idea = ui.t("A generator makes a picture of any code: walk between them, and ask D. There is no likelihood to look up.")
with ui.view(ui.t("Digits"), idea) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        link.follow(**chosen)  # before codes that do not fit it are named
        latent = ENGINE.load(chosen["checkpoint"]).model.config.latent
        ui.mended_codes(
            link, latent, *(code for _, code, _ in CORNERS), instead=ui.t("the code of its seed is shown instead")
        )
        words = ui.t(
            "Draws from N(0, I) have about one length. A straight line passes nearer to the origin than they lie."
        )
        chosen["geometry"] = ui.choice_setting(link, "geometry", ui.t("Between the codes"), GEOMETRIES, help=words)
        for name, code, label in CORNERS:
            chosen |= ui.corner_seed(link, GanWalkSettings, name, code, label)
        st.caption(ui.t("The plane's point in the frame becomes"))
        for place, (_, code, label) in zip(st.columns(3, gap="small"), CORNERS, strict=True):
            with place:
                st.button(label, key=f"{VIEW}:keep:{label}", on_click=keep, args=(code,), width="stretch")
        progress = st.empty()
    link.follow(**chosen)
    settings = GanWalkSettings.checked(**link.values)
    step = link.opened_number("step", 0, STEPS)
    point = link.opened_number("point", 0, POINTS - 1)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Decoding … {:.0%}"))
        spherical = settings.geometry == "spherical"
        state = gan_walk_player(trace, spherical=spherical, key=f"{VIEW}:stage", step=step, focus=point)
        row, column = divmod(state.focus, len(trace.axis)) if state.focus is not None else (6, 6)  # A
        st.session_state[KEPT] = format_code(trace.codes[row, column])
        link.write(step=state.step, point=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.gan_files.walk, trace, state.step)

ui.lesson(VIEW, **figures.gan_files.walk_words(trace))
