"""The views of FVSBN, NADE and the orderings, and the gallery, from the entry script without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import FvsbnSettings, NadeSettings, OrderingsSettings, pack_picture, unpack_picture
from tests.bad_files import READ
from tests.pages import APP, canvases, each_is_named, in_link, lesson_of, notices, open_page, payload, sound
from tests.shelf import SIDE, SMALL, stock

TITLES = {"fvsbn": "FVSBN", "nade": "NADE", "orderings": "Any ordering"}
CHECKPOINTS = {"fvsbn": "fvsbn-mnist", "nade": "nade-mnist", "orderings": "nade-agnostic-mnist"}
CELLS = SIDE * SIDE


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """An empty shelf, and an engine that knows nothing of another one."""
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    yield tmp_path
    ui.engine.clear()


@pytest.fixture
def full(shelf):
    stock(*SMALL)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"belief_networks/{view}", link)


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.usefixtures("full")
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    for name in ("{pixels}", "{weights}", "{nats}", "{unheard}", "{given}", "{units}", "{activation}", "{ink}"):
        assert name not in lesson
    assert notices(app) == ""
    assert in_link(app, "checkpoint") == CHECKPOINTS[view]


@pytest.mark.parametrize("view", TITLES)
def test_without_a_checkpoint_the_view_says_so(shelf, view):
    stock("pixelcnn-digits")
    app = opened(view)
    assert "is among the checkpoints" in app.info[0].value
    assert not canvases(app)


@pytest.mark.parametrize("names", [("fvsbn-mnist",), ("nade-mnist", "pixelcnn-digits"), tuple(SMALL)])
def test_the_gallery_shows_what_is_there(shelf, names):
    stock(*names)
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert sound(app)
    assert len(app.get("page_link")) == 4 + len(names) + 5, "four ways, one a card, a PixelCNN's five parts"
    if "nade-mnist" in names:
        assert any("12.50 nats" in caption.value for caption in app.caption)


WRONG = {
    "fvsbn": {"seed": "abc", "temperature": "-1", "step": "99999", "focus": "-3", "checkpoint": "nade-mnist"},
    "nade": {"seed": "-1", "temperature": "nan", "step": "x", "focus": "12", "checkpoint": "../etc"},
    "orderings": {
        "seed": "1.5",
        "temperature": "9",
        "orderings": "up,down",
        "first": "perhaps",
        "picture": "!!",
        "keep": "AAAA",
        "step": "37",
        "focus": "36",
    },
}


@pytest.mark.parametrize("view", WRONG)
@pytest.mark.usefixtures("full")
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert payload(app)[0]["values"].tolist() == payload(opened(view))[0]["values"].tolist()
    assert in_link(app, "checkpoint") == CHECKPOINTS[view]


@pytest.mark.parametrize("drawn", ["36", "3.3", "x", "5--2", "9" * 300])
@pytest.mark.usefixtures("full")
def test_a_drawn_ordering_in_the_link_that_is_none_is_named(drawn):
    app = opened("orderings", drawn=drawn)
    assert "drawn=" in notices(app)
    assert in_link(app, "drawn") == "35-0"


@pytest.mark.parametrize(("view", "settings"), [("fvsbn", FvsbnSettings), ("nade", NadeSettings)])
@pytest.mark.usefixtures("full")
def test_the_canvas_gets_the_trace_and_the_link_opens_it_at_the_step(view, settings):
    app = opened(view, seed="7", step="11", focus="5")
    arrays, meta = payload(app)
    trace = ui.engine().run(settings(checkpoint=CHECKPOINTS[view], seed=7))
    np.testing.assert_array_equal(arrays["values"], trace.values)
    np.testing.assert_array_equal(arrays["logits"], trace.logits)
    assert meta["start"] == {"step": 11, "focus": 5}
    assert (in_link(app, "seed"), in_link(app, "step"), in_link(app, "focus")) == ("7", "11", "5")
    if view == "fvsbn":
        assert arrays["lower"].dtype == np.float16
        matrix = np.zeros((CELLS, CELLS))
        matrix[np.tril_indices(CELLS, -1)] = arrays["lower"]
        np.testing.assert_array_equal(matrix, trace.matrix())
    app.number_input(key=f"belief-networks-{view}:seed").set_value(8).run()
    assert sound(app)
    assert payload(app)[1]["trace"] != meta["trace"]
    assert in_link(app, "seed") == "8"


@pytest.mark.usefixtures("full")
def test_another_ordering_another_region_and_the_same_noise():
    picture, keep = np.arange(CELLS) % 2, (np.arange(CELLS) % 3 == 0).astype(int)
    link = {"picture": pack_picture(picture, 2), "keep": pack_picture(keep, 2), "orderings": "spiral,random-9,drawn"}
    app = opened("orderings", drawn="7-4.20", first="False", **link)
    arrays, meta = payload(app)
    assert meta["names"] == ["spiral", "random-9", "drawn"]
    assert arrays["order"][2, :5].tolist() == [7, 6, 5, 4, 20]
    asked = OrderingsSettings(checkpoint="nade-agnostic-mnist", drawn="7-4.20", first=False, **link)
    trace = ui.engine().run(asked)
    np.testing.assert_array_equal(arrays["values"], trace.values)
    for values, order in zip(arrays["values"], arrays["order"], strict=True):
        flat = np.empty(CELLS, int)
        flat[order] = values
        assert (flat == picture)[keep > 0].all()
    app.toggle[0].set_value(True).run()
    assert sound(app)
    again, _ = payload(app)
    np.testing.assert_array_equal(again["noise"], arrays["noise"])
    assert again["given"][again["order"][0]].tolist() == sorted(keep, reverse=True)
    assert in_link(app, "first") == "True"


@pytest.mark.usefixtures("full")
def test_a_typed_ordering_is_taken_and_a_wrong_one_is_refused_while_the_last_stays():
    app = opened("orderings", orderings="drawn", first="False")
    app.session_state["belief-networks-orderings:draw"] = "Ordering"
    app.run()
    assert sound(app)
    typed = "belief-networks-orderings:drawn"
    app.text_input(key=typed).set_value("3, 2 1 30-32").run()
    assert sound(app)
    assert payload(app)[0]["order"][0, :6].tolist() == [3, 2, 1, 30, 31, 32]
    assert in_link(app, "drawn") == "3-1.30-32"
    for wrong, words in (("3 3", "no permutation"), ("99", "does not exist"), ("abc", "neither a position")):
        app.text_input(key=typed).set_value(wrong).run()
        assert sound(app)
        assert words in notices(app)
        assert in_link(app, "drawn") == "3-1.30-32"
    app.text_input(key=typed).set_value("0").run()
    assert notices(app) == ""


@pytest.mark.usefixtures("full")
def test_no_ordering_and_too_many_are_refused_and_those_of_before_stay():
    app = opened("orderings", orderings="raster")
    pills = app.button_group(key="belief-networks-orderings:orderings")
    for chosen in ([], ["raster", "column", "spiral", "random-1", "drawn"]):
        pills.set_value(chosen).run()
        assert sound(app)
        assert "one to four orderings" in notices(app)
        assert payload(app)[1]["names"] == ["raster"]
    pills.set_value(["spiral", "raster"]).run()
    assert set(payload(app)[1]["names"]) == {"spiral", "raster"}


@pytest.mark.usefixtures("full")
def test_an_uploaded_picture_replaces_the_drawing():
    app = opened("orderings")
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    picture = unpack_picture(in_link(app, "picture"), (SIDE, SIDE), 2)
    assert picture.any(1).sum() > picture.any(0).sum(), "an upright bar"


@pytest.mark.usefixtures("full")
def test_an_emptied_ordering_is_raster_also_when_the_link_is_opened_again():
    app = opened("orderings", orderings="drawn", first="False")
    app.session_state["belief-networks-orderings:draw"] = "Ordering"
    app.run()
    app.text_input(key="belief-networks-orderings:drawn").set_value("").run()
    assert payload(app)[0]["order"][0].tolist() == list(range(CELLS))
    app.session_state["belief-networks-orderings:draw"] = "Picture"
    app.run()
    assert payload(app)[0]["order"][0].tolist() == list(range(CELLS))
    again = opened("orderings", orderings="drawn", first="False", drawn=in_link(app, "drawn"))
    assert payload(again)[0]["order"][0].tolist() == list(range(CELLS))
