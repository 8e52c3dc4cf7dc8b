"""Two canvases on which every number of a logit can be read while a digit is written: FVSBN's sum and NADE's update.

Weights travel once, as float16 where that changes no number; scrubbing, playing and hovering happen in the browser,
which looks numbers up, adds them, and applies g and σ.
"""

from typing import Any

import numpy as np
import streamlit as st

from playground.traces import DigitTrace, FvsbnTrace, NadeTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import halved
from playground.widgets.stepper import StepState, drawn_shape, mount_stepper

_fvsbn = st.components.v2.component(
    "generative_playground_fvsbn",
    html='<div class="pg pg-stepper pg-fvsbn" role="group" aria-label="FVSBN: a logit as a sum"></div>',
    css=style("stepper"),
    js=script("stepper", "fvsbn"),
)
_nade = st.components.v2.component(
    "generative_playground_nade",
    html='<div class="pg pg-stepper pg-nade" role="group" aria-label="NADE: the hidden layer"></div>',
    css=style("stepper"),
    js=script("stepper", "nade"),
)


def fvsbn_sum(trace: FvsbnTrace, *, key: str, step: int | None = None, focus: int | None = None) -> StepState:
    """Mount the digit, the pixel's weight image, its sum term by term, and the matrix of all weights.

    `step` and `focus` (the flat position of a pinned pixel) are where a digit that is new to this canvas opens.
    """
    matrix = trace.matrix()
    arrays = _digit(trace) | {
        "bias": trace.bias[trace.order],
        "lower": halved(matrix[np.tril_indices(len(matrix), -1)]),  # row k holds the k weights of step k
    }
    return _mount(_fvsbn, trace, arrays, key, (trace.order.size, trace.order.size), (step, focus))


def nade_bars(trace: NadeTrace, *, key: str, step: int | None = None, focus: int | None = None) -> StepState:
    """Mount the digit, the hidden layer as bars, the update with its numbers, and a unit's weights as two pictures.

    `step` and `focus` (a pinned hidden unit) are where a digit that is new to this canvas opens.
    """
    arrays = _digit(trace) | {
        "bias": trace.bias[trace.order],
        "begin": halved(trace.start),
        "encode": halved(trace.encode[trace.order]),  # by step
        "decode": halved(trace.decode[trace.order]),
    }
    limits = (trace.order.size, trace.start.size)
    return _mount(_nade, trace, arrays, key, limits, (step, focus), activation=trace.activation)


def _digit(trace: DigitTrace) -> dict[str, np.ndarray]:
    """What both canvases need of the digit, by step."""
    return {
        "order": trace.order,
        "values": trace.values,
        "noise": trace.noise,
        "logits": trace.logits,
        "nats": trace.log_likelihood(),
    }


def _mount(
    component: Any,
    trace: DigitTrace,
    arrays: dict[str, np.ndarray],
    key: str,
    limits: tuple[int, int],
    start: tuple[int | None, int | None],
    **meta: Any,
) -> StepState:
    shape = list(drawn_shape(trace.shape))
    return mount_stepper(
        component, arrays, key=key, limits=limits, start=start, shape=shape, temperature=trace.temperature, **meta
    )
