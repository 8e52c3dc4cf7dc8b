"""Missing arrows: which pixels may know of which, what each arrow saves in parameters and costs in nats."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import GraphSettings, preset
from playground.widgets import missing_arrows

VIEW = "foundations-graph"
SHAPES = [(2, 2), (2, 3), (3, 2)]
PRESETS = {
    "full": ui.t("All arrows"),
    "markov-2": ui.t("Markov, order 2"),
    "markov-1": ui.t("Markov chain, order 1"),
    "none": ui.t("No arrow: independent"),
}
DEFAULTS = {name: field.default for name, field in GraphSettings.model_fields.items()}

link = ui.Link(VIEW, GraphSettings, DEFAULTS)
if (link.values["height"], link.values["width"]) not in SHAPES:
    link.refuse(ui.t("height=3 and width=3 are not allowed together: at most 6 pixels; using 2 × 3 instead"))
    link.values.update(height=2, width=3)


def keep(arrows: str) -> None:
    """Other arrows, from a button or from the canvas."""
    link.apply(arrows=arrows)


idea = ui.t("An arrow that is not there says: given its other parents, this pixel need not know that one.")
with ui.view(ui.t("Missing arrows"), idea) as (controls, stage):
    with controls:
        chosen = {"world": ui.choice_setting(link, "world", ui.t("World"), ui.world_names())}
        chosen["height"], chosen["width"] = ui.shape_setting(link, ui.t("Pixels"), SHAPES)
        pixels = chosen["height"] * chosen["width"]
        if pixels != link.values["height"] * link.values["width"]:
            link.values["arrows"] = ""
        st.caption(ui.t("Which arrows are there"))
        for name, words in PRESETS.items():
            st.button(words, key=f"{VIEW}:{name}", on_click=keep, args=(preset(name, pixels),), width="stretch")
        chosen["seed"] = ui.seed_setting(link, GraphSettings)
    link.follow(**chosen)
    settings = GraphSettings.checked(**link.values)
    try:
        settings.kept()
    except InvalidInput as error:
        link.refuse(ui.t("{problem}; using all of them instead", problem=error))
        link.values["arrows"] = ""
        settings = GraphSettings.checked(**link.values)
    link.write()
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings)
        left, right = st.columns([2.1, 1], gap="medium")
        with left:
            missing_arrows(trace, key=f"{VIEW}:stage", on_edit=keep)
        with right:
            ui.picture_title(ui.t("**Every graph** of these pixels: from the best to the worst of each size"))
            chart = figures.missing_arrows.frontier(trace, t=ui.t)
            st.plotly_chart(chart, key=f"{VIEW}:frontier", config=figures.style.CONFIG)
            st.caption(ui.t("Blue: the smallest KL that so many parameters can buy. The dot is the graph on stage."))
        ui.take_away(settings.stem(), settings.python(), figures.missing_arrows.files, trace)

ui.lesson(VIEW, **figures.missing_arrows.words(trace))
