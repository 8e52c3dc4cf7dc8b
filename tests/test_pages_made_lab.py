"""The laboratory's views from the entry script, without a browser: one network, carried from view to view."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from playground.figures import made_lab
from playground.traces import MadeLabSettings, compute
from playground.ui.made_lab import DEFAULTS
from playground.widgets.payload import unpack
from tests.pages import canvases, in_link, lesson_of, notices, open_page, press, sound

from .test_made_lab import REFUSED

TITLES = {"graph": "Network", "masks": "Masks", "break_it": "Break it"}
BROKEN = {
    "inputs": "5",
    "hidden": "4.6",
    "ordering": "3.1.4.0.2",
    "direct": "True",
    "seed": "5",
    "flips": "0.3.2_1.0.0",
}


def opened(view: str, **link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page(f"made/{view}", link)


def canvas(app):
    """(arrays, meta) of the canvas on the stage."""
    return unpack(canvases(app)[0].proto.bytes)


def words(app):
    """All HTML on the page, without the tags."""
    return re.sub(r"<[^>]+>", "", " ".join(element.proto.body for element in app.get("html")))


def change(app, kind, key, value):
    getattr(app, kind)(key=key).set_value(value).run()
    assert sound(app)
    return app


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    assert "{" not in lesson, "a name was left unfilled"
    assert 150 <= len(lesson.split()) <= 345
    assert notices(app) == ""
    assert in_link(app, "hidden") == DEFAULTS["hidden"]
    assert "1.000000" in words(app)


@pytest.mark.parametrize("view", TITLES)
def test_a_link_opens_the_very_network(view):
    app = opened(view, **BROKEN)
    assert notices(app) == ""
    trace = compute(
        MadeLabSettings.from_link(BROKEN)[0] and MadeLabSettings(**MadeLabSettings.from_link(BROKEN)[0]), None
    )
    arrays, meta = canvas(app)
    assert arrays["open"].tolist() == trace.open.astype(int).tolist()
    assert meta["order"] == [3, 1, 4, 0, 2]
    assert f"{trace.total:.6f}" in words(app)
    assert abs(trace.total - 1) > 1e-3
    for name, value in BROKEN.items():
        assert in_link(app, name) == value


@pytest.mark.parametrize("view", TITLES)
@pytest.mark.parametrize(("values", "refusal"), REFUSED[::3], ids=str)
def test_a_wrong_value_of_a_link_is_named_and_the_default_is_used(view, values, refusal):
    app = opened(view, **values)
    assert refusal.split("=")[0].split(",")[0].strip("'") in notices(app)
    assert len(app.warning) == 1
    name = list(values)[-1]
    if DEFAULTS[name] != "":
        assert in_link(app, name) == str(DEFAULTS[name])
    else:
        assert name not in app.query_params


def test_the_network_goes_along_to_the_other_views():
    app = opened("graph", **BROKEN)
    before = canvas(app)[0]["open"].tolist()
    for view in ("masks", "break_it", "graph"):
        app.switch_page(f"pages/made/{view}.py").run()
        assert sound(app)
        assert canvas(app)[0]["open"].tolist() == before, view
        assert in_link(app, "flips") == BROKEN["flips"]


@pytest.mark.parametrize("view", TITLES)
def test_every_control_changes_the_network_and_undo_takes_it_back(view):
    app = opened(view)
    key = f"made-{view}"
    change(app, "slider", f"{key}:inputs", 4)
    assert in_link(app, "inputs") == "4"
    app.segmented_control(key=f"{key}:layers").set_value(3).run()
    assert in_link(app, "hidden") == "8.8.8"
    change(app, "number_input", f"{key}:units1", 3)
    assert in_link(app, "hidden") == "8.3.8"
    change(app, "selectbox", f"{key}:ordering:kind", "reverse")
    assert in_link(app, "ordering") == "reverse"
    change(app, "selectbox", f"{key}:degrees:kind", "spread")
    app.segmented_control(key=f"{key}:hidden_rule").set_value("strict").run()
    app.segmented_control(key=f"{key}:output_rule").set_value("loose").run()
    change(app, "toggle", f"{key}:direct", True)
    assert "1.000000" not in words(app), "direct connections with ≤ let every output see itself"
    change(app, "number_input", f"{key}:seed", 9)
    assert {name: in_link(app, name) for name in ("hidden_rule", "output_rule", "direct", "seed")} == {
        "hidden_rule": "strict", "output_rule": "loose", "direct": "True", "seed": "9",
    }  # fmt: skip
    press(app, "Mend all")
    assert "1.000000" in words(app)
    for _ in range(9):
        press(app, "Undo")
    assert in_link(app, "inputs") == "4"
    press(app, "Undo")
    assert in_link(app, "inputs") == "6"
    assert next(button for button in app.button if button.label == "Undo").disabled


def test_an_ordering_typed_by_hand_is_taken_or_refused_in_words():
    app = opened("graph", inputs="4")
    change(app, "selectbox", "made-graph:ordering:kind", "hand")
    assert in_link(app, "ordering") == "0.1.2.3"
    change(app, "text_input", "made-graph:ordering", "3.1.0.2")
    assert in_link(app, "ordering") == "3.1.0.2"
    assert canvas(app)[1]["order"] == [3, 1, 0, 2]
    change(app, "text_input", "made-graph:ordering", "3.1.1.2")
    assert "position 0 is missing" in notices(app)
    assert in_link(app, "ordering") == "3.1.0.2"
    assert app.text_input(key="made-graph:ordering").value == "3.1.1.2", "what was typed stays, to be mended"
    change(app, "text_input", "made-graph:ordering", "2.1.0.3")
    assert notices(app) == ""
    assert in_link(app, "ordering") == "2.1.0.3"


def test_degrees_typed_by_hand_are_taken_or_refused_in_words():
    app = opened("masks", inputs="4", hidden="3.2", seed="1")
    change(app, "selectbox", "made-masks:degrees:kind", "hand")
    change(app, "text_input", "made-masks:degrees", "1.2.3_3.1")
    assert in_link(app, "degrees") == "1.2.3_3.1"
    change(app, "text_input", "made-masks:degrees", "1.2.3_4.1")
    assert "layer 2, unit 0 has degree 4; allowed are 1 to D − 1 = 3" in notices(app)
    assert in_link(app, "degrees") == "1.2.3_3.1"


def test_a_smaller_network_drops_the_flips_that_have_no_place_in_words():
    app = opened("break_it", flips="1.7.5_2.0.1")
    change(app, "slider", "made-break_it:inputs", 4)
    assert "flips: 1.7.5 has no place in this network" in notices(app)
    assert in_link(app, "flips") == "2.0.1"


@pytest.mark.parametrize(("number", "shown"), [("3", "3"), ("99", None), ("-1", None), ("x", None)])
def test_the_input_that_is_flipped_is_in_the_link(number, shown):
    app = opened("masks", input=number)
    assert in_link(app, "input") == (shown or "0")
    assert ("input=" in notices(app)) == (shown is None)


# --- What is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "A distribution"),
        ({"flips": "1.0.3"}, "x3 → x3"),
        ({"inputs": 3, "hidden": "1.1", "degrees": "2_2", "flips": "1.0.0_3.0.0"}, "yet still a distribution"),
        ({"inputs": 2, "hidden": "1", "direct": True, "flips": "0.0.1"}, "x0 → x1 → x0"),
    ],
)
@pytest.mark.parametrize("dark", [False, True])
def test_the_consequence_is_named(values, said, dark):
    trace = compute(MadeLabSettings.checked(**values), None)
    assert said in made_lab.consequence(trace, dark)
    assert ("1.000000" in made_lab.total(trace, dark)) == made_lab.exact(trace)
    assert ("Strictly" in made_lab.verdict(trace, dark)) == trace.triangular


@pytest.mark.parametrize(
    ("flip", "said"),
    [
        ("1.0.3", "joined against the ordering"),
        ("1.0.0", "closed: 24 paths fewer"),
        ("1.7.5", "opened: 1 path"),
        ("3.1.0", "all from earlier inputs to later outputs. Harmless"),
    ],
)
def test_a_flip_is_explained(flip, said):
    trace = compute(MadeLabSettings.checked(flips=flip), None)
    assert said in made_lab.flip_words(trace, 0), made_lab.flip_words(trace, 0)


def test_pictures_and_bars_can_be_made():
    for values in (
        {},
        {"inputs": 12, "hidden": "16.16.16", "direct": True, "flips": "0.1.1_1.0.0"},
        {"inputs": 2, "hidden": "1"},
    ):
        trace = compute(MadeLabSettings.checked(**values), None)
        for picture in (made_lab.graph_png, made_lab.masks_png):
            files = made_lab.files(trace, picture)
            assert files["PNG"][1]()[:4] == b"\x89PNG"
        bars = made_lab.states(trace)
        assert [data.name for data in bars.data] == ["mended", "now"]
        assert len(bars.data[0].x) == min(12, 2**trace.inputs)
