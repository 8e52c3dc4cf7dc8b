"""Samples of all families from one seed, side by side, growing at the same time, each in its own way."""

import streamlit as st

from playground import figures, ui
from playground.traces import GrowthLinkSettings, GrowthSettings, in_python
from playground.widgets import growth_player
from playground.widgets.growth import AXES, FACES, TICKS

VIEW = "compare-samples"
OFFERED = ui.drawing_models()
MOST = 16
DEFAULTS = {"checkpoints": "", "count": 4, "temperature": 1.0, "seed": 0}
COUNTS = (1, 4, 9)
LOOKS = f"{VIEW}:looks"

link = ui.Link(VIEW, GrowthLinkSettings, DEFAULTS)
idea = ui.t("Every family draws digits from the same seed. Watch what each one does until they are there.")
with ui.view(ui.t("Samples, side by side"), idea) as (controls, stage):
    with controls:
        names = ui.models_chosen(link, OFFERED, MOST)
        counts = sorted({*COUNTS, link.values["count"]})
        chosen = {
            "count": ui.segment_setting(link, "count", ui.t("Samples of each"), counts),
            "temperature": ui.number_setting(
                link,
                GrowthLinkSettings,
                "temperature",
                ui.t("Temperature"),
                0.05,
                help=ui.t("Divides the logits of what writes pixels, and E of the energy model. The others have none."),
            ),
            "seed": ui.seed_setting(link, GrowthLinkSettings),
        }
        progress = st.empty()
        st.caption(
            ui.t("Models that write pixels one by one in the same order share their uniform numbers, pixel by pixel.")
        )
    link.follow(**chosen)
    settings = GrowthLinkSettings.checked(**link.values)
    step = link.opened_number("step", 0, TICKS)
    looks = {name: link.opened_choice(name, choices) for name, choices in (("axis", AXES), ("face", FACES))}
    looks = st.session_state.get(LOOKS, looks)  # a new seed is looked at as the one before
    with stage:
        ui.notices(link.notices)
        titles, traces = [ui.title_of(name) for name in names], []
        asked = [GrowthSettings(checkpoint=name, **chosen | ui.without_temperature(name)) for name in names]
        for n, (one, title) in enumerate(zip(asked, titles, strict=True)):
            words = ui.t("{model}, {number} of {models}", model=title, number=n + 1, models=len(names))
            traces.append(ui.run(one, progress, lambda share, words=words: f"{words} … {share:.0%}"))
        state = growth_player(traces, titles, key=f"{VIEW}:stage", step=step, **looks)
        st.session_state[LOOKS] = {"axis": state.axis, "face": state.face}
        link.write(step=state.step, **st.session_state[LOOKS])
        share, expected = state.step / TICKS, state.face == "expected"
        code = in_python(traces=asked)
        ui.take_away(settings.stem(), code, figures.growth.files, traces, titles, share, expected)

ui.lesson(VIEW, **figures.growth.words(traces, titles))
