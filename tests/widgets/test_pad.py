import base64

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.widgets.pad import _adopt, as_levels, centred, parse_drawing

SHAPE = (2, 3)


def message(**changes: object) -> dict[str, object]:
    picture, keep = base64.b64encode(bytes(range(6))).decode(), base64.b64encode(bytes([1, 0, 0, 1, 0, 0])).decode()
    return {"push": 1, "edit": 2, "picture": picture, "keep": keep, **changes}


def test_a_drawing_is_read() -> None:
    picture, keep, push, edit = parse_drawing(message(), SHAPE)
    assert picture.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert keep.tolist() == [[True, False, False], [True, False, False]]
    assert (push, edit) == (1, 2)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([1, 2], "drawing: expected an object, got list"),
        (message(picture="%%%"), "drawing.picture: not base64"),
        (message(picture="é"), "drawing.picture: not base64"),
        (message(picture=None), "drawing.picture: expected base64 text, got NoneType"),
        (message(keep=base64.b64encode(b"12345").decode()), "drawing.keep: 5 bytes, expected 2 × 3"),
        (message(push="1"), "drawing.push: expected a whole number"),
        (message(edit=-1), "drawing.edit: expected a whole number"),
        (message(edit=True), "drawing.edit: expected a whole number"),
    ],
)
def test_a_malformed_drawing_is_refused_in_words_and_the_last_one_stays(raw: object, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        parse_drawing(raw, SHAPE)
    memory = {"pushes": 1, "picture": "the last valid one"}
    assert words in str(_adopt(memory, raw, SHAPE))
    assert memory["picture"] == "the last valid one"


def test_a_drawing_over_an_older_push_is_not_taken() -> None:
    memory = {"pushes": 2, "picture": "pushed since"}
    assert _adopt(memory, message(push=1), SHAPE) is None
    assert memory["picture"] == "pushed since"


def test_pictures_become_levels() -> None:
    assert as_levels(None, SHAPE).tolist() == [[0] * 3] * 2
    assert as_levels(np.array([[0, 0.5, 2.0], [-1, np.nan, 1]]), SHAPE).tolist() == [[0, 128, 255], [0, 0, 255]]
    assert as_levels(np.full(SHAPE, 300), SHAPE).tolist() == [[255] * 3] * 2
    with pytest.raises(InvalidInput, match=r"value has shape \(3, 2\), expected \(2, 3\)"):
        as_levels(np.zeros((3, 2)), SHAPE)


@pytest.mark.parametrize(
    ("top", "left", "height", "width"), [(0, 0, 28, 28), (20, 1, 6, 3), (2, 9, 3, 15), (5, 5, 1, 1)]
)
def test_a_centred_picture_fits_the_box_with_its_mass_in_the_middle(
    top: int, left: int, height: int, width: int
) -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[top : top + height, left : left + width] = 255
    done = centred(picture)
    mass = done / done.sum()
    assert abs(mass.sum(1) @ np.arange(28) - 13.5) < 0.1
    assert abs(mass.sum(0) @ np.arange(28) - 13.5) < 0.1
    rows, columns = np.flatnonzero((done > 100).any(1)), np.flatnonzero((done > 100).any(0))
    assert abs(max(np.ptp(rows), np.ptp(columns)) + 1 - 20) <= 2
    assert done.max() >= 200


def test_centring_nothing_gives_nothing() -> None:
    assert centred(np.zeros((28, 28), np.uint8)).sum() == 0
