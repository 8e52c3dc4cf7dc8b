"""A VAE with many dimensions: the KL of each, which of them collapsed, and every one moved from −3 to 3."""

import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import TraversalSettings, dimension_figures, format_code, parse_code
from playground.widgets import dimension_player, drawing_pad

VIEW = "autoencoders-dimensions"
HERE = f"{VIEW}:here"  # the code that is on stage
ENGINE = ui.engine()
NAMES = tuple(sorted(ui.checkpoints_of("VAE"), key=lambda name: (-ENGINE.load(name).model.config.latent, name)))
STARTS = {"prior": ui.t("a draw from the prior"), "drawing": ui.t("a drawing"), "code": ui.t("a code")}
FIELDS = ("checkpoint", "start", "z", "picture", "seed")
DEFAULTS = {name: TraversalSettings.model_fields[name].default for name in FIELDS} | {"checkpoint": NAMES[0]}

link = ui.Link(VIEW, TraversalSettings, DEFAULTS, {"checkpoint": NAMES})


def typed_code(latent: int) -> str:
    """The code, typed or taken over; one that is refused is named, and the one before it stays."""
    key = f"{VIEW}:z"
    if not link.values["z"]:
        here = st.session_state.get(HERE, "")
        link.values["z"] = here if here.count(",") + 1 == latent and here else ",".join(["0"] * latent)
    st.session_state.setdefault(key, link.values["z"])
    text = ui.held(st.text_area, ui.t("z, its coordinates joined by commas"), key=key, height=100)
    try:
        parse_code(text, latent)
    except InvalidInput as error:
        words = ui.t("{why}. The code before it is kept.", why=ui.plain(str(error)))
        st.warning(words, icon=":material/data_array:")
        return link.values["z"]
    return text


def go_on() -> None:
    """What is on stage becomes the code."""
    link.apply(start="code", z=st.session_state[HERE])
    st.session_state[f"{VIEW}:start"], st.session_state[f"{VIEW}:z"] = "code", st.session_state[HERE]


idea = ui.t("Each dimension of a code costs KL, or is not used at all: the prior then knows it as well as the encoder.")
with ui.view(ui.t("Many dimensions"), idea) as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        link.follow(checkpoint=checkpoint)  # before what does not fit it is named
        model = ENGINE.load(checkpoint).model
        shape, latent = tuple(model.event_shape), model.config.latent
        ui.mended_picture(link, shape)
        before = link.values["z"]
        ui.mended_codes(link, latent, "z", instead=ui.t("the code of the seed is shown instead"))
        if before and not link.values["z"]:
            link.values["start"] = "prior" if link.values["start"] == "code" else link.values["start"]
            st.session_state.pop(f"{VIEW}:z", None)
            st.session_state.pop(f"{VIEW}:start", None)
        chosen = {"checkpoint": checkpoint, "start": ui.choice_setting(link, "start", ui.t("Starting from"), STARTS)}
        if chosen["start"] == "prior":
            chosen["seed"] = ui.seed_setting(link, TraversalSettings)
        elif chosen["start"] == "code":
            chosen["z"] = typed_code(latent)
        pad = st.container()
        words = ui.t("What is on stage becomes the code, and every dimension moves from there.")
        st.button(ui.t("Go on from here"), icon=":material/flag:", width="stretch", on_click=go_on, help=words)
        if chosen["start"] == "drawing":
            new = ui.uploaded_picture(link, shape)
            with pad:
                ui.picture_on_pad(link, shape, new, drawing_pad, height=334)
        progress = st.empty()
    link.follow(**chosen)
    step = link.opened_number("step", 0, 24)
    focus = link.opened_number("dimension", 1, latent)
    with stage:
        ui.notices(link.notices)
        settings = TraversalSettings.checked(**link.values)
        try:
            trace = ui.run(settings, progress, ui.t("Decoding … {:.0%}"))
        except InvalidInput as error:
            st.info(f"{ui.plain(str(error))}.", icon=":material/draw:")
            trace = None
        if trace is not None:
            codes = ENGINE.codes(checkpoint)
            known = codes is not None and codes.deviation is not None
            worth = dimension_figures(codes.mean, codes.deviation) if known else None
            last = st.session_state.get(f"{VIEW}:dimension")
            state = dimension_player(
                trace,
                worth,
                key=f"{VIEW}:stage",
                summary=figures.dimensions.summary(worth, ui.t),
                step=step,
                focus=focus - 1 if focus else last if last is not None and last < latent else None,
            )
            at = state.focus if state.focus is not None else 0 if worth is None else int(worth.order[0])
            here = trace.z.copy()
            here[at] = trace.values[state.step]
            st.session_state[HERE], st.session_state[f"{VIEW}:dimension"] = format_code(here), at
            code = figures.dimensions.python(settings) if known else settings.python()
            ui.take_away(settings.stem(), code, figures.dimensions.files, trace, worth, at, state.step)
            unused = {name for name, start in (("z", "code"), ("picture", "drawing")) if settings.start != start}
            link.write(step=state.step, dimension=at + 1, **dict.fromkeys(unused))
        else:
            link.write()
            st.stop()

ui.lesson(VIEW, **figures.dimensions.words(trace, worth))
