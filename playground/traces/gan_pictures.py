"""What the traces of a GAN of pictures share: codes from seeds or from a link, decoding and judging in batches."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.gan import GAN
from .base import ModelSettings
from .codes import parse_code
from .energy_pictures import GREYS, device_of, unpack_greys

Progress = Callable[[float], None]
BATCH = 99  # pictures in one pass


def gan_of(settings: ModelSettings, model: nn.Module) -> GAN:
    """The model, if it is a GAN. InvalidInput if it is not."""
    if not isinstance(model, GAN):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no GAN")
    return model


def seeded_code(model: GAN, seed: int) -> np.ndarray:
    """(Z,) float32: the draw from the prior that a seed stands for."""
    return model.prior(1, torch.Generator().manual_seed(seed))[0].cpu().numpy()


def code_of(model: GAN, text: str, seed: int, name: str) -> np.ndarray:
    """(Z,) float32: the code that a link's text holds, or the seed's where there is no text. InvalidInput as
    `parse_code`."""
    return parse_code(text, model.config.latent, name) if text else seeded_code(model, seed)


def drawing_of(model: GAN, text: str, name: str = "picture") -> Tensor:
    """A packed picture as the model sees it, (H, W) 0 … 1. InvalidInput if it is empty or of another size."""
    levels = unpack_greys(text, tuple(model.event_shape), name)
    if not levels.any():
        raise InvalidInput(f"{name} is empty: draw or upload a digit first")
    return torch.from_numpy(levels).float().div(GREYS - 1).to(device_of(model))


def judged(model: GAN, codes: np.ndarray, progress: Progress | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, H, W) float32 of codes (N, Z), and D's logits of them (N,) float32."""
    parts = torch.from_numpy(codes).split(BATCH)
    pictures, logits = [], []
    with torch.inference_mode():
        for done, part in enumerate(parts, 1):
            made = model.generate(part.to(device_of(model)))
            pictures.append(made.cpu().numpy())
            logits.append(model.discriminate(made).cpu().numpy())
            if progress is not None:
                progress(done / len(parts))
    return np.concatenate(pictures), np.concatenate(logits)


def logits_of(model: GAN, pictures: np.ndarray) -> np.ndarray:
    """D's logits (N,) float32 of pictures (N, H, W) float32."""

    def parts() -> Iterator[np.ndarray]:
        for part in torch.from_numpy(pictures).split(BATCH):
            yield model.discriminate(part.to(device_of(model))).cpu().numpy()

    with torch.inference_mode():
        return np.concatenate(list(parts()))
