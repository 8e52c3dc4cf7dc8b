"""Files and words of all families on one small world."""

import csv
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from ..traces import CompareWorldLinkSettings, CompareWorldTrace
from . import style
from .energy_files import Files
from .grid import gif, png

ACROSS, WIDTH, HEIGHT, GAP, HEAD = 5, 230, 150, 14, 22  # panels in a row; pixels of a panel, between, of its title
BARS = 24  # states that can happen and are drawn, the likeliest
MODEL = "#a04a80"
CLIP = 2.2  # bars are drawn up to so many times the likeliest state's p
GIF_MILLISECONDS = 90


def frame_at(trace: CompareWorldTrace, step: int) -> int:
    """The last recorded step, 0 … R − 1, that is not later than `step`."""
    return max(0, int(np.searchsorted(trace.steps, step, side="right")) - 1)


def sheet(traces: Sequence[CompareWorldTrace], titles: Sequence[str], row: int, scale: int = 1) -> Image.Image:
    """One panel for each family: truth as outlines, the model filled, its KL beside its name."""
    columns = min(ACROSS, len(traces))
    rows = -(-len(traces) // columns)
    size = (columns * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP + HEAD)
    page = Image.new("RGB", (size[0] * scale, size[1] * scale), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(13 * scale)
    draw.text((GAP * scale, 6 * scale), f"step {traces[0].steps[row]}", fill="#5b6573", font=font)
    for n, (trace, title) in enumerate(zip(traces, titles, strict=True)):
        left = (GAP + n % columns * (WIDTH + GAP)) * scale
        top = (HEAD + GAP + n // columns * (HEIGHT + GAP)) * scale
        draw.text((left, top), f"{title}: KL {trace.kl[row]:.4f} nats", fill="#16202b", font=font)
        _bars(draw, trace, row, (left, top + HEAD * scale, left + WIDTH * scale, top + HEIGHT * scale), scale)
    return page


def _bars(draw: ImageDraw.ImageDraw, trace: CompareWorldTrace, row: int, box: tuple[int, ...], scale: int) -> None:
    left, top, right, bottom = box
    allowed = min(trace.possible, BARS)
    p, q = trace.truth[trace.listed[:allowed]], trace.learned[row, :allowed]
    slot, most = (right - left) / (allowed + 2), CLIP * float(trace.truth.max())

    def height(value: float) -> float:
        return (bottom - top) * min(1.0, value / most)

    shares = [*zip(q, p, strict=True), (trace.forbidden[row], 0.0)]  # the last bar: all that cannot happen
    for place, (model, truth) in enumerate(shares):
        x = left + (place + (place == allowed)) * slot
        colour = ImageColor.getrgb(MODEL if truth else style.WARN)
        draw.rectangle([x + slot * 0.2, bottom - height(model), x + slot * 0.8, bottom], fill=colour)
        if truth:
            box = [x + slot * 0.08, bottom - height(truth), x + slot * 0.92, bottom]
            draw.rectangle(box, outline=style.DATA, width=scale)
    draw.line([(left, bottom), (right, bottom)], fill="#8a93a0", width=scale)


def to_gif(traces: Sequence[CompareWorldTrace], titles: Sequence[str]) -> bytes:
    """The trainings, recorded step by step, their end standing for two seconds."""
    return gif([sheet(traces, titles, row).quantize(32) for row in range(traces[0].steps.size)], GIF_MILLISECONDS)


def to_csv(traces: Sequence[CompareWorldTrace]) -> str:
    """One row for each family and recorded step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    numbers = ("nll", "kl", "bound", "jensen_shannon")
    writer.writerow(
        ["family", "step", *(f"{name}_nats" for name in numbers), "total_probability", "forbidden_probability"]
    )
    for trace in traces:
        for row, step in enumerate(trace.steps):
            own = [getattr(trace, name)[row] for name in numbers]
            shown = ["" if np.isnan(value) else value for value in own]
            writer.writerow([trace.model, step, *shown, trace.total[row], trace.forbidden[row]])
    return buffer.getvalue()


def archive(traces: Sequence[CompareWorldTrace]) -> bytes:
    """Every array of every trace, as "<family>.<field>"."""
    buffer = io.BytesIO()
    arrays = {f"{trace.model}.{name}": np.asarray(value) for trace in traces for name, value in vars(trace).items()}
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def files(traces: Sequence[CompareWorldTrace], titles: Sequence[str], row: int) -> Files:
    """Label → (extension, maker), as the row of downloads wants them; the PNG is of one recorded step."""
    return {
        "PNG": ("png", lambda: png(sheet(traces, titles, row, 2))),
        "GIF": ("gif", lambda: to_gif(traces, titles)),
        "npz": ("npz", lambda: archive(traces)),
        "CSV": ("csv", lambda: to_csv(traces)),
    }


def words(traces: Sequence[CompareWorldTrace], settings: CompareWorldLinkSettings) -> dict[str, str]:
    """The numbers that the lesson names; a dash for a family that is not on stage."""
    by_name = {trace.model: trace for trace in traces}

    def last(name: str, field: str, digits: int = 3) -> str:
        found = by_name.get(name)
        return "–" if found is None else f"{getattr(found, field)[-1]:.{digits}f}"

    vae, states = by_name.get("vae"), 2 ** (settings.height * settings.width)
    return {
        "pixels": str(settings.height * settings.width),
        "states": f"{states:,}",
        "possible": f"{traces[0].possible:,}" if traces else "–",
        "entropy": f"{traces[0].entropy:.3f}" if traces else "–",
        "steps": str(settings.steps),
        "independent": last("independent", "kl"),
        "fvsbn": last("fvsbn", "kl"),
        "made": last("made", "kl"),
        "rbm": last("rbm", "kl"),
        "vae": last("vae", "kl"),
        "gap": "–" if vae is None else f"{vae.bound[-1] - vae.nll[-1]:.3f}",
        "gan": last("gan", "kl"),
        "js": last("gan", "jensen_shannon"),
        "codes": str(2**settings.bits),
    }
