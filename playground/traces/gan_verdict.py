"""The trace of what a discriminator says of a drawing, of the same drawing spoilt, and of what the generator makes."""

from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..models.gan import GAN
from ..samplers.parts import evaluate_with_gradient
from .base import ModelSettings, Trace
from .energy_anomaly import VERSIONS, version
from .energy_pictures import PACKED
from .gan_pictures import Progress, drawing_of, gan_of, judged, logits_of

GENERATED = 396  # pictures of the generator that the drawing is compared with
SEEDS_KEPT = 4  # of a model, whose generated pictures are kept: every stroke asks for the same ones
_kept: WeakKeyDictionary[GAN, dict[int, tuple[np.ndarray, np.ndarray]]] = WeakKeyDictionary()


class GanVerdictSettings(ModelSettings):
    """A picture, packed by `pack_greys`. The seed is that of the generated pictures and of what spoils the drawing."""

    kind: ClassVar[str] = "gan-verdict"
    picture: str = Field("", max_length=PACKED, description="the picture, packed")


@dataclass(frozen=True)
class GanVerdictTrace(Trace):
    """Logits of D(x) = σ(logit), the probability that x is real. V versions, N generated pictures of H×W.

    checkpoint: of the run. shape: (H, W). versions: V names, the picture as drawn and with each of
    `corruptions.CORRUPTIONS` done to it. pictures: (V, H, W) float32, 0 … 1, and logits (V,) float32. gradient: (H, W)
    float32, ∇x of the logit at the drawing. generated: (N, H, W) float16, and generated_logits (N,) float32.
    """

    checkpoint: str
    shape: tuple[int, int]
    versions: tuple[str, ...]
    pictures: np.ndarray
    logits: np.ndarray
    gradient: np.ndarray
    generated: np.ndarray
    generated_logits: np.ndarray

    @property
    def logit(self) -> float:
        """Of the picture as drawn."""
        return float(self.logits[0])

    @property
    def probability(self) -> float:
        """D(x) of the picture as drawn."""
        return probability(self.logit)


def probability(logit: float) -> float:
    """σ(logit), without overflow."""
    return float(1 / (1 + np.exp(-logit)) if logit >= 0 else np.exp(logit) / (1 + np.exp(logit)))


def gan_verdict(settings: GanVerdictSettings, model: nn.Module, progress: Progress | None = None) -> GanVerdictTrace:
    """Judge them all. InvalidInput if the checkpoint is no GAN, the picture is empty or does not fit."""
    model = gan_of(settings, model)
    x = drawing_of(model, settings.picture)
    picture = x.cpu().numpy()
    kinds = [version(picture, kind, settings.seed) for kind in VERSIONS[1:]]
    versions = np.stack([picture, *kinds]).astype(np.float32)
    _, gradient = evaluate_with_gradient(model.discriminate, x.unsqueeze(0))
    generated, generated_logits = _generated(model, settings.seed, progress)
    return GanVerdictTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        VERSIONS,
        versions,
        logits_of(model, versions),
        gradient[0].cpu().numpy(),
        generated,
        generated_logits,
    )


def _generated(model: GAN, seed: int, progress: Progress | None) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, H, W) float16 of the seed's codes and their logits (N,), made once for a model and a seed."""
    found = _kept.setdefault(model, {})
    if (made := found.get(seed)) is None:
        codes = model.prior(GENERATED, torch.Generator().manual_seed(seed)).cpu().numpy()
        pictures, logits = judged(model, codes, progress)
        for old in list(found)[: max(0, len(found) + 1 - SEEDS_KEPT)]:
            found.pop(old, None)
        made = found[seed] = pictures.astype(np.float16), logits
    return made
