"""Files that a visitor might upload by mistake: name → bytes. Some are refused, some are read as documented."""

import io

import numpy as np
from PIL import Image


def _saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _stroke(row: int, column: int, height: int, width: int) -> np.ndarray:
    """(40, 40) uint8, white with one black bar."""
    picture = np.full((40, 40), 255, np.uint8)
    picture[row : row + height, column : column + width] = 0
    return picture


UPRIGHT, FLAT = Image.fromarray(_stroke(8, 18, 24, 5)), Image.fromarray(_stroke(18, 8, 5, 24))
CLEAR = np.dstack([np.zeros((40, 40, 3), np.uint8), 255 - _stroke(8, 18, 24, 5)])  # black ink on nothing

# name → (bytes, what the page says)
REFUSED = {
    "empty.png": (b"", "The file is empty"),
    "text.png": (b"not a picture\n" * 20, "The file is not a picture"),
    "60-megapixels.png": (_saved(Image.new("1", (10_000, 6_000), 1)), "The picture has 60 megapixels"),
    "cut-short.png": (_saved(Image.fromarray(np.arange(6400, dtype=np.uint8).reshape(80, 80)))[:80], "damaged"),
    "blank.png": (_saved(Image.new("RGBA", (30, 30), (0, 0, 0, 0))), "shows no ink"),
}
# All three show the same upright bar: an animation's first frame, black on transparent, black on white.
READ = {
    "animated.gif": _saved(UPRIGHT, "GIF", save_all=True, append_images=[FLAT], duration=100, loop=0),
    "transparent.png": _saved(Image.fromarray(CLEAR)),
    "plain.png": _saved(UPRIGHT),
}
