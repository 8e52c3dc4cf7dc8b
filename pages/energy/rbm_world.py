"""A small RBM learns a world that can be listed: exact against estimated gradients, and log Z counted against AIS."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import RbmWorldSettings
from playground.ui.small_world import small_worlds
from playground.widgets import rbm_world

VIEW = "energy-rbm-world"
GRADIENTS = {"exact": ui.t("exact, all states"), "cd": ui.t("CD-k, from the data"), "pcd": ui.t("PCD-k, chains go on")}
WORLDS = small_worlds()
OFFERED = tuple(name for name in WORLDS if name != "drawn")
SHAPES = [(height, width) for height in range(2, 5) for width in range(2, 5)]
DEFAULTS = {name: field.default for name, field in RbmWorldSettings.model_fields.items() if name != "patterns"}

link = ui.Link(VIEW, RbmWorldSettings, DEFAULTS, {"world": OFFERED})


def wanted() -> dict:
    """All settings as the controls have them."""
    found = {"world": ui.choice_setting(link, "world", ui.t("World"), {name: WORLDS[name] for name in OFFERED})}
    left, right = st.columns(2, gap="small")
    with left:
        found["height"], found["width"] = ui.shape_setting(link, ui.t("Pixels"), SHAPES)
    with right:
        low, high = RbmWorldSettings.bounds("hidden")
        st.session_state.setdefault(f"{VIEW}:hidden", link.values["hidden"])
        found["hidden"] = ui.held(st.number_input, ui.t("Hidden units"), low, high, key=f"{VIEW}:hidden")
    found["gradient"] = ui.choice_setting(link, "gradient", ui.t("Negative phase"), GRADIENTS)
    exact = found["gradient"] == "exact"
    found["k"] = ui.number_setting(link, RbmWorldSettings, "k", ui.t("k, Gibbs sweeps a step"), disabled=exact)
    with st.popover(ui.t("Steps and annealing"), icon=":material/tune:", width="stretch"):
        found["rate"] = ui.number_setting(link, RbmWorldSettings, "rate", ui.t("Learning rate"), 0.01)
        found["steps"] = ui.number_setting(link, RbmWorldSettings, "steps", ui.t("Steps"), 50)
        found["runs"] = ui.number_setting(link, RbmWorldSettings, "runs", ui.t("AIS: runs"))
        found["betas"] = ui.number_setting(link, RbmWorldSettings, "betas", ui.t("AIS: values of β"))
    found["seed"] = ui.seed_setting(link, RbmWorldSettings)
    return found


with ui.view(
    ui.t("RBM, small worlds"), ui.t("Few enough states to count: every estimate stands beside the truth.")
) as (
    narrow,
    stage,
):
    with narrow:
        place, presses = st.container(), f"{VIEW}:presses"
        st.button(ui.t("Train"), type="primary", icon=":material/play_arrow:", width="stretch", key=f"{VIEW}:train")
        if st.session_state.get(f"{VIEW}:train"):
            st.session_state[presses] = st.session_state.get(presses, 0) + 1

        with place:
            values = wanted()
        if st.session_state.get(f"{VIEW}:train"):
            link.follow(**values)
        elif values != {name: link.values[name] for name in values}:
            st.caption(ui.t("Press **{label}** to use the new settings.", label=ui.t("Train")))
        progress = st.empty()
    try:
        settings = RbmWorldSettings.checked(**link.values)
        settings.truth()
    except InvalidInput as error:
        link.refuse(ui.t("{error}; using cd instead", error=error))
        link.values["gradient"] = "cd"
        settings = RbmWorldSettings.checked(**link.values)
    opened = link.opened_number("step", 0, settings.steps)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Training … {:.0%}"))
        step = rbm_world(trace, key=f"{VIEW}:stage", step=opened, replay=st.session_state.get(presses, 0))
        link.write(step=step)
        ui.take_away(settings.stem(), settings.python(), figures.rbm.world_files, trace)

ui.lesson(
    VIEW,
    states=f"{trace.truth.size:,}",
    entropy=f"{trace.entropy:.3f}",
    kl=f"{trace.kl[-1]:.4f}",
    counted=f"{trace.log_partition[-1]:.3f}",
    estimated=f"{trace.estimated[-1]:.3f} ± {1.96 * trace.error[-1]:.3f}",
    betas=settings.betas,
    runs=settings.runs,
)
