"""The log-likelihoods of real examples that a checkpoint may carry: reference.npz, read with care."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from ..errors import CheckpointError

REFERENCE = "reference.npz"


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
