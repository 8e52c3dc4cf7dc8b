"""Contrastive divergence in the plane: every training step with its chains, its push and the push it should have made.

The whole training is sent once; playing, scrubbing, slow motion and hovering happen in the browser. What comes back, at
rest, is the step and the event within it.
"""

import numpy as np
import streamlit as st

from playground.traces import ContrastiveTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

HTML = '<div class="pg pg-stepper pg-contrastive" role="group" aria-label="Contrastive divergence, step by step"></div>'
EVENTS = 5  # of one training step, in slow motion
_component = st.components.v2.component(
    "generative_playground_contrastive",
    html=HTML,
    css=style("stepper") + (HERE / "contrastive.css").read_text("utf-8"),
    js=script("stepper", "contrastivedraw", "contrastivestage", "contrastive"),
)
SENT = ("energy", "push", "paths", "restarted", "lost", "points", "cosine", "length")
CURVES = ("data_energy", "chain_energy", "model_energy", "log_z", "nll", "held_nll", "kl")


def contrastive_player(
    trace: ContrastiveTrace, *, key: str, chains: int, step: int | None = None, event: int | None = None
) -> StepState:
    """Mount the training and return where the visitor stands: its step, and as focus the event, 0 … 4, or None.

    chains: C, of the negative phase. `step` and `event` are where a training that is new to this canvas opens; step
    None plays it.
    """
    limit = np.maximum(np.abs(trace.estimated_push).max((1, 2)), np.abs(trace.exact_push).max((1, 2)))
    limit = np.maximum(limit.astype(np.float32), 1e-6)
    arrays = {name: getattr(trace, name) for name in SENT}
    arrays |= {name: getattr(trace, name).astype(np.float64) for name in CURVES}
    for name in ("estimated_push", "exact_push"):  # one scale for both, so that they can be compared
        shares = getattr(trace, name).astype(np.float32) / limit[:, None, None]
        arrays[name] = np.rint(127 * shares).astype(np.int8)
    return mount_stepper(
        _component,
        arrays | {"limit": limit},
        key=key,
        limits=(trace.steps, EVENTS),
        start=(step, event),
        reach=trace.reach,
        layers=list(trace.layers),
        mode=trace.start,
        entropy=trace.entropy,
        chains=chains,
    )
