"""The trace of draws from a GAN: codes from its prior, their pictures, and what D says."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from .base import ModelSettings, Trace
from .gan_pictures import Progress, gan_of, judged


class GanDrawsSettings(ModelSettings):
    """N pictures from one seed."""

    kind: ClassVar[str] = "gan-draws"
    count: int = Field(12, ge=1, le=256, description="N, pictures drawn")


@dataclass(frozen=True)
class GanDrawsTrace(Trace):
    """N draws of Z numbers. checkpoint: of the run. z: (N, Z) float32, from N(0, I). pictures: (N, H, W) float32, grey
    values 0 … 1. logits: (N,) float32 of D(x), the discriminator's probability that x is real."""

    checkpoint: str
    z: np.ndarray
    pictures: np.ndarray
    logits: np.ndarray


def gan_draws(settings: GanDrawsSettings, model: nn.Module, progress: Progress | None = None) -> GanDrawsTrace:
    """Draw them. InvalidInput if the checkpoint is no GAN."""
    model = gan_of(settings, model)
    z = model.prior(settings.count, torch.Generator().manual_seed(settings.seed)).cpu().numpy()
    return GanDrawsTrace(settings.checkpoint, z, *judged(model, z, progress))
