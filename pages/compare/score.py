"""One drawing judged by every model: exact log p, bounds, energies, a logit; and its rank among real digits."""

import streamlit as st

from playground import figures, ui
from playground.traces import CompareScoreSettings, standings
from playground.widgets import drawing_pad, rank_strips

VIEW = "compare-score"
NAMES, SHAPE = ui.judging_models()
MOST = 16
DEFAULTS = {"checkpoints": "", "picture": "", "binarization": "coins", "seed": 0}

link = ui.Link(VIEW, CompareScoreSettings, DEFAULTS)
idea = ui.t("One picture, and what is done to it, among real digits, by every model's own figure.")
with ui.view(ui.t("Score"), idea) as (controls, stage):
    with controls:
        place = st.container()
        with st.container(horizontal=True):
            drawn = ui.generated_digit(link, SHAPE)
            with st.popover(ui.t("Upload a picture"), icon=":material/upload:"):
                uploaded = ui.uploaded_picture(link, SHAPE)
        with place:
            ui.picture_on_pad(link, SHAPE, drawn if uploaded is None else uploaded, drawing_pad, height=300)
        names = ui.models_chosen(link, NAMES, MOST)
        readings = {"coins": ui.t("by coins, as the real digits"), "threshold": ui.t("1 from half ink on")}
        link.follow(binarization=ui.choice_setting(link, "binarization", ui.t("Greys become 0 and 1"), readings))
        link.follow(seed=ui.seed_setting(link, CompareScoreSettings))
        progress = st.empty()
    settings = CompareScoreSettings.checked(**link.values | {"checkpoints": ui.averaged(names)})
    version = link.opened_number("version", 0, figures.compare_drawn.LAST_VERSION)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, lambda share: ui.t("Judging … {share}", share=f"{share:.0%}"))
        found = standings(trace, {name: ui.real_figures(name) for name in names})
        titles = [ui.title_of(name) for name in names]
        version = rank_strips(trace, found, key=f"{VIEW}:stage", titles=titles, version=version)
        link.write(version=version)
        code = figures.compare_drawn.score_python(settings, trace)
        ui.take_away(settings.stem(), code, figures.compare_drawn.judgements, trace, found.ranks)

ui.lesson(VIEW, **figures.compare_drawn.score_words(trace, found, version))
