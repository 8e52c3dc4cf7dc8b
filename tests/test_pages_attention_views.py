"""The encoder and decoder and the pixels from the entry script: they open, answer, and refuse bad input in words."""

import base64
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import phrases, ui
from playground.traces import TranslateSettings, compute, example_phrases, pack_picture
from playground.widgets.payload import unpack
from tests.pages import canvases
from tests.small_sequences import SIDE, shelve_sequences, small_sequence
from tests.test_pages import APP, in_link, notices, sound

torch.set_num_threads(1)
BARS = ((np.arange(SIDE) // 2 % 2)[:, None] * np.ones((1, SIDE))).astype(np.uint8)
HALF = (np.arange(SIDE)[:, None] < SIDE // 2) * np.ones((1, SIDE), int)
GIVEN = {"picture": pack_picture(BARS, 2), "keep": pack_picture(HALF, 2)}
STARTERS = {"translate": "Encoder and decoder", "pixels": "Pixels"}
FIELDS = {"translate": "attention-translate:text"}


@pytest.fixture(scope="module", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tiny models instead of those that are bundled, for this module alone."""
    with pytest.MonkeyPatch.context() as patch:
        folder: Path = tmp_path_factory.mktemp("shelf")
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
        shelve_sequences(folder, "translator", "transformer-mnist", "lstm-mnist")
        ui.engine.clear()
        yield
    ui.engine.clear()


def opened(page: str, **link: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"pages/attention/{page}.py").run()
    assert sound(app)
    return app


def payload(app: AppTest) -> tuple[dict, dict]:
    return unpack(canvases(app)[-1].proto.bytes)


def said(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.caption, *app.info))


@pytest.mark.parametrize("page", STARTERS)
def test_a_view_opens_with_its_heading_and_its_lesson(page: str) -> None:
    app = opened(page)
    assert [title.value for title in app.title] == [STARTERS[page]]
    lesson = next(element.value for element in app.markdown if element.value.startswith("###"))
    filled = ("symbols", "layers", "heads", "width", "each", "nats", "tokens", "pixels", "states", "pairs")
    assert not [name for name in filled if f"{{{name}}}" in lesson]
    assert notices(app) == ""


# --- Encoder and decoder ---------------------------------------------------------------------------------------------


def test_the_phrase_of_a_link_is_translated_and_its_exact_answer_shown():
    app = opened("translate", text="the third of may nineteen eighty-seven", step="2", layer="1", head="2", symbol="1")
    arrays, meta = payload(app)
    trace = compute(TranslateSettings(checkpoint="x", text=meta["source"]), small_sequence("translator"))
    assert np.allclose(arrays["cross"], trace.cross, atol=1e-3)  # a checkpoint holds float16
    assert (meta["answer"], meta["exact"]) == (trace.answer, "1987-05-03")
    steps = trace.steps
    assert meta["start"] == {"step": 2, "focus": 1 * (steps + 1) + 1}
    assert [in_link(app, name) for name in ("step", "layer", "head", "symbol")] == ["2", "1", "2", "1"]


def test_an_example_from_the_kept_tenth_replaces_the_text():
    app = opened("translate", seed="7")
    words = [source for source, _ in example_phrases(7, 10)]
    box = next(box for box in app.selectbox if box.label == "Or an example")
    assert box.options == words
    box.select(words[3]).run()
    assert sound(app)
    assert payload(app)[1]["source"] == words[3]
    assert in_link(app, "text") == words[3]
    assert payload(app)[1]["exact"] == dict(example_phrases(7, 10))[words[3]]


@pytest.mark.parametrize(
    "text",
    ["three hundred cats", "\u202ethree hundred", "Three🙂 hundred", "ثلاثة three", "three\nhundred", "삼 three"],
)
def test_any_text_is_answered_and_never_lost(text: str) -> None:
    app = opened("translate")
    app.text_area(key=FIELDS["translate"]).set_value(text).run()
    assert sound(app)
    arrays, meta = payload(app)
    assert meta["exact"] == (phrases.meaning(meta["source"]) or "")
    assert meta["source"] == "".join(c for c in text.lower() if c in " -abcdefghijklmnopqrstuvwxyz")
    assert np.allclose(arrays["probabilities"].sum(1), 1, atol=1e-5)
    assert app.text_area(key=FIELDS["translate"]).value == text
    assert in_link(app, "text") == text
    assert ("left out" in said(app)) == any(c.lower() not in " -abcdefghijklmnopqrstuvwxyz" for c in text)


@pytest.mark.parametrize("text", ["", "\n", "안녕", "🙂🙂", "12:30"])
def test_a_text_without_a_known_symbol_is_said_to_be_one_and_stays(text: str) -> None:
    app = opened("translate")
    app.text_area(key=FIELDS["translate"]).set_value(text).run()
    assert sound(app)
    assert "Nothing to read yet" in said(app)
    assert app.text_area(key=FIELDS["translate"]).value == text
    app.text_area(key=FIELDS["translate"]).set_value("twelve").run()
    assert sound(app)
    assert payload(app)[1]["exact"] == "12"


def test_a_very_long_text_is_read_in_part_and_the_link_stays_short():
    app = opened("translate")
    app.text_area(key=FIELDS["translate"]).set_value("seven " * 16_000).run()
    assert sound(app)
    assert len(payload(app)[1]["source"]) == 80
    assert "95,920 more are not read" in said(app)
    assert len(in_link(app, "text")) <= 2000


def test_another_phrase_is_looked_at_with_the_head_that_was_chosen():
    app = opened("translate", layer="1", head="2")
    app.text_area(key=FIELDS["translate"]).set_value("seventy-four").run()
    assert sound(app)
    assert payload(app)[1]["exact"] == "74"
    assert [in_link(app, name) for name in ("layer", "head")] == ["1", "2"]


# --- Pixels ----------------------------------------------------------------------------------------------------------


def test_a_link_opens_the_exact_step_head_and_patch():
    app = opened("pixels", step="30", layer="2", head="0", patch="5", seed="4")
    arrays, meta = payload(app)
    tokens = (SIDE // 2) ** 2
    assert arrays["levels"].shape == (2, 2, tokens * (tokens + 1) // 2)
    assert meta["start"] == {"step": 30, "focus": (1 * 3 + 2) * (tokens + 1) + 5}
    assert [in_link(app, name) for name in ("step", "layer", "head", "patch")] == ["30", "2", "0", "5"]


def test_given_pixels_of_a_link_stay_and_playing_starts_after_them():
    app = opened("pixels", **GIVEN)
    assert notices(app) == ""
    arrays, meta = payload(app)
    flat = np.empty(SIDE * SIDE, np.uint8)
    flat[arrays["order"]] = arrays["drawn"]
    assert (flat.reshape(SIDE, SIDE)[: SIDE // 2] == BARS[: SIDE // 2]).all()
    assert arrays["given"].sum() == SIDE * SIDE // 2
    assert meta["begin"] == SIDE * SIDE // 2


def test_a_drawing_made_on_the_page_is_continued():
    app = opened("pixels")
    next(box for box in app.selectbox if box.label == "Begin with").select("given").run()
    assert sound(app)
    push = unpack(canvases(app)[0].proto.bytes)[1]["push"]
    ink, keep = (base64.b64encode(a.astype(np.uint8).tobytes()).decode() for a in (BARS * 255, HALF))
    app.session_state[f"attention-pixels:pad:{SIDE}"] = {
        "drawing": {"push": push, "edit": 1, "picture": ink, "keep": keep}
    }
    app.run()
    assert sound(app)
    assert in_link(app, "picture") == GIVEN["picture"]
    assert payload(app)[0]["given"].sum() == SIDE * SIDE // 2
    next(box for box in app.selectbox if box.label == "Begin with").select("nothing").run()
    assert payload(app)[0]["given"].sum() == 0
    assert "keep" not in app.query_params


@pytest.mark.parametrize(
    ("page", "link", "words"),
    [
        ("translate", {"text": "twelve", "step": "99"}, "step='99'"),
        ("translate", {"layer": "3"}, "layer='3'"),
        ("translate", {"head": "9"}, "head='9'"),
        ("translate", {"symbol": "0"}, "symbol='0'"),
        ("translate", {"checkpoint": "transformer-mnist"}, "checkpoint="),
        ("translate", {"seed": "x"}, "seed="),
        ("pixels", {"step": "65"}, "step='65'"),
        ("pixels", {"patch": "17"}, "patch='17'"),
        ("pixels", {"head": "-1"}, "head='-1'"),
        ("pixels", {"temperature": "nan"}, "temperature="),
        ("pixels", {"checkpoint": "lstm-mnist"}, "checkpoint="),
        ("pixels", GIVEN | {"picture": "AAAA"}, "picture holds 3 bytes"),
        ("pixels", GIVEN | {"keep": "%%%"}, "keep="),
    ],
)
def test_a_wrong_link_is_named_and_the_default_used(page: str, link: dict[str, str], words: str) -> None:
    app = opened(page, **link)
    assert words in notices(app)
    assert payload(app)[0]
