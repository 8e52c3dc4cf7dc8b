"""The trace of a picture's surprise: −log₂ p of each pixel given those before it, and the sum."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..samplers.ancestral import log_probabilities
from .base import ModelSettings, Trace, unpack_picture


class SurpriseSettings(ModelSettings):
    """A picture, packed by `pack_picture` with the model's levels; none is the empty one. The seed is not used."""

    kind: ClassVar[str] = "surprise"
    picture: str = Field("", max_length=20_000, description="the picture, packed")


@dataclass(frozen=True)
class SurpriseTrace(Trace):
    """What each pixel of a picture costs. K = D steps, P parameters, an image of H×W.

    checkpoint, levels: of the run. shape: (H, W). order: (K,) int32, flat position of each step.
    picture: (H, W) uint8, levels. parameters: (K, P) float32, logits of each conditional, by step.
    bits: (H, W) float32, −log₂ p(x_i | all pixels before it).
    """

    checkpoint: str
    levels: int
    shape: tuple[int, int]
    order: np.ndarray
    picture: np.ndarray
    parameters: np.ndarray
    bits: np.ndarray

    @property
    def total_bits(self) -> float:
        """−log₂ p of the whole picture."""
        return float(self.bits.sum(dtype=np.float64))

    @property
    def nats(self) -> float:
        """−log p of the whole picture, nats."""
        return self.total_bits * float(np.log(2))

    def running_bits(self) -> np.ndarray:
        """(K,) float64: the sum of bits up to and with each step."""
        return self.bits.ravel()[self.order].cumsum(dtype=np.float64)


@torch.inference_mode()
def surprise(
    settings: SurpriseSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> SurpriseTrace:
    """One parallel pass over the picture. InvalidInput if it does not fit the model."""
    shape, levels = tuple(model.event_shape), model.config.levels
    if not levels:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} models real numbers, not levels")
    picture = np.zeros(shape, np.uint8)
    if settings.picture:
        picture = unpack_picture(settings.picture, shape, levels)
    x = torch.from_numpy(picture).float().unsqueeze(0)
    parameters = model.conditionals(x.to(model.order.device)).cpu().float()  # (1, D, P)
    log_p = log_probabilities(parameters, x.flatten(1).long())[0]  # (D,)
    order = model.order.cpu()
    return SurpriseTrace(
        settings.checkpoint,
        levels,
        shape,
        order.numpy().astype(np.int32),
        picture,
        parameters[0, order].numpy(),
        (-log_p / np.log(2)).view(shape).numpy(),
    )
