"""Checkpoints: strict loading, the catalogue, and the Hub in good and bad days."""

import json
import os
import re

import pytest
import torch
from huggingface_hub import constants
from huggingface_hub.utils import close_session
from safetensors.torch import load_file, save_file

from playground import checkpoints, hub, publishing
from playground.checkpoints import catalogue
from playground.errors import CheckpointError, HubError, InvalidInput
from playground.models import build
from tests.hub_server import COMMIT, UPLOADED, FakeHub

torch.set_num_threads(1)
DESCRIPTION = {"model": "PixelCNN", "config": {"height": 4, "width": 4, "levels": 2, "features": 4, "blocks": 1}}
REPO = "teacher/house"


@pytest.fixture
def tiny():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return build(DESCRIPTION)


@pytest.fixture
def shelf(tmp_path, monkeypatch, tiny):
    """A folder of bundled checkpoints with one entry, "tiny"."""
    folder = tmp_path / "checkpoints"
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    for variable in ("PLAYGROUND_HUB_REPO", "PLAYGROUND_HUB_REVISION"):
        monkeypatch.delenv(variable, raising=False)
    checkpoints.save(folder / "tiny", tiny, {"title": "Tiny", "dataset": "mnist"})
    (folder / "tiny" / "README.md").write_text("# Tiny\n")
    register(folder)
    return folder


def register(folder, **extra):
    files = {name: catalogue.sha256(folder / "tiny" / name) for name in ("model.safetensors", "config.json")}
    catalogue.write(checkpoints.Entry("tiny", "Tiny", "A tiny one.", "pixelcnn", "mnist", files, **extra))


@pytest.fixture
def server(monkeypatch, tmp_path):
    """The fake Hub, with this process's huggingface_hub talking to it and an empty cache."""
    fake = FakeHub()
    cache = tmp_path / "hub-cache"
    for name, value in (
        ("ENDPOINT", fake.url),
        ("HUGGINGFACE_CO_URL_TEMPLATE", fake.url + "/{repo_id}/resolve/{revision}/{filename}"),
        ("HF_HUB_CACHE", str(cache)),
        ("HF_TOKEN_PATH", str(tmp_path / "token")),
        ("HF_HUB_DOWNLOAD_TIMEOUT", 1),
    ):
        monkeypatch.setattr(constants, name, value)
    monkeypatch.setenv("HF_TOKEN", "")
    monkeypatch.setenv("PLAYGROUND_HUB_TIMEOUT", "20")
    close_session()
    yield fake
    fake.close()
    close_session()


@pytest.fixture
def pinned(shelf, server, monkeypatch):
    """The shelf's files on the fake Hub, asked for at the commit."""
    for path in (shelf / "tiny").iterdir():
        server.put(REPO, f"tiny/{path.name}", path.read_bytes())
    monkeypatch.setenv("PLAYGROUND_HUB_REPO", REPO)
    monkeypatch.setenv("PLAYGROUND_HUB_REVISION", COMMIT)
    return server


def without_bundled(shelf):
    for path in (shelf / "tiny").iterdir():
        path.unlink()


# --- Bundled and folders ---------------------------------------------------------------------------------------------


def test_a_saved_model_comes_back_alone_in_float32_and_locked(shelf, tiny):
    loaded = checkpoints.load("tiny")
    assert (loaded.source, loaded.notice, loaded.folder) == ("bundled", None, shelf / "tiny")
    assert not loaded.model.training
    assert not any(p.requires_grad for p in loaded.model.parameters())
    assert {p.dtype for p in loaded.model.parameters()} == {torch.float32}
    assert {w.dtype for w in load_file(shelf / "tiny" / "model.safetensors").values()} == {torch.float16}
    for name, weight in tiny.state_dict().items():
        assert torch.equal(loaded.model.state_dict()[name], weight.half().float()), name
    assert loaded.description["model"] == "PixelCNN"
    assert checkpoints.names() == ("tiny",)


def test_loading_leaves_the_global_generator_alone(shelf):
    before = torch.get_rng_state()
    checkpoints.load("tiny")
    assert torch.equal(torch.get_rng_state(), before)


def test_a_folder_loads_without_the_catalogue(shelf, tmp_path, tiny):
    checkpoints.save(tmp_path / "mine", tiny)
    loaded = checkpoints.load(tmp_path / "mine")
    assert (loaded.source, loaded.name) == ("folder", "mine")


