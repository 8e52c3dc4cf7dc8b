"""The trace of one picture under an ensemble of orderings or sets of masks: each alone, and their average."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from .autoregressive import member_of
from .base import ModelSettings, Trace, unpack_picture


class AverageSettings(ModelSettings):
    """A binary picture, packed by `pack_picture`; none is the empty one. count: members 0 … count − 1 take part.

    The seed is not used.
    """

    kind: ClassVar[str] = "average"
    picture: str = Field("", max_length=20_000, description="the picture, packed")
    count: int = Field(16, ge=1, le=64, description="orderings or sets of masks")


@dataclass(frozen=True)
class AverageTrace(Trace):
    """−log p of one picture under M members. D positions, an image of H×W.

    checkpoint: of the run. shape: (H, W). picture: (H, W) uint8, 0 or 1. orders: (M, D) int32, flat position of each
    step. alone: (M,) float64, nats, −log p_m. average: (M,) float64, nats, −log of the mean of the first m + 1 members'
    probabilities. logits_averaged: (M,) float64, what averaging the first m + 1 members' *logits* gives, nats; not the
    −log of any distribution over pictures, since each conditional then sees pixels that others call later.
    """

    checkpoint: str
    shape: tuple[int, int]
    picture: np.ndarray
    orders: np.ndarray
    alone: np.ndarray
    average: np.ndarray
    logits_averaged: np.ndarray


@torch.inference_mode()
def average(
    settings: AverageSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> AverageTrace:
    """One parallel pass for each member. InvalidInput if there are not as many, or the picture does not fit.

    log 1/M Σ_m p_m(x) = logsumexp_m log p_m(x) − log M (Uria, Murray, Larochelle 2014, section 4).
    """
    if model.config.levels != 2:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is not allowed: its pixels are not 0 or 1")
    shape = tuple(model.event_shape)
    picture = unpack_picture(settings.picture, shape, 2) if settings.picture else np.zeros(shape, np.uint8)
    x = torch.tensor(picture, dtype=torch.float32, device=model.order.device).unsqueeze(0)
    signs = (2 * x - 1).flatten().double().cpu()  # log p(x_i) = log σ(±logit)
    logits, orders = [], []
    for index in range(settings.count):
        member = member_of(model, index)
        logits.append(member.conditionals(x)[0, :, 0].double().cpu())  # (D,)
        orders.append(member.order.cpu())
        if progress is not None:
            progress((index + 1) / settings.count)
    stacked = torch.stack(logits)  # (M, D)
    counts = torch.arange(1, settings.count + 1, dtype=torch.float64)
    alone = torch.nn.functional.logsigmoid(stacked * signs).sum(1)  # (M,)
    means = stacked.cumsum(0) / counts.unsqueeze(1)
    return AverageTrace(
        settings.checkpoint,
        shape,
        picture,
        torch.stack(orders).numpy().astype(np.int32),
        -alone.numpy(),
        -(alone.logcumsumexp(0) - counts.log()).numpy(),
        -torch.nn.functional.logsigmoid(means * signs).sum(1).numpy(),
    )
