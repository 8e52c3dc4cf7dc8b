"""The log-likelihoods of real examples that a checkpoint may carry: reference.npz, without any image.

A clone of the project has no data; with these numbers the Surprise page can still rank a drawing among real digits.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from ..errors import CheckpointError

REFERENCE = "reference.npz"
EXAMPLES = 2_000  # kept; more would not move a rank by a visible amount


def read_reference(folder: Path) -> np.ndarray | None:
    """−log p of real validation examples, (N,) float32 nats; None where the file is not there.

    Raises CheckpointError that names a file that cannot be read or does not hold `nll_nats`.
    """
    path = folder / REFERENCE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            nats = archive["nll_nats"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CheckpointError(f"{path}: damaged, it holds no readable `nll_nats` ({error}); restore it") from error
    if nats.ndim != 1 or nats.size == 0 or nats.dtype != np.float32 or not np.isfinite(nats).all():
        raise CheckpointError(f"{path}: `nll_nats` must be finite float32 numbers, (N,); restore the file")
    return nats


def save_reference(folder: Path, nll_nats: np.ndarray) -> None:
    """Write −log p (nats) of the first 2,000 of (N,) real examples into a checkpoint's folder."""
    partial = folder / f"partial-{REFERENCE}"
    with partial.open("wb") as file:
        np.savez_compressed(file, nll_nats=nll_nats[:EXAMPLES].astype(np.float32))
    partial.replace(folder / REFERENCE)
