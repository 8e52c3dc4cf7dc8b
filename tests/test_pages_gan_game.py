"""The page of the game in 2-D from the entry script: it opens, hears presses, and refuses bad input in words."""

import re
from urllib.parse import unquote

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import traces
from playground.traces import FEWEST_POINTS, GanGameSettings, example_points, point_bytes
from playground.traces.gan_presets import PRESETS
from tests.pages import APP, draw_points, in_link, lesson_of, notices, open_page, payload, sound

VIEW = "gan-game"
STAGE = f"{VIEW}:stage"
torch.set_num_threads(1)


def opened(**link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page("gan/game", {"moves": "b4", **link})


def tell(app: AppTest, edit: int, moves: str, held: str, step: int, phase: int = -1) -> AppTest:
    """What the browser sends: an edit higher than the last is a press."""
    meta = payload(app)[1]
    view = {"revision": meta["revision"], "edit": edit, "moves": moves, "held": held, "trace": meta["trace"]}
    app.session_state[STAGE] = {"view": view | {"step": step, "focus": phase}}
    app.run()
    assert sound(app)
    return app


def truth(moves: str, **settings: object) -> traces.GanGameTrace:
    return traces.compute(GanGameSettings(moves=moves, **settings), None)


def halves(array: np.ndarray) -> np.ndarray:
    return array.view(np.float16)


def test_the_view_opens_with_its_lesson_and_all_frames_of_the_link():
    app = opened(moves="b3d1g1", step="2", phase="3", seed="7")
    assert [title.value for title in app.title] == ["The game in 2-D"]
    lesson = lesson_of(app)
    assert "{js}" not in lesson
    assert notices(app) == ""
    arrays, meta = payload(app)
    trace = truth("b3d1g1", seed=7)
    assert (meta["moves"], meta["first"], meta["start"]["step"], meta["start"]["focus"]) == ("b3d1g1", 0, 2, 2)
    for name in ("fake", "gradient", "push", "discriminator", "p_generator", "mesh"):
        assert np.array_equal(halves(arrays[name]), getattr(trace, name)), name
    assert np.allclose(arrays["js"], trace.js)
    assert np.allclose(arrays["steepness"][2], np.hypot(*trace.gradient[2].astype(float).T).mean(), rtol=1e-4)
    assert np.array_equal(arrays["modes"], trace.modes)
    assert np.array_equal(arrays["p_data"], trace.p_data)
    assert f"{trace.js[2]:.3f}" in lesson
    assert (in_link(app, "step"), in_link(app, "phase"), in_link(app, "moves")) == ("2", "3", "b3d1g1")


def test_who_comes_without_a_link_sees_a_game_that_is_played():
    app = AppTest.from_file(APP, default_timeout=120).run()
    app.switch_page("pages/gan/game.py").run()
    assert sound(app)
    meta = payload(app)[1]
    assert (meta["moves"], meta["start"]["step"]) == ("b100", None)
    assert payload(opened(moves="", step="0"))[1]["moves"] == "", "a game that was reset stays one"


def test_a_press_brings_only_the_frames_that_are_not_there():
    app = opened()
    tell(app, 1, "b4d2", "b4", 4)
    arrays, meta = payload(app)
    assert (meta["first"], meta["moves"], meta["edit"]) == (5, "b4d2", 1)
    assert "p_data" not in arrays
    trace = truth("b4d2")
    assert np.array_equal(halves(arrays["fake"]), trace.fake[5:])
    assert len(arrays["js"]) == 2
    assert in_link(app, "moves") == "b4d2"
    tell(app, 2, "b2g1", "b4d2", 2)  # a new future from step 2
    arrays, meta = payload(app)
    assert meta["first"] == 3
    assert np.array_equal(halves(arrays["fake"]), truth("b2g1").fake[3:])
    tell(app, 3, "", "", 0)  # reset
    assert payload(app)[0]["fake"].shape[0] == 0
    assert "moves" not in app.query_params
    tell(app, 4, "b1", "", 0)
    assert payload(app)[1]["first"] == 1


def test_an_older_or_broken_message_changes_nothing():
    app = opened()
    tell(app, 3, "b4d1", "b4", 4)
    before = payload(app)[1]
    tell(app, 2, "b4g1", "b4d1", 4)
    assert payload(app)[1] == before
    for moves in ("x", "b99999", "b0", None, 5, ["b1"], "b" * 9000):
        view = {"revision": before["revision"], "edit": 4, "moves": moves, "held": "b4", "trace": 3, "step": "x"}
        app.session_state[STAGE] = {"view": view}
        app.run()
        assert sound(app)
        assert in_link(app, "moves") == "b4d1"
        before = payload(app)[1]
    app.session_state[STAGE] = {"view": "nonsense"}
    app.run()
    assert sound(app)


def test_where_the_browser_stands_is_in_the_link():
    app = opened()
    tell(app, 0, "b4", "b4", 3, 1)
    assert (in_link(app, "step"), in_link(app, "phase")) == ("3", "2")
    tell(app, 0, "b4", "b4", 99_999, 9)
    assert in_link(app, "step") == "3"
    tell(app, 0, "b4", "b4", 4)
    assert in_link(app, "step") == "4"
    assert "phase" not in app.query_params


def test_a_changed_setting_plays_the_same_moves_from_the_same_seed():
    app = opened(moves="b2d1", seed="3", step="2")
    first = payload(app)[1]["trace"]
    app.selectbox(key=f"{VIEW}:loss").set_value("minimax").run()
    assert sound(app)
    arrays, meta = payload(app)
    assert meta["trace"] != first
    assert (meta["first"], meta["moves"]) == (0, "b2d1")
    assert np.array_equal(halves(arrays["fake"]), truth("b2d1", seed=3, loss="minimax").fake)
    assert in_link(app, "loss") == "minimax"


def test_a_preset_sets_everything_and_plays_it():
    app = opened(seed="5", noise="0.3")
    tell(app, 1, "b4d1", "b4", 4)
    opening = payload(app)[1]["start"]["opening"]
    name, values = next(iter(PRESETS.items()))
    next(button for button in app.button if button.label == name).click().run()
    assert sound(app)
    meta = payload(app)[1]
    assert meta["moves"] == GanGameSettings(**values).moves
    assert meta["start"] == {"step": None, "focus": None, "opening": opening + 1}
    for field, value in GanGameSettings(**values).model_dump(exclude={"points"}).items():
        assert in_link(app, field) == (f"{value:g}" if isinstance(value, float) else str(value)), field


def test_a_link_may_name_a_preset():
    name = next(iter(PRESETS))
    app = AppTest.from_file(APP, default_timeout=120)
    app.query_params["preset"] = name
    app.run()
    app.switch_page("pages/gan/game.py").run()
    assert sound(app)
    assert notices(app) == ""
    assert payload(app)[1]["moves"] == GanGameSettings(**PRESETS[name]).moves
    assert "preset='nothing'" in notices(opened(preset="nothing"))


def test_what_is_drawn_is_what_the_game_is_about():
    app = opened(data="drawn")
    assert point_bytes(in_link(app, "points")).tolist() == example_points().tolist()

    line = np.stack([np.arange(20, 220, 5), np.full(40, 90)], 1)
    draw_points(app, f"{VIEW}:points", line, 1)
    assert point_bytes(in_link(app, "points")).tolist() == line.tolist()
    drawn = truth("b4", data="drawn", points=traces.pack_points(line.astype("uint8")))
    assert np.array_equal(payload(app)[0]["p_data"], drawn.p_data)
    draw_points(app, f"{VIEW}:points", line[: FEWEST_POINTS - 1], 2)
    assert any(f"at least {FEWEST_POINTS} points" in info.value for info in app.info)
    draw_points(app, f"{VIEW}:points", line, 3)
    assert not app.info


def test_a_cancelled_game_can_be_asked_for_again():
    app = opened()
    app.session_state[f"{VIEW}:cancelled"] = GanGameSettings(moves="b4", seed=77).key()
    app.number_input[0].set_value(77).run()
    assert sound(app)
    assert any("cancelled" in info.value for info in app.info)
    next(button for button in app.button if button.label == "Play it").click().run()
    assert sound(app)
    assert not app.info
    assert in_link(app, "seed") == "77"


WRONG = {
    "data": "iris",
    "loss": "none",
    "cure": "aspirin",
    "unroll": "0",
    "penalty": "nan",
    "d_rate": "inf",
    "g_rate": "-1",
    "d_steps": "1e9",
    "noise": "0",
    "latent": "cauchy",
    "hidden": "4096",
    "seed": "abc",
    "moves": "x",
    "step": "5",
    "phase": "9",
}


@pytest.mark.parametrize("name", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(name):
    app = opened(**{name: WRONG[name]})
    assert f"{name}=" in notices(app)
    assert len(app.warning) == 1


@pytest.mark.parametrize("moves", ["b99999", "nan", "b-1", "b1 d1", "é", "b1" * 4000, "b1501", "9"])
def test_moves_that_are_none_are_named(moves):
    app = opened(moves=moves)
    assert "moves=" in notices(app)
    assert len(notices(app)) < 600
    assert payload(app)[1]["moves"] == ""


@pytest.mark.parametrize("points", ["!!", "AAAA", "é"])
def test_broken_points_of_a_link_are_named_and_an_example_is_shown(points):
    app = opened(data="drawn", points=points)
    assert "an example is shown instead" in notices(app)
    assert point_bytes(in_link(app, "points")).tolist() == example_points().tolist()


def test_the_lesson_links_to_presets_that_there_are():
    lesson = next(element.value for element in opened().markdown if element.value.startswith("###"))
    linked = [unquote(name) for name in re.findall(r"\?preset=([^)]+)\)", lesson)]
    assert len(linked) > 4
    assert set(linked) <= set(PRESETS)
