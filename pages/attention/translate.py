"""An encoder reads a number or a date in words, a decoder writes it in digits: where each written symbol looks."""

import streamlit as st

from playground import figures, ui
from playground.traces import TranslateSettings, example_phrases
from playground.widgets import cross_attention

VIEW = "attention-translate"
EXAMPLES = 10
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("Translator")
DEFAULTS = {"checkpoint": NAMES[0], "text": example_phrases(0, 2)[1][0], "seed": 0}


def take_example() -> None:
    """The chosen example replaces the text; the choice is open again."""
    st.session_state[f"{VIEW}:text"] = st.session_state[f"{VIEW}:example"]
    st.session_state[f"{VIEW}:example"] = None


link = ui.Link(VIEW, TranslateSettings, DEFAULTS, {"checkpoint": NAMES})
with ui.view(
    ui.t("Encoder and decoder"), ui.t("One reads all of it at once; the other writes, and asks at every symbol.")
) as (
    controls,
    stage,
):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, NAMES)} if len(NAMES) > 1 else {}
        config = ENGINE.load(chosen.get("checkpoint", link.values["checkpoint"])).model.config
        st.session_state.setdefault(f"{VIEW}:seed", link.values["seed"])
        found = ui.typed_text(
            link,
            "text",
            DEFAULTS["text"],
            config.source + config.source.upper(),
            ui.t("A number or a date in words"),
            height=110,
        )
        place = st.container()
        chosen["seed"] = ui.seed_setting(link, TranslateSettings)
        ui.held(
            place.selectbox,
            ui.t("Or an example"),
            [words for words, _ in example_phrases(chosen["seed"], EXAMPLES)],
            index=None,
            key=f"{VIEW}:example",
            placeholder=ui.t("never seen in training …"),
            on_change=take_example,
            help=ui.t("Drawn, by the seed, from the tenth of all phrases that no model was trained on."),
        )
    link.follow(**chosen)
    with stage:
        if not len(found.codes):
            ui.notices(link.notices)
            st.info(
                ui.t(
                    "Nothing to read yet: the model knows small letters, blanks and the hyphen. Capitals are read as "
                    "small letters; everything else is left out."
                )
            )
            link.write()
            st.stop()
        settings = TranslateSettings.checked(**link.values)
        trace = ui.run(settings)
        layers, heads = trace.cross.shape[:2]
        step = link.opened_number("step", 0, trace.steps)
        sharpest = trace.sharpest()
        layer = link.opened_number("layer", 1, layers, default=sharpest[0] + 1)
        head = link.opened_number("head", 0, heads, default=sharpest[1] + 1)
        pinned = link.opened_number("symbol", 1, trace.steps)
        ui.notices(link.notices)
        if trace.cut:
            words = ui.t(
                "The model reads {count} symbols; {more:,} more are not read.",
                count=config.source_length,
                more=trace.cut,
            )
            controls.caption(f":material/content_cut: {words}")
        # another phrase is looked at with the head that was chosen
        layer, head = st.session_state.setdefault(f"{VIEW}:head", (layer - 1, head - 1 if head else None))
        state = cross_attention(
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
            symbol=None if state.pinned is None else state.pinned + 1,
        )
        ui.take_away(settings.stem(), settings.python(), figures.translate.files, trace, state.layer, state.head)

ui.lesson(
    VIEW,
    symbols=len(trace.source),
    layers=layers,
    heads=heads,
    width=trace.hidden.shape[1],
    each=trace.keys.shape[3],
    nats=f"{trace.log_probability():.3f}",
)
