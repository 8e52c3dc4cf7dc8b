"""Tiny checkpoints in a folder of their own: the pages are tested on models that take no time."""

from pathlib import Path

from torch import nn

from playground import checkpoints
from playground.checkpoints import catalogue
from tests.test_models import SMALL, randomised

MADES = {
    "made-small": {"hidden": (24,)},
    "made-small-ensemble": {"hidden": (24,), "mask_sets": 4},
}


def small_made(name: str) -> nn.Module:
    """A MADE over 8×8 pixels with random weights."""
    return randomised({"model": "MADE", "config": {"height": 8, "width": 8, **MADES[name]}}, seed=2)


def shelve(folder: Path, name: str, model: nn.Module) -> None:
    """Save a checkpoint in `folder`, with an entry in its catalogue; PLAYGROUND_CHECKPOINTS must name the folder."""
    checkpoints.save(folder / name, model, {"title": f"Tiny {name}", "dataset": "none"})
    files = {file: catalogue.sha256(folder / name / file) for file in (catalogue.WEIGHTS, catalogue.CONFIG)}
    catalogue.write(catalogue.Entry(name, f"Tiny {name}", "A tiny one", model.family, "none", files))


def shelve_pixelcnn(folder: Path) -> None:
    """What the gallery wants."""
    shelve(folder, "pixelcnn-small", randomised(SMALL["plain binary"]))


def shelve_mades(folder: Path) -> None:
    """The MADEs, and what the gallery wants."""
    shelve_pixelcnn(folder)
    for name in MADES:
        shelve(folder, name, small_made(name))
