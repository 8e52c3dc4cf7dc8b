"""The scripts and styles of the canvas components, read once from the files beside this one."""

import json
from functools import cache
from pathlib import Path

from ..words import LANGUAGES, catalogue, labels_in_python, texts_in_script

HERE = Path(__file__).parent
PLANE = ("planemarks", "planecodes", "planehands", "plane")  # what a canvas with a plane puts before its own script


def script(*names: str) -> str:
    """The words of these scripts in each language, the shared helpers, and the scripts: one inline module, so that no
    second file is fetched."""
    source = "\n".join((HERE / f"{name}.js").read_text("utf-8") for name in ("common", *names))
    wanted = texts_in_script(source) | _labels()
    words = {lang: {text: said for text, said in catalogue(lang).items() if text in wanted} for lang in LANGUAGES}
    return f"const WORDS = {json.dumps(words, ensure_ascii=False)};\n{source}"


@cache
def _labels() -> set[str]:
    """The labels of all canvases' root elements."""
    return {text for path in HERE.glob("*.py") for text in labels_in_python(path.read_text("utf-8"))}


def style(*names: str) -> str:
    """The shared colours and controls followed by the named style sheets."""
    return "\n".join((HERE / f"{name}.css").read_text("utf-8") for name in ("common", *names))
