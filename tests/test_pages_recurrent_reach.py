"""Window or summary, and Through time, from the entry script: they open, answer, and refuse bad input in words."""

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import traces, ui
from playground.checkpoints import catalogue
from playground.traces.through_time import FreshTimeSettings, TextTimeSettings
from playground.traces.windows import MOST_READ, WindowSettings
from playground.widgets.payload import unpack
from tests.pages import canvases
from tests.small_sequences import MARKOVS, RECURRENT, TEXTS, shelve_sequences
from tests.test_pages import APP, in_link, notices, sound

torch.set_num_threads(1)
WINDOW, TIME = "window", "through_time"
TITLES = {WINDOW: "Window or summary", TIME: "Through time"}
TYPED = {
    "emoji": "🙂🙃 and 👩‍👩‍👧",
    "korean": "옛날 옛적에",
    "from the right": "שלום עולם, friend",
    "empty": "",
    "newline": "\n",
    "long": "O gentle night! " * 6_250,
    "markdown": "**bold** [x](https://a/b) $a$",
}


@pytest.fixture(autouse=True)
def shelf(tmp_path_factory, monkeypatch):
    """All tests share one shelf of tiny models."""
    folder = tmp_path_factory.getbasetemp() / "reach"
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    if not folder.exists():
        folder.mkdir()
        shelve_sequences(folder, *TEXTS)
    ui.engine.clear()
    yield folder
    ui.engine.clear()


def opened(view: str, **link: str) -> AppTest:
    """The view, as a link opens it."""
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"pages/recurrent/{view}.py").run()
    assert sound(app)
    return app


def payload(app: AppTest) -> tuple[dict, dict]:
    """(arrays, meta) that the canvas was given."""
    return unpack(canvases(app)[-1].proto.bytes)


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lessons = [element.value for element in app.markdown if element.value.startswith("###")]
    assert len(lessons) == 1
    assert not any(f"{{{name}}}" in lessons[0] for name in ("where", "shortest", "lstm", "clip", "lstm_reach"))
    assert notices(app) == ""
    assert in_link(app, "text") == ui.VERSES
    app.run()
    assert sound(app)


def test_the_canvas_holds_the_trace_from_the_shortest_memory_on():
    arrays, meta = payload(opened(WINDOW, text="To be, or not", step="4", focus="6"))
    names = (*MARKOVS, *RECURRENT, "transformer-shakespeare")
    assert meta["labels"] == ["AR(1)", "AR(2)", "AR(4)", "AR(8)", "AR(16)", "RNN", "LSTM", "GRU", "Transformer"]
    settings = WindowSettings(text="To be, or not", checkpoints=names)
    np.testing.assert_array_equal(arrays["nats"], ui.engine().run(settings).nats)
    assert meta["start"] == {"step": 4, "focus": 6}
    assert (meta["base"], meta["held"]) == (4, [None] * 9)


def test_a_held_out_figure_is_drawn_where_there_is_one_and_its_lack_is_said(shelf):
    entry = catalogue.read()["gru-shakespeare"]
    try:
        catalogue.write(catalogue.Entry(**{**vars(entry), "validation": {"nll_nats": 1.625}}))
        app = opened(WINDOW, text="so")
        assert payload(app)[1]["held"][7] == 1.625
        words = next(c.value for c in app.caption if "No held-out figure" in c.value)
        assert "LSTM" in words
        assert "GRU" not in words
    finally:
        catalogue.write(entry)


def test_where_the_browser_stands_is_in_the_link():
    app = opened(WINDOW, text="To be, or not")
    identity = payload(app)[1]["trace"]
    app.session_state["recurrent-window:stage"] = {"view": {"trace": identity, "step": 5, "focus": 2}}
    app.run()
    assert (in_link(app, "step"), in_link(app, "focus")) == ("5", "2")


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize("kind", TYPED)
def test_any_text_is_read_and_none_is_lost(view, kind):
    app = opened(view, text="start here")
    app.text_area[0].set_value(TYPED[kind]).run()
    assert sound(app)
    assert app.text_area[0].value == TYPED[kind]
    assert len(in_link(app, "text")) <= 2_000
    app.run()
    assert app.text_area[0].value == TYPED[kind]
    known = [c for c in TYPED[kind] if c in ui.symbols_of("gru-shakespeare")]
    if view == WINDOW:
        assert payload(app)[0]["codes"].size == min(len(known), MOST_READ)
    else:
        assert ("Trained nets have nothing to read" in said(app)) is (len(known) < 2)
    if len(known) < len(TYPED[kind]):
        assert "left out" in said(app)


def test_a_long_text_is_read_to_its_limit_and_so_it_is_said():
    app = opened(WINDOW, text="a" * 300)
    app.text_area[0].set_value(TYPED["long"]).run()
    assert f"The first {MOST_READ:,} known characters are read" in said(app)
    assert payload(app)[0]["nats"].shape == (9, MOST_READ)


WRONG = {
    (WINDOW, "step"): "99999",
    (WINDOW, "focus"): "9",
    (TIME, "matrix"): "diagonal",
    (TIME, "gain"): "0",
    (TIME, "drive"): "-1",
    (TIME, "forget"): "nan",
    (TIME, "hidden"): "4096",
    (TIME, "length"): "1",
    (TIME, "cut"): "201",
    (TIME, "clip"): "0",
    (TIME, "seed"): "abc",
}


@pytest.mark.parametrize(("view", "name"), WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view, name):
    app = opened(view, **{name: WRONG[view, name]})
    assert f"{name}=" in notices(app)
    assert len(app.warning) == 1
    if view == TIME:
        assert in_link(app, name) == in_link(opened(view), name)


def test_gradients_are_those_of_the_settings_and_the_finding_is_measured():
    app = opened(TIME, length="40", gain="1.5", text=ui.VERSES)
    fresh = traces.compute(FreshTimeSettings(length=40, gain=1.5), None)
    trained = ui.engine().run(TextTimeSettings(length=40, text=ui.VERSES, checkpoints=RECURRENT))
    table = app.table[1].value
    assert list(table["net"]) == ["tanh RNN", "LSTM, h", "LSTM, c", "GRU"]
    assert float(table["k = 1"][0]) == pytest.approx(trained.middle()[0, 1], rel=5e-3)
    above = int((trained.norms[1, :, 39] > trained.norms[0, :, 39]).sum())
    assert f"{above} of {trained.norms.shape[1]} losses" in said(app)
    factor = (fresh.middle()[0, 39] / fresh.middle()[0, 0]) ** (1 / 39)
    assert f"tanh RNN **× {factor:.3f}**" in said(app)


def test_a_cut_leaves_nothing_before_it_and_a_slider_makes_it():
    app = opened(TIME, length="120")
    app.slider(key="recurrent-through-time:cut").set_value(30).run()
    assert sound(app)
    assert in_link(app, "cut") == "30"
    assert "exactly 0 for every net" in said(app)
    assert set(app.table[0].value["k = 50"]) == {"0"}


def test_without_trained_nets_the_fresh_ones_are_shown(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_sequences(tmp_path, "markov-shakespeare-2")
    ui.engine.clear()
    app = opened(TIME)
    assert len(app.table) == 1
