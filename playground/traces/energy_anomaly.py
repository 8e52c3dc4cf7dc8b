"""The trace of one picture's energy, and of the same picture's inverted, shuffled, turned and blurred."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from .base import ModelSettings, Trace
from .energy_pictures import PACKED, energies_of, energy_and_gradient, given, picture_model

VERSIONS = ("as drawn", "inverted", "shuffled", "rotated", "blurred", "noise")
BLUR = 1.5  # standard deviation of the blur, in pixels
REACH = 4  # pixels to either side that it looks at


class AnomalySettings(ModelSettings):
    """A picture, packed by `pack_greys`; none is the empty one. The seed is that of the shuffle and the noise."""

    kind: ClassVar[str] = "energy-anomaly"
    picture: str = Field("", max_length=PACKED, description="the picture, packed")


@dataclass(frozen=True)
class AnomalyTrace(Trace):
    """What the model says of a picture. V versions of it, an image of H×W.

    checkpoint: of the run. shape: (H, W). noise: σ of the data's noise. versions: V names: the picture as drawn, 1 − x,
    its pixels shuffled, a quarter turn, blurred, and uniform noise instead of it.
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


def blurred(x: Tensor) -> Tensor:
    """(B, H, W) after a Gaussian blur of BLUR pixels; beyond the edge is paper."""
    at = torch.arange(-REACH, REACH + 1, device=x.device, dtype=x.dtype)
    weights = torch.exp(-(at**2) / (2 * BLUR**2))
    weights = weights / weights.sum()
    y = F.conv2d(x.unsqueeze(1), weights.view(1, 1, 1, -1), padding=(0, REACH))
    return F.conv2d(y, weights.view(1, 1, -1, 1), padding=(REACH, 0)).squeeze(1)


def anomaly(
    settings: AnomalySettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> AnomalyTrace:
    """One pass over all versions. InvalidInput if the checkpoint is no energy model, or the picture does not fit."""
    model = picture_model(settings, model)
    x = given(model, settings.picture)
    generator = torch.Generator().manual_seed(settings.seed)
    order = torch.randperm(x.numel(), generator=generator).to(x.device)
    noise = torch.rand(x.shape, generator=generator).to(x.device)
    turned = x.rot90(1, (0, 1))
    if turned.shape != x.shape:  # no square: the turned picture is fitted in
        turned = F.interpolate(turned[None, None], x.shape, mode="area")[0, 0]
    versions = torch.stack([x, 1 - x, x.flatten()[order].view_as(x), turned, blurred(x.unsqueeze(0))[0], noise])
    _, gradient = energy_and_gradient(model, x.unsqueeze(0))
    return AnomalyTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        model.config.noise,
        VERSIONS,
        versions.cpu().numpy(),
        energies_of(model, versions).cpu().numpy(),
        gradient[0].cpu().numpy(),
    )
