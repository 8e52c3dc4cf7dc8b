import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.widgets.player import _arrays, _force, _remember, _view


def test_a_reported_view_is_read_and_nothing_else() -> None:
    good = {"trace": "abc", "command": 3, "step": 5, "focus": 1}
    assert _view(good, "abc", 3, samples=2, steps=10) == (5, 1)
    for bad in (
        None,
        "abc",
        {**good, "trace": "other"},
        {**good, "command": 2},
        {**good, "step": 11},
        {**good, "step": -1},
        {**good, "step": 5.5},
        {**good, "step": True},
        {**good, "focus": 2},
        {"trace": "abc"},
    ):
        assert _view(bad, "abc", 3, samples=2, steps=10) is None


def test_a_forced_pixel_is_read_and_nothing_else() -> None:
    good = {"trace": "abc", "at": 9, "value": 1}
    assert _force(good, "abc", steps=10, levels=2) == (9, 1)
    for bad in (None, [], {**good, "trace": "b"}, {**good, "at": 10}, {**good, "value": 2}, {**good, "value": "1"}):
        assert _force(bad, "abc", steps=10, levels=2) is None


def test_passing_back_what_the_browser_reported_is_no_command() -> None:
    memory: dict = {"command": 0}
    _remember(memory, ("abc", 0), (None, 0), None)  # the trace is new
    first = (memory["start"], memory["command"])
    for asked, reported in [((None, 0), (50, 0)), ((50, 0), (50, 0)), ((50, 0), (70, 1)), ((70, 1), (70, 1))]:
        _remember(memory, ("abc", 0), asked, reported)
        memory["reported"] = reported
        assert (memory["start"], memory["command"]) == first
    _remember(memory, ("abc", 0), (300, 1), (70, 1))
    assert (memory["start"], memory["command"]) == ((300, 1), 2)


def test_a_new_trace_opens_where_it_is_asked_to() -> None:
    memory: dict = {"command": 0}
    _remember(memory, ("abc", 0), (40, 0), None)
    _remember(memory, ("def", 0), (0, 2), None)
    assert (memory["start"], memory["command"]) == ((0, 2), 2)
    _remember(memory, ("def", 1), (None, 0), (784, 2))  # the same trace, to be replayed
    assert (memory["start"], memory["command"]) == ((None, 0), 3)


def test_arrays_that_do_not_fit_are_refused_by_name() -> None:
    class Trace:
        shape, levels, temperature = (2, 2), 2, 1.0
        order = np.arange(4)
        values = given = np.zeros((3, 4))
        parameters = np.zeros((3, 4, 1))
        noise = log_likelihood = np.zeros((3, 4))

    arrays = _arrays(Trace())
    assert arrays["values"].dtype == np.uint8
    Trace.noise = np.zeros((3, 5))
    with pytest.raises(InvalidInput, match=r"trace.noise has shape \(3, 5\), expected \(3, 4\)"):
        _arrays(Trace())
    Trace.parameters = np.zeros((3, 4, 16))
    with pytest.raises(InvalidInput, match="16 parameters a pixel for 2 levels"):
        _arrays(Trace())
