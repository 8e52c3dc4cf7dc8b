"""A text that a model writes: play it, go back to any character, see what else could stand there, and choose it.

Temperature and top-k under the pointer are worked out in the browser from the model's own probabilities; a chosen
character asks Python for the other future, which is drawn with the same uniform numbers. Futures are kept as a list.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import WriteTrace, format_force, parse_branches
from playground.widgets.assets import HERE, script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import pack

_component = st.components.v2.component(
    "generative_playground_write",
    html='<div class="pg pg-stepper pg-write" role="group" aria-label="Writing, character by character"></div>',
    css=style("stepper") + "".join((HERE / f"{name}.css").read_text("utf-8") for name in ("cell", "write", "predict")),
    js=script("stepper", "predict", "madelab", "celltext", "writechoices", "write"),
)


@dataclass(frozen=True)
class Future:
    """One entry of the list. force: as settings have it, "" for none; text: what is written; nats: its −log p at
    temperature 1."""

    force: str
    text: str
    nats: float


@dataclass(frozen=True)
class Wanted:
    """What the visitor chose on the stage. branches: forces joined by ";"; branch: which of them, 0 for none; draw:
    (temperature, top_k) to draw with from now on, None for those of before."""

    branches: str
    branch: int
    draw: tuple[float, int] | None


def writer(
    trace: WriteTrace,
    futures: Sequence[Future],
    *,
    key: str,
    branch: int,
    temperature: float,
    top_k: int,
    step: int | None = None,
) -> int:
    """Mount the stage and return how many characters are written where the visitor stands.

    futures: all that are kept, the first without a force; branch: which one `trace` is. temperature, top_k: those that
    drew it. step: where the view opens; None plays.
    """
    memory = st.session_state.setdefault(f"{key}:write", {"opening": 0, "start": step, "here": step or 0})
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    memory["symbols"] = len(trace.symbols)
    _take_view(memory, st.session_state.get(key), len(trace.codes))
    shown = edits.show((";".join(f.force for f in futures[1:]), branch))
    shown |= {"futures": [vars(f) | {"force": _pairs(f.force)} for f in futures], "branch": branch}
    shown |= {"temperature": temperature, "top_k": top_k}
    made_of = (id(trace), repr(shown))
    if memory.get("made_of") != made_of or memory.pop("left", False):
        memory.update(made_of=made_of, trace=trace)  # kept, so that no other trace gets its place in memory
        memory["payload"] = _payload(trace, memory, shown)
    _component(
        key=key,
        data=memory["payload"],
        default={"view": None, "wanted": None},
        on_view_change=_nothing,
        on_wanted_change=_nothing,
    )
    return memory["here"]


def wanted_future(key: str) -> Wanted | None:
    """What the visitor has chosen on the stage since the last run; None for nothing new. Ask before the controls are
    made, as it may set what they show."""
    edits, memory = st.session_state.get(f"{key}:edits"), st.session_state.get(f"{key}:write", {})
    state = st.session_state.get(key)
    raw = state.get("wanted") if isinstance(state, Mapping) else None
    if edits is None or "symbols" not in memory or not edits.heard(raw):
        return None
    found = _read(raw, memory["symbols"])
    if found is None:
        edits.content = None  # a new revision: the browser shows again what is
        return None
    edits.accept(raw, (found.branches, found.branch))
    return found


def _read(raw: Mapping[str, Any], symbols: int) -> Wanted | None:
    """A browser's message, or None where it is none: what a browser sends is never trusted."""
    forces, branch, draw = (raw.get(name) for name in ("forces", "branch", "draw"))
    if not isinstance(forces, list) or type(branch) is not int or not 0 <= branch <= len(forces):
        return None
    whole = all(
        isinstance(force, list)
        and force
        and all(isinstance(p, list) and len(p) == 2 and all(type(n) is int and n >= 0 for n in p) for p in force)
        for force in forces
    )
    if not whole or any(code >= symbols for force in forces for _, code in force):
        return None
    text = ";".join(format_force(force) for force in forces)
    try:
        parse_branches(text)
    except ValueError:
        return None
    if draw is not None:
        if (
            not isinstance(draw, list)
            or len(draw) != 2
            or type(draw[0]) not in (int, float)
            or type(draw[1]) is not int
        ):
            return None
        if not (0.05 <= draw[0] <= 2 and 0 <= draw[1] <= symbols):
            return None
        draw = (round(float(draw[0]), 2), draw[1])
    return Wanted(text, branch, draw)


def _take_view(memory: dict, state: Any, steps: int) -> None:
    """Where the visitor stands: as opened, then as the browser reports; and whether the page was left meanwhile."""
    view = state.get("view") if isinstance(state, Mapping) else None
    if isinstance(view, Mapping):
        found = view.get("step")
        if type(found) is int and 0 <= found <= 10_000:
            memory.update(here=found, heard=True)
    elif memory.pop("heard", False):  # left and come back: open where it was left
        memory.update(start=memory["here"], opening=memory["opening"] + 1, left=True)
    memory["here"] = min(memory["here"], steps)


def _payload(trace: WriteTrace, memory: dict, shown: dict[str, Any]) -> bytes:
    arrays = {
        "codes": trace.codes.astype(np.uint16),
        "forced": trace.forced,
        "noise": trace.noise,
        "log_p": trace.log_p,
        "prompt_nats": trace.prompt_nats,
    }
    digest = blake2b(repr((trace.prompt, trace.symbols, shown["temperature"], shown["top_k"])).encode(), digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array))
    return pack(
        arrays,
        trace=f"{digest.hexdigest()}:{memory['opening']}",
        start={"step": memory["start"], "focus": None},
        symbols=trace.symbols,
        prompt=trace.prompt,
        limit=trace.limit,
        **shown,
    )


def _pairs(force: str) -> list[list[int]]:
    """A force as pairs of numbers."""
    found = parse_branches(force)
    return [list(pair) for pair in found[0]] if found else []


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""
