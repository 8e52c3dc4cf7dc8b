"""Attention, written out: every position asks, every position answers, and the answers are averaged.

    attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V

Keys of dimension d_k whose entries are independent with variance 1 give scores of variance d_k; divided by √d_k the
softmax does not saturate (reference 1, section 3.2.1).

1. Vaswani et al. (2017). Attention is all you need. NeurIPS. Equation 1, sections 3.2 and 3.5.
2. Bahdanau, Cho, Bengio (2015). Neural machine translation by jointly learning to align and translate. ICLR.

The page shows Q, K, V, the scores, the mask, the weights and the weighted sum as matrices of numbers.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

LONGEST_PERIOD = 10_000.0  # of the slowest sinusoid, over 2π (reference 1, section 3.5)


class Attended(NamedTuple):
    """What one multi-head attention held. T queries, S keys, A heads, E = width / A numbers a head.

    query (B, A, T, E), key and value (B, A, S, E), scores (B, A, T, S) after the division by √E and before the mask,
    weights (B, A, T, S), mixed (B, A, T, E), out (B, T, width)."""

    query: Tensor
    key: Tensor
    value: Tensor
    scores: Tensor
    weights: Tensor
    mixed: Tensor
    out: Tensor


def scores(query: Tensor, key: Tensor) -> Tensor:
    """Q Kᵀ / √d_k: (…, T, E) and (…, S, E) → (…, T, S)."""
    return (query / math.sqrt(query.shape[-1])) @ key.transpose(-1, -2)


def masked_softmax(score: Tensor, allowed: Tensor | None) -> Tensor:
    """Softmax over the keys (…, T, S); where `allowed` (broadcast to it, bool) is False the weight is exactly 0."""
    if allowed is not None:
        score = score.masked_fill(~allowed, -math.inf)
    return score.softmax(-1)


def attend(query: Tensor, key: Tensor, value: Tensor, allowed: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The weighted sum of the values and the weights: (…, T, E), (…, S, E), (…, S, E) → (…, T, E), (…, T, S).

    Every row of `allowed` must leave at least one key.
    """
    with torch.autocast(query.device.type, enabled=False):  # a softmax as precise as the scores it is of
        one_mask = allowed is not None and allowed.ndim == 2
        weights = _masked_at_once(query, key, allowed) if one_mask else masked_softmax(scores(query, key), allowed)
        return weights @ value, weights


def _masked_at_once(query: Tensor, key: Tensor, allowed: Tensor) -> Tensor:
    """`masked_softmax(scores(query, key), allowed)` for one (T, S) mask, in a third less time: product, division and
    mask are one operation instead of three passes over (…, T, S)."""
    closed = query.new_zeros(allowed.shape).masked_fill_(~allowed, -math.inf)
    asked, asking = (x.reshape(-1, *x.shape[-2:]) for x in (key, query))
    score = torch.baddbmm(closed, asking, asked.transpose(1, 2), alpha=query.shape[-1] ** -0.5)
    return score.softmax(-1).view(*query.shape[:-1], -1)


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """(length, length) bool: a position may look at itself and at those before it."""
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def sinusoids(length: int, width: int) -> Tensor:
    """Sinusoidal positions (length, width): sin and cos of position / 10000^(2i / width), side by side (section 3.5).

    Raises ValueError for an odd width.
    """
    if width % 2:
        raise ValueError(f"width={width}: allowed are even numbers, sines and cosines come in pairs")
    rate = LONGEST_PERIOD ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)  # (width / 2,)
    angle = torch.arange(length, dtype=torch.float64).unsqueeze(1) * rate  # (length, width / 2)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1).float()


class MultiHeadAttention(nn.Module):
    """A heads side by side, each on its own projection of width / A numbers, concatenated and projected (3.2.2)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_query = nn.Linear(width, width)
        self.to_key = nn.Linear(width, width)
        self.to_value = nn.Linear(width, width)
        self.to_out = nn.Linear(width, width)

    def split(self, x: Tensor) -> Tensor:
        """(B, T, width) → (B, A, T, E)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)

    def join(self, mixed: Tensor) -> Tensor:
        """The heads' answers side by side, projected: (B, A, T, E) → (B, T, width)."""
        return self.to_out(mixed.transpose(1, 2).flatten(2))

    def memory(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of a sequence: (B, S, width) → two of (B, A, S, E)."""
        return self.split(self.to_key(x)), self.split(self.to_value(x))

    def forward(self, x: Tensor, memory: tuple[Tensor, Tensor], allowed: Tensor | None = None) -> Tensor:
        """x (B, T, width) asks a memory of keys and values → (B, T, width): `inspect` without what is in between."""
        return self.join(attend(self.split(self.to_query(x)), *memory, allowed)[0])

    def inspect(self, x: Tensor, memory: tuple[Tensor, Tensor], allowed: Tensor | None = None) -> Attended:
        """The same as `forward`, step by step, with everything in between."""
        query, (key, value) = self.split(self.to_query(x)), memory
        score = scores(query, key)
        weights = masked_softmax(score, allowed)
        mixed = weights @ value
        return Attended(query, key, value, score, weights, mixed, self.join(mixed))
