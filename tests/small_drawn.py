"""One tiny model of each family, all of pictures of one size, with figures that pass for those of real digits."""

from pathlib import Path

import numpy as np
from torch import nn

from playground import checkpoints
from playground.checkpoints import catalogue
from tests.small_energy import SIDE, small_energy
from tests.small_latent import small_models
from tests.test_models import randomised

SIZE = {"height": SIDE, "width": SIDE}
LOG_Z = 30.0
BUILT = {
    "made-mnist": ("MADE", {"hidden": (24,), "mask_sets": 4}),
    "pixelcnn-mnist": ("PixelCNN", {"features": 4, "blocks": 1}),
    "nade-agnostic-mnist": ("OrderAgnosticNADE", {"hidden": (16, 12)}),
    "lstm-mnist": ("RecurrentModel", {"patch": 2, "hidden": 8, "embedding": 4}),
    "rbm-mnist": ("RBM", {"hidden": 20}),
}
SPREADS = {"lstm-mnist": 1.5}  # of the weights; a cell with small ones forgets what was kept
KINDS = {
    "rbm-mnist": "nll_nats",
    "ebm-mnist": "energy",
    "gan-mnist": "logit",
    "autoencoder-mnist-2d": "reconstruction_nats",
}
COMPLETE = (*BUILT, "ebm-mnist", "vae-mnist", "gan-mnist")
JUDGE = (*COMPLETE, "autoencoder-mnist-2d")


def small_drawn() -> dict[str, nn.Module]:
    """Random weights under the names of the bundled checkpoints."""
    found = {
        name: randomised({"model": kind, "config": {**SIZE, **more}}, seed=2, spread=SPREADS.get(name, 0.3))
        for name, (kind, more) in BUILT.items()
    }
    latent = small_models()
    found |= {"ebm-mnist": small_energy()}
    found |= {name: latent[name] for name in ("vae-mnist", "gan-mnist", "autoencoder-mnist-2d")}
    return {name: model.eval().requires_grad_(False) for name, model in found.items()}


def real_figures(name: str) -> np.ndarray:
    """(400,) float32, what reference.npz holds."""
    return np.random.default_rng(0).normal(60, 12, 400).astype(np.float32) * (-0.01 if name == "gan-mnist" else 1)


def shelve_drawn(folder: Path) -> None:
    """Save them all in `folder`, which PLAYGROUND_CHECKPOINTS must name, beside a model of smaller pictures."""
    models = small_drawn() | {
        "pixelcnn-small": randomised(
            {"model": "PixelCNN", "config": {"height": 6, "width": 6, "features": 4, "blocks": 1}}
        )
    }
    for name, model in models.items():
        here = folder / name
        more = {"orderings": 4} if name == "made-mnist" else {}
        checkpoints.save(here, model, {"title": f"Tiny {name}", "dataset": "none", **more})
        if name != "pixelcnn-mnist":
            np.savez_compressed(here / "reference.npz", **{KINDS.get(name, "nll_nats"): real_figures(name)})
        files = {file: catalogue.sha256(here / file) for file in (catalogue.WEIGHTS, catalogue.CONFIG)}
        measured = {"log_partition": LOG_Z} if name == "rbm-mnist" else {}
        catalogue.write(
            catalogue.Entry(name, f"Tiny {name}", "A tiny one", model.family, "none", files, validation=measured)
        )
