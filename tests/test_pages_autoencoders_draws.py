"""'Is it generative?' and 'Your own digit' from the entry script, without a browser."""

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import OwnDigitSettings, PriorDrawsSettings, pack_greys, unpack_greys
from playground.widgets.payload import unpack
from tests.bad_files import READ, REFUSED
from tests.pages import canvas, canvases, in_link, lesson_of, notices, open_page, sound
from tests.small_judge import JUDGE, shelve_judged
from tests.small_latent import SIDE, WIDE, shelve_latent

pytestmark = pytest.mark.usefixtures("fresh_engine")
torch.set_num_threads(1)
TITLES = {"generative": "Is it generative?", "your_digit": "Your own digit"}
PICTURE = np.where(np.random.default_rng(2).random((SIDE, SIDE)) < 0.3, 255, 0).astype(np.uint8)
PACKED = pack_greys(PICTURE)
EMPTY = pack_greys(np.zeros((SIDE, SIDE), np.uint8))


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_judged(shelf)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"autoencoders/{view}", link)


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    words = lesson.split(":small[")[0]
    for name in ("holes", "missed", "count", "verdict", "term", "kl", "elbo", "truth", "effective", "rank", "largest"):
        assert "{" + name + "}" not in words
    assert 150 <= len(words.split()) <= 340
    assert notices(app) == ""


@pytest.mark.parametrize("view", TITLES)
def test_without_a_model_the_view_says_so(view, bare_shelf):
    app = opened(view)
    assert "is among the checkpoints" in app.info[0].value
    assert not canvases(app)


def test_without_codes_the_comparison_says_so_and_the_own_digit_works(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve_latent(tmp_path, codes=False)
    assert "carry no codes" in opened("generative").info[0].value
    assert canvas(opened("your_digit"), "weights")[0]["codes"].size == 0


def test_without_a_judge_the_draws_are_shown_unjudged(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve_latent(tmp_path)
    app = opened("generative")
    assert canvas(app, "drawn0")[0]["drawn0"].size == 0
    assert all(box.label != "Judged by" for box in app.selectbox)


WRONG = {
    "generative": {
        "seed": "abc",
        "source": "normal",
        "components": "999",
        "draws": "0",
        "vae": "nothing",
        "judge": "../x",
        "checkpoint": "made-mnist",
        "step": "99999",
        "pixels": "7",
    },
    "your_digit": {
        "seed": "-1",
        "checkpoint": "gan-mnist",
        "picture": "!!",
        "draws": "1e9",
        "repeats": "nan",
        "step": "400",
        "focus": "99",
    },
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    for name in WRONG[view]:
        assert f"{name}=" in notices(app), f"{name}: {notices(app)}"
    assert in_link(app, "seed") == "0"
    assert len(notices(app)) < 1500


def test_the_pair_that_a_link_names_is_the_pair_on_stage():
    app = opened("generative", source="mixture", components="3", draws="20", seed="9", step="7", pixels="1")
    arrays, meta = canvas(app, "drawn0")
    expected = ui.engine().run(
        PriorDrawsSettings(checkpoint="autoencoder-mnist-2d", source="mixture", components=3, draws=20, seed=9)
    )
    np.testing.assert_array_equal(arrays["z0"], expected.z)
    assert meta["sides"][0]["holes"] == expected.holes
    assert meta["start"] == {"step": 7, "focus": 0}
    assert arrays["drawn0"].shape == (20,)
    assert in_link(app, "components") == "3"
    assert in_link(app, "judge") == JUDGE
    assert meta["same"] is False
    assert canvas(opened("generative", draws="20", seed="9"), "drawn0")[1]["same"] is True


def test_the_vae_of_many_dimensions_takes_its_place():
    app = opened("generative", draws="8")
    app.selectbox(key="autoencoders-generative:vae").set_value("vae-mnist").run()
    assert sound(app)
    meta = canvas(app, "drawn0")[1]
    assert meta["sides"][1]["latent"] == WIDE
    assert in_link(app, "vae") == "vae-mnist"


def test_a_drawing_is_encoded_and_its_numbers_are_the_trace_s():
    app = opened("your_digit", picture=PACKED, seed="3", step="5", focus="2")
    arrays, meta = canvas(app, "weights")
    trace = ui.engine().run(OwnDigitSettings(checkpoint="vae-mnist-2d", picture=PACKED, seed=3))
    assert meta["exact"] == trace.exact
    assert meta["elbo"] == trace.elbo
    np.testing.assert_array_equal(arrays["picture"], trace.picture)
    assert meta["start"] == {"step": 5, "focus": 2}
    lesson = lesson_of(app)
    assert f"{trace.exact:,.3f}".replace("-", "−") in lesson


def test_an_empty_drawing_is_refused_in_words_and_the_one_before_stays():
    app = opened("your_digit", picture=EMPTY)
    assert app.info[0].value.startswith("The pad is empty")
    assert in_link(app, "picture") == EMPTY
    assert not any("weights" in unpack(e.proto.bytes)[0] for e in canvases(app))
    app = opened("your_digit", picture=PACKED)
    before = canvas(app, "weights")[1]["trace"]
    memory = app.session_state[f"autoencoders-your-digit:picture:{SIDE}:pad"]
    memory.update(picture=np.zeros((SIDE, SIDE), np.uint8), edit=1)
    app.run()
    assert sound(app)
    assert "Below is the drawing before it" in app.info[0].value
    assert canvas(app, "weights")[1]["trace"] == before


def test_many_dimensions_have_no_exact_value():
    app = opened("your_digit", picture=PACKED)
    app.selectbox(key="autoencoders-your-digit:checkpoint").set_value("vae-mnist").run()
    assert sound(app)
    meta = canvas(app, "weights")[1]
    assert meta["exact"] is None
    assert meta["latent"] == WIDE
    assert in_link(app, "checkpoint") == "vae-mnist"
    assert in_link(app, "picture") == PACKED


def test_an_uploaded_picture_replaces_the_drawing():
    app = opened("your_digit", picture=PACKED)
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    found = unpack_greys(in_link(app, "picture"), (SIDE, SIDE))
    assert found.any()
    np.testing.assert_array_equal(canvas(app, "weights")[0]["picture"], found >= 128)


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_picture_is_refused_in_words(name):
    data, words = REFUSED[name]
    app = opened("your_digit", picture=PACKED)
    app.file_uploader[0].set_value((name, data, "image/png")).run()
    assert sound(app)
    assert words in notices(app)
    assert in_link(app, "picture") == PACKED
