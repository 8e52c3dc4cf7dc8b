"""Attention by hand: Q, K, V, their products, the mask, the softmax and the weighted sum, cell by cell; why √d_k."""

import streamlit as st

from playground import figures, ui
from playground.traces import AttentionHandSettings, AttentionScaleSettings, in_python, parse_edits
from playground.widgets import attention_player, typed_entries

VIEW = "attention-hand"
STEPS, CELLS = 8, 8  # stages; rows and columns of a matrix at most
MASKS = {"causal": ui.t("causal: only itself and before"), "none": ui.t("none: every word sees all")}
DEFAULTS = {name: field.default for name, field in AttentionHandSettings.model_fields.items()}

link = ui.Link(VIEW, AttentionHandSettings, DEFAULTS)
link.mend("edits", parse_edits, ui.t("the drawn entries are used instead"))


def drawn_again() -> None:
    """Without the entries that were typed."""
    link.values["edits"] = ""


if (entries := typed_entries(f"{VIEW}:stage")) is not None:
    link.values["edits"] = entries

idea = ui.t("Every word asks, every word answers: softmax(QKᵀ / √d_k) V, with each number in sight.")
with ui.view(ui.t("Attention by hand"), idea) as (controls, stage):
    with controls:
        options = {"height": 100, "help": ui.t("Words, apart by white space; the first eight take part.")}
        ui.typed_text(link, "text", DEFAULTS["text"], None, ui.t("Words"), **options)
        chosen = {"mask": ui.choice_setting(link, "mask", ui.t("Mask"), MASKS)}
        left, right = st.columns(2, gap="small")
        with left:
            words = ui.t("Numbers in a word's vector")
            chosen["width"] = ui.number_setting(link, AttentionHandSettings, "width", "D", help=words)
        with right:
            words = ui.t("Numbers in a query, a key and a value")
            chosen["keys"] = ui.number_setting(link, AttentionHandSettings, "keys", ui.t("d_k"), help=words)
        chosen["seed"] = ui.seed_setting(link, AttentionHandSettings)
        link.follow(**chosen)
        if link.values["edits"]:
            st.button(ui.t("Drawn entries again"), icon=":material/undo:", on_click=drawn_again, width="stretch")
        progress = st.empty()
    settings = AttentionHandSettings.checked(**link.values)
    step = link.opened_number("step", 0, STEPS)
    row, column = (link.opened_number(name, 1, CELLS) for name in ("row", "column"))
    scale_settings = AttentionScaleSettings(seed=settings.seed)
    with stage:
        ui.notices(link.notices)
        further, scale = {}, ui.run(scale_settings, progress, ui.t("Drawing queries … {:.0%}"))
        if not settings.text.split():
            st.info(ui.t("Type a word: attention needs at least one."), icon=":material/edit:")
        else:
            trace = ui.run(settings)
            if trace.left_out:
                st.caption(figures.attention.left_out(trace.left_out, ui.t))
            state = attention_player(
                trace,
                settings.edits,
                key=f"{VIEW}:stage",
                start=(step, None if row is None else (row - 1) * CELLS + (column or 1) - 1),
                causal=settings.mask == "causal",
            )
            further["step"] = state.step
            if state.focus is not None:
                further |= {"row": state.focus // CELLS + 1, "column": state.focus % CELLS + 1}
            code = in_python(trace=settings, scale=scale_settings)
            ui.take_away(settings.stem(), code, figures.attention.hand_files, trace, scale)
        link.write(**further)

st.markdown(ui.t("##### Why √d_k: the softmax of dot products as queries and keys grow longer"))
st.caption(
    ui.t(
        "{queries:,} queries, each with {keys} keys; all entries independent N(0, 1). Bars: the weights of one of "
        "them, the largest first. Slope: Σ w (1 − w), what a gradient at the weights passes on to the scores.",
        queries=scale_settings.draws,
        keys=scale.keys,
    )
)
dark = st.context.theme.type == "dark"
drawn = figures.attention.scale_figure(scale, dark, t=ui.t)
st.plotly_chart(drawn, key=f"{VIEW}:scale", config=figures.style.CONFIG)
ui.lesson(VIEW, keys=settings.keys, **figures.attention.scale_words(scale))
