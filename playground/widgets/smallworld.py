"""A training on a small world: each state's bar beside the truth, and the curves with a marker that moves.

Everything is sent once; playing, scrubbing and hovering happen in the browser. What comes back, when the training has
come to rest, is the step at which the visitor stands.
"""

from collections.abc import Callable
from typing import Any
from zlib import crc32

import numpy as np
import streamlit as st

from playground.traces import SmallWorldTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import pack

HTML = '<div class="pg pg-world" role="group" aria-label="Training on a small world" data-playing="false"></div>'
_component = st.components.v2.component(
    "generative_playground_small_world", html=HTML, css=style("smallworld"), js=script("smallworld", "smallworldmount")
)


def small_world(
    trace: SmallWorldTrace, *, key: str, step: int | None = None, replay: int = 0, height: int = 528
) -> int:
    """Mount the training and return the step at which the visitor stands.

    `step` is where a training that is new to this component opens: at the last recorded step that is not later. None
    plays it from its start (and shows its end to who prefers reduced motion). Afterwards the browser owns the step.
    Another number in `replay` opens the same training anew. `height` is in CSS pixels, for a wide screen.
    """
    return mount_world(_component, trace, {}, key=key, step=step, replay=replay, height=height)


def mount_world(
    component: Callable[..., Any],
    trace: SmallWorldTrace,
    further: dict[str, np.ndarray],
    *,
    key: str,
    step: int | None,
    replay: int,
    height: int,
) -> int:
    """What `small_world` does, for a canvas that knows `further` arrays of the same recorded steps."""
    memory = st.session_state.setdefault(f"{key}:world", {})
    if memory.get("opened") != (trace_id(trace), replay):
        identity = f"{trace_id(trace)}:{replay}"
        start = None if step is None else max(0, int(np.searchsorted(trace.steps, step, side="right")) - 1)
        meta: dict[str, Any] = {
            "training": identity,
            "shape": list(trace.shape),
            "states": int(trace.truth.size),
            "possible": trace.possible,
            "allPossible": int((trace.truth > 0).sum()),
            "entropy": trace.entropy,
            "start": start,
            "height": height,
        }
        arrays = {
            "steps": trace.steps,
            "nll": trace.nll,
            "kl": trace.kl,
            "total": trace.total,
            "forbidden": trace.forbidden,
            "members": trace.members_kl,
            "listed": trace.listed,
            "truth": trace.truth[trace.listed],
            "learned": trace.learned,
            "samples": trace.samples,
            "sampled": trace.truth[trace.samples] > 0,
            "mean": trace.mean,
            "truthMean": trace.truth_mean,
        } | further
        opened = int(trace.steps[start or 0])
        memory.update(opened=(trace_id(trace), replay), identity=identity, step=opened, payload=pack(arrays, **meta))
    result = component(key=key, data=memory["payload"], default={"view": None}, on_view_change=_nothing)
    memory["step"] = _step(result.view, memory["identity"], trace.steps, memory["step"])
    return memory["step"]


def trace_id(trace: SmallWorldTrace) -> str:
    """A name of the training that is equal where all that is drawn is equal."""
    drawn = (trace.learned, trace.kl, trace.members_kl, trace.samples, trace.truth, trace.listed, trace.steps)
    checksum = crc32(repr(trace.shape).encode())
    for array in drawn:
        checksum = crc32(np.ascontiguousarray(array), checksum)
    return f"{checksum:08x}"


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _step(raw: Any, identity: str, steps: np.ndarray, known: int) -> int:
    """The step that the browser reported for this training; what a browser sends is never trusted."""
    value = raw.get("step") if isinstance(raw, dict) and raw.get("training") == identity else None
    return value if type(value) is int and value in steps else known
