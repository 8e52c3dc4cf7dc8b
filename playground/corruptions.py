"""What is done to a digit so that it is none: the pictures that an energy should tell from real ones.

Pictures are (N, H, W) float32 grey values 0 … 1. Each kind keeps something: shuffled pixels keep every grey value,
rotated digits every stroke, blurred ones the layout.
"""

from collections.abc import Callable

import numpy as np

BLUR = 2.0  # standard deviation of the blur, pixels


def noise(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Uniform noise in place of each picture."""
    return generator.random(images.shape, np.float32)


def inverted(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """1 − x."""
    return 1 - images


def shuffled(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """The pixels of each picture in an order of their own."""
    return generator.permuted(images.reshape(len(images), -1), axis=1).reshape(images.shape)


def rotated(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Each picture turned by 90° counter-clockwise; of pictures that are not square, the sides change places."""
    return np.ascontiguousarray(np.rot90(images, 1, (1, 2)))


def blurred(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A Gaussian blur of standard deviation BLUR pixels; outside the picture there is nothing."""
    return _blur_axis(_blur_axis(images, 1), 2)


def _blur_axis(images: np.ndarray, axis: int) -> np.ndarray:
    size = images.shape[axis]
    distance = np.arange(size)[:, None] - np.arange(size)
    kernel = np.exp(-0.5 * (distance / BLUR) ** 2)
    whole = np.exp(-0.5 * (np.arange(-4 * size, 4 * size + 1) / BLUR) ** 2).sum()
    return np.moveaxis(np.tensordot(images, kernel / whole, (axis, 0)), -1, axis).astype(np.float32)


CORRUPTIONS: dict[str, Callable[[np.ndarray, np.random.Generator], np.ndarray]] = {
    "noise": noise,
    "inverted": inverted,
    "shuffled": shuffled,
    "rotated": rotated,
    "blurred": blurred,
}


def corrupted(images: np.ndarray, kind: str, seed: int = 0) -> np.ndarray:
    """(N, H, W) float32: the pictures with one of CORRUPTIONS done to them, the draws from `default_rng(seed)`."""
    return CORRUPTIONS[kind](images.astype(np.float32), np.random.default_rng(seed))
