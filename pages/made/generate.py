"""Watch a trained MADE write digits, under any of the orderings it was trained for; force a pixel and compare."""

import streamlit as st

from playground import figures, ui
from playground.traces import AncestralSettings, BranchSettings
from playground.widgets import player

VIEW = "made-generate"
NAMES = ui.picture_checkpoints("made")
DEFAULTS = {"checkpoint": NAMES[0], "member": 0, "count": 16, "temperature": 1.0, "seed": 0, "force": None}

link = ui.Link(VIEW, AncestralSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("A trained MADE: one masked network, one pass to read, its units computed once to write.")
with ui.view(ui.t("Digits"), IDEA) as (controls, stage):
    with controls:
        ordering = st.container()
        pressed = ui.generate_bar(link, AncestralSettings, NAMES)
        if pressed:
            link.apply(force=None)
        ui.member_setting(link, ordering)
        if link.values["force"] and st.button(
            ui.t("Back to all digits"), icon=":material/arrow_back:", width="stretch"
        ):
            link.apply(force=None)
        progress = st.empty()

    chosen = {name: link.values[name] for name in ("checkpoint", "member", "count", "temperature", "seed")}
    settings, trace = ui.branched(link, chosen, progress)
    samples, steps = trace.values.shape
    branching = isinstance(settings, BranchSettings)
    with ordering:
        dark = st.context.theme.type == "dark"
        picture = figures.average.ordering(trace.order, trace.shape, dark, height=112, t=ui.t)
        st.plotly_chart(picture, key=f"{VIEW}:ordering", config=figures.style.CONFIG)

    forced = branching and ui.t("step {step} forced to {value}", step=settings.step + 1, value=settings.value)
    opened_step = link.opened_number("step", 0, steps)
    opened_focus = link.opened_number("focus", 0, samples - 1)
    with stage:
        ui.notices(link.notices)
        state = player(
            trace,
            key=f"{VIEW}:player",
            step=settings.step if branching and opened_step is None else opened_step,
            focus=opened_focus or 0,
            titles=(ui.t("as drawn"), forced) if branching else (),
            layout="compare" if branching else "grid",
            forceable=not branching,
            forced=settings.step if branching else None,
            autoplay=True,
            replay=ui.presses(link),
        )
        if state.force is not None and not branching:
            step, value = state.force
            link.apply(force=f"{state.focus}.{step}.{value}")
            st.rerun()
        link.write(step=state.step, focus=state.focus or None)
        ui.take_away(settings.stem(), settings.python(), figures.export.files, trace)

ui.lesson(VIEW, pixels=steps, member=settings.member, members=ui.members(settings.checkpoint))
