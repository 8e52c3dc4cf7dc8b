"""What the discriminator says of a drawing, of the same drawing spoilt, of what the generator makes, of real digits."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import GanDrawsSettings, GanVerdictSettings
from playground.widgets import drawing_pad

VIEW = "gan-verdict"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("GAN")
OFFERED = 64  # generated digits that the button goes through, then they come again
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "picture": ""}

dark = st.context.theme.type == "dark"
link = ui.Link(VIEW, GanVerdictSettings, DEFAULTS, {"checkpoint": NAMES})


def generated(checkpoint: str, seed: int) -> np.ndarray:
    """A digit of the generator, (H, W) uint8, another one at every press; those of the seed are in the chart too."""
    turn = st.session_state[f"{VIEW}:turn"] = st.session_state.get(f"{VIEW}:turn", -1) + 1
    found = ui.run(GanDrawsSettings(checkpoint=checkpoint, seed=seed, count=OFFERED)).pictures
    return np.rint(found[turn % OFFERED] * 255).astype(np.uint8)


idea = ui.t("D says how real a picture looks beside what G makes. It is no density: a GAN has no likelihood of x.")
with ui.view(ui.t("What D says"), idea) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        seed = ui.seed_setting(link, GanVerdictSettings)
        take = st.button(ui.t("Take a generated digit"), icon=":material/casino:", width="stretch")
        new = ui.uploaded_picture(link, shape)
        find = st.button(ui.t("Find its code"), icon=":material/search:", width="stretch")
        progress = st.empty()
    link.follow(checkpoint=checkpoint, seed=seed)
    with stage:
        above, line = st.container(), st.empty()
        left, middle, right = st.columns([1, 1.1, 1.5], gap="medium")
        with left:
            if take and new is None:
                new = generated(checkpoint, seed)
            ui.picture_on_pad(link, shape, new, drawing_pad, height=318)
        with above:
            ui.notices(link.notices)
        link.write()
        if find:
            ui.open_view("gan-search", "pages/gan/search.py", checkpoint=checkpoint, picture=link.values["picture"])
        settings, reference = GanVerdictSettings.checked(**link.values), ENGINE.reference(checkpoint)
        try:
            trace = ui.run(settings, progress, ui.t("Judging … {:.0%}"))
        except InvalidInput as error:
            st.info(f"{ui.plain(str(error))}.", icon=":material/draw:")
            st.stop()
        line.markdown(figures.gan.verdict_line(trace, reference, ui.t))
        with middle:
            ui.picture_title(ui.t("∇ logit: **blue** wants ink, **orange** less"))
            picture = figures.energy.force(-trace.gradient, trace.pictures[0], dark, 292, ui.t)
            st.plotly_chart(picture, key=f"{VIEW}:force", config=figures.style.CONFIG)
        with right:
            st.html(figures.gan.verdicts(trace, reference, dark, ui.t))
        chart = figures.gan.histogram(trace, reference, t=ui.t)
        st.plotly_chart(chart, key=f"{VIEW}:place-wide", config=figures.style.CONFIG)
        code = settings.python() + f"reference = engine.reference({checkpoint!r})\n"
        ui.take_away(settings.stem(), code, figures.gan_files.verdict, trace, reference)

ui.lesson(VIEW, **figures.gan_files.verdict_words(trace, reference))
