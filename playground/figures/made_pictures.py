"""A small MADE as picture files: the graph, and the masks as matrices. Drawn twice as large, then halved."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..traces import MadeLabTrace
from . import style
from .grid import png

PAPER, INK = (255, 255, 255), (22, 32, 43)
FINE = 2  # oversampling
SIZE = (1600, 1000)


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size * FINE)


def _rgb(colour: str) -> tuple[int, int, int]:
    return tuple(int(colour[n : n + 2], 16) for n in (1, 3, 5))


def _mix(a: tuple[int, ...], b: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(round(p + (q - p) * share) for p, q in zip(a, b, strict=True))


def _halved(picture: Image.Image) -> bytes:
    return png(picture.resize((picture.width // FINE, picture.height // FINE), Image.Resampling.LANCZOS))


def _line(draw: ImageDraw.ImageDraw, ends: list, colour: tuple, width: float, dash: tuple[int, int] | None) -> None:
    """A straight line, broken into dashes if wanted."""
    (x0, y0), (x1, y1) = ends
    length = float(np.hypot(x1 - x0, y1 - y0))
    on, off = dash or (length, 0)
    at = 0.0
    while at < length:
        a, b = at / length, min(1.0, (at + on) / length)
        draw.line(
            [(x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)],
            fill=colour,
            width=max(1, round(width * FINE)),
        )
        at += on + off


def graph_png(trace: MadeLabTrace) -> bytes:
    """The network as a graph: degrees in the units, living paths solid, dead ones dashed, leaks and flips vermilion."""
    width, height = (side * FINE for side in SIZE)
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    layers = trace.hidden.size + 2
    left, edge, radius = 190 * FINE, 90 * FINE, 27 * FINE
    spots = {}
    for layer in range(layers):
        nodes = trace.nodes(layer)
        step = min((width - left - 40 * FINE) / nodes.size, 150 * FINE)
        middle = (width + left - 40 * FINE) / 2
        for place, node in enumerate(nodes):
            x = middle + (place - (nodes.size - 1) / 2) * step
            spots[int(node)] = (x, height - edge - layer * (height - 2 * edge) / (layers - 1))
        name = "inputs" if layer == 0 else "outputs" if layer == layers - 1 else f"hidden h{layer}"
        draw.text((24 * FINE, spots[int(nodes[0])][1]), name, INK, _font(22), anchor="lm")
    warn, quiet = _rgb(style.WARN), _rgb(style.QUIET)
    ranked = []
    for above, below in np.argwhere(trace.open | trace.flipped):
        living = trace.sees[below].any() and trace.reaches[above].any()
        kind = (quiet, 1.3, None) if living else (_mix(PAPER, quiet, 0.7), 1.2, (6 * FINE, 8 * FINE))
        if trace.leaking[above, below]:
            kind = (warn, 2.4, None)
        if trace.flipped[above, below]:
            kind = (warn, 5.0, None) if trace.open[above, below] else (warn, 2.4, (3 * FINE, 9 * FINE))
        ranked.append((kind[1], int(above), int(below), kind))
    for _, above, below, (colour, thick, dash) in sorted(ranked):
        _line(draw, [spots[below], spots[above]], colour, thick, dash)
    for node, (x, y) in spots.items():
        layer = trace.layer[node]
        share = 0.12 + 0.8 * (trace.degree[node] - 1) / max(1, trace.inputs - 1)
        dead = not trace.living[node]
        fill = PAPER if dead else _mix(PAPER, _rgb(style.DATA), share)
        frame = quiet if dead else _rgb(style.DATA)
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill, outline=frame, width=3 * FINE)
        if dead and 0 < layer < layers - 1:
            reach = radius * 0.7
            draw.line([(x - reach, y + reach), (x + reach, y - reach)], fill=quiet, width=3 * FINE)
        ink = PAPER if not dead and share > 0.55 else INK
        draw.text((x, y), str(trace.degree[node]), ink, _font(25), anchor="mm")
        if layer in (0, layers - 1):
            away = radius + 24 * FINE
            text = f"x{trace.unit[node]}" if layer == 0 else f"p(x{trace.unit[node]})"
            draw.text((x, y + (away if layer == 0 else -away)), text, INK, _font(20), anchor="mm")
    return _halved(picture)


def masks_png(trace: MadeLabTrace) -> bytes:
    """The masks in the order of their product, the product and the gradient, sorted by degree."""
    top = trace.hidden.size + 1

    def by_degree(layer: int) -> np.ndarray:
        nodes = trace.nodes(layer)
        return nodes[np.argsort(trace.degree[nodes], kind="stable")]

    panels = []
    for number in trace.numbers():
        above, below = by_degree(number or -1), by_degree(number - 1 if number else 0)
        panels.append((f"M{number}" if number else "direct", above, below, number))
    outputs, inputs = by_degree(top), by_degree(0)
    panels += [("paths", outputs, inputs, "paths"), ("|gradient|", outputs, inputs, "jacobian")]
    cell, gap, head = 34 * FINE, 70 * FINE, 70 * FINE
    width = sum(below.size * cell + gap for _, _, below, _ in panels) + gap // 2
    height = max(above.size for _, above, _, _ in panels) * cell + head + 40 * FINE
    picture = Image.new("RGB", (width, height), PAPER)
    draw = ImageDraw.Draw(picture)
    left = gap
    for title, above, below, number in panels:
        draw.text((left, head - 34 * FINE), title, INK, _font(20), anchor="lb")
        for r, a in enumerate(above):
            square = isinstance(number, str)
            draw.text((left - 8 * FINE, head + (r + 0.5) * cell), _label(trace, a, square), INK, _font(14), anchor="rm")
            for c, b in enumerate(below):
                if r == 0:
                    at = (left + (c + 0.5) * cell, head - 8 * FINE)
                    draw.text(at, _label(trace, b, square), INK, _font(14), anchor="mb")
                box = [left + c * cell, head + r * cell, left + (c + 1) * cell - FINE, head + (r + 1) * cell - FINE]
                fill, text, outline = _cell(trace, number, a, b)
                draw.rectangle(box, fill=fill, outline=outline, width=3 * FINE)
                ink = INK if sum(fill) > 380 else PAPER
                draw.text((box[0] + cell / 2, box[1] + cell / 2), text, ink, _font(13), anchor="mm")
        left += below.size * cell + gap
    return _halved(picture)


def _label(trace: MadeLabTrace, node: int, square: bool) -> str:
    return f"x{trace.unit[node]}" if square else str(trace.degree[node])


def _cell(trace: MadeLabTrace, number: int | str, above: int, below: int) -> tuple[tuple, str, tuple | None]:
    """Colour, text and outline of one cell."""
    warn, data, nothing = _rgb(style.WARN), _rgb(style.DATA), (240, 242, 245)
    if isinstance(number, str):
        values = getattr(trace, number)
        at = (trace.unit[above], trace.unit[below])
        if not values[at] > 0:
            return nothing, "", None
        text = str(values[at]) if number == "paths" else f"{values[at]:.2f}"
        share = 0.25 + 0.75 * float(np.sqrt(values[at] / values.max()))
        return (warn if trace.forbidden()[at] else _mix(PAPER, data, share)), text, None
    flipped = warn if trace.flipped[above, below] else None
    if not trace.open[above, below]:
        return nothing, "x" if flipped else "", flipped
    if trace.leaking[above, below]:
        return warn, "+" if flipped else "!", flipped
    living = trace.sees[below].any() and trace.reaches[above].any()
    return (data if living else _mix(PAPER, data, 0.3)), "+" if flipped else "1", flipped
