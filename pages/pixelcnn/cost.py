"""Measure, on this machine and now, what a digit costs with caches and without."""

import streamlit as st

from playground import figures, ui
from playground.traces import CostSettings

VIEW = "pixelcnn-cost"
NAMES = ui.engine().names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "batch": 1, "stretch": 32, "seed": 0}

link = ui.Link(VIEW, CostSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view("Cost", "The same digit twice: once with every activation kept, once with a full pass per pixel.") as (
    controls,
    stage,
):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)}
        st.session_state.setdefault(f"{VIEW}:batch", link.values["batch"])
        chosen["batch"] = st.segmented_control(
            "Digits at once", [1, 4, 16], key=f"{VIEW}:batch", required=True, width="stretch"
        )
        chosen["stretch"] = ui.number_setting(
            link, CostSettings, "stretch", "Full passes to measure", 4, help="The others are scaled from their mean."
        )
        chosen["seed"] = ui.seed_setting(link, CostSettings)
        pressed = st.button("Measure", type="primary", icon=":material/timer:", width="stretch")
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
            return f"Full pass {done} of the {total} that naive sampling needs; {settings.stretch} are measured …"

        measured, trace = ui.measured(link, settings, pressed, cancel, counted)

        passes, stretch, equal = trace.step_seconds.size, trace.positions.size, trace.equal_pixels()
        ratio = trace.naive_seconds / trace.cached_seconds
        figures_shown = (
            (
                "Cached",
                figures.cost.duration(trace.cached_seconds),
                f"{trace.cached_seconds:.4f} s, all {passes} steps",
            ),
            ("Naive, scaled", figures.cost.duration(trace.naive_seconds), f"{passes} full passes, {stretch} measured"),
            ("Naive ÷ cached", f"{ratio:,.0f} ×", f"{ratio:.2f}"),
            (
                f"Same pixels, of {trace.batch * stretch:,}",
                f"{equal:,}",
                "drawn both ways from the same random numbers",
            ),
            ("Weights", f"{trace.parameters:,}", "parameters of the model"),
        )
        for column, (label, value, words) in zip(st.columns([1, 1, 1, 1.1, 1]), figures_shown, strict=True):
            column.metric(label, value, help=words)
        left, right = st.columns([3.4, 1], gap="medium")
        with left:
            st.plotly_chart(figures.cost.bars(trace), key=f"{VIEW}:bars", config=figures.style.CONFIG)
            st.plotly_chart(figures.cost.steps(trace), key=f"{VIEW}:steps", config=figures.style.CONFIG)
        with right:
            for picture, words in zip(
                figures.cost.both_ways(trace), ("with caches", f"pixels {trace.positions[0]} … naively"), strict=True
            ):
                st.image(picture, width=168, caption=words)
        where = "GPU" if trace.device.startswith("cuda") else f"CPU, {trace.threads} thread{'s' * (trace.threads > 1)}"
        st.caption(
            f"Measured on this machine ({where}). Naive sampling is *scaled*: {stretch} full passes were measured, "
            f"for pixels {trace.positions[0]} to {trace.positions[-1]}, and their mean is taken {passes} times."
        )
        ui.take_away(measured.stem(), figures.cost.files(trace), measured.python())

ui.lesson(
    VIEW,
    pixels=passes,
    stretch=stretch,
    ratio=f"{ratio:,.0f}",
    pass_work=figures.cost.amount(trace.pass_multiplications),
    cached_work=figures.cost.amount(trace.cached_multiplications),
    naive_work=figures.cost.amount(passes * trace.pass_multiplications),
)
