"""One digit under many orderings: what each says of it, and what the average of their probabilities says."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.traces import AncestralSettings, AverageSettings, pack_picture, unpack_picture
from playground.widgets import drawing_pad

VIEW = "made-average"
ENGINE = ui.engine()
NAMES = ui.picture_checkpoints("made", "belief-networks", ensembles=True)
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "count": 16, "picture": ""}
PAD = f"{VIEW}:opened"


def sampled(checkpoint: str, seed: int) -> np.ndarray:
    """A digit that the mixture drew, (H, W) of 0/1: first the ordering, by the seed, then the digit under it."""
    asked = AncestralSettings(checkpoint=checkpoint, count=1, seed=seed, member=seed % ui.members(checkpoint))
    return ui.run(asked, progress).pictures()[0]


link = ui.Link(VIEW, AverageSettings, DEFAULTS, {"checkpoint": NAMES})
IDEA = ui.t("The same weights under many orderings: average their probabilities, not their logits.")
with ui.view(ui.t("Averaging"), IDEA) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        most = ui.members(checkpoint)
        if link.values["count"] > most and link.values["count"] != DEFAULTS["count"]:
            link.refuse(
                ui.t(
                    "count={wrong} is not allowed: {name} has {most}; using {most} instead",
                    wrong=link.values["count"],
                    name=checkpoint,
                    most=most,
                )
            )
        link.values["count"] = min(link.values["count"], most)
        key = f"{VIEW}:count"
        st.session_state[key] = min(st.session_state.get(key, link.values["count"]), most)
        count = ui.held(st.slider, ui.t("Orderings averaged"), 1, most, key=key)
        seed = ui.seed_setting(link, AverageSettings)
        take = st.button(ui.t("Take a sampled digit"), icon=":material/casino:", width="stretch")
        new = ui.uploaded_picture(link, tuple(ENGINE.load(checkpoint).model.event_shape))
        logits = ui.held(st.toggle, ui.t("Average the logits (wrong)"), key=f"{VIEW}:logits")
        progress = st.empty()
    shape = tuple(ENGINE.load(checkpoint).model.event_shape)
    before, notices = dict(link.values), list(link.notices)
    if (checkpoint, seed, count) != tuple(before[name] for name in ("checkpoint", "seed", "count")):
        link.apply(checkpoint=checkpoint, seed=seed, count=count)
        link.notices.extend(notices)
    if shape != tuple(ENGINE.load(before["checkpoint"]).model.event_shape):
        link.values["picture"] = ""
    link.mend(
        "picture", lambda text: unpack_picture(text, shape, 2), ui.t("a digit that the model drew is shown instead")
    )
    if new is not None:
        new = pictures.to_levels(new, 2)
    elif take or not link.values["picture"]:
        new = sampled(checkpoint, seed)
    if new is not None:
        link.values["picture"] = pack_picture(new, 2)
    if new is not None or PAD not in st.session_state:
        st.session_state[PAD] = link.values["picture"]  # what the pad opens with; from then on the browser owns it

    with stage:
        ui.notices(link.notices)
        line = st.empty()
        left, middle, right = st.columns([1, 1.15, 1.0], gap="medium")
        with left:
            opened = pictures.from_levels(unpack_picture(st.session_state[PAD], shape, 2), 2)
            pad = drawing_pad(key=f"{PAD}:{shape}", shape=shape, value=opened, height=400)
            drawn = pack_picture(pictures.to_levels(pad.picture, 2), 2)
            if new is None and drawn != link.values["picture"]:
                link.values["picture"] = drawn
        settings = AverageSettings.checked(**link.values)
        trace = ui.run(settings, progress, ui.t("Reading it in every ordering … {:.0%}"))
        alone, together = float(trace.alone.mean()), float(trace.average[-1])
        line.markdown(
            ui.t(
                "**{together:,.3f} nats** with the probabilities of {count} orderings averaged · alone "
                "{low:,.3f} to {high:,.3f}, on average {alone:,.3f}",
                together=together,
                count=count,
                low=trace.alone.min(),
                high=trace.alone.max(),
                alone=alone,
            )
        )
        with middle:
            shown = figures.average.curve(trace, logits, t=ui.t)
            st.plotly_chart(shown, key=f"{VIEW}:curve", config=figures.style.CONFIG)
        with right:
            if (measured := ENGINE.orderings(checkpoint)) is not None:
                shown = figures.average.validation(measured, t=ui.t)
                st.plotly_chart(shown, key=f"{VIEW}:validation", config=figures.style.CONFIG)
            else:
                st.caption(
                    ui.t(
                        "No figures of real digits came with {name}; `python -m playground orderings` makes them.",
                        name=checkpoint,
                    )
                )
        link.write()
        ui.take_away(settings.stem(), settings.python(), figures.average.files, trace)

gain = f"{alone - together:,.3f}"
ui.lesson(
    VIEW, count=count, alone=f"{alone:,.2f}", together=f"{together:,.2f}", gain=gain, log_count=f"{np.log(count):.3f}"
)
