"""Typed text: any at all is read, what the alphabet does not know is named, and the link stays short."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.texts import SHAKESPEARE, read
from playground.ui.typed import left_out_words, shown

PAGE = """
import streamlit as st
from pydantic import Field
from playground import ui
from playground.traces import Settings

class Typed(Settings):
    text: str = Field("To be", max_length=100_000)

link = ui.Link("typed", Typed, {"text": "To be", "seed": 0})
found = ui.typed_text(link, "text", "To be", "Tobe \\n", longest=LONGEST)
st.text(f"{len(found.codes)} {found.left_out}")
st.session_state["found"] = found
link.write()
ui.notices(link.notices)
"""


def opened(longest: int = 100_000, **link: str) -> AppTest:
    app = AppTest.from_string(PAGE.replace("LONGEST", str(longest)), default_timeout=60)
    for name, value in link.items():
        app.query_params[name] = value
    return app.run()


def text_in_link(app: AppTest) -> str:
    return "".join(app.query_params["text"])


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("To be", 5),
        ("", 0),
        ("\n", 1),
        ("\n\n\n", 3),
        ("bo👩‍👩‍👧 eT", 5),
        ("가나다 bo", 3),
        ("שלום עולם", 1),
        ("مرحبا ob", 3),
        ("**b** [o](x) $T$", 5),
        ("\u202eob\u2066", 2),
        ("e\u0301\x00\x07", 1),
        ("bo " * 33_333, 99_999),
    ],
)
def test_any_text_is_read_and_kept(text, known):
    app = opened()
    app.text_area[0].set_value(text).run()
    assert not app.exception
    assert app.text[0].value == f"{known} {len(text) - known}"
    assert app.text_area[0].value == app.session_state["found"].text == text, "what was typed stays in the field"
    assert text_in_link(app) == text[:2000]
    left_out = [caption.value for caption in app.caption if "left out" in caption.value]
    assert len(left_out) == (known < len(text))
    again = app.run()
    assert again.session_state["found"].text == text, "the session holds all of it"
    if len(text) <= 2000:
        fresh = opened(text=text)
        assert fresh.text_area[0].value == text, "the link gives the same text"
        assert not fresh.warning


def test_a_long_text_says_what_the_link_holds():
    app = opened()
    app.text_area[0].set_value("b" * 2000).run()
    assert not app.caption
    app.text_area[0].set_value("b" * 2001).run()
    assert [c.value for c in app.caption] == [":material/link: 2,001 characters; the link holds the first 2,000."]


def test_a_text_beyond_what_the_settings_allow_is_cut_in_words_and_stays_in_the_field():
    app = opened(longest=10)
    app.text_area[0].set_value("boboboboboTT").run()
    assert app.session_state["found"].text == "bobobobobo"
    assert app.text_area[0].value == "boboboboboTT"
    assert "the first 10 are used" in app.caption[0].value


def test_a_link_with_too_long_a_text_is_named():
    app = opened(text="b" * 100_001)
    assert "text=" in app.warning[0].value
    assert app.text_area[0].value == "To be"


def test_unknown_characters_are_named_ten_at_most():
    words = left_out_words(read("가é\u200b" + "".join(map(chr, range(0x3B1, 0x3BD))), SHAKESPEARE))
    assert words.startswith("15 of 15 characters are not in the model's alphabet")
    assert "\u2068가\u2069" in words
    assert "U+200B" in words
    assert words.endswith(" and 5 more")
    assert shown("*") == "\u2068\\*\u2069"
    assert shown("\x00") == "U+0000"
    assert "1 of 2 characters is not" in left_out_words(read("aé", SHAKESPEARE))
