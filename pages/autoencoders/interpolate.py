"""From one picture to another, or between four: through the codes, straight or round, and through the pixels."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.traces import InterpolateSettings, decoder_weights
from playground.widgets import decoder_kept, drawing_pad, interpolate_player, moved_ends

VIEW = "autoencoders-interpolate"
STAGE = f"{VIEW}:stage"
ENGINE = ui.engine()
FAMILIES = ("vae", "autoencoder", "gan")  # the order in which they are offered, small codes first
MODELS = {name: ENGINE.load(name).model for name in ui.checkpoints_of("VAE", "Autoencoder", "GAN")}
NAMES = tuple(sorted(MODELS, key=lambda n: (FAMILIES.index(MODELS[n].family), MODELS[n].config.latent)))
DEFAULTS = {name: field.default for name, field in InterpolateSettings.model_fields.items()} | {"checkpoint": NAMES[0]}
WAYS = {"two": ui.t("two, a path"), "four": ui.t("four, a surface")}

link = ui.Link(VIEW, InterpolateSettings, DEFAULTS, {"checkpoint": NAMES})
for name, text in zip(ui.END_LETTERS, moved_ends(STAGE) or (), strict=False):
    if text is not None:
        ui.set_end(link, name, text)

idea = ui.t(
    "Walk from one code to another and decode on the way; fading the pixels instead shows two pictures at once."
)
with ui.view(ui.t("Interpolate"), idea) as (controls, stage):
    with controls:
        link.follow(checkpoint=ui.checkpoint_choice(link, NAMES))
        checkpoint = link.values["checkpoint"]
        model, codes = MODELS[checkpoint], ENGINE.codes(checkpoint)
        ui.settle_ends(link, model, ui.opening_ends(model.config.latent, codes))
        chosen = {"ends": ui.choice_setting(link, "ends", ui.t("Ends"), WAYS)}
        names = list(ui.END_LETTERS)[: 4 if chosen["ends"] == "four" else 2]
        for name in names:
            chosen[name] = ui.end_control(link, name, model, codes, drawing_pad)
        if chosen["ends"] == "four":
            chosen["tiles"] = ui.number_setting(link, InterpolateSettings, "tiles", ui.t("Tiles along each side"))
        else:
            chosen["frames"] = ui.number_setting(link, InterpolateSettings, "frames", ui.t("Frames of the path"))
        chosen["seed"] = ui.seed_setting(link, InterpolateSettings)
        progress = st.empty()
    link.follow(**chosen)
    settings = InterpolateSettings.checked(**link.values)
    last = (settings.tiles**2 if settings.ends == "four" else settings.frames) - 1
    step = link.opened_number("step", 0, last)
    with stage:
        ui.notices(link.notices)
        trace = ui.run(settings, progress, ui.t("Decoding and judging the frames … {:.0%}"))
        planar = codes is not None and model.config.latent == 2
        small = planar and model.config.architecture == "mlp"  # its decoder is sent to the browser
        state = interpolate_player(
            trace,
            key=STAGE,
            ends=settings.texts,
            words=[ui.end_words(text, model) for text in settings.texts],
            codes=(codes.mean, codes.labels) if planar else None,
            window=figures.interpolate.window(trace, codes.mean if planar else np.zeros((0, 2))),
            reference=figures.interpolate.level(trace, ENGINE.reference(checkpoint)),
            decoder=checkpoint if small else "",
            step=step,
        )
        unused = ("third", "fourth", "tiles") if settings.ends == "two" else ("frames",)
        link.write(**dict.fromkeys(unused) | {"step": state.step})
        ui.take_away(settings.stem(), settings.python(), figures.interpolate.files, trace)
        if small:
            decoder_kept(checkpoint, decoder_weights(model), key=f"{VIEW}:decoder")

ui.lesson(VIEW, **figures.interpolate.words(trace, ui.t))
