"""A transformer that writes a digit: the patch at work looks back at those before it, in every layer and head.

All weights are sent once, a byte each; playing, scrubbing, hovering and choosing a head happen in the browser.
"""

import numpy as np
import streamlit as st

from playground.traces import AttentionPixelsTrace
from playground.widgets.assets import script, style
from playground.widgets.headchoice import HeadChoice, HeadState
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_attention_pixels",
    html='<div class="pg pg-stepper pg-lookback" role="group" aria-label="Attention over pixels"></div>',
    css=style("stepper") + style("attentionpixels"),
    js=script("stepper", "headchoice", "attentionpixelsside", "attentionpixels"),
)


def attention_pixels_player(
    trace: AttentionPixelsTrace,
    *,
    key: str,
    step: int | None = None,
    layer: int = 0,
    head: int | None = None,
    pinned: int | None = None,
) -> HeadState:
    """Mount the digit and return where the visitor stands.

    `step` (pixels written, None plays), `layer`, `head` (None: the mean) and `pinned`, a patch, are where a trace that
    is new to this canvas opens.
    """
    layers, heads, tokens = trace.largest.shape
    choice = HeadChoice(layers, heads, tokens)
    arrays = {
        "order": trace.order,
        "drawn": trace.values[0],
        "logits": trace.parameters[0, :, 0],
        "noise": trace.noise[0],
        "given": trace.given[0],
        "nats": trace.log_likelihood[0],
        "levels": trace.levels_of,
        "largest": trace.largest,
        "states": trace.states.astype(np.float32),
    }
    opened = choice.packed(layer, head, pinned)
    found = mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(trace.order.size, choice.count),
        start=(step, opened),
        shape=list(trace.shape),
        patch=trace.patch,
        temperature=trace.temperature,
        begin=int(np.argmin(trace.given[0])) if trace.given[0].any() and not trace.given[0].all() else 0,
        choice=choice.packed(layers - 1, None, None),
    )
    return choice.state(found.step, opened if found.focus is None else found.focus)
