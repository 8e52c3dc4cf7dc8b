"""The trace of a walk through a generator's codes: a plane through three of them, and a line between two."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..samplers.paths import lerp, slerp
from .base import MAX_SEED, ModelSettings, Trace
from .codes import MAX_CODE
from .gan_pictures import Progress, code_of, gan_of, judged

SIDE = 33  # points of the plane along each side
REACH = (-0.3, 1.3)  # of both coordinates; 0 and 1 fall on points: A is 6, 6
CORNERS = "abc"
STEPS = 60  # of the line from A to B


class GanWalkSettings(ModelSettings):
    """Three codes A, B, C: the plane is A + u (B − A) + v (C − A), the line goes from A to B.

    Each code is a draw from the prior by its seed (`seed` is A's), or is given (`format_code`). geometry: "spherical"
    keeps the plane's directions and interpolates the three lengths along u and v, and the line is `slerp`; "linear"
    takes the plane as it is, and the line is `lerp`.
    """

    kind: ClassVar[str] = "gan-walk"
    seed_b: int = Field(13, ge=0, le=MAX_SEED, description="seed of B")
    seed_c: int = Field(8, ge=0, le=MAX_SEED, description="seed of C")
    code_a: str = Field("", max_length=MAX_CODE, description="A, in place of its seed")
    code_b: str = Field("", max_length=MAX_CODE, description="B, in place of its seed")
    code_c: str = Field("", max_length=MAX_CODE, description="C, in place of its seed")
    geometry: Literal["spherical", "linear"] = "spherical"


@dataclass(frozen=True)
class GanWalkTrace(Trace):
    """G × G points of a plane and S steps of a line, Z latent dimensions, pictures of H×W.

    checkpoint: of the run. shape: (H, W). corners: (3, Z) float32, A, B, C. axis: (G,) float32, the values of u and of
    v. codes: (G, G, Z) float32, rows go upwards along v, columns along u. pictures: (G, G, H, W) float16, grey values
    0 … 1. logits: (G, G) float32, of D(x): positive where the discriminator takes the picture for real. line:
    (S + 1, Z) float32, from A to B, with line_pictures (S + 1, H, W) float16 and line_logits (S + 1,) float32.
    line_place: (S + 1,) float32, u of the plane's point in the direction of each (v is 0).
    """

    checkpoint: str
    shape: tuple[int, int]
    corners: np.ndarray
    axis: np.ndarray
    codes: np.ndarray
    pictures: np.ndarray
    logits: np.ndarray
    line: np.ndarray
    line_pictures: np.ndarray
    line_logits: np.ndarray
    line_place: np.ndarray


def plane(corners: np.ndarray, axis: np.ndarray, spherical: bool) -> np.ndarray:
    """The codes of the plane's points: corners (3, Z), axis (G,) → (G, G, Z) float32, rows along v, columns along u."""
    a, b, c = corners.astype(np.float64)
    v, u = (grid[..., None] for grid in np.meshgrid(axis.astype(np.float64), axis.astype(np.float64), indexing="ij"))
    flat = a + u * (b - a) + v * (c - a)
    if not spherical:
        return flat.astype(np.float32)
    lengths = np.linalg.norm(corners.astype(np.float64), axis=1)
    wanted = lengths[0] + u * (lengths[1] - lengths[0]) + v * (lengths[2] - lengths[0])
    now = np.linalg.norm(flat, axis=2, keepdims=True)
    return (flat * np.maximum(wanted, 0) / np.maximum(now, 1e-9)).astype(np.float32)


def gan_walk(settings: GanWalkSettings, model: nn.Module, progress: Progress | None = None) -> GanWalkTrace:
    """Decode and judge every point of the plane and of the line.

    InvalidInput if the checkpoint is no GAN, or a code of the link has another length or is not finite.
    """
    model = gan_of(settings, model)
    seeds = (settings.seed, settings.seed_b, settings.seed_c)
    names = [f"code_{corner}" for corner in CORNERS]
    found = [code_of(model, getattr(settings, name), seed, name) for name, seed in zip(names, seeds, strict=True)]
    corners, axis = np.stack(found), np.linspace(*REACH, SIDE, dtype=np.float32)
    round_ = settings.geometry == "spherical"
    codes = plane(corners, axis, round_)
    ends = torch.from_numpy(corners)
    line = (slerp if round_ else lerp)(ends[0], ends[1], torch.linspace(0, 1, STEPS + 1)).numpy().astype(np.float32)
    latent = corners.shape[1]
    pictures, logits = judged(model, np.concatenate([codes.reshape(-1, latent), line]), progress)
    shape, points = tuple(model.event_shape), SIDE * SIDE
    return GanWalkTrace(
        checkpoint=settings.checkpoint,
        shape=shape,
        corners=corners,
        axis=axis,
        codes=codes,
        pictures=pictures[:points].reshape(SIDE, SIDE, *shape).astype(np.float16),
        logits=logits[:points].reshape(SIDE, SIDE),
        line=line,
        line_pictures=pictures[points:].astype(np.float16),
        line_logits=logits[points:],
        line_place=_place(line, corners),
    )


def _place(line: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """u of the point A + u (B − A) in the direction of each code (S + 1, Z) of the line; 0 where there is none."""
    a, b = corners[:2].astype(np.float64)
    weights = np.linalg.lstsq(np.stack([a, b], 1), line.astype(np.float64).T, rcond=None)[0]  # (2, S + 1)
    total = weights.sum(0)
    sound = np.abs(total) > 1e-6
    return np.where(sound, weights[1] / np.where(sound, total, 1), 0).clip(*REACH).astype(np.float32)
