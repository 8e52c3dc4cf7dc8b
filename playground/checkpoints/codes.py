"""The codes of real examples that a checkpoint with a latent space carries, without any image.

codes.npz: `mean` (N, Z), `labels` (N,) uint8 and, of a variational encoder, `deviation` (N, Z), σ; float16 in the file.
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import CheckpointError

CODES = "codes.npz"


@dataclass(frozen=True)
class Codes:
    """mean: (N, Z) float32, the codes of N validation digits, of a variational encoder their posteriors' means.
    deviation: (N, Z) float32, the posteriors' σ, or None. labels: (N,) uint8, the digits' classes, 0 … 9."""

    mean: np.ndarray
    deviation: np.ndarray | None
    labels: np.ndarray


def read_codes(folder: Path) -> Codes | None:
    """The codes in a checkpoint's folder, or None where the file is not there.

    Raises CheckpointError that names a file that cannot be read or whose arrays do not fit one another.
    """
    path = folder / CODES
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            mean, labels = archive["mean"].astype(np.float32), archive["labels"]
            deviation = archive["deviation"].astype(np.float32) if "deviation" in archive else None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CheckpointError(f"{path}: damaged, it holds no readable codes ({error}); restore it") from error
    fits = mean.ndim == 2 and mean.size > 0 and labels.shape == mean.shape[:1] and labels.dtype == np.uint8
    fits = fits and labels.max() <= 9 and np.isfinite(mean).all()
    if fits and deviation is not None:
        fits = deviation.shape == mean.shape and np.isfinite(deviation).all() and bool((deviation > 0).all())
    if not fits:
        raise CheckpointError(f"{path}: its arrays are no codes (N, Z) with classes 0 … 9 (N,); restore the file")
    for array in (mean, deviation, labels):
        if array is not None:
            array.flags.writeable = False
    return Codes(mean, deviation, labels)


def save_codes(folder: Path, codes: Codes) -> None:
    """Write codes into a checkpoint's folder, float16."""
    arrays = {"mean": codes.mean.astype(np.float16), "labels": codes.labels.astype(np.uint8)}
    if codes.deviation is not None:  # never 0 in half precision
        arrays["deviation"] = np.maximum(codes.deviation.astype(np.float16), np.finfo(np.float16).tiny)
    partial = folder / f"partial-{CODES}"
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)
    partial.replace(folder / CODES)
