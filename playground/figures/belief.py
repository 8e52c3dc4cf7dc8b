"""Files of a digit that FVSBN or NADE wrote: the picture, the digit growing, the numbers."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image

from ..traces import DigitTrace, FvsbnTrace, NadeTrace
from .export import GIF_FRAMES, GIF_MILLISECONDS
from .grid import enlarge, gif, png, shades, stops, tile
from .inside import diverging

WEIGHTS_PIXELS = 800


def matrix_picture(trace: FvsbnTrace) -> np.ndarray:
    """All weights in the ordering, one pixel each, (K, K, 3) uint8; grey where no weight is allowed."""
    matrix = trace.matrix()
    below = np.tril(np.ones(matrix.shape, bool), -1)
    limit = float(np.quantile(np.abs(matrix[below]), 0.98)) if below.any() else 1.0
    return np.where(below[..., None], diverging(matrix, limit), np.uint8(224))


def unit_picture(trace: NadeTrace) -> np.ndarray:
    """Each unit's column of W as a picture, all on one scale in one grid, (rows, columns, 3) uint8."""
    maps = trace.encode.T.reshape(-1, *trace.shape)
    return tile(diverging(maps, float(np.quantile(np.abs(maps), 0.995))), int(np.ceil(np.sqrt(len(maps)))))


def weights_picture(trace: DigitTrace) -> np.ndarray:
    """What the model's weights look like, (rows, columns, 3) uint8."""
    return matrix_picture(trace) if isinstance(trace, FvsbnTrace) else unit_picture(trace)


def _enlarged(picture: np.ndarray) -> Image.Image:
    return enlarge(picture, max(1, WEIGHTS_PIXELS // len(picture)))


def to_gif(trace: DigitTrace) -> bytes:
    """The digit growing, then standing for two seconds."""
    steps = trace.order.size
    shown = stops(steps, GIF_FRAMES)
    rank = np.empty(steps, int)
    rank[trace.order] = np.arange(steps)
    rank = rank.reshape(trace.shape)
    scale = max(1, 448 // max(trace.shape))
    frames = [enlarge(shades(trace.picture(), 2, rank < stop), scale).quantize(16) for stop in shown]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: DigitTrace) -> str:
    """One row per step: where, what was drawn, its logit before the temperature, p, the uniform number, nats so far."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["step", "row", "column", "value", "bias", "logit", "p", "uniform", "log_likelihood_nats"])
    p, nats = trace.probabilities(), trace.log_likelihood()
    for k, position in enumerate(trace.order):
        place = (k, *divmod(int(position), trace.shape[1]), trace.values[k], trace.bias[position])
        writer.writerow([*place, trace.logits[k], p[k], trace.noise[k], nats[k]])
    return buffer.getvalue()


def files(trace: DigitTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker): the digit, its weights, the digit growing, the arrays and the table."""
    scale = max(1, 448 // max(trace.shape))
    return {
        "PNG": ("png", lambda: png(enlarge(shades(trace.picture(), 2), scale))),
        "Weights": ("png", lambda: png(_enlarged(weights_picture(trace)))),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
