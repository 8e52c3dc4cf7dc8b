"""Files and words of samples of several models side by side, as they grow."""

import io

import numpy as np
from PIL import Image, ImageDraw

from ..traces import GrowthTrace
from .energy_files import Files, animated, table
from .grid import columns_for, enlarge, png, shades, stops, tile

ACROSS, BOX, LABEL, GAP = 4, 232, 22, 12  # models in a row of a sheet; pixels of a model's samples, its name, between
GIF_FRAMES = 60
WHITE, INK = (255, 255, 255), (24, 28, 38)


def panel(trace: GrowthTrace, share: float, expected: bool) -> Image.Image:
    """The samples of one model when a share of the work is done, enlarged by a whole factor into the box."""
    pictures, there = trace.at(share, expected)
    found = tile(shades(pictures, 256, np.broadcast_to(there, pictures.shape)), columns_for(len(pictures)))
    return enlarge(found, max(1, BOX // max(found.shape[:2])))


def sheet(traces: list[GrowthTrace], titles: list[str], share: float, expected: bool) -> Image.Image:
    """All models, each under its name."""
    rows = -(-len(traces) // ACROSS)
    page = Image.new("RGB", (ACROSS * (BOX + GAP) + GAP, rows * (BOX + LABEL + GAP) + GAP), WHITE)
    draw = ImageDraw.Draw(page)
    for n, (trace, title) in enumerate(zip(traces, titles, strict=True)):
        left, top = GAP + n % ACROSS * (BOX + GAP), GAP + n // ACROSS * (BOX + LABEL + GAP)
        draw.text((left, top), title, fill=INK, font_size=15)
        page.paste(panel(trace, share, expected), (left, top + LABEL))
    return page


def files(traces: list[GrowthTrace], titles: list[str], share: float, expected: bool) -> Files:
    """Label → (extension, maker). PNG: at a share of the work; GIF: growing; npz: every array; CSV: every score."""
    return {
        "PNG": ("png", lambda: png(sheet(traces, titles, share, expected))),
        "GIF": (
            "gif",
            lambda: animated(sheet(traces, titles, s / GIF_FRAMES, expected) for s in stops(GIF_FRAMES, GIF_FRAMES)),
        ),
        "npz": ("npz", lambda: archive(traces)),
        "CSV": ("csv", lambda: to_csv(traces)),
    }


def archive(traces: list[GrowthTrace]) -> bytes:
    """Every array of every trace, as "<checkpoint>.<field>"."""
    buffer = io.BytesIO()
    arrays = {
        f"{trace.checkpoint}.{name}": np.asarray(value) for trace in traces for name, value in vars(trace).items()
    }
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def to_csv(traces: list[GrowthTrace]) -> str:
    """One row per model, sample and moment that has a score, and one per sample of a model that says nothing."""

    def rows() -> list[list]:
        found = []
        for trace in traces:
            at = np.arange(trace.steps + 1) if trace.way == "pixels" else trace.kept
            for sample, scores in enumerate(trace.scores, 1):
                here = [trace.checkpoint, sample]
                told = zip(at[: scores.size].tolist(), scores.tolist(), strict=True)
                found += [[*here, done, trace.score, value] for done, value in told] or [[*here, trace.steps, "", ""]]
        return found

    return table(["checkpoint", "sample", "steps_done", "score", "value"], rows())


def words(traces: list[GrowthTrace], titles: list[str]) -> dict[str, str]:
    """The numbers that the lesson names."""

    def named(way: str) -> str:
        return ", ".join(title for trace, title in zip(traces, titles, strict=True) if trace.way == way) or "–"

    def longest(way: str, field: str) -> str:
        return f"{max((getattr(trace, field) for trace in traces if trace.way == way), default=0):,}"

    return {
        "models": str(len(traces)),
        "count": str(len(traces[0].drawn[0])),
        "pixel_names": named("pixels"),
        "shot_names": named("shot"),
        "pixel_steps": longest("pixels", "steps"),
        "sweeps": longest("sweeps", "steps"),
        "sweep_passes": longest("sweeps", "passes"),
        "langevin": longest("langevin", "steps"),
        "langevin_passes": longest("langevin", "passes"),
    }
