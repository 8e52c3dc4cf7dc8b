"""Figures of real examples that a checkpoint may carry, without any image: a clone of the project has no data.

reference.npz: what a model says about each of them, with which a page ranks a drawing among real digits.
orderings.json: the mean over them with 1, 2, 4 … orderings or sets of masks averaged.
"""

import json
import math
import zipfile
import zlib
from pathlib import Path

import numpy as np

from ..errors import CheckpointError

REFERENCE = "reference.npz"
ORDERINGS = "orderings.json"
FIGURES = ("nll_nats", "energy", "bound_nats", "reconstruction_nats", "logit")  # what the one array in it may be
EXAMPLES = 2_000  # kept; more would not move a rank by a visible amount


def read_reference(folder: Path) -> np.ndarray | None:
    """A model's figures of real validation examples, (N,) float32: −log p or, where it is not known, one of FIGURES.

    energy: E, −log p up to log Z. bound_nats: −ELBO. reconstruction_nats: −log p(x|z). logit: of a discriminator.
    None where the file is not there. Raises CheckpointError that names a file that cannot be read or holds none.
    """
    path = folder / REFERENCE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            nats = archive[next((name for name in reversed(FIGURES) if name in archive), FIGURES[0])]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CheckpointError(f"{path}: damaged, it holds no readable `nll_nats` ({error}); restore it") from error
    if nats.ndim != 1 or nats.size == 0 or nats.dtype != np.float32 or not np.isfinite(nats).all():
        raise CheckpointError(f"{path}: `nll_nats` must be finite float32 numbers, (N,); restore the file")
    return nats


def save_reference(folder: Path, nats: np.ndarray, name: str = "nll_nats") -> None:
    """Write the figures of the first 2,000 of (N,) real examples into a checkpoint's folder.

    name: one of FIGURES.
    """
    partial = folder / f"partial-{REFERENCE}"
    with partial.open("wb") as file:
        np.savez_compressed(file, **{name: nats[:EXAMPLES].astype(np.float32)})
    partial.replace(folder / REFERENCE)


def read_orderings(folder: Path) -> dict | None:
    """What `training.orderings.measure_orderings` found for the checkpoint, or None where the file is not there.

    Raises CheckpointError that names a file that is damaged.
    """
    path = folder / ORDERINGS
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        counts, lists = found["counts"], [found["nll_nats"], found["nll_standard_error"]]
        numbers = [*counts, *(n for numbers in lists for n in numbers), *found["members_nll_nats"], found["examples"]]
        whole = all(len(numbers) == len(counts) for numbers in lists) and isinstance(found["split"], str)
        whole = whole and len(counts) > 0 and len(found["members_nll_nats"]) == counts[-1]
        whole = whole and all(isinstance(n, int | float) and math.isfinite(n) for n in numbers)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CheckpointError(f"{path}: damaged ({error}); restore it") from error
    if not whole:
        raise CheckpointError(f"{path}: damaged, its lists do not fit one another; restore it")
    return found


def save_orderings(folder: Path, measured: dict) -> None:
    """Write what `measure_orderings` found into a checkpoint's folder."""
    partial = folder / f"partial-{ORDERINGS}"
    partial.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / ORDERINGS)
