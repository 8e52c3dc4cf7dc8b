"""The models as a gallery: real samples, what each can and cannot do, and the way to its page."""

import streamlit as st

from playground import figures, ui

COLUMNS, ROW = 6, 4  # pictures in a row of a card; cards in a row of the page

CARD = '.st-key-gallery [data-testid="stColumn"] > div > div'
REST = 150  # px of a card without its picture, at least
# Elements mount in any order: each card and picture has its place before, so that a click meets the card it meant.
STYLE = f"""
<style>
  .st-key-gallery [data-testid="stSkeleton"] {{height: 1.25rem;}}
  @media (min-width: 1000px) {{:is(.st-key-headline, .st-key-ways) [data-testid="stSkeleton"] {{height: 1.25rem;}}}}
  .st-key-gallery [data-testid="stColumn"] {{container-type: inline-size;}}
  {CARD} {{min-height: calc({REST}px + (100cqw - 2rem) / 3);}}
  {CARD} > div > :nth-child(2) {{min-height: calc((100cqw - 2rem) / 3.04);}}
  .st-key-gallery [data-testid="stVerticalBlock"] {{gap: .35rem;}}
  .st-key-gallery .abilities p {{margin: 0; font-size: .8rem; line-height: 1.38;}}
  .st-key-gallery [data-testid="stCaptionContainer"] p {{margin: 0;}}
  .st-key-gallery .can {{color: {figures.style.GOOD};}}
  .st-key-gallery .cannot {{color: {figures.style.WARN};}}
  [data-pg-scheme="dark"] .st-key-gallery .can {{color: #2bbd90;}}
  [data-pg-scheme="dark"] .st-key-gallery .cannot {{color: #ff8b3d;}}
</style>
"""

CARDS = ui.cards()
engine = ui.engine()
with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="headline"):
    st.title(ui.t("Generative playground"), anchor=False, width="content")
    words = ui.t("Pick a model and watch it work. Every picture below was drawn here, from seed 0.")
    st.caption(words, width="stretch")
with st.container(horizontal=True, gap="medium", key="ways"):
    for path, label in (
        ("foundations/bernoulli", ui.t("What a generative model is")),
        ("recurrent/write", ui.t("Recurrent nets write")),
        ("chains/walk", ui.t("Chains, step by step")),
        ("compare/samples", ui.t("All families, side by side")),
    ):
        st.page_link(f"pages/{path}.py", label=label, icon=":material/arrow_forward:", width="content")


def card(name: str) -> None:
    """One model: its title, samples, abilities, measured figure, and the way to its page."""
    title, (path, label), idea, can, cannot = CARDS[name]
    st.markdown(f"**{title}**")
    settings, read = ui.draws_of(engine, name)
    pictures, levels = read(ui.run(settings))
    sheet = figures.grid.tile(figures.grid.shades(pictures, levels), COLUMNS)
    alt = ui.t("{count} samples of {name}, seed 0", count=len(pictures), name=name)
    st.image(figures.grid.card(sheet), width="stretch", alt=alt)
    good, bad = (f"<b class='{kind}'>{word}</b>" for kind, word in (("can", ui.t("can")), ("cannot", ui.t("cannot"))))
    words = f"<p>{idea}</p><p>{good} {can}</p><p>{bad} {cannot}</p>"
    st.html(f"<div class='abilities'>{words}</div>")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.page_link(path, label=label, icon=":material/play_arrow:", query_params={"checkpoint": name})
        if measured := engine.validation(name):
            figure, words = ui.figure_of(measured)
            parameters = ui.t("{count:,} parameters", count=measured["parameters"])
            st.caption(figure, width="content", help=f"{words} · {parameters}")


known = engine.names()
shown = [name for name in CARDS if name in known]
st.html(STYLE)
with st.container(key="gallery"):
    for start in range(0, len(shown), ROW):
        for column, name in zip(st.columns(ROW, gap="small"), shown[start : start + ROW], strict=False):
            with column, st.container(border=True, height="stretch", gap="xxsmall"):
                card(name)
if others := [engine.load(name).description.get("title", name) for name in known if name not in shown]:
    st.caption(ui.t("Also here, on the pages of their families: {models}.", models=" · ".join(others)))

st.markdown(f"##### {ui.t('Take a PixelCNN apart')}")
for column, (path, label, words) in zip(
    st.columns(5),
    (
        ("complete", ui.t("Complete"), ui.t("draw half a digit, the model writes the rest")),
        ("masks", ui.t("Masks"), ui.t("see which pixels reach a pixel, and the blind spot")),
        ("inside", ui.t("Inside"), ui.t("feature maps and skip connections as a digit grows")),
        ("surprise", ui.t("Surprise"), ui.t("how unlikely is your own digit, pixel by pixel")),
        ("cost", ui.t("Cost"), ui.t("784 full passes against one, measured here")),
    ),
    strict=True,
):
    with column:
        st.page_link(f"pages/pixelcnn/{path}.py", label=f"**{label}**", width="stretch")
        st.caption(words)
