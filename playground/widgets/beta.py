"""The canvas of a small VAE's training with a chosen β, or of two of them frame by frame."""

import numpy as np
import streamlit as st

from playground.traces import BetaTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.dimensions import as_bytes
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_beta",
    html='<div class="pg pg-stepper pg-beta" role="group" aria-label="A VAE learns with a chosen β"></div>',
    css=style("stepper") + "\n" + (HERE / "beta.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "beta"),
)
SENT = ("kept", "kl", "reconstruction", "activity", "spread")


def beta_player(traces: list[BetaTrace], *, key: str, frame: int | None = None, replay: int = 0) -> StepState:
    """Mount one training or two of as many steps; returns the frame (0 … F − 1) at which the visitor stands.

    frame: where trainings that are new to this canvas open; None plays them. replay: another number plays anew.
    """
    arrays: dict[str, np.ndarray] = {}
    for n, trace in enumerate(traces):
        arrays |= {f"{n}.{name}": getattr(trace, name) for name in SENT}
        arrays |= {f"{n}.{name}": as_bytes(getattr(trace, name)) for name in ("samples", "reconstructions")}
        arrays[f"{n}.shown"] = trace.shown * np.uint8(255)
    sides = [{"beta": f"{trace.beta:g}"} for trace in traces]
    limits = (len(traces[0].kept) - 1, 1)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=(frame, None), sides=sides, replay=replay)
