"""Files that a visitor takes away from a trace of ancestral sampling: PNG, GIF, npz and CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np

from ..traces import AncestralTrace
from .grid import columns_for, enlarge, gif, png, shades, stops, tile

GIF_FRAMES = 98  # with 28×28: 8 pixels a frame
GIF_MILLISECONDS = 60


def written_after(trace: AncestralTrace, step: int) -> np.ndarray:
    """(H, W) bool: which pixels the first `step` steps have written."""
    mask = np.zeros(trace.order.size, bool)
    mask[trace.order[:step]] = True
    return mask.reshape(trace.shape)


def sheet(trace: AncestralTrace, step: int | None = None, columns: int | None = None) -> np.ndarray:
    """All samples after `step` steps (by default all) in one grid, near-square unless `columns` is given.

    Returns (height, width, 3) uint8, one screen pixel per picture pixel.
    """
    steps = trace.order.size if step is None else step
    pictures = shades(trace.pictures(), trace.levels, written_after(trace, steps)[None])
    return tile(pictures, columns or columns_for(len(pictures)))


def scale_for(trace: AncestralTrace, pixels: int = 640) -> int:
    """The whole factor by which a grid fits into about `pixels` pixels."""
    return max(1, pixels // (columns_for(len(trace.values)) * (trace.shape[1] + 1)))


def to_png(trace: AncestralTrace) -> bytes:
    """All finished samples, enlarged."""
    return png(enlarge(sheet(trace), scale_for(trace)))


def to_gif(trace: AncestralTrace) -> bytes:
    """The samples growing pixel by pixel, then standing for two seconds."""
    steps = trace.order.size
    shown = stops(steps, GIF_FRAMES)
    scale = scale_for(trace, 448)
    frames = [enlarge(sheet(trace, int(stop)), scale).quantize(64) for stop in shown]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: AncestralTrace) -> str:
    """One row per sample and step; P = 1 gives one logit column, a categorical one column per level."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    logits = [f"logit_{p}" for p in range(trace.parameters.shape[2])]
    writer.writerow(["sample", "step", "row", "column", "value", "given", "uniform", "log_likelihood_nats", *logits])
    rows, columns = np.divmod(trace.order, trace.shape[1])
    for n, k in np.ndindex(trace.values.shape):
        place = (n, k, rows[k], columns[k], trace.values[n, k], int(trace.given[n, k]))
        writer.writerow([*place, trace.noise[n, k], trace.log_likelihood[n, k], *trace.parameters[n, k]])
    return buffer.getvalue()


def files(trace: AncestralTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker), as the row of downloads wants them; each is made when it is clicked."""
    return {
        "PNG": ("png", lambda: to_png(trace)),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
