"""Many dimensions and β from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import (
    BetaSettings,
    TraversalSettings,
    dimension_figures,
    format_code,
    pack_greys,
    parse_code,
)
from playground.widgets.dimensions import as_bytes
from tests.bad_files import READ, REFUSED
from tests.pages import APP, canvas, in_link, lesson_of, notices, open_page, sound
from tests.small_latent import SIDE, WIDE, shelve_latent

pytestmark = pytest.mark.usefixtures("fresh_engine")
TITLES = {"dimensions": "Many dimensions", "beta": "β"}
FAST = {"dimensions": {"checkpoint": "vae-mnist"}, "beta": {"steps": "50", "latent": "4"}}
PICTURE = np.zeros((SIDE, SIDE), np.uint8)
PICTURE[2:10, 5:8] = 255
PACKED = pack_greys(PICTURE)
CODE = "0.500,-1.000,0.000,2.000,1.500,-0.250"


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"autoencoders/{view}", {**FAST[view], **link})


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    for name in ("kl", "dimensions", "share", "best", "steps", "beta", "bound", "reconstruction", "active", "latent"):
        assert "{" + name + "}" not in lesson
    assert 150 <= len(lesson.split(":small[")[0].split()) <= 340
    assert notices(app) == ""


def test_without_a_vae_the_view_says_so(bare_shelf):
    app = opened("dimensions")
    assert "No VAE is among the checkpoints" in app.info[0].value


def test_the_canvas_gets_the_trace_and_what_each_dimension_is_worth():
    app = opened("dimensions", seed="4", step="3", dimension="2")
    arrays, meta = canvas(app, "order")
    trace = ui.engine().run(TraversalSettings(checkpoint="vae-mnist", seed=4))
    codes = ui.engine().codes("vae-mnist")
    worth = dimension_figures(codes.mean, codes.deviation)
    np.testing.assert_array_equal(arrays["pictures"], as_bytes(trace.pictures).reshape(WIDE, 25, -1))
    np.testing.assert_array_equal(arrays["kl"], worth.kl)
    np.testing.assert_array_equal(arrays["order"], worth.order)
    np.testing.assert_array_equal(arrays["collapsed"], worth.collapsed)
    assert meta["start"] == {"step": 3, "focus": 1}
    active = int((~worth.collapsed).sum())
    assert meta["summary"].startswith(f"{active} of {WIDE} dimensions active")
    assert (in_link(app, "step"), in_link(app, "dimension")) == ("3", "2")
    assert "z" not in app.query_params
    assert "picture" not in app.query_params


def test_without_codes_the_dimensions_are_still_traversed(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve_latent(tmp_path, codes=False)
    arrays, meta = canvas(opened("dimensions"), "order")
    assert meta["known"] is False
    assert "not known" in meta["summary"]
    assert list(arrays["order"]) == list(range(WIDE))


def test_a_code_in_the_link_is_the_code_that_is_moved():
    app = opened("dimensions", start="code", z=CODE, step="0", dimension="4")
    arrays, _ = canvas(app, "order")
    np.testing.assert_array_equal(arrays["z"], parse_code(CODE, WIDE))
    assert in_link(app, "z") == CODE


def test_going_on_makes_what_is_on_stage_the_code():
    app = opened("dimensions", seed="4", step="24", dimension="3")
    trace = ui.engine().run(TraversalSettings(checkpoint="vae-mnist", seed=4))
    next(button for button in app.button if button.label == "Go on from here").click().run()
    assert sound(app)
    wanted = trace.z.copy()
    wanted[2] = 3
    assert in_link(app, "start") == "code"
    assert in_link(app, "z") == format_code(wanted)
    np.testing.assert_allclose(canvas(app, "order")[0]["z"], wanted, atol=6e-4)


@pytest.mark.parametrize("typed", ["1,2", "nan," * 5 + "1", "199,0,0,0,0,0", "", "<b>,1,1,1,1,1"])
def test_a_typed_code_that_is_none_is_refused_in_words_and_the_one_before_stays(typed):
    app = opened("dimensions", start="code", z=CODE)
    app.text_area(key="autoencoders-dimensions:z").set_value(typed).run()
    assert sound(app)
    assert "The code before it is kept" in notices(app)
    assert in_link(app, "z") == CODE


@pytest.mark.parametrize("code", ["1,2", "1,2,3,4,5,nan", "1,2,3,4,5,inf", "a,b,c,d,e,f", "111,0,0,0,0,0", "1" * 5_000])
def test_a_wrong_code_of_a_link_is_named(code):
    app = opened("dimensions", start="code", z=code)
    assert "z=" in notices(app)
    assert len(notices(app)) < 400
    assert canvas(app, "order")[1]["known"]


WRONG = {
    "dimensions": {
        "seed": "abc",
        "start": "nowhere",
        "z": "1,nan",
        "picture": "!!",
        "step": "25",
        "dimension": "0",
        "checkpoint": "gan-mnist",
    },
    "beta": {"seed": "-1", "beta": "nan", "other": "11", "latent": "0", "steps": "x", "frame": "61"},
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    for name in WRONG[view]:
        assert f"{name}=" in notices(app), f"{name}: {notices(app)}"
    assert in_link(app, "seed") == "0"


def test_a_drawing_is_encoded_and_an_empty_one_is_refused_in_words():
    app = opened("dimensions", start="drawing", picture=PACKED)
    arrays, _ = canvas(app, "order")
    trace = ui.engine().run(TraversalSettings(checkpoint="vae-mnist", start="drawing", picture=PACKED))
    np.testing.assert_array_equal(arrays["z"], trace.z)
    np.testing.assert_array_equal(arrays["own"], trace.deviation)
    assert in_link(app, "picture") == PACKED
    empty = opened("dimensions", start="drawing", picture=pack_greys(np.zeros((SIDE, SIDE), np.uint8)))
    assert any("picture is empty" in element.value for element in empty.info)
    empty.selectbox(key="autoencoders-dimensions:start").set_value("prior").run()
    assert sound(empty)
    assert canvas(empty, "order")


def test_an_upload_takes_the_place_of_the_drawing_or_is_refused():
    app = opened("dimensions", start="drawing", picture=PACKED)
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    before = in_link(app, "picture")
    assert before != PACKED
    name, (data, words) = next(iter(REFUSED.items()))
    app.file_uploader[0].set_value((name, data, "image/png")).run()
    assert sound(app)
    assert words in notices(app)
    assert in_link(app, "picture") == before


def test_another_model_has_another_number_of_dimensions():
    app = opened("dimensions", start="code", z=CODE, dimension="5")
    app.selectbox(key="autoencoders-dimensions:checkpoint").set_value("vae-mnist-2d").run()
    assert sound(app)
    assert "6 coordinates: the latent space has 2" in notices(app)
    assert len(canvas(app, "order")[0]["z"]) == 2


def test_one_training_and_then_two_side_by_side():
    app = opened("beta", beta="2", frame="5")
    arrays, meta = canvas(app, "0.kl")
    trace = ui.engine().run(BetaSettings(beta=2, latent=4, steps=50))
    np.testing.assert_array_equal(arrays["0.kl"], trace.kl)
    np.testing.assert_array_equal(arrays["0.reconstruction"], trace.reconstruction)
    np.testing.assert_array_equal(arrays["0.samples"], as_bytes(trace.samples))
    assert meta["sides"] == [{"beta": "2"}]
    assert in_link(app, "frame") == "5"
    assert "other" not in app.query_params
    app.toggle(key="autoencoders-beta:two").set_value(True).run()
    assert sound(app)
    arrays, meta = canvas(app, "1.kl")
    other = ui.engine().run(BetaSettings(beta=4, latent=4, steps=50))
    np.testing.assert_array_equal(arrays["1.kl"], other.kl)
    assert in_link(app, "other") == "4"
    again = opened("beta", beta="2", other="4", frame="5")
    np.testing.assert_array_equal(canvas(again, "1.kl")[0]["1.kl"], other.kl)


def test_a_cancelled_training_waits_until_it_is_asked_for():
    app = AppTest.from_file(APP, default_timeout=120)
    app.query_params["steps"] = "50"
    settings = BetaSettings(steps=50)
    app.session_state["autoencoders-beta:cancelled"] = settings.key()
    app.run()
    app.switch_page("pages/autoencoders/beta.py").run()
    assert sound(app)
    assert any("was cancelled" in element.value for element in app.info)
    assert not ui.engine().holds(settings)
    next(button for button in app.button if button.label == "Train").click().run()
    assert sound(app)
    assert canvas(app, "0.kl")
