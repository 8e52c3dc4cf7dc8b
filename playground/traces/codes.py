"""Points of a latent space as text, for a link: what a link says is what the settings hold."""

import math

import numpy as np

from ..errors import InvalidInput

FARTHEST = 100.0  # of a coordinate: a prior's are within 5 but for one in a million, an autoencoder's codes reach 50
DECIMALS = 3
MAX_CODE = 4096  # characters


def format_code(z: np.ndarray) -> str:
    """(Z,) numbers as text, three decimals each, joined by commas; beyond ±100 they are held there."""
    held = np.clip(np.asarray(z, np.float64), -FARTHEST, FARTHEST)
    return ",".join(f"{value:.{DECIMALS}f}".replace("-0.000", "0.000") for value in held)


def parse_code(text: str, latent: int, name: str = "z") -> np.ndarray:
    """The point (Z,) float32 that a text stands for.

    name: of the argument, for the message. Raises InvalidInput that names it, its value and what is allowed: a wrong
    number of coordinates, something that is no number, nan, an infinity, a coordinate beyond ±100.
    """
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    parts = text.split(",")
    if len(parts) != latent:
        raise InvalidInput(f"{name}={shown!r} has {len(parts)} coordinates: the latent space has {latent}")
    found = []
    for part in parts:
        try:
            value = float(part)
        except ValueError as error:
            raise InvalidInput(f"{name}={shown!r}: {part[:20]!r} is not a number") from error
        if not math.isfinite(value) or abs(value) > FARTHEST:
            raise InvalidInput(f"{name}={shown!r}: {part[:20]!r} is not allowed, coordinates are −100 to 100")
        found.append(value)
    return np.array(found, np.float32)
