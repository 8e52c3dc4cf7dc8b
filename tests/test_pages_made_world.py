"""The views that train and use a MADE, from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import worlds
from playground.engine import Engine
from playground.traces import AncestralSettings, AverageSettings, SmallWorldSettings, pack_picture
from playground.widgets.smallworld import trace_id
from tests.pages import canvases, in_link, lesson_of, notices, open_page, payload, press, sound, trace_of
from tests.small_checkpoints import shelve_mades, shelve_pixelcnn

QUICK = {"steps": "20", "units": "8"}
ENSEMBLE = "made-small-ensemble"


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """Two tiny MADEs are all that the pages of this family find."""
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_mades(tmp_path)
    return tmp_path


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"made/{view}", link)


def training(app: AppTest) -> str:
    """The identity of the training on the stage."""
    return payload(app)[1]["training"].split(":")[0]


def expected(**values) -> str:
    return trace_id(Engine(device="cpu").run(SmallWorldSettings.checked(**values)))


@pytest.mark.parametrize(("view", "title"), [("train", "Train it"), ("generate", "Digits"), ("average", "Averaging")])
def test_a_view_opens_with_its_heading_and_its_lesson(shelf, view, title):
    app = opened(view, **(QUICK if view == "train" else {}))
    assert [element.value for element in app.title] == [title]
    lesson = lesson_of(app)
    for name in ("pixels", "states", "possible", "entropy", "kl", "members", "count", "alone", "together", "gain"):
        assert "{" + name + "}" not in lesson
    assert notices(app) == ""
    assert canvases(app)


@pytest.mark.parametrize("view", ["generate", "average"])
def test_a_view_without_a_checkpoint_says_so(tmp_path, monkeypatch, view):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_pixelcnn(tmp_path)
    app = opened(view)
    assert "No such checkpoint is here yet" in app.info[0].value


# --- Train it ---------------------------------------------------------------------------------------------------------


def test_a_link_opens_the_very_training_at_its_step():
    link = {**QUICK, "world": "one-bar", "model": "nade", "height": "2", "seed": "5", "ordering": "random-9"}
    app = opened("train", step="13", **link)
    assert training(app) == expected(
        steps=20, units=8, world="one-bar", model="nade", height=2, seed=5, ordering="random-9"
    )
    assert in_link(app, "step") == "13"
    assert in_link(app, "ordering") == "random-9"
    assert notices(app) == ""


def test_settings_wait_for_the_button():
    app = opened("train", **QUICK)
    before = training(app)
    app.selectbox(key="made-train:model").set_value("fvsbn").run()
    app.selectbox(key="made-train:world").set_value("parity").run()
    app.selectbox(key="made-train:shape").set_value((2, 2)).run()
    assert training(app) == before
    assert any("to use the new settings" in element.value for element in app.caption)
    press(app, "Train")
    assert training(app) == expected(steps=20, units=8, model="fvsbn", world="parity", height=2, width=2)
    assert not any("to use the new settings" in element.value for element in app.caption)
    assert in_link(app, "model") == "fvsbn"


def test_another_model_makes_what_it_has_no_use_for_give_way():
    app = opened("train", members="4", layers="2", **QUICK)
    app.selectbox(key="made-train:model").set_value("nade").run()
    press(app, "Train")
    assert (in_link(app, "members"), in_link(app, "layers"), in_link(app, "model")) == ("1", "1", "nade")
    assert notices(app) == ""


def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used():
    wrong = {"seed": "abc", "world": "x", "height": "9", "members": "3", "ordering": "zigzag", "rate": "nan"}
    wrong |= {"batch": "7", "units": "1e9", "layers": "-1", "step": "99999"}
    app = opened("train", **wrong)
    for name in wrong:
        assert f"{name}=" in notices(app), name
    assert training(app) == expected()


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"model": "fvsbn", "members": "8"}, "members='8' is not allowed"),
        ({"model": "nade", "layers": "3"}, "layers='3' is not allowed"),
        ({"world": "drawn"}, "an example is used instead"),
        ({"world": "drawn", "patterns": "9.AA"}, "an example is used instead"),
        ({"world": "parity", "height": "4", "width": "4"}, "batch='0' is not allowed"),
    ],
)
def test_values_that_do_not_fit_one_another_are_named(link, words):
    app = opened("train", **QUICK, **link)
    assert words in notices(app)
    press(app, "Train")
    assert notices(app) == ""


def test_images_are_drawn_removed_and_brought_back():
    images = worlds.pack_patterns(np.stack([np.eye(3), np.ones((3, 3))]).astype(np.uint8))
    app = opened("train", world="drawn", patterns=images, **QUICK)
    press(app, "Add")  # the empty pad: an image of paper
    press(app, "Train")
    assert worlds.unpack_patterns(in_link(app, "patterns"), (3, 3)).sum((1, 2)).tolist() == [3, 9, 0]
    app.button(key="made-train:remove:0").click().run()
    press(app, "Train")
    assert worlds.unpack_patterns(in_link(app, "patterns"), (3, 3)).sum((1, 2)).tolist() == [9, 0]
    press(app, "Undo")
    press(app, "Undo")
    press(app, "Train")
    assert in_link(app, "patterns") == images
    before = training(app)
    press(app, "Clear")
    press(app, "Train")
    assert "at least one" in notices(app)
    assert training(app) == before
    press(app, "Undo")
    press(app, "Train")
    assert notices(app) == ""


def test_the_drawn_images_of_another_size_are_others():
    app = opened("train", world="drawn", patterns="1.AAA", **QUICK)
    app.selectbox(key="made-train:shape").set_value((2, 4)).run()
    press(app, "Train")
    assert notices(app) == ""
    assert worlds.unpack_patterns(in_link(app, "patterns"), (2, 4)).shape == (3, 2, 4)


def test_no_more_than_64_images_can_be_added():
    full = worlds.pack_patterns(np.zeros((64, 2, 2), np.uint8))
    app = opened("train", world="drawn", height="2", width="2", patterns=full, **QUICK)
    assert next(button for button in app.button if button.label == "Add").disabled


# --- Digits -----------------------------------------------------------------------------------------------------------


def player_orders(app: AppTest) -> np.ndarray:
    return payload(app)[0]["order"]


def test_a_link_opens_the_digits_of_a_member(shelf):
    app = opened("generate", checkpoint=ENSEMBLE, member="2", seed="4", count="4", step="30")
    trace = Engine(device="cpu").run(AncestralSettings(checkpoint=ENSEMBLE, member=2, seed=4, count=4))
    assert np.array_equal(player_orders(app), trace.order)
    assert (in_link(app, "member"), in_link(app, "step")) == ("2", "30")


def test_another_ordering_is_used_at_once_and_survives_generate(shelf):
    app = opened("generate", checkpoint=ENSEMBLE, count="4")
    before = trace_of(app)
    app.selectbox(key="made-generate:member").set_value(3).run()
    assert sound(app)
    assert trace_of(app) != before
    assert in_link(app, "member") == "3"
    app.number_input(key="made-generate:seed").set_value(12).run()
    press(app, "Generate")
    assert (in_link(app, "member"), in_link(app, "seed")) == ("3", "12")


@pytest.mark.parametrize("member", ["4", "1000", "-1", "x"])
def test_an_ordering_that_does_not_exist_is_named(shelf, member):
    app = opened("generate", checkpoint=ENSEMBLE, member=member)
    assert "member=" in notices(app)
    assert in_link(app, "member") == "0"


def test_a_checkpoint_with_fewer_orderings_goes_back_to_its_first(shelf):
    app = opened("generate", checkpoint=ENSEMBLE, member="3", count="4")
    app.selectbox(key="made-generate:checkpoint").set_value("made-small").run()
    press(app, "Generate")
    assert (in_link(app, "checkpoint"), in_link(app, "member")) == ("made-small", "0")


def test_a_forced_pixel_shows_two_futures_of_that_ordering(shelf):
    app = opened("generate", checkpoint=ENSEMBLE, member="1", count="4", force="2.7.1")
    assert notices(app) == ""
    arrays, meta = payload(app)
    assert (meta["layout"], meta["forced"]) == ("compare", 7)
    assert arrays["values"][1, 7] == 1
    app.selectbox(key="made-generate:member").set_value(2).run()
    assert "force" not in app.query_params, "another ordering has other steps"
    wrong = opened("generate", checkpoint=ENSEMBLE, force="0.64.1")
    assert "force=" in notices(wrong)


# --- Averaging --------------------------------------------------------------------------------------------------------


def test_the_picture_of_a_link_is_averaged_over_its_orderings(shelf):
    picture = pack_picture(np.eye(8), 2)
    app = opened("average", picture=picture, count="3")
    trace = Engine(device="cpu").run(AverageSettings(checkpoint=ENSEMBLE, picture=picture, count=3))
    words = [element.value for element in app.markdown]
    assert any(f"{trace.average[-1]:,.3f} nats" in text for text in words)
    assert any("No figures of real digits" in element.value for element in app.caption)
    assert in_link(app, "picture") == picture
    app.slider(key="made-average:count").set_value(1).run()
    assert sound(app)
    assert in_link(app, "count") == "1"
    app.toggle(key="made-average:logits").set_value(True).run()
    assert sound(app)


def test_wrong_values_of_the_averages_link_are_named(shelf):
    app = opened("average", count="9", picture="!!", seed="-1", checkpoint="nothing")
    for name in ("count=", "picture=", "seed=", "checkpoint="):
        assert name in notices(app)
    assert (in_link(app, "count"), in_link(app, "checkpoint")) == ("4", ENSEMBLE)


def test_only_models_of_several_orderings_are_averaged(shelf):
    app = opened("average")
    assert app.selectbox(key="made-average:checkpoint").options == [f"Tiny {ENSEMBLE}"]
