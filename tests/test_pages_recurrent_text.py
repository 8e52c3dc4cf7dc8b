"""The cell and writing from the entry script, without a browser: any text is taken, the link says it all."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import traces, ui
from playground.traces import CellSettings, WriteSettings
from tests.pages import each_is_named, in_link, lesson_of, notices, open_page, payload, sound
from tests.small_sequences import HIDDEN, LENGTH, RECURRENT, TEXTS, shelve_sequences, small_sequence

TITLES = {"cell": "The cell", "write": "Write"}
FAST = {"cell": {}, "write": {"length": "12"}}
ODD = ["", "\n", "👩‍👩‍👧 ok", "안녕하세요 you", "שלום hi", "**a** `b` $c$ <b>", "a" * 100_000]


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    """One engine for all tests of this file: the models are loaded once."""
    shelve_sequences(shelf)
    ui.engine.clear()
    yield
    ui.engine.clear()


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"recurrent/{view}", {**FAST[view], **link})


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    prose = "".join(part for n, part in enumerate(lesson_of(app).split("$")) if n % 2 == 0)
    assert "{" not in prose, "a name was left unfilled"
    assert 150 <= len(prose.split(":small[")[0].split()) <= 340
    assert notices(app) == ""
    assert in_link(app, "checkpoint") == "lstm-shakespeare"


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize("text", ODD, ids=lambda text: repr(text[:8]))
def test_any_text_is_taken(view, text):
    app = opened(view)
    app.text_area[0].set_value(text).run()
    assert sound(app)
    assert app.text_area[0].value == text
    name = "text" if view == "cell" else "prompt"
    assert in_link(app, name) == text[:2000]
    if view == "cell":
        assert payload(app)[1]["text"] == text[:4000]
    left_out = any("left out" in element.value for element in app.caption)
    assert left_out == any(ord(c) > 127 or c in "*`<>" for c in text)


@pytest.mark.parametrize("checkpoint", RECURRENT)
def test_a_link_opens_a_cell_at_its_step_and_unit(checkpoint):
    app = opened("cell", checkpoint=checkpoint, text="To be\nor not", step="5", unit="2")
    arrays, meta = payload(app)
    trace = traces.compute(CellSettings(checkpoint=checkpoint, text="To be\nor not"), small_sequence(checkpoint))
    assert np.allclose(arrays["memory"], trace.memory, atol=2e-2), "the shelf holds half precision"
    assert meta["start"] == {"step": 5, "focus": 2}
    assert meta["gates"] == list(trace.gates)
    assert (in_link(app, "step"), in_link(app, "unit")) == ("5", "2")
    assert any(f"all {HIDDEN} units are on stage" in element.value for element in app.caption)


def test_where_the_browser_stands_is_in_the_link():
    app = opened("cell")
    identity = payload(app)[1]["trace"]
    app.session_state["recurrent-cell:stage"] = {"view": {"trace": identity, "step": 7, "focus": 3}}
    app.run()
    assert (in_link(app, "step"), in_link(app, "unit")) == ("7", "3")


@pytest.mark.parametrize("checkpoint", TEXTS)
def test_every_model_of_text_writes(checkpoint):
    app = opened("write", checkpoint=checkpoint, prompt="To ", seed="4", step="3")
    arrays, meta = payload(app)
    settings = WriteSettings(checkpoint=checkpoint, prompt="To ", seed=4, length=12)
    noise = traces.compute(settings, small_sequence(checkpoint)).noise
    assert np.array_equal(arrays["noise"], noise)
    assert (meta["prompt"], meta["start"]["step"], len(meta["futures"])) == ("To ", 3, 1)
    assert in_link(app, "step") == "3"


def test_what_does_not_fit_into_a_transformer_is_said():
    app = opened("write", checkpoint="transformer-shakespeare", length="400")
    assert any(f"sees at most {LENGTH} characters" in element.value for element in app.caption)


def wanted(app: AppTest, **message: object) -> AppTest:
    app.session_state["recurrent-write:stage"] = {"view": None, "wanted": {"draw": None, **message}}
    app.run()
    assert sound(app)
    return app


def test_a_chosen_character_is_a_future_in_the_list_and_in_the_link():
    app = opened("write")
    before, meta = payload(app)
    wanted(app, revision=meta["revision"], edit=1, forces=[[[4, 20]]], branch=1)
    after, meta = payload(app)
    assert after["codes"][:4].tolist() == before["codes"][:4].tolist()
    assert (after["codes"][4], meta["branch"], meta["edit"]) == (20, 1, 1)
    assert np.array_equal(after["noise"], before["noise"])
    assert [future["force"] for future in meta["futures"]] == [[], [[4, 20]]]
    assert (in_link(app, "branches"), in_link(app, "branch")) == ("4.20", "1")
    wanted(app, revision=meta["revision"], edit=3, forces=[[[4, 20]], [[4, 20], [7, 1]]], branch=0)
    arrays, meta = payload(app)
    assert np.array_equal(arrays["codes"], before["codes"])
    assert (in_link(app, "branches"), in_link(app, "branch")) == ("4.20;4.20,7.1", "0")
    fresh = opened("write", branches="4.20;4.20,7.1", branch="2")
    arrays, meta = payload(fresh)
    assert arrays["forced"].nonzero()[0].tolist() == [4, 7]
    assert (meta["branch"], len(meta["futures"])) == (2, 3)


def test_a_choice_made_while_the_server_was_busy_with_another_setting_is_not_lost():
    app = opened("write")
    meta = payload(app)[1]
    app.slider(key="recurrent-write:temperature").set_value(1.2)
    wanted(app, revision=meta["revision"], edit=1, forces=[[[4, 20]]], branch=1)
    assert payload(app)[0]["codes"][4] == 20
    assert (in_link(app, "temperature"), in_link(app, "branches")) == ("1.2", "4.20")


def test_writing_with_the_knobs_of_the_stage_sets_the_controls():
    app = opened("write")
    meta = payload(app)[1]
    wanted(app, revision=meta["revision"], edit=1, forces=[], branch=0, draw=[0.5, 3])
    assert (in_link(app, "temperature"), in_link(app, "top_k")) == ("0.5", "3")
    assert app.slider(key="recurrent-write:temperature").value == 0.5
    assert app.number_input(key="recurrent-write:top_k").value == 3
    arrays, meta = payload(app)
    assert (meta["temperature"], meta["top_k"]) == (0.5, 3)
    assert all(code in np.argsort(-row)[:3] for row, code in zip(arrays["log_p"], arrays["codes"], strict=True))


@pytest.mark.parametrize(
    "message",
    [
        {"forces": "no", "branch": 0},
        {"forces": [[]], "branch": 0},
        {"forces": [[[1, 999]]], "branch": 1},
        {"forces": [[[4, 1], [4, 2]]], "branch": 1},
        {"forces": [[[-1, 2]]], "branch": 1},
        {"forces": [[[1.5, 2]]], "branch": 1},
        {"forces": [], "branch": 1},
        {"forces": [], "branch": 0, "draw": [9, 1]},
        {"forces": [], "branch": 0, "draw": ["a", 1]},
        {"forces": [[[n, 1]] for n in range(13)], "branch": 0},
    ],
)
def test_what_is_no_choice_is_not_heard(message):
    app = opened("write")
    before, meta = payload(app)
    wanted(app, revision=meta["revision"], edit=1, **message)
    arrays, after = payload(app)
    assert np.array_equal(arrays["codes"], before["codes"])
    assert after["revision"] > meta["revision"], "the browser is told what is shown"


WRONG = {
    "cell": {"checkpoint": "markov-shakespeare-1", "text": "b" * 4001, "seed": "x", "step": "999", "unit": "77"},
    "write": {
        "checkpoint": "lstm-mnist",
        "temperature": "0",
        "top_k": "-1",
        "length": "501",
        "prompt": "b" * 2001,
        "branches": "1.2.3",
        "branch": "13",
        "seed": "x",
        "step": "9999",
    },
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert len(notices(app)) < 2500
    assert in_link(app, "checkpoint") == "lstm-shakespeare"


@pytest.mark.parametrize(("link", "words"), [({"branch": "2"}, "branch=2"), ({"branches": "1.900"}, "places in")])
def test_futures_that_do_not_exist_are_named(link, words):
    app = opened("write", **link)
    assert words in notices(app)
    assert len(payload(app)[1]["futures"]) == 1
