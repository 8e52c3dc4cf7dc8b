"""Files and words of binary pixels: the count of states, and a small world beside independent pixels."""

import numpy as np

from ..traces import CountTrace, IndependentTrace
from .energy_files import Files, table
from .grid import enlarge, gif, png, shades, tile

SPELT = 40  # digits of a number that the lesson writes out
ACROSS, APART = 10, 4  # samples in a row; pixels between the two sets


def spelt(digits: str) -> str:
    """A long whole number with commas, or its first digits and how many there are."""
    return f"{int(digits):,}" if len(digits) <= SPELT else f"{digits[0]}.{digits[1:4]}… × 10^{len(digits) - 1}"


def count_words(trace: CountTrace) -> dict[str, str]:
    """What the lesson says of the count."""
    return {"pixels": str(trace.pixels), "full": spelt(trace.full), "last": spelt(str(2 ** (trace.pixels - 1)))}


def count_files(trace: CountTrace) -> Files:
    """Exact counts for every number of pixels up to n."""
    rows = [[i, 2**i, 2**i - 1, i] for i in range(1, trace.pixels + 1)]
    names = ["pixels", "states", "parameters_of_any_distribution", "parameters_if_independent"]
    return {"npz": ("npz", trace.to_bytes), "CSV": ("csv", lambda: table(names, rows))}


def pair(trace: IndependentTrace, step: int | None = None) -> np.ndarray:
    """Samples of the world beside those of independent pixels, after `step` pixels: (height, width, 3) uint8."""
    n = trace.samples.shape[1]
    written = (np.arange(n) < (n if step is None else step)).reshape(trace.shape)
    sheets = [
        tile(shades(found.reshape(-1, *trace.shape), 2, written[None]), ACROSS, background=140)
        for found in (trace.true_samples, trace.samples)
    ]
    gap = np.full((len(sheets[0]), APART, 3), 255, np.uint8)
    return np.concatenate([sheets[0], gap, sheets[1]], 1)


def world_files(trace: IndependentTrace) -> Files:
    """Both sets of samples, growing, and both probabilities of every state."""
    n = trace.samples.shape[1]
    rows = [[state, *pq] for state, pq in enumerate(zip(trace.truth, trace.model, strict=True))]
    return {
        "PNG": ("png", lambda: png(enlarge(pair(trace), 8))),
        "GIF": ("gif", lambda: gif([enlarge(pair(trace, step), 6).quantize(8) for step in range(n + 1)], 500)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(["state", "world", "independent"], rows)),
    }


def world_words(trace: IndependentTrace) -> dict[str, str]:
    """What the lesson says of the world."""
    n = len(trace.marginals)
    return {
        "pixels": str(n),
        "states": f"{2**n:,}",
        "parameters": f"{2**n - 1:,}",
        "possible": f"{int((trace.truth > 0).sum()):,}",
        "kl": f"{trace.kl:.4f}",
        "entropy": f"{trace.entropy:.4f}",
        "nll": f"{trace.kl + trace.entropy:.4f}",
        "forbidden": f"{trace.forbidden:.1%}",
        "wrong": str(int((~trace.possible(trace.samples)).sum())),
        "samples": str(len(trace.samples)),
    }
