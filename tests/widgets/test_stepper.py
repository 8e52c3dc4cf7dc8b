"""What a browser sends to the stepping canvases is never trusted; long rows are folded."""

import numpy as np
import pytest

from playground.widgets.orderings import _drawn
from playground.widgets.stepper import _view, _whole, drawn_shape


@pytest.mark.parametrize("value", [-1, 37, 2.0, True, "3", None, [1], float("nan")])
def test_only_whole_numbers_within_reach_are_taken(value):
    assert _whole(value, 0, 36) is None


@pytest.mark.parametrize("value", [0, 12, 36])
def test_whole_numbers_are_taken(value):
    assert _whole(value, 0, 36) == value


@pytest.mark.parametrize("state", [None, {}, {"view": None}, {"view": "x"}, [1]])
def test_a_view_that_was_not_reported_is_none(state):
    assert _view(state) is None


def message(**changes):
    return {"drawing": {"push": 3, "edit": 2, "order": [5, 1, 7]} | changes}


def test_a_new_drawing_is_taken_once():
    memory = {"push": 3, "edit": 1}
    assert _drawn(message(), memory, 9) == (2, (5, 1, 7))
    assert _drawn(message(), {"push": 3, "edit": 2}, 9) is None, "known already"
    assert _drawn(message(), {"push": 4, "edit": 0}, 9) is None, "drawn on what was replaced since"


@pytest.mark.parametrize(
    "changes",
    [{"order": order} for order in ([9], [-1], [1, 1], [1.0], ["1"], "1", None, [True], {"0": 1})]
    + [{"edit": edit} for edit in (0, -1, 1.5, "2", 10**9, None)]
    + [{"push": "3"}],
)
def test_what_is_no_ordering_is_left_aside(changes):
    assert _drawn(message(**changes), {"push": 3, "edit": 1}, 9) is None


@pytest.mark.parametrize(
    ("shape", "drawn"), [((28, 28), (28, 28)), ((1, 20), (1, 20)), ((1, 126), (11, 12)), ((1, 500), (22, 23))]
)
def test_a_long_row_is_folded_near_square(shape, drawn):
    assert drawn_shape(shape) == drawn
    assert np.prod(drawn) >= np.prod(shape)
