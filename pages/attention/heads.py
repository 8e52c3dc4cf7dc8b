"""Many heads: a typed text in a trained transformer, the weights of every head, and what each of them does."""

import streamlit as st

from playground import figures, ui
from playground.traces import HeadsSettings
from playground.widgets import heads_player

VIEW = "attention-heads"
ENGINE = ui.engine()
NAMES = ui.text_models("attention", "Transformer")
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "text": HeadsSettings.model_fields["text"].default}

link = ui.Link(VIEW, HeadsSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("Several heads look at once, each in its own way; what they do is measured on your text.")
with ui.view(ui.t("Many heads"), idea) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)} if len(NAMES) > 1 else {}
        config = ENGINE.load(chosen.get("checkpoint", link.values["checkpoint"])).model.config
        found = ui.typed_text(link, "text", DEFAULTS["text"], config.symbols, height=190)
        link.follow(**chosen)
        most = config.tokens - 1
        if len(found.codes) > most:
            words = ui.t("The last {most} of {count:,} known characters are read.", most=most, count=len(found.codes))
            st.caption(f":material/content_cut: {words}")
        progress = st.empty()
    settings = HeadsSettings.checked(**link.values)
    trace = ui.run(settings, progress, ui.t("Reading … {:.0%}"))
    layers, count, positions, _ = trace.weights.shape
    step = link.opened_number("step", 0, positions - 1)
    layer, head = link.opened_number("layer", 1, layers), link.opened_number("head", 1, count)
    with stage:
        ui.notices(link.notices)
        focus = None if layer is None and head is None else ((layer or 1) - 1) * count + (head or 1) - 1
        state = heads_player(trace, key=f"{VIEW}:stage", step=step, focus=focus)
        further = {"step": state.step}
        if state.focus is not None:
            further |= {"layer": state.focus // count + 1, "head": state.focus % count + 1}
        link.write(**further)
        ui.take_away(settings.stem(), settings.python(), figures.heads.files, trace)

ui.lesson(VIEW, **figures.heads.words(trace, ui.t))
