"""Interpolate from the entry script, without a browser: ends of every kind, what is refused, what is drawn."""

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import InterpolateSettings, pack_picture, unpack_picture
from playground.widgets.interpolate import moved_ends
from tests.bad_files import READ, REFUSED
from tests.pages import canvas, each_is_named, in_link, lesson_of, notices, open_page, sound
from tests.small_latent import SIDE, WIDE, shelve_latent

pytestmark = pytest.mark.usefixtures("fresh_engine")
torch.set_num_threads(1)
VIEW = "autoencoders-interpolate"
PLANAR, WIDER = "vae-mnist-2d", "vae-mnist"
FAST = {"frames": "7", "tiles": "3"}
PICTURE = (np.add.outer(np.arange(SIDE), np.arange(SIDE)) % 5 < 2).astype(np.uint8)
INK = f"ink:{pack_picture(PICTURE, 2)}"


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(**link: str) -> AppTest:
    return open_page("autoencoders/interpolate", {"checkpoint": PLANAR, **FAST, **link})


def trace_of(**values: object):
    return ui.engine().run(InterpolateSettings(**{"checkpoint": PLANAR, "frames": 7, "tiles": 3, **values}))


@pytest.mark.parametrize("name", [PLANAR, WIDER, "autoencoder-mnist-2d", "gan-mnist"])
@pytest.mark.parametrize("ends", ["two", "four"])
def test_the_view_opens_for_every_model(name, ends):
    app = opened(checkpoint=name, ends=ends)
    assert [title.value for title in app.title] == ["Interpolate"]
    lesson = lesson_of(app)
    for word in ("latent", "ends", "angle", "linear", "spherical", "typical", "measure"):
        assert "{" + word + "}" not in lesson
    assert 150 <= len(lesson.split(":small[")[0].split()) <= 340
    assert notices(app) == ""
    arrays, meta = canvas(app, "stations")
    assert arrays["codes"].shape[1:3] == ((1, 7) if ends == "two" else (3, 3))
    assert len(meta["ends"]) == (2 if ends == "two" else 4)
    assert bool(len(arrays["labels"])) == name.endswith("2d"), "dots only on a plane"
    assert (meta["typical"] == []) == name.startswith("auto")


def test_without_a_model_the_view_says_so(bare_shelf):
    app = opened()
    assert "No VAE or Autoencoder or GAN is among the checkpoints" in app.info[0].value


WRONG = {
    "seed": "abc",
    "ends": "three",
    "frames": "1",
    "tiles": "99",
    "first": "code:1,2,3",
    "second": "code:nan,0",
    "third": "ink:AAAA",
    "fourth": "digit:4",
    "step": "999",
    "checkpoint": "../etc",
}


def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used():
    app = opened(**WRONG)
    each_is_named(app, WRONG)
    right = opened(checkpoint=in_link(app, "checkpoint"), frames="181")
    for name in ("seed", "ends", "frames", "first", "second", "checkpoint"):
        assert in_link(app, name) == in_link(right, name)


@pytest.mark.parametrize(
    "text", ["code:1", "code:inf,1", "code:1e5,0", "seed:-3", f"ink:{pack_picture(PICTURE * 0, 2)}"]
)
def test_an_end_that_is_none_is_named_and_another_is_shown(text):
    app = opened(first=text)
    assert "first" in notices(app)
    assert "is used instead" in notices(app)
    assert in_link(app, "first").startswith("code:")


def test_a_notice_stays_when_the_other_end_is_written_otherwise():
    app = opened(first="code:0.5,.25", second="code:nan,0")
    assert "second='nan,0'" in notices(app)
    assert in_link(app, "first") == "code:0.500,0.250"


def test_a_drawing_for_a_gan_is_refused_in_words():
    app = opened(checkpoint="gan-mnist", first=INK)
    assert "no encoder" in notices(app)
    assert in_link(app, "first") == "seed:1"


def test_the_canvas_gets_the_trace_and_the_link_opens_it_at_the_frame():
    app = opened(first="code:0.5,-1.25", second="seed:9", step="4", seed="3")
    arrays, meta = canvas(app, "stations")
    trace = trace_of(first="code:0.5,-1.25", second="seed:9", seed=3)
    for sent, kept in {
        "codes": trace.codes,
        "norms": trace.norms,
        "scores": trace.scores,
        "endCodes": trace.ends,
    }.items():
        np.testing.assert_array_equal(arrays[sent], kept)
    np.testing.assert_allclose(arrays["pictures"] / 255, trace.pictures.astype(np.float32), atol=0.003)
    assert meta["start"] == {"step": 4, "opening": 0}
    assert meta["ends"] == ["code (0.500, −1.250)", "seed 9, a draw from N(0, I)"]
    assert meta["reference"] == pytest.approx(-float(ui.engine().reference(PLANAR).mean()))
    assert (in_link(app, "step"), in_link(app, "first"), in_link(app, "second")) == ("4", "code:0.500,-1.250", "seed:9")
    assert "third" not in app.query_params


def test_a_seed_a_typed_code_and_the_number_of_frames_change_the_path_at_once():
    app = opened(first="seed:1", second="seed:2")
    before = canvas(app, "stations")[1]["trace"]
    app.number_input(key=f"{VIEW}:first:seed").set_value(12).run()
    assert sound(app)
    assert in_link(app, "first") == "seed:12"
    assert canvas(app, "stations")[1]["trace"] != before
    app.radio(key=f"{VIEW}:second:kind").set_value("code").run()
    assert sound(app)
    kept = in_link(app, "second")
    np.testing.assert_allclose(canvas(app, "stations")[0]["endCodes"][1], trace_of(second="seed:2").ends[1], atol=6e-4)
    app.text_input(key=f"{VIEW}:second:code").set_value(" 1, -0.5 ").run()
    assert in_link(app, "second") == "code:1.000,-0.500"
    for wrong in ("1", "1,nan", "1,2,3", "one,two", "1,1000", ""):
        app.text_input(key=f"{VIEW}:second:code").set_value(wrong).run()
        assert sound(app)
        assert "What was there before is kept" in notices(app), wrong
        assert in_link(app, "second") == "code:1.000,-0.500"
        assert app.text_input(key=f"{VIEW}:second:code").value == wrong, "what was typed is not lost"
    app.slider(key=f"{VIEW}:frames").set_value(11).run()
    assert canvas(app, "stations")[0]["codes"].shape[2] == 11
    assert kept.startswith("code:")


