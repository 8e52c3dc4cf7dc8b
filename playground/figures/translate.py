"""Pictures and tables of an encoder and a decoder: which source symbols each written symbol looked at."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..traces import TranslateTrace
from .style import STRENGTH

CELL, LEFT, TOP = 22, 56, 44  # pixels
PAPER, INK = (255, 255, 255), (29, 39, 51)
MILLISECONDS, LAST = 700, 2500  # of a frame of the animation, and of its last one


def strengths(share: np.ndarray) -> np.ndarray:
    """(…) shares from 0 to 1 → (…, 3) uint8: from paper to the darkest blue, as the pages show weights."""
    stops = np.array([PAPER, *(tuple(bytes.fromhex(c[1:])) for c in STRENGTH[0])], float)
    at = np.clip(share, 0, 1) * (len(stops) - 1)
    low = np.minimum(at.astype(int), len(stops) - 2)
    return np.rint(stops[low] + (at - low)[..., None] * (stops[low + 1] - stops[low])).astype(np.uint8)


def weights_of(trace: TranslateTrace, layer: int, head: int | None) -> np.ndarray:
    """(T, S) float32 of one head, or the mean over a layer's heads."""
    return trace.cross[layer].mean(0) if head is None else trace.cross[layer, head]


def matrix(trace: TranslateTrace, layer: int, head: int | None, written: int | None = None) -> Image.Image:
    """Rows of written symbols, columns of the source: the cross-attention, darkest at the largest weight."""
    weights, count = weights_of(trace, layer, head), trace.steps if written is None else written
    image = Image.new("RGB", (LEFT + CELL * len(trace.source) + 8, TOP + CELL * trace.steps + 8), PAPER)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(14)
    which = "mean of heads" if head is None else f"head {head + 1}"
    draw.text(
        (4, 2), f"layer {layer + 1}, {which}, largest weight {weights.max():.3f}", INK, ImageFont.load_default(12)
    )
    for place, symbol in enumerate(trace.source):
        draw.text((LEFT + CELL * (place + 0.5), TOP - 4), symbol, INK, font, anchor="ms")
    colours = strengths(weights / weights.max())
    for row, name in enumerate(trace.names()[:count]):
        draw.text((LEFT - 8, TOP + CELL * (row + 0.5)), name, INK, font, anchor="rm")
        for place in range(len(trace.source)):
            corner = (LEFT + CELL * place, TOP + CELL * row)
            draw.rectangle((*corner, corner[0] + CELL - 1, corner[1] + CELL - 2), tuple(map(int, colours[row, place])))
    return image


def to_png(trace: TranslateTrace, layer: int, head: int | None) -> bytes:
    """The finished matrix."""
    buffer = io.BytesIO()
    matrix(trace, layer, head).save(buffer, "PNG")
    return buffer.getvalue()


def to_gif(trace: TranslateTrace, layer: int, head: int | None) -> bytes:
    """The matrix, a written symbol a frame."""
    frames = [matrix(trace, layer, head, count).quantize(64) for count in range(trace.steps + 1)]
    buffer = io.BytesIO()
    durations = [MILLISECONDS] * trace.steps + [LAST]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return buffer.getvalue()


def to_csv(trace: TranslateTrace) -> str:
    """One row for each written symbol, layer, head and source symbol: its score and its weight."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["step", "written", "p_written", "layer", "head", "source_place", "source", "score", "weight"])
    names, (layers, heads, steps, length) = trace.names(), trace.cross.shape
    for t, layer, head, s in np.ndindex(steps, layers, heads, length):
        said = (t + 1, names[t], f"{trace.probabilities[t, trace.written[t]]:.6g}", layer + 1, head + 1)
        score, weight = trace.scores[layer, head, t, s], trace.cross[layer, head, t, s]
        writer.writerow([*said, s + 1, trace.source[s], f"{score:.6g}", f"{weight:.6g}"])
    return buffer.getvalue()


def files(trace: TranslateTrace, layer: int, head: int | None) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker); picture and animation are of the chosen layer and head."""
    return {
        "PNG": ("png", lambda: to_png(trace, layer, head)),
        "GIF": ("gif", lambda: to_gif(trace, layer, head)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
