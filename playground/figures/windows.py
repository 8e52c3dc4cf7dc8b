"""Files and words of a text read by windows and summaries: heat strips as PNG, every character's figures as CSV."""

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from ..traces.windows import WindowTrace
from ..words import Say, english
from .grid import INK, PAPER, enlarge, png

STOPS = ((247, 244, 240), (243, 198, 160), (213, 94, 0), (107, 37, 0))  # of the stage: no surprise … much
MOST_NATS = 6.0
COLUMNS, CELL, LABEL = 80, 12, 96  # characters in a line of the sheet, pixels of a cell, pixels left of it


def strips(trace: WindowTrace) -> np.ndarray:
    """−log p of every character under every model as colours, (M, N, 3) uint8."""
    place = np.clip(trace.nats.astype(np.float64) / MOST_NATS, 0, 1) * (len(STOPS) - 1)
    colours = [np.interp(place, np.arange(len(STOPS)), [stop[c] for stop in STOPS]) for c in range(3)]
    return np.rint(np.stack(colours, -1)).astype(np.uint8)


def sheet(trace: WindowTrace) -> Image.Image:
    """The strips in lines of 80 characters, each line with its letters above it."""
    count, models = max(1, len(trace.text)), len(trace.names)
    lines = -(-count // COLUMNS)
    tall = (models + 2) * CELL
    image = Image.new("RGB", (LABEL + COLUMNS * CELL, lines * tall), tuple(int(c) for c in PAPER))
    draw, colours, ink = ImageDraw.Draw(image), strips(trace), tuple(int(c) for c in INK)
    for line in range(lines):
        part = colours[:, line * COLUMNS : (line + 1) * COLUMNS]
        if part.size:
            image.paste(enlarge(part, CELL), (LABEL, line * tall + CELL))
        for i, letter in enumerate(trace.text[line * COLUMNS : (line + 1) * COLUMNS]):
            draw.text((LABEL + i * CELL + 3, line * tall), letter if letter != "\n" else "|", fill=ink)
        for m, label in enumerate(trace.labels):
            draw.text((2, line * tall + (m + 1) * CELL), label, fill=ink)
    return image


def to_csv(trace: WindowTrace, held_out: Sequence[float | None]) -> str:
    """One row per model and character; a first row per model with its held-out figure and its size."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["model", "row", "character", "seen", "nats", "likeliest", "p_likeliest", "parameters"])
    for m, name in enumerate(trace.names):
        known = "" if held_out[m] is None else held_out[m]
        writer.writerow([name, "held_out_mean", "", trace.windows[m] or "all", known, "", "", trace.parameters[m]])
        for n, letter in enumerate(trace.text):
            best = trace.symbols[trace.likely[m, n, 0]]
            figures = trace.seen[m, n], trace.nats[m, n], best, trace.likely_p[m, n, 0]
            writer.writerow([name, n, letter, *figures, trace.parameters[m]])
    return buffer.getvalue()


def files(trace: WindowTrace, held_out: Sequence[float | None]) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(sheet(trace))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace, held_out)),
    }


def words(trace: WindowTrace, held_out: Sequence[float | None], t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names: of held-out text where all are known, else of this text; it says which."""
    means = trace.mean_nats()
    known = all(value is not None for value in held_out)
    figures = np.array([np.nan if value is None else value for value in held_out]) if known else means
    of = {kind: [m for m, k in enumerate(trace.kinds) if k == kind] for kind in ("window", "recurrent", "attention")}
    found = {"characters": f"{len(trace.text):,}", "where": t("held-out text") if known else t("this text")}
    found |= dict.fromkeys(("shortest", "shortest_nats", "longest", "longest_nats", "recurrent", "recurrent_nats"), "–")
    found |= dict.fromkeys(("attention", "attention_nats"), "–")
    if not np.isfinite(figures).all():
        return found
    for name, chosen in (
        ("shortest", of["window"][:1]),
        ("longest", of["window"][-1:]),
        ("recurrent", sorted(of["recurrent"], key=lambda m: figures[m])[:1]),
        ("attention", sorted(of["attention"], key=lambda m: figures[m])[:1]),
    ):
        for m in chosen:
            found |= {name: trace.labels[m], f"{name}_nats": f"{figures[m]:.3f}"}
    return found
