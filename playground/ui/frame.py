"""The frame around every view: navigation, title, notices, controls beside the stage, the lesson below."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import streamlit as st

LESSONS = Path(__file__).parent.parent / "lessons"

STYLE = """
<style>
  .block-container {padding: 4.1rem 2rem 2rem !important; max-width: 1500px;}
  .block-container h1 {font-size: 1.45rem; padding: 0; margin: 0; line-height: 1.3;}
  .stApp [data-testid="stVerticalBlock"] {gap: .7rem;}
  [data-stale="true"] {opacity: 1 !important;}
  @media (prefers-reduced-motion: reduce) {* {transition: none !important; animation: none !important;}}
</style>
"""


def frame() -> None:
    """What every page has, whatever it shows."""
    st.html(STYLE)


def sections() -> dict[str, list[Any]]:
    """The navigation: one section per family, one entry per view."""
    return {
        "": [st.Page("pages/home.py", title="Families", icon=":material/grid_view:", default=True)],
        "Attention": [
            st.Page("pages/attention/hand.py", title="By hand", url_path="attention-hand"),
            st.Page("pages/attention/heads.py", title="Many heads", url_path="attention-heads"),
            st.Page("pages/attention/position.py", title="Position", url_path="attention-position"),
            st.Page("pages/attention/translate.py", title="Encoder and decoder", url_path="attention-translate"),
            st.Page("pages/attention/pixels.py", title="Pixels", url_path="attention-pixels"),
            st.Page("pages/attention/cost.py", title="Cost", url_path="attention-cost"),
        ],
        "Autoencoders": [
            st.Page("pages/autoencoders/plane.py", title="The plane", url_path="autoencoders-plane"),
            st.Page("pages/autoencoders/interpolate.py", title="Interpolate", url_path="autoencoders-interpolate"),
            st.Page("pages/autoencoders/generative.py", title="Is it generative?", url_path="autoencoders-generative"),
            st.Page("pages/autoencoders/your_digit.py", title="Your own digit", url_path="autoencoders-your-digit"),
            st.Page("pages/autoencoders/dimensions.py", title="Many dimensions", url_path="autoencoders-dimensions"),
            st.Page("pages/autoencoders/beta.py", title="β", url_path="autoencoders-beta"),
        ],
        "Belief networks": [
            st.Page("pages/belief_networks/fvsbn.py", title="FVSBN", url_path="belief-networks-fvsbn"),
            st.Page("pages/belief_networks/nade.py", title="NADE", url_path="belief-networks-nade"),
            st.Page("pages/belief_networks/orderings.py", title="Any ordering", url_path="belief-networks-orderings"),
            st.Page("pages/belief_networks/rnade.py", title="RNADE", url_path="belief-networks-rnade"),
            st.Page("pages/belief_networks/cost.py", title="Cost", url_path="belief-networks-cost"),
        ],
        "Chains": [
            st.Page("pages/chains/walk.py", title="Step by step", url_path="chains-walk"),
            st.Page("pages/chains/diagnostics.py", title="Diagnostics", url_path="chains-diagnostics"),
            st.Page("pages/chains/dimension.py", title="Dimension", url_path="chains-dimension"),
            st.Page("pages/chains/modes.py", title="Eight hills", url_path="chains-modes"),
        ],
        "Energy": [
            st.Page("pages/energy/learn.py", title="Learning", url_path="energy-learn"),
            st.Page("pages/energy/digits.py", title="Digits", url_path="energy-digits"),
            st.Page("pages/energy/ratios.py", title="Ratios", url_path="energy-ratios"),
            st.Page("pages/energy/anomaly.py", title="Anomaly", url_path="energy-anomaly"),
            st.Page("pages/energy/denoise.py", title="Denoising", url_path="energy-denoise"),
            st.Page("pages/energy/rbm.py", title="RBM", url_path="energy-rbm"),
            st.Page("pages/energy/rbm_world.py", title="RBM, small worlds", url_path="energy-rbm-world"),
        ],
        "GAN": [
            st.Page("pages/gan/game.py", title="The game in 2-D", url_path="gan-game"),
            st.Page("pages/gan/digits.py", title="Digits", url_path="gan-digits"),
            st.Page("pages/gan/verdict.py", title="What D says", url_path="gan-verdict"),
            st.Page("pages/gan/search.py", title="Find a code", url_path="gan-search"),
        ],
        "MADE": [
            st.Page("pages/made/graph.py", title="Network", url_path="made-graph"),
            st.Page("pages/made/masks.py", title="Masks", url_path="made-masks"),
            st.Page("pages/made/break_it.py", title="Break it", url_path="made-break"),
            st.Page("pages/made/train.py", title="Train it", url_path="made-train"),
            st.Page("pages/made/generate.py", title="Digits", url_path="made-generate"),
            st.Page("pages/made/average.py", title="Averaging", url_path="made-average"),
        ],
        "PixelCNN": [
            st.Page("pages/pixelcnn/generate.py", title="Generate", url_path="pixelcnn-generate"),
            st.Page("pages/pixelcnn/complete.py", title="Complete", url_path="pixelcnn-complete"),
            st.Page("pages/pixelcnn/masks.py", title="Masks and receptive field", url_path="pixelcnn-masks"),
            st.Page("pages/pixelcnn/inside.py", title="Inside", url_path="pixelcnn-inside"),
            st.Page("pages/pixelcnn/surprise.py", title="Surprise", url_path="pixelcnn-surprise"),
            st.Page("pages/pixelcnn/cost.py", title="Cost", url_path="pixelcnn-cost"),
        ],
        "Recurrent": [
            st.Page("pages/recurrent/window.py", title="Window or summary", url_path="recurrent-window"),
            st.Page("pages/recurrent/cell.py", title="The cell", url_path="recurrent-cell"),
            st.Page("pages/recurrent/through_time.py", title="Through time", url_path="recurrent-through-time"),
            st.Page("pages/recurrent/write.py", title="Write", url_path="recurrent-write"),
            st.Page("pages/recurrent/rows.py", title="Read a digit by rows", url_path="recurrent-rows"),
        ],
        "Compare": [
            st.Page("pages/compare/complete.py", title="Complete", url_path="compare-complete"),
            st.Page("pages/compare/score.py", title="Score", url_path="compare-score"),
        ],
    }


@contextmanager
def view(title: str, idea: str) -> Iterator[tuple[Any, Any]]:
    """Title and one sentence; then (controls, stage): a narrow column of controls beside a wide stage."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="heading"):
        st.title(title, anchor=False, width="content")
        st.caption(idea, width="stretch")
    controls, stage = st.columns([1, 3.6], gap="medium")
    yield controls, stage


MARKS = re.compile(r"[*\[$~<\\]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")  # of Markdown; an underscore within a word is none


def plain(text: str) -> str:
    """Text that may repeat what somebody typed, for a place that reads Markdown: no emphasis, link or picture in it."""
    return MARKS.sub(r"\\\g<0>", text.replace("`", "'"))


def notices(words: list[str]) -> None:
    """Notices about a link or an input, above the stage."""
    for text in words:
        st.warning(plain(text), icon=":material/link_off:")


def lesson(name: str, **numbers: Any) -> None:
    """The words of a view, from lessons/en/<name>.md; {names} in it are filled with numbers that are on stage."""
    text = (LESSONS / "en" / f"{name}.md").read_text(encoding="utf-8")
    for key, value in numbers.items():
        text = text.replace("{" + key + "}", str(value))
    st.divider()
    with st.container(width=860, key="lesson"):
        st.markdown(text)
