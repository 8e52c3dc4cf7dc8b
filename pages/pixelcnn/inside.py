"""Open one block of a PixelCNN and watch its feature maps while a digit grows."""

import streamlit as st

from playground import figures, ui
from playground.traces import InsideSettings
from playground.widgets import feature_maps

VIEW = "pixelcnn-inside"
ENGINE = ui.engine()
NAMES = ENGINE.names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "block": 1, "temperature": 1.0, "seed": 0}

link = ui.Link(VIEW, InsideSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("The feature maps of one block, and what its skip connection carries past it.")
with ui.view(ui.t("Inside"), IDEA) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        config = ENGINE.load(chosen["checkpoint"]).description["config"]
        blocks = config.get("blocks") or config["layers"]
        unit = ui.t("Residual block") if "blocks" in config else ui.t("Gated layer")
        key = f"{VIEW}:block"
        st.session_state[key] = min(st.session_state.get(key, link.values["block"]), blocks)
        if link.values["block"] > blocks:
            link.refuse(
                ui.t(
                    "block={wrong} is not allowed: this model has 1 to {blocks}; using {blocks} instead",
                    wrong=link.values["block"],
                    blocks=blocks,
                )
            )
        if (clicked := st.session_state.pop(f"{VIEW}:clicked", None)) is not None:
            st.session_state[key] = min(clicked, blocks)
        chosen["block"] = ui.held(
            st.slider, unit, 1, blocks, key=key, help=ui.t("Or click one in the list beside the digit.")
        )
        chosen["temperature"] = ui.number_setting(
            link,
            InsideSettings,
            "temperature",
            ui.t("Temperature"),
            0.05,
            help=ui.t("Of the draw of the digit; 1 is the model itself."),
        )
        chosen["seed"] = ui.seed_setting(link, InsideSettings)
        progress = st.empty()
    if any(link.values[name] != value for name, value in chosen.items()):
        notices = list(link.notices)
        link.apply(**chosen)
        link.notices.extend(notices)

    with stage:
        settings = InsideSettings.checked(**chosen)
        trace = ui.run(settings, progress, ui.t("Drawing a digit and opening the block … {:.0%}"))
        steps = trace.values.size
        step = link.opened_number("step", 0, steps, default=steps * 3 // 5)
        ui.notices(link.notices)
        state = feature_maps(trace, key=f"{VIEW}:maps", step=step)
        if state.block is not None and state.block != settings.block:
            st.session_state[f"{VIEW}:clicked"] = state.block
            st.rerun()
        link.write(step=state.step)
        ui.take_away(settings.stem(), settings.python(), figures.inside.files, trace)

ui.lesson(VIEW, block=trace.block, blocks=blocks, channels=len(trace.carried), pixels=steps, nats=f"{trace.nats:.1f}")
