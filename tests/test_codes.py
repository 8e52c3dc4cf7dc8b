"""Codes beside a checkpoint, and latent points in a link."""

import numpy as np
import pytest

from playground.checkpoints.codes import CODES, Codes, read_codes, save_codes
from playground.errors import CheckpointError, InvalidInput
from playground.traces.codes import format_code, parse_code


def test_codes_come_back(tmp_path):
    rng = np.random.default_rng(0)
    codes = Codes(rng.normal(size=(30, 2)), rng.random((30, 2)) * 1e-9, np.arange(30, dtype=np.uint8) % 10)
    save_codes(tmp_path, codes)
    found = read_codes(tmp_path)
    assert np.allclose(found.mean, codes.mean, atol=2e-3)
    assert (found.deviation > 0).all()
    assert (found.labels == codes.labels).all()
    assert found.mean.dtype == np.float32
    assert not found.mean.flags.writeable  # all visitors share them
    save_codes(tmp_path, Codes(codes.mean, None, codes.labels))
    assert read_codes(tmp_path).deviation is None
    assert read_codes(tmp_path / "elsewhere") is None


@pytest.mark.parametrize(
    "arrays",
    [
        {"mean": np.zeros((3, 2))},
        {"mean": np.zeros((3, 2)), "labels": np.zeros(2, np.uint8)},
        {"mean": np.zeros(3), "labels": np.zeros(3, np.uint8)},
        {"mean": np.zeros((3, 2)), "labels": np.full(3, 11, np.uint8)},
        {"mean": np.zeros((3, 2)), "labels": np.zeros(3)},
        {"mean": np.full((3, 2), np.nan), "labels": np.zeros(3, np.uint8)},
        {"mean": np.zeros((3, 2)), "deviation": np.zeros((3, 2)), "labels": np.zeros(3, np.uint8)},
        {"mean": np.zeros((3, 2)), "deviation": np.ones((3, 3)), "labels": np.zeros(3, np.uint8)},
    ],
)
def test_arrays_that_are_no_codes_are_refused(tmp_path, arrays):
    np.savez(tmp_path / CODES, **arrays)
    with pytest.raises(CheckpointError, match=CODES):
        read_codes(tmp_path)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / CODES).write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(CheckpointError, match=f"{CODES}: damaged"):
        read_codes(tmp_path)


@pytest.mark.parametrize("latent", [1, 2, 32])
def test_a_point_comes_back_from_its_text(latent):
    z = np.random.default_rng(latent).normal(size=latent).astype(np.float32)
    text = format_code(z)
    assert np.abs(parse_code(text, latent) - z).max() <= 5.01e-4
    assert format_code(parse_code(text, latent)) == text  # to the digit
    assert format_code(np.array([-1e-9, 999.0])) == "0.000,100.000"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1", "1 coordinates: the latent space has 2"),
        ("1,2,3", "3 coordinates"),
        ("", "1 coordinates"),
        ("nan,0", "'nan' is not allowed"),
        ("0,inf", "'inf' is not allowed"),
        ("0,100.5", "'100.5' is not allowed"),
        ("0,zero", "'zero' is not a number"),
        ("0,", "'' is not a number"),
        ("9" * 5000 + ",0", "999…"),
    ],
)
def test_a_text_that_is_no_point_is_refused_in_words(text, said):
    with pytest.raises(InvalidInput, match="z=") as caught:
        parse_code(text, 2)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 160
