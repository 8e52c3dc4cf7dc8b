"""Half a digit and one judged picture from the entry script, without a browser."""

import numpy as np
import pytest

from playground import ui
from playground.traces import (
    CompareCompleteSettings,
    CompareScoreSettings,
    pack_greys,
    pack_picture,
    standings,
    unpack_greys,
)
from playground.widgets.dimensions import as_bytes
from tests.bad_files import READ, REFUSED
from tests.pages import canvas, each_is_named, in_link, lesson_of, notices, open_page, press, sound
from tests.small_drawn import COMPLETE, JUDGE, LOG_Z, SIDE, real_figures, shelve_drawn

pytestmark = pytest.mark.usefixtures("fresh_engine")
SHAPE = (SIDE, SIDE)
PICTURE = np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)
PACKED = pack_greys(PICTURE)
LOWER = pack_picture(np.broadcast_to(np.arange(SIDE)[:, None] >= SIDE // 2, SHAPE), 2)
FEW = "made-mnist,rbm-mnist,gan-mnist"
TITLES = {"complete": "Complete", "score": "Score"}


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_drawn(shelf)


def opened(view, **link):
    return open_page(f"compare/{view}", {"checkpoints": FEW, **link})


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_view_opens_in_both_languages_with_every_number_of_its_lesson(view, lang):
    app = opened(view, lang=lang)
    assert [title.value for title in app.title] == [
        TITLES[view] if lang == "en" else {"complete": "완성", "score": "점수"}[view]
    ]
    lesson = lesson_of(app)
    for name in ("kept", "pixels", "models", "count", "late", "digits", "low", "high"):
        assert "{" + name + "}" not in lesson
    assert lesson.count("\n1. ") == 1
    assert notices(app) == ""


@pytest.mark.parametrize("view", TITLES)
def test_without_such_a_model_the_view_says_so(view, tmp_path, monkeypatch):
    from tests.small_sequences import shelve, small_sequence

    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve(tmp_path, "translator", small_sequence("translator"))
    assert "No model of pictures is here" in opened(view).info[0].value


WRONG = {
    "complete": {"seed": "abc", "count": "9", "picture": "!!", "keep": "AA", "step": "99", "focus": "-1"},
    "score": {"seed": "1.5", "binarization": "dice", "picture": "AAAA", "version": "6"},
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view], checkpoints=f"{FEW},nobody")
    each_is_named(app, {**WRONG[view], "checkpoints": ""})
    assert in_link(app, "checkpoints") == FEW
    assert in_link(app, "seed") == "0"


def test_a_wrong_mask_does_not_take_the_picture_along():
    app = opened("complete", picture=PACKED, keep="AA")
    assert in_link(app, "picture") == PACKED
    assert "keep" in notices(app)


def test_the_canvas_gets_every_completion_and_the_link_opens_it_at_frame_and_focus():
    app = opened("complete", picture=PACKED, keep=LOWER, count="2", seed="4", step="40", focus="3")
    settings = CompareCompleteSettings(checkpoints=FEW, picture=PACKED, keep=LOWER, count=2, seed=4)
    trace = ui.engine().run(settings)
    arrays, meta = canvas(app, "moving")
    np.testing.assert_array_equal(arrays["fit"], trace.fit)
    np.testing.assert_array_equal(arrays["still"][0], as_bytes(trace.made[0, -1]).reshape(2, -1))
    np.testing.assert_array_equal(arrays["moving"], as_bytes(trace.made[1:]).reshape(2, *trace.fit.shape[1:], -1))
    np.testing.assert_array_equal(arrays["later"], trace.later)
    assert (meta["start"], meta["ways"]) == ({"step": 40, "focus": 3}, ["conditionals", "gibbs", "nearest"])
    assert meta["titles"] == ["MADE", "RBM", "GAN"]
    assert (in_link(app, "step"), in_link(app, "focus")) == ("40", "3")
    assert f"{trace.later[0]} kept pixels come too late" in lesson_of(app)


def test_one_of_each_family_is_there_by_default_with_the_one_that_any_mask_suits():
    app = opened("complete", checkpoints="", count="1")
    meta = canvas(app, "moving")[1]
    assert len(meta["ways"]) == len(COMPLETE)
    assert "ordering" in meta["ways"]
    assert "checkpoints" not in app.query_params


def test_who_cannot_complete_is_named_with_the_reason():
    words = "\n".join(element.value for element in opened("complete").caption)
    assert "**Autoencoder**: an autoencoder, with no distribution over its codes" in words
    assert f"**1 other checkpoints**: they make no pictures of {SIDE}×{SIDE} pixels" in words


def test_what_was_drawn_is_completed_when_the_button_is_pressed():
    import base64

    app = opened("complete", picture=PACKED, keep=LOWER)
    drawn, kept = 255 - PICTURE, np.zeros(SHAPE, np.uint8)
    kept[:3] = 1
    text = {"picture": drawn, "keep": kept}
    message = {name: base64.b64encode(array.tobytes()).decode() for name, array in text.items()}
    app.session_state["compare-complete:pad"] = {"drawing": {**message, "push": 1, "edit": 1}, "centre": None}
    app.run()
    assert in_link(app, "picture") == PACKED
    press(app, "Complete")
    assert in_link(app, "picture") == pack_greys(drawn)
    assert in_link(app, "keep") == pack_picture(kept, 2)


@pytest.mark.parametrize("view", TITLES)
def test_an_upload_replaces_the_picture_or_is_refused_in_words(view):
    app = opened(view, picture=PACKED)
    name, (data, words) = next(iter(REFUSED.items()))
    app.file_uploader[0].set_value((name, data, "image/png")).run()
    assert sound(app)
    assert words in notices(app)
    assert in_link(app, "picture") == PACKED
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    assert in_link(app, "picture") != PACKED


def test_figures_and_ranks_get_to_the_canvas_with_as_many_orderings_as_the_real_digits_had():
    names = ",".join(name for name in JUDGE if name not in ("nade-agnostic-mnist", "lstm-mnist"))
    app = opened("score", checkpoints=names, picture=PACKED, seed="2", version="3")
    text = names.replace("made-mnist", "made-mnist*4")
    trace = ui.engine().run(
        CompareScoreSettings(checkpoints=",".join(sorted(text.split(","), key=_order)), picture=PACKED, seed=2)
    )
    arrays, meta = canvas(app, "ranks")
    np.testing.assert_array_equal(arrays["figures"], trace.figures)
    real = {name: real_figures(name) for name in trace.checkpoints if name != "pixelcnn-mnist"}
    real["rbm-mnist"] = real["rbm-mnist"] - LOG_Z
    found = standings(trace, real)
    np.testing.assert_allclose(arrays["ranks"], found.ranks, atol=1e-6)
    np.testing.assert_array_equal(arrays["many"] == 0, [name == "pixelcnn-mnist" for name in trace.checkpoints])
    assert meta["start"]["step"] == 3
    assert in_link(app, "version") == "3"


def _order(name):
    return ui.compared.FAMILIES.index(name.partition("*")[0])


def test_a_generated_digit_can_be_judged_and_each_press_takes_another():
    app = press(opened("score", picture=PACKED), "Generated")
    first = in_link(app, "picture")
    assert first != PACKED
    assert unpack_greys(first, SHAPE).any()
    press(app, "Generated")
    assert in_link(app, "picture") != first
