"""Data sets: MNIST (an IDX folder, or the Hub's ylecun/mnist), the 8×8 digits of scikit-learn, tables of 0/1 rows,
points in the plane.

Everything is returned as a `Dataset` of arrays in three splits, uint8, or float32 for points. Files that are missing,
truncated or not what their name says raise `DataError` with the file and the remedy.
"""

import gzip
import io
import os
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .densities import PLANE
from .errors import DataError, HubError
from .hub import fetch
from .phrases import encoded, pairs
from .tables import binary_table
from .texts import SHAKESPEARE, load_text

HUB_MNIST = "ylecun/mnist"
HUB_MNIST_REVISION = "77f3279092a1c1579b2250db8eafed0ad422088c"
HUB_SECONDS = 600.0  # for 15 MB on a slow line
MNIST_TRAIN_ROWS = 50_000  # rows 0 … 49,999 train, the remaining 10,000 are the validation split
DEQUANTIZATION = "uniform dequantization"
GREY = "grey values"
GREYS = {"mnist-grey": "mnist"}  # data sets of real numbers 0 … 1: the grey values of another one
DEQUANTIZED_LEVELS = {"digits-dequantized": 16}  # data sets of real numbers whose whole part is a grey level
PHRASES = 200_000
PLANE_ROWS = (50_000, 2_000, 2_000)  # train, valid, test
IMAGES_MAGIC, LABELS_MAGIC = 0x00000803, 0x00000801


@dataclass(frozen=True)
class Dataset:
    """Images in three splits.

    train, valid: (N, H, W) uint8, values 0 … peak. test: the same, or None where it was not asked for or is not there.
    labels: class of every train image then every valid image, (N,) uint8, or None.
    binarization: how figures on it are made: "dynamic" (Bernoulli of the grey value, drawn once for a figure),
    "none" (values are levels, or real numbers, as they are), "uniform dequantization" (a real number: the level plus a
    uniform one in [0, 1), drawn once for a figure), "grey values" (the level / peak, a real number in [0, 1]).
    """

    name: str
    train: np.ndarray
    valid: np.ndarray
    test: np.ndarray | None
    labels: np.ndarray | None
    peak: int
    binarization: str

    def split(self, name: str) -> np.ndarray:
        """The split called "train", "validation" or "test"; DataError where it is not there."""
        rows = {"train": self.train, "validation": self.valid, "test": self.test}
        if name not in rows:
            raise DataError(f"split={name!r}: allowed are {', '.join(rows)}")
        if rows[name] is None:
            raise DataError(f"{self.name} has no {name} split here: pass --data with the files that hold it")
        return rows[name]


def binarize(images: np.ndarray, peak: int = 255, seed: int = 0) -> np.ndarray:
    """One fixed draw of the dynamic binarization, for figures: 1 with probability value / peak, uint8 0/1.

    The draw is NumPy's `default_rng(seed)`, one uniform number per pixel in row-major order.
    """
    return (np.random.default_rng(seed).random(images.shape) < images / peak).astype(np.uint8)


def dequantize(images: np.ndarray, seed: int = 0) -> np.ndarray:
    """One fixed draw of the dequantisation, for figures: value + u, u uniform in [0, 1), float32, in grey levels.

    The mean of −log of a density over u is at least −log of the level's probability, the density's integral over the
    level's unit cube (Theis, van den Oord, Bethge 2016, section 3.1). The draw is NumPy's `default_rng(seed)`.
    """
    noise = np.random.default_rng(seed).random(images.shape, np.float32)
    return np.minimum(images + noise, np.nextafter(images + np.float32(1), np.float32(0)))  # the sum may round up


def for_figures(images: np.ndarray, dataset: Dataset) -> np.ndarray:
    """Rows of a data set as figures are measured on: its binarization or dequantisation, drawn once."""
    if dataset.binarization == "dynamic":
        return binarize(images, dataset.peak)
    if dataset.binarization == GREY:
        return images.astype(np.float32) / dataset.peak
    return dequantize(images) if dataset.binarization == DEQUANTIZATION else images


# --- IDX files -------------------------------------------------------------------------------------------------------


