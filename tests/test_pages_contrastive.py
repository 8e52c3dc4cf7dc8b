"""The page of contrastive divergence from the entry script: it opens, answers, and refuses bad input in words."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import traces
from playground.traces import FEWEST_POINTS, example_points, pack_points, point_bytes
from tests.pages import draw_points, in_link, lesson_of, notices, open_page, payload, press, sound

VIEW = "energy-learn"
QUICK = {"steps": "10", "k": "2", "chains": "16"}


def opened(**link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page("energy/learn", {**QUICK, **link})


@pytest.mark.parametrize("start", ["data", "noise", "persistent", "none"])
def test_each_way_to_start_chains_opens_with_its_lesson(start):
    app = opened(start=start, step="7", event="3")
    assert [title.value for title in app.title] == ["Training intuition"]
    lesson = lesson_of(app)
    assert "{" not in lesson.replace(r"\mathbb{E}_{", "").replace(r"\tfrac{", "").split("$")[-1]
    assert notices(app) == ""
    arrays, meta = payload(app)
    assert (meta["mode"], meta["start"]) == (start, {"step": 7, "focus": 2})
    assert arrays["energy"].shape == (11, 48, 48)
    assert arrays["paths"].shape == (10, 16, 3, 2)
    assert {name: in_link(app, name) for name in QUICK} == QUICK
    assert (in_link(app, "step"), in_link(app, "event")) == ("7", "3")


def test_the_payload_holds_the_numbers_of_the_trace():
    settings = traces.ContrastiveSettings(steps=10, k=2, chains=16, seed=4)
    trace = traces.compute(settings, None)
    arrays, meta = payload(opened(seed="4"))
    assert np.array_equal(arrays["nll"], trace.nll)
    assert np.array_equal(arrays["push"], trace.push)
    unit = arrays["limit"][:, None, None] / meta["levels"]
    inside = np.abs(arrays["exact_push"]) < 32767
    error = np.abs(arrays["exact_push"] * unit - trace.exact_push.astype(np.float32))
    assert (error <= unit * 0.51)[inside].all()


def test_where_the_browser_stands_is_in_the_link():
    app = opened()
    identity = payload(app)[1]["trace"]
    app.session_state[f"{VIEW}:stage"] = {"view": {"trace": identity, "step": 5, "focus": 3}}
    app.run()
    assert sound(app)
    assert (in_link(app, "step"), in_link(app, "event")) == ("5", "4")
    app.session_state[f"{VIEW}:stage"] = {"view": {"trace": identity, "step": 99, "focus": 7}}
    app.run()
    assert (in_link(app, "step"), in_link(app, "event")) == ("5", "4")


def test_what_is_drawn_is_learnt_and_in_the_link():
    app = opened(data="drawn")
    assert point_bytes(in_link(app, "points")).tolist() == example_points().tolist()

    line = np.stack([np.arange(20, 220, 5), np.full(40, 90)], 1)
    draw_points(app, f"{VIEW}:points", line, 1)
    assert point_bytes(in_link(app, "points")).tolist() == line.tolist()
    settings = traces.ContrastiveSettings(
        steps=10, k=2, chains=16, data="drawn", points=pack_points(line.astype("uint8"))
    )
    assert np.array_equal(payload(app)[0]["nll"], traces.compute(settings, None).nll)
    draw_points(app, f"{VIEW}:points", line[: FEWEST_POINTS - 1], 2)
    assert any(f"at least {FEWEST_POINTS} points" in info.value for info in app.info)
    draw_points(app, f"{VIEW}:points", line, 3)
    assert not app.info


def test_a_cancelled_training_can_be_asked_for_again():
    app = opened()
    shown = payload(app)[1]["trace"]
    key = traces.ContrastiveSettings(steps=10, k=2, chains=16, seed=77).key()
    app.session_state[f"{VIEW}:cancelled"] = key
    app.number_input[0].set_value(77).run()
    assert sound(app)
    assert any("cancelled" in info.value for info in app.info)
    press(app, "Train")
    assert not app.info
    assert payload(app)[1]["trace"] != shown


WRONG = {
    "data": "iris",
    "start": "there",
    "k": "0",
    "step_size": "nan",
    "rate": "1",
    "momentum": "1",
    "restart": "2",
    "chains": "4096",
    "seed": "abc",
    "step": "11",
    "event": "6",
}


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(name):
    app = opened(**{name: WRONG[name]})
    assert f"{name}=" in notices(app)
    assert len(app.warning) == 1


@pytest.mark.parametrize("points", ["!!", "AAAA", "é"])
def test_broken_points_of_a_link_are_named_and_an_example_is_shown(points):
    app = opened(data="drawn", points=points)
    assert "an example is shown instead" in notices(app)
    assert point_bytes(in_link(app, "points")).tolist() == example_points().tolist()
