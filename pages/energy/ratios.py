"""Two pictures and the ratio of their probabilities, which needs no Z; and what every pixel would change."""

import streamlit as st

from playground import figures, ui
from playground.traces import RatioSettings
from playground.widgets import drawing_pad

VIEW = "energy-ratios"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("EnergyModel")
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "first": "", "second": ""}

link = ui.Link(VIEW, RatioSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(ui.t("Ratios"), ui.t("log p(x′)/p(x) = E(x) − E(x′): Z is the same for both and cancels.")) as (
    controls,
    stage,
):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        seed = ui.seed_setting(link, RatioSettings)
        take = st.button(ui.t("Two digits from chains"), icon=":material/casino:", width="stretch")
        buttons = st.container()
        uploaded = ui.uploaded_picture(link, shape)
        progress = st.empty()
    if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
        link.values.update(first="", second="")
    link.follow(checkpoint=checkpoint, seed=seed)
    moves = ui.Moves(link, shape)
    (pushed, words), first = moves.pushed(), None
    if uploaded is not None:
        pushed, words = uploaded, ui.t("uploaded")
    if take:
        first, pushed = (ui.chain_sample(checkpoint, seed + more, progress) for more in (0, 1))
        words = ui.t("another digit")
        moves.forget()

    with stage:
        above, line = st.container(), st.empty()
        columns = st.columns([1, 1, 1.12], gap="medium")
        for place, name, new, digit, title in (
            (columns[0], "first", first, 3, "x"),
            (columns[1], "second", pushed, 8, ui.t("x′, which the map changes")),
        ):
            with place:
                ui.picture_title(f"**{title}**")
                ui.picture_on_pad(link, shape, new, drawing_pad, name, ui.example(shape, digit), height=318)
        moves.settle()
        with above:
            ui.notices(link.notices)
        settings = RatioSettings.checked(**link.values)
        trace = ui.run(settings, progress, ui.t("Flipping every pixel … {:.0%}"))
        moves.remember(trace, words)
        line.markdown(figures.energy.ratio_line(trace, ui.t))
        with columns[2]:
            ui.picture_title(ui.t("**Click a pixel** of x′: what flipping it adds"))
            st.plotly_chart(
                figures.energy.flips(trace, st.context.theme.type == "dark", 292, ui.t),
                key=moves.map_key,
                config=figures.style.CONFIG,
                on_select=moves.click,
                selection_mode="points",
            )
        with buttons:
            best = (int(trace.flips.argmax()), ui.t("best pixel"))
            st.button(ui.t("Flip the best pixel"), on_click=moves.want, args=best, width="stretch")
            st.button(ui.t("x′ := x"), on_click=moves.want, args=(None, "x′ := x"), width="stretch")
        if moves.found:
            chart = figures.energy.moves(moves.found, t=ui.t)
            st.plotly_chart(chart, key=f"{VIEW}:moves:chart", config=figures.style.CONFIG)
        else:
            st.caption(ui.t("Each change of x′ becomes a move here; the log ratios of a chain of moves add up."))
        link.write()
        ui.take_away(settings.stem(), settings.python(), figures.energy_files.ratio, trace, moves.found)

ui.lesson(VIEW, ratio=figures.energy.number(trace.log_ratio, 2, plus=True), pixels=trace.flips.size)
