"""All heads of a transformer on one text: their weights as small multiples, one large, the text under one query."""

import numpy as np
import streamlit as st

from playground.traces import HeadsTrace
from playground.traces.heads import MEASURES
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_heads",
    html='<div class="pg pg-stepper pg-heads" role="group" aria-label="Attention heads on a text"></div>',
    css=style("stepper") + (HERE / "heads.css").read_text("utf-8"),
    js=script("stepper", "headsdraw", "heads"),
)


def heads_player(trace: HeadsTrace, *, key: str, step: int | None = None, focus: int | None = None) -> StepState:
    """Mount the heads and return the position that asks, and the chosen head, layer · A + head.

    step, focus: where a trace that is new to this canvas opens; step None plays through the text. Where no head is
    chosen, the one stands large that looks most at the character before.
    """
    layers, count, positions, _ = trace.weights.shape
    names = ("weights", "mixed", "out", "share", "entropy", "measured", "uniform", "counted", "top", "probability")
    arrays = {name: getattr(trace, name) for name in names}
    arrays["measured"] = arrays["measured"].astype(np.float32)
    before = np.nan_to_num(trace.measured[:, :, MEASURES.index("before")])
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(positions - 1, layers * count),
        start=(step, focus),
        begin=min(1, positions - 1),
        text=list(trace.text),
        symbols=list(trace.symbols),
        measures=list(MEASURES),
        best=int(before.argmax()),
    )
