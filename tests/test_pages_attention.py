"""Attention by hand, many heads and position from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import AttentionHandSettings, HeadsSettings, compute
from playground.widgets.payload import unpack
from tests.pages import canvases, in_link, notices, open_page, press, sound
from tests.small_sequences import LENGTH, shelve_sequences

TITLES = {"hand": "Attention by hand", "heads": "Many heads", "position": "Position"}
NAME = "transformer-shakespeare"
TYPED = ["", "\n\n", "😀 안녕 שלום", "a" * 100_000, "word " * 20_000]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(made))
        shelve_sequences(made, NAME, "transformer-mnist", "lstm-shakespeare", "translator")
    return made


@pytest.fixture(autouse=True)
def _shelf(folder, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    ui.engine.clear()
    yield
    ui.engine.clear()


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"attention/{view}", link)


def payload(app: AppTest) -> tuple[dict, dict]:
    return unpack(canvases(app)[-1].proto.bytes)


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_a_lesson_without_gaps(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = next(element.value for element in app.markdown if element.value.startswith("###"))
    left = (
        "{keys}",
        "{size}",
        "{variance}",
        "{entropy",
        "{heads}",
        "{each}",
        "{itself}",
        "{line}",
        "{without}",
        "{next_to}",
    )
    assert not [word for word in left if word in lesson]
    assert notices(app) == ""
    assert payload(app)[1]["trace"]


@pytest.mark.parametrize(
    ("view", "link", "words"),
    [
        ("hand", {"keys": "7"}, "keys="),
        ("hand", {"mask": "half"}, "mask="),
        ("hand", {"width": "x"}, "width="),
        ("hand", {"edits": "x.0.0=inf"}, "edits: 'x.0.0=inf'"),
        ("hand", {"step": "9"}, "step='9'"),
        ("hand", {"row": "9"}, "row='9'"),
        ("heads", {"checkpoint": "transformer-mnist"}, "checkpoint="),
        ("heads", {"layer": "3"}, "layer='3'"),
        ("heads", {"step": "999"}, "step='999'"),
        ("position", {"show": "all"}, "show="),
        ("position", {"length": "7"}, "length="),
        ("position", {"width": "65"}, "width="),
        ("position", {"checkpoint": "lstm-shakespeare"}, "checkpoint="),
        ("position", {"show": "shuffle", "order": "0.0.1.2.3"}, "order="),
        ("position", {"show": "shuffle", "layers": "-1"}, "layers="),
    ],
)
def test_a_wrong_value_of_a_link_is_named_and_the_default_is_used(view, link, words):
    assert words in notices(opened(view, **link))


def test_a_link_opens_the_stage_and_the_cell_with_the_entries_that_were_typed():
    app = opened("hand", text="one two three", keys="2", step="4", row="2", column="3", edits="x.0.0=5,k.3.1=-1")
    arrays, meta = payload(app)
    trace = compute(AttentionHandSettings(text="one two three", keys=2, edits="x.0.0=5,k.3.1=-1"), None)
    assert meta["start"] == {"step": 4, "focus": 8 + 2}
    for name in ("embedding", "to_key", "dots", "weights", "out"):
        np.testing.assert_array_equal(arrays[name], getattr(trace, name))
    assert [in_link(app, name) for name in ("step", "row", "column")] == ["4", "2", "3"]
    press(app, "Drawn entries again")
    assert "edits" not in app.query_params
    assert payload(app)[0]["embedding"][0, 0] != 5


def test_an_entry_typed_on_the_canvas_is_taken_over_and_nonsense_is_not():
    app = opened("hand", text="one two", step="0")
    revision = payload(app)[1]["revision"]
    for number, (entries, taken) in enumerate(
        [([["q", 0, 0, 2]], "q.0.0=2"), ([["q", 9, 0, 2]], "q.0.0=2"), ([["q", 0, 0, 1e9]], "q.0.0=2")], 1
    ):
        app.session_state["attention-hand:stage"] = {"wanted": {"revision": revision, "edit": number, "edits": entries}}
        app.run()
        assert sound(app)
        assert in_link(app, "edits") == taken
        revision = payload(app)[1]["revision"]
    assert payload(app)[0]["to_query"][0, 0] == 2


@pytest.mark.parametrize("text", TYPED)
def test_any_text_is_shown_counted_and_kept(text):
    for view, link in (("hand", {}), ("heads", {}), ("position", {"show": "shuffle"})):
        app = opened(view, **link)
        app.text_area(key=f"attention-{view}:text").set_value(text).run()
        assert sound(app)
        assert app.text_area(key=f"attention-{view}:text").value == text
        assert len(in_link(app, "text")) <= 2_000
        if view == "heads":
            assert payload(app)[0]["weights"].shape[2] <= LENGTH
        elif not text.split():
            assert any("Type a word" in element.value for element in app.info)


def test_the_heads_are_those_of_the_typed_text():
    app = opened("heads", text="Speak!\nNow", step="3", layer="2", head="1")
    arrays, meta = payload(app)
    trace = compute(HeadsSettings(checkpoint=NAME, text="Speak!\nNow"), ui.engine().load(NAME).model)
    assert meta["start"] == {"step": 3, "focus": 2}
    assert "".join(meta["text"]) == "Speak!\nNow"
    np.testing.assert_array_equal(arrays["weights"], trace.weights)
    np.testing.assert_allclose(arrays["measured"], trace.measured, atol=1e-6)


def test_words_are_shuffled_turned_and_put_in_order():
    app = opened("position", show="shuffle", seed="1")
    line = next(element.value for element in app.markdown if element.value.startswith("Largest difference"))
    assert "e−1" in line.split("without")[0] or "**0**" in line.split("without")[0]
    press(app, "Reversed")
    assert in_link(app, "order") == "4.3.2.1.0"
    press(app, "In order")
    assert in_link(app, "order") == "0.1.2.3.4"
    assert any("**0** without positions, **0** with them" in element.value for element in app.markdown)
    press(app, "Shuffle")
    assert sorted(in_link(app, "order").split(".")) == list("01234")
    app.text_area(key="attention-position:text").set_value("only three words").run()
    assert "order=" in notices(app)
    assert "order" not in app.query_params


def test_the_tables_are_the_sinusoids_and_the_checkpoints():
    app = opened("position", length="40", width="8", step="7", checkpoint=NAME)
    arrays, meta = payload(app)
    assert meta["start"]["step"] == 7
    assert arrays["sinusoidal"].shape == (40, 8)
    np.testing.assert_array_equal(arrays["learned"], ui.engine().load(NAME).model.position.weight.numpy())