@pytest.mark.parametrize("name", ["../tiny", "tiny/../tiny", "/etc/passwd", "tiny\n", "", "Tiny", ".", "a" * 5000])
def test_a_name_is_never_a_path(shelf, name):
    with pytest.raises(CheckpointError, match="tiny"):
        checkpoints.load(name)


def test_an_unknown_name_lists_the_known_ones(shelf):
    with pytest.raises(CheckpointError, match="'tidy' is not known; there are: tiny"):
        checkpoints.load("tidy")
    with pytest.raises(CheckpointError, match="neither a checkpoint \\(tiny\\) nor a folder"):
        checkpoints.resolve("nowhere/at/all")


def damage(path, how):
    content = path.read_bytes()
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(
            {"empty": b"", "cut": content[:-20], "short": content[:4], "flip": b"\xff" * 40 + content}[how]
        )


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("gone", "the file is missing"),
        ("empty", "empty"),
        ("cut", "corrupt"),
        ("short", "corrupt"),
        ("flip", "corrupt"),
    ],
)
def test_a_damaged_bundled_file_is_named_with_the_remedy(shelf, file, how, words):
    damage(shelf / "tiny" / file, how)
    with pytest.raises(CheckpointError) as caught:
        checkpoints.load("tiny")
    assert str(shelf / "tiny" / file) in str(caught.value)
    assert words in str(caught.value)
    assert "git checkout -- checkpoints/tiny" in str(caught.value)


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
@pytest.mark.parametrize("how", ["gone", "empty", "cut", "short", "flip"])
def test_a_damaged_file_in_a_folder_is_named_with_the_remedy(shelf, file, how):
    damage(shelf / "tiny" / file, how)
    with pytest.raises(CheckpointError, match=f"{file}: .*(missing|empty|corrupt|not valid JSON).*save the checkpoint"):
        checkpoints.load(shelf / "tiny")


def rewrite(folder, change):
    path = folder / "tiny" / "model.safetensors"
    state = load_file(path)
    change(state)
    save_file(state, path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: s.pop("out.bias"), "1 weights are missing, the first is out.bias"),
        (lambda s: s.update(more=torch.zeros(2)), "1 weights belong to no layer, the first is more"),
        (
            lambda s: s.update({"out.bias": torch.zeros(3)}),
            r"out.bias has shape \(3,\), the configuration needs \(1,\)",
        ),
        (lambda s: s.update({"out.bias": torch.full((1,), float("nan"))}), "out.bias holds values that are not finite"),
        (
            lambda s: s.update({"out.bias": torch.ones(1, dtype=torch.int64)}),
            "out.bias holds values that are not finite",
        ),
    ],
)
def test_weights_must_fit_exactly(shelf, change, words):
    rewrite(shelf, change)
    with pytest.raises(CheckpointError, match=f"model.safetensors: {words}"):
        checkpoints.load(shelf / "tiny")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"features": "x"}, "features='x': allowed are whole numbers from 1 to 1024"),
        ({"features": -3}, "features=-3"),
        ({"features": 10**9}, "features=1000000000"),
        ({"features": 4.0}, "features=4.0"),
        ({"features": True}, "features=True"),
        ({"features": None}, "features=None"),
        ({"levels": 1}, "levels=1: allowed are whole numbers from 2 to 256"),
        ({"colour": 3}, "colour"),
        ({"features": 1024, "blocks": 64}, "shape"),
    ],
)
def test_a_config_that_makes_no_model_is_refused_before_memory_is_taken(shelf, config, words):
    changed = DESCRIPTION | {"config": DESCRIPTION["config"] | config}
    (shelf / "tiny" / "config.json").write_text(json.dumps(changed))
    with pytest.raises(CheckpointError, match=words if words != "shape" else "weights are missing|has shape"):
        checkpoints.load(shelf / "tiny")


@pytest.mark.parametrize(
    "content", ["[]", "{}", '{"model": [], "config": {}}', '{"model": "GPT", "config": {}}', "null", "[" * 100_000]
)
def test_json_of_another_kind_is_refused(shelf, content):
    (shelf / "tiny" / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"config\.json: "):
        checkpoints.load(shelf / "tiny")


