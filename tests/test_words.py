"""Every text that a visitor reads is there in every language."""

import ast
import json
import re
from pathlib import Path

import pytest

from playground.words import (
    LANGUAGES,
    LESSONS,
    catalogue,
    disagreements,
    english,
    labels_in_python,
    texts_in_python,
    texts_in_script,
    translated,
)
from tests.test_layers import ROOT

OTHERS = [language for language in LANGUAGES if language != "en"]
PAGES = sorted([*(ROOT / "pages").rglob("*.py"), *(ROOT / "playground" / "ui").glob("*.py")])
FIGURES = sorted((ROOT / "playground" / "figures").glob("*.py"))
CANVASES = sorted((ROOT / "playground" / "widgets").glob("*.py"))
SCRIPTS = sorted((ROOT / "playground" / "widgets").glob("*.js"))
FIELD = re.compile(r"\{(\w+)\}")
# What puts a text on the screen, by the name of the call: places of texts among its arguments.
FIRST = """
button slider select_slider selectbox number_input text_input text_area radio checkbox toggle pills segmented_control
multiselect file_uploader popover expander metric caption info warning error success title header subheader write
spinner toast download_button link_button refuse
"""
SHOWN = {**dict.fromkeys(FIRST.split(), (0,)), "view": (0, 1), "number_setting": (3,), "choice_setting": (2,)}
NAMED = {"label", "help", "placeholder", "caption", "text", "words"}


def sources(paths: list[Path]) -> list:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def bare(source: str) -> list[str]:
    """Texts that are shown without having been looked up, "line: text"."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if getattr(getattr(node.func, "value", None), "id", "") == "log":
            continue  # of the server
        places = SHOWN.get(name, ())
        given = [node.args[i] for i in places if i < len(node.args)]
        if places:
            given += [k.value for k in node.keywords if k.arg in NAMED]
        for value in given:
            parts = value.values if isinstance(value, ast.JoinedStr) else [value]
            texts = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
            text = re.sub(r":material/\w+:|\$[^$]*\$|[\W\d_]", "", " ".join(texts))
            if len(text) > 1:
                found.append(f"{node.lineno}: {' … '.join(texts)}")
    return found


def wanted() -> set[str]:
    """All texts that are asked for, wherever they stand."""
    found = set()
    for path in [*PAGES, *FIGURES]:
        found |= texts_in_python(path.read_text("utf-8"))
    for path in CANVASES:
        found |= labels_in_python(path.read_text("utf-8"))
    for path in SCRIPTS:
        found |= texts_in_script(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_its_translation_and_no_translation_is_left_over(language):
    texts, known = wanted(), catalogue(language).keys()
    place = f"playground/lessons/{language}/words/"
    assert sorted(texts - known) == [], f"not translated: add them to a file in {place}"
    assert sorted(known - texts) == [], f"nothing asks for these: take them out of the files in {place}"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_fields(language):
    wrong = {
        text: said
        for text, said in catalogue(language).items()
        if set(FIELD.findall(text)) != set(FIELD.findall(said)) or not said.strip()
    }
    assert not wrong, "a translation is empty, or its {names} are not those of the English"


@pytest.mark.parametrize("language", OTHERS)
def test_every_lesson_is_told_in_every_language(language):
    first, other = ({path.name for path in (LESSONS / lang).glob("*.md")} for lang in ("en", language))
    assert sorted(first - other) == [], f"told in English alone: write them in playground/lessons/{language}/ too"
    assert sorted(other - first) == [], "not told in English: playground/lessons/en/ lacks them"


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("path", sorted((LESSONS / "en").glob("*.md")), ids=lambda path: path.stem)
def test_a_lesson_has_the_same_numbers_formulas_and_questions(path, language):
    texts = [path.read_text("utf-8"), (LESSONS / language / path.name).read_text("utf-8")]
    for pattern in (r"(?<![\\{$_^a-zA-Z])\{[a-z_]\w*\}", r"^\d\. ", r"^#+ ", r":small\["):
        counted = [sorted(re.findall(pattern, text, re.M)) for text in texts]
        assert counted[0] == counted[1], pattern
    displayed = [text.count("$$") for text in texts]
    assert displayed[0] == displayed[1]


@pytest.mark.parametrize("path", sources(PAGES))
def test_nothing_is_shown_without_having_been_looked_up(path):
    assert bare(path.read_text("utf-8")) == [], "shown as they stand: write t(…) around them, ui.t(…) in a page"


@pytest.mark.parametrize(
    "source",
    [
        'st.button("Go")',
        'place.slider(f"Size {n}", 0, 1)',
        'st.selectbox(t("Model"), x, help="Which one.")',
        'ui.view("Title", t("idea"))',
    ],
)
def test_a_bare_text_is_seen(source):
    assert bare(source)


@pytest.mark.parametrize("source", ['st.button(ui.t("Go"))', 'st.button("")', 'st.caption("$x$")', 'st.button("β")'])
def test_what_is_looked_up_is_let_through(source):
    assert not bare(source)


def test_texts_are_read_off_a_script():
    source = (
        'const a = tr("Play"); const b = tr`Step ${n} of ${total}`; const c = tr`${tr("say")}: ${x ? `a${y}` : "}"}!`;'
        ' const d = tr("a \\"quote\\""); const notOurs = str("no"); h("tr", {});'
    )
    assert texts_in_script(source) == {"Play", "Step {0} of {1}", "say", "{0}: {1}!", 'a "quote"'}


def test_a_text_that_is_put_together_is_refused():
    assert texts_in_python('ui.t("Step {n}", n=3); t("x")') == {"Step {n}", "x"}
    with pytest.raises(ValueError, match="line 1"):
        texts_in_python('t(f"Step {n}")')


@pytest.mark.parametrize("language", OTHERS)
def test_files_agree_about_a_text(language):
    assert disagreements(language) == []


def test_files_that_differ_about_a_text_are_found(tmp_path, monkeypatch):
    for name, said in (("a", "하나"), ("b", "둘")):
        folder = tmp_path / "ko" / "words"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps({"One": said}), "utf-8")
    monkeypatch.setattr("playground.words.LESSONS", tmp_path)
    catalogue.cache_clear()
    try:
        assert catalogue("ko") == {"One": "하나"}
        assert disagreements("ko") == ["b.json: 'One' is '둘' here and '하나' in another file"]
    finally:
        catalogue.cache_clear()


def test_a_text_without_translation_stays_as_it_is():
    assert translated("no such text", "ko") == "no such text"
    assert translated("Play", "en") == "Play"
    assert english("{share:.0%} of {count}", share=0.5, count=4) == "50% of 4"
    assert english("{unfilled}") == "{unfilled}"


def test_every_download_is_called_something_in_every_language():
    label = re.compile(r'"([^"]+)": \("(?:png|gif|csv|npz|txt)"')
    labels = {
        n for path in (ROOT / "playground" / "figures").glob("*.py") for n in label.findall(path.read_text("utf-8"))
    }
    source = (ROOT / "playground" / "ui" / "downloads.py").read_text("utf-8")
    assert {name for name in labels - {"PNG", "GIF", "CSV", "npz"} if f'"{name}": ' not in source} == set()
