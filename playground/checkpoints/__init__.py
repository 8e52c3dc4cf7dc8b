"""Checkpoints: find, verify, load, save, describe.

A checkpoint is a folder with model.safetensors, config.json and README.md. `load("pixelcnn-mnist")` takes the bundled
folder; with PLAYGROUND_HUB_REPO="owner/name" it takes that Hub repository's `<name>/` at the revision of
PLAYGROUND_HUB_REVISION, or, without one, at the commit that `publish` recorded for this very repository. Nothing is
ever fetched from a revision that was not named. Whatever comes is checked against the catalogue's SHA-256, and where
the Hub fails the bundled copy takes its place, with a notice to show.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from .. import hub
from ..errors import CheckpointError, HubError
from . import catalogue
from .catalogue import CONFIG, NAME, WEIGHTS, Entry, root, sha256
from .files import read_model, save

__all__ = [
    "Entry",
    "Loaded",
    "entry",
    "load",
    "names",
    "resolve",
    "root",
    "save",
    "verify",
]

REPO_VARIABLE, REVISION_VARIABLE = "PLAYGROUND_HUB_REPO", "PLAYGROUND_HUB_REVISION"


@dataclass(frozen=True)
class Loaded:
    """A model ready for use by everybody: eval(), no gradients on its parameters, never to be written to.

    description: config.json. source: "bundled", "hub" or "folder". notice: a sentence for the screen, or None.
    folder: where the files were read.
    """

    name: str
    model: nn.Module
    description: dict
    source: str
    notice: str | None
    folder: Path


def names() -> tuple[str, ...]:
    """The names of all checkpoints in the catalogue. Raises CheckpointError if the catalogue is damaged."""
    return tuple(catalogue.read())


def entry(name: str) -> Entry:
    """The catalogue's entry of a checkpoint. Raises CheckpointError that lists the names if there is none."""
    entries = catalogue.read()
    if not isinstance(name, str) or name not in entries:
        raise CheckpointError(f"checkpoint {str(name)[:80]!r} is not known; there are: {', '.join(entries) or 'none'}")
    return entries[name]


def resolve(text: str) -> str | Path:
    """What a person typed: a checkpoint's name, or else a folder. Raises CheckpointError if it is neither."""
    if NAME.fullmatch(text) and text in names():
        return text
    if Path(text).is_dir():
        return Path(text)
    raise CheckpointError(f"{text!r} is neither a checkpoint ({', '.join(names()) or 'none yet'}) nor a folder")


def load(name_or_folder: str | Path, device: str | torch.device = "cpu") -> Loaded:
    """Load a checkpoint by its name (a str) or from a folder (a Path).

    A str is only ever looked up in the catalogue, so a name from a link can open no other folder.

    Raises CheckpointError that names the file and the remedy; HubError where the Hub failed and no copy is bundled.
    """
    if isinstance(name_or_folder, Path):
        return _from_folder(name_or_folder, device)
    if not NAME.fullmatch(str(name_or_folder)):
        raise CheckpointError(
            f"checkpoint {str(name_or_folder)[:80]!r}: a name has only small letters, digits and hyphens; "
            f"there are: {', '.join(names()) or 'none'}"
        )
    found = entry(name_or_folder)
    repo, notice = os.environ.get(REPO_VARIABLE, ""), None
    if repo:
        try:
            return _from_hub(found, repo, device)
        except HubError as error:
            if not (root() / found.name / WEIGHTS).is_file():
                raise HubError(f"{found.name}: {error}. There is no bundled copy to fall back on") from error
            notice = f"{found.name}: {error}. The copy that comes with the app is used instead"
    folder = root() / found.name
    verify(found.name)
    model, description = read_model(folder / WEIGHTS, folder / CONFIG, _restore(found.name))
    return Loaded(found.name, model.to(device), description, "bundled", notice, folder)


def verify(name: str) -> None:
    """Compare the bundled files with the catalogue. Raises CheckpointError that names the file that differs."""
    found = entry(name)
    for filename, expected in found.files.items():
        path = root() / name / filename
        if not path.is_file():
            raise CheckpointError(f"{path}: the file is missing; {_restore(name)}")
        if path.stat().st_size == 0:
            raise CheckpointError(f"{path}: the file is empty (0 bytes); {_restore(name)}")
        if (actual := sha256(path)) != expected:
            raise CheckpointError(
                f"{path}: corrupt or changed, its SHA-256 is {actual[:12]}…, the catalogue says {expected[:12]}…; "
                f"{_restore(name)}"
            )


def _restore(name: str) -> str:
    return f"restore it with `git checkout -- checkpoints/{name}`"


def _from_folder(folder: Path, device: str | torch.device) -> Loaded:
    if not folder.is_dir():
        raise CheckpointError(f"{folder}: no such folder; give one with {WEIGHTS} and {CONFIG}")
    model, description = read_model(folder / WEIGHTS, folder / CONFIG, "train or save the checkpoint again")
    return Loaded(folder.resolve().name, model.to(device), description, "folder", None, folder)


def _from_hub(found: Entry, repo: str, device: str | torch.device) -> Loaded:
    revision = os.environ.get(REVISION_VARIABLE) or (found.hub_revision if found.hub_repo == repo else None)
    if not revision:
        raise HubError(
            f"no revision of {repo} is pinned; set {REVISION_VARIABLE} to a commit, "
            f"or run `python -m playground publish {found.name} --repo {repo}`, which records one"
        )
    paths = {}
    for filename, expected in found.files.items():
        path = hub.fetch(repo, f"{found.name}/{filename}", revision)
        if (actual := sha256(path)) != expected:
            raise HubError(
                f"{repo}/{found.name}/{filename} at revision {revision} is not the file in the catalogue (SHA-256 "
                f"{actual[:12]}… instead of {expected[:12]}…); pin the right revision, publish again, or remove {path}"
            )
        paths[filename] = path
    remedy = f"publish the checkpoint to {repo} again"
    try:
        model, description = read_model(paths[WEIGHTS], paths[CONFIG], remedy)
    except CheckpointError as error:
        raise HubError(str(error)) from error
    return Loaded(found.name, model.to(device), description, "hub", None, paths[WEIGHTS].parent)