def read_idx(path: Path) -> np.ndarray:
    """An IDX file (gzip or plain) of unsigned bytes: images (N, H, W) or labels (N,). DataError names what is wrong."""
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{path}: truncated or corrupt gzip file ({error}); fetch it again") from error
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    if len(raw) < 8:
        raise DataError(f"{path}: {len(raw)} bytes is too short for an IDX file; fetch it again")
    magic = int.from_bytes(raw[:4], "big")
    if magic not in (IMAGES_MAGIC, LABELS_MAGIC):
        raise DataError(f"{path}: starts with {magic:#010x}, not with an IDX magic number; it is another kind of file")
    dims = 3 if magic == IMAGES_MAGIC else 1
    header = 4 + 4 * dims
    shape = tuple(int.from_bytes(raw[4 + 4 * d : 8 + 4 * d], "big") for d in range(dims))
    expected = int(np.prod(shape, dtype=np.int64))
    if len(raw) - header != expected:
        raise DataError(
            f"{path}: the header promises {shape} = {expected} bytes, {len(raw) - header} follow; "
            "the file is truncated or damaged, fetch it again"
        )
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _idx_file(folder: Path, stem: str) -> Path:
    for name in (f"{stem}.gz", stem, stem.replace("-idx", ".idx") + ".gz", stem.replace("-idx", ".idx")):
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"{folder}: no {stem} or {stem}.gz in it; pass --data a folder with MNIST's IDX files")


def _mnist_pair(folder: Path, prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 28, 28) and labels (N,) of one IDX pair, checked against each other."""
    image_file = _idx_file(folder, f"{prefix}-images-idx3-ubyte")
    label_file = _idx_file(folder, f"{prefix}-labels-idx1-ubyte")
    images, labels = read_idx(image_file), read_idx(label_file)
    if images.ndim != 3 or images.shape[1:] != (28, 28):
        raise DataError(f"{image_file}: holds an array of shape {images.shape}, images are (N, 28, 28)")
    if labels.ndim != 1:
        raise DataError(f"{label_file}: holds images, not labels; the two files look swapped or mislabelled")
    if len(images) != len(labels):
        raise DataError(f"{label_file}: {len(labels)} labels for {len(images)} images in {image_file.name}")
    if labels.size and labels.max() > 9:
        raise DataError(f"{label_file}: label {labels.max()} found, digits are 0 to 9")
    return images, labels


def mnist_from_folder(folder: Path, test: bool = False) -> Dataset:
    """MNIST from a folder of IDX files; with `test`, the t10k files are read too and must be there."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; pass --data a folder with MNIST's IDX files")
    if test and not any(folder.glob("train-*")):
        held_out, _ = _mnist_pair(folder, "t10k")
        empty = np.zeros((0, 28, 28), np.uint8)
        return Dataset("mnist", empty, empty, held_out, None, 255, "dynamic")
    images, labels = _mnist_pair(folder, "train")
    cut = MNIST_TRAIN_ROWS if len(images) == 60_000 else len(images) * 5 // 6
    held_out = _mnist_pair(folder, "t10k")[0] if test else None
    return Dataset("mnist", images[:cut], images[cut:], held_out, labels, 255, "dynamic")


# --- The Hub ---------------------------------------------------------------------------------------------------------


def mnist_from_hub(test: bool = False) -> Dataset:
    """MNIST from the Hub's data set `ylecun/mnist` (parquet with PNG pictures), at a pinned revision."""
    images, labels = _mnist_parquet("train")
    held_out = _mnist_parquet("test")[0] if test else None
    cut = MNIST_TRAIN_ROWS if len(images) == 60_000 else len(images) * 5 // 6
    return Dataset("mnist", images[:cut], images[cut:], held_out, labels, 255, "dynamic")


def _mnist_parquet(split: str) -> tuple[np.ndarray, np.ndarray]:
    filename = f"mnist/{split}-00000-of-00001.parquet"
    revision = os.environ.get("PLAYGROUND_MNIST_REVISION", HUB_MNIST_REVISION)
    try:
        path = fetch(HUB_MNIST, filename, revision, repo_type="dataset", timeout=HUB_SECONDS)
    except HubError as error:
        raise HubError(
            f"MNIST could not be fetched: {error}. Without a network, pass --data a folder with "
            "train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz"
        ) from error
    return read_mnist_parquet(path)


