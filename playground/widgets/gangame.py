"""The game of a GAN in the plane: every step of its training, played on by the visitor's presses.

The canvas is sent only the frames that it does not hold. What comes back is one message: the moves that are wanted, the
moves whose frames the canvas holds, and where the visitor stands.
"""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import MOST_MOVES, GanGameSettings, GanGameTrace, parse_moves
from playground.widgets.assets import script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import pack
from playground.widgets.stepper import StepState

HTML = '<div class="pg pg-stepper pg-gangame" role="group" aria-label="The game of a GAN, step by step"></div>'
SCRIPTS = ("stepper", "madelab", "curves", "contrastivedraw", "gangamedraw", "gangamestage", "gangamemoves", "gangame")
PHASES = 4  # of one step, in slow motion
HALVES = ("fake", "gradient", "push", "discriminator", "p_generator", "mesh")  # frames, as the bits of float16
LARGE = 500_000  # bytes of a payload that is not kept for a visitor once the browser holds all of it
CURVES = ("loss_d", "loss_g", "value", "value_optimal", "js", "modes")
_component = st.components.v2.component(
    "generative_playground_gangame",
    html=HTML,
    css=style("stepper") + style("gangame"),
    js=script(*SCRIPTS),
)


def pressed_moves(key: str, replay: int = 0) -> str | None:
    """The moves that the visitor has asked for since the last run; None if there are no new ones. Ask for them before
    the trace is made. replay: as `gan_game` will get it: where it is new, presses in the game before it count no more.
    """
    edits, raw = st.session_state.get(f"{key}:edits"), _message(key)
    if edits is None or st.session_state[f"{key}:game"]["replay"] != replay or not edits.heard(raw):
        return None
    if _moves(raw.get("moves")) is None:
        edits.content = None  # a new revision: the browser shows again what is
        return None
    edits.accept(raw, raw["moves"])
    return raw["moves"]


def gan_game(
    trace: GanGameTrace,
    settings: GanGameSettings,
    *,
    key: str,
    start: tuple[int | None, int | None] = (None, None),
    replay: int = 0,
    **meta: Any,
) -> StepState:
    """Mount the game and return where the visitor stands: the step, and as focus the phase 0 … 3 of it, or None.

    settings: those of the trace; all but their moves tell one game from another. start: the step and the phase with
    which the game opens; step None plays it. replay: another number opens it again, from the start. meta: words for
    the stage.
    """
    memory = st.session_state.setdefault(f"{key}:game", {"opening": 0, "replay": replay, "held": None})
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    _take_view(memory, _message(key), start)
    if memory["replay"] != replay:
        edits.content = None  # a new revision: what was pressed in the game before it is no longer heard
        memory.update(replay=replay, opening=memory["opening"] + 1, start=(None, None), here=(0, None))
    own = settings.start_key()
    game = f"{blake2b(own.encode(), digest_size=8).hexdigest()}:{memory['opening']}"
    shown = edits.show(settings.moves)
    made_of = (game, settings.moves, *shown.values())
    held = memory["held"] if memory["held"] and memory["held"][0] == game else None
    first = 0 if held is None else _shared(held[1], _moves(settings.moves)) + 1
    kept_in_vain = first > len(trace.moves) and len(memory.get("payload", b"")) > LARGE
    if memory.get("made_of") != made_of or kept_in_vain:
        opened = dict(zip(("step", "focus"), memory["start"], strict=True)) | {"opening": memory["opening"]}
        words = meta | {"game": own, "moves": settings.moves, "most": MOST_MOVES, "window": trace.window.tolist()}
        memory["payload"] = pack(_arrays(trace, first), trace=game, start=opened, first=first, **shown, **words)
        memory["made_of"] = made_of
        if held is None:
            memory["held"] = None  # what the browser holds of another game, it drops
    _component(key=key, data=memory["payload"], default={"view": None}, on_view_change=_nothing)
    step, phase = memory["here"]
    return StepState(min(step, len(trace.moves)), phase if step else None)


def _arrays(trace: GanGameTrace, first: int) -> dict[str, np.ndarray]:
    """Frame `first` and all after it; what all frames share comes with frame 0."""
    arrays = {name: getattr(trace, name)[first:].astype(np.float16).view(np.uint16) for name in HALVES}
    arrays |= {name: getattr(trace, name)[first:].astype(np.float32) for name in CURVES}
    lengths = np.linalg.norm(trace.gradient[first:].astype(np.float32), axis=2)  # (S + 1, M)
    arrays["steepness"] = lengths.mean(1, dtype=np.float32)
    if first == 0:
        arrays |= {"real": trace.real.astype(np.float32), "p_data": trace.p_data.astype(np.float32)}
    return arrays


def _take_view(memory: dict, raw: Mapping[str, Any], start: tuple[int | None, int | None]) -> None:
    """Where the visitor stands, and what the browser holds; both anew where the page was left meanwhile."""
    memory.setdefault("here", (start[0] or 0, start[1]))
    memory.setdefault("start", start)
    if not raw:
        if memory.pop("heard", None) is not None:  # left and come back: open where it was left, with all frames
            memory.update(start=memory["here"], opening=memory["opening"] + 1, held=None)
        return
    if raw == memory.get("heard"):
        return
    memory["heard"] = raw
    step, phase, game, held = (raw.get(name) for name in ("step", "focus", "trace", "held"))
    if _whole(step, 0, MOST_MOVES) and _whole(phase, -1, PHASES - 1):
        memory["here"] = (step, phase if phase >= 0 else None)
    moves = _moves(held)
    memory["held"] = (game, moves) if isinstance(game, str) and moves is not None else None


def _shared(one: bytes, other: bytes) -> int:
    """How many moves two games begin with alike."""
    differ = (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differ, min(len(one), len(other)))


def _moves(text: Any) -> bytes | None:
    """One byte a move, or None for what is no text of moves: what a browser sends is never trusted."""
    try:
        return parse_moves(text)
    except ValueError:
        return None


def _message(key: str) -> Mapping[str, Any]:
    """What the browser reported last; empty before it did."""
    state = st.session_state.get(key)
    view = state.get("view") if isinstance(state, Mapping) else None
    return dict(view) if isinstance(view, Mapping) else {}


def _whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _nothing() -> None:
    """Streamlit knows a state by its callback, so each has one."""
