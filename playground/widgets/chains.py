"""Chains on a landscape, for one kernel or for two side by side that start at the same points.

Every chain is sent once; playing, stepping back, scrubbing and hovering happen in the browser. What comes back is where
the visitor stands, when the picture rests, and the starting points when some were placed, moved or removed.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import streamlit as st

from playground.traces import KERNELS, ChainTrace, LandscapeTrace, pack_starts
from playground.traces.contours import SHARES, mass_levels
from playground.widgets.assets import script, style
from playground.widgets.edits import Edits
from playground.widgets.payload import pack

MOST_CHAINS = 16
LOG_RATIO = {
    "metropolis": "E(x) − E(x′)",
    "independent": "E(x) − E(x′) + log q(x) − log q(x′)",
    "mala": "E(x) − E(x′) + log q(x|x′) − log q(x′|x)",
    "hmc": "H(x, m) − H(x′, m′)",
    "tempering": "E(x) − E(x′)",
}
UNTESTED = ("ula", "gibbs")  # kernels that never reject
HTML = '<div class="pg pg-chains" role="group" aria-label="Chains on a landscape" data-playing="false"></div>'
SCRIPTS = ("stepper", "predict", "madelab", "chainmap", "chainwalk", "chainevents", "chainpanels", "chainstarts")
_component = st.components.v2.component(
    "generative_playground_chains", html=HTML, css=style("chains", "predict"), js=script(*SCRIPTS, "chains")
)


@dataclass(frozen=True)
class WalkSide:
    """One kernel's chains as the stage shows them. settings: the kernel's, in a few words; title: its name, in English
    where none is given."""

    trace: ChainTrace
    settings: str
    title: str = ""

    def words(self) -> dict[str, Any]:
        """What is written on the stage."""
        kernel = self.trace.kernel
        return {
            "kernel": kernel,
            "title": self.title or KERNELS[kernel],
            "settings": self.settings,
            "tested": kernel not in UNTESTED,
            "formula": LOG_RATIO.get(kernel, ""),
            "warmup": int(self.trace.warmup),
        }


@dataclass(frozen=True)
class WalkState:
    """Where the visitor stands. event: 0 the verdict of `step`; of the step after it 1 the proposal, 2 log α, 3 u."""

    step: int
    event: int
    focus: int  # the chain, 0 … C − 1


def chain_walk(
    landscape: LandscapeTrace | None,
    sides: Sequence[WalkSide],
    *,
    key: str,
    starts: str,
    start: tuple[int | None, int, int] = (None, 0, 0),
    note: str = "",
    height: int = 560,
) -> WalkState:
    """Mount the stage and return where the visitor stands.

    sides: one kernel or two. starts: the starting points as the link holds them; `placed_starts` has those that the
    visitor placed. start: step, event and chain with which the view opens; step None plays. Without a landscape `note`
    stands in its place. `height` is in CSS pixels, for a wide screen.
    """
    memory = st.session_state.setdefault(f"{key}:walk", {"opening": 0})
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    steps = sides[0].trace.positions.shape[1] - 1 if sides else 0
    chains = len(sides[0].trace.positions) if sides else 1
    _take_view(memory, st.session_state.get(key), steps, chains, start)
    shown = edits.show(starts) | {"note": note, "height": height}
    traces = (landscape, *(side.trace for side in sides))
    memory["window"] = None if landscape is None else landscape.window
    made_of = (*map(id, traces), *(side.words() for side in sides), *shown.values())
    if memory.get("made_of") != made_of or memory.pop("left", False):
        memory.update(made_of=made_of, traces=traces)  # kept, so that no other trace gets their place in memory
        memory["payload"] = _payload(landscape, sides, memory, shown)

    _component(
        key=key,
        data=memory["payload"],
        default={"view": None, "wanted": None},
        on_view_change=_nothing,
        on_wanted_change=_nothing,
    )
    return WalkState(*memory["here"])


def placed_starts(key: str) -> tuple[str, int] | None:
    """The starting points that the visitor has placed on the stage since the last run, packed for the link, and their
    number; None if there are no new ones. Ask for them before the controls are made, as they may set the chains.
    """
    edits, memory = st.session_state.get(f"{key}:edits"), st.session_state.get(f"{key}:walk", {})
    state = st.session_state.get(key)
    raw = state.get("wanted") if isinstance(state, Mapping) else None
    if edits is None or memory.get("window") is None or not edits.heard(raw):
        return None
    points = _points(raw.get("starts"), memory["window"])
    if points is None:
        edits.content = None  # a new revision: the browser shows again what is
        return None
    text = pack_starts(points, memory["window"])
    edits.accept(raw, text)
    return text, len(points)


def _take_view(memory: dict, state: Any, steps: int, chains: int, start: tuple[int | None, int, int]) -> None:
    """Where the visitor stands: as opened, then as the browser reports; and whether the page was left meanwhile."""
    memory.setdefault("here", (start[0] or 0, start[1], start[2]))
    memory.setdefault("start", {"step": start[0], "event": start[1], "focus": start[2]})
    view = state.get("view") if isinstance(state, Mapping) else None
    if isinstance(view, Mapping):
        found = tuple(view.get(name) for name in ("step", "event", "focus"))
        if all(type(value) is int and 0 <= value <= 10_000 for value in found) and found[1] < 4:
            memory.update(here=found, heard=True)
    elif memory.pop("heard", False):  # left and come back: open where it was left
        names = ("step", "event", "focus")
        memory.update(start=dict(zip(names, memory["here"], strict=True)), opening=memory["opening"] + 1, left=True)
    step, event, focus = memory["here"]
    step = min(step, steps)
    memory["here"] = (step, event if step < steps else 0, min(focus, chains - 1))


def _payload(landscape: LandscapeTrace | None, sides: Sequence[WalkSide], memory: dict, shown: dict) -> bytes:
    arrays: dict[str, np.ndarray] = {}
    meta: dict[str, Any] = {"sides": [], "window": None, "most": MOST_CHAINS} | shown
    if landscape is not None:
        arrays |= {
            "logDensity": landscape.log_density.astype(np.float32),
            "truthX": landscape.marginals[0].astype(np.float32),
            "truthY": landscape.marginals[1].astype(np.float32),
        }
        meta["window"] = [float(edge) for edge in landscape.window]
        meta["levels"] = mass_levels(landscape.log_density).tolist()
        meta["shares"] = ", ".join(f"{share:.0%}" for share in SHARES)
        meta["logZ"] = float(landscape.log_partition)
    for n, side in enumerate(sides if landscape is not None else ()):
        arrays |= {f"{n}:{name}": array for name, array in _arrays(side.trace).items()}
        meta["sides"].append(side.words())
    digest = blake2b(repr((meta["window"], meta["sides"])).encode(), digest_size=8)
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array))
    opened = memory["start"] | {"opening": memory["opening"]}
    return pack(arrays, trace=f"{digest.hexdigest()}:{memory['opening']}", start=opened, **meta)


def _arrays(trace: ChainTrace) -> dict[str, np.ndarray]:
    """What the browser needs: states and energies that follow from the proposals are left out."""
    kept = trace.accepted[..., None]
    arrays = {
        "proposals": trace.proposals,
        "proposalEnergies": trace.proposal_energies,
        "logRatio": trace.log_ratio,
        "uniform": trace.uniform,
        "accepted": trace.accepted,
        "diverged": trace.diverged,
        "gradients": trace.gradients.astype(np.float16)
        if np.abs(trace.gradients).max(initial=0) < 6e4
        else trace.gradients,
        "path": trace.path,
        "stepSizes": trace.step_sizes,
        "at": trace.at.astype(np.int32),
        "ess": trace.ess,
        "rhat": trace.rhat,
        "swaps": trace.swaps,
    }
    if np.array_equal(np.where(kept, trace.proposals, trace.positions[:, :-1]), trace.positions[:, 1:]):
        arrays["origin"] = trace.positions[:, 0]
    else:
        arrays["positions"] = trace.positions
    if np.array_equal(np.where(trace.accepted, trace.proposal_energies, trace.energies[:, :-1]), trace.energies[:, 1:]):
        arrays["originEnergies"] = trace.energies[:, 0]
    else:
        arrays["energies"] = trace.energies
    floats = (np.float16, np.float32)
    return {
        name: array if array.dtype.kind != "f" or array.dtype in floats else array.astype(np.float32)
        for name, array in arrays.items()
        if array.size
    }


def _points(raw: Any, window: np.ndarray) -> np.ndarray | None:
    """(C, 2) points inside the window, or None: what a browser sends is never trusted."""
    if not isinstance(raw, list) or not 1 <= len(raw) <= MOST_CHAINS:
        return None
    low, high = np.reshape(window, (2, 2)).T
    for point in raw:
        if not isinstance(point, list) or len(point) != 2:
            return None
        if any(type(value) not in (int, float) or not math.isfinite(value) or abs(value) > 1e6 for value in point):
            return None
    return np.clip(np.array(raw, np.float32), low, high).astype(np.float32)


def _nothing(*_: Any) -> None:
    """Streamlit knows a state by its callback, so each has one."""
