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
    "moons": ui.t("Two moons"),
    "rings": ui.t("Rings"),
    "spiral": ui.t("Spiral"),
    "gaussians": ui.t("Eight Gaussians"),
    "drawn": ui.t("Drawn by you"),
}
STARTS = {
    "data": ui.t("at the data (CD-k)"),
    "noise": ui.t("from noise (short-run)"),
    "persistent": ui.t("where they ended (PCD)"),
    "none": ui.t("no negative phase"),
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
        problem = ui.t("{error}; an example is shown instead", error=error)
    points = drawn_points(key, opened)
    with st.popover(ui.t("Draw the points"), icon=":material/draw:", width="stretch"):
        density_player(None, key=key, editable=True, alone=True, height=340)
    return pack_points(points), problem


idea = ui.t("Energy is pushed down on the data and up on the model's own samples, one step at a time.")
with ui.view(ui.t("Training intuition"), idea) as (controls, stage):
    with controls:
        chosen, problem = {"data": ui.choice_setting(link, "data", ui.t("Data"), DATA)}, ""
        if chosen["data"] == "drawn":
            chosen["points"], problem = draw_points()
        words = ui.t("Where the negative phase comes from.")
        chosen["start"] = ui.choice_setting(link, "start", ui.t("Chains start"), STARTS, help=words)
        chosen["k"] = number("k", ui.t("k, Langevin steps of a chain"), 1)
        chosen["step_size"] = number("step_size", ui.t("ε, size of a Langevin step"), 0.01)
        chosen["rate"] = number("rate", ui.t("Learning rate (Adam)"), 0.0005, format="%.4f")
        with st.popover(ui.t("More"), icon=":material/tune:", width="stretch"):
            words = ui.t("β₁ of Adam. 0: a step is made of its own gradient alone.")
            chosen["momentum"] = number("momentum", ui.t("Momentum"), 0.05, help=words)
            if chosen["start"] == "persistent":
                chosen["restart"] = number("restart", ui.t("Share of chains restarted from noise"), 0.01)
            chosen["chains"] = number("chains", ui.t("Chains"), 16)
            chosen["steps"] = number("steps", ui.t("Training steps"), 10)
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
            words = ui.t("Draw at least {count} points: a small energy then learns them.", count=FEWEST_POINTS)
            st.info(words, icon=":material/draw:")
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
            ui.take_away(settings.stem(), settings.python(), figures.contrastive.files, trace, state.step)
        link.write(**further)

ui.lesson(VIEW, **figures.contrastive.words(trace))
