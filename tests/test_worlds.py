"""Small worlds are what they say, and a model is compared with them exactly."""

import itertools

import numpy as np
import pytest

from playground import worlds
from playground.errors import InvalidInput

SHAPES = list(itertools.product(range(2, 5), repeat=2))


@pytest.mark.parametrize("shape", SHAPES)
def test_states_are_numbered_by_their_pixels(shape):
    states = worlds.all_states(shape)
    assert states.shape == (2 ** (shape[0] * shape[1]), *shape)
    assert np.array_equal(worlds.numbers(states), np.arange(len(states)))
    assert states[1].ravel()[-1] == 1
    assert states[1].sum() == 1


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", worlds.WORLDS)
def test_every_world_is_a_distribution(name, shape):
    world = worlds.world(name, shape)
    assert world.probabilities.dtype == np.float64
    assert world.probabilities.sum() == pytest.approx(1, abs=1e-12)
    assert world.probabilities.min() >= 0
    assert 0 < world.entropy <= np.log(world.support.size) + 1e-12
    with pytest.raises(ValueError, match="read-only"):
        world.probabilities[0] = 1


@pytest.mark.parametrize("shape", SHAPES)
def test_bars_and_stripes_are_counted(shape):
    height, width = shape
    world = worlds.bars_and_stripes(shape)
    assert world.support.size == 2**height + 2**width - 2
    images = world.states[world.support]
    bars = (images == images[:, :, :1]).all((1, 2))
    stripes = (images == images[:, :1, :]).all((1, 2))
    assert (bars | stripes).all()
    for both in (0, -1):
        assert world.probabilities[both] == pytest.approx(0.5 / 2**height + 0.5 / 2**width), "from either side"


@pytest.mark.parametrize("shape", SHAPES)
def test_parity_shows_only_when_every_pixel_is_there(shape):
    world, pixels = worlds.parity(shape), shape[0] * shape[1]
    assert world.support.size == 2 ** (pixels - 1)
    assert world.entropy == pytest.approx((pixels - 1) * np.log(2))
    flat = world.states.reshape(-1, pixels)[world.support]
    assert (flat.sum(1) % 2 == 0).all()
    for left_out in range(pixels):
        others = np.delete(flat, left_out, axis=1)
        assert len(np.unique(others, axis=0)) == len(flat), "any n − 1 pixels are fair coins"


def test_the_other_worlds_are_counted():
    assert worlds.one_bar((3, 4)).support.size == 7
    assert worlds.one_bar((2, 2)).support.size == 4
    board = worlds.checkerboard((3, 3))
    assert board.support.size == 2
    assert board.entropy == pytest.approx(np.log(2))
    assert (board.states[board.support].sum(0) == 1).all(), "opposite everywhere"


@pytest.mark.parametrize("name", worlds.WORLDS)
def test_the_divergence_is_zero_at_the_truth_and_positive_elsewhere(name):
    world = worlds.world(name, (2, 3))
    with np.errstate(divide="ignore"):
        assert worlds.kl_divergence(world, np.log(world.probabilities)) == pytest.approx(0, abs=1e-12)
    random = np.random.default_rng(0)
    for _ in range(20):
        log_q = np.log(random.dirichlet(np.full(64, 0.5)))
        assert worlds.total_probability(log_q) == pytest.approx(1)
        kl = worlds.kl_divergence(world, log_q)
        assert kl > 0
        assert worlds.expected_nll(world, log_q) == pytest.approx(world.entropy + kl)
        outside = np.exp(log_q)[world.probabilities == 0].sum()
        assert worlds.forbidden_mass(world, log_q) == pytest.approx(outside)
        assert kl >= -np.log(1 - outside) - 1e-9, "what lies on forbidden states costs at least so much"


def test_a_pattern_that_is_drawn_twice_counts_twice():
    one, other = np.eye(3, dtype=np.uint8), np.ones((3, 3), np.uint8)
    world = worlds.drawn(np.stack([one, other, other]))
    assert world.probabilities[worlds.numbers(one[None])[0]] == pytest.approx(1 / 3)
    assert world.probabilities[-1] == pytest.approx(2 / 3)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [1, 5, worlds.MOST_PATTERNS])
def test_patterns_come_back_from_their_text(shape, count):
    patterns = np.random.default_rng(count).integers(0, 2, (count, *shape)).astype(np.uint8)
    text = worlds.pack_patterns(patterns)
    assert len(text) < 200
    assert np.array_equal(worlds.unpack_patterns(text, shape), patterns)
    assert worlds.world("drawn", shape, text).probabilities.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "at least one"),
        ("0.", "1 to 64 images"),
        ("65.AAAA", "1 to 64 images"),
        ("3", "COUNT.BITS"),
        ("x.AAAA", "1 to 64 images"),
        ("²." + "A" * 4, "1 to 64 images"),
        ("3.!!!", "not base64"),
        ("3.é", "not base64"),
        ("3.AA", "take 4 bytes, it holds 1"),
        ("9" * 300 + ".AA", "1 to 64 images"),
    ],
)
def test_a_text_that_is_no_list_of_patterns_is_refused_in_words(text, words):
    with pytest.raises(InvalidInput, match=words):
        worlds.world("drawn", (3, 3), text)


@pytest.mark.parametrize(
    ("patterns", "words"),
    [
        (np.zeros((0, 3, 3)), "0 of them; a drawn world has 1 to 64"),
        (np.zeros((65, 3, 3)), "65 of them"),
        (np.full((1, 3, 3), 2), "other than 0 and 1"),
        (np.full((1, 3, 3), np.nan), "other than 0 and 1"),
        (np.zeros((1, 3, 5)), "width=5 is not allowed"),
    ],
)
def test_patterns_that_make_no_world_are_refused_in_words(patterns, words):
    with pytest.raises(InvalidInput, match=words):
        worlds.drawn(patterns)


def test_an_unknown_world_and_a_large_one_are_refused_in_words():
    with pytest.raises(InvalidInput, match="world='nothing' is not allowed: known are bars-and-stripes"):
        worlds.world("nothing", (3, 3))
    with pytest.raises(InvalidInput, match="height=28 is not allowed"):
        worlds.world("parity", (28, 28))
