"""Files of one picture completed under several orderings."""

import csv
import io
from collections.abc import Callable

import numpy as np

from ..traces import OrderingsTrace
from .export import GIF_FRAMES, GIF_MILLISECONDS
from .grid import enlarge, gif, png, shades, stops, tile

EARLY, LATE = np.array([6, 52, 92], np.float32), np.array([207, 226, 242], np.float32)
GAP = 2


def maps(trace: OrderingsTrace) -> np.ndarray:
    """(M, H, W, 3) uint8: each position coloured by its step, dark first."""
    share = trace.ranks().reshape(-1, *trace.shape, 1) / max(1, trace.noise.size - 1)
    return np.rint(EARLY + share * (LATE - EARLY)).astype(np.uint8)


def sheet(trace: OrderingsTrace, step: int | None = None) -> np.ndarray:
    """The orderings above, the pictures after `step` steps (by default all) below, (rows, columns, 3) uint8."""
    written = (trace.ranks() < (trace.noise.size if step is None else step)).reshape(-1, *trace.shape)
    found = np.concatenate([maps(trace), shades(trace.pictures(), 2, written)])
    return tile(found, len(trace.names), GAP)


def to_gif(trace: OrderingsTrace) -> bytes:
    """All pictures growing together, then standing for two seconds."""
    steps = trace.noise.size
    shown = stops(steps, GIF_FRAMES)
    scale = max(1, 600 // sheet(trace).shape[1])
    frames = [enlarge(sheet(trace, int(stop)), scale).quantize(64) for stop in shown]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: OrderingsTrace) -> str:
    """One row per ordering and step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["ordering", "step", "row", "column", "value", "given", "logit", "uniform", "log_likelihood_nats"])
    for m, k in np.ndindex(trace.order.shape):
        position = int(trace.order[m, k])
        place = (trace.names[m], k, *divmod(position, trace.shape[1]), trace.values[m, k], int(trace.given[position]))
        writer.writerow([*place, trace.logits[m, k], trace.noise[position], trace.log_likelihood[m, k]])
    return buffer.getvalue()


def files(trace: OrderingsTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(enlarge(sheet(trace), max(1, 900 // sheet(trace).shape[1])))),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
