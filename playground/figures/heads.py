"""Files and words of many heads: all weights as one picture, what each head does as a table."""

import numpy as np
from PIL import Image

from ..traces import HeadsTrace
from ..traces.heads import MEASURES
from ..words import Say, english
from .attention import Files, sequential
from .energy_files import table
from .grid import enlarge, png, tile


def sheet(trace: HeadsTrace) -> Image.Image:
    """All heads in one grid: a row for each layer; small weights lifted by a square root, as on the stage."""
    layers, count, positions, _ = trace.weights.shape
    flat = np.sqrt(trace.weights.astype(np.float32)).reshape(layers * count, positions, positions)
    return enlarge(tile(sequential(flat), count, gap=3), max(1, 1000 // (count * positions)))


def to_csv(trace: HeadsTrace) -> str:
    """One row per head: what was measured; the last row is a head that looks at all positions alike."""
    names = ["layer", "head", *(f"weight_on_{name.replace(' ', '_')}" for name in MEASURES), "entropy_nats"]
    entropy = trace.entropy[:, :, 1:].mean(-1) if trace.entropy.shape[2] > 1 else trace.entropy.mean(-1)
    rows = [[*(n + 1 for n in at), *trace.measured[at], entropy[at]] for at in np.ndindex(entropy.shape)]
    uniform = np.log(np.arange(1, trace.entropy.shape[2] + 1))
    return table(names, [*rows, ["uniform", "", *trace.uniform, uniform[1:].mean() if len(uniform) > 1 else 0.0]])


def files(trace: HeadsTrace) -> Files:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(sheet(trace))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def measured_words(t: Say = english) -> dict[str, str]:
    """What each of `MEASURES` counts, in words."""
    return {
        "itself": t("the character itself"),
        "before": t("the character before"),
        "same": t("earlier ones of its kind"),
        "after same": t("what followed those"),
        "line": t("the line's start"),
    }


def words(trace: HeadsTrace, t: Say = english) -> dict[str, str]:
    """What the lesson names: the head that does each thing most, with its mean weight."""
    layers, count, positions, _ = trace.weights.shape
    found = {"layers": str(layers), "heads": str(count), "positions": str(positions), "width": str(trace.out.shape[2])}
    found["each"] = str(trace.out.shape[2] // count)
    for m, name in enumerate(MEASURES):
        values = trace.measured[:, :, m]
        if np.isnan(values).all():
            said = t("on this text no position has {measure}", measure=measured_words(t)[name])
        else:
            layer, head = np.unravel_index(np.nanargmax(values), values.shape)
            said = t(
                "{weight:.2f} in layer {layer}, head {head} (uniform: {uniform:.2f})",
                weight=values[layer, head],
                layer=layer + 1,
                head=head + 1,
                uniform=trace.uniform[m],
            )
        found[name.replace(" ", "_")] = said
    return found
