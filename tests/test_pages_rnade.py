"""The page of RNADE from the entry script, without a browser: it opens, answers, and refuses bad input in words."""

import base64

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.traces import FEWEST_POINTS, MOST_POINTS, example_points, pack_points, point_bytes
from tests.pages import draw_points, in_link, lesson_of, notices, open_page, payload, sound

VIEW = "belief-networks-rnade"
PLAYER = f"{VIEW}:drawn:True"
SHIPPED = ("moons", "rings", "spiral", "digits")


def opened(**link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page("belief_networks/rnade", link)


@pytest.mark.parametrize("data", SHIPPED)
def test_each_shipped_data_set_opens_with_its_figures_and_its_lesson(data):
    app = opened(data=data)
    assert [title.value for title in app.title] == ["RNADE"]
    lesson = lesson_of(app)
    assert not [name for name in ("{components}", "{kind}", "{mass}", "{far}", "{dims}") if name in lesson]
    assert notices(app) == ""
    assert in_link(app, "data") == data
    arrays, meta = payload(app)
    assert arrays["values"].shape == ((16, 64) if data == "digits" else (200, 2))
    assert meta["levels"] == (16 if data == "digits" else 0)
    assert arrays["density"].shape == ((0, 0) if data == "digits" else (200, 200))
    assert any("nats**" in element.value for element in app.markdown)


def test_the_same_link_gives_the_same_trace_and_another_seed_another_one():
    first, again, other = (payload(opened(data="moons", seed=seed))[0]["values"] for seed in ("3", "3", "4"))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_model_trained_in_front_of_the_visitor():
    link = {"data": "rings", "model": "here", "mixture": "laplace", "components": "3", "first": "2"}
    app = opened(**link, step="2", sample="7")
    arrays, meta = payload(app)
    assert arrays["weights"].shape == (200, 2, 3)
    assert meta["laplace"]
    assert arrays["order"].tolist() == [1, 0]
    assert (meta["step"], meta["focus"]) == (2, 6)
    assert {name: in_link(app, name) for name in link} == link
    assert (in_link(app, "step"), in_link(app, "sample")) == ("2", "7")


def test_what_is_drawn_is_learnt_and_in_the_link():
    app = opened(data="drawn")
    assert np.array_equal(payload(app)[0]["dots"], example_points().ravel())
    line = np.stack([np.arange(20, 220, 5), np.full(40, 90)], 1)
    draw_points(app, PLAYER, line, 1)
    assert np.array_equal(point_bytes(in_link(app, "points")), line)
    arrays, meta = payload(app)
    assert meta["window"] == [-2, 2, -2, 2]
    height = 90 / 127.5 * 2 - 2
    assert abs(arrays["values"][:, 1].mean() - height) < 0.2, "the model learnt the line"
    again = opened(data="drawn", points=in_link(app, "points"))
    assert np.array_equal(payload(again)[0]["values"], arrays["values"])


def test_too_few_points_leave_an_empty_plane_and_nothing_is_lost():
    app = draw_points(opened(data="drawn"), PLAYER, np.full((FEWEST_POINTS - 1, 2), 100), 1)
    arrays, meta = payload(app)
    assert arrays["values"].shape == (0, 2)
    assert f"Draw at least {FEWEST_POINTS} points" in meta["note"]
    assert arrays["dots"].size == 2 * (FEWEST_POINTS - 1)
    draw_points(app, PLAYER, np.zeros((0, 2)), 2)
    assert payload(app)[0]["dots"].size == 0, "a cleared plane stays clear"
    draw_points(app, PLAYER, np.full((FEWEST_POINTS, 2), 100), 3)
    assert payload(app)[0]["values"].shape == (200, 2), "points on one spot are learnt too"


@pytest.mark.parametrize(
    "drawing",
    [
        "text",
        {"edit": "x", "points": "AAAA"},
        {"edit": 1, "points": "!!"},
        {"edit": 1, "points": "AA=="},
        {"edit": 1, "points": base64.b64encode(bytes(2 * MOST_POINTS + 2)).decode()},
        {"edit": -1, "points": ""},
    ],
    ids=str,
)
def test_what_no_pen_sends_changes_nothing(drawing):
    app = opened(data="drawn")
    app.session_state[PLAYER] = {"view": {"step": 99, "focus": -1}, "drawing": drawing}
    app.run()
    assert sound(app)
    assert np.array_equal(payload(app)[0]["dots"], example_points().ravel())
    assert (in_link(app, "step"), in_link(app, "sample")) == ("1", "1")


WRONG = {
    "data": "iris",
    "model": "there",
    "mixture": "cauchy",
    "components": "21",
    "first": "3",
    "seed": "abc",
    "step": "3",
    "sample": "201",
}


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(name):
    app = opened(**{name: WRONG[name]})
    assert f"{name}=" in notices(app)
    assert len(app.warning) == 1
    right = opened()
    assert app.query_params == right.query_params


@pytest.mark.parametrize("points", ["!!", "AAAA", "é", pack_points(np.zeros((MOST_POINTS + 1, 2), np.uint8))[:1090]])
def test_broken_points_of_a_link_are_named_and_an_example_is_shown(points):
    app = opened(data="drawn", points=points)
    assert "an example is shown instead" in notices(app)
    assert np.array_equal(payload(app)[0]["dots"], example_points().ravel())
