"""Files of the energy views' traces: pictures, animations and tables to take away."""

import csv
import io
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image

from ..traces import AnomalyTrace, DenoiseTrace, EnergyChainTrace, RatioTrace
from .grid import columns_for, enlarge, gif, png, shades, tile

GIF_FRAMES, GIF_MILLISECONDS, GIF_PIXELS = 90, 70, 448
LEVELS = 256
Files = dict[str, tuple[str, Callable[[], bytes | str]]]


def grey(pictures: np.ndarray) -> np.ndarray:
    """Real-valued pictures, (…, H, W), as colours (…, H, W, 3): below 0 is paper, above 1 ink."""
    levels = np.rint(np.nan_to_num(pictures.astype(np.float32)).clip(0, 1) * (LEVELS - 1))
    return shades(levels.astype(np.uint8), LEVELS)


def sheet(pictures: np.ndarray, columns: int, pixels: int = 640) -> Image.Image:
    """(N, H, W) real-valued pictures in one grid, enlarged by a whole factor."""
    found = tile(grey(pictures), columns)
    return enlarge(found, max(1, pixels // max(found.shape[:2])))


def animated(frames: Iterable[Image.Image]) -> bytes:
    """A GIF that stands for two seconds at its end."""
    return gif([frame.quantize(64) for frame in frames], GIF_MILLISECONDS)


def stops(frames: int) -> np.ndarray:
    """The frames that an animation shows, denser at the start, where a chain moves fastest."""
    return np.unique((np.linspace(0, 1, min(frames, GIF_FRAMES)) ** 1.5 * (frames - 1)).round().astype(int))


def table(names: list[str], rows: Iterable[Iterable]) -> str:
    """CSV."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(names)
    writer.writerows(rows)
    return buffer.getvalue()


def chains(trace: EnergyChainTrace, step: int | None = None) -> Files:
    """Files of chains: the pictures at a step (by default the last), all of them moving, every number."""
    frame = len(trace.kept) - 1 if step is None else trace.frame(step)
    columns = columns_for(trace.pictures.shape[1])
    return {
        "PNG": ("png", lambda: png(sheet(trace.pictures[frame], columns))),
        "denoised PNG": ("png", lambda: png(sheet(trace.denoised(frame), columns))),
        "GIF": (
            "gif",
            lambda: animated(sheet(trace.pictures[f], columns, GIF_PIXELS) for f in stops(len(trace.kept))),
        ),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: chains_csv(trace)),
    }


def chains_csv(trace: EnergyChainTrace) -> str:
    """One row per chain and step; what a kernel that never rejects has not is left empty."""
    names = ["chain", "step", "energy_nats", "proposal_energy_nats", "log_ratio", "uniform", "accepted"]

    def rows() -> Iterable[list]:
        for chain, step in np.ndindex(trace.energies.shape):
            here = [chain + 1, step, trace.energies[chain, step]]
            if trace.accepted.size and step:
                at = (chain, step - 1)
                here += [trace.proposal_energies[at], trace.log_ratio[at], trace.uniform[at], int(trace.accepted[at])]
            yield here + [""] * (len(names) - len(here))

    return table(names, rows())


def denoising(trace: DenoiseTrace, step: int | None = None) -> Files:
    """Files of a denoising: original, corrupted and the three ways at a step, moving, and every number."""

    def row(frame: int) -> np.ndarray:
        return np.concatenate([[trace.clean, trace.corrupted], trace.pictures[frame].astype(np.float32)])

    last = trace.energies.shape[1] - 1
    across = 2 + len(trace.methods)
    return {
        "PNG": ("png", lambda: png(sheet(row(last if step is None else step), across, 1_160))),
        "GIF": ("gif", lambda: animated(sheet(row(f), across, 725) for f in stops(last + 1))),
        "npz": ("npz", trace.to_bytes),
        "CSV": (
            "csv",
            lambda: table(
                ["method", "step", "energy_nats", "rmse"],
                (
                    [trace.methods[m], s, trace.energies[m, s], trace.rmse[m, s]]
                    for m, s in np.ndindex(trace.energies.shape)
                ),
            ),
        ),
    }


def anomaly(trace: AnomalyTrace, reference: np.ndarray | None) -> Files:
    """Files of an anomaly: the versions side by side, and their energies with their ranks."""
    ranks = [None if reference is None else float((reference < e).mean()) for e in trace.energies]
    rows = [[*row] for row in zip(trace.versions, trace.energies, ranks, strict=True)]
    return {
        "PNG": ("png", lambda: png(sheet(trace.pictures, len(trace.versions), 1_160))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(["version", "energy_nats", "share_of_real_digits_below"], rows)),
    }


def ratio(trace: RatioTrace, moves: list[tuple[str, float]]) -> Files:
    """Files of a ratio: both pictures, what each pixel would change, and the chain of moves."""
    pixels = ([*divmod(i, trace.shape[1]), flip] for i, flip in enumerate(trace.flips.ravel()))
    return {
        "PNG": ("png", lambda: png(sheet(trace.pictures, 2))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(["row", "column", "log_ratio_if_flipped_nats"], pixels)),
        "moves CSV": ("csv", lambda: table(["move", "log_ratio_nats"], moves)),
    }
