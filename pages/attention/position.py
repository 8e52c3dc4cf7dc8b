"""Position: sinusoidal encodings beside learned ones, and a shuffled sentence with and without positions."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.errors import InvalidInput
from playground.traces import MOST_SHUFFLED, EncodingSettings, PositionLinkSettings, ShuffleSettings
from playground.widgets import positions_player

VIEW = "attention-position"
SHOW = {"encodings": ui.t("Encodings"), "shuffle": ui.t("Shuffle words")}
MASKS = {"none": ui.t("none: every word sees all"), "causal": ui.t("causal: only itself and before")}
NAMES = ui.learned_positions()
DEFAULTS = {name: field.default for name, field in PositionLinkSettings.model_fields.items()}
DEFAULTS |= {"checkpoint": NAMES[0]}

link = ui.Link(VIEW, PositionLinkSettings, DEFAULTS, {"checkpoint": NAMES})


def rearrange(way: str) -> None:
    """Another order of the words that take part: drawn, turned round, or the order itself."""
    count = min(MOST_SHUFFLED, len(link.values["text"].split()))
    places = np.arange(count)
    if way == "shuffle":
        fresh = st.session_state[f"{VIEW}:shuffles"] = st.session_state.get(f"{VIEW}:shuffles", link.values["seed"]) + 1
        places = np.random.default_rng(fresh).permutation(count)
    elif way == "reverse":
        places = places[::-1]
    link.values["order"] = ".".join(map(str, places))


def encodings_part() -> tuple[dict, object]:
    """Both tables; what further goes into the link, and the trace."""
    settings = EncodingSettings.checked(**{name: link.values[name] for name in EncodingSettings.model_fields})
    trace = ui.run(settings, progress)
    step = link.opened_number("step", 0, settings.length - 1)
    ui.notices(link.notices)
    state = positions_player(trace, key=f"{VIEW}:stage", step=step)
    ui.take_away(settings.stem(), settings.python(), figures.position.encoding_files, trace)
    return {"step": state.step}, trace


def shuffle_part() -> object:
    """The encoder's outputs, or None where there is no word."""
    if not link.values["text"].split():
        ui.notices(link.notices)
        st.info(ui.t("Type a word: there is nothing to shuffle yet."), icon=":material/edit:")
        return None
    values = {name: link.values[name] for name in ShuffleSettings.model_fields}
    try:
        trace = ui.run(ShuffleSettings.checked(**values))
    except InvalidInput as error:
        link.refuse(ui.t("{error}; an order drawn from the seed is used instead", error=error))
        link.values["order"] = values["order"] = ""
        trace = ui.run(ShuffleSettings.checked(**values))
    ui.notices(link.notices)
    settings = ShuffleSettings.checked(**values)
    st.markdown(figures.position.shuffle_line(trace, ui.t))
    if trace.left_out:
        st.caption(figures.attention.left_out(trace.left_out, ui.t))
    dark = st.context.theme.type == "dark"
    drawn = figures.position.shuffled(trace, dark, t=ui.t)
    st.plotly_chart(drawn, key=f"{VIEW}:shuffled-wide", config=figures.style.CONFIG)
    ui.take_away(settings.stem(), settings.python(), figures.position.shuffle_files, trace)
    return trace


idea = ui.t("Attention alone sees a set of words: without positions, order is lost, and exactly so.")
with ui.view(ui.t("Position"), idea) as (controls, stage):
    with controls:
        st.session_state.setdefault(f"{VIEW}:show", link.values["show"])
        show = ui.held(
            st.segmented_control, ui.t("Show"), list(SHOW), key=f"{VIEW}:show", format_func=SHOW.get, required=True
        )
        chosen = {"show": show}
        if show == "encodings":
            if len(NAMES) > 1:
                chosen["checkpoint"] = ui.checkpoint_choice(link, NAMES, ui.t("Learned positions of"))
            chosen["length"] = ui.number_setting(link, PositionLinkSettings, "length", ui.t("Positions"), 8)
            chosen["width"] = ui.number_setting(link, PositionLinkSettings, "width", ui.t("Numbers in a sinusoid"), 4)
        else:
            ui.typed_text(link, "text", DEFAULTS["text"], None, ui.t("Words"), height=80)
            icon = ":material/shuffle:"
            st.button(
                ui.t("Shuffle"), on_click=rearrange, args=("shuffle",), width="stretch", type="primary", icon=icon
            )
            left, right = st.columns(2, gap="small")
            left.button(ui.t("Reversed"), on_click=rearrange, args=("reverse",), width="stretch")
            right.button(ui.t("In order"), on_click=rearrange, args=("order",), width="stretch")
            chosen["mask"] = ui.choice_setting(link, "mask", ui.t("Mask"), MASKS)
            chosen["layers"] = ui.number_setting(link, PositionLinkSettings, "layers", ui.t("Blocks of the encoder"))
            chosen["seed"] = ui.seed_setting(link, PositionLinkSettings)
        link.follow(**chosen)
        progress = st.empty()
    with stage:
        further, encoding, shuffle = {}, None, None
        if show == "encodings":
            further, encoding = encodings_part()
        else:
            shuffle = shuffle_part()
        link.write(**further)

words = figures.position.encoding_words(encoding, ui.t) | figures.position.shuffle_words(shuffle, ui.t)
ui.lesson(VIEW, **words)
