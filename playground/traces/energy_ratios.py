"""The trace of a ratio: log p(x′)/p(x) = E(x) − E(x′), where Z cancels; and what each pixel would change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..samplers.parts import evaluate_with_gradient
from .base import ModelSettings, Trace
from .energy_pictures import BATCH, PACKED, energies_of, given, picture_model

HALF = 0.5  # a lighter pixel is turned to ink, a darker one to paper


class RatioSettings(ModelSettings):
    """Two pictures, packed by `pack_greys`; none is the empty one. The seed is not used."""

    kind: ClassVar[str] = "energy-ratios"
    first: str = Field("", max_length=PACKED, description="x, packed")
    second: str = Field("", max_length=PACKED, description="x′, packed")


@dataclass(frozen=True)
class RatioTrace(Trace):
    """Two pictures x and x′ of H×W.

    checkpoint: of the run. shape: (H, W). pictures: (2, H, W) float32, 0 … 1, x and x′. energies: (2,) float64, E(x),
    E(x′), nats. gradients: (2, H, W) float32, ∇E. flips: (H, W) float32, nats, for each pixel i of x′ the ratio
    log p(x′ with pixel i flipped) / p(x′), a light pixel flipped to 1, a dark one to 0.
    """

    checkpoint: str
    shape: tuple[int, int]
    pictures: np.ndarray
    energies: np.ndarray
    gradients: np.ndarray
    flips: np.ndarray

    @property
    def log_ratio(self) -> float:
        """log p(x′)/p(x) = E(x) − E(x′), nats."""
        return float(self.energies[0] - self.energies[1])


def flipped(picture: np.ndarray, position: int) -> np.ndarray:
    """(H, W) uint8 with one pixel, by its flat position, turned: a light one to ink, a dark one to paper."""
    result = picture.copy()
    result.flat[position] = 255 if result.flat[position] < HALF * 255 else 0
    return result


def ratios(settings: RatioSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> RatioTrace:
    """Two energies, and one for each pixel flipped. InvalidInput if a picture does not fit the model."""
    model = picture_model(settings, model)
    x = torch.stack([given(model, settings.first, "first"), given(model, settings.second, "second")])
    energies, gradients = evaluate_with_gradient(model.energy, x)
    second = x[1].flatten()
    found = []
    for positions in torch.arange(second.numel(), device=x.device).split(BATCH):
        others = second.repeat(len(positions), 1)
        others[torch.arange(len(positions)), positions] = (second[positions] < HALF).float()
        found.append(energies_of(model, others.view(-1, *x.shape[1:])))
        if progress is not None:
            progress(float(positions[-1] + 1) / second.numel())
    energies = energies.double()
    return RatioTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        x.cpu().numpy(),
        energies.cpu().numpy(),
        gradients.cpu().numpy(),
        (energies[1] - torch.cat(found).double()).float().view(x.shape[1:]).cpu().numpy(),
    )
