"""Pictures from outside: every good kind is read, every bad one is refused in words."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw

from playground.errors import InvalidInput
from playground.pictures import centre, from_levels, read_picture, to_levels

SIDE = 56


def stroke(ink, background, mode="L", size=(SIDE, SIDE)):
    """A vertical bar left of the middle."""
    image = Image.new(mode, size, background)
    ImageDraw.Draw(image).rectangle([12, 10, 19, 45], fill=ink)
    return image


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def is_the_bar(picture):
    assert picture.dtype == np.uint8
    assert picture.shape == (28, 28)
    assert picture[10:20, 7:9].min() > 200
    assert picture[:, 14:].max() < 40
    return True


def huge_png(width, height):
    """A valid header that promises many pixels, with hardly any data: nothing may be decoded."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", r"The file is empty \(0 bytes\)"),
        (b"This is a text that somebody renamed to digit.png", "not a picture, whatever its name says"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (huge_png(10_000, 6_000), "The picture has 60 megapixels; up to 40 are read"),
        (huge_png(60_000, 60_000), "megapixels; up to 40 are read"),
        (encoded(stroke(0, 255))[:90], "damaged or cut short"),
        (encoded(stroke(0, 255, size=(300, 300)), "JPEG")[:700], "damaged or cut short"),
        (b"\0" * (26 * 2**20), "The file has 26 MB; pictures up to 25 MB are read"),
    ],
    ids=["empty", "text", "svg", "60 megapixels", "bomb", "cut png", "cut jpeg", "heavy"],
)
def test_bad_files_are_refused_in_words(data, words):
    with pytest.raises(InvalidInput, match=words):
        read_picture(data, (28, 28))


def test_dark_on_light_and_light_on_dark_are_the_same():
    one, two = (read_picture(encoded(stroke(*colours)), (28, 28)) for colours in ((0, 255), (255, 0)))
    np.testing.assert_array_equal(one, two)
    assert is_the_bar(one)


def test_invert_can_be_said():
    data = encoded(stroke(255, 0))
    assert read_picture(data, (28, 28), invert=False).mean() < 100
    assert read_picture(data, (28, 28), invert=True).mean() > 155


def test_first_frame_of_an_animated_gif():
    frames = [stroke(0, 255), Image.new("L", (SIDE, SIDE), 255), Image.new("L", (SIDE, SIDE), 0)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    assert Image.open(io.BytesIO(data)).n_frames == 3
    assert is_the_bar(read_picture(data, (28, 28)))


def test_transparency_is_laid_on_white():
    assert is_the_bar(read_picture(encoded(stroke((0, 0, 0, 255), (0, 0, 0, 0), "RGBA")), (28, 28)))
    assert is_the_bar(read_picture(encoded(stroke((0, 255), (0, 0), "LA")), (28, 28)))


def test_the_camera_s_orientation_is_followed():
    turned = stroke(0, 255).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turn clockwise
    assert is_the_bar(read_picture(encoded(turned, "JPEG", exif=exif, quality=95), (28, 28)))


def test_sixteen_bits_palette_and_cmyk():
    wide = np.asarray(stroke(0, 255)).astype(np.uint16) * 257
    assert is_the_bar(read_picture(encoded(Image.fromarray(wide)), (28, 28)))
    assert is_the_bar(read_picture(encoded(stroke(0, 255).convert("P")), (28, 28)))
    assert is_the_bar(read_picture(encoded(stroke(0, 255).convert("1")), (28, 28)))
    assert is_the_bar(read_picture(encoded(stroke((0, 0, 0, 255), (0, 0, 0, 0), "CMYK"), "JPEG", quality=95), (28, 28)))


def test_a_photograph_s_grey_paper_becomes_background():
    picture = read_picture(encoded(stroke(60, 190)), (28, 28))
    assert picture[10:20, 7:9].min() > 200
    assert picture[:, 14:].max() == 0


def test_an_even_picture_is_empty():
    assert read_picture(encoded(Image.new("RGB", (50, 40), (200, 190, 180))), (28, 28)).max() == 0


def test_a_wide_picture_keeps_its_aspect():
    wide = Image.new("L", (112, 56), 255)
    ImageDraw.Draw(wide).rectangle([40, 12, 71, 43], fill=0)  # a square
    picture = read_picture(encoded(wide), (28, 28))
    assert (picture.max(1) > 127).sum() == (picture.max(0) > 127).sum() == 8


def test_a_small_picture_of_the_right_shape_is_not_resampled():
    pixels = np.zeros((28, 28), np.uint8)
    pixels[5:9, 6:20] = 255
    np.testing.assert_array_equal(read_picture(encoded(Image.fromarray(pixels)), (28, 28)), pixels)


def test_centre_fits_the_box_and_the_mass():
    picture = np.zeros((280, 280), np.uint8)
    picture[10:110, 20:60] = 255  # 100 × 40 in a corner
    result = centre(picture)
    rows, columns = np.nonzero(result > 127)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 == 8
    mass = result.astype(float)
    for axis, size in ((0, 28), (1, 28)):
        middle = (mass.sum(1 - axis) * np.arange(size)).sum() / mass.sum()
        assert abs(middle - 13.5) <= 0.5


def test_centre_cuts_nothing_off_and_leaves_an_empty_picture_empty():
    lopsided = np.zeros((200, 200), np.uint8)
    lopsided[0:20, 0:200] = 255
    lopsided[0:200, 0:4] = 120
    result = centre(lopsided)
    rows, columns = np.nonzero(result > 40)
    assert np.ptp(rows) + 1 >= 19
    assert np.ptp(columns) + 1 >= 19
    assert centre(np.zeros((50, 50), np.uint8)).max() == 0


@pytest.mark.parametrize("levels", [2, 16])
def test_levels_there_and_back(levels):
    values = np.arange(levels, dtype=np.uint8)[None]
    np.testing.assert_array_equal(to_levels(from_levels(values, levels), levels), values)
    assert to_levels(np.array([[127, 128]], np.uint8), 2).tolist() == [[0, 1]]
