"""The plane of a model with a code of two numbers: what the decoder makes of every place of it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from .base import ModelSettings, Settings, Trace
from .codes import FARTHEST, MAX_CODE, parse_code
from .decoders import decoder_weights

CHUNK = 256  # codes decoded at once
ALL = "0123456789"
MARGIN, COMMON = 1.06, (0.1, 99.9)  # of a window around codes; the percentiles of them that it surely holds


class PlaneSettings(ModelSettings):
    """A window of the plane, `reach` on each side of its centre, as tiles × tiles decoded pictures."""

    kind: ClassVar[str] = "plane"
    centre: str = Field("0.000,0.000", max_length=40, description="middle of the window, z1,z2")
    reach: float = Field(4.0, ge=0.01, le=FARTHEST, allow_inf_nan=False, description="half a side of the window")
    tiles: int = Field(20, ge=4, le=30, description="pictures along each side")


class DecodeSettings(ModelSettings):
    """One code, decoded. `z` as `format_code` writes it."""

    kind: ClassVar[str] = "decode"
    z: str = Field("0.000,0.000", max_length=MAX_CODE, description="the code, its numbers joined by commas")


class PlaneLinkSettings(Settings):
    """What a link to the view of two planes holds beside their points.

    autoencoder, vae: checkpoints. tiles: as in `PlaneSettings`. show: "dots", "tiles" or "both". classes: the digits
    whose codes are shown.
    """

    autoencoder: str = Field("autoencoder-mnist-2d", max_length=200)
    vae: str = Field("vae-mnist-2d", max_length=200)
    tiles: int = Field(20, ge=4, le=30)
    show: Literal["dots", "tiles", "both"] = "both"
    classes: str = Field(ALL, pattern="^[0-9]{0,10}$")


@dataclass(frozen=True)
class PlaneTrace(Trace):
    """A decoder's manifold. N tiles a side, pictures of H×W, a decoder of L layers and P parameters.

    checkpoint, family: of the model. shape: (H, W). window: (4,) float64, z1 from, to, z2 from, to. across, up: (N,)
    float32, z1 and z2 of the tiles' middles, ascending. tiles: (N, N, H, W) float16, p(pixel = 1 | z) at (across[c],
    up[r]) for row r, column c; rows go upwards along z2. decoder: (P,) float32, sizes: (L + 1,) int32, as
    `decoder_weights` says.
    """

    checkpoint: str
    family: str
    shape: tuple[int, int]
    window: np.ndarray
    across: np.ndarray
    up: np.ndarray
    tiles: np.ndarray
    decoder: np.ndarray
    sizes: np.ndarray


@dataclass(frozen=True)
class DecodeTrace(Trace):
    """checkpoint: of the model. z: (Z,) float32. probabilities: (H, W) float32, p(pixel = 1 | z)."""

    checkpoint: str
    z: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True)
class PlaneSide:
    """One plane of a page: a trace, and what lies beside its checkpoint, the codes of N real digits without the digits.

    codes: (N, 2) float32, means of the posteriors of a VAE, whose σ are `deviation`, (N, 2) float32, else None.
    labels: (N,) uint8. N = 0 where a checkpoint carries none.
    """

    title: str
    trace: PlaneTrace
    codes: np.ndarray
    deviation: np.ndarray | None
    labels: np.ndarray

    @property
    def generative(self) -> bool:
        """Whether there is a prior to draw codes from."""
        return self.trace.family == "vae"


def window_of(codes: np.ndarray, prior: bool) -> tuple[tuple[float, float], float]:
    """(centre, reach) of a square window that holds nearly all codes (N, 2); under a prior N(0, I) it is centred there
    and at least 4 to each side."""
    if prior or not len(codes):
        far = np.percentile(np.abs(codes), COMMON[1]) if len(codes) else 0.0
        return (0.0, 0.0), min(max(4.0, math.ceil(10 * MARGIN * far) / 10), FARTHEST)
    low, high = np.percentile(codes, COMMON, axis=0)
    centre = np.round((low + high) / 2, 1)
    reach = max(math.ceil(10 * MARGIN * float((high - low).max()) / 2) / 10, 0.5)
    return (float(centre[0]), float(centre[1])), min(reach, FARTHEST)


def plane(settings: PlaneSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> PlaneTrace:
    """Decode the tiles. InvalidInput for a model whose code is not two numbers or whose decoder is no MLP."""
    decoder, sizes = decoder_weights(model)
    if sizes[0] != 2:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} has codes of {sizes[0]} numbers: a plane has 2")
    middle, count = parse_code(settings.centre, 2, "centre").astype(np.float64).round(3), settings.tiles
    places = (2 * (np.arange(count) + 0.5) / count - 1) * settings.reach
    across, up = ((middle[axis] + places).astype(np.float32) for axis in (0, 1))
    z = np.stack(np.meshgrid(across, up), -1).reshape(-1, 2)  # (N·N, 2), z1 fastest
    tiles = np.concatenate([decoded(model, z[i : i + CHUNK]) for i in range(0, len(z), CHUNK)])
    return PlaneTrace(
        checkpoint=settings.checkpoint,
        family=model.family,
        shape=tuple(model.event_shape),
        window=np.repeat(middle, 2) + np.array([-1, 1, -1, 1]) * settings.reach,
        across=across,
        up=up,
        tiles=tiles.reshape(count, count, *model.event_shape).astype(np.float16),
        decoder=decoder,
        sizes=sizes,
    )


def decode(settings: DecodeSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> DecodeTrace:
    """Decode one code. InvalidInput for a code of the wrong length or a number that is none; names `z`."""
    if not hasattr(model, "decode"):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is a {model.family}: it has no decoder")
    z = parse_code(settings.z, model.config.latent)
    return DecodeTrace(checkpoint=settings.checkpoint, z=z, probabilities=decoded(model, z[None])[0])


@torch.no_grad()
def decoded(model: Any, z: np.ndarray) -> np.ndarray:
    """p(pixel = 1 | z) of a Bernoulli decoder: (B, Z) float32 → (B, H, W) float32."""
    device = next(model.parameters()).device
    return torch.sigmoid(model.decode(torch.from_numpy(z).to(device)).float()).cpu().numpy()
