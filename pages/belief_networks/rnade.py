"""Real values: each conditional of an RNADE as a density with its components, and the joint density of 2-D data."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import (
    FEWEST_POINTS,
    RnadeFitSettings,
    RnadeLinkSettings,
    RnadeSettings,
    example_points,
    pack_points,
    point_bytes,
)
from playground.widgets import density_player, drawn_points

VIEW = "belief-networks-rnade"
ENGINE = ui.engine()
DATA = {
    "moons": ui.t("Two moons"),
    "rings": ui.t("Rings"),
    "spiral": ui.t("Spiral"),
    "digits": ui.t("8×8 digits"),
    "drawn": ui.t("Drawn by you"),
}
MODELS = {"shipped": ui.t("as shipped"), "here": ui.t("train here")}
SHIPPED = tuple(name for name in DATA if f"rnade-{name}" in ENGINE.names("belief-networks"))
OFFERED = tuple(name for name in DATA if name != "digits" or name in SHIPPED)
COUNTS, STARTS = {"digits": 16}, {"digits": 28}  # samples drawn, and the step a fresh visit opens at
FIELDS = ("data", "model", "mixture", "components", "first", "points", "seed")
DEFAULTS = {name: RnadeLinkSettings.model_fields[name].default for name in FIELDS}

link = ui.Link(VIEW, RnadeLinkSettings, DEFAULTS, {"data": OFFERED})


def choice(name: str, label: str, words: dict, **options: object) -> object:
    """A radio button for a field of the link."""
    key = f"{VIEW}:{name}"
    st.session_state.setdefault(key, link.values[name])
    return ui.held(st.radio, label, list(words), key=key, format_func=words.get, horizontal=True, **options)


IDEA = ui.t("Real numbers, one after another: each is drawn from a mixture that depends on those before it.")
with ui.view(ui.t("RNADE"), IDEA) as (controls, stage):
    with controls:
        chosen = {"data": ui.choice_setting(link, "data", ui.t("Data"), {name: DATA[name] for name in OFFERED})}
        data = chosen["data"]
        if data in SHIPPED and data != "digits":
            chosen["model"] = choice("model", ui.t("Model"), MODELS)
        live = data not in SHIPPED or (data != "digits" and chosen["model"] == "here")
        if live:
            kinds = {"gaussian": ui.t("Gaussians"), "laplace": ui.t("Laplacians")}
            chosen["mixture"] = choice("mixture", ui.t("Mixture of"), kinds)
            chosen["components"] = ui.number_setting(
                link, RnadeFitSettings, "components", ui.t("Components of each mixture")
            )
            chosen["first"] = choice("first", ui.t("Generated first"), {1: "x₁", 2: "x₂"})
        chosen["seed"] = ui.seed_setting(link, RnadeFitSettings)
        progress = st.empty()
    if any(link.values[name] != value for name, value in chosen.items()):
        notices = list(link.notices)
        link.apply(**chosen)
        link.notices.extend(notices)

    key, count = f"{VIEW}:{data}:{live}", COUNTS.get(data, 200)
    if data == "drawn":
        try:
            opened = point_bytes(link.values["points"]) if link.values["points"] else example_points()
        except InvalidInput as error:
            link.refuse(f"{error}; {ui.t('an example is shown instead')}")
            opened = example_points()
        points = drawn_points(key, opened)
        link.values["points"] = pack_points(points)
    steps = 64 if data == "digits" else 2
    step = link.opened_number("step", 0, steps, default=STARTS.get(data, 1))
    sample = link.opened_number("sample", 1, count, default=1)

    with stage:
        ui.notices(link.notices)
        if live:
            wanted = {name: link.values[name] for name in ("data", "mixture", "components", "first", "seed")}
            drawn = {"points": link.values["points"]} if data == "drawn" else {}
            settings = RnadeFitSettings.checked(**wanted, **drawn, count=count)
        else:
            settings = RnadeSettings(checkpoint=f"rnade-{data}", data=data, seed=link.values["seed"], count=count)
        enough = data != "drawn" or len(points) >= FEWEST_POINTS
        trace = ui.run(settings, progress, ui.t("Training … {:.0%}") if live else "") if enough else None
        measured = ENGINE.validation(f"rnade-{data}") if data in SHIPPED else {}
        st.markdown(figures.rnade.numbers(trace, measured, ui.t))
        note = ui.t("Draw at least {count} points: a small RNADE then learns them.", count=FEWEST_POINTS)
        state = density_player(trace, key=key, step=step, focus=sample - 1, editable=data == "drawn", note=note)
        shown = {
            name: link.values[name] for name in DEFAULTS if name in chosen or (name == "points" and data == "drawn")
        }
        link.write(step=state.step, sample=state.focus + 1, **{name: shown.get(name) for name in DEFAULTS})
        if trace is not None:
            ui.take_away(settings.stem(), settings.python(), figures.rnade.files, trace)

ui.lesson(VIEW, **figures.rnade.words(trace, ui.t))
