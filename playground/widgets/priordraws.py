"""Draws from the prior, decoded by an autoencoder and by a variational one, beside the codes of real digits."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground.traces import JudgeTrace, PriorDrawsTrace
from playground.widgets.assets import HERE, PLANE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_prior_draws",
    html='<div class="pg pg-stepper pg-priordraws" role="group" aria-label="Codes drawn and decoded"></div>',
    css=style("plane", "stepper") + "\n" + (HERE / "priordraws.css").read_text("utf-8"),
    js=script(*PLANE, "stepper", "priordrawsside", "priordraws"),
)
SENT = ("codes", "labels", "pixels", "nearest", "distance", "weights")
DISTANCE_BINS = 60
FARTHEST = 4.0  # times the limit: where the histogram of distances ends, and holds all beyond


@dataclass(frozen=True)
class DrawsSide:
    """One of the two: its name and what its codes are drawn from, the trace, and the judgements of its pictures, drawn
    pixels (N,) and the more likely ones (N,), nats, or None."""

    name: str
    source: str
    trace: PriorDrawsTrace
    drawn: JudgeTrace | None = None
    likely: JudgeTrace | None = None


def draws_player(
    sides: tuple[DrawsSide, DrawsSide],
    *,
    key: str,
    judge: str = "",
    reference: np.ndarray | None = None,
    step: int | None = None,
    focus: int | None = None,
) -> StepState:
    """Mount both sides and return where the visitor stands: step, the draws that have fallen; focus 0: the pictures
    show drawn pixels, None: their probabilities.

    judge: the title of the model that judged, reference: its −log p of real digits (N,), nats. step, focus: where a
    pair that is new to this canvas opens; step None plays it.
    """
    arrays: dict[str, np.ndarray] = {}
    meta = []
    for place, side in enumerate(sides):
        found, described = _side(side, reference)
        arrays |= {f"{name}{place}": array for name, array in found.items()}
        meta.append(described)
    first, second = (side.trace for side in sides)
    same = first.z.shape == second.z.shape and bool(np.allclose(first.z, second.z, atol=1e-6))
    middle = None if reference is None else float(np.median(reference))
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(len(first.z), 1),
        start=(step, focus),
        sides=meta,
        shape=list(first.shape),
        same=same,
        judge=judge,
        middle=middle,
        farthest=FARTHEST,
    )


def varied(codes: np.ndarray) -> np.ndarray:
    """The two dimensions of codes (M, Z) that vary most, in order."""
    return np.sort(np.argsort(-codes.var(0), kind="stable")[:2])


def _side(side: DrawsSide, reference: np.ndarray | None) -> tuple[dict[str, np.ndarray], dict]:
    trace = side.trace
    axes = varied(trace.codes)
    arrays = {name: getattr(trace, name) for name in SENT}
    arrays["codes"] = np.ascontiguousarray(trace.codes[:, axes])
    arrays["z"] = np.ascontiguousarray(trace.z[:, axes])
    arrays["means"] = np.ascontiguousarray(trace.means[:, axes]).astype(np.float32)
    covariance = trace.factors @ trace.factors.transpose(0, 2, 1)
    arrays["covariances"] = np.ascontiguousarray(covariance[:, axes][:, :, axes]).astype(np.float32)
    arrays["probability"] = np.rint(255 * trace.probability).astype(np.uint8)
    bars = trace.counts[axes] / (len(trace.codes) * np.diff(trace.edges[axes], axis=1))
    arrays |= {"edges": trace.edges[axes], "bars": bars, "places": trace.places[axes], "density": trace.density[axes]}
    arrays["aggregate"] = trace.aggregate[axes] if len(trace.aggregate) else trace.aggregate
    edges = np.linspace(0, FARTHEST, DISTANCE_BINS + 1)
    for name, distances in (("far", trace.wide_distance), ("apart", trace.spacing)):
        shares = np.minimum(distances / trace.limit, FARTHEST - 1e-6)
        arrays[name] = np.histogram(shares, edges)[0].astype(np.float32) / len(distances)
    for name, judged in (("drawn", side.drawn), ("likely", side.likely)):
        nats = np.zeros(0, np.float32) if judged is None else judged.nats
        arrays[name] = nats
        known = judged is not None and reference is not None
        rank = (reference[None] < nats[:, None]).mean(1) if known else np.zeros(0)
        arrays[f"{name}Rank"] = rank.astype(np.float32)
    low = np.minimum(trace.codes[:, axes].min(0), -3.4)
    high = np.maximum(trace.codes[:, axes].max(0), 3.4)
    numbers = ("limit", "holes", "missed")
    return arrays, {
        "name": side.name,
        "source": side.source,
        "prior": trace.source == "prior",
        "axes": [int(a) + 1 for a in axes],
        "latent": trace.codes.shape[1],
        "codes": len(trace.codes),
        "window": [float(low[0]), float(high[0]), float(low[1]), float(high[1])],
        "error": trace.error(trace.holes),
        **{name: float(getattr(trace, name)) for name in numbers},
    }
