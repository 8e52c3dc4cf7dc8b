"""Files and words of a contrastive training: energy and pushes as PNG and GIF, every step's numbers as CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ..traces import ContrastiveTrace
from .grid import INK, PAPER, gif, png, stops

MODEL, DATA = (136, 60, 106), (0, 114, 178)  # the colours of the stage
DOWN, UP, NEITHER = (196, 82, 0), (0, 96, 160), (247, 247, 245)
SIDE, GAP = 384, 12  # pixels of one picture, and between two
GIF_FRAMES, GIF_MILLISECONDS = 60, 100
LEAST_RANGE = 6.0  # nats that the colours of an energy span at least
CURVES = ("data_energy", "model_energy", "log_z", "nll", "held_nll", "kl")


def energy_picture(trace: ContrastiveTrace, step: int) -> Image.Image:
    """E after `step` steps, dark where it is low, with the data and the chain samples of that step."""
    energy = trace.energy[step].astype(np.float64)
    low = energy.min()
    span = max(LEAST_RANGE, float(np.median(energy)) - low)
    image = _smooth(_mixed(np.clip((energy - low) / span, 0, 1), MODEL, tuple(PAPER)))
    for point in trace.points:
        _dot(image, trace, point, 1.5, DATA)
    if step:
        for point in trace.paths[step - 1, :, -1].astype(np.float64):
            _dot(image, trace, point, 3, tuple(int(c) for c in INK), tuple(int(c) for c in PAPER))
    return image


def push_picture(push: np.ndarray, limit: float) -> Image.Image:
    """A change of E (G, G): orange where it goes down, blue where up, in full at ± limit."""
    share = np.clip(push.astype(np.float64) / max(limit, 1e-9), -1, 1)
    down, up = _mixed(-share.clip(max=0), NEITHER, DOWN), _mixed(share.clip(min=0), NEITHER, UP)
    return _smooth(np.where(share[..., None] < 0, down, up))


def sheet(trace: ContrastiveTrace, step: int) -> Image.Image:
    """The energy after a step; what the step changed; what its gradient alone and the exact one would have changed."""
    parts = [energy_picture(trace, step)]
    if step:
        fields = [trace.push[step - 1], trace.estimated_push[step - 1], trace.exact_push[step - 1]]
        limits = [float(np.abs(f.astype(np.float64)).max()) for f in fields]
        limits[1] = limits[2] = max(limits[1:])
        parts += [push_picture(field, limit) for field, limit in zip(fields, limits, strict=True)]
    words = ["E", "E after - E before", "estimated gradient alone", "exact gradient alone"]
    image = Image.new("RGB", (len(parts) * (SIDE + GAP) - GAP, SIDE + 16), tuple(int(c) for c in PAPER))
    for n, part in enumerate(parts):
        image.paste(part, (n * (SIDE + GAP), 16))
        label = f"{words[n]}, step {step}" if n < 2 else words[n]
        ImageDraw.Draw(image).text((n * (SIDE + GAP) + 2, 2), label, fill=tuple(int(c) for c in INK))
    return image


def _mixed(share: np.ndarray, low: tuple[int, ...], high: tuple[int, ...]) -> np.ndarray:
    """(G, G, 3) float: the colours between two."""
    return np.array(low, np.float64) + share[..., None] * (np.array(high, np.float64) - np.array(low, np.float64))


def _smooth(cells: np.ndarray) -> Image.Image:
    """Rows upwards along x₂ as a picture with the first row at the bottom; a smooth function, so interpolated."""
    image = Image.fromarray(np.rint(cells[::-1]).clip(0, 255).astype(np.uint8))
    return image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _dot(
    image: Image.Image,
    trace: ContrastiveTrace,
    point: np.ndarray,
    radius: float,
    colour: tuple[int, ...],
    rim: tuple[int, ...] | None = None,
) -> None:
    share = (np.asarray(point, np.float64) + trace.reach) / (2 * trace.reach)
    if ((share < 0) | (share > 1)).any():
        return
    x, y = share[0] * SIDE, (1 - share[1]) * SIDE
    ImageDraw.Draw(image).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour, outline=rim)


def to_gif(trace: ContrastiveTrace) -> bytes:
    """The energy over the training, with data and chain samples; the last picture stands for two seconds."""
    shown = stops(trace.steps, GIF_FRAMES)
    frames = [energy_picture(trace, int(step)).quantize(64) for step in shown]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: ContrastiveTrace) -> str:
    """One row per step, from 0; what belongs to a step, not to a model, is empty in the first row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    parts = [f"{what}_{name.replace(' ', '_')}" for what in ("cosine", "length") for name in trace.layers]
    writer.writerow(["step", *(f"{name}_nats" for name in CURVES), "chain_energy_before_nats", "chains_lost", *parts])
    for t in range(trace.steps + 1):
        row = [t, *(getattr(trace, name)[t] for name in CURVES)]
        made = [trace.chain_energy[t - 1], trace.lost[t - 1], *trace.cosine[t - 1], *trace.length[t - 1]] if t else []
        writer.writerow([*row, *made, *[""] * (2 + len(parts) - len(made))])
    return buffer.getvalue()


def files(trace: ContrastiveTrace, step: int) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker); the PNG is of the step."""
    return {
        "PNG": ("png", lambda: png(sheet(trace, step))),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def words(trace: ContrastiveTrace | None) -> dict[str, str]:
    """The numbers that the lesson names."""
    if trace is None:
        return dict.fromkeys(("steps", "k", "first", "last", "cosine", "entropy", "outside"), "–")
    return {
        "steps": str(trace.steps),
        "k": str(trace.paths.shape[2] - 1),
        "first": f"{trace.kl[0]:.3f}",
        "last": f"{trace.kl[-1]:.3f}" if trace.kl[-1] < 1e4 else f"{trace.kl[-1]:.1e}",
        "cosine": f"{trace.cosine[:, -1].mean():.2f}".replace("-", "−"),
        "entropy": f"{trace.entropy:.3f}".replace("-", "−"),
        "outside": f"{100 * max(trace.outside[0], 0):.1f} %",
    }
