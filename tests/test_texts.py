"""Text as numbers, and the translator's phrases."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from playground.data import load
from playground.errors import DataError
from playground.phrases import (
    FIRST_DAY,
    LAST_DAY,
    SOURCE,
    SOURCE_LENGTH,
    TARGET,
    TARGET_LENGTH,
    date_words,
    encoded,
    kept_apart,
    number_words,
    ordinal_words,
    pairs,
    year_words,
)
from playground.texts import SHAKESPEARE, load_text, read, written


def test_what_an_alphabet_lacks_is_left_out_and_named() -> None:
    text = "Héllo 🙂 나 שלום\n"
    found = read(text, SHAKESPEARE)
    assert found.text == text
    assert written(found.codes, SHAKESPEARE) == "Hllo   \n"
    assert "".join(text[at] for at in found.at) == "Hllo   \n"
    assert found.unknown[:3] == ("é", "🙂", "나")
    assert found.left_out == len(text) - 8


@pytest.mark.parametrize("text", ["", "\n", "🙂" * 50_000, "a" * 100_000])
def test_any_text_is_read(text: str) -> None:
    found = read(text, SHAKESPEARE)
    assert len(found.codes) + found.left_out == len(text)


def test_a_text_file_is_split_as_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    path.write_text("abcdefghij" * 10)
    train, valid = load_text(path)
    assert written(train, SHAKESPEARE) == "abcdefghij" * 9
    assert written(valid, SHAKESPEARE) == "abcdefghij"
    assert load("shakespeare", path).train.dtype == np.uint8


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00abc", "not a text in UTF-8"), ("abc é".encode(), "alphabet of 65: 'é'"), (b"abc", "holds 3 char")],
)
def test_a_file_that_is_no_such_text_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "text.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        load_text(path)


def test_a_missing_text_says_what_to_pass(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"pass --data TEXT\.txt"):
        load("shakespeare", tmp_path / "none.txt")
    with pytest.raises(DataError, match=r"pass --data TEXT\.txt"):
        load("shakespeare")


def test_numbers_and_days_are_said_as_they_are() -> None:
    assert number_words(0) == "zero"
    assert number_words(21) == "twenty-one"
    assert number_words(312_005) == "three hundred and twelve thousand and five"
    assert number_words(999_999) == "nine hundred and ninety-nine thousand nine hundred and ninety-nine"
    assert [ordinal_words(d) for d in (1, 2, 3, 8, 12, 20, 21, 30)] == [
        "first", "second", "third", "eighth", "twelfth", "twentieth", "twenty-first", "thirtieth",
    ]  # fmt: skip
    assert [year_words(y) for y in (1900, 1907, 2000, 2005, 2012)] == [
        "nineteen hundred", "nineteen oh seven", "two thousand", "two thousand and five", "twenty twelve",
    ]  # fmt: skip
    assert date_words(datetime.date(1987, 5, 3), 0) == "the third of may nineteen eighty-seven"
    with pytest.raises(ValueError, match="value=1000000"):
        number_words(1_000_000)


def test_no_two_meanings_share_their_words() -> None:
    values = np.random.default_rng(0).permutation(1_000_000)[:20_000]
    assert len({number_words(int(v)) for v in values}) == len(values)
    days = [FIRST_DAY + datetime.timedelta(days) for days in range((LAST_DAY - FIRST_DAY).days + 1)]
    said = [date_words(day, manner) for day in days for manner in range(3)]
    assert len(set(said)) == len(said)
    assert max(map(len, said)) <= SOURCE_LENGTH
    assert set("".join(said)) <= set(SOURCE)


def test_phrases_that_are_kept_apart_are_never_trained_on() -> None:
    learned = pairs(2_000, np.random.default_rng(0))
    apart = pairs(300, np.random.default_rng(1), apart=True)
    assert not any(kept_apart(source) for source, _ in learned)
    assert all(kept_apart(source) for source, _ in apart)
    assert len({source for source, _ in apart}) == 300
    rows = encoded(apart)
    assert rows.shape == (300, SOURCE_LENGTH + TARGET_LENGTH + 1)
    for row, (source, target) in zip(rows, apart, strict=True):
        assert "".join(SOURCE[c] for c in row[:SOURCE_LENGTH] if c < len(SOURCE)) == source
        assert "".join(TARGET[c] for c in row[SOURCE_LENGTH:] if c < len(TARGET)) == target
        assert row[-1] == len(TARGET)
