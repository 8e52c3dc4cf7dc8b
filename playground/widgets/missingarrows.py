"""The canvas of a graph over binary pixels, whose arrows can be taken away and put back.

A changed arrow comes back as an edit, and a new trace answers it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from playground.traces import GraphTrace, pairs
from playground.widgets.assets import HERE, script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import pack

_component = st.components.v2.component(
    "generative_playground_missing_arrows",
    html='<div class="pg pg-arrows" role="group" aria-label="Arrows between pixels"></div>',
    css=style() + (HERE / "missingarrows.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "states", "madelab", "missingarrows"),
)


def arrows_in(raw: Mapping[str, Any], count: int) -> str | None:
    """The arrows of a browser's message, one 0 or 1 each, or None; what a browser sends is never trusted."""
    wanted = raw.get("arrows")
    good = isinstance(wanted, str) and len(wanted) == count and not set(wanted) - {"0", "1"}
    return wanted if good else None


def missing_arrows(trace: GraphTrace, *, key: str, on_edit: Callable[[str], None]) -> None:
    """Mount the graph. `on_edit(arrows)` hears of an edit, one 0 or 1 for each of `pairs`, before the script runs."""
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    slots = pairs(len(trace.parents))
    arrows = "".join(str(int(trace.parents[i, j])) for j, i in slots)
    meta = edits.show((trace.world, trace.shape, arrows)) | {
        "arrows": arrows,
        "shape": list(trace.shape),
        "samples": len(trace.samples),
        "parameters": int(trace.parameters.sum()),
        "full": trace.truth.size - 1,
        "kl": trace.kl,
        "entropy": trace.entropy,
        "forbidden": trace.forbidden,
        "highest": float(trace.truth.max()),
    }
    arrays = {name: getattr(trace, name) for name in ("truth", "model", "ranked", "terms", "changed", "parameters")}
    arrays |= {"samples": trace.samples, "allowed": trace.truth[trace.numbers] > 0}

    def changed() -> None:
        raw = st.session_state[key].get("wanted")
        if not edits.heard(raw):
            return
        wanted = arrows_in(raw, len(slots))
        if wanted is not None:
            edits.accept(raw, (trace.world, trace.shape, wanted))
            on_edit(wanted)

    _component(key=key, data=pack(arrays, **meta), default={"wanted": None}, on_wanted_change=changed)
