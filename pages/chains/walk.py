"""Chains on a landscape: placed by a click, played step by step and event by event, one kernel or two side by side."""

import streamlit as st

from playground import figures, ui
from playground.traces import LandscapeSettings, WalkLinkSettings, in_python
from playground.widgets import WalkSide, chain_walk, drawing_pad, placed_starts

VIEW = "chains-walk"
STAGE = f"{VIEW}:stage"
DEFAULTS = {name: field.default for name, field in WalkLinkSettings.model_fields.items()}

link = ui.Link(VIEW, WalkLinkSettings, DEFAULTS)
ui.same_chains(link)
if placed := placed_starts(STAGE):
    link.apply(starts=placed[0], chains=placed[1])
    st.session_state[f"{VIEW}:chains"] = placed[1]

idea = ui.t("A chain proposes, compares, and moves or stays. Click on the landscape to start one.")
with ui.view(ui.t("Step by step"), idea) as (controls, stage):
    with controls:
        chosen = ui.density_controls(link, drawing_pad)
        chosen |= ui.kernel_controls(link)
        chosen |= ui.second_kernel(link, chosen["kernel"])
        chosen |= ui.run_controls(link)
        progress = st.empty()
    link.follow(**chosen)
    density = {name: link.values[name] for name in ("target", "formula", "drawing")}
    landscape = ui.run(LandscapeSettings.checked(**density), progress)
    found = ui.walks(link, landscape, progress)
    ui.remember_chains(link)
    traces = [trace for _, trace in found]

    step = link.opened_number("step", 0, link.values["warmup"] + link.values["steps"])
    event = link.opened_number("event", 0, 3, default=0)
    chain = link.opened_number("chain", 1, link.values["chains"], default=1)
    titles = ui.kernel_titles()
    with stage:
        ui.notices(link.notices)
        here = chain_walk(
            landscape,
            [
                WalkSide(trace, figures.walk.kernel_words(settings, trace, ui.t), titles[settings.kernel])
                for settings, trace in found
            ],
            key=STAGE,
            starts=link.values["starts"],
            start=(step, event, chain - 1),
            note=ui.t("No chain can start where the seed says: click where the density is not zero."),
            height=586,
        )
        left_out = ui.unused(link) | ({} if link.values["kernel2"] else dict.fromkeys(("step_size2", "leapfrog2")))
        link.write(**left_out | {"step": here.step, "event": here.event or None, "chain": here.focus + 1})
        if found:
            code = in_python(landscape=LandscapeSettings(**density), traces=[settings for settings, _ in found])
            ui.take_away(found[0][0].stem(), code, figures.walk.files, landscape, traces, here.step)

words = figures.walk.words(landscape, traces[0] if found else None, ui.t)
ui.lesson(VIEW, **words | {"density": ui.density_titles()[link.values["target"]]})
