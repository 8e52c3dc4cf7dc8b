"""Words and files of a picture that was read row by row."""

import numpy as np

from ..traces import RowsTrace
from .energy_files import Files, animated, sheet, table
from .grid import png

UNREAD = 0.12  # of the ink of a row that was not read yet is shown


def after(trace: RowsTrace, step: int) -> np.ndarray:
    """(R, W) float32: the picture with the rows read so far lit."""
    lit = np.arange(len(trace.picture))[:, None] < step
    return np.where(lit, trace.picture, UNREAD * trace.picture)


def files(trace: RowsTrace, step: int) -> Files:
    """Label → (extension, maker). PNG: the rows read; GIF: the picture as it is read; CSV: every opinion."""
    frames = range(len(trace.picture) + 1)
    return {
        "PNG": ("png", lambda: png(sheet(after(trace, step)[None], 1, 560))),
        "GIF": ("gif", lambda: animated(sheet(after(trace, frame)[None], 1, 336) for frame in frames)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }


def to_csv(trace: RowsTrace) -> str:
    """One line before the first row and one after each: verdict, entropy and the probability of each class."""
    classes = trace.logits.shape[1]
    names = ["rows_read", "verdict", "entropy_nats", *(f"p_{k}" for k in range(classes))]
    columns = zip(trace.verdicts.tolist(), trace.entropy.tolist(), trace.probabilities.tolist(), strict=True)
    return table(names, ([r, verdict, entropy, *p] for r, (verdict, entropy, p) in enumerate(columns)))


def words(trace: RowsTrace) -> dict[str, str]:
    """The numbers that the lesson names."""
    last = trace.verdicts[-1]
    changes = trace.changes.tolist()
    told = (
        f"s {', '.join(map(str, changes[:-1]))} and {changes[-1]}"
        if len(changes) > 1
        else f" {changes[0]}"
        if changes
        else ""
    )
    settled = changes[-1] if changes else 0
    return {
        "rows": str(len(trace.picture)),
        "units": str(trace.memory.shape[1]),
        "verdict": str(last),
        "probability": f"{trace.probabilities[-1, last]:.4f}",
        "settled": f"after row {settled}" if settled else "before the first row",
        "changed": f"It changed after row{told}." if changes else "It never changed.",
        "entropy": f"{trace.entropy[-1]:.3f}",
        "most": f"{np.log(trace.logits.shape[1]):.3f}",
    }
