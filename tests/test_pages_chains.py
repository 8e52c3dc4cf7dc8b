"""The views of chains from the entry script, without a browser: they open, answer, and refuse bad input in words."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.traces import KERNELS, TARGET_NAMES, pack_picture, pack_starts
from tests.pages import canvases, in_link, lesson_of, notices, open_page, press, sound

TITLES = {"diagnostics": "Diagnostics", "dimension": "Dimension", "modes": "Eight hills"}
SHORT = {"diagnostics": {"steps": "120"}, "dimension": {"steps": "100", "chains": "2"}, "modes": {"steps": "150"}}
FORMULA = "log p(x, y), up to a constant"


def opened(view: str, **link: str) -> AppTest:
    """The view, as a link opens it, with few steps unless the link says otherwise."""
    return open_page(f"chains/{view}", {**SHORT[view], **link})


def line(app: AppTest) -> str:
    """The numbers above the stage."""
    return next(element.value for element in app.markdown if "ESS" in element.value or "kept" in element.value)


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_its_figure_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    assert not any(f"{{{name}}}" in lesson for name in ("draws", "ess", "steps", "barrier", "walk", "cost_mala"))
    assert notices(app) == ""
    assert len(app.get("plotly_chart")) == 1
    assert in_link(app, "steps") == SHORT[view]["steps"]


@pytest.mark.parametrize("kernel", KERNELS)
def test_each_kernel_has_its_controls_and_its_numbers(kernel):
    app = opened("diagnostics", kernel=kernel, target="banana")
    labels = [slider.label for slider in app.slider]
    assert ("Leapfrog steps L" in labels) == (kernel == "hmc")
    assert ("Step size ε" in labels) == (kernel != "gibbs")
    assert ("every proposal is kept" in line(app)) == (kernel in ("ula", "gibbs"))
    assert any("ULA is biased" in element.value for element in app.info) == (kernel == "ula")
    assert ("step_size" in app.query_params) == (kernel != "gibbs")


@pytest.mark.parametrize("target", TARGET_NAMES)
def test_each_density_opens(target):
    app = opened("diagnostics", target=target)
    assert notices(app) == ""
    assert ("formula" in app.query_params) == (target == "formula")
    assert len(canvases(app)) == (target == "drawn")


def test_the_page_says_how_biased_unadjusted_langevin_is():
    app = opened("diagnostics", kernel="ula", step_size="0.5", steps="2000", chains="16", warmup="200")
    words = app.info[0].value
    assert "the truth is 0.100" in words
    assert "foretells **0.267**" in words
    assert "foretold 1.116" in words
    app = opened("diagnostics", kernel="ula", step_size="0.7")
    assert "no limit at all" in app.info[0].value


ATTACKS = (
    "__import__('os')",
    "10**10**10",
    "x" * 100_000,
    "x/0",
    "log(x) - x**2",
    "x**2",
    "((((",
    "x.__class__",
    "",
    "é",
)


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:20] or "empty")
def test_a_refused_formula_gets_a_sentence_and_the_density_before_it_stays(text):
    app = opened("diagnostics", target="formula", formula="-(x**2 + y**2)/2")
    before = line(app)
    field = next(field for field in app.text_input if field.label == FORMULA)
    field.set_value(text).run()
    assert sound(app)
    assert len(app.warning) == 1
    assert "The density before it is kept." in app.warning[0].value
    assert "is not allowed" not in app.warning[0].value
    assert in_link(app, "formula") == "-(x**2 + y**2)/2"
    assert before.split("a second")[0].rsplit("**", 2)[0] == line(app).split("a second")[0].rsplit("**", 2)[0]


def test_a_good_formula_is_taken_over():
    app = opened("diagnostics", target="formula")
    next(field for field in app.text_input if field.label == FORMULA).set_value("-x^2 - 3*y^2").run()
    assert sound(app)
    assert notices(app) == ""
    assert in_link(app, "formula") == "-x^2 - 3*y^2"


@pytest.mark.parametrize("formula", ["__import__('os')", "x**2", "y" * 401])
def test_a_formula_of_a_link_that_is_none_is_named(formula):
    app = opened("diagnostics", target="formula", formula=formula)
    assert "formula=" in notices(app)
    assert in_link(app, "formula") == "-(x**2 + y**2)/4 + 2*sin(2*x)*cos(2*y)"


def test_a_drawing_is_in_the_link_and_a_broken_one_is_named():
    picture = np.zeros((28, 28), np.uint8)
    picture[10:14, 4:20] = 15
    text = pack_picture(picture, 16)
    app = opened("diagnostics", target="drawn", drawing=text)
    assert notices(app) == ""
    assert in_link(app, "drawing") == text
    app = opened("diagnostics", target="drawn", drawing="AAAA")
    assert "an example is shown instead" in notices(app)
    assert "drawing" not in app.query_params


WRONG = {
    "diagnostics": {
        "target": "square", "kernel": "nuts", "step_size": "9", "chains": "17", "steps": "2001", "warmup": "-1",
        "seed": "x", "coordinate": "z", "starts": "!!",
    },
    "dimension": {"factor": "0", "chains": "1", "steps": "5", "seed": "-1"},
    "modes": {"width": "3", "chains": "99", "steps": "1e9", "seed": "a"},
}  # fmt: skip


@pytest.mark.parametrize(("view", "name"), [(view, name) for view in WRONG for name in WRONG[view]])
def test_each_wrong_value_of_a_link_is_named(view, name):
    app = opened(view, **{name: WRONG[view][name]})
    assert name in notices(app)
    assert len(app.warning) == 1
    assert in_link(app, "seed") == "0"


def test_starts_of_a_link_are_kept():
    text = pack_starts(np.array([[1.0, 1.0]]), (-4, 4, -4, 4))
    app = opened("diagnostics", starts=text)
    assert notices(app) == ""
    assert in_link(app, "starts") == text


def test_the_dice_roll_new_chains():
    app = opened("diagnostics")
    press(app, "")
    assert in_link(app, "seed") != "0"


def test_a_control_changes_the_link():
    app = opened("modes")
    next(slider for slider in app.slider if slider.label.startswith("Width")).set_value(0.9).run()
    assert sound(app)
    assert in_link(app, "width") == "0.9"
    app = opened("dimension")
    next(slider for slider in app.slider if slider.label.startswith("Step size")).set_value(0.5).run()
    assert sound(app)
    assert in_link(app, "factor") == "0.5"


def test_a_view_opens_with_the_chains_of_the_view_before_it():
    app = opened("diagnostics", target="ring", kernel="mala", step_size="0.3")
    assert app.session_state["chains:shared"]["values"]["target"] == "ring"
    other = {"target": "banana", "kernel": "hmc", "step_size": 0.2, "leapfrog": 4, "steps": 130, "seed": 9}
    app.session_state["chains:shared"] = {"view": "chains-walk", "values": other}
    app.run()
    assert sound(app)
    assert {name: in_link(app, name) for name in other} == {name: str(value) for name, value in other.items()}
    next(slider for slider in app.slider if slider.label == "Steps").set_value(140).run()
    assert (in_link(app, "steps"), in_link(app, "target")) == ("140", "banana")
