"""Words and files of a picture that was read row by row."""

import numpy as np

from ..traces import RowsTrace
from ..words import Say, english
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


def words(trace: RowsTrace, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    last, changes = trace.verdicts[-1], trace.changes.tolist()
    if not changes:
        told = t("It never changed.")
    elif len(changes) == 1:
        told = t("It changed after row {row}.", row=changes[0])
    else:
        told = t("It changed after rows {rows} and {last}.", rows=", ".join(map(str, changes[:-1])), last=changes[-1])
    return {
        "rows": str(len(trace.picture)),
        "units": str(trace.memory.shape[1]),
        "verdict": str(last),
        "probability": f"{trace.probabilities[-1, last]:.4f}",
        "settled": t("after row {row}", row=changes[-1]) if changes else t("before the first row"),
        "changed": told,
        "entropy": f"{trace.entropy[-1]:.3f}",
        "most": f"{np.log(trace.logits.shape[1]):.3f}",
    }
