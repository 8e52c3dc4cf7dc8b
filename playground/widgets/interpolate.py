"""The canvas of interpolation: three ways between two or four ends, played, scrubbed and walked in the browser.

The whole path is sent once. What comes back is where the visitor stands, when the picture rests, and the ends that were
moved on the plane.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import InterpolateTrace, format_code
from playground.widgets.assets import PLANE, script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import pack

FARTHEST_SENT = 1e6  # a coordinate from a browser beyond this is no code
HTML = '<div class="pg pg-stepper pg-interpolate" role="group" aria-label="Interpolation" data-playing="false"></div>'
_component = st.components.v2.component(
    "generative_playground_interpolate",
    html=HTML,
    css=style("stepper", "plane", "interpolate"),
    js=script("stepper", "madelab", *PLANE, "interpolatestage", "interpolateends", "interpolatelive", "interpolate"),
)
_decoders = st.components.v2.component(
    "generative_playground_decoders", html='<div class="pg-decoder" hidden></div>', js=script("decoder", "decoders")
)


@dataclass(frozen=True)
class InterpolateState:
    """Where the visitor stands. step: of a path the frame, of a surface the tile, walked to and fro row by row."""

    step: int


def interpolate_player(
    trace: InterpolateTrace,
    *,
    key: str,
    ends: Sequence[str],
    words: Sequence[str],
    codes: tuple[np.ndarray, np.ndarray] | None = None,
    window: Sequence[float] = (-4, 4, -4, 4),
    reference: float | None = None,
    decoder: str = "",
    step: int | None = None,
) -> InterpolateState:
    """Mount the three ways and return where the visitor stands.

    ends: texts of the ends, as the link holds them; `moved_ends` has those that were moved on the plane. words: what
    each is called. codes: (N, 2) codes and (N,) classes, dots on the plane of a model with two latent numbers; window:
    its edges. reference: a score of real digits, a dotted line. decoder: the name under which `decoder_kept` has sent
    one, with which the browser decodes while an end moves. step: where the view opens; None plays.
    """
    memory = st.session_state.setdefault(f"{key}:interpolate", {"opening": 0})
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    steps = math.prod(trace.grid) - 1
    _take_view(memory, st.session_state.get(key), step)
    memory["here"], memory["latent"] = min(memory["here"], steps), trace.ends.shape
    shown: dict[str, Any] = edits.show(tuple(ends))
    shown |= {"ends": list(words), "reference": reference, "decoder": decoder, "window": list(map(float, window))}
    made_of = (id(trace), id(codes and codes[0]), repr(shown))
    if memory.get("made_of") != made_of or memory.pop("left", False):
        memory.update(made_of=made_of, kept=(trace, codes))  # kept, so that no other trace gets its place in memory
        memory["payload"] = _payload(trace, codes, memory, shown)
    _component(
        key=key,
        data=memory["payload"],
        default={"view": None, "wanted": None},
        on_view_change=_nothing,
        on_wanted_change=_nothing,
    )
    return InterpolateState(memory["here"])


def decoder_kept(name: str, weights: tuple[np.ndarray, np.ndarray], *, key: str) -> str:
    """Send the decoder of a small model to the browser, once; the name under which a canvas finds it.

    weights: of `decoder_weights`; they travel in half precision, as they decode only until the trace is there.
    """
    memory = st.session_state.setdefault(f"{key}:payload", {})
    if memory.get("decoder") != name:
        arrays = {"weights": weights[0].astype(np.float16), "sizes": weights[1]}
        memory.update(decoder=name, bytes=pack(arrays, decoder=name))
    _decoders(key=key, data=memory["bytes"])
    return name


def moved_ends(key: str) -> list[str | None] | None:
    """The ends that the visitor has moved on the plane since the last run, as texts, None for one that stays.

    None if nothing was moved. Ask before the controls are made, as they show the ends.
    """
    edits, memory = st.session_state.get(f"{key}:edits"), st.session_state.get(f"{key}:interpolate", {})
    state = st.session_state.get(key)
    raw = state.get("wanted") if isinstance(state, Mapping) else None
    if edits is None or "latent" not in memory or not edits.heard(raw):
        return None
    found = _ends(raw.get("ends"), *memory["latent"])
    if found is None:
        edits.content = None  # a new revision: the browser shows again what is
        return None
    before = edits.content
    edits.accept(raw, tuple(new or old for new, old in zip(found, before, strict=True)))
    return found


def _ends(raw: Any, count: int, latent: int) -> list[str | None] | None:
    """Texts of codes, None where an end was not moved; None for what is no such message: a browser is never trusted."""
    if not isinstance(raw, list) or len(raw) != count:
        return None
    for end in raw:
        if end is None:
            continue
        if not isinstance(end, list) or len(end) != latent:
            return None
        if any(type(v) not in (int, float) or not math.isfinite(v) or abs(v) > FARTHEST_SENT for v in end):
            return None
    return [None if end is None else f"code:{format_code(np.array(end))}" for end in raw]


def _take_view(memory: dict, state: Any, step: int | None) -> None:
    """Where the visitor stands: as opened, then as the browser reports; and whether the page was left meanwhile."""
    memory.setdefault("here", step or 0)
    memory.setdefault("start", {"step": step})
    view = state.get("view") if isinstance(state, Mapping) else None
    if isinstance(view, Mapping):
        found = view.get("step")
        if type(found) is int and 0 <= found <= 10_000:
            memory.update(here=found, heard=True)
    elif memory.pop("heard", False):  # left and come back: open where it was left
        memory.update(start={"step": memory["here"]}, opening=memory["opening"] + 1, left=True)


def _payload(trace: InterpolateTrace, codes: Any, memory: dict, shown: dict[str, Any]) -> bytes:
    dots, labels = codes if codes is not None else (np.zeros((0, 2)), np.zeros(0, np.uint8))
    arrays = {
        "pictures": np.rint(trace.pictures.astype(np.float32).clip(0, 1) * 255).astype(np.uint8),
        "codes": trace.codes,
        "norms": trace.norms,
        "endCodes": trace.ends,
        "endPictures": np.rint(trace.end_pictures.astype(np.float32) * 255).astype(np.uint8),
        "angles": trace.angles,
        "stations": trace.stations,
        "scores": trace.scores,
        "cloudCodes": np.ascontiguousarray(dots, np.float32),
        "labels": np.ascontiguousarray(labels, np.uint8),
    }
    meta = {
        "shape": list(trace.shape),
        "family": trace.family,
        "kinds": list(trace.kinds),
        "typical": trace.typical.tolist(),
        "measure": trace.measure,
        "draws": trace.draws,
    }
    digest = blake2b(repr((meta, shown["ends"], shown["window"])).encode(), digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array))
    opened = memory["start"] | {"opening": memory["opening"]}
    return pack(arrays, trace=f"{digest.hexdigest()}:{memory['opening']}", start=opened, **meta, **shown)


def _nothing(*_: Any) -> None:
    """Streamlit knows a state by its callback, so each has one."""
