"""Any model of text writes: rewind, choose another character, and see the other future of the same random numbers."""

import streamlit as st

from playground import figures, ui
from playground.traces import WriteLinkSettings, WriteSettings
from playground.widgets import Future, wanted_future, writer

VIEW = "recurrent-write"
STAGE = f"{VIEW}:stage"
LONGEST = figures.write.MOST_PROMPT
NAMES = ui.text_models()
FIRST = next((name for name in NAMES if name.startswith("lstm")), NAMES[0])
FIELDS = ("prompt", "length", "temperature", "top_k", "seed", "branches", "branch")
DEFAULTS = {"checkpoint": FIRST} | {name: WriteLinkSettings.model_fields[name].default for name in FIELDS}

link = ui.Link(VIEW, WriteLinkSettings, DEFAULTS, {"checkpoint": NAMES})
if (wanted := wanted_future(STAGE)) is not None:
    link.apply(branches=wanted.branches, branch=wanted.branch)
    if wanted.draw is not None:
        link.apply(**dict(zip(("temperature", "top_k"), wanted.draw, strict=True)))
        st.session_state[f"{VIEW}:temperature"], st.session_state[f"{VIEW}:top_k"] = wanted.draw

idea = ui.t("One character after the other. Go back, choose another one: the same random numbers, another future.")
with ui.view(ui.t("Write"), idea) as (controls, stage):
    with controls:
        link.follow(checkpoint=ui.checkpoint_choice(link, NAMES))
        symbols = ui.symbols_of(link.values["checkpoint"])
        ui.typed_text(link, "prompt", DEFAULTS["prompt"], symbols, ui.t("Beginning"), LONGEST, height=100)
        chosen = ui.writing_controls(link, symbols)
        progress = st.empty()
    link.follow(**chosen)
    forces = ui.kept_futures(link, symbols)
    common = {name: link.values[name] for name in ("checkpoint", "prompt", *chosen)}
    asked = [WriteSettings.checked(**common, force=force) for force in forces]
    traces = [ui.run(settings, progress, ui.t("Writing … {:.0%}")) for settings in asked]
    futures = [Future(force, trace.text, float(trace.nats.sum())) for force, trace in zip(forces, traces, strict=True)]
    settings, trace = asked[link.values["branch"]], traces[link.values["branch"]]
    step = link.opened_number("step", 0, len(trace.codes))
    with stage:
        ui.notices(link.notices)
        if words := figures.write.limit_words(trace, ui.t):
            st.caption(f":material/straighten: {words}")
        step = writer(
            trace,
            futures,
            key=STAGE,
            branch=link.values["branch"],
            temperature=settings.temperature,
            top_k=settings.top_k,
            step=step,
        )
        link.write(step=step)
        ui.take_away(settings.stem(), settings.python(), figures.write.files, trace)

ui.lesson(VIEW, **figures.write.words(trace, settings.temperature, settings.top_k, ui.t))
