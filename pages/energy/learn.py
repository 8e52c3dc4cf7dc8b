"""Training intuition: an energy in the plane learns in front of the visitor, one contrastive step at a time."""

from typing import Any

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import (
    FEWEST_POINTS,
    ContrastiveSettings,
    example_points,
    pack_points,
    point_bytes,
)
from playground.widgets import contrastive_player, density_player, drawn_points

VIEW = "energy-learn"
DATA = {
    "moons": "Two moons",
    "rings": "Rings",
    "spiral": "Spiral",
    "gaussians": "Eight Gaussians",
    "drawn": "Drawn by you",
}
STARTS = {
    "data": "at the data (CD-k)",
    "noise": "from noise (short-run)",
    "persistent": "where they ended (PCD)",
    "none": "no negative phase",
}
DEFAULTS = {name: field.default for name, field in ContrastiveSettings.model_fields.items()}

link = ui.Link(VIEW, ContrastiveSettings, DEFAULTS)


def number(name: str, label: str, step: float, **options: Any) -> Any:
    """A slider for a field of the link, without the crumbs of binary fractions."""
    return round(ui.number_setting(link, ContrastiveSettings, name, label, step, **options), 4)


def draw_points() -> tuple[str, str]:
    """A plane to draw on; the points, packed, and what was wrong with those of the link."""
    key, problem, opened = f"{VIEW}:points", "", example_points()
    try:
        opened = point_bytes(link.values["points"]) if link.values["points"] else opened
    except InvalidInput as error:
        problem = f"{error}; an example is shown instead"
    points = drawn_points(key, opened)
    with st.popover("Draw the points", icon=":material/draw:", width="stretch"):
        density_player(None, key=key, editable=True, alone=True, height=340)
    return pack_points(points), problem


idea = "Energy is pushed down on the data and up on the model's own samples, one step at a time."
with ui.view("Training intuition", idea) as (controls, stage):
    with controls:
        chosen, problem = {"data": ui.choice_setting(link, "data", "Data", DATA)}, ""
        if chosen["data"] == "drawn":
            chosen["points"], problem = draw_points()
        words = "Where the negative phase comes from."
        chosen["start"] = ui.choice_setting(link, "start", "Chains start", STARTS, help=words)
        chosen["k"] = number("k", "k, Langevin steps of a chain", 1)
        chosen["step_size"] = number("step_size", "ε, size of a Langevin step", 0.01)
        chosen["rate"] = number("rate", "Learning rate (Adam)", 0.0005, format="%.4f")
        with st.popover("More", icon=":material/tune:", width="stretch"):
            words = "β₁ of Adam. 0: a step is made of its own gradient alone."
            chosen["momentum"] = number("momentum", "Momentum", 0.05, help=words)
            if chosen["start"] == "persistent":
                chosen["restart"] = number("restart", "Share of chains restarted from noise", 0.01)
            chosen["chains"] = number("chains", "Chains", 16)
            chosen["steps"] = number("steps", "Training steps", 10)
        chosen["seed"] = ui.seed_setting(link, ContrastiveSettings)
        progress, button = st.empty(), st.empty()
    link.follow(**chosen)
    if problem:
        link.refuse(problem)
    settings = ContrastiveSettings.checked(**{**link.values, **({} if "points" in chosen else {"points": ""})})
    step = link.opened_number("step", 0, settings.steps)
    event = link.opened_number("event", 1, 5)
    with stage:
        ui.notices(link.notices)
        few = chosen["data"] == "drawn" and len(point_bytes(settings.points)) < FEWEST_POINTS
        if few:
            st.info(f"Draw at least {FEWEST_POINTS} points: a small energy then learns them.", icon=":material/draw:")
        trace = None if few else ui.trained(link, settings, button, progress)
        further = {"points": settings.points}
        if trace is not None:
            state = contrastive_player(
                trace,
                key=f"{VIEW}:stage",
                chains=settings.chains,
                momentum=settings.momentum,
                step=step,
                event=None if event is None or not step else event - 1,
            )
            further |= {"step": state.step, "event": None if state.focus is None else state.focus + 1}
            ui.take_away(settings.stem(), figures.contrastive.files(trace, state.step), settings.python())
        link.write(**further)

ui.lesson(VIEW, **figures.contrastive.words(trace))
