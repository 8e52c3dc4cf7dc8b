"""Tiny MADEs as checkpoints in a folder of their own: what a page needs before the trained ones are shipped."""

from pathlib import Path

from torch import nn

from playground import checkpoints
from playground.checkpoints import catalogue
from tests.test_models import randomised

MADES = {
    "made-small": {"hidden": (24,)},
    "made-small-ensemble": {"hidden": (24,), "mask_sets": 4},
}


def small_made(name: str) -> nn.Module:
    """A MADE over 8×8 pixels with random weights."""
    return randomised({"model": "MADE", "config": {"height": 8, "width": 8, **MADES[name]}}, seed=2)


def shelve_mades(folder: Path) -> None:
    """Save them in `folder` with a catalogue; PLAYGROUND_CHECKPOINTS must name it."""
    for name in MADES:
        model = small_made(name)
        checkpoints.save(folder / name, model, {"title": f"Tiny {name}", "dataset": "none"})
        files = {file: catalogue.sha256(folder / name / file) for file in (catalogue.WEIGHTS, catalogue.CONFIG)}
        catalogue.write(catalogue.Entry(name, f"Tiny {name}", "A tiny one", "made", "none", files))
