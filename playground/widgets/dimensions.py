"""The canvas of a VAE's dimensions: KL of each, and each of them moved from −3 to 3."""

import numpy as np
import streamlit as st

from playground.traces import DimensionFigures, TraversalTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_dimensions",
    html='<div class="pg pg-stepper pg-dims" role="group" aria-label="The dimensions of a code"></div>',
    css=style("stepper") + "\n" + (HERE / "dimensions.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "dimensions"),
)


def dimension_player(
    trace: TraversalTrace,
    figures: DimensionFigures | None,
    *,
    key: str,
    summary: str,
    step: int | None = None,
    focus: int | None = None,
) -> StepState:
    """Mount the map of all dimensions and the one in focus; returns its value's number (0 … V − 1) and the dimension.

    figures: what each dimension is worth, None where that is not known. summary: the line above the map. step, focus:
    where a trace that is new to this canvas opens; step None plays the dimension of the largest KL.
    """
    count = len(trace.z)
    empty = np.zeros(0, np.float32)
    arrays = {
        "pictures": as_bytes(trace.pictures).reshape(*trace.pictures.shape[:2], -1),
        "values": trace.values,
        "z": trace.z,
        "own": trace.deviation,
        "reach": trace.reach,
        "order": np.arange(count, dtype=np.int32) if figures is None else figures.order.astype(np.int32),
        "kl": empty if figures is None else figures.kl,
        "activity": empty if figures is None else figures.activity,
        "deviation": empty if figures is None else figures.deviation,
        "collapsed": empty.astype(bool) if figures is None else figures.collapsed,
        "idle": empty.astype(bool) if figures is None else figures.idle,
    }
    total = 0.0 if figures is None else float(figures.kl.sum())
    meta = {"shape": list(trace.shape), "known": figures is not None, "total": total, "summary": summary}
    limits = (len(trace.values) - 1, count)
    return mount_stepper(_component, arrays, key=key, limits=limits, start=(step, focus), **meta)


def as_bytes(pictures: np.ndarray) -> np.ndarray:
    """Grey values 0 … 1 as uint8 of the same shape."""
    return np.rint(pictures.astype(np.float32).clip(0, 1) * 255).astype(np.uint8)
