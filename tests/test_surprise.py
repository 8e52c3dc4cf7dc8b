"""Surprise: bits add up to the model's log-likelihood; reference likelihoods are stored and read with care."""

import numpy as np
import pytest
import torch

from playground.checkpoints.reference import EXAMPLES, read_reference, save_reference
from playground.errors import CheckpointError, InvalidInput
from playground.figures import surprise as figures
from playground.traces import SurpriseSettings, compute, pack_picture

from .test_receptive import random_model


@pytest.mark.parametrize(("kind", "levels"), [("PixelCNN", 2), ("GatedPixelCNN", 2), ("PixelCNN", 5)])
def test_bits_add_up_to_the_log_likelihood(kind, levels):
    model = random_model(kind, side=6, levels=levels)
    picture = np.random.default_rng(0).integers(0, levels, (6, 6)).astype(np.uint8)
    trace = compute(SurpriseSettings(checkpoint="tiny", picture=pack_picture(picture, levels)), model)
    np.testing.assert_array_equal(trace.picture, picture)
    expected = -model.log_prob(torch.from_numpy(picture).float()[None]).item()
    assert trace.nats == pytest.approx(expected, rel=1e-5)
    assert trace.running_bits()[-1] == pytest.approx(trace.total_bits)
    assert (trace.bits >= 0).all()


def test_a_pixel_s_bits_ignore_later_pixels():
    model = random_model("GatedPixelCNN", side=6)
    picture = np.zeros((6, 6), np.uint8)
    changed = picture.copy()
    changed[3, 2] = 1
    one, two = (
        compute(SurpriseSettings(checkpoint="t", picture=pack_picture(p, 2)), model).bits.ravel()
        for p in (picture, changed)
    )
    np.testing.assert_allclose(one[:20], two[:20], atol=1e-6)
    assert np.abs(one[20:] - two[20:]).max() > 1e-3


def test_a_picture_of_another_size_is_refused_in_words():
    wrong = SurpriseSettings(checkpoint="t", picture=pack_picture(np.zeros((8, 8)), 2))
    with pytest.raises(InvalidInput, match="6×6 pixels of 2 levels take 5"):
        compute(wrong, random_model("PixelCNN", 6))


def test_rank_and_histogram():
    others = np.arange(100, dtype=np.float32)
    assert figures.rank(50.0, others) == 0.5
    assert figures.rank(1e9, others) == 1.0
    figure = figures.place(1e9, others, "real digits")
    assert sum(figure.data[0].y) == 100
    assert "→" in figure.layout.annotations[0].text  # far outside: shown at the edge, with its number


def test_reference_survives_the_disk_and_keeps_no_more_than_it_says(tmp_path):
    nll = np.random.default_rng(0).normal(80, 10, EXAMPLES + 5)
    save_reference(tmp_path, nll)
    np.testing.assert_array_equal(read_reference(tmp_path), nll[:EXAMPLES].astype(np.float32))
    assert [path.name for path in tmp_path.iterdir()] == ["reference.npz"]
    assert read_reference(tmp_path / "elsewhere") is None


def test_a_damaged_reference_is_named(tmp_path):
    (tmp_path / "reference.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(CheckpointError, match=r"reference\.npz: damaged"):
        read_reference(tmp_path)
    np.savez(tmp_path / "reference.npz", nll_nats=np.array([np.nan], np.float32))
    with pytest.raises(CheckpointError, match="must be finite"):
        read_reference(tmp_path)
