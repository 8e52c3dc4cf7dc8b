"""Points drawn in the plane as a link carries them: one byte for each coordinate, from −2 to 2."""

import base64
import binascii

import numpy as np

from ..errors import InvalidInput

MOST_POINTS = 400
PLANE_EDGE = 2.0  # the drawing plane reaches from −2 to 2 along both axes
MAX_TEXT = 1_100  # characters that MOST_POINTS take, and a little


def pack_points(points: np.ndarray) -> str:
    """(n, 2) coordinates from −2 to 2 as URL-safe text, each rounded to one of 256 values."""
    steps = np.rint((np.asarray(points, np.float64) / PLANE_EDGE + 1) * 127.5).clip(0, 255).astype(np.uint8)
    return base64.urlsafe_b64encode(steps.tobytes()).rstrip(b"=").decode()


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
