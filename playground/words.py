"""The words that a visitor reads, in each language: written in English where they stand, translated in catalogues.

In Python a text is written `t("Step {number}", number=3)`, in a canvas script tr("Play") or, with values in it,
tr`Step ${step} of ${steps}`, which stands for "Step {0} of {1}". The translations lie in
`lessons/<language>/words/*.json` as {English: translation}, one file for each family. A test reads every such text off
the sources and asks for its translation. Figures are pure: one with words in it takes `t` as an argument, or it
speaks `english`.
"""

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

Say = Callable[..., str]  # t: a text and the values of its {names} → what is said
LANGUAGES = {"en": "English", "ko": "한국어"}  # by the code that a link holds; the first is what texts are written in
LESSONS = Path(__file__).parent / "lessons"
LABEL = re.compile(r'aria-label="([^"{}]+)"')
PLAIN = re.compile(r'\btr\(\s*("(?:[^"\\\n]|\\.)*")')
TAGGED = re.compile(r"\btr`")


@cache
def catalogue(language: str) -> dict[str, str]:
    """English → translation: all files of a language. Where files differ about a text, the first one holds."""
    found: dict[str, str] = {}
    for _, text, said in _entries(language):
        found.setdefault(text, said)
    return found


def disagreements(language: str) -> list[str]:
    """Where two files differ about a text, in words."""
    known = catalogue(language)
    return [
        f"{path.name}: {text!r} is {said!r} here and {known[text]!r} in another file"
        for path, text, said in _entries(language)
        if said != known[text]
    ]


def _entries(language: str) -> Iterator[tuple[Path, str, str]]:
    for path in sorted((LESSONS / language / "words").glob("*.json")):
        for text, said in json.loads(path.read_text(encoding="utf-8")).items():
            yield path, text, said


def translated(text: str, language: str) -> str:
    """A text in a language; as it is where no translation is known."""
    return catalogue(language).get(text, text)


def english(text: str, **values: Any) -> str:
    """A text as it is written, with its {names} filled in."""
    return text.format(**values) if values else text


def texts_in_script(source: str) -> set[str]:
    """What a canvas script asks `tr` for."""
    plain = {json.loads(match[1]) for match in PLAIN.finditer(source)}
    return plain | {_tagged(source, match.end()) for match in TAGGED.finditer(source)}


def _tagged(source: str, at: int) -> str:
    """The template that begins at `at` as text with {0}, {1} … in the place of its values."""
    parts, number, begun = [], 0, at
    while source[at] != "`":
        if source[at] == "\\":
            at += 2
        elif source.startswith("${", at):
            parts += [source[begun:at], f"{{{number}}}"]
            number, at = number + 1, _after_value(source, at + 2)
            begun = at
        else:
            at += 1
    return "".join([*parts, source[begun:at]])


def _after_value(source: str, at: int) -> int:
    """The place after the brace that closes a value of a template; templates and quotes may be nested in it."""
    depth = 1
    while depth:
        letter = source[at]
        if letter in "\"'":
            at = re.compile(rf"(?:[^{letter}\\]|\\.)*{letter}").match(source, at + 1).end()
            continue
        if letter == "`":
            at += 1
            while source[at] != "`":
                at = _after_value(source, at + 2) if source.startswith("${", at) else at + 1 + (source[at] == "\\")
        depth += (letter == "{") - (letter == "}")
        at += 1
    return at


def texts_in_python(source: str) -> set[str]:
    """What a page, a module of ui or a figure asks `t` for. Raises ValueError for a text put together at run time."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name != "t":
            continue
        first = node.args[0] if node.args else None
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            raise ValueError(f"line {node.lineno}: t takes a text in quotes, with {{names}} for what varies")
        found.add(first.value)
    return found


def labels_in_python(source: str) -> set[str]:
    """The labels for screen readers in the root element of a canvas."""
    return set(LABEL.findall(source))
