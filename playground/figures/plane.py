"""Files and words of two latent planes: their dots, their decoded manifolds, every number, the same in Python."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..traces import DecodeTrace, PlaneSettings, PlaneSide
from .energy_files import Files, grey, table
from .grid import INK, PAPER, enlarge, png
from .style import CLASSES, DATA

SIDE, EDGE, DOT = 900, 24, 4  # pixels of a plane, around it, and of half a dot
RINGS = (1, 2, 3)  # standard deviations of the prior


def files(sides: tuple[PlaneSide, ...], points: tuple[DecodeTrace, ...], classes: str) -> Files:
    """The planes with their chosen points, the manifolds, all arrays, and the codes as a table."""
    return {
        "PNG of the planes": ("png", lambda: png(planes(sides, points, classes))),
        "PNG of the manifolds": ("png", lambda: png(manifolds(sides))),
        "npz": ("npz", lambda: arrays(sides, points)),
        "CSV of the codes": ("csv", lambda: codes(sides)),
    }


def planes(sides: tuple[PlaneSide, ...], points: tuple[DecodeTrace, ...], classes: str) -> Image.Image:
    """The planes side by side, each with what its decoder makes of the chosen point in its lower right corner."""
    found = [one(side, point, classes) for side, point in zip(sides, points, strict=True)]
    return beside(found)


def one(side: PlaneSide, point: DecodeTrace, classes: str) -> Image.Image:
    """One plane: dots in the colours of their classes, the prior's circles, a cross at the chosen point."""
    image = Image.new("RGB", (SIDE, SIDE), tuple(PAPER.tolist()))
    draw = ImageDraw.Draw(image)
    x0, x1, y0, y1 = side.trace.window

    def at(z: np.ndarray) -> np.ndarray:
        return np.stack([(z[..., 0] - x0) / (x1 - x0), (y1 - z[..., 1]) / (y1 - y0)], -1) * SIDE

    for (x, y), label in zip(at(side.codes), side.labels, strict=True):
        if str(label) in classes:
            draw.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), outline=CLASSES[label], width=2)
    if side.generative:
        for sigma in RINGS:
            (left, bottom), (right, top) = at(np.array([[-sigma, -sigma], [sigma, sigma]], float))
            draw.ellipse((left, top, right, bottom), outline=tuple(INK.tolist()), width=2)
    x, y = at(point.z.astype(float))
    for colour, width in ((tuple(PAPER.tolist()), 9), (tuple(INK.tolist()), 4)):
        draw.line((x - 18, y, x + 18, y), fill=colour, width=width)
        draw.line((x, y - 18, x, y + 18), fill=colour, width=width)
    picture = enlarge(grey(point.probabilities), max(1, 224 // point.probabilities.shape[1]))
    draw.rectangle((SIDE - picture.width - 4, SIDE - picture.height - 4, SIDE, SIDE), fill=DATA)
    image.paste(picture, (SIDE - picture.width - 2, SIDE - picture.height - 2))
    ink, small = tuple(INK.tolist()), ImageFont.load_default(20)
    draw.text((12, 8), side.title, ink, ImageFont.load_default(28))
    for n, label in enumerate(sorted({str(c) for c in side.labels} & set(classes))):
        draw.text((14 + 22 * n, 46), label, CLASSES[int(label)], ImageFont.load_default(24))
    coordinates = ", ".join(f"{value:.3f}" for value in point.z)
    draw.text((SIDE - picture.width - 12, SIDE - 12), f"z = ({coordinates})", ink, small, anchor="rs")
    return image


def manifold(side: PlaneSide) -> np.ndarray:
    """All tiles of a plane in one picture, z2 upwards: (N·H, N·W, 3) uint8."""
    tiles = side.trace.tiles[::-1]  # (N, N, H, W), the highest z2 first
    rows, columns, height, width = tiles.shape
    return grey(tiles.swapaxes(1, 2).reshape(rows * height, columns * width))


def manifolds(sides: tuple[PlaneSide, ...]) -> Image.Image:
    """The decoded manifolds side by side, a pixel of a tile as two."""
    return beside([enlarge(manifold(side), 2) for side in sides])


def beside(images: list[Image.Image]) -> Image.Image:
    """Pictures in a row, on white."""
    width = sum(image.width + EDGE for image in images) + EDGE
    sheet = Image.new("RGB", (width, max(image.height for image in images) + 2 * EDGE), "white")
    left = EDGE
    for image in images:
        sheet.paste(image, (left, EDGE))
        left += image.width + EDGE
    return sheet


def arrays(sides: tuple[PlaneSide, ...], points: tuple[DecodeTrace, ...]) -> bytes:
    """Every array of every plane as `.npz`, named by the model's family; without the decoders' weights."""
    found = {}
    for side, point in zip(sides, points, strict=True):
        trace = side.trace
        named = {"codes": side.codes, "labels": side.labels, "tiles": trace.tiles, "across": trace.across}
        named |= {"up": trace.up, "window": trace.window, "z": point.z, "picture": point.probabilities}
        named |= {} if side.deviation is None else {"deviation": side.deviation}
        found |= {f"{trace.family}_{name}": array for name, array in named.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **found)
    return buffer.getvalue()


def codes(sides: tuple[PlaneSide, ...]) -> str:
    """One row for each real digit and model: its number, its class, its code and, where there is one, its σ."""

    def rows() -> Iterable[list]:
        for side in sides:
            for n, (code, label) in enumerate(zip(side.codes, side.labels, strict=True)):
                sigma = ["", ""] if side.deviation is None else side.deviation[n].tolist()
                yield [side.trace.checkpoint, n, int(label), *code.tolist(), *sigma]

    return table(["checkpoint", "digit", "class", "z1", "z2", "sigma1", "sigma2"], rows())


def python(sides: tuple[PlaneSide, ...], settings: tuple[PlaneSettings, ...], points: tuple[str, ...]) -> str:
    """The same planes as a few lines of Python. settings, points: of each plane, and the code chosen on it."""
    rows = "".join(
        f"    ({side.title!r}, {one.checkpoint!r}, {one.centre!r}, {one.reach!r}, {one.tiles!r}, {z!r}),\n"
        for side, one, z in zip(sides, settings, points, strict=True)
    )
    return (
        "from playground.engine import Engine\n"
        "from playground.traces import DecodeSettings, PlaneSettings, PlaneSide\n\n"
        f"planes = (\n{rows})\nengine = Engine()\nsides = []\npoints = []\n"
        "for title, name, centre, reach, tiles, z in planes:\n"
        "    trace = engine.run(PlaneSettings(checkpoint=name, centre=centre, reach=reach, tiles=tiles))\n"
        "    codes = engine.codes(name)  # of real digits\n"
        "    sides.append(PlaneSide(title, trace, codes.mean, codes.deviation, codes.labels))\n"
        "    points.append(engine.run(DecodeSettings(checkpoint=name, z=z)))\n"
    )


def words(sides: tuple[PlaneSide, ...], measured: tuple[dict, ...]) -> dict[str, str]:
    """What the lesson says of the planes on stage. measured: what `evaluate` found for each checkpoint, or {}."""

    def extent(side: PlaneSide) -> str:
        if not len(side.codes):
            return "–"
        low, high = np.percentile(side.codes, (0.5, 99.5), axis=0)
        return f"{max(high - low):.1f}"

    def nats(found: dict, name: str) -> str:
        return f"{found[name]:.1f}" if found.get(name) else "–"

    (left, right), (first, second) = sides, measured
    return {
        "count": f"{len(left.codes):,}",
        "wide": extent(left),
        "narrow": extent(right),
        "sigma": "–" if right.deviation is None else f"{np.median(right.deviation):.2f}",
        "back": nats(first, "reconstruction_nats"),
        "noisy": nats(second, "reconstruction_nats"),
        "kl": nats(second, "kl_nats"),
    }
