"""The trace of one picture's energy, and of the same picture's inverted, shuffled, turned and blurred."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import nn

from ..corruptions import corrupted
from ..samplers.parts import evaluate_with_gradient
from .base import ModelSettings, Trace
from .energy_pictures import PACKED, energies_of, given, picture_model

VERSIONS = ("as drawn", "inverted", "shuffled", "rotated", "blurred", "noise")


class AnomalySettings(ModelSettings):
    """A picture, packed by `pack_greys`; none is the empty one. The seed is that of the shuffle and the noise."""

    kind: ClassVar[str] = "energy-anomaly"
    picture: str = Field("", max_length=PACKED, description="the picture, packed")


@dataclass(frozen=True)
class AnomalyTrace(Trace):
    """What the model says of a picture. V versions of it, an image of H×W.

    checkpoint: of the run. shape: (H, W). noise: σ of the data's noise. versions: V names: the picture as drawn, 1 − x,
    its pixels shuffled, a quarter turn, blurred, and uniform noise instead of it (`corruptions`, as behind the AUROC).
    pictures: (V, H, W) float32, 0 … 1. energies: (V,) float32, E(x) nats. gradient: (H, W) float32, ∇E of the first.
    """

    checkpoint: str
    shape: tuple[int, int]
    noise: float
    versions: tuple[str, ...]
    pictures: np.ndarray
    energies: np.ndarray
    gradient: np.ndarray

    @property
    def energy(self) -> float:
        """E of the picture as drawn, nats."""
        return float(self.energies[0])


def version(picture: np.ndarray, kind: str, seed: int) -> np.ndarray:
    """(H, W) float32 → (H, W) float32: the picture with one of `corruptions.CORRUPTIONS` done to it, as for AUROC."""
    found = corrupted(picture[None], kind, seed)[0]
    if found.shape == picture.shape:
        return found
    # No square: the turned picture is fitted in
    return F.interpolate(torch.from_numpy(found)[None, None], picture.shape, mode="area")[0, 0].numpy()


def anomaly(
    settings: AnomalySettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> AnomalyTrace:
    """One pass over all versions. InvalidInput if the checkpoint is no energy model, or the picture does not fit."""
    model = picture_model(settings, model)
    x = given(model, settings.picture)
    picture = x.cpu().numpy()
    kinds = [version(picture, kind, settings.seed) for kind in VERSIONS[1:]]
    versions = torch.from_numpy(np.stack([picture, *kinds])).to(x.device)
    _, gradient = evaluate_with_gradient(model.energy, x.unsqueeze(0))
    return AnomalyTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        model.config.noise,
        VERSIONS,
        versions.cpu().numpy(),
        energies_of(model, versions).cpu().numpy(),
        gradient[0].cpu().numpy(),
    )
