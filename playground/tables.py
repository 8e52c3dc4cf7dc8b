"""Binary tables: an `.npz` with arrays `train`, `valid` and `test` of 0/1 rows, checked, and freed of its row order.

What is read depends on the rows of a split as a bag: they are sorted, then shuffled by a fixed permutation, so that the
same rows in another order give the same training and the same figures to the last digit.
"""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from .errors import DataError

SPLITS = ("train", "valid", "test")
COLUMNS = (1, 4096)


def binary_table(path: Path, shape: tuple[int, int] | None = None, test: bool = False) -> dict[str, np.ndarray]:
    """The splits of a table, each (N, H, W) uint8 0/1, in an order that does not depend on that of the file.

    shape: (height, width) that every row must have, as height·width columns or as a picture; None takes the columns of
    `train`, one pixel high. test: whether the test split must have rows.
    Raises DataError that names file, array and value.
    """
    arrays = _arrays(path)
    for name, rows in arrays.items():
        _check_kind(path, name, rows)
    height, width = shape or (1, _width(path, arrays["train"]))
    for name, rows in arrays.items():
        fits = rows.shape[1:] in ((height * width,), (height, width)) if shape else rows.shape[1:] == (width,)
        if not fits:
            beside = "" if shape or name == "train" else ", as train has"
            raise DataError(f"{path}: {name} has shape {rows.shape}, expected (N, {height * width}){beside}")
        if len(rows) == 0 and (test or name != "test"):
            raise DataError(f"{path}: {name} has 0 rows; it needs at least one")
        _check_values(path, name, rows)
    return {name: _canonical(rows.reshape(len(rows), height, width)) for name, rows in arrays.items()}


def _arrays(path: Path) -> dict[str, np.ndarray]:
    try:
        archive = np.load(path, allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise DataError(f"{path}: a single array, not an .npz; it needs arrays train, valid and test of 0/1 rows")
        with archive:
            if missing := [name for name in SPLITS if name not in archive]:
                raise DataError(f"{path}: no array {', '.join(missing)}; it needs train, valid and test of 0/1 rows")
            return {name: _array(path, archive, name) for name in SPLITS}
    except (OSError, ValueError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(f"{path}: truncated, corrupt or not an .npz ({error}); make it again") from error


def _array(path: Path, archive: np.lib.npyio.NpzFile, name: str) -> np.ndarray:
    try:
        found = archive[name]
    except ValueError as error:
        if "Object arrays" not in str(error):
            raise
        raise DataError(f"{path}: {name} holds Python objects; save it as numbers, (N, columns) of 0 and 1") from error
    if not isinstance(found, np.ndarray):  # a member that is no .npy file comes back as bytes
        raise DataError(f"{path}: {name} is no array; make the file with numpy.savez")
    return found


def _check_kind(path: Path, name: str, rows: np.ndarray) -> None:
    if rows.dtype.kind not in "buif":
        raise DataError(f"{path}: {name} is of type {rows.dtype}, not numbers; a table holds only 0 and 1")


def _width(path: Path, train: np.ndarray) -> int:
    low, high = COLUMNS
    if train.ndim != 2:
        raise DataError(f"{path}: train has shape {train.shape}, a table is (N, columns)")
    if not low <= train.shape[1] <= high:
        raise DataError(f"{path}: train has {train.shape[1]} columns, allowed are {low} to {high}")
    return train.shape[1]


def _check_values(path: Path, name: str, rows: np.ndarray) -> None:
    wrong = (rows != 0) & (rows != 1)  # a NaN differs from both
    if wrong.any():
        place = tuple(int(i) for i in np.unravel_index(int(wrong.argmax()), rows.shape))
        raise DataError(
            f"{path}: {name}[{', '.join(map(str, place))}] is {rows[place]}; a table holds only 0 and 1 "
            f"({int(wrong.sum()):,} of {rows.size:,} values are neither)"
        )


def _canonical(rows: np.ndarray) -> np.ndarray:
    """(N, H, W) 0/1 in an order of their own: sorted, then shuffled once, so that the first rows are a fair sample."""
    rows = rows.astype(np.uint8)
    if len(rows) == 0:
        return rows
    packed = np.packbits(rows.reshape(len(rows), -1), axis=1)  # (N, bytes): eight columns at a time
    ranked = packed.view(f"S{packed.shape[1]}").ravel().argsort()
    return rows[ranked[np.random.default_rng(0).permutation(len(rows))]]
