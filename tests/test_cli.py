"""The command line, on the small digits and a tiny MNIST."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from huggingface_hub import constants
from huggingface_hub.utils import close_session
from PIL import Image

from playground import checkpoints
from playground.__main__ import main
from playground.models import build
from playground.training import session
from playground.training.recipes import Recipe
from tests.hub_server import UPLOADED, FakeHub, wait_until

torch.set_num_threads(1)
ROOT = Path(__file__).resolve().parents[1]
DESCRIPTION = {"model": "PixelCNN", "config": {"height": 28, "width": 28, "levels": 2, "features": 2, "blocks": 1}}
DIGITS = {"model": "PixelCNN", "config": {"height": 8, "width": 8, "levels": 16, "features": 4, "blocks": 1}}


def play(tmp_path, *arguments, code=0):
    """Run a command in this process; the exit code must be `code`, and nothing but SystemExit may come out."""
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code == code, done.stdout + done.stderr
    return done


def talk_to(monkeypatch, tmp_path, url):
    """Let huggingface_hub in this process talk to `url`, with an empty cache and no token."""
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    monkeypatch.setenv("HF_TOKEN", "")
    close_session()


def model(description, seed=0):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build(description)


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch):
    """An empty shelf of bundled checkpoints, no Hub, and tmp_path as the current folder."""
    monkeypatch.chdir(tmp_path)
    talk_to(monkeypatch, tmp_path, "http://127.0.0.1:9")  # nothing listens there
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "catalogue.json").write_text("{}")
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    monkeypatch.delenv("PLAYGROUND_HUB_REPO", raising=False)
    return folder


@pytest.fixture
def mine(tmp_path):
    """A folder with an untrained checkpoint for 28×28 bits."""
    checkpoints.save(tmp_path / "mine", model(DESCRIPTION), {"dataset": "mnist", "title": "Mine"})
    return tmp_path / "mine"


def write_idx(folder, prefix, count):
    folder.mkdir(exist_ok=True)
    images = np.random.default_rng(7).integers(0, 256, (count, 28, 28), np.uint8)
    for stem, magic, array in (
        ("images-idx3", 0x803, images),
        ("labels-idx1", 0x801, np.zeros(count, np.uint8)),
    ):
        header = b"".join(n.to_bytes(4, "big") for n in (magic, *array.shape))
        (folder / f"{prefix}-{stem}-ubyte.gz").write_bytes(gzip.compress(header + array.tobytes()))
    return images


def by_hand(folder, rows):
    loaded = checkpoints.load(folder)
    nll = -loaded.model.log_prob(torch.from_numpy(rows).float()).double()
    return nll.mean().item(), (nll.std() / len(nll) ** 0.5).item()


# --- evaluate --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", ["validation", "test"])
def test_evaluate_on_idx_files_draws_the_documented_bits(tmp_path, mine, split):
    images = write_idx(tmp_path / "idx", "t10k" if split == "test" else "train", 12)
    rows = images if split == "test" else images[10:]
    bits = (np.random.default_rng(0).random(rows.shape) < rows / 255).astype(np.uint8)
    mean, error = by_hand(mine, bits)
    done = play(tmp_path, "evaluate", mine, "--data", tmp_path / "idx", "--split", split, "--device", "cpu", "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    assert found.pop("nll_nats") == pytest.approx(mean, abs=1e-3)
    assert found.pop("nll_standard_error") == pytest.approx(error, abs=1e-3)
    assert found == {
        "checkpoint": "mine",
        "family": "pixelcnn",
        "split": split,
        "examples": len(rows),
        "kind": "exact",
        "binarization": "dynamic",
        "parameters": sum(p.numel() for p in model(DESCRIPTION).parameters()),
        "orderings": 1,
    }
    assert "evaluate" in done.stderr  # progress


def test_evaluate_on_a_table(tmp_path, mine):
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 2, (6, 784)) for name in ("train", "valid", "test")}
    np.savez(tmp_path / "bits.npz", **arrays)
    done = play(tmp_path, "evaluate", mine, "--data", tmp_path / "bits.npz", "--split", "test", "--json")
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["examples"], found["binarization"]) == (6, "none")
    assert found["nll_nats"] == pytest.approx(by_hand(mine, arrays["test"].reshape(-1, 28, 28))[0], abs=1e-3)


def test_evaluate_the_small_digits_and_write_the_card(tmp_path):
    checkpoints.save(tmp_path / "small", model(DIGITS), {"dataset": "digits", "title": "Small"})
    done = play(tmp_path, "evaluate", tmp_path / "small", "--json", "--write-card")
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["examples"], found["kind"], found["binarization"]) == (200, "exact", "none")
    card = (tmp_path / "small" / "README.md").read_text()
    assert f"**{found['nll_nats']:.2f} nats**" in card
    assert card.startswith("---\nlibrary_name: pytorch\n")


# --- train and ship --------------------------------------------------------------------------------------------------

TINY = Recipe("tiny", "PixelCNN", DIGITS["config"], "digits", "Tiny", "", steps=6, evaluate_every=2, batch=4, warmup=2)


def test_train_resume_and_ship(tmp_path, shelf):
    out = tmp_path / "out"
    command = ["train", "pixelcnn-digits", "--out", out, "--minutes", "0.02", "--threads", "1", "--device", "cpu"]
    first = play(tmp_path, *command)
    steps = torch.load(out / "training.pt", weights_only=True)["progress"]["step"]
    assert f"{steps:,} steps" in first.stdout
    assert "nats" in first.stderr
    play(tmp_path, *command)
    state = torch.load(out / "training.pt", weights_only=True)
    assert state["progress"]["step"] > steps
    loaded = checkpoints.load(out)
    for name, weight in state["best"].items():
        assert torch.equal(loaded.model.state_dict()[name], weight.half().float()), name

    resumed = tmp_path / "resumed"
    play(tmp_path, *command[:2], "--out", resumed, "--minutes", "1e-9", "--from", out)
    begun = torch.load(resumed / "training.pt", weights_only=True)
    assert begun["progress"]["step"] == 0
    assert torch.equal(begun["model"]["first.weight"], loaded.model.first.weight)
    rows = {name: np.zeros((3, 784), np.uint8) for name in ("train", "valid", "test")}
    np.savez(tmp_path / "blank.npz", **rows)
    blank = ("--data", tmp_path / "blank.npz", "--out", tmp_path / "gated")
    gated = play(tmp_path, "train", "gated-pixelcnn-mnist", *blank, "--from", out, code=1)
    assert "does not fit the recipe gated-pixelcnn-mnist" in gated.stderr

    done = play(tmp_path, "ship", "pixelcnn-digits", "--from", out)
    shipped = checkpoints.load("pixelcnn-digits")
    entry = checkpoints.entry("pixelcnn-digits")
    assert f"shipped at {entry.validation['nll_nats']:.3f}" in done.stdout
    assert entry.validation["examples"] == 200
    assert f"**{entry.validation['nll_nats']:.2f} nats**" in (shipped.folder / "README.md").read_text()
    assert sorted(path.name for path in shelf.iterdir()) == ["catalogue.json", "pixelcnn-digits"]

    before = (shelf / "catalogue.json").read_bytes()
    again = play(tmp_path, "ship", "pixelcnn-digits", "--from", out, code=1)
    assert "nothing was changed (--force ships it)" in again.stderr
    assert (shelf / "catalogue.json").read_bytes() == before
    assert "before" in play(tmp_path, "ship", "pixelcnn-digits", "--from", out, "--force").stdout

    listed = play(tmp_path, "list").stdout
    assert re.search(r"pixelcnn-digits .*nats \(validation\)", listed)
    assert "gated-pixelcnn-mnist" in listed


def outside(*arguments):
    """A command in a process of its own, as a person runs it."""
    return [sys.executable, "-u", "-m", "playground", *arguments]


OUTSIDE = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def test_a_mistake_ends_in_one_line(tmp_path, shelf):
    done = subprocess.run(
        outside("evaluate", "nothing"),
        env=OUTSIDE | {"PLAYGROUND_CHECKPOINTS": str(shelf)},
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert done.stderr == "Error: 'nothing' is neither a checkpoint (none yet) nor a folder\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_training_is_saved(tmp_path, number):
    process = subprocess.Popen(
        outside("train", "pixelcnn-digits", "--out", str(tmp_path / "out"), "--minutes", "5"),
        env=OUTSIDE,
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "progress").open("w"),
        text=True,
        stdin=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: "step" in (tmp_path / "progress").read_text(), 120)
        process.send_signal(number)
        output, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "The same command goes on from there" in output
    assert torch.load(tmp_path / "out" / "training.pt", weights_only=True)["progress"]["step"] > 0


def test_the_schedule_ends_and_says_so(tmp_path):
    dataset = session.data.load("digits")
    progress, stopped = session.train(TINY, dataset, tmp_path / "out")
    assert (progress.step, stopped) == (6, False)
    with pytest.raises(session.InvalidInput, match="all 6 steps are done; pass --minutes to train on"):
        session.train(TINY, dataset, tmp_path / "out")


def test_a_saved_training_of_another_recipe_is_refused(tmp_path):
    session.train(TINY, session.data.load("digits"), tmp_path / "out")
    refused(tmp_path, 1, r"training\.pt: the saved training is of tiny", "train", "pixelcnn-digits", "--out", "out")
    refused(tmp_path, 1, r"training\.pt: a training of tiny, not of", "ship", "pixelcnn-digits", "--from", "out")


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut", b"\x80\x02."])
def test_a_damaged_saved_training_is_refused(tmp_path, content):
    (tmp_path / "training.pt").write_bytes(content)
    with pytest.raises(session.CheckpointError, match=r"training\.pt: .*remove it to start anew"):
        session.saved_state(tmp_path)


# --- sample ----------------------------------------------------------------------------------------------------------


def test_samples_are_a_function_of_the_seed(tmp_path, mine):
    def drawn(name, *more):
        play(tmp_path, "sample", mine, "--count", 3, "--out", tmp_path / name, *more)
        return np.load(tmp_path / name)

    first, again, other = drawn("a.npz"), drawn("b.npz"), drawn("c.npz", "--seed", 1)
    assert first["images"].shape == (3, 28, 28)
    assert first["images"].dtype == np.uint8
    assert set(np.unique(first["images"])) <= {0, 1}
    assert np.array_equal(first["images"], again["images"])
    assert not np.array_equal(first["images"], other["images"])


def test_a_picture_is_a_grid_of_whole_pixels(tmp_path, mine):
    play(tmp_path, "sample", mine, "--count", 5, "--temperature", 0.7, "--out", tmp_path / "a.png")
    picture = np.asarray(Image.open(tmp_path / "a.png"))
    scale = 800 // (3 * 29 - 1)
    assert picture.shape == ((2 * 29 - 1) * scale, (3 * 29 - 1) * scale, 3)
    assert np.array_equal(picture, picture[::scale, ::scale].repeat(scale, 0).repeat(scale, 1))


# --- Bad arguments ---------------------------------------------------------------------------------------------------


def refused(tmp_path, code, words, *arguments):
    done = play(tmp_path, *arguments, code=code)
    assert re.search(words, done.stderr), done.stderr


@pytest.mark.parametrize(
    ("code", "words", "arguments"),
    [
        (1, "recipe 'nothing' is not known; there are: pixelcnn-mnist", ["train", "nothing"]),
        (2, "--minutes", ["train", "pixelcnn-digits", "--minutes", "0"]),
        (2, "--minutes", ["train", "pixelcnn-digits", "--minutes", "soon"]),
        (2, "not a finite number", ["train", "pixelcnn-digits", "--minutes", "nan"]),
        (2, "not a finite number", ["train", "pixelcnn-digits", "--minutes", "inf"]),
        (2, "--threads", ["train", "pixelcnn-digits", "--threads", "0"]),
        (2, "--seed", ["train", "pixelcnn-digits", "--seed", "-1"]),
        (2, "--device", ["train", "pixelcnn-digits", "--device", "tpu"]),
        (1, "no such folder; pass --data", ["train", "pixelcnn-mnist", "--data", "nowhere"]),
        (1, "MNIST could not be fetched: .*no connection.*pass --data a folder", ["train", "pixelcnn-mnist"]),
        (1, r"training\.pt: no such file", ["ship", "pixelcnn-digits"]),
        (1, "neither a checkpoint \\(none yet\\) nor a folder", ["evaluate", "../nowhere"]),
        (1, r"model\.safetensors: the file is missing|config\.json: the file is missing", ["evaluate", "."]),
        (2, "--split", ["evaluate", "mine", "--split", "train"]),
        (1, "no such folder", ["evaluate", "mine", "--data", "x.gz"]),
        (2, "--count", ["sample", "mine", "--out", "a.png", "--count", "0"]),
        (2, "--temperature", ["sample", "mine", "--out", "a.png", "--temperature", "-1"]),
        (2, "--temperature", ["sample", "mine", "--out", "a.png", "--temperature", "nan"]),
        (2, "--seed", ["sample", "mine", "--out", "a.png", "--seed", "abc"]),
        (2, "must end in .png, .npz or .txt", ["sample", "mine", "--out", "a.gif"]),
        (2, "no such folder", ["sample", "mine", "--out", "nowhere/a.png"]),
        (2, "Missing option '--out'", ["sample", "mine"]),
        (2, "Missing option '--repo'", ["publish", "mine"]),
        (1, "'mine' is not known", ["publish", "mine", "--repo", "a/b"]),
        (2, "No such command", ["dance"]),
    ],
)
def test_bad_arguments_are_refused_in_words(tmp_path, mine, code, words, arguments):
    refused(tmp_path, code, words, *arguments)


@pytest.mark.skipif(torch.cuda.is_available(), reason="here --device cuda is allowed")
def test_a_device_that_is_not_there(tmp_path, mine):
    refused(tmp_path, 2, "no CUDA device is available here; use --device cpu", "evaluate", mine, "--device", "cuda")


def test_data_of_another_shape_is_refused(tmp_path):
    checkpoints.save(tmp_path / "small", model(DIGITS), {"dataset": "mnist"})
    write_idx(tmp_path / "idx", "train", 12)
    refused(
        tmp_path, 1, r"its images are \(28, 28\), the checkpoint's are \(8, 8\)", "evaluate", "small", "--data", "idx"
    )


# --- publish ---------------------------------------------------------------------------------------------------------


def test_publish_prints_the_commit_to_pin(tmp_path, shelf, monkeypatch):
    session.train(TINY, session.data.load("digits"), tmp_path / "out")
    session.ship(TINY, tmp_path / "out", session.data.load("digits"))
    hub = FakeHub()
    try:
        talk_to(monkeypatch, tmp_path, hub.url)
        refused(tmp_path, 1, "no Hugging Face token", "publish", "tiny", "--repo", "a/b")
        monkeypatch.setenv("HF_TOKEN", "hf_test")
        done = play(tmp_path, "publish", "tiny", "--repo", "teacher/house")
        assert done.stdout.splitlines()[-1] == UPLOADED
        assert checkpoints.entry("tiny").hub_revision == UPLOADED
    finally:
        hub.close()
    refused(tmp_path, 1, "no connection to the Hub", "publish", "tiny", "--repo", "a/b")
    close_session()
