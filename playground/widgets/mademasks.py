"""The masks of a small MADE as matrices, and their product; entries can be flipped by a click."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import MadeLabTrace
from playground.widgets.assets import script, style
from playground.widgets.edits import Edits, whole_rows
from playground.widgets.madegraph import SENT
from playground.widgets.payload import pack

MOST_FLIPS = 64
HTML = '<div class="pg pg-masks" role="group" aria-label="Masks as matrices"></div>'
PERTURB = '<div class="pg pg-perturb" role="group" aria-label="Change one input"></div>'
_matrices = st.components.v2.component(
    "generative_playground_made_masks", html=HTML, css=style("mademasks"), js=script("madelab", "mademasks")
)
_perturb = st.components.v2.component(
    "generative_playground_made_perturb", html=PERTURB, css=style("mademasks"), js=script("madelab", "madeperturb")
)


def mask_matrices(
    trace: MadeLabTrace,
    *,
    key: str,
    on_flips: Callable[[list[list[int]]], None] | None = None,
    gradient: bool = False,
    height: int = 300,
) -> None:
    """Mount the masks in the order of their product, the product, and with `gradient` the Jacobian beside it.

    With `on_flips` an entry is flipped by a click; it hears of all flipped entries (mask, row, column) before the
    script runs. `height` is what the matrices should fit into, in CSS pixels, unless their cells became too small.
    """
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    flips = trace.flips.tolist()
    network = (trace.rule.tobytes(), trace.hidden.tolist(), trace.order.tolist())
    meta = edits.show((network, flips)) | {
        "hidden": trace.hidden.tolist(),
        "order": trace.order.tolist(),
        "strict": trace.strict.tolist(),
        "direct": trace.direct,
        "paths": int(trace.paths.sum()),
        "flips": flips,
        "most": MOST_FLIPS,
        "editable": on_flips is not None,
        "gradient": gradient,
        "height": height,
    }
    arrays = {name: getattr(trace, name).astype("int32" if name == "through" else "uint8") for name in SENT}
    arrays |= {"count": trace.paths.astype(np.int32), "jacobian": trace.jacobian, "forbidden": trace.forbidden()}

    def changed() -> None:
        raw = st.session_state[key].get("wanted")
        if on_flips is None or not edits.heard(raw) or not isinstance(raw.get("flips"), list):
            return
        wanted = whole_rows(raw["flips"], [3] * min(len(raw["flips"]), MOST_FLIPS), 0, 99)
        if wanted is not None and all(_is_entry(trace, *entry) for entry in wanted):
            edits.accept(raw, (network, wanted))
            on_flips(wanted)

    _matrices(key=key, data=pack(arrays, **meta), default={"wanted": None}, on_wanted_change=changed)


def perturb(trace: MadeLabTrace, *, key: str, selected: int, on_keep: Callable[[str], None]) -> int:
    """Mount the table of what moves when one input is flipped; returns the input that is flipped.

    `on_keep(bits)` hears of another input to start from, before the script runs.
    """
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    memory = st.session_state.setdefault(f"{key}:memory", {"opening": selected})
    bits = "".join(map(str, trace.x.tolist()))
    meta = edits.show((bits, trace.order.tolist())) | {
        "order": trace.order.tolist(),
        "selected": min(memory["opening"], trace.inputs - 1),
    }
    arrays = {
        "x": trace.x,
        "conditional": trace.conditional,
        "change": trace.change,
        "count": trace.paths.astype(np.int32),
    }

    def changed() -> None:
        raw = st.session_state[key].get("wanted")
        wanted = raw.get("x") if edits.heard(raw) else None
        if isinstance(wanted, str) and len(wanted) == len(bits) and not set(wanted) - {"0", "1"}:
            edits.accept(raw, (wanted, trace.order.tolist()))
            on_keep(wanted)

    result = _perturb(
        key=key,
        data=pack(arrays, **meta),
        default={"wanted": None, "selected": None},
        on_wanted_change=changed,
        on_selected_change=_nothing,
    )
    reported = result.get("selected")
    if type(reported) is int and 0 <= reported < trace.inputs:
        memory["opening"] = reported
    return min(memory["opening"], trace.inputs - 1)


def _is_entry(trace: MadeLabTrace, mask: int, row: int, column: int) -> bool:
    if mask > trace.hidden.size + 1 or (mask == 0 and not trace.direct):
        return False
    rows, columns = trace.mask(mask).shape
    return row < rows and column < columns


def _nothing(*_: Any) -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""
