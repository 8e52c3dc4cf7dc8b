"""Small worlds: distributions over binary images of 2×2 to 4×4 pixels, small enough that every state is enumerated.

A world of n pixels has 2ⁿ states, so a model's whole distribution can be set beside the truth: its total probability,
its Kullback–Leibler divergence, each state's own probability. State number s is the image whose pixels in raster order
are the binary digits of s, the first pixel the highest.

1. MacKay (2003). Information Theory, Inference, and Learning Algorithms. Chapter 43 (bars and stripes), section 2.6
   (relative entropy and Gibbs' inequality).
2. Minsky, Papert (1969). Perceptrons. Chapter 3 (parity needs every pixel at once).
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .errors import InvalidInput

SIDES = (2, 4)  # pixels, lowest and highest height or width
MOST_PATTERNS = 64


@dataclass(frozen=True)
class World:
    """A distribution over all 2ⁿ images of n = H·W pixels.

    name: which one. shape: (H, W). probabilities: (2ⁿ,) float64, by state number, sum 1; read-only.
    """

    name: str
    shape: tuple[int, int]
    probabilities: np.ndarray

    def __post_init__(self) -> None:
        self.probabilities.flags.writeable = False

    @property
    def states(self) -> np.ndarray:
        """(2ⁿ, H, W) uint8: every image, by state number."""
        return all_states(self.shape)

    @property
    def support(self) -> np.ndarray:
        """(K,) the numbers of the states that can happen."""
        return np.flatnonzero(self.probabilities)

    @property
    def entropy(self) -> float:
        """−Σ p log p, nats: no model can have a lower expected negative log-likelihood."""
        p = self.probabilities[self.support]
        return float(-(p * np.log(p)).sum())


def check_shape(shape: tuple[int, int]) -> None:
    """Refuse a shape whose states are not enumerated. InvalidInput names the side and what is allowed."""
    for name, side in zip(("height", "width"), shape, strict=True):
        if not SIDES[0] <= side <= SIDES[1]:
            raise InvalidInput(
                f"{name}={side} is not allowed: a small world has {SIDES[0]} to {SIDES[1]} pixels a side"
            )


def all_states(shape: tuple[int, int]) -> np.ndarray:
    """(2ⁿ, H, W) uint8: every binary image of a shape, in the order of their numbers."""
    check_shape(shape)
    pixels = shape[0] * shape[1]
    shifts = np.arange(pixels - 1, -1, -1, dtype=np.uint32)
    return ((np.arange(2**pixels, dtype=np.uint32)[:, None] >> shifts) & 1).astype(np.uint8).reshape(-1, *shape)


def numbers(images: np.ndarray) -> np.ndarray:
    """(N, H, W) of 0/1 → (N,) int64, the number of each image's state."""
    flat = images.reshape(len(images), -1).astype(np.int64)
    return flat @ (1 << np.arange(flat.shape[1] - 1, -1, -1))


def _counted(name: str, shape: tuple[int, int], images: np.ndarray) -> World:
    """The world in which each of the images (N, H, W) has the same share; one that is there twice has two."""
    counts = np.bincount(numbers(images), minlength=2 ** (shape[0] * shape[1]))
    return World(name, shape, counts / len(images))


# --- The worlds ------------------------------------------------------------------------------------------------------


def bars_and_stripes(shape: tuple[int, int]) -> World:
    """A coin picks rows or columns; then each row (or column) is all 1 or all 0 by a coin of its own (MacKay 2003).

    2ʰ + 2ʷ − 2 different images; the empty and the full one come from both sides, and so have more probability.
    """
    check_shape(shape)
    height, width = shape
    rows = (np.arange(2**height)[:, None] >> np.arange(height)) & 1
    columns = (np.arange(2**width)[:, None] >> np.arange(width)) & 1
    bars = numbers(np.broadcast_to(rows[:, :, None], (len(rows), *shape)))
    stripes = numbers(np.broadcast_to(columns[:, None, :], (len(columns), *shape)))
    probabilities = np.bincount(bars, minlength=2 ** (height * width)) / (2 * len(bars))
    probabilities += np.bincount(stripes, minlength=2 ** (height * width)) / (2 * len(stripes))
    return World("bars-and-stripes", shape, probabilities)


def one_bar(shape: tuple[int, int]) -> World:
    """Exactly one row or one column is 1: H + W images, all equally probable."""
    check_shape(shape)
    images = np.zeros((sum(shape), *shape), np.uint8)
    for row in range(shape[0]):
        images[row, row] = 1
    for column in range(shape[1]):
        images[shape[0] + column, :, column] = 1
    return _counted("one-bar", shape, images)


def parity(shape: tuple[int, int]) -> World:
    """Every image with an even number of 1s, 2ⁿ⁻¹ of them, all equally probable: any n − 1 pixels are fair coins."""
    states = all_states(shape)
    return _counted("parity", shape, states[states.sum((1, 2)) % 2 == 0])


