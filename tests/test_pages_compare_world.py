"""The page of all families on one small world, from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.engine import Engine
from playground.traces import FAMILY_NAMES, CompareWorldLinkSettings
from tests.pages import canvas, in_link, lesson_of, notices, open_page, press, sound
from tests.small_checkpoints import shelve_pixelcnn

QUICK = {"height": "2", "width": "2", "steps": "20", "batch": "16"}
FEW = {"families": "fvsbn,made,gan"}


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch, fresh_engine):
    """The page needs no checkpoint; the gallery wants one."""
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_pixelcnn(tmp_path)


def opened(**link: str) -> AppTest:
    return open_page("compare/world", QUICK | link)


def shown(app: AppTest) -> list[str]:
    return [family["name"] for family in canvas(app, "learned")[1]["families"]]


def test_all_families_open_with_their_lesson():
    app = opened()
    assert [title.value for title in app.title] == ["One small world"]
    assert notices(app) == ""
    lesson = lesson_of(app)
    for name in ("steps", "states", "possible", "entropy", "codes", "gap", "gan", "js", "independent", "fvsbn", "made"):
        assert "{" + name + "}" not in lesson
    arrays, meta = canvas(app, "learned")
    assert shown(app) == list(FAMILY_NAMES)
    assert arrays["learned"].shape == (13, 21, 16)
    assert np.allclose(arrays["learned"].sum(2), 1, atol=1e-5)
    assert np.isfinite(arrays["goal"]).all(1).tolist() == [name in ("vae", "gan") for name in FAMILY_NAMES]
    assert {family["kind"] for family in meta["families"]} == {
        "log p, exact",
        "log p, Z counted",
        "a bound, ELBO",
        "none: a game",
    }


def test_a_link_opens_the_very_trainings_at_their_step():
    app = opened(**FEW, seed="5", world="one-bar", step="13", compared="made")
    arrays, meta = canvas(app, "learned")
    assert meta["start"] == {"step": 13, "focus": 1}
    assert (in_link(app, "step"), in_link(app, "compared")) == ("13", "made")
    asked = CompareWorldLinkSettings(
        families=FEW["families"], seed=5, world="one-bar", height=2, width=2, steps=20, batch=16
    )
    traces = [Engine(device="cpu").run(one) for one in asked.each()]
    assert np.array_equal(arrays["kl"], np.stack([trace.kl for trace in traces]))


def test_a_checkbox_adds_a_family_and_trains_it_alone():
    app = opened(**FEW)
    before = canvas(app, "learned")[0]["kl"]
    shared = ui.engine()
    held = [one for one in CompareWorldLinkSettings(height=2, width=2, steps=20, batch=16).each() if shared.holds(one)]
    assert [one.family for one in held] == ["fvsbn", "made", "gan"]
    app.checkbox(key="compare-world:family:rbm").check().run()
    assert sound(app)
    assert shown(app) == ["fvsbn", "made", "rbm", "gan"]
    assert np.array_equal(canvas(app, "learned")[0]["kl"][[0, 1, 3]], before)
    assert in_link(app, "families") == "fvsbn,made,rbm,gan"
    app.checkbox(key="compare-world:family:gan").uncheck().run()
    assert shown(app) == ["fvsbn", "made", "rbm"]


def test_other_settings_wait_for_the_button():
    app = opened(**FEW)
    before = canvas(app, "learned")[1]["trace"]
    app.selectbox(key="compare-world:world").set_value("parity").run()
    assert canvas(app, "learned")[1]["trace"] == before
    assert any("to use the new settings" in element.value for element in app.caption)
    press(app, "Train")
    assert canvas(app, "learned")[1]["trace"] != before
    assert canvas(app, "learned")[1]["allPossible"] == 8
    assert in_link(app, "world") == "parity"


def test_a_cancelled_run_shows_what_is_trained_and_goes_on_when_asked():
    app = opened(**FEW)
    more = CompareWorldLinkSettings(families="fvsbn,rbm", height=2, width=2, steps=20, batch=16)
    app.session_state["compare-world:cancelled"] = more.key()
    for name, there in (("made", False), ("gan", False), ("rbm", True)):
        app.checkbox(key=f"compare-world:family:{name}").set_value(there)
    app.run()
    assert "1 families are not trained" in app.info[0].value
    assert shown(app) == ["fvsbn"]
    press(app, "Train them")
    assert shown(app) == ["fvsbn", "rbm"]


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"families": "made,magic"}, "families="),
        ({"world": "drawn"}, "world="),
        ({"height": "4", "width": "4", **FEW}, "at most 12 pixels"),
        ({"steps": "20", "step": "21", **FEW}, "step='21'"),
        ({"compared": "nobody", **FEW}, "compared="),
        ({"batch": "7", **FEW}, "batch="),
        ({"rate": "nan", **FEW}, "rate="),
    ],
)
def test_a_wrong_link_is_named_and_the_default_used(link, words):
    app = opened(**link)
    assert words in notices(app)
    assert shown(app)


def test_the_page_speaks_korean():
    app = opened(**FEW, lang="ko")
    assert [title.value for title in app.title] == ["작은 세계 하나"]
    assert "독립 모델" in lesson_of(app)
    assert canvas(app, "learned")[1]["families"][-1]["kind"] == "없음: 게임"
