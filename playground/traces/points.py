"""Points drawn in the plane as a link carries them: one byte for each coordinate, from −2 to 2."""

import base64
import binascii

import numpy as np

from ..errors import InvalidInput

FEWEST_POINTS, MOST_POINTS = 8, 400  # drawn ones that are learnt from
PLANE_EDGE = 2.0  # the drawing plane reaches from −2 to 2 along both axes
MAX_TEXT = 1_100  # characters that MOST_POINTS take, and a little


def pack_points(points: np.ndarray) -> str:
    """(n, 2) points as URL-safe text: uint8 steps 0 … 255 as they are, coordinates rounded to the nearest step."""
    if points.dtype != np.uint8:
        points = np.rint((points.astype(np.float64) / PLANE_EDGE + 1) * 127.5).clip(0, 255).astype(np.uint8)
    return base64.urlsafe_b64encode(points.tobytes()).rstrip(b"=").decode()


def point_bytes(text: str, name: str = "points") -> np.ndarray:
    """(n, 2) uint8, the packed coordinates 0 … 255. InvalidInput says what is wrong with the text."""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput(f"{name}={text[:20]!r}… is not a packed set of points ({error})") from error
    if len(raw) % 2:
        raise InvalidInput(f"{name} holds {len(raw)} bytes: each point takes two")
    if len(raw) > 2 * MOST_POINTS:
        raise InvalidInput(f"{name} holds {len(raw) // 2} points: at most {MOST_POINTS} are kept")
    return np.frombuffer(raw, np.uint8).reshape(-1, 2)


def unpack_points(text: str, name: str = "points") -> np.ndarray:
    """The reverse of `pack_points`: (n, 2) float32. InvalidInput as `point_bytes`."""
    return ((point_bytes(text, name) / 127.5 - 1) * PLANE_EDGE).astype(np.float32)


def example_points() -> np.ndarray:
    """A face, (n, 2) uint8: two eyes and a mouth, so that most conditionals have several hills."""
    random = np.random.default_rng(5)
    eyes = random.normal(0, 0.13, (70, 2)) + np.where(random.random((70, 1)) < 0.5, [[-0.8, 0.7]], [[0.8, 0.7]])
    angle = random.uniform(1.12 * np.pi, 1.88 * np.pi, 110)
    mouth = 1.35 * np.stack([np.cos(angle), np.sin(angle)], 1) + random.normal(0, 0.06, (110, 2))
    return point_bytes(pack_points(np.concatenate([eyes, mouth])))
