"""The walk's parts without a page: contour levels, and the files that a visitor takes away."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from playground import figures
from playground.traces import ChainSettings, LandscapeSettings, compute
from playground.traces.contours import mass_levels

QUICK = {"target": "banana", "chains": 2, "steps": 25, "warmup": 5, "seed": 3, "step_size": 1.5}


@pytest.fixture(scope="module")
def land():
    return compute(LandscapeSettings(target="banana"), None)


@pytest.fixture(scope="module")
def trace():
    return compute(ChainSettings(**QUICK), None)


def test_the_levels_of_a_gaussian_hold_their_shares():
    axis = (np.arange(400) + 0.5) / 400 * 12 - 6
    log_p = -(axis[:, None] ** 2 + axis**2) / 2 + 3.7  # a constant changes nothing
    shares = (0.5, 0.8, 0.95, 0.99)
    expected = 3.7 + np.log1p(-np.array(shares))  # of a Gaussian in the plane, mass beyond radius r is exp(−r²/2)
    assert np.allclose(mass_levels(log_p, shares), expected, atol=0.02)


def test_levels_where_there_is_no_density():
    log_p = np.full((20, 20), -np.inf)
    assert mass_levels(log_p).size == 0
    log_p[5:15, 5:15] = 0.0
    log_p[0, 0] = np.nan
    assert np.allclose(mass_levels(log_p), 0)


def test_the_picture_shows_the_rejected_proposal_and_the_step(land, trace):
    k = int(np.flatnonzero(~trace.accepted[0])[0])
    ground = figures.walk.land(land, 480)
    with_it = np.asarray(figures.walk.scene(land, trace, k + 1, ground))
    without = np.asarray(figures.walk.scene(land, trace, k, ground))
    x0, x1, y0, y1 = land.window
    x, y = trace.proposals[0, k]
    column, row = int((x - x0) / (x1 - x0) * 480), int((y1 - y) / (y1 - y0) * 480)
    spot = np.s_[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6]
    if 0 <= row < 480 and 0 <= column < 480:
        assert (with_it[spot] != without[spot]).any()
    assert (with_it != without).any()


def test_files_of_one_and_of_two_kernels(land, trace):
    other = compute(ChainSettings(**QUICK | {"kernel": "hmc", "step_size": 0.2}), None)
    for traces in ([trace], [trace, other]):
        made = {label: make() for label, (_, make) in figures.walk.files(land, traces, 12).items()}
        with Image.open(io.BytesIO(made["PNG"])) as picture:
            assert picture.width > 700 * len(traces)
        with Image.open(io.BytesIO(made["GIF"])) as film:
            assert film.n_frames == 31
        rows = list(csv.DictReader(io.StringIO(made["CSV"])))
        assert len(rows) == 2 * 30 * len(traces)
        one = rows[7]
        assert (one["kernel"], one["chain"], one["step"], one["warmup"]) == ("metropolis", "1", "8", "0")
        assert float(one["log_ratio"]) == trace.log_ratio[0, 7]
        assert int(one["accepted"]) == int(trace.accepted[0, 7])
    archive = np.load(io.BytesIO(made["npz of the second kernel"]))
    assert np.array_equal(archive["path"], other.path, equal_nan=True)


def test_a_divergence_far_away_does_not_stop_the_picture(land):
    wild = compute(ChainSettings(**QUICK | {"kernel": "hmc", "step_size": 5.0, "warmup": 0}), None)
    assert wild.diverged.any()
    assert figures.walk.to_png(land, [wild], 10)


def test_a_kernel_in_words(trace):
    words = figures.walk.kernel_words(ChainSettings(**QUICK), trace)
    assert words.startswith("ε = 1.5, ")
    assert f"{trace.step_sizes[-1]:.3g} after warm-up" in words
    hmc = ChainSettings(**QUICK | {"kernel": "hmc", "warmup": 0})
    assert figures.walk.kernel_words(hmc, compute(hmc, None)) == "ε = 1.5, L = 5"
