"""Files and words of a recurrent cell that reads a text: its units over the text as PNG, one unit's numbers as CSV."""

import csv
import io
from collections.abc import Callable

import numpy as np

from ..traces import CellTrace
from ..traces.cell import MOST_READ, SCORES
from ..words import Say, english
from .grid import enlarge, png

__all__ = ["MOST_READ", "files", "kept_words", "kind", "words"]
NEGATIVE, MIDDLE, POSITIVE = (196, 82, 0), (247, 247, 245), (0, 96, 160)  # the colours of the stage on a light page
KINDS = {"lstm": "LSTM", "gru": "GRU"}
PIXELS = 1600  # about the width of a PNG


def kind(trace: CellTrace) -> str:
    """The cell's name in words."""
    return KINDS.get(trace.cell, f"RNN ({trace.cell.removeprefix('rnn-')})")


def kept_words(trace: CellTrace, t: Say = english) -> str:
    """Which units are on stage, in words."""
    state = t("cell state") if trace.cell == "lstm" else t("hidden state")
    if trace.layers == 1:
        units = t("{total} units", total=trace.total)
    else:
        units = t("{total} units of layer {layer}", total=trace.total, layer=trace.layer)
    if len(trace.units) == trace.total:
        return t("{kind}: all {units} are on stage.", kind=kind(trace), units=units)
    return t(
        "{kind}: of {units} the {count} whose {state} varies most over this text are on stage; a shorter text leaves "
        "room for more.",
        kind=kind(trace),
        units=units,
        count=len(trace.units),
        state=state,
    )


def memory_picture(trace: CellTrace) -> np.ndarray:
    """(U, S + 1, 3) uint8: the memory of every unit, those that keep it longest on top, over the text."""
    order = np.argsort(-trace.score[SCORES.index("lasts")], kind="stable")
    share = (trace.memory[:, order].T / max(1e-9, float(np.abs(trace.memory).max()))).clip(-1, 1)[..., None]
    end = np.where(share < 0, NEGATIVE, POSITIVE)
    return np.rint(MIDDLE + np.abs(share) * (end - np.array(MIDDLE))).astype(np.uint8)


def to_png(trace: CellTrace) -> bytes:
    """That picture, enlarged by a whole factor."""
    picture = memory_picture(trace)
    return png(enlarge(picture, max(1, PIXELS // max(picture.shape[:2]))))


def to_csv(trace: CellTrace, unit: int | None) -> str:
    """One row per step: the character read, what came after it, and every number of one unit, else the first."""
    column = 0 if unit is None or unit not in trace.units else int(np.flatnonzero(trace.units == unit)[0])
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    sums = [f"{part}_{name}" for name in trace.sums for part in ("from_input", "from_hidden")]
    states = ["memory", "hidden"] if trace.cell == "lstm" else ["hidden"]
    writer.writerow(["step", "read", "unit", *sums, *trace.gates, *states, "next", "next_nats"])
    read = ["", *(trace.symbols[code] for code in trace.codes)]
    nats = [*trace.nats, ""]
    for t in range(trace.steps + 1):
        parts = np.stack([trace.from_input[trace.row[t], :, column], trace.from_hidden[t, :, column]], 1).ravel()
        state = [getattr(trace, name)[t, column] for name in states]
        after = read[t + 1] if t < trace.steps else ""
        writer.writerow([t, read[t], trace.units[column], *parts, *trace.gate[t, :, column], *state, after, nats[t]])
    return buffer.getvalue()


def files(trace: CellTrace, unit: int | None) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker), as the row of downloads wants them."""
    return {
        "PNG": ("png", lambda: to_png(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace, unit)),
    }


def words(trace: CellTrace, step: int) -> dict[str, str]:
    """Numbers that the lesson repeats."""
    mean = f"{trace.nats.mean():.2f}" if trace.steps else "–"
    return {
        "kind": kind(trace),
        "units": f"{trace.total}",
        "steps": f"{trace.steps}",
        "step": f"{step}",
        "mean": mean,
        "uniform": f"{np.log(len(trace.symbols)):.2f}",
        "symbols": f"{len(trace.symbols)}",
    }
