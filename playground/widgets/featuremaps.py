"""Feature maps: one digit as it grows, all channels of one block beside it, and what each skip connection carries.

Everything is sent once; scrubbing, sorting, switching scales and hovering happen in the browser. What comes back is
where the visitor stands, when the digit has come to rest, and the block that was clicked.
"""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

import streamlit as st

from playground.traces import InsideTrace
from playground.widgets.assets import script, style
from playground.widgets.payload import pack

HTML = '<div class="pg pg-maps" role="group" aria-label="Feature maps"></div>'
_component = st.components.v2.component(
    "generative_playground_maps", html=HTML, css=style("featuremaps"), js=script("featuremaps")
)


@dataclass(frozen=True)
class MapsState:
    """Where the visitor stands."""

    step: int  # pixels written, 0 … K
    block: int | None  # the block clicked, from 1, in the one rerun after the click, else None


def feature_maps(trace: InsideTrace, *, key: str, step: int | None = None, height: int = 514) -> MapsState:
    """Mount the maps of one block and return where the visitor stands.

    `step` is where a digit that is new to this component opens (at its end when None); afterwards the browser owns
    it, also when another block of the same digit is shown. `height` is of the grid of maps, in CSS pixels.
    """
    memory = st.session_state.setdefault(f"{key}:maps", {})
    steps = trace.values.size
    if memory.get("trace") is not trace:
        digit = f"{trace.checkpoint}:{crc32(trace.values.tobytes()):08x}"
        arrays = {
            "order": trace.order,
            "values": trace.values,
            "carried": trace.carried,
            "added": trace.added,
            "share": trace.skip_share,
            "without": trace.nats_without,
        }
        start = steps if step is None else min(max(step, 0), steps)
        if memory.get("digit") == digit:
            start = memory["step"]
        meta: dict[str, Any] = {
            "digit": digit,
            "start": start,
            "block": trace.block,
            "levels": trace.levels,
            "shape": list(trace.shape),
            "nats": trace.nats,
            "height": height,
            "unit": "layer" if trace.gated else "block",
        }
        memory.update(trace=trace, digit=digit, step=start, payload=pack(arrays, **meta))
    result = _component(
        key=key,
        data=memory["payload"],
        default={"view": None},
        on_view_change=_nothing,
        on_block_change=_nothing,
    )
    reported = _number(result.view, memory["digit"], "step", 0, steps)
    memory["step"] = memory["step"] if reported is None else reported
    block = _number(result.block, memory["digit"], "block", 1, len(trace.nats_without))
    return MapsState(memory["step"], block)


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _number(raw: Any, digit: str, name: str, low: int, high: int) -> int | None:
    """A whole number that the browser reported for this digit; what a browser sends is never trusted."""
    value = raw.get(name) if isinstance(raw, dict) and raw.get("digit") == digit else None
    return value if type(value) is int and low <= value <= high else None
