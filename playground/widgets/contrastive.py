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
LIKELY = 4.0  # nats above the lowest energy: where the scale of a push is read off
LEVELS = 1000  # steps between 0 and the end of that scale
_component = st.components.v2.component(
    "generative_playground_contrastive",
    html=HTML,
    css=style("stepper") + (HERE / "contrastive.css").read_text("utf-8"),
    js=script("stepper", "curves", "contrastivedraw", "contrastivestage", "contrastive"),
)
SENT = ("energy", "push", "paths", "restarted", "lost", "points", "cosine", "length")
CURVES = (
    "data_energy",
    "chain_energy",
    "model_energy",
    "log_z",
    "nll",
    "held_nll",
    "kl",
    "shift",
    "estimated_shift",
    "exact_shift",
)


def contrastive_player(
    trace: ContrastiveTrace,
    *,
    key: str,
    chains: int,
    momentum: float = 0.0,
    step: int | None = None,
    event: int | None = None,
) -> StepState:
    """Mount the training and return where the visitor stands: its step, and as focus the event, 0 … 4, or None.

    chains: C, of the negative phase; momentum: of the optimiser. `step` and `event` are where a training that is new to
    this canvas opens; step None plays it.
    """
    before = trace.energy[:-1].astype(np.float32)
    likely = (
        before < before.min((1, 2), keepdims=True) + LIKELY
    )  # (T, G, G): the corners are pushed most, and hold least
    fields = {name: getattr(trace, f"{name}_push").astype(np.float32) for name in ("estimated", "exact")}
    shifts = {name: getattr(trace, f"{name}_shift")[:, None, None].astype(np.float32) for name in fields}
    found = [np.abs(np.where(likely, f + c, 0)).max((1, 2)) for n, f in fields.items() for c in (0, shifts[n])]
    limit = np.maximum(np.max(found, 0), 1e-6)  # (T,): one scale for both, so that they can be compared
    arrays = {name: getattr(trace, name) for name in SENT}
    arrays |= {name: getattr(trace, name).astype(np.float64) for name in CURVES}
    for name, field in fields.items():
        steps_of = np.rint(LEVELS * field / limit[:, None, None]).clip(-32767, 32767)
        arrays[f"{name}_push"] = steps_of.astype(np.int16)
    return mount_stepper(
        _component,
        arrays | {"limit": limit},
        key=key,
        limits=(trace.steps, EVENTS),
        start=(step, event),
        reach=trace.reach,
        likely=LIKELY,
        levels=LEVELS,
        layers=list(trace.layers),
        mode=trace.start,
        entropy=trace.entropy,
        chains=chains,
        momentum=momentum,
    )
