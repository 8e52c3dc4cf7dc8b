"""The player: watch an autoregressive model write pictures pixel by pixel, in the browser.

The whole trace is sent once; playing, scrubbing, hovering and temperature never ask the server. What comes back,
when the picture has come to rest, is where the visitor stands: the step and the sample in focus. A pixel that
the visitor forces comes back as a trigger, for one rerun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, Protocol

import numpy as np
import streamlit as st

from playground.errors import InvalidInput
from playground.widgets.assets import script, style
from playground.widgets.payload import pack

HTML = '<div class="pg pg-player" role="group" aria-label="Player" data-playing="false"></div>'
_component = st.components.v2.component(
    "generative_playground_player", html=HTML, css=style("player", "predict"), js=script("trace", "predict", "player")
)


class PlayerTrace(Protocol):
    """What the player reads of a trace: N samples, K steps, P parameters per conditional."""

    shape: tuple[int, int]  # (H, W)
    levels: int  # values run from 0 to levels − 1
    temperature: float  # of the drawing
    order: np.ndarray  # (K,) flat position generated at each step
    values: np.ndarray  # (N, K) drawn values, by step
    parameters: np.ndarray  # (N, K, P) logits before the temperature: P = 1 Bernoulli, P = levels categorical
    noise: np.ndarray  # (N, K) the uniform number of each step
    given: np.ndarray  # (N, K) true where the pixel was fixed, not drawn
    log_likelihood: np.ndarray  # (N, K) running sum of log p at temperature 1, nats


@dataclass(frozen=True)
class PlayerState:
    """Where the visitor stands."""

    step: int  # pixels written, 0 … K
    focus: int  # sample shown large, 0 … N − 1
    force: tuple[int, int] | None  # (step, value) in the one rerun after the visitor forces a pixel, else None


def player(
    trace: PlayerTrace,
    *,
    key: str,
    step: int | None = None,
    focus: int = 0,
    titles: Sequence[str] = (),
    layout: Literal["grid", "compare"] = "grid",
    forceable: bool = False,
    forced: int | None = None,
    autoplay: bool = False,
    replay: int = 0,
    height: int = 460,
) -> PlayerState:
    """Mount a player and return where the visitor stands.

    At step s the first s pixels are written and pixel s is marked as the next. `step` and `focus` are where a
    trace that is new to this player opens; afterwards the browser owns them, and passing back what it reported
    changes nothing. Passing another value moves the player there. `step=None` opens at 0 and, with `autoplay`,
    plays (for a visitor who prefers reduced motion the end is shown instead). Another number in `replay` opens
    the same trace anew, as a second press on Generate should.

    `layout="compare"` puts the two samples of a trace side by side and outlines where they differ; `forced` is
    the step of the pixel that was forced, to be marked. `titles` name the samples. `forceable` offers to force
    a written pixel to another value. `height` is in CSS pixels, for a wide screen.

    Raises `InvalidInput` when the trace's arrays do not fit one another, or on an unknown layout.
    """
    arrays = _arrays(trace)
    samples, steps = arrays["values"].shape
    if layout not in ("grid", "compare") or (layout == "compare" and samples != 2):
        raise InvalidInput(f"layout={layout!r} with {samples} samples; allowed: 'grid', or 'compare' with 2 samples")
    identity = _identity(arrays, trace)
    memory = st.session_state.setdefault(f"{key}:player", {})
    memory.setdefault("command", 0)
    reported = _view(_state(key).get("view"), identity, memory["command"], samples, steps)
    asked = (step if step is None else min(max(step, 0), steps), min(max(focus, 0), samples - 1))
    _remember(memory, (identity, replay), asked, reported)

    meta = {
        "trace": identity,
        "shape": list(trace.shape),
        "levels": int(trace.levels),
        "temperature": float(trace.temperature),
        "titles": [str(title) for title in titles],
        "layout": layout,
        "forceable": bool(forceable),
        "forced": forced,
        "height": height,
        "start": {"step": memory["start"][0], "focus": memory["start"][1], "autoplay": bool(autoplay)},
        "command": memory["command"],
    }
    if memory.get("meta") != meta:  # pack only when something changed: a rerun then costs a comparison
        memory["meta"], memory["payload"] = meta, pack(arrays, **meta)
    result = _component(
        key=key,
        data=memory["payload"],
        default={"view": None},
        on_view_change=_nothing,
        on_force_change=_nothing,
    )
    opened = (memory["start"][0] or 0, memory["start"][1])
    force = _force(result.get("force"), identity, steps, trace.levels)
    view = result.get("view") if force is None else result.get("force")  # a trigger says where the visitor stands
    here = _view(view, identity, memory["command"], samples, steps) or opened
    memory["reported"] = here
    return PlayerState(step=here[0], focus=here[1], force=force)


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _state(key: str) -> Mapping[str, Any]:
    """What the browser reported before this run; empty when the player is not on the page yet."""
    state = st.session_state.get(key)
    return state if isinstance(state, Mapping) else {}


def _arrays(trace: PlayerTrace) -> dict[str, np.ndarray]:
    arrays = {
        "order": np.asarray(trace.order, dtype=np.int32),
        "values": np.asarray(trace.values, dtype=np.uint8),
        "parameters": np.asarray(trace.parameters, dtype=np.float32),
        "noise": np.asarray(trace.noise, dtype=np.float32),
        "given": np.asarray(trace.given, dtype=np.uint8),
        "log_likelihood": np.asarray(trace.log_likelihood, dtype=np.float32),
    }
    samples, steps = arrays["values"].shape
    width = arrays["parameters"].shape[-1]
    if width not in (1, trace.levels) or (width == 1 and trace.levels != 2):
        raise InvalidInput(f"trace.parameters has {width} parameters a pixel for {trace.levels} levels")
    expected = {"order": (steps,), "parameters": (samples, steps, width)}
    for name, array in arrays.items():
        if array.shape != expected.get(name, (samples, steps)):
            raise InvalidInput(f"trace.{name} has shape {array.shape}, expected {expected.get(name, (samples, steps))}")
    return arrays


def _identity(arrays: dict[str, np.ndarray], trace: PlayerTrace) -> str:
    digest = blake2b(f"{tuple(trace.shape)} {trace.levels} {float(trace.temperature)}".encode(), digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def _remember(memory: dict[str, Any], opening: tuple[str, int], asked: tuple, reported: tuple | None) -> None:
    """Keep the opening step as it was when the trace was new, so that a rerun sends the very same bytes.

    A page passes back what the browser reported, now or one rerun ago; only something else is a new command.
    """
    if memory.get("opening") != opening:
        memory.update(opening=opening, start=asked, reported=None, command=memory["command"] + 1)
    elif reported is None:
        if asked[0] is not None:  # a rerun for another reason leaves it where it opened
            memory.update(start=asked)
    elif asked[0] is not None and asked not in (memory["asked"], reported, memory.get("reported")):
        memory.update(start=asked, command=memory["command"] + 1)
    memory["asked"] = asked


def _integer(value: Any, low: int, high: int) -> int | None:
    """The value, if it is a whole number from low to high: what a browser sends is never trusted."""
    return value if type(value) is int and low <= value <= high else None


def _view(raw: Any, identity: str, command: int, samples: int, steps: int) -> tuple[int, int] | None:
    """(step, focus) as reported for this trace since the last command; None when nothing valid was reported."""
    if not isinstance(raw, Mapping) or raw.get("trace") != identity or raw.get("command") != command:
        return None
    step, focus = _integer(raw.get("step"), 0, steps), _integer(raw.get("focus"), 0, samples - 1)
    return None if step is None or focus is None else (step, focus)


def _force(raw: Any, identity: str, steps: int, levels: int) -> tuple[int, int] | None:
    if not isinstance(raw, Mapping) or raw.get("trace") != identity:
        return None
    step, value = _integer(raw.get("at"), 0, steps - 1), _integer(raw.get("value"), 0, levels - 1)
    return None if step is None or value is None else (step, value)
