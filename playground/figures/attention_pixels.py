"""Pictures and tables of a transformer that writes a digit: its attention laid over the pixels."""

import csv
import io

import numpy as np

from ..traces import AttentionPixelsTrace
from .energy_files import Files
from .grid import enlarge, png, shades, tile
from .style import STRENGTH

STRONG = np.array(tuple(bytes.fromhex(STRENGTH[0][2][1:])), float)
FRAMES, MILLISECONDS, LAST = 98, 90, 2000


def overlay(trace: AttentionPixelsTrace, layer: int, head: int | None, step: int) -> np.ndarray:
    """(H, W, 3) uint8: the digit after `step` pixels, with the weights of the patch at work."""
    size, (rows, columns) = trace.patch, trace.side
    written = np.zeros(trace.order.size, bool)
    written[trace.order[:step]] = True
    token = min(step, trace.order.size - 1) // size**2
    weights = np.zeros(rows * columns)
    weights[:token] = trace.weights(layer, head, token)[1:]
    share = np.kron((weights / max(weights.max(), 1e-9)).reshape(rows, columns), np.ones((size, size)))[..., None]
    base = shades(trace.pictures()[0], 2, written.reshape(trace.shape)).astype(float)
    return np.rint(base + 0.82 * share * (STRONG - base)).astype(np.uint8)


def sheet(trace: AttentionPixelsTrace, step: int) -> np.ndarray:
    """A row for each layer, a column for each head and one for their mean, (rows, columns, 3) uint8."""
    layers, heads, _ = trace.largest.shape
    choices = [(layer, head) for layer in range(layers) for head in (*range(heads), None)]
    return tile(np.stack([overlay(trace, layer, head, step) for layer, head in choices]), heads + 1)


def to_gif(trace: AttentionPixelsTrace, layer: int, head: int | None) -> bytes:
    """The digit growing, with the weights of the patch at work."""
    steps = trace.order.size
    stops = np.unique(np.linspace(0, steps, min(steps, FRAMES) + 1).round().astype(int))
    frames = [enlarge(overlay(trace, layer, head, int(s)), max(1, 336 // trace.shape[1])).quantize(64) for s in stops]
    buffer = io.BytesIO()
    durations = [MILLISECONDS] * (len(frames) - 1) + [LAST]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return buffer.getvalue()


def to_csv(trace: AttentionPixelsTrace, layer: int, head: int | None) -> str:
    """One row for each patch and each patch before it that it looks at; place 0 is the start."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["patch", "row", "column", "looks_at", "layer", "head", "weight"])
    for token in range(trace.largest.shape[2]):
        row, column = divmod(token, trace.side[1])
        for place, weight in enumerate(trace.weights(layer, head, token)):
            which = "mean" if head is None else head + 1
            writer.writerow([token + 1, row + 1, column + 1, place, layer + 1, which, f"{weight:.6g}"])
    return buffer.getvalue()


def files(trace: AttentionPixelsTrace, step: int, layer: int, head: int | None) -> Files:
    """Label → (extension, maker): the picture has all layers and heads, the animation and the table the chosen one."""
    return {
        "PNG": ("png", lambda: png(enlarge(sheet(trace, step), 5))),
        "GIF": ("gif", lambda: to_gif(trace, layer, head)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace, layer, head)),
    }
