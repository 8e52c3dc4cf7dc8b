"""Reading by rows and the cost against length, from the entry script, without a browser."""

import re

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import pack_greys, unpack_greys
from playground.widgets.payload import unpack
from tests.pages import canvases
from tests.small_sequences import HIDDEN, SIDE, shelve_sequences
from tests.test_pages import APP, in_link, notices, press, sound

torch.set_num_threads(1)
ROWS, COST = "pages/recurrent/rows.py", "pages/attention/cost.py"
FAST = {"longest": "128", "pictures": "1"}
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PACKED = pack_greys(PICTURE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(made))
        shelve_sequences(made, "lstm-rows-mnist", "transformer-mnist", "lstm-mnist", "transformer-shakespeare")
    return made


@pytest.fixture(autouse=True)
def _shelf(folder, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    ui.engine.clear()
    yield
    ui.engine.clear()


def opened(page: str, **link: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(page).run()
    assert sound(app)
    return app


def reading(app: AppTest) -> tuple[dict, dict]:
    """What the canvas of the reading was given."""
    found = [unpack(element.proto.bytes) for element in canvases(app)]
    return next(payload for payload in found if "probabilities" in payload[0])


def lesson(app: AppTest) -> str:
    words = next(element.value for element in app.markdown if element.value.startswith("###"))
    assert not re.search(r"\{[a-z_]+\}", words), "a name was left unfilled"
    return words


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


@pytest.mark.parametrize(("page", "title"), [(ROWS, "Read a digit by rows"), (COST, "Cost")])
def test_a_view_opens_with_its_heading_and_its_lesson(page, title):
    app = opened(page, **(FAST if page == COST else {}))
    assert [element.value for element in app.title] == [title]
    assert notices(app) == ""
    lesson(app)


def test_a_reading_opens_with_an_example_and_keeps_it_in_the_link():
    app = opened(ROWS)
    arrays, meta = reading(app)
    assert arrays["picture"].shape == (SIDE, SIDE)
    assert arrays["memory"].shape == (SIDE + 1, HIDDEN)
    np.testing.assert_allclose(arrays["probabilities"].sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(unpack_greys(in_link(app, "picture"), (SIDE, SIDE)), ui.example((SIDE, SIDE)))
    assert meta["start"]["step"] is None


def test_a_link_opens_the_exact_picture_row_and_unit():
    app = opened(ROWS, picture=PACKED, step="5", unit="3")
    arrays, meta = reading(app)
    np.testing.assert_allclose(arrays["picture"], PICTURE / 255, atol=1e-6)
    assert meta["start"] == {"step": 5, "focus": 2}
    assert (in_link(app, "step"), in_link(app, "unit")) == ("5", "3")


@pytest.mark.parametrize("digit", ["3", "8"])
def test_a_drawn_digit_is_put_on_the_pad(digit):
    app = opened(ROWS, picture=PACKED)
    press(app, digit)
    shown = np.rint(reading(app)[0]["picture"] * 255)
    np.testing.assert_array_equal(shown, ui.example((SIDE, SIDE), int(digit)))


def test_generated_digits_differ_from_press_to_press():
    app = opened(ROWS, picture=PACKED)
    found = []
    for _ in range(2):
        press(app, "Generated")
        found.append(reading(app)[0]["picture"])
        assert set(np.unique(found[-1])) <= {0, 1}
    assert (found[0] != found[1]).any()


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ({"picture": "AAAA"}, "picture"),
        ({"picture": "🙂"}, "picture"),
        ({"step": "99"}, "step='99'"),
        ({"unit": "0"}, "unit='0'"),
        ({"checkpoint": "lstm-mnist"}, "checkpoint='lstm-mnist'"),
    ],
)
def test_wrong_values_of_a_reading_are_named(link, named):
    app = opened(ROWS, **link)
    assert named in notices(app)
    assert reading(app)[0]["picture"].shape == (SIDE, SIDE)


def test_a_measurement_is_shown_with_its_numbers():
    app = opened(COST, **FAST)
    shown = metrics(app)
    assert list(shown) == ["With the cache", "Without, scaled", "Without ÷ with", "With ÷ one pass", "Products saved"]
    assert all(value for value in shown.values())
    assert in_link(app, "checkpoint") == "transformer-mnist"
    assert any("scaled" in element.value and "1 thread" in element.value for element in app.caption)


def test_a_changed_setting_waits_for_the_button():
    app = opened(COST, **FAST)
    app.selectbox(key="attention-cost:longest").set_value(256).run()
    assert any("press **Measure**" in element.value for element in app.caption)
    assert "as after 128" in lesson(app)
    press(app, "Measure")
    assert not any("press **Measure**" in element.value for element in app.caption)
    assert in_link(app, "longest") == "256"
    assert "as after 256" in lesson(app)


def test_a_cancelled_measurement_says_so_and_can_be_started_again(monkeypatch):
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in FAST.items():
        app.query_params[name] = value
    app.session_state["attention-cost:cancelled"] = True
    app.run()
    app.switch_page(COST).run()
    assert sound(app)
    assert any("was cancelled" in element.value for element in app.info)
    press(app, "Measure")
    assert metrics(app)


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ({"longest": "300"}, "longest"),
        ({"pictures": "🙂"}, "pictures"),
        ({"checkpoint": "lstm-mnist"}, "checkpoint='lstm-mnist'"),
        ({"checkpoint": "transformer-shakespeare"}, "checkpoint='transformer-shakespeare'"),
    ],
)
def test_wrong_values_of_a_measurement_are_named(link, named):
    app = opened(COST, **{**FAST, **link} if "longest" not in link else link)
    assert named in notices(app)
    assert metrics(app)
