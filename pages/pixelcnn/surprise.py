"""Draw a digit, or take one, and see what every pixel of it costs in bits."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.traces import AncestralSettings, SurpriseSettings, pack_picture, unpack_picture
from playground.widgets import drawing_pad

VIEW = "pixelcnn-surprise"
ENGINE = ui.engine()
NAMES = ENGINE.names("pixelcnn")
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "picture": ""}
PAD = f"{VIEW}:opened"


def sampled(checkpoint: str, seed: int) -> np.ndarray:
    """A digit that the model drew, (H, W) uint8, 0 … 255."""
    trace = ui.run(AncestralSettings(checkpoint=checkpoint, count=1, seed=seed))
    return pictures.from_levels(trace.pictures()[0], trace.levels)


link = ui.Link(VIEW, SurpriseSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("What each pixel costs, given those before it; and what the whole picture costs.")
with ui.view(ui.t("Surprise"), IDEA) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        model = ENGINE.load(checkpoint).model
        shape, levels = tuple(model.event_shape), model.config.levels
        seed = ui.seed_setting(link, SurpriseSettings)
        take = st.button(ui.t("Take a sampled digit"), icon=":material/casino:", width="stretch")
        new = ui.uploaded_picture(link, shape)
        progress = st.empty()

    if checkpoint != link.values["checkpoint"] or seed != link.values["seed"]:
        if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape) or levels != (
            ENGINE.load(link.values["checkpoint"]).model.config.levels
        ):
            link.values["picture"] = ""
        link.apply(checkpoint=checkpoint, seed=seed)
    instead = ui.t("a digit that the model drew is shown instead")
    link.mend("picture", lambda text: unpack_picture(text, shape, levels), instead)
    if new is None and (take or not link.values["picture"]):
        new = sampled(checkpoint, seed)
    if new is not None:
        link.values["picture"] = pack_picture(pictures.to_levels(new, levels), levels)
    if new is not None or PAD not in st.session_state:
        st.session_state[PAD] = link.values["picture"]  # what the pad opens with; from then on the browser owns it

    with stage:
        ui.notices(link.notices)
        figures_line = st.empty()
        left, middle, right = st.columns([1.1, 1.25, 0.95], gap="medium")
        with left:
            opened = pictures.from_levels(unpack_picture(st.session_state[PAD], shape, levels), levels)
            pad = drawing_pad(key=f"{PAD}:{shape[0]}", shape=shape, value=opened, mode="draw", height=400)
            drawn = pack_picture(pictures.to_levels(pad.picture, levels), levels)
            if new is None and drawn != link.values["picture"]:
                link.values["picture"] = drawn
        settings = SurpriseSettings.checked(**link.values)
        trace = ui.run(settings, progress)
        with middle:
            st.plotly_chart(
                figures.surprise.bits(trace, st.context.theme.type == "dark", t=ui.t),
                key=f"{VIEW}:bits",
                config=figures.style.CONFIG,
            )
        with right:
            st.plotly_chart(figures.surprise.running(trace, t=ui.t), key=f"{VIEW}:running", config=figures.style.CONFIG)

        others, words = ENGINE.reference(checkpoint), ui.t("real digits")
        if others is None:
            samples = ui.run(AncestralSettings(checkpoint=checkpoint, count=64, seed=seed), progress)
            others, words = -samples.log_likelihood[:, -1], ui.t("digits that the model drew")
            stand_in = ui.t("This checkpoint carries no figures of real digits: its own samples stand in for them.")
            st.caption(stand_in)
        rank, dims = figures.surprise.rank(trace.nats, others), trace.bits.size
        figures_line.markdown(
            ui.t(
                "**{nats:,.3f} nats** = {bits:,.3f} bits = {share:.5f} bits per dimension · "
                "**more surprising than {rank:.1%}** of {count:,} {others}",
                nats=trace.nats,
                bits=trace.total_bits,
                share=trace.total_bits / dims,
                rank=rank,
                count=len(others),
                others=words,
            )
        )
        st.plotly_chart(
            figures.surprise.place(trace.nats, others, words, t=ui.t), key=f"{VIEW}:place", config=figures.style.CONFIG
        )
        link.write()
        ui.take_away(settings.stem(), settings.python(), figures.surprise.files, trace)

ui.lesson(VIEW, nats=f"{trace.nats:,.1f}", bits=f"{trace.total_bits:,.1f}", dims=dims, rank=f"{rank:.0%}", others=words)
