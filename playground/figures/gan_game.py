"""Files and words of a game of a GAN in the plane: D and D* as PNG, the fight as GIF, every step's numbers as CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from ..traces import GanGameTrace
from .grid import INK, PAPER, gif, png, stops

REAL, FAKE, NEITHER = (0, 96, 160), (196, 82, 0), (247, 247, 245)  # D = 1, D = 0, D = ½: the colours of the stage
DATA, MODEL = (0, 114, 178), (160, 74, 128)
DEAD = 1e-5  # where p_data + p_g is smaller, D* is a ratio of nothing by nothing, and its line is not drawn
STRENGTH = 0.6  # of the colours, so that points can be seen on them
SIDE, GIF_SIDE, GAP, HEAD = 512, 384, 12, 34
GIF_FRAMES, GIF_MILLISECONDS = 60, 100
MOVES = {0: "both", 1: "D", 2: "G"}
CURVES = ("loss_d", "loss_g", "value", "value_optimal", "js")


def heat(values: np.ndarray, side: int) -> Image.Image:
    """D or D* (G, G), rows upwards: blue where it is 1, orange where it is 0. A smooth function, so interpolated."""
    share = 2 * values.astype(np.float64)[::-1, :, None] - 1
    ends = np.where(share < 0, np.array(FAKE, np.float64), np.array(REAL, np.float64))
    colour = np.array(NEITHER) + STRENGTH * np.abs(share) * (ends - np.array(NEITHER))
    image = Image.fromarray(np.rint(colour).clip(0, 255).astype(np.uint8))
    return image.resize((side, side), Image.Resampling.BICUBIC)


def scene(trace: GanGameTrace, step: int, side: int, best: np.ndarray, optimal: bool = False) -> Image.Image:
    """The plane after `step` steps: D, or D*, with the line D* = ½, the real points and the generator's.

    best: (G, G), D* of this step.
    """
    image = heat(best if optimal else trace.discriminator[step], side)
    fine, mass = _fine(best, side), _fine(trace.p_data + trace.p_generator[step].astype(np.float32), side)
    above, edge = fine > 0.5, np.zeros((side, side), bool)
    edge[1:] |= above[1:] != above[:-1]
    edge[:, 1:] |= above[:, 1:] != above[:, :-1]
    pixels = np.asarray(image).copy()
    pixels[edge & (mass > DEAD)] = INK
    image = Image.fromarray(pixels)
    pen = ImageDraw.Draw(image)
    x0, x1, y0, y1 = trace.window
    radius = side / 200
    for points, colour, corners in ((trace.real, DATA, False), (trace.fake[step].astype(np.float64), MODEL, True)):
        for x, y in (points - (x0, y0)) / (x1 - x0, y1 - y0) * side:
            if not (0 <= x <= side and 0 <= y <= side):
                continue
            if corners:
                reach = 1.4 * radius
                way = ((x, side - y - reach), (x + reach, side - y), (x, side - y + reach), (x - reach, side - y))
                pen.polygon(way, fill=colour, outline="white")
            else:
                box = (x - radius, side - y - radius, x + radius, side - y + radius)
                pen.ellipse(box, fill=colour, outline="white")
    return image


def _fine(values: np.ndarray, side: int) -> np.ndarray:
    """(G, G) values, rows upwards, at the pixels of a picture."""
    image = Image.fromarray(values[::-1].astype(np.float32))
    return np.asarray(image.resize((side, side), Image.Resampling.BICUBIC))


def sheet(trace: GanGameTrace, step: int) -> Image.Image:
    """D beside D* after a step, with the numbers of the step above them."""
    image = Image.new("RGB", (2 * SIDE + 3 * GAP, SIDE + 2 * GAP + HEAD), tuple(int(c) for c in PAPER))
    pen, ink = ImageDraw.Draw(image), tuple(int(c) for c in INK)
    found, best = (
        f"{name} = {values[step]:.3f}" for name, values in (("V(D, G)", trace.value), ("V(D*, G)", trace.value_optimal))
    )
    heads = (f"D after step {step}: {found} nats", f"D*: {best} nats, JS = {trace.js[step]:.3f} nats")
    for n, words in enumerate(heads):
        left = GAP + n * (SIDE + GAP)
        pen.text((left, GAP), words, fill=ink, font_size=14)
        image.paste(scene(trace, step, SIDE, trace.optimal[step], optimal=n == 1), (left, GAP + HEAD))
    return image


def to_gif(trace: GanGameTrace, step: int) -> bytes:
    """The fight from the start to `step`, or to its end where it stands at the start; the last picture stays."""
    last = step or trace.steps
    shown = stops(last, GIF_FRAMES)
    frames, best = [], trace.optimal
    for stop in shown:
        image = Image.new("RGB", (GIF_SIDE, GIF_SIDE + 20), tuple(int(c) for c in PAPER))
        words = f"step {stop}: JS = {trace.js[stop]:.3f} nats of at most 0.693"
        ImageDraw.Draw(image).text((4, 3), words, fill=tuple(int(c) for c in INK), font_size=12)
        image.paste(scene(trace, int(stop), GIF_SIDE, best[stop]), (0, 20))
        frames.append(image.quantize(64, Image.Quantize.FASTOCTREE))
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: GanGameTrace) -> str:
    """One row per step, from 0: the move that led to it, and what all curves say after it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["step", "move", *(f"{name}_nats" for name in CURVES), "modes"])
    for t in range(trace.steps + 1):
        move = MOVES[int(trace.moves[t - 1])] if t else ""
        writer.writerow([t, move, *(getattr(trace, name)[t] for name in CURVES), trace.modes[t]])
    return buffer.getvalue()


def files(trace: GanGameTrace, step: int) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker); the PNG is of the step, the GIF leads to it."""
    return {
        "PNG": ("png", lambda: png(sheet(trace, step))),
        "GIF": ("gif", lambda: to_gif(trace, step)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def words(trace: GanGameTrace | None, step: int) -> dict[str, str]:
    """The numbers that the lesson names: those of the step on stage."""
    if trace is None:
        return dict.fromkeys(("step", "value", "best", "js", "gap"), "–")
    value, best, js = (float(values[step]) for values in (trace.value, trace.value_optimal, trace.js))
    found = {"value": value, "best": best, "js": js, "gap": best - value}
    return {"step": str(step)} | {name: f"{number:.3f}".replace("-", "−") for name, number in found.items()}
