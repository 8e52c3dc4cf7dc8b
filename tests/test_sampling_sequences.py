"""Samples of models of sequences on the command line: digits, text printed or written, and who draws nothing."""

from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image

from playground.__main__ import main
from playground.texts import SHAKESPEARE
from tests.small_sequences import LENGTH, SIDE, shelve_sequences

torch.set_num_threads(1)
NAMES = ("lstm-mnist", "transformer-mnist", "lstm-shakespeare", "markov-shakespeare-2", "translator", "lstm-rows-mnist")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(found))
        shelve_sequences(found, *NAMES)
    return found


@pytest.fixture(autouse=True)
def _there(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    monkeypatch.delenv("PLAYGROUND_HUB_REPO", raising=False)
    monkeypatch.chdir(tmp_path)


def play(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["sample", *map(str, arguments), "--device", "cpu"])
    assert done.exit_code == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("name", ["lstm-mnist", "transformer-mnist"])
def test_digits_are_drawn_as_pictures_and_as_arrays(name: str) -> None:
    play(name, "--count", 3, "--out", "a.npz", "--seed", 4)
    play(name, "--count", 5, "--out", "b.npz", "--seed", 4)
    few, more = np.load("a.npz"), np.load("b.npz")
    assert few["images"].shape == (3, SIDE, SIDE)
    assert set(np.unique(few["images"])) == {0, 1}
    assert np.array_equal(few["images"], more["images"][:3])
    play(name, "--count", 4, "--out", "a.png")
    assert min(Image.open("a.png").size) > 2 * SIDE


@pytest.mark.parametrize("name", ["lstm-shakespeare", "markov-shakespeare-2"])
def test_text_is_printed_written_or_stored_and_is_the_same(name: str) -> None:
    printed = play(name, "--count", 2, "--seed", 3).stdout
    play(name, "--count", 2, "--seed", 3, "--out", "a.txt")
    assert Path("a.txt").read_text("utf-8") == printed
    play(name, "--count", 2, "--seed", 3, "--out", "a.npz")
    stored = np.load("a.npz")
    assert [len(text) for text in stored["texts"]] == [LENGTH, LENGTH]
    assert set("".join(stored["texts"])) <= set(SHAKESPEARE)
    assert all(str(text) in printed for text in stored["texts"])
    assert stored["noise"].shape == (2, LENGTH)


@pytest.mark.parametrize(
    ("code", "words", "arguments"),
    [
        (1, "translates what it is given: it has no p(x)", ["translator", "--out", "a.npz"]),
        (1, "reads digits and names them: it has no p(x)", ["lstm-rows-mnist", "--out", "a.png"]),
        (1, "writes text, no picture", ["lstm-shakespeare", "--out", "a.png"]),
        (2, "draws no text", ["lstm-mnist", "--out", "a.txt"]),
        (2, "Missing option '--out'", ["lstm-mnist"]),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_words(code: int, words: str, arguments: list[str]) -> None:
    assert words in play(*arguments, code=code).stderr
    assert not list(Path().iterdir())
