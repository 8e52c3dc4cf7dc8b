"""The same draws from N(0, I), decoded by an autoencoder and by a VAE: which of them fall among the codes?"""

import streamlit as st

from playground import figures, ui
from playground.traces import PriorDrawsSettings, PriorPairLinkSettings
from playground.widgets import DrawsSide, draws_player

VIEW = "autoencoders-generative"
HERE = f"{VIEW}:here"  # where the visitor stands: draws from another density open there
ENGINE = ui.engine()
CODED = tuple(name for name in ui.checkpoints_of("Autoencoder", "VAE") if ENGINE.codes(name))
PLAIN = tuple(name for name in CODED if ENGINE.load(name).model.family == "autoencoder")
SHAPE = tuple(ENGINE.load(PLAIN[0]).model.event_shape) if PLAIN else ()
SAME = (name for name in CODED if tuple(ENGINE.load(name).model.event_shape) == SHAPE and name not in PLAIN)
VARIATIONAL = tuple(sorted(SAME, key=lambda name: ENGINE.load(name).model.config.latent))
if not PLAIN or not VARIATIONAL:
    words = ui.t(
        "The autoencoders among the checkpoints carry no codes of real digits: there is nothing to compare with."
    )
    st.info(words)
    st.stop()
JUDGES = ui.judges(SHAPE)
SOURCES = {
    "prior": ui.t("N(0, I), as for the VAE"),
    "gaussian": ui.t("one Gaussian, fitted"),
    "mixture": ui.t("a fitted mixture"),
}
DEFAULTS = {name: field.default for name, field in PriorPairLinkSettings.model_fields.items()}
DEFAULTS |= {"checkpoint": PLAIN[0], "vae": VARIATIONAL[0], "judge": JUDGES[0] if JUDGES else ""}


def title(name: str) -> str:
    """A checkpoint's title."""
    return ENGINE.load(name).description.get("title", name)


def side(name: str, words: str, settings: PriorDrawsSettings, judge: str) -> DrawsSide:
    """The draws of one checkpoint, decoded, measured and judged."""
    trace = ui.run(settings, progress, ui.t("Drawing … {:.0%}"))
    asked = (figures.prior_draws.judged(judge, trace, drawn) if judge else None for drawn in (True, False))
    wait = ui.t("Judging … {:.0%}")
    return DrawsSide(name, words, trace, *(ui.run(a, progress, wait) if a else None for a in asked))


choices = {"checkpoint": PLAIN, "vae": VARIATIONAL, "judge": ("", *JUDGES)}
link = ui.Link(VIEW, PriorPairLinkSettings, DEFAULTS, choices)
idea = ui.t("Draw a code, decode it. Which codes to draw, an autoencoder cannot say.")
with ui.view(ui.t("Is it generative?"), idea) as (controls, stage):
    with controls:
        chosen = {"source": ui.choice_setting(link, "source", ui.t("Draw the autoencoder's z from"), SOURCES)}
        if chosen["source"] == "mixture":
            chosen["components"] = ui.number_setting(link, PriorPairLinkSettings, "components", ui.t("Gaussians in it"))
        chosen["vae"] = ui.choice_setting(
            link, "vae", ui.t("VAE beside it"), {name: title(name) for name in VARIATIONAL}
        )
        if JUDGES:
            offered = {name: title(name) for name in JUDGES} | {"": ui.t("nobody")}
            words = ui.t("A model with an exact log p reads every decoded picture.")
            chosen["judge"] = ui.choice_setting(link, "judge", ui.t("Judged by"), offered, help=words)
        chosen["draws"] = ui.number_setting(link, PriorPairLinkSettings, "draws", ui.t("Draws"))
        chosen["seed"] = ui.seed_setting(link, PriorPairLinkSettings)
        progress = st.empty()
    link.follow(**chosen)
    values = link.values
    shared = {"draws": values["draws"], "seed": values["seed"]}
    fitted = {"source": values["source"], "components": values["components"]}
    settings = (
        PriorDrawsSettings.checked(checkpoint=values["checkpoint"], **fitted, **shared),
        PriorDrawsSettings.checked(checkpoint=values["vae"], **shared),
    )
    before = st.session_state.get(HERE, (None, None))
    step = link.opened_number("step", 0, values["draws"], min(before[0] or 0, values["draws"]) or None)
    pixels = link.opened_number("pixels", 0, 1, before[1])
    with stage:
        ui.notices(link.notices)
        small = ENGINE.load(values["vae"]).model.config.latent == 2
        names = (ui.t("Autoencoder"), ui.t("VAE") if small else title(values["vae"]))
        sources = (figures.prior_draws.source_words(settings[0], ui.t), ui.t("z from its prior, N(0, I)"))
        sides = tuple(side(*both, values["judge"]) for both in zip(names, sources, settings, strict=True))
        traces, drawn = tuple(s.trace for s in sides), tuple(s.drawn for s in sides)
        judge = title(values["judge"]) if values["judge"] else ""
        reference = ENGINE.reference(values["judge"]) if values["judge"] else None
        state = draws_player(
            sides, key=f"{VIEW}:player", judge=judge, reference=reference, step=step, focus=0 if pixels else None
        )
        st.session_state[HERE] = (state.step, int(state.focus == 0))
        unused = {} if values["source"] == "mixture" else {"components": None}
        link.write(step=state.step, pixels=1 if state.focus == 0 else None, **unused)
        code = figures.prior_draws.python(settings, values["judge"])
        made = (figures.prior_draws.files, traces, drawn, state.focus == 0, state.step)
        ui.take_away(settings[0].stem(), code, *made)

judged = tuple((s.drawn, s.likely) for s in sides)
ui.lesson(VIEW, **figures.prior_draws.words(settings[0], traces, judged, reference, judge, ui.t))
