"""What goes with one picture in a variational autoencoder: its place among real digits, its files, its numbers."""

import math

import numpy as np
import plotly.graph_objects as go

from ..traces import INK, OwnDigitTrace
from ..traces.own_digit import SHOWN, set_sizes
from ..words import Say, english
from . import surprise
from .energy import number
from .energy_files import Files, animated, sheet, table
from .grid import png

__all__ = ["SHOWN", "files", "has_ink", "place", "rank_words", "steps", "words"]


def has_ink(picture: np.ndarray) -> bool:
    """Whether anything of a pad's picture, 0 … 255, becomes a 1."""
    return bool((picture >= INK).any())


def steps(draws: int) -> int:
    """L, the number of sizes of a set of draws."""
    return len(set_sizes(draws))


def place(trace: OwnDigitTrace, reference: np.ndarray, height: int = 180, t: Say = english) -> go.Figure:
    """A histogram of −ELBO of real digits with this picture's marked."""
    return surprise.place(-trace.elbo, reference, t("real digits"), height, "−ELBO", t)


def rank_words(trace: OwnDigitTrace, reference: np.ndarray | None, t: Say = english) -> str:
    """Where −ELBO stands among real digits."""
    if reference is None:
        return t("this checkpoint carries no figures of real digits")
    share = surprise.rank(-trace.elbo, reference)
    return t("above that of {share:.1%} of {count:,} real digits", share=share, count=len(reference))


def pictures(trace: OwnDigitTrace, size: int | None = None) -> np.ndarray:
    """(S + 2, H, W): the picture, μ decoded, and the draws decoded, those of a set of `size`."""
    decoded = 1 / (1 + np.exp(-trace.logits.astype(np.float64)))
    if size is not None:
        decoded[1 + size :] = 0
    return np.concatenate([trace.picture[None].astype(np.float64), decoded])


def files(trace: OwnDigitTrace) -> Files:
    """Files of the picture and its reconstructions, and of the bounds."""
    across = len(trace.logits) + 1
    bounds = zip(trace.sizes, trace.iwae, trace.iwae_error, trace.nested, trace.effective, strict=True)
    names = ["k", "iwae_nats", "standard_error_nats", "this_set_nats", "effective_sample_size"]
    dims = ([i + 1, *row] for i, row in enumerate(zip(trace.mean, trace.deviation, trace.kl, strict=True)))
    return {
        "PNG": ("png", lambda: png(sheet(pictures(trace), across, 1_160))),
        "GIF": ("gif", lambda: animated(sheet(pictures(trace, n), across, 928) for n in range(across - 1))),
        "npz": ("npz", trace.to_bytes),
        "bounds CSV": ("csv", lambda: table(names, bounds)),
        "code CSV": ("csv", lambda: table(["dimension", "mean", "deviation", "kl_nats"], dims)),
    }


def words(trace: OwnDigitTrace | None, reference: np.ndarray | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    names = ("term", "kl", "elbo", "iwae", "largest", "truth", "draws", "effective", "rank")
    if trace is None:
        return dict.fromkeys(names, "–")
    term = trace.term if math.isnan(trace.exact_term) else trace.exact_term
    truth = t("With so many dimensions no grid can sum over $z$: log p(x) itself stays unknown.")
    if not math.isnan(trace.exact):
        truth = t(
            "Here $z$ has two dimensions, and a grid sums over all: log p(x) = **{exact} nats**. The gap, {gap} nats, "
            "is the KL from the ellipse to the blue posterior, summed over a grid of its own: {summed}.",
            exact=number(trace.exact, 3),
            gap=number(trace.exact - trace.elbo, 3),
            summed=number(trace.gap, 3),
        )
    return {
        "term": number(term, 2),
        "kl": number(float(trace.kl.sum()), 2),
        "elbo": number(trace.elbo, 2),
        "iwae": number(float(trace.iwae[-1]), 2),
        "largest": f"{int(trace.sizes[-1]):,}",
        "truth": truth,
        "draws": f"{trace.draws_in_all:,}",
        "effective": f"{trace.effective[-1]:.0f}",
        "rank": rank_words(trace, reference, t),
    }
