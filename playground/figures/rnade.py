"""Files of an RNADE trace: the density with its samples or the pictures, as PNG and GIF, and the numbers as CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ..traces import RnadeTrace
from ..words import Say, english
from .grid import INK, PAPER, UNWRITTEN, columns_for, enlarge, gif, png, shades, tile

MODEL, DATA, DRAW = (160, 74, 128), (0, 114, 178), (213, 94, 0)  # the colours of the stage
SCALE = 3  # screen pixels a cell of the density
GIF_SAMPLES, GIF_MILLISECONDS = 24, 350


def heat(trace: RnadeTrace) -> Image.Image:
    """The density over the window, colour by √p as on the stage, with the data points; x₂ upwards."""
    share = np.sqrt(trace.density / max(float(trace.density.max()), 1e-30))[::-1, :, None]
    cells = np.rint(PAPER + share * (np.array(MODEL) - PAPER.astype(np.float32))).astype(np.uint8)
    image = enlarge(cells, SCALE)
    for point in trace.points:
        _dot(image, trace, point, 1.5, DATA)
    return image


def _place(trace: RnadeTrace, point: np.ndarray, size: int) -> tuple[float, float]:
    low_x, high_x, low_y, high_y = trace.window
    return (point[0] - low_x) / (high_x - low_x) * size, (high_y - point[1]) / (high_y - low_y) * size


def _dot(image: Image.Image, trace: RnadeTrace, point: np.ndarray, radius: float, colour: tuple[int, ...]) -> None:
    x, y = _place(trace, point, image.width)
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def growing(trace: RnadeTrace, step: int) -> Image.Image:
    """All pictures of a trace after `step` steps, enlarged."""
    written = np.zeros(trace.order.size, bool)
    written[trace.order[:step]] = True
    pictures = shades(trace.pictures(), trace.levels)
    pictures = np.where(written.reshape(*trace.shape, 1), pictures, UNWRITTEN)
    return enlarge(tile(pictures, columns_for(len(pictures))), max(1, 448 // (columns_for(len(pictures)) * 9)))


def to_png(trace: RnadeTrace) -> bytes:
    """The density with data and all samples; or all pictures."""
    if trace.levels:
        return png(growing(trace, trace.order.size))
    image = heat(trace)
    for point in trace.examples():
        _dot(image, trace, point, 2, tuple(int(c) for c in INK))
    return png(image)


def to_gif(trace: RnadeTrace) -> bytes:
    """The pictures growing; or the first samples: a line where the first coordinate fell, then the point on it."""
    if trace.levels:
        frames = [growing(trace, step) for step in range(trace.order.size + 1)]
        milliseconds = 80
    else:
        frames, image = [], heat(trace)
        for point in trace.examples()[:GIF_SAMPLES]:
            x, y = _place(trace, point, image.width)
            line = image.copy()
            side = image.width
            ImageDraw.Draw(line).line((x, 0, x, side) if trace.order[0] == 0 else (0, y, side, y), fill=DRAW, width=2)
            found = line.copy()
            _dot(found, trace, point, 6, DRAW)
            _dot(image, trace, point, 3, tuple(int(c) for c in INK))
            frames += [line, found]
        frames.append(image)
        milliseconds = GIF_MILLISECONDS
    return gif([frame.quantize(64) for frame in frames], milliseconds)


def to_csv(trace: RnadeTrace) -> str:
    """One row per sample and step, with the mixture it was drawn from."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    parts = [f"{name}_{k}" for name in ("weight", "mean", "scale") for k in range(trace.weights.shape[2])]
    writer.writerow(["sample", "step", "row", "column", "value", "uniform", "log_likelihood_nats", *parts])
    rows, columns = np.divmod(trace.order, trace.shape[1])
    for n, k in np.ndindex(trace.values.shape):
        place = (n, k, rows[k], columns[k], trace.values[n, k], trace.noise[n, k], trace.log_likelihood[n, k])
        writer.writerow([*place, *trace.weights[n, k], *trace.means[n, k], *trace.scales[n, k]])
    return buffer.getvalue()


def files(trace: RnadeTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: to_png(trace)),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def numbers(trace: RnadeTrace | None, measured: dict, t: Say = english) -> str:
    """The line above the stage, Markdown. measured: what `evaluate` printed for a shipped checkpoint, or {}."""
    if trace is None:
        return t("Nothing is learnt yet.")
    size = t("{count:,} weights", count=trace.parameters)
    if trace.levels:
        found = t("**unknown**")
        if measured:
            found = f"**{measured['nll_nats']:.2f} nats** ± {measured['nll_standard_error']:.2f}"
        bound = t("held-out dequantised digits: {nats}, a bound on −log p of their grey levels", nats=found)
        return f"{bound} · {size}"
    integral = t(
        "∫ p over the window **{mass:.4f}**, over 5 × its width **{far:.4f}**", mass=trace.mass, far=trace.far_mass
    )
    of = {"count": len(trace.points), "nats": trace.nats}
    if trace.source == "drawn":
        fit = t("{count} drawn points: **{nats:.3f} nats**", **of)
    else:
        fit = t("{count} held-out points: **{nats:.3f} nats**", **of)
    return f"{integral} · {fit} · {size}".replace("**-", "**−")


def words(trace: RnadeTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    if trace is None:
        return {"components": "8", "kind": t("Gaussians"), "mass": "–", "far": "–", "dims": "2"}
    return {
        "components": str(trace.weights.shape[2]),
        "kind": t("Laplacians") if trace.head == "laplace-mixture" else t("Gaussians"),
        "mass": f"{trace.mass:.4f}" if trace.density.size else t("not summed here (64 axes)"),
        "far": f"{trace.far_mass:.4f}" if trace.density.size else t("neither"),
        "dims": str(trace.order.size),
    }
