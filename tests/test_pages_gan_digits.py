"""Walk, verdict and search in a GAN from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import (
    GanSearchSettings,
    GanVerdictSettings,
    GanWalkSettings,
    format_code,
    pack_greys,
    parse_code,
    unpack_greys,
)
from playground.widgets.dimensions import as_bytes
from tests.bad_files import READ, REFUSED
from tests.pages import canvas, each_is_named, in_link, lesson_of, notices, open_page, press, sound
from tests.small_latent import SIDE, WIDE, shelve_latent

pytestmark = pytest.mark.usefixtures("fresh_engine")
NAME = "gan-mnist"
TITLES = {"digits": "Digits", "verdict": "What D says", "search": "Find a code"}
FAST = {"search": {"steps": "12", "starts": "3"}}
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PACKED = pack_greys(PICTURE)
EMPTY = pack_greys(np.zeros((SIDE, SIDE), np.uint8))
CODE = "0.500,-1.000,0.000,2.000,1.500,-0.250"


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"gan/{view}", {**FAST.get(view, {}), **link})


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson_and_says_that_there_is_no_likelihood(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    for name in ("latent", "low", "high", "real", "logit", "odds", "generated", "starts", "best", "norm", "usual"):
        assert "{" + name + "}" not in lesson
    assert 150 <= len(lesson.split(":small[")[0].split()) <= 340
    assert notices(app) == ""
    assert in_link(app, "checkpoint") == NAME
    assert "likelihood" in lesson
    if view != "search":
        assert any("likelihood" in element.value for element in app.caption)


@pytest.mark.parametrize("view", TITLES)
def test_without_a_gan_the_view_says_so(view, bare_shelf):
    assert "No GAN is among the checkpoints" in opened(view).info[0].value


WRONG = {
    "digits": {
        "seed": "abc",
        "seed_b": "-1",
        "code_a": "1,2",
        "code_b": "nan",
        "code_c": "1,2,3,4,5,inf",
        "geometry": "round",
        "step": "61",
        "point": "1089",
        "checkpoint": "vae-mnist",
    },
    "verdict": {"seed": "1.5", "picture": "!!", "checkpoint": "x" * 300},
    "search": {
        "seed": "abc",
        "picture": "AAAA",
        "starts": "9",
        "steps": "1",
        "rate": "nan",
        "pull": "-1",
        "step": "-1",
        "start": "0",
    },
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert in_link(app, "checkpoint") == NAME
    assert in_link(app, "seed") == "0"


@pytest.mark.parametrize("code", ["1,2", "1,2,3,4,5,nan", "1,2,3,4,5,inf", "a,b,c,d,e,f", "111,0,0,0,0,0", "1" * 5_000])
def test_a_wrong_code_of_a_link_is_named_and_the_seed_is_used(code):
    app = opened("digits", code_a=code)
    assert "code_a=" in notices(app)
    assert len(notices(app)) < 400
    assert "code_a" not in app.query_params
    np.testing.assert_array_equal(
        canvas(app, "line_logits")[0]["logits"], ui.engine().run(GanWalkSettings(checkpoint=NAME)).logits
    )


def test_the_canvas_gets_the_walk_and_the_link_opens_it_at_step_and_point():
    app = opened("digits", seed="3", seed_c="8", geometry="linear", step="12", point="40", code_b=CODE)
    arrays, meta = canvas(app, "line_logits")
    settings = GanWalkSettings(checkpoint=NAME, seed=3, seed_c=8, geometry="linear", code_b=CODE)
    trace = ui.engine().run(settings)
    np.testing.assert_array_equal(arrays["pictures"], as_bytes(trace.pictures).reshape(33, 33, -1))
    np.testing.assert_array_equal(arrays["line_logits"], trace.line_logits)
    np.testing.assert_allclose(arrays["norms"], np.linalg.norm(trace.codes, axis=2), rtol=1e-6)
    np.testing.assert_array_equal(trace.corners[1], parse_code(CODE, WIDE))
    assert meta["start"] == {"step": 12, "focus": 40}
    assert (in_link(app, "step"), in_link(app, "point"), in_link(app, "code_b")) == ("12", "40", CODE)


def test_a_point_of_the_plane_becomes_a_corner_and_the_seed_comes_back():
    app = opened("digits", point="45")
    trace = ui.engine().run(GanWalkSettings(checkpoint=NAME))
    wanted = format_code(trace.codes[1, 12])
    press(app, "C")
    assert in_link(app, "code_c") == wanted
    np.testing.assert_array_equal(
        canvas(app, "line_logits")[0]["logits"],
        ui.engine().run(GanWalkSettings(checkpoint=NAME, code_c=wanted)).logits,
    )
    press(app, "C: a kept code")
    assert "code_c" not in app.query_params
    np.testing.assert_array_equal(canvas(app, "line_logits")[0]["logits"], trace.logits)


def test_a_picture_is_judged_beside_generated_and_real_digits():
    app = opened("verdict", picture=PACKED, seed="5")
    trace = ui.engine().run(GanVerdictSettings(checkpoint=NAME, picture=PACKED, seed=5))
    text = "\n".join(element.value for element in app.markdown)
    assert f"logit = {trace.logit:.2f}".replace("-", "−") in text
    assert "400 real digits" in text
    assert "396 generated" in text
    table = "\n".join(element.proto.body for element in app.get("html"))
    assert f"<td>{trace.logits[3]:.2f}</td>".replace("-", "−") in table
    name, (data, words) = next(iter(REFUSED.items()))
    app.file_uploader[0].set_value((name, data, "image/png")).run()
    assert sound(app)
    assert words in notices(app)
    assert in_link(app, "picture") == PACKED
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    assert in_link(app, "picture") != PACKED


def test_without_logits_of_real_digits_the_generated_ones_remain(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve_latent(tmp_path)
    (tmp_path / NAME / "reference.npz").unlink()
    app = opened("verdict", picture=PACKED)
    text = "\n".join(element.value for element in app.markdown)
    assert "396 generated digits" in text
    assert "real digits" not in text.split("###")[0]


@pytest.mark.parametrize("view", ["verdict", "search"])
def test_an_empty_drawing_is_refused_in_words(view):
    app = opened(view, picture=EMPTY)
    assert any("picture is empty" in element.value for element in app.info)


def test_a_generated_digit_can_be_taken_even_from_an_empty_pad_and_each_press_takes_another():
    app = opened("verdict", picture=EMPTY)
    press(app, "Take a generated digit")
    first = in_link(app, "picture")
    assert unpack_greys(first, (SIDE, SIDE)).any()
    press(app, "Take a generated digit")
    assert in_link(app, "picture") != first


def test_the_search_gets_to_the_canvas_and_its_code_can_be_walked_from():
    app = opened("search", picture=PACKED, seed="2", step="7", start="2")
    trace = ui.engine().run(GanSearchSettings(checkpoint=NAME, picture=PACKED, seed=2, starts=3, steps=12))
    arrays, meta = canvas(app, "rmse")
    np.testing.assert_array_equal(arrays["rmse"], trace.rmse)
    np.testing.assert_array_equal(arrays["pictures"], as_bytes(trace.pictures).reshape(13, 3, -1))
    assert meta["start"] == {"step": 7, "focus": 1}
    assert meta["best"] == trace.best
    press(app, "Walk from this code")
    assert [title.value for title in app.title] == ["Digits"]
    assert in_link(app, "code_a") == format_code(trace.codes[7, 1])
    assert "line_logits" in canvas(app, "line_logits")[0]


def test_the_drawing_goes_along_to_the_search():
    app = press(opened("verdict", picture=PACKED), "Find its code")
    assert [title.value for title in app.title] == ["Find a code"]
    assert in_link(app, "picture") == PACKED
