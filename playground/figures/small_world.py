"""Files that a visitor takes away from a training on a small world: PNG, GIF, CSV and npz."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from ..traces import SmallWorldTrace
from . import style
from .grid import enlarge, gif, png, shades

POSSIBLE, BARS = 24, 32  # bars drawn: of states that can happen, and of all
WIDTH, HEIGHT, FOOT, LEFT = 720, 330, 44, 46
MODEL = "#a04a80"
GIF_MILLISECONDS = 60


def bars_of(trace: SmallWorldTrace) -> np.ndarray:
    """(B,) places in `listed` of the states that get a bar: the likeliest that can happen, then those that cannot."""
    allowed = min(trace.possible, POSSIBLE if trace.possible < trace.listed.size else BARS)
    others = min(trace.listed.size - trace.possible, BARS - allowed)
    return np.concatenate([np.arange(allowed), trace.possible + np.arange(others)])


def state_pictures(numbers: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """(…,) state numbers → (…, H, W) uint8: the binary digits of each number, the first pixel the highest."""
    shifts = np.arange(shape[0] * shape[1] - 1, -1, -1)
    return ((numbers[..., None] >> shifts) & 1).astype(np.uint8).reshape(*numbers.shape, *shape)


def picture(trace: SmallWorldTrace, row: int = -1, scale: int = 1) -> Image.Image:
    """The bars of one recorded step, truth as outlines and the model filled, with the step's numbers above them."""
    canvas = Image.new("RGB", (WIDTH * scale, HEIGHT * scale), "white")
    draw = ImageDraw.Draw(canvas)
    font = ImageFont.load_default(13 * scale)
    shown = bars_of(trace)
    top, bottom, left = 40 * scale, (HEIGHT - FOOT) * scale, LEFT * scale
    slot = (WIDTH * scale - left - 8 * scale) / len(shown)
    p, q = trace.truth[trace.listed[shown]], trace.learned[row, shown]
    highest = max(float(p.max()), float(trace.learned[:, shown].max())) * 1.04
    words = (
        f"step {trace.steps[row]}    NLL {trace.nll[row]:.4f} nats    KL {trace.kl[row]:.4f} nats    "
        f"entropy {trace.entropy:.4f}    q where p = 0: {trace.forbidden[row]:.4f}"
    )
    draw.text((8 * scale, 10 * scale), words, fill="#16202b", font=font)
    for share in (0, 0.5, 1):
        y = bottom - share * (bottom - top)
        draw.line([(left, y), (WIDTH * scale - 8 * scale, y)], fill="#d8dde3", width=scale)
        draw.text((left - 4 * scale, y), f"{share * highest:.3f}", fill="#5b6573", font=font, anchor="rm")
    cell = max(1, int(min(slot * 0.8, 30 * scale) // trace.shape[1]))
    tiles = shades(state_pictures(trace.listed[shown], trace.shape), 2)
    for place, (truth, learned, image) in enumerate(zip(p, q, tiles, strict=True)):
        x = left + place * slot
        colour = MODEL if truth else style.WARN
        high = bottom - (bottom - top) * float(learned) / highest
        draw.rectangle([x + slot * 0.26, high, x + slot * 0.74, bottom], fill=ImageColor.getrgb(colour))
        if truth:
            high = bottom - (bottom - top) * float(truth) / highest
            draw.rectangle([x + slot * 0.1, high, x + slot * 0.9, bottom], outline=style.DATA, width=2 * scale)
        small = enlarge(image, cell)
        at = (int(x + (slot - small.width) / 2), int(bottom + 6 * scale))
        draw.rectangle([at[0] - 1, at[1] - 1, at[0] + small.width, at[1] + small.height], outline="#8a93a0")
        canvas.paste(small, at)
    return canvas


def to_gif(trace: SmallWorldTrace) -> bytes:
    """The training, recorded step by step, its end standing for two seconds."""
    frames = [picture(trace, row).quantize(32) for row in range(trace.steps.size)]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(trace: SmallWorldTrace) -> str:
    """The curves: one row for each recorded step."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    members = trace.members_kl.shape[1]
    alone = [f"kl_member_{m}_nats" for m in range(members)] if members > 1 else []
    writer.writerow(
        ["step", "nll_nats", "entropy_nats", "kl_nats", "total_probability", "forbidden_probability", *alone]
    )
    for row, step in enumerate(trace.steps):
        numbers = (trace.nll[row], trace.entropy, trace.kl[row], trace.total[row], trace.forbidden[row])
        writer.writerow([step, *numbers, *(trace.members_kl[row] if alone else ())])
    return buffer.getvalue()


def pattern(image: np.ndarray, dark: bool = False, pixels: int = 48) -> np.ndarray:
    """One drawn image (H, W) of 0/1 with a frame around it, (height, width, 3) uint8; ink is light on a dark page."""
    framed = np.asarray(enlarge(shades(1 - image if dark else image, 2), max(1, pixels // max(image.shape))))
    return np.pad(framed, ((1, 1), (1, 1), (0, 0)), constant_values=128)


def files(trace: SmallWorldTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker), as the row of downloads wants them; each is made when it is clicked."""
    return {
        "PNG": ("png", lambda: png(picture(trace, scale=2))),
        "GIF": ("gif", lambda: to_gif(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
