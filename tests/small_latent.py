"""Tiny models with a latent space in folders of their own, with codes that pass for those of real digits."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from playground import checkpoints
from playground.checkpoints import catalogue
from playground.checkpoints.codes import Codes, save_codes
from playground.models import GAN, VAE, Autoencoder, AutoencoderConfig, GANConfig, VAEConfig
from playground.models.vae import Posterior
from tests.small_checkpoints import shelve_pixelcnn

SIDE, WIDE, COUNT = 12, 6, 300  # pixels a side, Z of "vae-mnist" and "gan-mnist", codes


def small_models() -> dict[str, nn.Module]:
    """Random weights under the names of the bundled checkpoints."""
    size = {"height": SIDE, "width": SIDE}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        models = {
            "autoencoder-mnist-2d": Autoencoder(AutoencoderConfig(**size, latent=2, hidden=(16, 16))),
            "vae-mnist-2d": VAE(VAEConfig(**size, latent=2, hidden=(16, 16))),
            "vae-mnist": VAE(VAEConfig(**size, latent=WIDE, architecture="conv", features=4)),
            "gan-mnist": GAN(GANConfig(**size, latent=WIDE, features=4)),
        }
    for model in models.values():
        for parameter in model.parameters():
            parameter.data *= 2  # so that codes and pictures differ visibly
    return {name: model.eval().requires_grad_(False) for name, model in models.items()}


def codes_for(model: nn.Module, count: int = COUNT) -> Codes:
    """Codes of random pictures, ten classes, under a model with an encoder."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(count) % 10
    blobs = torch.rand(10, *model.event_shape, generator=generator)[labels]
    x = (torch.rand(blobs.shape, generator=generator) < blobs).float()
    code = model.encode(x)
    if isinstance(code, Posterior):
        return Codes(code.mean.numpy(), code.deviation.numpy(), labels.to(torch.uint8).numpy())
    return Codes(code.numpy(), None, labels.to(torch.uint8).numpy())


def shelve_latent(folder: Path, codes: bool = True) -> None:
    """Save all four in `folder`, which PLAYGROUND_CHECKPOINTS must name, beside what the gallery wants."""
    shelve_pixelcnn(folder)
    for name, model in small_models().items():
        here = folder / name
        checkpoints.save(here, model, {"title": f"Tiny {name}", "dataset": "none"})
        reference = {"gan-mnist": "logit", "autoencoder-mnist-2d": "reconstruction_nats"}.get(name, "bound_nats")
        figures = np.random.default_rng(0).normal(60, 12, 400).astype(np.float32)
        np.savez_compressed(here / "reference.npz", **{reference: figures})
        if codes and name != "gan-mnist":
            save_codes(here, codes_for(model))
        files = {file: catalogue.sha256(here / file) for file in (catalogue.WEIGHTS, catalogue.CONFIG)}
        catalogue.write(catalogue.Entry(name, f"Tiny {name}", "A tiny one", model.family, "none", files))