def read_mnist_parquet(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images (N, 28, 28) uint8 and labels (N,) of a parquet file in the layout of ylecun/mnist."""
    import pyarrow
    import pyarrow.parquet
    from PIL import Image, UnidentifiedImageError

    try:
        table = pyarrow.parquet.read_table(path)
        pictures, labels = table.column("image").to_pylist(), table.column("label").to_numpy()
        images = np.stack([np.asarray(Image.open(io.BytesIO(p["bytes"])).convert("L")) for p in pictures])
    except (pyarrow.ArrowException, KeyError, TypeError, ValueError, UnidentifiedImageError, OSError) as error:
        raise DataError(f"{path}: not a parquet file in the layout of {HUB_MNIST} ({error}); fetch it again") from error
    if images.shape[1:] != (28, 28):
        raise DataError(f"{path}: pictures of shape {images.shape[1:]}, MNIST's are 28 × 28")
    return images, labels.astype(np.uint8)


# --- Small sets ------------------------------------------------------------------------------------------------------


def digits() -> Dataset:
    """scikit-learn's 1,797 handwritten digits, 8×8, no download needed.

    Its values 0 … 16 are 17 levels; the two brightest (15 and 16) are merged so that 16 levels, 0 … 15, remain. Rows
    are shuffled once with `default_rng(0)`: 1,400 train, 200 valid, 197 test.
    """
    from sklearn.datasets import load_digits

    source = load_digits()
    rows = np.random.default_rng(0).permutation(len(source.images))
    images = np.minimum(source.images[rows], 15).astype(np.uint8)
    labels = source.target[rows].astype(np.uint8)
    return Dataset("digits", images[:1400], images[1400:1600], images[1600:], labels, 15, "none")


def plane(name: str) -> Dataset:
    """Points of `densities.PLANE`, (N, 1, 2) float32: 50,000 train (seed 0), 2,000 valid (1), 2,000 test (2)."""
    splits = [PLANE[name](count, seed)[:, None] for seed, count in enumerate(PLANE_ROWS)]
    return Dataset(name, *splits, None, 0, "none")


def shakespeare(path: str | Path | None) -> Dataset:
    """Characters, (N,) uint8 places in `texts.SHAKESPEARE`: the first 90 % of a text file and the rest.

    DataError where no file is named, or it is not such a text.
    """
    if path is None:
        raise DataError("a text was not named; pass --data TEXT.txt, for the figures here tinyshakespeare.txt")
    train, valid = load_text(Path(path))
    return Dataset("shakespeare", train, valid, None, None, len(SHAKESPEARE) - 1, "none")


def phrases() -> Dataset:
    """Written-out numbers and dates with their digits, (N, 91) uint8 as `phrases.encoded` says: 200,000 drawn with
    `default_rng(0)` to train on, 2,000 and 2,000 with 1 and 2 from the tenth that is kept apart."""
    splits = [(PHRASES, 0, False), (PHRASES // 100, 1, True), (PHRASES // 100, 2, True)]
    rows = (encoded(pairs(count, np.random.default_rng(seed), apart)) for count, seed, apart in splits)
    return Dataset("phrases", *rows, None, 0, "none")


def load(
    name: str, path: str | Path | None = None, shape: tuple[int, int] | None = (28, 28), test: bool = False
) -> Dataset:
    """The data set `name`: "mnist", "mnist-grey", "digits", "digits-dequantized", "moons", "rings", "spiral", or
    "table", the table of 0/1 rows that `path` names, "shakespeare", the text that it names, or "phrases".

    `path`: an IDX folder or an `.npz` table; None fetches MNIST from the Hub. `shape`: pixels expected in a table, or
    None to take its columns as they are, one pixel high. `test`: whether the test split will be needed.
    """
    if path is not None and Path(path).suffix == ".npz":
        rows = binary_table(Path(path), shape, test)
        return Dataset(Path(path).stem, rows["train"], rows["valid"], rows["test"], None, 1, "none")
    if name == "table":
        what = "a table was not named" if path is None else f"{path}: not a table"
        raise DataError(f"{what}; pass --data TABLE.npz with arrays train, valid and test of 0/1 rows")
    if name == "shakespeare":
        return shakespeare(path)
    if name == "phrases":
        return phrases()
    if name == "digits":
        return digits()
    if name in DEQUANTIZED_LEVELS:
        return replace(digits(), name=name, binarization=DEQUANTIZATION)
    if name in PLANE:
        return plane(name)
    if name in GREYS:
        return replace(load(GREYS[name], path, shape, test), name=name, binarization=GREY)
    if name != "mnist":
        known = ("mnist", *GREYS, "digits", *DEQUANTIZED_LEVELS, *PLANE, "table", "shakespeare", "phrases")
        raise DataError(f"data set {name!r}: known are {', '.join(known)}")
    return mnist_from_folder(Path(path), test) if path is not None else mnist_from_hub(test)
