"""The tiny latent models, and beside them a tiny model that knows log p of pictures of their size."""

from pathlib import Path

import numpy as np

from playground.checkpoints import catalogue
from tests.small_checkpoints import shelve
from tests.small_latent import SIDE, shelve_latent
from tests.test_models import randomised

JUDGE = "made-mnist"


def small_judge() -> object:
    """A MADE of the latent models' pictures."""
    return randomised({"model": "MADE", "config": {"height": SIDE, "width": SIDE, "hidden": (24,)}}, seed=2)


def shelve_judged(folder: Path) -> None:
    """All of them in `folder`, which PLAYGROUND_CHECKPOINTS must name."""
    shelve_latent(folder)
    shelve(folder, JUDGE, small_judge())
    figures = np.random.default_rng(1).normal(90, 9, 300).astype(np.float32)
    np.savez_compressed(folder / JUDGE / "reference.npz", nll_nats=figures)
    assert JUDGE in catalogue.read()
