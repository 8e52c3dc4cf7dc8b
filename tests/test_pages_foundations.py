"""The foundations from the entry script, without a browser: they open, answer, and refuse bad input in words."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.traces import DrawsSettings, GraphSettings, compute, preset
from playground.widgets.missingarrows import arrows_in
from tests.pages import canvas, each_is_named, in_link, lesson_of, notices, open_page, press, sound
from tests.small_latent import shelve_latent

pytestmark = pytest.mark.usefixtures("fresh_engine")
SMALL = {"height": "2", "width": "2"}


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"foundations/{view}", link)


@pytest.mark.parametrize(
    ("view", "link", "title", "array"),
    [
        ("bernoulli", {}, "Bernoulli and categorical", "uniforms"),
        ("bernoulli", {"show": "categorical", "lang": "ko"}, "베르누이와 범주형", "uniforms"),
        ("bernoulli", {"show": "pixel"}, "Bernoulli and categorical", "table"),
        ("binary", {"lang": "ko"}, "이진 픽셀", "log10_states"),
        ("binary", {"show": "world"}, "Binary pixels", "truth_p"),
        ("graph", {}, "Missing arrows", "changed"),
        ("graph", {"lang": "ko"}, "없는 화살표", "changed"),
        ("likelihood", {"steps": "50"}, "Likelihood and KL", "learned"),
    ],
)
def test_a_view_opens_with_its_heading_its_canvas_and_its_lesson(view, link, title, array):
    app = opened(view, **link)
    assert [element.value for element in app.title] == [title]
    assert canvas(app, array)
    words = lesson_of(app)
    left = [f"{{{name}}}" for name in ("count", "pixels", "levels", "full", "kl", "kept", "train", "gap", "states")]
    assert not [name for name in left if name in words]
    assert notices(app) == ""


def test_a_slider_keeps_the_numbers_and_the_place():
    app = opened("bernoulli", p="0.3", count="50", step="20", seed="4")
    before, meta = canvas(app, "uniforms")
    assert meta["start"]["step"] == 20
    app.slider(key="foundations-bernoulli:p").set_value(0.6).run()
    assert sound(app)
    after, meta = canvas(app, "uniforms")
    assert (before["uniforms"] == after["uniforms"]).all()
    assert (before["values"] != after["values"]).any()
    assert meta["start"]["step"] == 20
    assert (in_link(app, "p"), in_link(app, "step")) == ("0.6", "20")


def test_weights_of_a_categorical_are_sliders_and_stand_in_the_link():
    app = opened("bernoulli", show="categorical", weights="5.3.1.1")
    app.slider(key="foundations-bernoulli:weight:2").set_value(4).run()
    app.slider(key="foundations-bernoulli:values").set_value(3).run()
    assert sound(app)
    assert in_link(app, "weights") == "5.3.4"
    assert canvas(app, "uniforms")[0]["probabilities"] == pytest.approx([5 / 12, 3 / 12, 4 / 12])
    for value in range(3):
        app.slider(key=f"foundations-bernoulli:weight:{value}").set_value(0)
    app.run()
    assert in_link(app, "weights") == "5.3.4"
    assert any("All weights are 0" in element.value for element in app.caption)


def test_the_draws_of_the_page_are_those_of_the_same_settings():
    app = opened("bernoulli", p="0.25", count="30", seed="11")
    arrays, _ = canvas(app, "uniforms")
    trace = compute(DrawsSettings(p=0.25, count=30, seed=11), None)
    assert (arrays["values"] == trace.values).all()
    assert (arrays["log_likelihood"] == trace.log_likelihood).all()


def test_the_arrows_of_a_link_are_on_stage():
    arrays, meta = canvas(opened("graph", **SMALL, arrows="101111"), "changed")
    trace = compute(GraphSettings(height=2, width=2, arrows="101111"), None)
    assert meta["arrows"] == "101111"
    assert arrays["model"] == pytest.approx(trace.model)
    assert meta["parameters"] == trace.parameters.sum() == 13


@pytest.mark.parametrize("arrows", [7, "10", "2" * 6, None, ["1"] * 6, "1" * 7])
def test_a_message_that_is_no_graph_is_not_heard(arrows):
    assert arrows_in({"arrows": arrows}, 6) is None
    assert arrows_in({"arrows": "101101"}, 6) == "101101"


def test_presets_of_arrows_and_another_size():
    app = opened("graph")
    press(app, "Markov chain, order 1")
    assert in_link(app, "arrows") == preset("markov-1", 6)
    app.selectbox(key="foundations-graph:shape").set_value((2, 2)).run()
    assert sound(app)
    assert "arrows" not in app.query_params
    assert canvas(app, "changed")[1]["arrows"] == "1" * 6


def test_presets_of_a_fit_set_the_controls():
    app = opened("likelihood", steps="50", world="parity")
    press(app, "Choose")
    assert (in_link(app, "objective"), in_link(app, "world"), in_link(app, "steps")) == (
        "reverse",
        "checkerboard",
        "200",
    )
    assert app.selectbox(key="foundations-likelihood:objective").value == "reverse"
    press(app, "Cover")
    assert app.selectbox(key="foundations-likelihood:objective").value == "forward"
    arrays, _ = canvas(app, "learned")
    assert arrays["learned"][-1] == pytest.approx(np.full(16, 1 / 16), abs=1e-3)


def test_one_model_draws_scores_and_describes():
    app = opened("uses", seed="3")
    assert [element.value for element in app.title] == ["Three uses"]
    assert notices(app) == ""
    words = "\n".join(element.value for element in app.markdown)
    assert "**2 Score:** −log p(x) = " in words
    assert "nearest class mean" in words
    before = in_link(app, "picture") if "picture" in app.query_params else ""
    press(app, "A sample")
    assert in_link(app, "picture") != before
    sample = in_link(app, "picture")
    press(app, "Noise")
    assert in_link(app, "picture") != sample
    app.selectbox(key="foundations-uses:checkpoint").set_value("vae-mnist").run()
    assert sound(app)
    assert "−log p(x) ≤ " in "\n".join(element.value for element in app.markdown)


WRONG = {
    "bernoulli": {"p": "2", "count": "5", "seed": "-1", "weights": "0.0", "show": "dice", "step": "999"},
    "binary": {"pixels": "785", "world": "moon", "height": "9", "step": "-1", "show": "x"},
    "graph": {"world": "drawn", "arrows": "01", "seed": "abc", "height": "4"},
    "likelihood": {"count": "1", "model": "deep", "rate": "0", "objective": "both", "floor": "1", "step": "x"},
    "uses": {"checkpoint": "made-mnist", "picture": "AAAA", "draws": "2", "seed": "1.5"},
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert in_link(app, "seed") == "0"


@pytest.mark.parametrize(
    ("view", "link"), [("graph", {"height": "3", "width": "3"}), ("likelihood", {"height": "4", "width": "4"})]
)
def test_too_many_pixels_are_refused_in_words(view, link):
    app = opened(view, **link)
    assert "height=" in notices(app)
    assert in_link(app, "height") != "4"
