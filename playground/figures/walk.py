"""Files of a walk: the landscape with its chains as PNG, the walk step by step as GIF, every step as CSV."""

import csv
import io
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image, ImageDraw

from ..traces import KERNELS, ChainSettings, ChainTrace, LandscapeTrace
from ..traces.contours import mass_levels
from ..words import Say, english
from .grid import INK, PAPER, gif, png

MODEL, PROPOSAL, ACCEPTED, REJECTED = (160, 74, 128), (184, 122, 0), (0, 128, 94), (213, 94, 0)  # as on the stage
QUIET, POWER, LINE = 0.62, 0.4, 0.55
SIDE, GIF_SIDE, GAP, HEAD = 720, 420, 12, 20
GIF_STEPS, GIF_MILLISECONDS = 60, 140
FADE = 10  # steps for which a rejected proposal stays


def land(landscape: LandscapeTrace, side: int) -> Image.Image:
    """The density as a quiet colour map with the contour lines of the stage, `side` pixels square; y upwards."""
    log_p = np.nan_to_num(landscape.log_density.astype(np.float64), nan=-np.inf)[::-1]
    share = QUIET * np.exp(POWER * (log_p - log_p.max()))
    shades = np.asarray(Image.fromarray(share.astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR))
    floor = np.asarray(
        Image.fromarray(np.maximum(log_p, -700).astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR)
    )
    colour = PAPER + shades[..., None] * (np.array(MODEL) - PAPER.astype(np.float32))
    for level in mass_levels(landscape.log_density):
        above = floor > level
        edge = np.zeros_like(above)
        edge[1:] |= above[1:] != above[:-1]
        edge[:, 1:] |= above[:, 1:] != above[:, :-1]
        colour[edge] += LINE * (np.array(MODEL) - colour[edge])
    return Image.fromarray(np.rint(colour).astype(np.uint8))


def _pixels(landscape: LandscapeTrace, points: np.ndarray, side: int) -> np.ndarray:
    """(…, 2) points → pixels."""
    x0, x1, y0, y1 = landscape.window
    points = np.nan_to_num(points, nan=1e6, posinf=1e6, neginf=-1e6).clip(-1e6, 1e6)
    return np.stack([(points[..., 0] - x0) / (x1 - x0) * side, (y1 - points[..., 1]) / (y1 - y0) * side], -1)


def scene(landscape: LandscapeTrace, trace: ChainTrace, step: int, ground: Image.Image) -> Image.Image:
    """All chains after `step` steps: visited states, the last move, rejected proposals that fade."""
    side = ground.width
    image = ground.copy()
    pen = ImageDraw.Draw(image, "RGBA")
    states = _pixels(landscape, trace.positions[:, : step + 1], side)
    proposals = _pixels(landscape, trace.proposals[:, :step], side)
    ink = tuple(int(c) for c in INK)
    unit = side / 420

    def disc(place: np.ndarray, radius: float, **options: object) -> None:
        x, y = place
        if abs(x) < 1e5 and abs(y) < 1e5:
            pen.ellipse((x - radius * unit, y - radius * unit, x + radius * unit, y + radius * unit), **options)

    for place in states.reshape(-1, 2):
        disc(place, 0.9, fill=(*ink, 90))
    for chain, way in enumerate(states):
        for age in range(min(FADE, step)):
            if not trace.accepted[chain, step - 1 - age]:
                alpha = int(220 * (1 - age / FADE))
                disc(proposals[chain, step - 1 - age], 3.4, outline=(*REJECTED, alpha), width=max(1, round(1.5 * unit)))
        if step and np.abs(proposals[chain, -1]).max() < 1e5:
            colour = ACCEPTED if trace.accepted[chain, step - 1] else REJECTED
            path = trace.path[chain, step - 1].astype(np.float64) if trace.path.shape[2] else np.zeros((0, 2))
            points = _pixels(landscape, path, side) if len(path) else np.stack([way[-2], proposals[chain, -1]])
            pen.line([*points.ravel()], fill=(*colour, 255), width=max(1, round(1.5 * unit)))
        disc(way[-1], 4, fill=(*ink, 255), outline=(255, 255, 255, 255), width=max(1, round(unit)))
    return image


