"""The frame around every view: navigation, title, notices, controls beside the stage, the lesson below."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from ..widgets import language_switch
from ..words import LANGUAGES, LESSONS
from .lecture import settle_lecture
from .link import settle_language, show_kept
from .words import language, t

STYLE = """
<style>
  .block-container {padding: 4.1rem 2rem 2rem !important; max-width: 1500px;}
  .block-container h1 {font-size: 1.45rem; padding: 0; margin: 0; line-height: 1.3;}
  .stApp [data-testid="stVerticalBlock"] {gap: .7rem;}
  /* What shows nothing takes no gap. */
  .stElementContainer:has(> .stHtml > style):not(:has(> .stHtml > :not(style, i))),
  .st-key-lecture {position: absolute;}
  [data-testid="stTopNavSection"], [data-testid="stTopNavLink"] {padding: .25rem .2rem !important; font-size: .82rem;}
  [data-testid="stTopNav"] + div {min-width: 9rem;} /* all families in one row of 1280 pixels */
  [data-testid="stTopNavSection"] {gap: 0;} [data-testid="stTopNavLink"] span {font-size: inherit;}
  [data-testid="stTopNavSection"] svg {width: .8rem; height: .8rem;}
  [data-stale="true"] {opacity: 1 !important;}
  .stApp [data-testid="stCaptionContainer"] {color: inherit; opacity: .78;}
  [data-testid="stSidebarCollapseButton"], [data-testid="stSidebarCollapseButton"] button {
    visibility: visible !important; /* Tab must reach it, not only a pointer */
  }
  .stApp [data-testid="stWidgetLabel"][disabled] p {color: #5d656d;}
  [data-pg-scheme="dark"] .stApp [data-testid="stWidgetLabel"][disabled] p {color: #a7aeb6;}
  [data-pg-scheme="dark"] .stApp button[kind="primary"] p {color: #0b1015;}
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after {transition: none !important; animation: none !important; scroll-behavior: auto !important;}
  }
  /* The greys of charts have 3.7 and 3.1 : 1 on white; these have 6 : 1. */
  html[data-pg-scheme="light"] .stPlotlyChart text:is([style*="rgb(128, 132, 149)"], [style*="rgb(138, 147, 160)"]) {
    fill: #5c6470 !important;
  }
  /* A phone: what cannot be narrow scrolls within its own box, the page never sideways. */
  @media (max-width: 640px) {
    .block-container {padding: 4.1rem 1rem 2rem !important;}
    [data-testid="stMarkdownContainer"] table {
      display: block; max-width: 100%; overflow-x: auto; word-break: keep-all;
    }
    .stHtml:has(> table), .katex-display {overflow: auto hidden;}
    .stElementContainer[class*="-wide"]:has(> div > .stPlotlyChart) {overflow: auto hidden;}
    [class*="-wide"] > div:has(> .stPlotlyChart) {min-width: 700px;}
    [class*="-widest"] > div:has(> .stPlotlyChart) {min-width: 900px;}
  }
</style>
"""


def frame() -> None:
    """What every page has, whatever it shows."""
    wrong = [*settle_lecture(), *filter(None, [settle_language()])]
    show_kept()
    st.html(STYLE + f'<i data-pg-lang="{language()}"></i>')  # canvas scripts read their language off this element
    with st.sidebar:
        language_switch(LANGUAGES, language(), label=t("Language"))
    notices(wrong)


def view_page(path: str, title: str, url: str | None = None) -> Any:
    """The page of one view. path: "family/view" below pages/; url: where it differs from that."""
    return st.Page(f"pages/{path}.py", title=title, url_path=url or re.sub("[/_]", "-", path))


def sections() -> dict[str, list[Any]]:
    """The navigation: one section per family in the order of the story, one entry per view."""
    return {
        "": [st.Page("pages/home.py", title=t("Families"), default=True)],
        t("Foundations"): [
            view_page("foundations/bernoulli", t("One variable")),
            view_page("foundations/binary", t("Binary pixels")),
            view_page("foundations/graph", t("Missing arrows")),
            view_page("foundations/likelihood", t("Likelihood and KL")),
            view_page("foundations/uses", t("Three uses")),
        ],
        t("Belief networks"): [
            view_page("belief_networks/fvsbn", t("FVSBN")),
            view_page("belief_networks/nade", t("NADE")),
            view_page("belief_networks/orderings", t("Any ordering")),
            view_page("belief_networks/rnade", t("RNADE")),
            view_page("belief_networks/cost", t("Cost")),
        ],
        t("MADE"): [
            view_page("made/graph", t("Network")),
            view_page("made/masks", t("Masks")),
            view_page("made/break_it", t("Break it"), "made-break"),
            view_page("made/train", t("Train it")),
            view_page("made/generate", t("Digits")),
            view_page("made/average", t("Averaging")),
        ],
        t("PixelCNN"): [
            view_page("pixelcnn/generate", t("Generate")),
            view_page("pixelcnn/complete", t("Complete")),
            view_page("pixelcnn/masks", t("Masks and receptive field")),
            view_page("pixelcnn/inside", t("Inside")),
            view_page("pixelcnn/surprise", t("Surprise")),
            view_page("pixelcnn/cost", t("Cost")),
        ],
        t("Recurrent"): [
            view_page("recurrent/window", t("Window or summary")),
            view_page("recurrent/cell", t("The cell")),
            view_page("recurrent/through_time", t("Through time")),
            view_page("recurrent/write", t("Write")),
            view_page("recurrent/rows", t("Read a digit by rows")),
        ],
        t("Attention"): [
            view_page("attention/hand", t("By hand")),
            view_page("attention/heads", t("Many heads")),
            view_page("attention/position", t("Position")),
            view_page("attention/translate", t("Encoder and decoder")),
            view_page("attention/pixels", t("Pixels")),
            view_page("attention/cost", t("Cost")),
        ],
        t("Autoencoders"): [
            view_page("autoencoders/plane", t("The plane")),
            view_page("autoencoders/interpolate", t("Interpolate")),
            view_page("autoencoders/generative", t("Is it generative?")),
            view_page("autoencoders/your_digit", t("Your own digit")),
            view_page("autoencoders/dimensions", t("Many dimensions")),
            view_page("autoencoders/beta", t("β")),
        ],
        t("GAN"): [
            view_page("gan/game", t("The game in 2-D")),
            view_page("gan/digits", t("Digits")),
            view_page("gan/verdict", t("What D says")),
            view_page("gan/search", t("Find a code")),
        ],
        t("Energy"): [
            view_page("energy/learn", t("Learning")),
            view_page("energy/digits", t("Digits")),
            view_page("energy/ratios", t("Ratios")),
            view_page("energy/anomaly", t("Anomaly")),
            view_page("energy/denoise", t("Denoising")),
            view_page("energy/rbm", t("RBM")),
            view_page("energy/rbm_world", t("RBM, small worlds")),
        ],
        t("Chains"): [
            view_page("chains/walk", t("Step by step")),
            view_page("chains/diagnostics", t("Diagnostics")),
            view_page("chains/dimension", t("Dimension")),
            view_page("chains/modes", t("Eight hills")),
        ],
        t("Compare"): [
            view_page("compare/samples", t("Side by side")),
            view_page("compare/table", t("Table")),
            view_page("compare/complete", t("Complete")),
            view_page("compare/score", t("Score")),
            view_page("compare/world", t("One small world")),
        ],
    }


@contextmanager
def view(title: str, idea: str) -> Iterator[tuple[Any, Any]]:
    """Title and one sentence; then (controls, stage): a narrow column of controls beside a wide stage."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="heading"):
        st.title(title, anchor=False, width="content")
        st.caption(idea, width="stretch")
    controls, stage = st.columns([1, 3.6], gap="medium")
    yield controls.container(key="controls"), stage.container(key="stage")


def picture_title(words: str) -> None:
    """Small words over a picture of the stage, without which it cannot be read: captions go when presenting."""
    st.markdown(f":small[{words}]")


MARKS = re.compile(r"[*\[$~<\\]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # of Markdown; an underscore within a word is none


def plain(text: str) -> str:
    """Text that may repeat what somebody typed, for a place that reads Markdown: no emphasis, link or picture in it."""
    return MARKS.sub(r"\\\g<0>", text.replace("`", "'"))


def notices(words: list[str]) -> None:
    """Notices about a link or an input, above the stage."""
    for text in words:
        st.warning(plain(text), icon=":material/link_off:")


def lesson(name: str, **numbers: Any) -> None:
    """The words of a view, from lessons/<language>/<name>.md; {names} in it are filled with numbers on stage."""
    text = (LESSONS / language() / f"{name}.md").read_text(encoding="utf-8")
    for key, value in numbers.items():
        text = text.replace("{" + key + "}", str(value))
    st.divider()
    with st.container(width=860, key="lesson"):
        st.markdown(text)
