"""Digits, ratios, anomaly and denoising from the entry script, without a browser."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import (
    AnomalySettings,
    DenoiseSettings,
    EnergyChainSettings,
    RatioSettings,
    flipped,
    pack_greys,
    unpack_greys,
)
from playground.ui.energy import SAMPLED
from playground.widgets.energychain import as_bytes
from tests.bad_files import READ, REFUSED
from tests.pages import canvas, canvases, each_is_named, in_link, lesson_of, notices, open_page, sound
from tests.small_energy import NAME, SIDE, shelve_energy

pytestmark = pytest.mark.usefixtures("fresh_engine")
TITLES = {"digits": "Digits", "ratios": "Ratios", "anomaly": "Anomaly", "denoise": "Denoising"}
FAST = {"digits": {"chains": "3", "steps": "12"}, "denoise": {"steps": "15"}}
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PACKED = pack_greys(PICTURE)


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_energy(shelf)


@pytest.fixture(autouse=True)
def _short(monkeypatch):
    monkeypatch.setitem(SAMPLED, "steps", 20)


def opened(view: str, **link: str) -> AppTest:
    return open_page(f"energy/{view}", {**FAST.get(view, {}), **link})


@pytest.mark.parametrize("view", TITLES)
def test_a_view_opens_with_its_heading_and_its_lesson(view):
    app = opened(view)
    assert [title.value for title in app.title] == [TITLES[view]]
    lesson = lesson_of(app)
    for name in ("chains", "steps", "begin", "noise", "ratio", "energy", "rank", "before", "clean", "low", "taken"):
        assert "{" + name + "}" not in lesson
    assert 150 <= len(lesson.split(":small[")[0].split()) <= 340
    assert notices(app) == ""
    assert in_link(app, "checkpoint") == NAME


@pytest.mark.parametrize("view", TITLES)
def test_without_a_model_the_view_says_so(view, bare_shelf):
    app = opened(view)
    assert "No EnergyModel is among the checkpoints" in app.info[0].value
    assert not canvases(app)


WRONG = {
    "digits": {
        "seed": "abc",
        "kernel": "hmc",
        "start": "1",
        "chains": "17",
        "step_size": "nan",
        "temperature": "0",
        "picture": "!!",
        "step": "99999",
        "focus": "-1",
        "checkpoint": "../etc",
    },
    "ratios": {"seed": "-1", "first": "!!", "second": "AAAA", "checkpoint": "nade-mnist"},
    "anomaly": {"seed": "1.5", "picture": "A" * 30_000},
    "denoise": {
        "seed": "abc",
        "corruption": "jpeg",
        "sigma": "9",
        "share": "x",
        "hold": "perhaps",
        "step_size": "0",
        "temperature": "-1",
        "picture": "AAAA",
        "step": "16",
        "focus": "3",
    },
}


@pytest.mark.parametrize("view", WRONG)
def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used(view):
    app = opened(view, **WRONG[view])
    each_is_named(app, WRONG[view])
    assert in_link(app, "checkpoint") == NAME
    assert in_link(app, "seed") == "0"


def test_the_canvas_gets_the_trace_and_the_link_opens_it_at_the_step():
    app = opened("digits", kernel="mala", seed="7", step="5", focus="2", temperature="0.5")
    arrays, meta = canvas(app, "energies")
    trace = ui.engine().run(
        EnergyChainSettings(checkpoint=NAME, kernel="mala", seed=7, chains=3, steps=12, temperature=0.5)
    )
    np.testing.assert_array_equal(arrays["energies"], trace.energies)
    np.testing.assert_array_equal(arrays["accepted"], trace.accepted)
    np.testing.assert_array_equal(arrays["logRatio"], trace.log_ratio)
    np.testing.assert_array_equal(arrays["pictures"], as_bytes(trace.pictures).reshape(13, 3, -1))
    shown = arrays["pictures"] / 255 * 2 - 0.5
    np.testing.assert_allclose(shown, trace.pictures.reshape(13, 3, -1).clip(-0.5, 1.5), atol=5e-3)
    force = arrays["forces"] / 127 * arrays["forceScale"][..., None]
    np.testing.assert_allclose(
        force, -trace.gradients.reshape(13, 3, -1).astype(np.float32), atol=np.abs(trace.gradients).max() / 120
    )
    assert meta["start"] == {"step": 5, "focus": 2}
    assert len(meta["band"]) == 3
    assert (in_link(app, "step"), in_link(app, "focus"), in_link(app, "temperature")) == ("5", "2", "0.5")


def test_a_setting_waits_for_the_button_and_the_drawing_is_where_the_chains_start():
    app = opened("digits", start="drawing", picture=PACKED)
    arrays, _ = canvas(app, "energies")
    np.testing.assert_array_equal(arrays["pictures"][0, 1], as_bytes((PICTURE / 255).astype(np.float16)).ravel())
    app.number_input(key="energy-digits:seed").set_value(9).run()
    assert sound(app)
    assert in_link(app, "seed") == "0"
    assert any("to use the new settings" in element.value for element in app.caption)
    next(button for button in app.button if button.label == "Run the chains").click().run()
    assert sound(app)
    assert in_link(app, "seed") == "9"
    assert in_link(app, "picture") == PACKED
    assert not np.array_equal(canvas(app, "energies")[0]["energies"], arrays["energies"])


def test_a_picture_in_the_link_is_judged_and_one_in_a_file_takes_its_place():
    app = opened("anomaly", picture=PACKED)
    trace = ui.engine().run(AnomalySettings(checkpoint=NAME, picture=PACKED))
    text = "\n".join(element.value for element in app.markdown)
    assert f"E(x) = {trace.energy:.2f} nats".replace("-", "−") in text
    assert "real digits" in text
    tables = "\n".join(element.proto.body for element in app.get("html"))
    assert "0.9012" in tables
    app.file_uploader[0].set_value(("plain.png", READ["plain.png"], "image/png")).run()
    assert sound(app)
    assert in_link(app, "picture") != PACKED
    name, (data, words) = next(iter(REFUSED.items()))
    before = in_link(app, "picture")
    app.file_uploader[0].set_value((name, data, "image/png")).run()
    assert sound(app)
    assert words in notices(app)
    assert in_link(app, "picture") == before


def test_without_the_energies_of_real_digits_the_picture_still_has_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    ui.engine.clear()
    shelve_energy(tmp_path, reference=False)
    app = opened("anomaly", picture=PACKED)
    assert any("carries no energies of real digits" in element.value for element in app.markdown)
    assert canvas(opened("digits"), "energies")[1]["band"] is None


def test_denoising_changes_at_once_and_keeps_the_original():
    app = opened("denoise", picture=PACKED, corruption="occlusion", hold="True", share="0.3", step="4")
    arrays, meta = canvas(app, "energies")
    trace = ui.engine().run(
        DenoiseSettings(checkpoint=NAME, picture=PACKED, corruption="occlusion", hold=True, share=0.3, steps=15)
    )
    np.testing.assert_array_equal(arrays["energies"], trace.energies)
    np.testing.assert_array_equal(arrays["distances"], trace.rmse)
    assert meta["start"] == {"step": 4, "focus": None}
    assert meta["names"] == list(trace.methods)
    app.selectbox(key="energy-denoise:corruption").set_value("salt").run()
    assert sound(app)
    assert in_link(app, "corruption") == "salt"
    assert in_link(app, "picture") == PACKED
    assert not np.array_equal(canvas(app, "energies")[0]["stills"][1], arrays["stills"][1])
    np.testing.assert_array_equal(canvas(app, "energies")[0]["stills"][0], arrays["stills"][0])


def test_a_move_changes_the_ratio_by_what_the_map_said():
    other = np.random.default_rng(2).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
    app = opened("ratios", first=PACKED, second=pack_greys(other))
    before = ui.engine().run(RatioSettings(checkpoint=NAME, first=PACKED, second=pack_greys(other)))
    next(button for button in app.button if button.label == "Flip the best pixel").click().run()
    assert sound(app)
    best = int(before.flips.argmax())
    now = unpack_greys(in_link(app, "second"), (SIDE, SIDE))
    np.testing.assert_array_equal(now, flipped(other, best))
    after = ui.engine().run(RatioSettings(checkpoint=NAME, first=PACKED, second=in_link(app, "second")))
    assert after.log_ratio - before.log_ratio == pytest.approx(float(before.flips.max()), abs=1e-3)
    moves = app.session_state["energy-ratios:moves"]["moves"]
    assert [words for words, _ in moves] == ["best pixel"]
    assert moves[0][1] == pytest.approx(float(before.flips.max()), abs=1e-3)
    next(button for button in app.button if button.label == "x′ := x").click().run()
    assert in_link(app, "second") == PACKED
    assert any("both are equally probable" in element.value for element in app.markdown)
    total = sum(change for _, change in app.session_state["energy-ratios:moves"]["moves"])
    assert total == pytest.approx(-before.log_ratio, abs=1e-2), "the log ratios of a chain of moves add up"


@pytest.mark.parametrize("view", ["digits", "anomaly", "denoise", "ratios"])
def test_a_digit_of_a_chain_can_be_taken(view):
    app = opened(view)
    labels = [button.label for button in app.button]
    for label in ("Take a digit from a chain", "Two digits from chains"):
        if label in labels:
            before = app.query_params.to_dict() if hasattr(app.query_params, "to_dict") else dict(app.query_params)
            app.button[labels.index(label)].click().run()
            assert sound(app)
            assert dict(app.query_params) != before