def checkerboard(shape: tuple[int, int]) -> World:
    """The two chessboards, equally probable: one coin, and after it every pixel is certain."""
    check_shape(shape)
    board = (np.indices(shape).sum(0) % 2).astype(np.uint8)
    return _counted("checkerboard", shape, np.stack([board, 1 - board]))


def example(shape: tuple[int, int]) -> np.ndarray:
    """(3, H, W) uint8: what a drawn world begins with, a diagonal, a frame and a corner."""
    check_shape(shape)
    rows, columns = np.indices(shape)
    diagonal, corner = rows == columns, (rows == 0) | (columns == 0)
    frame = corner | (rows == shape[0] - 1) | (columns == shape[1] - 1)
    return np.stack([diagonal, frame, corner]).astype(np.uint8)


def drawn(patterns: np.ndarray) -> World:
    """The images (N, H, W) of 0/1 that somebody drew, each with share 1/N; drawn twice, an image has twice as much.

    InvalidInput where there is none, there are more than 64, or they are no binary images.
    """
    if patterns.ndim != 3 or not 1 <= len(patterns) <= MOST_PATTERNS:
        raise InvalidInput(f"patterns: {len(patterns)} of them; a drawn world has 1 to {MOST_PATTERNS}")
    check_shape(patterns.shape[1:])
    if not np.isin(patterns, (0, 1)).all():
        raise InvalidInput("patterns hold values other than 0 and 1")
    return _counted("drawn", tuple(patterns.shape[1:]), patterns)


WORLDS: dict[str, Callable[[tuple[int, int]], World]] = {
    "bars-and-stripes": bars_and_stripes,
    "one-bar": one_bar,
    "parity": parity,
    "checkerboard": checkerboard,
}
NAMES = (*WORLDS, "drawn")


def world(name: str, shape: tuple[int, int], patterns: str = "") -> World:
    """The world of that name; `patterns`, packed by `pack_patterns`, are those of the drawn one.

    InvalidInput for an unknown name, a shape that is not allowed, or patterns that cannot be read.
    """
    if name == "drawn":
        return drawn(unpack_patterns(patterns, shape))
    if name not in WORLDS:
        raise InvalidInput(f"world={name[:40]!r} is not allowed: known are {', '.join(NAMES)}")
    return WORLDS[name](shape)


# --- Drawn patterns as text ------------------------------------------------------------------------------------------


def pack_patterns(patterns: Sequence[np.ndarray] | np.ndarray) -> str:
    """Images (N, H, W) of 0/1 as URL-safe text: their number, a dot, and their bits in base64; "" for none."""
    if not len(patterns):
        return ""
    bits = np.packbits(np.asarray(patterns, np.uint8).ravel())
    return f"{len(patterns)}.{base64.urlsafe_b64encode(bits.tobytes()).rstrip(b'=').decode()}"


def unpack_patterns(text: str, shape: tuple[int, int]) -> np.ndarray:
    """The reverse of `pack_patterns`: (N, H, W) uint8. InvalidInput where the text is not that of such images."""
    check_shape(shape)
    count, dot, packed = text.partition(".")
    if not text:
        raise InvalidInput("patterns: none are drawn; a drawn world needs at least one")
    if not dot or not (count.isascii() and count.isdecimal()) or not 1 <= int(count[:4]) <= MOST_PATTERNS:
        raise InvalidInput(f"patterns={text[:20]!r} is not allowed: 1 to {MOST_PATTERNS} images, packed as COUNT.BITS")
    try:
        raw = base64.b64decode(packed.encode("ascii") + b"=" * (-len(packed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput(f"patterns={text[:20]!r} is not allowed: its bits are not base64 ({error})") from error
    bits = int(count) * shape[0] * shape[1]
    if len(raw) != -(-bits // 8):
        raise InvalidInput(
            f"patterns={text[:20]!r} is not allowed: {count} images of {shape[0]}×{shape[1]} pixels take "
            f"{-(-bits // 8)} bytes, it holds {len(raw)}"
        )
    return np.unpackbits(np.frombuffer(raw, np.uint8), count=bits).reshape(int(count), *shape)


# --- A model beside the truth; log_q: (2ⁿ,) nats, the model's log-probability of every state -------------------------


def total_probability(log_q: np.ndarray) -> float:
    """Σ q over all states: 1 for a model that is a distribution."""
    return float(np.exp(log_q.astype(np.float64)).sum())


def expected_nll(truth: World, log_q: np.ndarray) -> float:
    """−Σ p log q, nats: the exact expectation of what a data set's mean negative log-likelihood estimates."""
    possible = truth.support
    return float(-(truth.probabilities[possible] * log_q[possible].astype(np.float64)).sum())


def kl_divergence(truth: World, log_q: np.ndarray) -> float:
    """KL(p ‖ q) = Σ p log(p / q) in nats: the expected NLL above the entropy; 0 only where q is p (Gibbs)."""
    return expected_nll(truth, log_q) - truth.entropy


def forbidden_mass(truth: World, log_q: np.ndarray) -> float:
    """Σ q over the states that cannot happen in the world."""
    return float(np.exp(log_q[truth.probabilities == 0].astype(np.float64)).sum())
