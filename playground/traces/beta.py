"""The trace of a small VAE that is trained in front of the visitor, on scikit-learn's 8×8 digits, with a chosen β."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from .. import data
from ..models.vae import VAE, VAEConfig
from .base import Settings, Trace
from .traversal import activity

Progress = Callable[[float], None]
# Measured on one thread: two layers of 128 units, batches of 100 and Adam at 0.01 reach −ELBO 17.6 nats in 0.9 s; one
# layer, smaller batches or Muon (whose orthogonalised step costs three times as much) are worse in the same time.
HIDDEN, BATCH, RATE = (128, 128), 100, 0.01
INK = 8  # grey levels 0 … 15: a pixel is 1 from here on
FRAMES = 60  # of the training that are kept, beside the start
SAMPLES, SHOWN, DRAWS = 24, 6, 4  # draws from the prior, held-out digits shown, draws of z behind a figure
REPORTS = 10


class BetaSettings(Settings):
    """A VAE with Bernoulli pixels learns 1,600 binarised digits; loss −log p(x|z) + β KL(q ‖ N(0, I)).

    Higgins et al. (2017), equation 4; β = 1 is the bound itself. The seed draws weights, batches and noise, so that two
    values of β start from the same weights and see the same batches.
    """

    kind: ClassVar[str] = "beta"
    beta: float = Field(1.0, ge=0.0, le=10.0, allow_inf_nan=False, description="β, weight of the KL")
    latent: int = Field(10, ge=1, le=16, description="Z, dimensions of the code")
    steps: int = Field(500, ge=50, le=1_000, description="training steps")


class BetaLinkSettings(BetaSettings):
    """What a link of the view holds: the training, and the β of a second one beside it."""

    other: float | None = Field(None, ge=0.0, le=10.0, allow_inf_nan=False, description="β of a second training")


@dataclass(frozen=True)
class BetaTrace(Trace):
    """F frames of a training, Z dimensions, pictures of 8×8; nats are means over held-out digits.

    beta: of the loss. kept: (F,) int32, the steps of the frames, the first 0, the last the end. kl: (F, Z) float32, KL
    of every dimension, nats, by formula. reconstruction: (F,) float32, −E log p(x|z) nats, z drawn with the same noise
    in every frame. activity: (F, Z) float32, Var of μ over the digits. spread: (F, Z) float32, √(Var μ + mean σ²), the
    standard deviation of the codes drawn for all digits together, which the prior takes to be 1. samples: (F, N, 8, 8)
    float16, p(pixel = 1) decoded from draws of the prior, the same codes in every frame. shown: (R, 8, 8) uint8,
    held-out digits. reconstructions: (F, R, 8, 8) float16, decoded from their μ. loss: (S,) float32, of every step's
    batch, with its β. held_out: how many digits the figures are means over.
    """

    beta: float
    kept: np.ndarray
    kl: np.ndarray
    reconstruction: np.ndarray
    activity: np.ndarray
    spread: np.ndarray
    samples: np.ndarray
    shown: np.ndarray
    reconstructions: np.ndarray
    loss: np.ndarray
    held_out: int

    @property
    def negative_elbo(self) -> np.ndarray:
        """(F,) nats: reconstruction + KL, whatever β the training used."""
        return self.reconstruction + self.kl.sum(1)


@lru_cache(maxsize=1)
def pictures() -> tuple[np.ndarray, np.ndarray]:
    """1,600 digits to learn and 197 held out, (N, 8, 8) uint8 of 0 and 1; they come with scikit-learn."""
    found = data.digits()
    return (np.concatenate([found.train, found.valid]) >= INK).astype(np.uint8), (found.test >= INK).astype(np.uint8)


def kept_steps(steps: int) -> np.ndarray:
    """(F,) int32: the steps that are kept, denser at the start, where most happens."""
    return np.unique((np.linspace(0, 1, FRAMES + 1) ** 1.5 * steps).round()).astype(np.int32)


def beta_training(settings: BetaSettings, model: None = None, progress: Progress | None = None) -> BetaTrace:
    """Train from the seed and keep the frames."""
    return _Training(settings).run(progress)


class _Training:
    """One training. Its model belongs to it alone."""

    def __init__(self, settings: BetaSettings):
        self.settings = settings
        self.generator = torch.Generator().manual_seed(settings.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.model = VAE(VAEConfig(8, 8, latent=settings.latent, hidden=HIDDEN))
        train, held = pictures()
        self.train, self.held = torch.from_numpy(train).float(), torch.from_numpy(held).float()
        fixed = torch.Generator().manual_seed(settings.seed)
        self.codes = torch.randn(SAMPLES, settings.latent, generator=fixed)
        self.noise = torch.randn(DRAWS, len(held), settings.latent, generator=fixed)
        every = np.unique(np.linspace(0, len(held) - 1, SHOWN).astype(int))
        self.shown = self.held[torch.from_numpy(every)]

    def run(self, progress: Progress | None) -> BetaTrace:
        settings, kept = self.settings, kept_steps(self.settings.steps)
        wanted, losses, frames = set(kept.tolist()), [], [self.frame()]
        optimiser = torch.optim.Adam(self.model.parameters(), RATE, fused=True)
        for step in range(1, settings.steps + 1):
            optimiser.param_groups[0]["lr"] = RATE * min(1.0, 2 * (1 - (step - 1) / settings.steps))
            losses.append(self.step(optimiser))
            if step in wanted:
                frames.append(self.frame())
            if progress is not None and step % REPORTS == 0:
                progress(step / settings.steps)
        arrays = {name: np.stack([frame[name] for frame in frames]) for name in frames[0]}
        shown = self.shown.numpy().astype(np.uint8)
        loss = torch.stack(losses).numpy()
        return BetaTrace(beta=settings.beta, kept=kept, shown=shown, loss=loss, held_out=len(self.held), **arrays)

    def step(self, optimiser: torch.optim.Optimizer) -> Tensor:
        """One step on a batch; its mean loss."""
        x = self.train[torch.randint(len(self.train), (BATCH,), generator=self.generator)]
        loss = self.model.training_loss(x, self.generator, self.settings.beta).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        return loss.detach()

    @torch.no_grad()
    def frame(self) -> dict[str, np.ndarray]:
        """What is kept of the model as it is now."""
        posterior = self.model.encode(self.held)
        terms = [self.model.elbo_terms(self.held, noise)[0] for noise in self.noise]
        mean, variance = posterior.mean.numpy(), posterior.log_variance.exp().numpy()
        return {
            "kl": posterior.kl().mean(0).numpy(),
            "reconstruction": -torch.stack(terms).mean().numpy(),
            "activity": activity(mean),
            "spread": np.sqrt(mean.var(0) + variance.mean(0)),
            "samples": self.model.decode(self.codes).sigmoid().half().numpy(),
            "reconstructions": self.model.decode(self.model.encode(self.shown).mean).sigmoid().half().numpy(),
        }
