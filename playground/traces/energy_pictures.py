"""What the traces of an energy model of pictures share: its E, its denoiser, and pictures out of a link."""

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.energy import EnergyModel
from .base import ModelSettings, pack_picture, unpack_picture

GREYS = 256  # levels of a picture in a link
PACKED = 20_000  # characters of a packed picture, at most
BATCH = 196  # pictures in one pass


def pack_greys(picture: np.ndarray) -> str:
    """(H, W) uint8, 0 paper … 255 ink, as the text that a link holds."""
    return pack_picture(picture, GREYS)


def unpack_greys(text: str, shape: tuple[int, int], name: str = "picture") -> np.ndarray:
    """The reverse: (H, W) uint8; no text is an empty picture. InvalidInput if it is no picture of that shape."""
    return unpack_picture(text, shape, GREYS, name) if text else np.zeros(shape, np.uint8)


def picture_model(settings: ModelSettings, model: nn.Module) -> EnergyModel:
    """The model, if it gives pictures an energy. InvalidInput if it does not."""
    if not isinstance(model, EnergyModel):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no energy model of pictures")
    return model


def given(model: EnergyModel, text: str, name: str = "picture") -> Tensor:
    """A packed picture as the model sees it: (H, W) float32, 0 … 1, where the model is."""
    levels = unpack_greys(text, tuple(model.event_shape), name)
    return torch.from_numpy(levels).float().div(GREYS - 1).to(device_of(model))


def device_of(model: nn.Module) -> torch.device:
    """Where the model's weights are."""
    return next(model.parameters()).device


@torch.no_grad()
def energies_of(model: EnergyModel, x: Tensor) -> Tensor:
    """E (B,) of any number of pictures (B, H, W)."""
    return torch.cat([model.energy(part) for part in x.split(BATCH)])


def denoised(x: Tensor, gradient: Tensor, noise: float) -> Tensor:
    """x − σ²∇E(x): the mean of the clean pictures, given a noisy one, under p ∝ exp(−E).

    Exact where E is that of data plus Gaussian noise of standard deviation σ: Miyasawa (1961); Robbins (1956) by way of
    Tweedie; Saremi and Hyvärinen (2019), eq. 3, "Neural empirical Bayes".
    """
    return x - noise**2 * gradient
