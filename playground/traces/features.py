"""Features without labels: the code of a picture, and how far class means among the codes of real digits explain it.

1. Bishop (2006). Pattern Recognition and Machine Learning. Section 4.1.4 (class means and within-class covariance).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..models.vae import VAE
from .base import ModelSettings, Trace
from .energy_pictures import PACKED, unpack_greys
from .own_digit import binary


class FeatureSettings(ModelSettings):
    """A picture, packed by `pack_greys` and read as 0 and 1. The seed is not used."""

    kind: ClassVar[str] = "features"
    with_codes: ClassVar[bool] = True
    picture: str = Field("", max_length=PACKED, description="the drawing, packed")


@dataclass(frozen=True)
class FeatureTrace(Trace):
    """The code of a picture among those of N real digits. Z dimensions, C classes.

    checkpoint: of the run. code: (Z,) float32, the posterior's mean. codes: (N, Z) float32, labels: (N,) uint8.
    classes: (C,) uint8, means: (C, Z) float64, of every class. spread: (Z,) float64, standard deviation within a class.
    distances: (C,) float64, from the code to each mean, every dimension divided by its spread.
    accuracy: share of the digits of the second half whose nearest mean, of the first half, is that of their class.
    shown: (2,) int32, the two dimensions that tell classes best apart, in their order.
    """

    checkpoint: str
    code: np.ndarray
    codes: np.ndarray
    labels: np.ndarray
    classes: np.ndarray
    means: np.ndarray
    spread: np.ndarray
    distances: np.ndarray
    accuracy: float
    shown: np.ndarray

    @property
    def nearest(self) -> int:
        """The class whose mean is nearest."""
        return int(self.classes[self.distances.argmin()])


def class_means(codes: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(classes (C,), means (C, Z), spread (Z,) within a class) of codes (N, Z), labels (N,)."""
    classes, of = np.unique(labels, return_inverse=True)
    means = np.stack([codes[of == c].mean(0, dtype=np.float64) for c in range(len(classes))])
    spread = np.sqrt(((codes - means[of]) ** 2).mean(0))
    return classes, means, np.maximum(spread, 1e-6)


def distances(codes: np.ndarray, means: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """(N, C) float64: from codes (N, Z) to means (C, Z), every dimension divided by its spread (Z,)."""
    scaled, centres = codes / spread, means / spread
    return np.sqrt(((scaled[:, None] - centres[None]) ** 2).sum(2))


@torch.inference_mode()
def features(
    settings: FeatureSettings, model: tuple[nn.Module, Any], progress: Callable[[float], None] | None = None
) -> FeatureTrace:
    """Encode, and compare with class means. model: the model and the codes beside it.

    InvalidInput if the checkpoint is no variational autoencoder, carries no codes of real digits, or the picture is
    empty or does not fit it.
    """
    model, known = model
    if not isinstance(model, VAE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no variational autoencoder")
    if known is None or len(known.mean) < 4:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} carries no codes of real digits")
    picture = binary(unpack_greys(settings.picture, tuple(model.event_shape)))
    x = torch.from_numpy(picture).float().unsqueeze(0).to(next(model.parameters()).device)
    code = model.encode(x).mean[0].cpu().numpy()
    classes, means, spread = class_means(known.mean, known.labels)
    half = len(known.mean) // 2
    first, first_means, first_spread = class_means(known.mean[:half], known.labels[:half])
    guessed = first[distances(known.mean[half:], first_means, first_spread).argmin(1)]
    apart = (means / spread).std(0)
    return FeatureTrace(
        settings.checkpoint,
        code,
        known.mean,
        known.labels,
        classes,
        means,
        spread,
        distances(code[None], means, spread)[0],
        float((guessed == known.labels[half:]).mean()),
        np.sort(np.argsort(-apart, kind="stable")[:2]).astype(np.int32),
    )
