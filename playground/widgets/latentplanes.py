"""Two latent planes side by side: codes of the same digits, and the decoded picture that follows the pointer.

The weights of both decoders travel with the codes, so that hovering, panning, zooming and choosing need no server. The
browser owns the two points, the chosen digit, the classes and what is shown, and sends them at rest; what Python
changes, a typed point for example, replaces them.
"""

import json
import re
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.errors import InvalidInput
from playground.traces import PlaneSide
from playground.traces.codes import format_code, parse_code
from playground.widgets.assets import PLANE, script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import halved, pack

SHOWN = ("dots", "tiles", "both")
KEPT = 6  # payloads kept for the visitors of this process together
_packed: OrderedDict[tuple[str, str], bytes] = OrderedDict()
_lock = threading.Lock()
_component = st.components.v2.component(
    "generative_playground_planes",
    html='<div class="pg pg-planes" role="group" aria-label="Two latent planes"></div>',
    css=style("plane", "latentplanes"),
    js=script(*PLANE, "decoder", "madelab", "planeside", "latentplanes"),
)


@dataclass(frozen=True)
class PlanesState:
    """What is chosen on two planes."""

    points: tuple[str, str]  # z of each, as `format_code` writes it
    digit: int | None  # the real digit that is marked in both, by its number among the codes
    classes: str  # the digits whose codes are shown, "0123456789" for all
    show: str  # "dots", "tiles" or "both"


def heard_planes(key: str, start: PlanesState, digits: int) -> PlanesState:
    """What is chosen now: `start` at first, then what the browser says. digits: how many real digits there are."""
    memory = st.session_state.setdefault(f"{key}:planes", {"edits": Edits(), "state": start})
    raw = _view(key)
    if memory["edits"].heard(raw):
        found = _state(raw, digits)
        if found is not None:
            memory["state"] = found
            memory["edits"].accept(raw, found)
    return memory["state"]


def latent_planes(sides: tuple[PlaneSide, PlaneSide], state: PlanesState, *, key: str) -> None:
    """Mount two planes that show `state`.

    Call `heard_planes` before, with the same key: a state that differs from what it returned replaces the browser's.
    """
    memory = st.session_state[f"{key}:planes"]
    edits = memory["edits"]
    before = edits.revision
    now = edits.show(state)
    memory["state"] = state
    identity = _identity(sides)
    left = memory.get("mounted") and _view(key) is None and edits.edit > 0  # another page was opened in between
    if memory.get("identity") != identity or edits.revision != before or left:
        memory.update(identity=identity, sent=json.dumps({"state": asdict(state), **now}), mounted=True)
    with _lock:
        if (identity, memory["sent"]) not in _packed:
            _packed[identity, memory["sent"]] = _pack(sides, identity, json.loads(memory["sent"]))
            while len(_packed) > KEPT:
                _packed.popitem(last=False)
        payload = _packed[identity, memory["sent"]]
        _packed.move_to_end((identity, memory["sent"]))
    _component(key=key, data=payload, default={"view": None}, on_view_change=_nothing)


def _pack(sides: tuple[PlaneSide, PlaneSide], identity: str, state: dict[str, Any]) -> bytes:
    """Two megabytes, the same for all who see the same planes."""
    arrays, described = {}, []
    for n, side in enumerate(sides):
        arrays |= {f"{n}_{name}": array for name, array in _arrays(side).items()}
        described.append(
            {
                "title": side.title,
                "shape": list(side.trace.shape),
                "window": side.trace.window.round(6).tolist(),
                "generative": side.generative,
            }
        )
    linked = len(sides[0].labels) > 0 and np.array_equal(sides[0].labels, sides[1].labels)
    return pack(arrays, trace=identity, sides=described, linked=bool(linked), **state)


def _arrays(side: PlaneSide) -> dict[str, np.ndarray]:
    """What the browser draws and decodes with."""
    trace = side.trace
    found = {
        "codes": side.codes.astype(np.float32),
        "labels": side.labels,
        "tiles": np.rint(255 * trace.tiles.astype(np.float32)).astype(np.uint8),
        "decoder": halved(trace.decoder),
        "sizes": trace.sizes,
    }
    return found if side.deviation is None else found | {"deviation": side.deviation.astype(np.float32)}


def _identity(sides: tuple[PlaneSide, PlaneSide]) -> str:
    digest = blake2b(digest_size=8)
    for side in sides:
        digest.update(f"{side.title} {side.trace.checkpoint}".encode())
        for array in (side.trace.window, side.trace.tiles, side.trace.decoder, side.codes, side.labels):
            digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def _state(raw: Mapping[str, Any], digits: int) -> PlanesState | None:
    """The state in a browser's message, or None where it is none: what a browser sends is never trusted."""
    points, digit, classes, show = (raw.get(name) for name in ("points", "digit", "classes", "show"))
    if not isinstance(points, list) or len(points) != 2 or not all(isinstance(z, str) for z in points):
        return None
    if digit is not None and (type(digit) is not int or not 0 <= digit < digits):
        return None
    if not isinstance(classes, str) or not re.fullmatch("[0-9]{0,10}", classes) or show not in SHOWN:
        return None
    try:
        return PlanesState(tuple(format_code(parse_code(z, 2)) for z in points), digit, classes, show)
    except InvalidInput:
        return None


def _view(key: str) -> Any:
    """What the browser last sent; None when the planes are not on the page yet."""
    state = st.session_state.get(key)
    return state.get("view") if isinstance(state, Mapping) else None


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""
