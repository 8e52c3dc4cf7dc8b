"""Grids of small pictures, enlarged without blurring."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

INK = np.array([24, 28, 38], np.uint8)
PAPER = np.array([250, 250, 247], np.uint8)
UNWRITTEN = np.array([196, 204, 214], np.uint8)


def shades(pictures: np.ndarray, levels: int, written: np.ndarray | None = None) -> np.ndarray:
    """(…, H, W) levels → (…, H, W, 3) uint8: 0 is paper, levels − 1 ink; where `written` is False, a neutral tone."""
    share = pictures[..., None].astype(np.float32) / (levels - 1)
    colours = np.rint(PAPER + share * (INK.astype(np.float32) - PAPER)).astype(np.uint8)
    return colours if written is None else np.where(written[..., None], colours, UNWRITTEN)


def tile(pictures: np.ndarray, columns: int, gap: int = 1, background: int = 255) -> np.ndarray:
    """(N, H, W, 3) → one picture (rows·H + gaps, columns·W + gaps, 3), row by row."""
    count, height, width, _ = pictures.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), background, np.uint8)
    for n, picture in enumerate(pictures):
        top, left = n // columns * (height + gap), n % columns * (width + gap)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def columns_for(count: int) -> int:
    """The number of columns that makes a near-square grid."""
    return int(np.ceil(np.sqrt(count)))


def enlarge(picture: np.ndarray, scale: int) -> Image.Image:
    """Nearest-neighbour enlargement by a whole factor."""
    return Image.fromarray(np.kron(picture, np.ones((scale, scale, 1), np.uint8)))


def enlarged_sheet(pictures: np.ndarray, levels: int, pixels: int = 800) -> Image.Image:
    """(N, H, W) levels → a near-square grid, enlarged by a whole factor to at most about `pixels` pixels.

    Examples of one pixel's height, rows of a table, stand one below the other.
    """
    sheet = tile(shades(pictures, levels), 1 if pictures.shape[1] == 1 else columns_for(len(pictures)))
    return enlarge(sheet, max(1, pixels // max(sheet.shape)))


def png(image: Image.Image) -> bytes:
    """The picture as PNG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def gif(frames: Sequence[Image.Image], milliseconds: int, last: int = 2000) -> bytes:
    """The pictures, one after another and again, as GIF bytes; the last one stands for `last` milliseconds."""
    buffer = io.BytesIO()
    durations = [milliseconds] * (len(frames) - 1) + [last]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0)
    return buffer.getvalue()


def stops(steps: int, most: int) -> np.ndarray:
    """0, at most `most` steps evenly spread after it, the last of them `steps`: what an animation shows."""
    return np.unique(np.linspace(0, steps, min(steps, most) + 1).round().astype(int))


def card(sheet: np.ndarray, pixels: int = 464) -> np.ndarray:
    """A grid enlarged by a whole factor to about `pixels` pixels, (H, W, 3) uint8."""
    return np.asarray(enlarge(sheet, max(1, pixels // sheet.shape[1])))
