"""The canvas of a walk through a generator's codes: a plane with the discriminator's verdict, and a line that plays."""

import numpy as np
import streamlit as st

from playground.traces import GanWalkTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.dimensions import as_bytes
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_ganwalk",
    html='<div class="pg pg-stepper pg-ganwalk" role="group" aria-label="A walk through the codes of a GAN"></div>',
    css=style("stepper") + "\n" + (HERE / "ganwalk.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "ganwalk"),
)


def gan_walk_player(
    trace: GanWalkTrace, *, spherical: bool, key: str, step: int | None = None, focus: int | None = None
) -> StepState:
    """Mount the plane and the line; returns the line's step and the plane's point that was kept, row · G + column.

    step, focus: where a trace that is new to this canvas opens; step None plays the line.
    """
    arrays = {
        "pictures": as_bytes(trace.pictures).reshape(*trace.logits.shape, -1),
        "logits": trace.logits,
        "norms": np.linalg.norm(trace.codes, axis=2).astype(np.float32),
        "axis": trace.axis,
        "line_pictures": as_bytes(trace.line_pictures).reshape(len(trace.line), -1),
        "line_logits": trace.line_logits,
        "line_norms": np.linalg.norm(trace.line, axis=1).astype(np.float32),
        "line_place": trace.line_place,
    }
    meta = {"shape": list(trace.shape), "latent": trace.line.shape[1], "spherical": spherical}
    limits = (len(trace.line) - 1, trace.logits.size)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=(step, focus), **meta)
