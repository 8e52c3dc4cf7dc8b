"""One picture in a variational autoencoder: its posterior on the plane, the bounds below log p, the draws decoded."""

import math

import numpy as np
import streamlit as st

from playground.traces import OwnDigitTrace
from playground.widgets.assets import HERE, PLANE, script, style
from playground.widgets.stepper import StepState, mount_stepper

_component = st.components.v2.component(
    "generative_playground_own_digit",
    html='<div class="pg pg-stepper pg-owndigit" role="group" aria-label="One picture and its posterior"></div>',
    css=style("plane", "stepper") + "\n" + (HERE / "owndigit.css").read_text("utf-8"),
    js=script(*PLANE, "stepper", "owndigitdraw", "owndigit"),
)
SENT = ("picture", "mean", "deviation", "kl", "z", "log_pixel", "nested", "effective", "iwae", "iwae_error", "levels")
HALVED = ("posterior", "wide")


def own_digit_player(
    trace: OwnDigitTrace,
    *,
    key: str,
    codes: np.ndarray | None = None,
    labels: np.ndarray | None = None,
    step: int | None = None,
    focus: int | None = None,
) -> StepState:
    """Mount the picture with its posterior and return where the visitor stands.

    A step is a size of the set of draws, `trace.sizes`; 0 has none. focus: a pinned reconstruction, 0 that of μ, then
    the draws. step, focus: where a trace that is new to this canvas opens; step None plays it. codes: (N, 2) and labels
    (N,) of real digits, for the plane.
    """
    weights = np.exp(trace.log_weight - trace.log_weight.max())
    arrays = {name: np.ascontiguousarray(getattr(trace, name)) for name in SENT + HALVED}
    shown = len(trace.logits)
    arrays |= {
        "sizes": trace.sizes,
        "weights": weights.astype(np.float32),
        "terms": np.concatenate([[trace.log_pixel[0].sum(dtype=np.float64)], trace.reconstruction[: shown - 1]]),
        "probability": _logistic(trace.logits),
        "spacing": trace.spacing,
        "window": trace.window,
        "codes": np.zeros((0, 2), np.float32) if codes is None else codes,
        "labels": np.zeros(0, np.uint8) if labels is None else labels,
    }
    numbers = ("exact", "term", "term_error", "gap", "reach", "elbo")
    return mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(len(trace.sizes), shown),
        start=(step, focus),
        shape=list(trace.shape),
        latent=len(trace.mean),
        draws=trace.draws_in_all,
        exactTerm=_known(trace.exact_term),
        **{name: _known(getattr(trace, name)) for name in numbers},
    )


def _known(value: float) -> float | None:
    """JSON has no nan."""
    return None if math.isnan(value) else value


def _logistic(logits: np.ndarray) -> np.ndarray:
    return (1 / (1 + np.exp(-logits.astype(np.float64)))).astype(np.float32)
