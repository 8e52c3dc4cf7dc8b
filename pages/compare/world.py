"""Every family learns the same small world: each one's exact distribution beside the truth, and its KL over updates."""

import streamlit as st

from playground import figures, ui
from playground.traces import FAMILY_NAMES, CompareWorldLinkSettings
from playground.widgets import family_panels

VIEW = "compare-world"
LEFT = f"{VIEW}:left"
DEFAULTS = {name: field.default for name, field in CompareWorldLinkSettings.model_fields.items()}

link = ui.Link(VIEW, CompareWorldLinkSettings, DEFAULTS)
ui.mend_sides(link)
idea = ui.t("So few states that all are listed: what every family has learned of the same data, beside the truth.")
with ui.view(ui.t("One small world"), idea) as (narrow, stage):
    with narrow:
        ui.families_chosen(link)
        place, waiting = st.container(), f"{VIEW}:presses"
        pressed = st.button(
            ui.t("Train"), type="primary", icon=":material/play_arrow:", width="stretch", key=f"{VIEW}:train"
        )
        with place:
            wanted = ui.training_settings(link)
        if pressed:
            st.session_state[waiting] = st.session_state.get(waiting, 0) + 1
            link.follow(**wanted)
        elif any(link.values[name] != value for name, value in wanted.items()):
            st.caption(ui.t("Press **Train** to use the new settings."))
        progress, button = st.empty(), st.empty()
    settings = CompareWorldLinkSettings.checked(**link.values)
    step = link.opened_number("step", 0, settings.steps)
    compared = link.opened_choice("compared", ("none", *FAMILY_NAMES))
    replay = st.session_state.get(waiting, 0)
    same = (settings.model_copy(update={"families": ""}).key(), replay)
    with stage:
        ui.notices(link.notices)
        traces = ui.trained_families(link, settings, button, progress)
        further = {}
        if traces:
            titles = [ui.families()[trace.model] for trace in traces]
            names = [trace.model for trace in traces]
            left = st.session_state.get(LEFT, {})  # another choice of families is looked at as the one before
            if left.get("same") == same:
                step, compared = left["step"] or None, left["compared"]
            state = family_panels(
                traces,
                titles,
                key=f"{VIEW}:stage",
                frame=None if step is None else figures.compare_world.frame_at(traces[0], step),
                compared=names.index(compared) if compared in names else None,
                replay=replay,
            )
            further["step"] = int(traces[0].steps[state.step])
            further["compared"] = None if state.focus is None else names[state.focus]
            st.session_state[LEFT] = {"same": same, **further}
            made = (figures.compare_world.files, traces, [title for title, _ in titles], state.step)
            ui.take_away(settings.stem(), settings.python(), *made)
        link.write(**further)

ui.lesson(VIEW, **figures.compare_world.words(traces, settings))
