"""Every "same in Python" on a page, run by itself in a folder of its own: it writes the very file that a button gives.

The views open with the shipped checkpoints. The snippets run in a process that knows nothing but the repository: its
engine is not warmed up.
"""

import ast
import csv
import io
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from playground import ui
from tests.pages import open_page, press
from tests.test_layers import ROOT
from tests.views import addresses, entries

# The links by which a view is opened, {} for the view as it is: one for each part that hands out files of its own, at
# settings that need code of their own, and small where the view as it is takes long.
LINKS: dict[str, tuple[dict[str, str], ...]] = {
    "foundations/bernoulli": ({}, {"show": "pixel", "levels": "4"}),
    "foundations/binary": ({}, {"show": "world"}),
    "belief_networks/rnade": ({}, {"data": "moons", "model": "here", "components": "2"}),
    "made/train": ({"steps": "40", "step": "20"},),
    "pixelcnn/cost": ({"stretch": "4"},),
    "attention/cost": ({"longest": "128", "pictures": "1"},),
    "attention/pixels": ({"step": "300", "layer": "2", "head": "0"},),
    "attention/position": ({}, {"show": "shuffle"}),
    "attention/translate": ({"step": "3", "layer": "1", "head": "0"},),
    "autoencoders/beta": ({"steps": "50", "beta": "0.5", "other": "4", "frame": "3"},),
    "autoencoders/generative": (
        {"draws": "24", "step": "10", "pixels": "1"},
        {"draws": "24", "source": "mixture", "components": "3", "judge": ""},
    ),
    "autoencoders/dimensions": ({"step": "4", "dimension": "2"},),
    "gan/game": ({"moves": "b20d3", "step": "11"},),
    "gan/digits": ({"step": "5"},),
    "gan/search": ({"steps": "20", "step": "12", "start": "2"},),
    "energy/learn": ({"steps": "20", "step": "11"},),
    "energy/digits": ({"steps": "20", "step": "9", "chains": "4"},),
    "energy/denoise": ({"steps": "20", "step": "9"},),
    "energy/rbm": ({"sweeps": "20", "step": "15"},),
    "energy/rbm_world": ({"steps": "100"},),
    "chains/walk": ({}, {"target": "ring", "step": "40", "kernel2": "hmc", "leapfrog2": "3"}),
    "chains/dimension": ({"steps": "100", "chains": "2"},),
    "chains/modes": ({"steps": "100", "chains": "2"},),
    "compare/samples": ({"checkpoints": "fvsbn-mnist,vae-mnist", "step": "400", "face": "expected"},),
    "compare/complete": ({"checkpoints": "made-mnist,rbm-mnist", "count": "1", "step": "50"},),
    "compare/score": ({}, {"checkpoints": "made-mnist,vae-mnist"}),
    "compare/world": ({"families": "made,vae,rbm", "steps": "40", "step": "20"},),
}


@dataclass
class Handed:
    """What pages handed out: label → (file name, maker) of each button for a download, and the lines that did it."""

    buttons: dict[str, tuple[str, Any]] = field(default_factory=dict)
    lines: set[int] = field(default_factory=set)


def execute(text: str, folder: Path) -> None:
    """Run a snippet as a script is run, in a folder that is made for it."""
    folder.mkdir()
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
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    found, button, take_away = Handed(), st.download_button, ui.take_away

    def noted_button(label: str, data: Any, *, file_name: str, **options: Any) -> bool:
        found.buttons[label] = (file_name, data)
        return button(label, data, file_name=file_name, **options)

    def noted(*given: Any) -> None:
        found.lines.add(sys._getframe(1).f_lineno)
        found.buttons.clear()
        take_away(*given)

    monkeypatch.setattr(st, "download_button", noted_button)
    monkeypatch.setattr(ui, "take_away", noted)
    return found


def snippet_of(app: AppTest) -> str:
    """The code on the page, of which there is one."""
    (found,) = (element.value for element in app.code if element.language == "python")
    return found


def given_by_a_button(handed: Handed, name: str) -> bytes:
    """The content of the first file of this name."""
    content = next(make for file, make in handed.buttons.values() if file == name)()
    return content.encode() if isinstance(content, str) else content


def lines_of(view: str) -> set[int]:
    """Where a page hands out files."""
    nodes = ast.walk(ast.parse((ROOT / "pages" / f"{view}.py").read_text("utf-8")))
    return {node.lineno for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "ui.take_away"}


def test_every_view_is_among_them_but_the_home_page():
    files = {str(path.relative_to(ROOT / "pages").with_suffix("")) for path in (ROOT / "pages").rglob("*.py")}
    assert files - set(entries()) == {"home"}
    assert set(LINKS) <= set(entries())
    assert len(addresses()) == len(entries()) + 1
    assert all(lines_of(view) for view in entries())
    assert not lines_of("home")


@pytest.mark.parametrize("view", entries())
def test_the_snippet_gives_the_picture(view, handed, worker, tmp_path):
    for number, link in enumerate(LINKS.get(view, ({},))):
        app = open_page(view, link)
        assert not app.warning, [element.value for element in app.warning]
        folder = tmp_path / str(number)
        worker.submit(execute, snippet_of(app), folder).result()
        (file,) = folder.iterdir()
        assert file.read_bytes() == given_by_a_button(handed, file.name), snippet_of(app)
    assert handed.lines == lines_of(view)


def test_the_snippet_of_a_measured_table_measures_again(handed, worker, tmp_path):
    """Seconds are those of another measurement; everything else is the same."""
    app = press(open_page("compare/table", {"many": "2"}), "Measure")
    worker.submit(execute, snippet_of(app), tmp_path / "there").result()
    (file,) = (tmp_path / "there").iterdir()
    ours = list(csv.reader(io.StringIO(given_by_a_button(handed, file.name).decode())))
    theirs = list(csv.reader(io.StringIO(file.read_bytes().decode())))
    measured = [n for n, name in enumerate(ours[0]) if name.startswith("seconds_")]
    assert len(measured) == 2
    assert [[cell for n, cell in enumerate(row) if n not in measured] for row in ours] == [
        [cell for n, cell in enumerate(row) if n not in measured] for row in theirs
    ]
    assert all(float(row[n]) > 0 for row in (*ours[1:], *theirs[1:]) for n in measured)


def test_a_link_in_korean_gives_the_same_file(handed, worker, tmp_path):
    """Only the titles that the page passes on are in the visitor's language."""
    app = open_page("compare/world", {"lang": "ko", "families": "made", "steps": "20"})
    worker.submit(execute, snippet_of(app), tmp_path / "there").result()
    (file,) = (tmp_path / "there").iterdir()
    assert file.read_bytes() == given_by_a_button(handed, file.name)
