"""Tables of positions, sinusoidal and learned, and how alike each position is to the others."""

from math import prod

import numpy as np
import streamlit as st

from playground.traces import EncodingTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_positions",
    html='<div class="pg pg-stepper pg-positions" role="group" aria-label="Position encodings"></div>',
    css=style("stepper") + (HERE / "positions.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "positions"),
)


def positions_player(trace: EncodingTrace, *, key: str, step: int | None = None) -> StepState:
    """Mount both tables and return the chosen position; step None plays through all of them."""
    length = len(trace.sinusoidal)
    arrays = {
        "sinusoidal": trace.sinusoidal,
        "learned": trace.learned.reshape(
            len(trace.learned), prod(trace.learned.shape[1:])
        ),  # (0, …) where there is none
        "period": trace.period,
        "sinusoidal_cosine": trace.sinusoidal_cosine,
        "learned_cosine": trace.learned_cosine,
        "sinusoidal_distance": trace.sinusoidal_distance,
        "learned_distance": trace.learned_distance,
    }
    norm = [None if np.isnan(value) else float(value) for value in trace.norm]
    return mount_stepper(
        _component, arrays, key=key, limits=(length - 1, 1), start=(step, None), norm=norm, checkpoint=trace.checkpoint
    )