def test_a_digits_code_is_taken_from_those_that_were_stored():
    app = opened(first="code:0,0")
    app.selectbox(key=f"{VIEW}:first:class").set_value(7).run()
    app.button(key=f"{VIEW}:first:take").click().run()
    assert sound(app)
    code = np.array([float(part) for part in in_link(app, "first").removeprefix("code:").split(",")])
    codes = ui.engine().codes(PLANAR)
    assert np.abs(codes.mean[codes.labels == 7] - code).max(1).min() < 1e-3


def test_a_drawing_is_encoded_an_upload_replaces_it_and_a_bad_file_changes_nothing():
    app = opened(first=INK, second="seed:2")
    np.testing.assert_array_equal(canvas(app, "stations")[0]["pictures"][2, 0, 0], PICTURE * 255)
    before = in_link(app, "first")
    assert before == INK
    for name, (data, words) in REFUSED.items():
        app.file_uploader[0].set_value((name, data, "image/png")).run()
        assert sound(app)
        assert words in notices(app), name
        assert in_link(app, "first") == before
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    assert notices(app) == ""
    assert unpack_picture(in_link(app, "first").removeprefix("ink:"), (SIDE, SIDE), 2).any()
    assert in_link(app, "first") != before


def test_an_empty_upright_pad_is_refused_and_the_last_drawing_kept():
    app = opened(first="seed:1")
    app.radio(key=f"{VIEW}:first:kind").set_value("drawing").run()
    assert sound(app)
    drawn = in_link(app, "first")
    assert drawn.startswith("ink:"), "the pad opens with a digit"
    app.session_state[f"{VIEW}:first:opened"] = np.zeros((SIDE, SIDE), np.uint8)
    app.run()
    assert sound(app)
    assert "empty drawing" in notices(app)
    assert in_link(app, "first") == drawn


def test_ends_that_were_moved_on_the_plane_become_codes_and_the_others_stay():
    app = opened(first="seed:1", second="seed:2")
    revision = canvas(app, "stations")[1]["revision"]
    app.session_state[f"{VIEW}:stage"] = {
        "view": None,
        "wanted": {"revision": revision, "edit": 1, "ends": [None, [1.23456, -0.5]]},
    }
    app.run()
    assert sound(app)
    assert (in_link(app, "first"), in_link(app, "second")) == ("seed:1", "code:1.235,-0.500")
    assert app.radio(key=f"{VIEW}:second:kind").value == "code"
    assert app.text_input(key=f"{VIEW}:second:code").value == "1.235,-0.500"
    arrays, meta = canvas(app, "stations")
    assert (meta["revision"], meta["edit"]) == (revision, 1)
    np.testing.assert_allclose(arrays["endCodes"][1], [1.235, -0.5], atol=1e-6)


@pytest.mark.parametrize(
    "ends", ["x", [None], [[1.0], None], [[float("nan"), 0], None], [["1", 2], None], [[1e9, 0], None], [True, None]]
)
def test_what_a_browser_sends_is_not_trusted(ends):
    app = opened(first="seed:1", second="seed:2")
    meta = canvas(app, "stations")[1]
    app.session_state[f"{VIEW}:stage"] = {
        "view": None,
        "wanted": {"revision": meta["revision"], "edit": 1, "ends": ends},
    }
    app.run()
    assert sound(app)
    assert (in_link(app, "first"), in_link(app, "second")) == ("seed:1", "seed:2")
    assert canvas(app, "stations")[1]["revision"] == meta["revision"] + 1, "the browser is shown again what is"


def test_nothing_is_moved_before_the_canvas_is_there():
    assert moved_ends("no such canvas") is None


def test_another_model_keeps_seeds_and_drawings_and_gives_back_its_own_codes():
    app = opened(first="code:0.5,0.5", second=INK, ends="four")
    app.selectbox(key=f"{VIEW}:checkpoint").set_value(WIDER).run()
    assert sound(app)
    assert notices(app) == ""
    assert in_link(app, "second") == INK
    assert in_link(app, "first") == "seed:1"
    app.selectbox(key=f"{VIEW}:checkpoint").set_value("gan-mnist").run()
    assert sound(app)
    assert in_link(app, "second") == "seed:2"
    app.selectbox(key=f"{VIEW}:checkpoint").set_value(PLANAR).run()
    assert sound(app)
    assert in_link(app, "first") == "seed:1", "a seed fits every model and stays"
    assert canvas(app, "stations")[0]["codes"].shape == (2, 3, 3, 2)


def test_a_code_of_many_numbers_is_typed_in_a_larger_field():
    app = opened(checkpoint=WIDER, first=f"code:{','.join(['0.5'] * WIDE)}")
    assert app.text_area(key=f"{VIEW}:first:code").value == ",".join(["0.500"] * WIDE)
    app.text_area(key=f"{VIEW}:first:code").set_value("\n".join(f"{n}," for n in range(WIDE)).rstrip(",")).run()
    assert sound(app)
    assert in_link(app, "first") == "code:" + ",".join(f"{n}.000" for n in range(WIDE))
