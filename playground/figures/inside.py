"""Pictures and tables of the inside of a block."""

import csv
import io
from collections.abc import Callable

import numpy as np

from ..traces import InsideTrace
from .grid import columns_for, enlarge, png, tile

NEGATIVE, MIDDLE, POSITIVE = np.array([196, 82, 0]), np.array([247, 247, 245]), np.array([0, 96, 160])


def diverging(values: np.ndarray, limit: float) -> np.ndarray:
    """(…) numbers → (…, 3) uint8: orange below 0, blue above, symmetric about 0, full at ± limit."""
    share = np.clip(values / max(limit, 1e-12), -1, 1)[..., None]
    ends = np.where(share < 0, NEGATIVE, POSITIVE)
    return np.rint(MIDDLE + np.abs(share) * (ends - MIDDLE)).astype(np.uint8)


def sheet(trace: InsideTrace) -> np.ndarray:
    """All feature maps of the block's output in one grid, (rows, columns, 3) uint8, on one scale."""
    maps = trace.output()
    return tile(diverging(maps, float(np.quantile(np.abs(maps), 0.998))), columns_for(len(maps)))


def to_csv(trace: InsideTrace) -> str:
    """One row per block: its skip connection's share over the whole digit, and the digit's nats without it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(["block", "skip_share", "nats", "nats_without_block"])
    for number, (share, without) in enumerate(zip(trace.skip_share[:, -1], trace.nats_without, strict=True), 1):
        writer.writerow([number, share, trace.nats, without])
    return buffer.getvalue()


def files(trace: InsideTrace) -> dict[str, tuple[str, Callable[[], bytes | str]]]:
    """Label → (extension, maker)."""
    return {
        "PNG": ("png", lambda: png(enlarge(sheet(trace), max(1, 1160 // (columns_for(len(trace.carried)) * 29))))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace)),
    }
