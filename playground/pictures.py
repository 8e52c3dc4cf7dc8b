"""Pictures from outside: read whatever a person uploads as a small grey picture, or refuse it in words.

Everything is settled before pixels are decoded: the size of the file, its kind, the number of its pixels.
"""

import io
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from .errors import InvalidInput

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 40_000_000
PAPER = 255


def read_picture(data: bytes, shape: tuple[int, int], invert: Literal["auto"] | bool = "auto") -> np.ndarray:
    """A picture file as (H, W) uint8, 0 no ink … 255 ink, the whole picture fitted into `shape` without distortion.

    Of an animated GIF the first frame is taken. Transparency is laid on white, the camera's orientation is followed,
    16-bit, palette, grey and CMYK files are brought to grey. invert: "auto" takes the border's median for the
    background, turns a light one dark and stretches the contrast; True and False turn it or leave it.

    Raises InvalidInput in words: an empty file, no picture, a damaged one, more than 25 MB or 40 megapixels.
    """
    if not data:
        raise InvalidInput("The file is empty (0 bytes): choose a PNG, JPEG, GIF, WebP or BMP picture.")
    if len(data) > MAX_BYTES:
        raise InvalidInput(f"The file has {len(data) / 2**20:.0f} MB; pictures up to {MAX_BYTES // 2**20} MB are read.")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InvalidInput(_too_large(image.width * image.height / 1e6))
            grey = _grey(image)
    except Image.DecompressionBombError as error:
        raise InvalidInput(_too_large(None)) from error
    except UnidentifiedImageError as error:
        raise InvalidInput(
            "The file is not a picture, whatever its name says: PNG, JPEG, GIF, WebP and BMP are read."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, ZeroDivisionError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("The picture is damaged or cut short and cannot be read: save it again.") from error
    background = _border_median(grey)
    turned = background > PAPER / 2 if invert == "auto" else invert
    if turned:
        grey, background = PAPER - grey, PAPER - background
    fitted = _fit(grey, shape, background)
    if invert == "auto":
        fitted = _stretch(fitted, background)
    return np.rint(fitted).clip(0, 255).astype(np.uint8)


def centre(picture: np.ndarray, shape: tuple[int, int] = (28, 28)) -> np.ndarray:
    """The ink as MNIST has it: fitted into a box of 20/28 of the side, its centre of mass in the middle of `shape`.

    picture: (h, w) uint8, ink = 255, of any size. Antialiased; the aspect is kept. A picture without ink stays empty.
    LeCun, Bottou, Bengio and Haffner (1998), section III-A.
    """
    rows, columns = np.nonzero(picture > max(32, int(picture.max(initial=0)) // 5))
    result = np.zeros(shape, np.uint8)
    if rows.size == 0:
        return result
    ink = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    box = (shape[0] * 20 // 28, shape[1] * 20 // 28)
    scale = min(box[0] / ink.shape[0], box[1] / ink.shape[1])
    size = tuple(max(1, round(side * scale)) for side in ink.shape)
    small = np.asarray(Image.fromarray(ink).resize(size[::-1], Image.Resampling.LANCZOS))
    weight = small.astype(np.float64)
    corner = []
    for axis in (0, 1):
        mass = weight.sum(1 - axis)
        middle = (mass * np.arange(size[axis])).sum() / max(mass.sum(), 1e-9)
        wanted = round((shape[axis] - 1) / 2 - middle)
        corner.append(min(max(wanted, 0), shape[axis] - size[axis]))  # never cut off
    result[corner[0] : corner[0] + size[0], corner[1] : corner[1] + size[1]] = small
    return result


def to_levels(picture: np.ndarray, levels: int) -> np.ndarray:
    """(H, W) uint8 0 … 255 → levels 0 … levels − 1; with 2 levels, ink from 128 on."""
    return np.floor(picture.astype(np.float32) * (levels / 256)).astype(np.uint8)


def from_levels(picture: np.ndarray, levels: int) -> np.ndarray:
    """Levels 0 … levels − 1 → (H, W) uint8 0 … 255."""
    return np.rint(picture.astype(np.float32) * (255 / (levels - 1))).astype(np.uint8)


def _too_large(megapixels: float | None) -> str:
    count = f"{megapixels:.0f}" if megapixels else "far too many"
    return f"The picture has {count} megapixels; up to {MAX_PIXELS // 1_000_000} are read: make it smaller first."


def _grey(image: Image.Image) -> np.ndarray:
    """The first frame as (h, w) float32, 0 black … 255 white, transparency on white, the right way up."""
    image.seek(0)
    wide = image.mode.startswith("I")
    image = ImageOps.exif_transpose(image)
    if wide:  # 16 bits a pixel
        return np.asarray(image).astype(np.float32) / 257
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.asarray(image.convert("RGB").convert("L")).astype(np.float32)


def _border_median(grey: np.ndarray) -> float:
    return float(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _fit(grey: np.ndarray, shape: tuple[int, int], background: float) -> np.ndarray:
    """Resized without distortion, box-averaged, on the background."""
    scale = min(shape[0] / grey.shape[0], shape[1] / grey.shape[1])
    size = tuple(min(limit, max(1, round(side * scale))) for side, limit in zip(grey.shape, shape, strict=True))
    how = Image.Resampling.BOX if scale <= 1 else Image.Resampling.NEAREST
    small = np.asarray(Image.fromarray(grey).resize(size[::-1], how))
    result = np.full(shape, background, np.float32)
    top, left = (shape[0] - size[0]) // 2, (shape[1] - size[1]) // 2
    result[top : top + size[0], left : left + size[1]] = small
    return result


def _stretch(picture: np.ndarray, background: float) -> np.ndarray:
    """The background to 0 and the darkest ink to 255, unless there is hardly any ink at all."""
    above = (picture - background).clip(0)
    most = float(above.max(initial=0))
    return above * (255 / most) if most >= 24 else np.zeros_like(above)
