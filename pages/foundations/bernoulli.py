"""One variable: draws fall into bins by one uniform number each; and what one pixel's joint table would take."""

import streamlit as st

from playground import figures, ui
from playground.traces import (
    DrawsSettings,
    OneVariableLinkSettings,
    PixelTableSettings,
    format_weights,
    parse_weights,
)
from playground.widgets import draws_watcher, pixel_table_counter

VIEW = "foundations-bernoulli"
SHOW = {"bernoulli": ui.t("Bernoulli"), "categorical": ui.t("Categorical"), "pixel": ui.t("One RGB pixel")}
LEVELS = (2, 4, 8, 16, 32, 64, 128, 256)
HERE = f"{VIEW}:here"  # draws seen: other parameters under the same numbers open there
DEFAULTS = {name: field.default for name, field in OneVariableLinkSettings.model_fields.items() if name != "variable"}

link = ui.Link(VIEW, OneVariableLinkSettings, DEFAULTS)


def weights() -> str:
    """How many values there are, and a slider for each of their weights."""
    known = parse_weights(link.values["weights"])
    st.session_state.setdefault(f"{VIEW}:values", len(known))
    values = ui.held(st.slider, ui.t("Values"), 2, 6, key=f"{VIEW}:values")
    found, halves = [], st.columns(2, gap="small")
    for value in range(values):
        key = f"{VIEW}:weight:{value}"
        st.session_state.setdefault(key, known[value] if value < len(known) else 1)
        found.append(ui.held(halves[value % 2].slider, ui.t("Weight of {value}", value=value), 0, 20, key=key))
    if not any(found):
        st.caption(ui.t("All weights are 0: those of before are shown."))
        return link.values["weights"]
    return format_weights(tuple(found))


def draws_part() -> dict:
    """Draws on their way into the bins; the numbers of the lesson."""
    values = {name: link.values[name] for name in DrawsSettings.model_fields if name != "variable"}
    settings = DrawsSettings.checked(variable=link.values["show"], **values)
    step = link.opened_number("step", 0, settings.count, st.session_state.get(HERE))
    ui.notices(link.notices)
    trace = ui.run(settings)
    step = None if step is None else min(step, settings.count)
    state = draws_watcher(trace, key=f"{VIEW}:draws", step=step)
    st.session_state[HERE] = state.step or None
    link.write(step=state.step)
    ui.take_away(settings.stem(), settings.python(), figures.one_variable.draws_files, trace)
    return figures.one_variable.draws_words(trace)


def pixel_part() -> None:
    """The table of a pixel, counted."""
    settings = PixelTableSettings.checked(levels=link.values["levels"])
    step = link.opened_number("step", 0, settings.levels)
    ui.notices(link.notices)
    trace = ui.run(settings)
    state = pixel_table_counter(trace, key=f"{VIEW}:pixel", step=step)
    link.write(step=state.step)
    ui.take_away(settings.stem(), settings.python(), figures.one_variable.table_files, trace)


idea = ui.t("One uniform number decides one value: every sampler of this playground draws like this.")
with ui.view(ui.t("Bernoulli and categorical"), idea) as (controls, stage):
    with controls:
        show = ui.choice_setting(link, "show", ui.t("Show"), SHOW)
        chosen = {"show": show}
        if show == "bernoulli":
            chosen["p"] = ui.number_setting(link, OneVariableLinkSettings, "p", ui.t("p, probability of 1"), 0.01)
        elif show == "categorical":
            chosen["weights"] = weights()
        if show == "pixel":
            key = f"{VIEW}:levels"
            st.session_state.setdefault(key, link.values["levels"])
            offered = sorted({*LEVELS, link.values["levels"]})
            chosen["levels"] = ui.held(st.select_slider, ui.t("Levels of a channel"), offered, key=key)
        else:
            chosen["count"] = ui.number_setting(link, OneVariableLinkSettings, "count", ui.t("Draws"), 10)
            chosen["seed"] = ui.seed_setting(link, OneVariableLinkSettings)
    link.follow(**chosen)
    with stage:
        if show == "pixel":
            pixel_part()
            numbers = {}
        else:
            numbers = draws_part()

if show == "pixel":
    ui.lesson(f"{VIEW}-pixel", **figures.one_variable.table_words(link.values["levels"]))
else:
    ui.lesson(VIEW, **numbers)
