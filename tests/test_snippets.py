"""Every "same in Python" on a page, run by itself in a folder of its own: it writes the very file of the first button.

The views open with the shipped checkpoints. The snippets run in a process that knows nothing but the repository: its
engine is not warmed up, and its threads are as many as PyTorch likes.
"""

import ast
import os
import re
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
import streamlit as st

from playground import ui
from tests.pages import open_page
from tests.test_layers import ROOT
from tests.views import entries

# The links by which a view is opened: one for each part that hands out files of its own; small where a default is slow.
LINKS: dict[str, tuple[dict[str, str], ...]] = {
    "foundations/bernoulli": ({}, {"show": "categorical"}, {"show": "pixel", "levels": "4"}),
    "foundations/binary": ({}, {"show": "world"}),
    "attention/position": ({}, {"show": "shuffle"}),
}
CASES = [(view, link) for view in entries() for link in LINKS.get(view, ({},))]


def execute(text: str, folder: str) -> None:
    """Run a snippet as a script is run, in a folder."""
    os.chdir(folder)
    exec(compile(text, "snippet", "exec"), {"__name__": "__main__"})


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process that has opened no page."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module", autouse=True)
def _shipped() -> Iterator[None]:
    """The shipped checkpoints, on an engine of this module."""
    ui.engine.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PLAYGROUND_CHECKPOINTS", raising=False)
        yield
    ui.engine.clear()


@pytest.fixture
def buttons(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, object]]:
    """Label → (file name, maker) of the buttons for downloads that a page makes, in their order."""
    found, original = {}, st.download_button

    def button(label, data, *, file_name, **options):
        found[label] = (file_name, data)
        return original(label, data, file_name=file_name, **options)

    monkeypatch.setattr(st, "download_button", button)
    return found


@pytest.fixture(scope="module")
def handed_out(shown: dict[str, set[int]]) -> Iterator[None]:
    yield


def snippet_of(app) -> str:
    """The code of the page, of which there is one."""
    found = [element.value for element in app.code if element.language == "python"]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(("view", "link"), CASES, ids=lambda part: part if isinstance(part, str) else "-".join(part))
def test_the_snippet_gives_the_picture(view, link, buttons, worker, tmp_path):
    app = open_page(view, link)
    worker.submit(execute, snippet_of(app), str(tmp_path)).result()
    (file,) = tmp_path.iterdir()
    content = next(make for name, make in buttons.values() if name == file.name)()
    assert file.read_bytes() == (content.encode() if isinstance(content, str) else content)
