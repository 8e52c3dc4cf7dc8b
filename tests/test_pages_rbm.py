"""The pages of the RBM from the entry script, without a browser: they open, answer, and refuse bad input in words."""

import base64

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.traces import pack_picture
from playground.widgets.payload import unpack
from tests.pages import canvases, in_link, lesson_of, notices, open_page, payload, press, sound

RECTANGLE = np.zeros((28, 28), np.uint8)
RECTANGLE[6:22, 9:19] = 1


def opened(page: str, **link: str) -> AppTest:
    return open_page(f"energy/{page}", link)


def test_the_digits_open_with_their_lesson_and_the_estimate_of_log_z():
    app = opened("rbm", chains="2", sweeps="3")
    assert [title.value for title in app.title] == ["RBM"]
    lesson = lesson_of(app)
    assert "784 visible and 500 hidden" in lesson
    assert not [word for word in ("{visible}", "{hidden}", "{logz}", "{nll}") if word in lesson]
    assert notices(app) == ""
    arrays, meta = payload(app)
    assert arrays["inputs"].shape == (2, 3, 500)
    assert arrays["probabilities"].shape == (2, 3, 784)
    assert meta["logZ"] is not None
    assert any("Stored with the checkpoint" in element.value for element in app.markdown)


def test_a_link_opens_the_exact_step_chain_and_unit():
    app = opened("rbm", chains="4", sweeps="5", step="7", chain="3", unit="42", seed="9")
    assert payload(app)[1]["start"] == {"step": 7, "focus": 2 * 501 + 42}
    assert (in_link(app, "step"), in_link(app, "chain"), in_link(app, "unit")) == ("7", "3", "42")


def test_clamped_pixels_of_a_link_stay():
    keep = np.zeros((28, 28), np.uint8)
    keep[:14] = 1
    app = opened(
        "rbm", start="clamped", picture=pack_picture(RECTANGLE, 2), keep=pack_picture(keep, 2), chains="2", sweeps="4"
    )
    assert notices(app) == ""
    arrays, _ = payload(app)
    states = np.unpackbits(arrays["visible"], axis=-1).reshape(2, 5, 28, 28)
    assert (states[:, :, :14] == RECTANGLE[:14]).all()
    assert arrays["keep"].sum() == 14 * 28


def test_a_drawing_made_on_the_page_starts_the_chains():
    app = opened("rbm", start="drawing", chains="1", sweeps="2")
    ink = base64.b64encode(RECTANGLE.astype(np.uint8).tobytes().replace(b"\1", b"\xff")).decode()
    keep = base64.b64encode(bytes(784)).decode()
    push = unpack(canvases(app)[0].proto.bytes)[1]["push"]
    app.session_state["energy-rbm:pad:drawing"] = {"drawing": {"push": push, "edit": 1, "picture": ink, "keep": keep}}
    app.run()
    assert sound(app)
    arrays, _ = payload(app)
    assert (np.unpackbits(arrays["visible"][0, 0]).reshape(28, 28) == RECTANGLE).all()
    assert in_link(app, "picture") == pack_picture(RECTANGLE, 2)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"chains": "99"}, "chains="),
        ({"start": "nowhere"}, "start="),
        ({"sweeps": "many"}, "sweeps="),
        ({"chains": "2", "sweeps": "3", "step": "7"}, "step='7'"),
        ({"chains": "2", "chain": "3"}, "chain='3'"),
        ({"unit": "501"}, "unit='501'"),
        ({"start": "clamped", "picture": "AAAA"}, "picture holds 3 bytes"),
        ({"start": "clamped", "keep": "%%%"}, "keep="),
        ({"checkpoint": "made-mnist"}, "checkpoint="),
    ],
)
def test_a_wrong_link_is_named_and_the_default_used(link, words):
    app = opened("rbm", **link)
    assert words in notices(app)
    assert payload(app)[0]["inputs"].size


def test_log_z_is_estimated_when_asked():
    app = opened("rbm", chains="1", sweeps="1")
    runs, betas = (next(s for s in app.select_slider if s.label == label) for label in ("Runs", "Values of β"))
    runs.set_value(10)
    betas.set_value(20).run()
    assert not any("95 %" in element.value for element in app.markdown)
    press(app, "Estimate")
    assert any("95 %" in element.value for element in app.markdown)


def test_a_small_world_opens_and_trains_anew():
    app = opened("rbm_world", height="2", width="2", hidden="3", steps="50", betas="5", runs="5")
    assert [title.value for title in app.title] == ["RBM, small worlds"]
    lesson = lesson_of(app)
    assert not [word for word in ("{states}", "{kl}", "{counted}", "{estimated}", "{betas}") if word in lesson]
    arrays, meta = payload(app)
    assert arrays["logZ"].shape == arrays["kl"].shape == arrays["estimated"].shape
    assert meta["states"] == 16
    next(s for s in app.selectbox if s.label == "Negative phase").set_value("exact").run()
    assert any("Press" in element.value for element in app.caption)
    assert payload(app)[0]["agreement"].min() < 0.999999
    press(app, "Train")
    assert payload(app)[0]["agreement"].min() > 0.99999
    assert in_link(app, "gradient") == "exact"


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"hidden": "17"}, "hidden="),
        ({"world": "drawn"}, "world='drawn'"),
        ({"gradient": "magic"}, "gradient="),
        ({"steps": "50", "step": "51"}, "step='51'"),
        ({"gradient": "exact", "height": "4", "width": "4", "hidden": "16", "steps": "5000"}, "steps=5000"),
    ],
)
def test_a_wrong_link_to_a_small_world_is_named(link, words):
    small = {"height": "2", "width": "2", "steps": "50", "betas": "3", "runs": "3"}
    app = opened("rbm_world", **({} if words == "steps=5000" else small) | link)
    assert words in notices(app)
