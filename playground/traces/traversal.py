"""The trace of one code moved along each dimension of a VAE in turn, and what each dimension is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..models.vae import VAE
from .base import ModelSettings, Trace
from .codes import MAX_CODE, parse_code
from .energy_pictures import GREYS, PACKED, device_of, unpack_greys

END = 3.0  # the prior's standard deviations to either side
VALUES = 25  # of a dimension, from −END to END
ACTIVE = 0.01  # nats of KL, or variance of μ: below it, a dimension is collapsed
BATCH = 200  # codes in one pass


class TraversalSettings(ModelSettings):
    """A code, and every dimension of it moved from −3 to 3 with the others kept.

    start: the code is a draw from the prior by the seed, μ of `picture` (packed by `pack_greys`; a pixel is 1 from
    half ink on), or `z` as `format_code` writes it.
    """

    kind: ClassVar[str] = "traversal"
    start: Literal["prior", "drawing", "code"] = "prior"
    z: str = Field("", max_length=MAX_CODE, description="the code, its coordinates joined by commas")
    picture: str = Field("", max_length=PACKED, description="the drawing, packed")


@dataclass(frozen=True)
class TraversalTrace(Trace):
    """Z dimensions, V values, pictures of H×W.

    checkpoint: of the run. shape: (H, W). z: (Z,) float32, the code. deviation: (Z,) float32, σ of the drawing's
    posterior, or (0,). values: (V,) float32, −3 … 3. base: (H, W) float32, p(pixel = 1) decoded from z. pictures:
    (Z, V, H, W) float16, the same with one coordinate replaced. reach: (Z,) float32, how far p of a pixel moves along a
    row, the mean over pixels of largest minus smallest.
    """

    checkpoint: str
    shape: tuple[int, int]
    z: np.ndarray
    deviation: np.ndarray
    values: np.ndarray
    base: np.ndarray
    pictures: np.ndarray
    reach: np.ndarray


@dataclass(frozen=True)
class DimensionFigures(Trace):
    """What each dimension of the codes of N real digits is worth; D is Z.

    kl: (Z,) float64, mean KL(q(z_d|x) ‖ N(0, 1)), nats. activity: (Z,) float64, Var of μ_d over the digits (Burda et
    al. 2016, section 5.1, "active units"). deviation: (Z,) float64, mean σ_d. order: (Z,) int64, dimensions, largest KL
    first. collapsed: (Z,) bool, KL below 0.01 nats. idle: (Z,) bool, activity below 0.01. digits: N.
    """

    kl: np.ndarray
    activity: np.ndarray
    deviation: np.ndarray
    order: np.ndarray
    collapsed: np.ndarray
    idle: np.ndarray
    digits: int


def activity(mean: np.ndarray) -> np.ndarray:
    """(N, Z) posterior means → (Z,) their variance over the N digits: a dimension that is used moves with x."""
    return mean.var(0)


def dimension_figures(mean: np.ndarray, deviation: np.ndarray) -> DimensionFigures:
    """Of posteriors' means and standard deviations, (N, Z) each.

    KL = (μ² + σ² − 1 − log σ²) / 2 of every dimension: Kingma and Welling (2014), appendix B. InvalidInput where the
    two do not fit one another.
    """
    mean, deviation = np.asarray(mean, np.float64), np.asarray(deviation, np.float64)
    if mean.ndim != 2 or mean.shape != deviation.shape or not len(mean):
        raise InvalidInput(f"mean {mean.shape} and deviation {deviation.shape}: allowed are two arrays (N, Z)")
    kl = ((mean**2 + deviation**2 - 1) / 2 - np.log(deviation)).mean(0)
    moved = activity(mean)
    order = np.argsort(-kl, kind="stable")
    return DimensionFigures(kl, moved, deviation.mean(0), order, kl < ACTIVE, moved < ACTIVE, len(mean))


def traverse(
    settings: TraversalSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> TraversalTrace:
    """Decode every dimension at every value.

    InvalidInput if the checkpoint is no VAE, the code has another length or is not finite, the drawing is empty or of
    another size.
    """
    if not isinstance(model, VAE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no variational autoencoder")
    z, deviation = _start(settings, model)
    values = np.linspace(-END, END, VALUES, dtype=np.float32)
    codes = np.broadcast_to(z, (z.size, VALUES, z.size)).copy()  # (Z, V, Z)
    for dimension in range(z.size):
        codes[dimension, :, dimension] = values
    rows = torch.from_numpy(np.concatenate([z[None], codes.reshape(-1, z.size)])).split(BATCH)
    decoded = []
    with torch.inference_mode():
        for done, part in enumerate(rows, 1):
            decoded.append(model.decode(part.to(device_of(model))).float().sigmoid().cpu().numpy())
            if progress is not None:
                progress(done / len(rows))
    pictures = np.concatenate(decoded)
    along = pictures[1:].reshape(z.size, VALUES, *model.event_shape)
    reach = (along.max(1) - along.min(1)).mean((1, 2))
    shape = tuple(model.event_shape)
    return TraversalTrace(
        settings.checkpoint, shape, z, deviation, values, pictures[0], along.astype(np.float16), reach
    )


def _start(settings: TraversalSettings, model: VAE) -> tuple[np.ndarray, np.ndarray]:
    """The code (Z,), and σ of the posterior that it is the mean of, (Z,), or (0,)."""
    if settings.start == "code":
        return parse_code(settings.z, model.config.latent), np.zeros(0, np.float32)
    if settings.start == "prior":
        draw = model.prior(1, torch.Generator().manual_seed(settings.seed))[0]
        return draw.cpu().numpy(), np.zeros(0, np.float32)
    grey = unpack_greys(settings.picture, tuple(model.event_shape))
    ink = grey >= GREYS // 2
    if not ink.any():
        raise InvalidInput("picture is empty: draw a digit, so that there is something to encode")
    x = torch.from_numpy(ink[None]).float().to(device_of(model))
    with torch.inference_mode():
        posterior = model.encode(x)
    return posterior.mean[0].cpu().numpy(), posterior.deviation[0].cpu().numpy()