def test_weights_that_float16_cannot_hold_are_not_written(tmp_path, tiny):
    with torch.no_grad():
        tiny.out.bias.fill_(1e6)
    with pytest.raises(CheckpointError, match=r"out\.bias is not finite in float16; nothing was written"):
        checkpoints.save(tmp_path / "big", tiny)
    assert not list((tmp_path / "big").iterdir())


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"a": {"title": 3}}', '{"../a": {}}'])
def test_a_damaged_catalogue_is_named(shelf, content):
    (shelf / "catalogue.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"catalogue\.json: .*damaged.*git checkout"):
        checkpoints.names()


def test_the_shipped_checkpoints_are_whole(monkeypatch):
    monkeypatch.delenv("PLAYGROUND_CHECKPOINTS", raising=False)
    for name in checkpoints.names():
        checkpoints.verify(name)
        card = (checkpoints.root() / name / "README.md").read_text()
        measured = checkpoints.entry(name).validation
        figures = [f"{measured['nll_nats']:.2f} nats"] if measured["nll_nats"] is not None else []
        if "characters" in measured:
            figures = [f"{measured['nll_nats']:.3f} nats per character"]
        for share in ("accuracy", "exact"):  # of a classifier, of a translator: what counts
            figures = [f"{measured[share]:.2%}"] if share in measured else figures
        figures += [f"{area:.4f}" for area in measured.get("auroc", {}).values()]
        figures += [f"{measured['reconstruction_nats']:.2f} nats"] if measured["kind"] == "reconstruction" else []
        figures += [f"{measured['iwae']['nats']:.2f} nats"] if measured.get("iwae") else []
        figures += [f"{measured['frechet']:.3f}"] if "frechet" in measured else []
        assert figures
        assert all(f"**{figure}**" in card for figure in figures)


# --- The Hub ---------------------------------------------------------------------------------------------------------


def test_a_good_download(shelf, pinned):
    without_bundled(shelf)
    loaded = checkpoints.load("tiny")
    assert (loaded.source, loaded.notice) == ("hub", None)
    assert {path for _, path in pinned.requests if "/resolve/" in path} == {
        f"/{REPO}/resolve/{COMMIT}/tiny/{name}" for name in ("model.safetensors", "config.json")
    }


def test_without_the_variable_nothing_is_asked(shelf, server):
    checkpoints.load("tiny")
    assert not server.requests


def trouble(server, kind):
    if kind == "wrong hash":
        server.put(REPO, "tiny/model.safetensors", b"something else")
    elif kind == "missing file":
        del server.files[REPO, "tiny/model.safetensors"]
    elif kind == "no network":
        server.close()
    elif kind == "no repository":
        server.repos.clear()
    else:
        server.mode = kind
    if str(kind).startswith("hang"):
        os.environ["PLAYGROUND_HUB_TIMEOUT"] = "1"  # as long as the test lasts: the fixture has set it before


TROUBLES = [
    ("wrong hash", "is not the file in the catalogue .* pin the right revision, publish again, or remove"),
    ("missing file", r"no such file \(404\); publish the checkpoint there, or choose another revision"),
    ("no repository", r"no such repository, or it is private .*check its name"),
    (404, r"\(404\); publish the checkpoint there"),
    (401, r"access was refused \(401\); log in with `hf auth login` or set HF_TOKEN"),
    (403, r"access was refused \(403\); log in"),
    (429, r"too many requests \(429\); wait a few minutes"),
    (500, "answered with error 500; a fault of the server, try again later"),
    ("hang", "no complete answer within 1 seconds; try again later, or allow more seconds with PLAYGROUND_HUB_TIMEOUT"),
    ("hang body", "no complete answer within 1 seconds; try again later"),
    ("no hub", "is not a Hub; check HF_ENDPOINT, the proxy and the firewall"),
    ("no network", "there is no connection to the Hub; check the network, or go on with files on this machine"),
]


@pytest.mark.parametrize(("kind", "words"), TROUBLES)
def test_trouble_with_the_hub_falls_back_with_a_notice(shelf, pinned, kind, words):
    trouble(pinned, kind)
    loaded = checkpoints.load("tiny")
    assert loaded.source == "bundled"
    assert re.search(words, loaded.notice)
    assert loaded.notice.endswith("The copy that comes with the app is used instead")


@pytest.mark.parametrize(("kind", "words"), TROUBLES)
def test_trouble_with_the_hub_and_no_bundled_copy_is_an_error(shelf, pinned, kind, words):
    without_bundled(shelf)
    trouble(pinned, kind)
    with pytest.raises(HubError, match=words) as caught:
        checkpoints.load("tiny")
    assert str(caught.value).endswith("There is no bundled copy to fall back on")


@pytest.mark.parametrize("revision", [COMMIT, "main"])
@pytest.mark.parametrize("kind", ["no network", "hang"])
def test_a_warm_cache_needs_no_network(shelf, pinned, monkeypatch, revision, kind):
    monkeypatch.setenv("PLAYGROUND_HUB_REVISION", revision)
    checkpoints.load("tiny")
    without_bundled(shelf)
    trouble(pinned, kind)
    loaded = checkpoints.load("tiny")
    assert (loaded.source, loaded.notice) == ("hub", None)


def test_a_warm_cache_with_a_commit_asks_nobody(shelf, pinned):
    checkpoints.load("tiny")
    pinned.requests.clear()
    checkpoints.load("tiny")
    assert not pinned.requests


def test_a_revision_that_is_not_there(shelf, pinned, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HUB_REVISION", "c" * 40)
    assert "no such revision (404); check PLAYGROUND_HUB_REVISION" in checkpoints.load("tiny").notice


def test_no_revision_is_ever_guessed(shelf, pinned, monkeypatch):
    monkeypatch.delenv("PLAYGROUND_HUB_REVISION")
    loaded = checkpoints.load("tiny")
    assert loaded.source == "bundled"
    assert f"no revision of {REPO} is pinned; set PLAYGROUND_HUB_REVISION to a commit, or run" in loaded.notice
    assert not pinned.requests


def test_the_catalogues_revision_counts_for_its_own_repository_only(shelf, pinned, monkeypatch):
    monkeypatch.delenv("PLAYGROUND_HUB_REVISION")
    register(shelf, hub_repo="somebody/else", hub_revision=COMMIT)
    assert "no revision" in checkpoints.load("tiny").notice
    register(shelf, hub_repo=REPO, hub_revision=COMMIT)
    assert checkpoints.load("tiny").source == "hub"


def test_a_repository_name_of_the_wrong_form(shelf, pinned, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HUB_REPO", "a/b/c")
    assert 'that is not a repository; write it as "owner/name"' in checkpoints.load("tiny").notice


def test_a_time_limit_that_is_no_number(pinned, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HUB_TIMEOUT", "soon")
    with pytest.raises(HubError, match="PLAYGROUND_HUB_TIMEOUT='soon': give a number of seconds"):
        hub.time_limit()


# --- Publishing ------------------------------------------------------------------------------------------------------


def test_publish_uploads_pins_and_is_fetched_again(shelf, server, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    assert publishing.publish("tiny", REPO) == UPLOADED
    for name in ("model.safetensors", "config.json", "README.md"):
        assert server.files[REPO, f"tiny/{name}"] == (shelf / "tiny" / name).read_bytes()
    entry = checkpoints.entry("tiny")
    assert (entry.hub_repo, entry.hub_revision) == (REPO, UPLOADED)
    assert set(server.tokens) == {"Bearer hf_test"}


def test_publish_without_a_token_says_how_to_get_one(shelf, server):
    with pytest.raises(HubError, match=r"no Hugging Face token on this machine; log in with `hf auth login`"):
        publishing.publish("tiny", REPO)
    assert not server.requests


@pytest.mark.parametrize("repo", ["house", "a/b/c", "a b/c", "../x", ""])
def test_publish_refuses_a_wrong_repository_name(shelf, server, monkeypatch, repo):
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    with pytest.raises(InvalidInput, match='write it as "owner/name"'):
        publishing.publish("tiny", repo)
    assert not server.requests


@pytest.mark.parametrize(
    ("kind", "words"), [("no network", "no connection"), (403, "access was refused"), (500, "500")]
)
def test_publish_in_trouble_changes_nothing(shelf, server, monkeypatch, kind, words):
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    trouble(server, kind)
    with pytest.raises(HubError, match=f"tiny was not published to {REPO}: .*{words}"):
        publishing.publish("tiny", REPO)
    assert checkpoints.entry("tiny").hub_revision is None


def test_publish_refuses_files_that_are_not_those_of_the_catalogue(shelf, server):
    damage(shelf / "tiny" / "config.json", "cut")
    with pytest.raises(CheckpointError, match=r"config\.json: corrupt or changed"):
        publishing.publish("tiny", REPO)
