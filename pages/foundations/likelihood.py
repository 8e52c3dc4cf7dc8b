"""Maximum likelihood where all is enumerable: train, test, and both divergences at every step, exactly."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import LikelihoodSettings
from playground.widgets import likelihood_player

VIEW = "foundations-likelihood"
MODELS = {
    "independent": ui.t("Independent pixels"),
    "logistic": ui.t("Logistic: a weight per arrow"),
    "table": ui.t("Table: a number per state"),
}
OBJECTIVES = {"forward": ui.t("KL(data ‖ q): maximum likelihood"), "reverse": ui.t("KL(q ‖ target): reversed")}
DATA = {"sample": ui.t("N draws of the world"), "world": ui.t("the world itself")}
SHAPES = [(2, 2), (2, 3), (3, 2), (3, 3), (2, 4), (4, 2)]
DEFAULTS = {name: field.default for name, field in LikelihoodSettings.model_fields.items()}
PRESETS = {
    "overfit": (ui.t("Overfit"), {"model": "table", "count": 15, "steps": 2000, "rate": 5.0}),
    "enough": (ui.t("Enough data"), {"model": "table", "count": 2000, "steps": 2000, "rate": 5.0}),
    "cover": (
        ui.t("Cover"),
        {"world": "checkerboard", "height": 2, "width": 2, "data": "world", "model": "independent", "steps": 200},
    ),
    "choose": (
        ui.t("Choose"),
        {"world": "checkerboard", "height": 2, "width": 2, "data": "world", "model": "independent", "steps": 200}
        | {"objective": "reverse"},
    ),
}
CONTROLS = (*DEFAULTS, "shape")

link = ui.Link(VIEW, LikelihoodSettings, DEFAULTS)
try:
    LikelihoodSettings.checked(**link.values).truth()
except InvalidInput as error:
    link.refuse(ui.t("{problem}; using 3 × 3 instead", problem=error))
    link.values.update(height=3, width=3)


def take(wanted: dict) -> None:
    """The settings of a preset, in the link and in the controls."""
    link.apply(**DEFAULTS | wanted)
    for name in CONTROLS:
        st.session_state.pop(f"{VIEW}:{name}", None)
    st.session_state[f"{VIEW}:replay"] = st.session_state.get(f"{VIEW}:replay", 0) + 1


def chosen() -> dict:
    """All settings as the controls have them."""
    found = {"world": ui.choice_setting(link, "world", ui.t("World"), ui.world_names())}
    left, right = st.columns(2, gap="small")
    with left:
        found["height"], found["width"] = ui.shape_setting(link, ui.t("Pixels"), SHAPES)
    with right:
        low, high = LikelihoodSettings.bounds("count")
        st.session_state.setdefault(f"{VIEW}:count", link.values["count"])
        found["count"] = ui.held(st.number_input, ui.t("N, draws"), low, high, key=f"{VIEW}:count")
    found["model"] = ui.choice_setting(link, "model", ui.t("Model"), MODELS)
    found["objective"] = ui.choice_setting(link, "objective", ui.t("Minimise"), OBJECTIVES)
    with st.popover(ui.t("Data and steps"), icon=":material/tune:", width="stretch"):
        found["data"] = ui.choice_setting(link, "data", ui.t("Data"), DATA)
        words = ui.t("Share of the target spread over all states")
        found["floor"] = ui.number_setting(link, LikelihoodSettings, "floor", words, 0.001)
        found["rate"] = ui.number_setting(link, LikelihoodSettings, "rate", ui.t("Learning rate"), 0.01)
        found["steps"] = ui.number_setting(link, LikelihoodSettings, "steps", ui.t("Steps"), 10)
    found["seed"] = ui.seed_setting(link, LikelihoodSettings)
    return found


idea = ui.t("Raising the likelihood lowers KL(data ‖ model), nat for nat; what else it does is on stage.")
with ui.view(ui.t("Likelihood and KL"), idea) as (controls, stage):
    with controls:
        columns = st.columns(2, gap="small")
        for place, (name, (words, wanted)) in enumerate(PRESETS.items()):
            columns[place % 2].button(words, key=f"{VIEW}:{name}", on_click=take, args=(wanted,), width="stretch")
        link.follow(**chosen())
        progress = st.empty()
    settings = LikelihoodSettings.checked(**link.values)
    step = link.opened_number("step", 0, settings.steps)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Training … {:.0%}"))
        replay = st.session_state.get(f"{VIEW}:replay", 0)
        step = likelihood_player(trace, key=f"{VIEW}:stage", step=step, replay=replay)
        link.write(step=step)
        ui.take_away(settings.stem(), settings.python(), figures.likelihood.files, trace)

ui.lesson(VIEW, **figures.likelihood.words(trace))
