"""A restricted Boltzmann machine at work: the visible units, the hidden units, and the one that is looked at.

Everything is sent once: the chains, every hidden unit's input sum, and the filters (float16 where that changes no
number). Playing, scrubbing, choosing a chain and hovering happen in the browser, which looks numbers up.
"""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground.traces import RbmTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import halved
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_rbm",
    html='<div class="pg pg-stepper pg-rbm" role="group" aria-label="Gibbs sampling between two sides"></div>',
    css=style("stepper") + style("rbm"),
    js=script("stepper", "rbm"),
)


@dataclass(frozen=True)
class RbmState:
    """Where the visitor stands. step: half sweeps done, 0 … 2S. chain: which one is large. unit: pinned, or None."""

    step: int
    chain: int
    unit: int | None


def rbm_player(
    trace: RbmTrace,
    *,
    key: str,
    step: int | None = None,
    chain: int = 0,
    unit: int | None = None,
    log_partition: float | None = None,
) -> RbmState:
    """Mount the chains and return where the visitor stands.

    `step` (None plays), `chain` and `unit` are where chains that are new to this canvas open. log_partition: log Z in
    nats where it is known or estimated, so that −F can be read as log p too.
    """
    chains, sweeps, units = trace.inputs.shape
    arrays = {
        "visible": np.packbits(trace.visible, axis=-1),  # one bit a pixel
        "hidden": np.packbits(trace.hidden, axis=-1),
        "probabilities": np.rint(trace.probabilities * 255).astype(np.uint8),  # as finely as a screen shows them
        "inputs": trace.inputs.astype(np.float16),
        "energy": trace.free_energy,
        "keep": trace.keep,
        "weight": halved(trace.weight),
        "bias": trace.hidden_bias,
        "strongest": np.argsort(-np.linalg.norm(trace.weight, axis=1), kind="stable").astype(np.int32),
    }
    code = chain * (units + 1) + (0 if unit is None else unit + 1)
    found = mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(2 * sweeps, chains * (units + 1)),
        start=(step, code),
        shape=list(trace.shape),
        every=trace.every,
        logZ=log_partition,
    )
    where, looked = divmod(found.focus or 0, units + 1)
    return RbmState(found.step, where, looked - 1 if looked else None)
