"""Every family on the same small world: one panel each, its probabilities beside the truth and its KL over the steps.

Everything is sent once; playing, scrubbing, hovering and comparing happen in the browser.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from playground.traces import CompareWorldTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

MOST_SENT = 128  # states that can happen, and as many of those that cannot
HTML = '<div class="pg pg-stepper pg-families" role="group" aria-label="All families learn the same small world"></div>'
_component = st.components.v2.component(
    "generative_playground_family_worlds",
    html=HTML,
    css=style("stepper") + "\n" + (HERE / "familyworlds.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "familyworlds"),
)


def shown_states(traces: Sequence[CompareWorldTrace]) -> tuple[np.ndarray, int]:
    """The numbers of the states that are sent, (K,) int32, and how many of them, the first ones, can happen.

    Those that can, the most probable in front; then the others, those in front that any family ever gave most.
    """
    first = traces[0]
    peak = np.zeros(first.truth.size)
    for trace in traces:
        peak[trace.listed] = np.maximum(peak[trace.listed], trace.learned.max(0))
    possible = np.flatnonzero(first.truth)
    possible = possible[np.argsort(-first.truth[possible], kind="stable")][:MOST_SENT]
    others = np.flatnonzero(first.truth == 0)
    others = others[np.argsort(-peak[others], kind="stable")][:MOST_SENT]
    return np.concatenate([possible, others]).astype(np.int32), len(possible)


def family_panels(
    traces: Sequence[CompareWorldTrace],
    families: Sequence[tuple[str, str]],
    *,
    key: str,
    frame: int | None = None,
    compared: int | None = None,
    replay: int = 0,
) -> StepState:
    """Mount the trainings of one world, and return the recorded step (0 … R − 1) at which the visitor stands.

    families: the title and the kind of each, as they are shown. frame: where trainings that are new to this canvas
    open; None plays them. compared: the family whose curve all panels show, `focus` in the answer. replay: another
    number plays the same trainings anew.
    """
    states, possible = shown_states(traces)
    first = traces[0]
    learned = []
    for trace in traces:
        place = np.empty(trace.truth.size, np.int64)
        place[trace.listed] = np.arange(trace.listed.size)
        learned.append(trace.learned[:, place[states]])
    stack = {name: np.stack([getattr(trace, name) for trace in traces]) for name in ("kl", "forbidden", "total")}
    goal = np.stack([goal_of(trace) for trace in traces])
    arrays = {"steps": first.steps, "states": states, "truth": first.truth[states], "learned": np.stack(learned)}
    return mount_stepper(
        _component,
        arrays | stack | {"goal": goal},
        key=key,
        limits=(len(first.steps) - 1, len(traces)),
        start=(frame, compared),
        shape=list(first.shape),
        possible=possible,
        allPossible=int((first.truth > 0).sum()),
        allStates=int(first.truth.size),
        families=[
            {"name": trace.model, "title": title, "kind": kind, "parameters": trace.parameters}
            for trace, (title, kind) in zip(traces, families, strict=True)
        ],
        replay=replay,
    )


def goal_of(trace: CompareWorldTrace) -> np.ndarray:
    """(R,) nats: what the family goes down where that is not KL: a VAE −ELBO − H(p), above KL; a GAN JS(p ‖ q), which
    is so with the best discriminator; NaN for any other."""
    if trace.model == "vae":
        return trace.bound - trace.entropy
    return trace.jensen_shannon if trace.model == "gan" else np.full(len(trace.steps), np.nan)
