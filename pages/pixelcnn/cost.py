"""Measure, on this machine and now, what a digit costs with caches and without."""

import streamlit as st

from playground import figures, ui
from playground.traces import CostSettings

VIEW = "pixelcnn-cost"
NAMES = ui.engine().names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "batch": 1, "stretch": 32, "seed": 0}

link = ui.Link(VIEW, CostSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("The same digit twice: once with every activation kept, once with a full pass per pixel.")
with ui.view(ui.t("Cost"), IDEA) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        chosen["batch"] = ui.segment_setting(link, "batch", ui.t("Digits at once"), [1, 4, 16])
        chosen["stretch"] = ui.number_setting(
            link,
            CostSettings,
            "stretch",
            ui.t("Full passes to measure"),
            4,
            help=ui.t("The others are scaled from their mean."),
        )
        chosen["seed"] = ui.seed_setting(link, CostSettings)
        pressed = st.button(ui.t("Measure"), type="primary", icon=":material/timer:", width="stretch")
        cancel = st.empty()
    if any(link.values[name] != value for name, value in chosen.items()):
        link.apply(**chosen)
    settings = CostSettings.checked(**chosen)
    link.write()

    with stage:
        ui.notices(link.notices)
        total = ui.engine().load(settings.checkpoint).model.order.numel()

        def counted(share: float) -> str:
            """The full passes, counted before the eye."""
            done = round(share * min(settings.stretch, total))
            return ui.t(
                "Full pass {done} of the {total} that naive sampling needs; {stretch} are measured …",
                done=done,
                total=total,
                stretch=settings.stretch,
            )

        measured, trace = ui.measured(link, settings, pressed, cancel, counted)

        passes, stretch, equal = trace.step_seconds.size, trace.positions.size, trace.equal_pixels()
        ratio = trace.naive_seconds / trace.cached_seconds
        figures_shown = (
            (
                ui.t("Cached"),
                figures.cost.duration(trace.cached_seconds, ui.t),
                ui.t("{seconds:.4f} s, all {passes} steps", seconds=trace.cached_seconds, passes=passes),
            ),
            (
                ui.t("Naive, scaled"),
                figures.cost.duration(trace.naive_seconds, ui.t),
                ui.t("{passes} full passes, {stretch} measured", passes=passes, stretch=stretch),
            ),
            (ui.t("Naive ÷ cached"), f"{ratio:,.0f} ×", f"{ratio:.2f}"),
            (
                ui.t("Same pixels, of {count:,}", count=trace.batch * stretch),
                f"{equal:,}",
                ui.t("drawn both ways from the same random numbers"),
            ),
            (ui.t("Weights"), f"{trace.parameters:,}", ui.t("parameters of the model")),
        )
        for column, (label, value, words) in zip(st.columns([1, 1, 1, 1.1, 1]), figures_shown, strict=True):
            column.metric(label, value, help=words)
        left, right = st.columns([3.4, 1], gap="medium")
        with left:
            st.plotly_chart(figures.cost.bars(trace, t=ui.t), key=f"{VIEW}:bars-wide", config=figures.style.CONFIG)
            st.plotly_chart(figures.cost.steps(trace, t=ui.t), key=f"{VIEW}:steps", config=figures.style.CONFIG)
        with right:
            ways = ui.t("with caches"), ui.t("pixels {first} … naively", first=trace.positions[0])
            for picture, words in zip(figures.cost.both_ways(trace), ways, strict=True):
                st.image(picture, width=168, caption=words, alt=words)
        where = "GPU" if trace.device.startswith("cuda") else ui.t("CPU, {count} threads", count=trace.threads)
        if trace.threads == 1 and where != "GPU":
            where = ui.t("CPU, 1 thread")
        st.caption(
            ui.t(
                "Measured on this machine ({where}). Naive sampling is *scaled*: {stretch} full passes were measured, "
                "for pixels {first} to {last}, and their mean is taken {passes} times.",
                where=where,
                stretch=stretch,
                first=trace.positions[0],
                last=trace.positions[-1],
                passes=passes,
            )
        )
        ui.take_away(measured.stem(), measured.python(), figures.cost.files, trace)

ui.lesson(
    VIEW,
    pixels=passes,
    stretch=stretch,
    ratio=f"{ratio:,.0f}",
    pass_work=figures.cost.amount(trace.pass_multiplications, ui.t),
    cached_work=figures.cost.amount(trace.cached_multiplications, ui.t),
    naive_work=figures.cost.amount(passes * trace.pass_multiplications, ui.t),
)
