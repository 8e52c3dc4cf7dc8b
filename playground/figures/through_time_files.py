"""Files of the gradient through time: the curves as PNG, every norm as CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ..traces.through_time import ThroughTimeTrace
from .grid import INK, PAPER, png
from .through_time import COLOURS, FLOOR, name_of

SIZE, EDGE = (560, 400), (56, 30, 12, 34)  # of one panel; left, top, right, bottom of its axes
LINE = (205, 207, 212)


def panel(trace: ThroughTimeTrace, title: str) -> Image.Image:
    """One trace's curves over the lags, the norm on a log scale; an LSTM's c is thinner."""
    image = Image.new("RGB", SIZE, tuple(int(c) for c in PAPER))
    draw, middle, ink = ImageDraw.Draw(image), trace.middle(), tuple(int(c) for c in INK)
    logs = np.log10(middle, out=np.full(middle.shape, -np.inf), where=middle > 0)
    known = logs[np.isfinite(logs)]
    low, high = (max(FLOOR, known.min()), max(known.max(), FLOOR + 1)) if known.size else (FLOOR, 0)
    low, high = np.floor(low), np.ceil(high + 1e-9)
    left, top, right, bottom = EDGE[0], EDGE[1], SIZE[0] - EDGE[2], SIZE[1] - EDGE[3]

    def place(lag: float, log: float) -> tuple[float, float]:
        return left + (right - left) * lag / max(1, trace.lags - 1), bottom - (bottom - top) * (log - low) / (
            high - low
        )

    draw.text((left, 8), title, fill=ink)
    for log in np.unique(np.linspace(low, high, 6).round()):
        y = place(0, log)[1]
        draw.line((left, y, right, y), fill=LINE)
        draw.text((4, y - 6), f"1e{log:+.0f}", fill=ink)
    for lag in np.unique(np.linspace(0, trace.lags - 1, 5).round().astype(int)):
        draw.text((place(lag, low)[0] - 6, bottom + 4), str(lag), fill=ink)
    draw.text(((left + right) / 2 - 60, bottom + 18), "lag k, norm of dL/dh", fill=ink)
    for c, (net, part) in enumerate(trace.curves):
        points = [place(k, log) for k, log in enumerate(logs[c]) if np.isfinite(log) and log >= low]
        if len(points) > 1:
            draw.line(points, fill=COLOURS[0][net], width=1 if part == "c" else 3)
        draw.text((right - 90, top + 4 + 14 * c), name_of(trace, c), fill=COLOURS[0][net])
    if 0 < trace.cut < trace.lags:
        x = place(trace.cut - 0.5, low)[0]
        draw.line((x, top, x, bottom), fill=(213, 94, 0), width=2)
    return image


def sheet(traces: tuple[ThroughTimeTrace, ThroughTimeTrace | None]) -> Image.Image:
    """Fresh nets, and trained ones beside them."""
    panels = [panel(t, name) for t, name in zip(traces, ("Freshly initialised", "Trained"), strict=True) if t]
    image = Image.new("RGB", (SIZE[0] * len(panels), SIZE[1]))
    for n, part in enumerate(panels):
        image.paste(part, (n * SIZE[0], 0))
    return image


def to_csv(traces: tuple[ThroughTimeTrace, ThroughTimeTrace | None]) -> str:
    """One row per net, state, loss and lag; then one row per net with the norm of its weights' gradient."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["nets", "net", "of", "loss", "lag", "norm", "after_clipping"])
    for nets, trace in zip(("fresh", "trained"), traces, strict=True):
        if trace is None:
            continue
        for c, b, k in np.ndindex(trace.norms.shape):
            writer.writerow([nets, *trace.curves[c], b + 1, k, trace.norms[c, b, k], ""])
        for n, net in enumerate(trace.nets):
            writer.writerow([nets, net, "weights", "mean", "", trace.weights[n], trace.clipped[n]])
    return buffer.getvalue()


def files(
    fresh: ThroughTimeTrace, trained: ThroughTimeTrace | None
) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    traces = fresh, trained
    found: dict[str, tuple[str, Callable[[], bytes | str]]] = {
        "PNG": ("png", lambda: png(sheet(traces))),
        "npz, fresh": ("npz", fresh.to_bytes),
    }
    if trained is not None:
        found["npz, trained"] = ("npz", trained.to_bytes)
    return found | {"CSV": ("csv", lambda: to_csv(traces))}
