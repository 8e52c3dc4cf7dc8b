"""Measure, on this machine and now, what a sequence costs against its length."""

import streamlit as st

from playground import figures, ui
from playground.traces import LENGTHS, SequenceCostSettings

VIEW = "attention-cost"
ENGINE = ui.engine()
NAMES = (
    *(n for n in ENGINE.names("attention") if getattr(ENGINE.load(n).model.config, "symbols", "-") == ""),
    "",
)
DEFAULTS = {"checkpoint": NAMES[0], "longest": 512, "pictures": 16, "seed": 0}

link = ui.Link(VIEW, SequenceCostSettings, DEFAULTS, {"checkpoint": NAMES})
idea = ui.t("A recurrent net, attention with its key–value cache and without: the same tokens, clock in hand.")
with ui.view(ui.t("Cost"), idea) as (controls, stage):
    with controls:
        chosen = {"checkpoint": link.values["checkpoint"]}
        chosen["longest"] = ui.choice_setting(
            link,
            "longest",
            ui.t("Longest sequence"),
            {n: ui.t("{count:,} tokens", count=n) for n in LENGTHS},
            help=ui.t("From 16 on, doubled."),
        )
        chosen["pictures"] = ui.segment_setting(link, "pictures", ui.t("Pictures at once"), [1, 4, 16])
        chosen["seed"] = ui.seed_setting(link, SequenceCostSettings)
        pressed = st.button(ui.t("Measure"), type="primary", icon=":material/timer:", width="stretch")
        cancel = st.empty()
    if any(link.values[name] != value for name, value in chosen.items()):
        link.apply(**chosen)
    settings = SequenceCostSettings.checked(**chosen)
    link.write()

    with stage:
        ui.notices(link.notices)
        measured, trace = ui.measured(link, settings, pressed, cancel, ui.t("Measuring … {:.0%}"))
        shown = figures.sequence_cost.figures_shown(trace, ui.t)
        for column, (label, value, words) in zip(st.columns(len(shown)), shown, strict=True):
            column.metric(label, value, help=words)
        chart = figures.sequence_cost.curves(trace, t=ui.t)
        st.plotly_chart(chart, key=f"{VIEW}:curves-wide", config=figures.style.CONFIG)
        left, right = st.columns([4.6, 1], gap="medium")
        bars = figures.sequence_cost.bars(trace, t=ui.t)
        left.plotly_chart(bars, key=f"{VIEW}:bars-wide", config=figures.style.CONFIG)
        drawn = figures.sequence_cost.picture(trace)
        right.image(
            drawn, width=drawn.shape[1], alt=ui.t("The digits that were drawn for the measurement")
        )  # a pixel of it is a pixel of the page: nothing is blurred
        where = "GPU"
        if not trace.device.startswith("cuda"):
            threads = trace.threads
            where = ui.t("CPU, {count} threads", count=threads) if threads > 1 else ui.t("CPU, 1 thread")
        told = ui.t(
            "Measured on this machine ({where}): a transformer of width {width}, {layers} layers and {weights:,} "
            "weights, an LSTM of {units} units and {lstm:,}. Without the cache is *scaled*: passes are measured, and "
            "one for each token is added up.",
            where=where,
            width=trace.width,
            layers=trace.layers,
            weights=trace.parameters[0],
            units=trace.hidden,
            lstm=trace.parameters[1],
        )
        if not trace.checkpoint:
            told += " " + ui.t("No trained transformer is here: the picture is that of random weights.")
        st.caption(told)
        ui.take_away(measured.stem(), measured.python(), figures.sequence_cost.files, trace)

ui.lesson(VIEW, **figures.sequence_cost.words(trace))
