"""A tiny energy model of pictures in a folder of its own, with energies that pass for those of real digits."""

from pathlib import Path

import numpy as np
import torch

from playground import checkpoints
from playground.checkpoints import catalogue
from playground.models.energy import EnergyModel, EnergyModelConfig
from tests.small_checkpoints import shelve_pixelcnn

NAME, SIDE = "ebm-mnist", 12
AUROC = {"noise": 1.0, "inverted": 0.999, "shuffled": 0.9987, "rotated": 0.9012, "blurred": 0.8345}


def small_energy() -> EnergyModel:
    """Random weights, three times as large as they are drawn, so that the energy has hills."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = EnergyModel(EnergyModelConfig(height=SIDE, width=SIDE, features=4))
    for parameter in model.parameters():
        parameter.data *= 3
    return model.eval().requires_grad_(False)


def shelve_energy(folder: Path, reference: bool = True) -> None:
    """Save it in `folder`, which PLAYGROUND_CHECKPOINTS must name, beside what the gallery wants."""
    shelve_pixelcnn(folder)
    checkpoints.save(folder / NAME, small_energy(), {"title": "Tiny energy model", "dataset": "none"})
    files = {file: catalogue.sha256(folder / NAME / file) for file in (catalogue.WEIGHTS, catalogue.CONFIG)}
    if reference:
        energies = np.random.default_rng(0).normal(20, 8, 400).astype(np.float32)
        np.savez_compressed(folder / NAME / "reference.npz", energy=energies, nll_nats=energies)
    catalogue.write(
        catalogue.Entry(NAME, "Tiny energy model", "A tiny one", "energy", "none", files, validation={"auroc": AUROC})
    )
