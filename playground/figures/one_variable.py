"""Files and words of one variable: draws of a Bernoulli or a categorical, and the joint table of one pixel."""

from collections.abc import Iterable

import numpy as np

from ..traces import DrawsTrace, PixelTableTrace
from .energy_files import Files, table
from .grid import columns_for, enlarge, enlarged_sheet, png, tile


def draws_files(trace: DrawsTrace) -> Files:
    """The draws as pixels of one picture, row by row, and every number."""
    side = columns_for(len(trace.values))
    levels = np.zeros(side * -(-len(trace.values) // side), np.uint8)
    levels[: len(trace.values)] = trace.values
    picture = levels.reshape(1, -1, side)
    return {
        "PNG": ("png", lambda: png(enlarged_sheet(picture, len(trace.probabilities)))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: _draws_csv(trace)),
    }


def _draws_csv(trace: DrawsTrace) -> str:
    counted = [f"count_{value}" for value in range(len(trace.probabilities))]

    def rows() -> Iterable[list]:
        for n, (uniform, value) in enumerate(zip(trace.uniforms, trace.values, strict=True), start=1):
            yield [n, uniform, value, *trace.counts[n], trace.log_likelihood[n], trace.best[n]]

    names = ["draw", "uniform", "value", *counted, "log_likelihood_nats", "log_likelihood_of_frequencies_nats"]
    return table(names, rows())


def draws_words(trace: DrawsTrace) -> dict[str, str]:
    """What the lesson says of the draws."""
    count = len(trace.values)
    return {
        "count": f"{count:,}",
        "entropy": f"{trace.entropy:.4f}",
        "mean": f"{-trace.log_likelihood[-1] / count:.4f}".replace("-0.0000", "0.0000"),
        "gap": f"{trace.best[-1] - trace.log_likelihood[-1]:.2f}",
        "first": f"{trace.uniforms[0]:.4f}",
        "value": str(trace.values[0]),
    }


def table_files(trace: PixelTableTrace) -> Files:
    """All slices of the table in one picture, and the counts after each level of red."""
    names = ["levels_of_red", "table", "chain_red", "chain_green", "chain_blue", "red", "green", "blue"]
    rows = [[r, trace.table[r], *trace.chain[r], *trace.independent[r]] for r in range(trace.levels + 1)]
    return {
        "PNG": ("png", lambda: png(enlarge(slices(trace.levels), max(1, 1024 // (trace.levels * 16))))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(names, rows)),
    }


def slices(levels: int) -> np.ndarray:
    """(height, width, 3) uint8: one square a level of red, green to the right and blue downwards; large tables thinned
    to 64 levels of green and blue."""
    shades = np.rint(np.arange(levels) * 255 / (levels - 1)).astype(np.uint8)
    shown = shades[np.unique(np.linspace(0, levels - 1, min(levels, 64)).round().astype(int))]
    red, blue, green = np.meshgrid(shades, shown, shown, indexing="ij")
    return tile(np.stack([red, green, blue], -1), columns_for(levels))


def table_words(levels: int) -> dict[str, str]:
    """What the lesson says of a pixel with so many levels a channel."""
    full = levels**3 - 1
    return {
        "levels": str(levels),
        "full": f"{full:,}",
        "independent": f"{3 * (levels - 1):,}",
        "blue": f"{levels**2 * (levels - 1):,}",
    }
