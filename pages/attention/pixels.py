"""A transformer writes a digit patch by patch: where each patch looks, in every layer and head."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.errors import InvalidInput
from playground.traces import AttentionPixelsSettings, pack_picture, unpack_picture
from playground.widgets import attention_pixels_player, drawing_pad

VIEW = "attention-pixels"
BEGINS = {"nothing": ui.t("nothing"), "given": ui.t("given pixels")}
ENGINE = ui.engine()
NAMES = ui.pixel_models("attention", "Transformer")
DEFAULTS = {"checkpoint": NAMES[0], "temperature": 1.0, "seed": 0, "picture": "", "keep": ""}


def example(checkpoint: str) -> np.ndarray:
    """A digit that the model wrote, (H, W) of 0/1: the pad is never empty."""
    return ui.run(AttentionPixelsSettings(checkpoint=checkpoint, seed=3)).pictures()[0]


def packed(name: str, instead: np.ndarray) -> np.ndarray:
    """The link's picture or mask (H, W), else `instead`; one that does not fit is named in a notice."""
    try:
        return unpack_picture(link.values[name], shape, 2, name) if link.values[name] else instead
    except InvalidInput as error:
        link.refuse(ui.t("{error}; an example is used instead", error=error))
        return instead


link = ui.Link(VIEW, AttentionPixelsSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(ui.t("Pixels"), ui.t("Each patch is written after a look back at all before it.")) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)} if len(NAMES) > 1 else {}
        model = ENGINE.load(chosen.get("checkpoint", link.values["checkpoint"])).model
        shape = tuple(model.event_shape)
        st.session_state.setdefault(f"{VIEW}:begin", "given" if link.values["keep"] else "nothing")
        begin = ui.held(st.selectbox, ui.t("Begin with"), list(BEGINS), key=f"{VIEW}:begin", format_func=BEGINS.get)
        link.values.update({} if begin == "given" else {"picture": "", "keep": ""})
        if begin == "given":
            opened = f"{VIEW}:opened:{shape[0]}"
            upload = ui.uploaded_picture(link, shape)
            half = np.broadcast_to(np.arange(shape[0])[:, None] < shape[0] // 2, shape)
            if upload is not None:
                st.session_state[opened] = (upload, half)
            elif opened not in st.session_state:
                drawn = packed("picture", example(link.values["checkpoint"]))
                st.session_state[opened] = (drawn * 255, packed("keep", half).astype(bool))
            ink, mask = st.session_state[opened]
            pad = drawing_pad(
                key=f"{VIEW}:pad:{shape[0]}", shape=shape, value=ink, keep=mask, mode="complete", height=350
            )
            picture = pack_picture(pictures.to_levels(pad.picture, 2), 2)
            link.values.update(picture=picture, keep=pack_picture(pad.keep, 2))  # what was said stays said
        chosen["temperature"] = ui.number_setting(
            link,
            AttentionPixelsSettings,
            "temperature",
            ui.t("Temperature"),
            0.05,
            help=ui.t("Of the draw; 1 is the model itself."),
        )
        chosen["seed"] = ui.seed_setting(link, AttentionPixelsSettings)
        progress = st.empty()
    link.follow(**chosen)
    with stage:
        settings = AttentionPixelsSettings.checked(**link.values)
        trace = ui.run(settings, progress)
        layers, heads, tokens = trace.largest.shape
        step = link.opened_number("step", 0, trace.order.size)
        layer = link.opened_number("layer", 1, layers, default=1)
        head = link.opened_number("head", 0, heads, default=1)
        pinned = link.opened_number("patch", 1, tokens)
        ui.notices(link.notices)
        # another digit is looked at with the head that was chosen
        layer, head = st.session_state.setdefault(f"{VIEW}:head", (layer - 1, head - 1 if head else None))
        state = attention_pixels_player(
            trace,
            key=f"{VIEW}:stage",
            step=step,
            layer=min(layer, layers - 1),
            head=head if head is None or head < heads else None,
            pinned=None if pinned is None else pinned - 1,
        )
        st.session_state[f"{VIEW}:head"] = (state.layer, state.head)
        link.write(
            step=state.step,
            layer=state.layer + 1,
            head=0 if state.head is None else state.head + 1,
            patch=None if state.pinned is None else state.pinned + 1,
        )
        made = (figures.attention_pixels.files, trace, state.step, state.layer, state.head)
        ui.take_away(settings.stem(), settings.python(), *made)

ui.lesson(
    VIEW,
    layers=layers,
    heads=heads,
    tokens=tokens,
    pixels=trace.order.size,
    patch=trace.patch,
    states=trace.states.shape[1],
    pairs=f"{tokens * (tokens + 1) // 2:,}",
    nats=f"{trace.log_likelihood[0, -1]:.2f}",
)
