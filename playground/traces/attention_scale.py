"""Why scores are divided by √d_k: what the softmax of dot products does as queries and keys grow longer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..models.attention import masked_softmax, scores
from .base import Settings, Trace

LONGEST = 512
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, LONGEST)


class AttentionScaleSettings(Settings):
    """Queries and keys of independent standard normal entries; shorter ones are the first entries of longer ones."""

    kind: ClassVar[str] = "attention-scale"
    keys: int = Field(8, ge=2, le=32, description="S, keys that a query chooses among")
    draws: int = Field(1_000, ge=100, le=10_000, description="N, queries, each with keys of its own")


@dataclass(frozen=True)
class AttentionScaleTrace(Trace):
    """N queries with S keys each, for every size d_k of K sizes; index 0 without, 1 with the division by √d_k.

    sizes: (K,) int32. variance: (2, K), of all N·S scores. entropy: (2, K), nats, mean over the queries of the weights'
    entropy. largest: (2, K), mean of the largest weight. gradient: (2, K), mean of Σ_s w_s (1 − w_s), the trace of the
    softmax's Jacobian: what a gradient that arrives at the weights passes on to the scores. errors: (3, 2, K),
    standard errors of the last three. example: (2, K, S), the weights of the first query, the largest first. keys: S.
    """

    sizes: np.ndarray
    variance: np.ndarray
    entropy: np.ndarray
    largest: np.ndarray
    gradient: np.ndarray
    errors: np.ndarray
    example: np.ndarray
    keys: int


def attention_scale(
    settings: AttentionScaleSettings, model: nn.Module | None, progress: Callable[[float], None] | None = None
) -> AttentionScaleTrace:
    """Draw, and look at the softmax (Vaswani et al. 2017, section 3.2.1 and its footnote 4)."""
    generator = torch.Generator().manual_seed(settings.seed)
    n, s = settings.draws, settings.keys
    query = torch.randn(n, 1, LONGEST, generator=generator)
    key = torch.randn(n, s, LONGEST, generator=generator)
    variance, means, errors, example = [], [], [], []
    for at, size in enumerate(SIZES):
        scaled = scores(query[..., :size], key[..., :size])[:, 0].double()  # (N, S)
        for score in (scaled * size**0.5, scaled):
            weights = masked_softmax(score, None)
            found = torch.stack(
                [torch.special.entr(weights).sum(-1), weights.amax(-1), (weights * (1 - weights)).sum(-1)]
            )  # (3, N)
            variance.append(score.var())
            means.append(found.mean(-1))
            errors.append(found.std(-1) / n**0.5)
            example.append(weights[0].sort(descending=True).values)
        if progress is not None:
            progress((at + 1) / len(SIZES))
    shape = (len(SIZES), 2)
    mean = torch.stack(means).view(*shape, 3).permute(2, 1, 0).numpy()
    return AttentionScaleTrace(
        np.array(SIZES, np.int32),
        torch.stack(variance).view(shape).t().numpy().copy(),
        *mean.copy(),
        torch.stack(errors).view(*shape, 3).permute(2, 1, 0).numpy().copy(),
        torch.stack(example).view(*shape, s).transpose(0, 1).numpy().copy(),
        s,
    )
