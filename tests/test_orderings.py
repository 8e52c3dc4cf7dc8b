"""Orderings: every name gives each position once; the spiral starts in the middle and never jumps."""

import pytest
import torch

from playground.models.orderings import NAMED, ordering, permutation, ranks, spiral

SHAPES = [(height, width) for height in range(1, 7) for width in range(1, 8)]


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("name", [*NAMED, "random-0", "random-999999999"])
def test_every_ordering_is_a_permutation(name, height, width):
    order = ordering(name, height, width)
    assert order.dtype == torch.long
    assert sorted(order.tolist()) == list(range(height * width))
    assert torch.equal(order[ranks(order)], torch.arange(height * width))


@pytest.mark.parametrize(("height", "width"), SHAPES)
def test_the_spiral_starts_in_the_middle_and_goes_from_neighbour_to_neighbour(height, width):
    rows, columns = (spiral(height, width) // width).tolist(), (spiral(height, width) % width).tolist()
    distances = [abs(r - (height - 1) / 2) + abs(c - (width - 1) / 2) for r, c in zip(rows, columns, strict=True)]
    if min(height, width) > 2:  # else there is no middle to turn around: it is one lap
        inner = abs(height - width) / 2  # the innermost ring of a long picture is a line, begun at one end
        assert distances[0] <= 1 + inner
        assert distances[0] < max(distances)
    if height == width and height % 2:
        assert distances[0] == 0, "an odd square has one pixel in the middle"
    jumps = [abs(rows[k] - rows[k - 1]) + abs(columns[k] - columns[k - 1]) for k in range(1, len(rows))]
    assert set(jumps) <= {1}
    assert (rows[-1], columns[-1]) == (0, 0)


def test_spiral_by_hand():
    assert spiral(3, 3).tolist() == [4, 3, 6, 7, 8, 5, 2, 1, 0]


def test_raster_and_column_by_hand():
    assert ordering("raster", 2, 3).tolist() == [0, 1, 2, 3, 4, 5]
    assert ordering("column", 2, 3).tolist() == [0, 3, 1, 4, 2, 5]


def test_random_orderings_are_the_same_every_time_and_differ_by_seed():
    state = torch.get_rng_state()
    assert torch.equal(ordering("random-7", 5, 5), ordering("random-7", 5, 5))
    assert not torch.equal(ordering("random-7", 5, 5), ordering("random-8", 5, 5))
    assert torch.equal(torch.get_rng_state(), state), "the global generator is left alone"


def test_an_explicit_ordering_is_taken_as_it_is():
    assert ordering([2, 0, 3, 1], 2, 2).tolist() == [2, 0, 3, 1]
    assert permutation((1, 0), 2).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("", "ordering='': allowed are raster, column, spiral, random-SEED, or every position once"),
        ("Raster", "ordering='Raster'"),
        ("random-1234567890", "ordering='random-1234567890'"),
        ("random-1.5", r"ordering='random-1\.5'"),
        ("random-١", "ordering='random-"),
        ([], "no permutation: position 0 is missing"),
        ([0, 1, 2], "position 3 is missing"),
        ([0, 1, 1, 3], "position 2 is missing"),
        ([0, 1, 2, 3, 0], "position 0 comes more than once"),
        ([0, 1, 2, 4], "ordering holds 4: positions are whole numbers from 0 to 3"),
        ([0, 1, 2, float("nan")], "ordering holds nan"),
        ([0, 1, 2, None], "ordering holds None"),
        ([0, True, 2, 3], "ordering holds True"),
        (list(range(1000)), "ordering holds 4"),
        (list(range(4)) * 250, "position 0 comes more than once"),
    ],
)
def test_what_is_no_ordering_is_refused_in_words(wanted, words):
    with pytest.raises(ValueError, match=words) as refused:
        ordering(wanted, 2, 2)
    assert len(str(refused.value)) < 200
