"""An encoder's columns and a decoder that asks them: each written symbol's query, keys, weights, values and mixture.

Everything is sent once; playing, scrubbing, hovering and choosing a layer or a head happen in the browser.
"""

import numpy as np
import streamlit as st

from playground.traces import TranslateTrace
from playground.widgets.assets import script, style
from playground.widgets.headchoice import HeadChoice, HeadState
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_cross",
    html='<div class="pg pg-stepper pg-cross" role="group" aria-label="Encoder and decoder"></div>',
    css=style("stepper") + style("crossattention"),
    js=script("stepper", "headchoice", "crossdraw", "crossattention"),
)


def cross_attention(
    trace: TranslateTrace,
    *,
    key: str,
    step: int | None = None,
    layer: int = 0,
    head: int | None = None,
    pinned: int | None = None,
) -> HeadState:
    """Mount the picture and return where the visitor stands.

    `step` (symbols written, None plays), `layer`, `head` (None: the mean) and `pinned`, a written symbol, are where a
    trace that is new to this canvas opens.
    """
    layers, heads = trace.cross.shape[:2]
    choice = HeadChoice(layers, heads, trace.steps)
    arrays = {name: getattr(trace, name) for name in ("written", "probabilities", "scores", "cross")}
    arrays |= {
        name: getattr(trace, name).astype(np.float16) for name in ("hidden", "keys", "values", "queries", "mixed")
    }
    opened = choice.packed(layer, head, pinned)
    found = mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(trace.steps, choice.count),
        start=(step, opened),
        source=trace.source,
        symbols=trace.symbols,
        answer=trace.answer,
        exact=trace.exact,
        apart=trace.apart,
        ended=trace.ended,
        choice=choice.packed(layers - 1, None, None),
    )
    return choice.state(found.step, opened if found.focus is None else found.focus)
