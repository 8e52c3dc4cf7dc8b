"""The trace of a judgement: −log p of pictures under a model that knows it exactly."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from .base import ModelSettings, Trace, unpack_picture

MOST_PICTURES = 256
BATCH = 32


class JudgeSettings(ModelSettings):
    """N binary pictures in a row, packed by `pack_picture`; `count` says how many. The seed is not used."""

    kind: ClassVar[str] = "judge"
    count: int = Field(1, ge=1, le=MOST_PICTURES, description="N, pictures")
    pictures: str = Field("", max_length=60_000, description="the pictures, packed")


@dataclass(frozen=True)
class JudgeTrace(Trace):
    """checkpoint: that judges. shape: (H, W). nats: (N,) float32, −log p of each picture, exact."""

    checkpoint: str
    shape: tuple[int, int]
    nats: np.ndarray


@torch.inference_mode()
def judge(settings: JudgeSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> JudgeTrace:
    """One pass over the pictures. InvalidInput if they do not fit the model, or it has no exact log p of 0 and 1."""
    if getattr(model, "head", "") != "bernoulli" or not hasattr(model, "log_prob"):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} has no exact log p of binary pictures")
    shape = tuple(model.event_shape)
    pictures = unpack_picture(settings.pictures, (settings.count, *shape), 2, "pictures")
    device, found = next(model.parameters()).device, []
    for begun in range(0, settings.count, BATCH):
        x = torch.from_numpy(pictures[begun : begun + BATCH]).float().to(device)
        found.append(-model.log_prob(x).float().cpu())
        if progress is not None:
            progress(min(1.0, (begun + BATCH) / settings.count))
    return JudgeTrace(settings.checkpoint, shape, torch.cat(found).numpy())
