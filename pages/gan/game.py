"""The game in 2-D: a generator and a discriminator train in front of the visitor, press by press."""

from typing import Any

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import FEWEST_POINTS, GanGameSettings, example_points, pack_points, point_bytes
from playground.traces.gan_presets import PRESETS
from playground.widgets import density_player, drawn_points, gan_game, pressed_moves

VIEW = "gan-game"
STAGE = f"{VIEW}:stage"
OPENED = f"{VIEW}:opened"  # step and phase of the link
OPENING = "b100"  # what is played for who comes without a link
DEFAULTS = {name: field.default for name, field in GanGameSettings.model_fields.items()}

fresh = f"link:{VIEW}" not in st.session_state and not st.query_params
link = ui.Link(VIEW, GanGameSettings, DEFAULTS)
if fresh:
    link.apply(moves=OPENING)
if (pressed := pressed_moves(STAGE, ui.presets_chosen(link))) is not None:
    link.apply(moves=pressed)
problems: list[str] = []


def draw_points() -> dict[str, Any]:
    """A plane to draw on, and its points, packed."""
    opened = example_points()
    try:
        opened = point_bytes(link.values["points"]) if link.values["points"] else opened
    except InvalidInput as error:
        problems.append(ui.t("{error}; an example is shown instead", error=error))
    points = drawn_points(f"{VIEW}:points", opened)
    with st.popover(ui.t("Draw the points"), icon=":material/draw:", width="stretch"):
        density_player(None, key=f"{VIEW}:points", editable=True, alone=True, height=340)
    return {"points": pack_points(points)}


idea = ui.t("G turns noise into points. D says how real a point looks. Each learns from the other.")
with ui.view(ui.t("The game in 2-D"), idea) as (controls, stage):
    with controls:
        replay = ui.game_presets(link, PRESETS, figures.gan_presets.words(ui.t))
        chosen = ui.game_controls(link, draw_points)
    link.follow(**chosen)
    for problem in problems:
        link.refuse(problem)
    settings = GanGameSettings.checked(**{**link.values, **({} if "points" in chosen else {"points": ""})})
    if OPENED not in st.session_state:  # kept: a long game may be interrupted before it is on stage
        most = len(settings.steps)
        st.session_state[OPENED] = link.opened_number("step", 0, most), link.opened_number("phase", 1, 4)
    step, phase = st.session_state[OPENED]
    trace, state = None, None
    with stage:
        ui.notices(link.notices)
        if chosen["data"] == "drawn" and len(point_bytes(settings.points)) < FEWEST_POINTS:
            words = ui.t("Draw at least {count} points: the game is then played for them.", count=FEWEST_POINTS)
            st.info(words, icon=":material/draw:")
        else:
            trace = ui.played(link, settings)
        further = {"points": settings.points}
        if trace is not None:
            state = gan_game(
                trace,
                settings,
                key=STAGE,
                start=(step, phase - 1 if phase and step else None),
                replay=replay,
                modes=len(trace.centres),
                dSteps=settings.d_steps,
                unrolled=settings.unroll if settings.cure == "unrolled" else 0,
            )
            further |= {"step": state.step, "phase": None if state.focus is None else state.focus + 1}
            ui.take_away(settings.stem(), settings.python(), figures.gan_game.files, trace, state.step)
        link.write(**further)

ui.lesson(VIEW, **figures.gan_game.words(trace, state.step if state else 0))