def side_by_side(
    landscape: LandscapeTrace, traces: Sequence[ChainTrace], step: int, ground: Image.Image
) -> Image.Image:
    """One scene a kernel, on paper, with the kernel, the step and the window above it."""
    side = ground.width
    sheet = Image.new("RGB", ((side + GAP) * len(traces) + GAP, side + 2 * GAP + HEAD), "white")
    x0, x1, y0, y1 = landscape.window
    for n, trace in enumerate(traces):
        words = f"{KERNELS[trace.kernel]}, step {step}: x from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}"
        left = GAP + n * (side + GAP)
        ImageDraw.Draw(sheet).text((left, GAP), words.replace("–", "-"), fill=tuple(map(int, INK)), font_size=13)
        sheet.paste(scene(landscape, trace, step, ground), (left, GAP + HEAD))
    return sheet


def to_png(landscape: LandscapeTrace, traces: Sequence[ChainTrace], step: int) -> bytes:
    """The chains after `step` steps."""
    return png(side_by_side(landscape, traces, step, land(landscape, SIDE)))


def to_gif(landscape: LandscapeTrace, traces: Sequence[ChainTrace], step: int) -> bytes:
    """The 60 steps up to `step`, or the first 60 where the walk stands at its start."""
    steps = traces[0].accepted.shape[1]
    last = min(steps, max(step, GIF_STEPS))
    ground = land(landscape, GIF_SIDE)
    stops = range(max(0, last - GIF_STEPS), last + 1)
    frames = [side_by_side(landscape, traces, stop, ground).quantize(64) for stop in stops]
    return gif(frames, GIF_MILLISECONDS)


def to_csv(traces: Sequence[ChainTrace]) -> str:
    """One row a kernel, chain and step: the state before it, the proposal, the test and the verdict."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    names = ("x", "y", "energy_nats", "proposal_x", "proposal_y", "proposal_energy_nats")
    names += ("log_ratio", "uniform", "accepted", "diverged", "warmup", "step_size")
    writer.writerow(["kernel", "chain", "step", *names])
    for trace in traces:
        for chain, k in np.ndindex(trace.accepted.shape):
            state = (*trace.positions[chain, k], trace.energies[chain, k])
            proposal = (*trace.proposals[chain, k], trace.proposal_energies[chain, k])
            test = (trace.log_ratio[chain, k], trace.uniform[chain, k])
            marks = (int(trace.accepted[chain, k]), int(trace.diverged[chain, k]), int(k < trace.warmup))
            writer.writerow([trace.kernel, chain + 1, k + 1, *state, *proposal, *test, *marks, trace.step_sizes[k]])
    return buffer.getvalue()


def files(
    landscape: LandscapeTrace, traces: Sequence[ChainTrace], step: int
) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker). npz: one file a kernel."""
    found = {
        "PNG": ("png", lambda: to_png(landscape, traces, step)),
        "GIF": ("gif", lambda: to_gif(landscape, traces, step)),
        "npz": ("npz", traces[0].to_bytes),
    }
    if len(traces) > 1:
        found["npz of the second kernel"] = ("npz", traces[1].to_bytes)
    return found | {"CSV": ("csv", lambda: to_csv(traces))}


def kernel_words(settings: ChainSettings, trace: ChainTrace, t: Say = english) -> str:
    """The settings of a kernel in a few words, for the head of its side."""
    if settings.kernel == "gibbs":
        return t("one coordinate a step")
    size = f"ε = {settings.step_size:g}"
    if trace.warmup and trace.step_sizes[-1] != trace.step_sizes[0]:
        size += ", " + t("{size:.3g} after warm-up", size=trace.step_sizes[-1])
    return size + (f", L = {settings.leapfrog}" if settings.kernel == "hmc" else "")


def words(landscape: LandscapeTrace, trace: ChainTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    accepted = np.zeros((0, 0), bool) if trace is None else trace.accepted
    tested = accepted[:, trace.warmup :] if trace else accepted
    return {
        "density": landscape.title,
        "chains": str(len(accepted)),
        "steps": f"{accepted.shape[1]:,}",
        "accepted": f"{tested.mean():.0%}" if tested.size else t("none"),
        "logz": f"{landscape.log_partition:.3f}".replace("-", "−"),
    }
