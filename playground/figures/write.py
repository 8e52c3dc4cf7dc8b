"""Files and words of a text that a model wrote: the coloured text as PNG, its numbers as CSV, the text itself."""

import csv
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ..traces import WriteTrace
from ..traces.write import MOST_PROMPT
from ..words import Say, english
from .grid import INK, PAPER, png

__all__ = ["MOST_PROMPT", "files", "limit_words", "words"]
GIVEN, SURPRISE = (43, 149, 214), (213, 94, 0)  # the colours of the stage on a light page
SURPRISED = 6.0  # nats at which the colour is full
COLUMNS, WIDE, TALL, SIZE = 80, 13, 28, 20  # characters of a line; pixels of a character and of its letter


def to_png(trace: WriteTrace) -> bytes:
    """The text, the given part in its own colour, each written character on the colour of its surprise."""
    places, column, row = [], 0, 0
    for character in trace.prompt + trace.text:
        if column == COLUMNS:
            column, row = 0, row + 1
        places.append((column, row))
        column, row = (0, row + 1) if character == "\n" else (column + 1, row)
    image = Image.new("RGB", ((COLUMNS + 2) * WIDE, (row + 2) * TALL), tuple(int(c) for c in PAPER))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(SIZE)
    given = len(trace.prompt)
    for n, (character, (column, row)) in enumerate(zip(trace.prompt + trace.text, places, strict=True)):
        x, y = (column + 1) * WIDE, row * TALL + TALL // 2
        if n >= given:
            share = 0.7 * min(1.0, float(trace.nats[n - given]) / SURPRISED)
            shade = PAPER + share * (np.array(SURPRISE) - PAPER.astype(float))
            draw.rectangle((x, y, x + WIDE - 1, y + TALL - 1), tuple(int(c) for c in shade))
        ink = GIVEN if n < given else tuple(int(c) for c in INK)
        draw.text((x + WIDE / 2, y + TALL / 2), character.strip(), ink, font, "mm")
    return png(image)


def to_csv(trace: WriteTrace) -> str:
    """One row per written character: what stands there, whether it was forced, u, −log p, rank, the likeliest."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["position", "character", "forced", "uniform", "nats", "rank", "likeliest", "likeliest_p"])
    for n, code in enumerate(trace.codes):
        row = trace.log_p[n]
        best = int(row.argmax())
        rank = 1 + int((row > row[code]).sum())
        numbers = (int(trace.forced[n]), trace.noise[n], trace.nats[n], rank, trace.symbols[best], np.exp(row[best]))
        writer.writerow([n, trace.symbols[code], *numbers])
    return buffer.getvalue()


def files(trace: WriteTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker), as the row of downloads wants them."""
    return {
        "Text": ("txt", lambda: trace.prompt + trace.text),
        "PNG": ("png", lambda: to_png(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def limit_words(trace: WriteTrace, t: Say = english) -> str:
    """What did not fit into the model, in words; "" where all did."""
    numbers = {"limit": trace.limit, "written": len(trace.codes), "wanted": len(trace.codes) + trace.short}
    if trace.cut and trace.short:
        return t(
            "This model sees at most {limit} characters: the first {cut:,} of the beginning are not read and {written} "
            "are written, not {wanted}.",
            cut=trace.cut,
            **numbers,
        )
    if trace.cut:
        return t(
            "This model sees at most {limit} characters: the first {cut:,} of the beginning are not read.",
            cut=trace.cut,
            limit=trace.limit,
        )
    if trace.short:
        return t("This model sees at most {limit} characters: {written} are written, not {wanted}.", **numbers)
    return ""


def words(trace: WriteTrace, temperature: float, top_k: int, t: Say = english) -> dict[str, str]:
    """Numbers that the lesson repeats."""
    return {
        "length": f"{len(trace.codes)}",
        "symbols": f"{len(trace.symbols)}",
        "temperature": f"{temperature:g}",
        "kept": t("the {count} likeliest", count=top_k)
        if 0 < top_k < len(trace.symbols)
        else t("all {count}", count=len(trace.symbols)),
        "nats": f"{trace.nats.sum():.1f}",
        "mean": f"{trace.nats.mean():.2f}",
    }
