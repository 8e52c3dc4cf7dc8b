"""One variable: draws from a Bernoulli or a categorical by one uniform number each; and the joint table of one pixel.

1. MacKay (2003). Information Theory, Inference, and Learning Algorithms. Section 2.4 (entropy, in nats here).
2. Devroye (1986). Non-Uniform Random Variate Generation. Section III.2 (inversion of a discrete distribution).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field, field_validator

from ..samplers.draws import draw
from .base import Settings, Trace

VARIABLES = ("bernoulli", "categorical")
VALUES = (2, 6)  # of a categorical, fewest and most
MOST_WEIGHT = 20
OPENING = "5.3.1.1"


def format_weights(weights: tuple[int, ...]) -> str:
    """Whole numbers joined by dots."""
    return ".".join(map(str, weights))


def parse_weights(text: str) -> tuple[int, ...]:
    """The reverse of `format_weights`. ValueError where these are no 2 to 6 whole numbers from 0 to 20, not all 0."""
    parts = text.split(".")
    whole = all(part.isascii() and part.isdecimal() and len(part) <= 2 for part in parts)
    if not whole or not VALUES[0] <= len(parts) <= VALUES[1] or not any(map(int, parts)):
        raise ValueError(f"{VALUES[0]} to {VALUES[1]} whole numbers joined by dots, not all of them 0")
    if max(map(int, parts)) > MOST_WEIGHT:
        raise ValueError(f"no weight may be above {MOST_WEIGHT}")
    return tuple(map(int, parts))


class DrawsSettings(Settings):
    """N independent draws. p: of a Bernoulli, that the value is 1. weights: of a categorical, divided by their sum."""

    kind: ClassVar[str] = "draws"
    variable: Literal[VARIABLES] = Field("bernoulli", description="the distribution")
    p: float = Field(0.3, ge=0.0, le=1.0, description="p(x = 1)")
    weights: str = Field(OPENING, max_length=40, description="of the values 0, 1, …, joined by dots")
    count: int = Field(200, ge=10, le=2_000, description="N, draws")

    @field_validator("weights")
    @classmethod
    def _readable(cls, text: str) -> str:
        return format_weights(parse_weights(text))

    @property
    def probabilities(self) -> np.ndarray:
        """(K,) float64, by value."""
        if self.variable == "bernoulli":
            return np.array([1 - self.p, self.p])
        weights = np.array(parse_weights(self.weights), np.float64)
        return weights / weights.sum()


@dataclass(frozen=True)
class DrawsTrace(Trace):
    """N draws of a variable with K values.

    variable: which distribution. probabilities: (K,) float64. order: (K,) uint8, the values as they lie on the ruler
    from 0 to 1; edges: (K,) float64, where each of them ends. uniforms: (N,) float32 in [0, 1). values: (N,) uint8.
    counts: (N + 1, K) int32, after each number of draws. log_likelihood, best: (N + 1,) float64, nats, log p of the
    draws so far, and the same with their own frequencies in place of the probabilities: no other p gives more.
    entropy: −Σ p log p, nats: what a draw costs on average.
    """

    variable: str
    probabilities: np.ndarray
    order: np.ndarray
    edges: np.ndarray
    uniforms: np.ndarray
    values: np.ndarray
    counts: np.ndarray
    log_likelihood: np.ndarray
    best: np.ndarray
    entropy: float


def _x_log_y(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """x log y, and 0 where x is."""
    return np.where(x > 0, x * np.log(np.where(y > 0, y, 1)), 0.0)


def draws(settings: DrawsSettings, model: None = None, progress: Callable[[float], None] | None = None) -> DrawsTrace:
    """Every draw by the rule that all samplers here share: one uniform number, and the value it falls upon."""
    p = settings.probabilities
    uniforms = torch.rand(settings.count, generator=torch.Generator().manual_seed(settings.seed))
    binary = settings.variable == "bernoulli"
    logits = torch.from_numpy(p).log()  # a value that cannot happen has −∞
    parameters = (logits[1:] - logits[:1]) if binary else logits
    values = draw(parameters.expand(settings.count, -1), uniforms.double(), 1.0).numpy().astype(np.uint8)
    order = np.array([1, 0] if binary else range(p.size), np.uint8)
    counts = np.zeros((settings.count + 1, p.size), np.int32)
    counts[1:] = (values[:, None] == np.arange(p.size)).cumsum(0)
    frequency = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    return DrawsTrace(
        settings.variable,
        p,
        order,
        p[order].cumsum(),
        uniforms.numpy(),
        values,
        counts,
        _x_log_y(counts.astype(np.float64), p).sum(1),
        _x_log_y(counts.astype(np.float64), frequency).sum(1),
        float(-_x_log_y(p, p).sum()),
    )


class PixelTableSettings(Settings):
    """One pixel of three channels with L levels each. The seed is not used."""

    kind: ClassVar[str] = "pixel-table"
    levels: int = Field(256, ge=2, le=256, description="L, of each of red, green and blue")


@dataclass(frozen=True)
class PixelTableTrace(Trace):
    """The free parameters of p(red, green, blue), counted one level of red after another; row r: the first r levels.

    levels: L. table: (L + 1,) int32, cells of the joint table, the last of which follows from the others. chain:
    (L + 1, 3) int32, numbers in p(red), p(green | red), p(blue | red, green). independent: (L + 1, 3) int32, numbers
    in p(red), p(green), p(blue). In every distribution the last probability follows from the others.
    """

    levels: int
    table: np.ndarray
    chain: np.ndarray
    independent: np.ndarray


def pixel_table(
    settings: PixelTableSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> PixelTableTrace:
    """Three ways to write one distribution: as a table, by the chain rule, and under independence."""
    levels = settings.levels
    red = np.arange(levels + 1)
    free = red - (red == levels)  # of a distribution over the levels so far
    chain = np.stack([free, red * (levels - 1), red * levels * (levels - 1)], 1)
    return PixelTableTrace(
        levels,
        (red * levels**2 - (red == levels)).astype(np.int32),
        chain.astype(np.int32),
        np.repeat(free[:, None], 3, 1).astype(np.int32),
    )


class OneVariableLinkSettings(DrawsSettings):
    """All that the view's link holds: draws, or the table of a pixel. `show` takes the place of `variable`."""

    show: Literal[(*VARIABLES, "pixel")] = Field("bernoulli", description="what is on stage")
    levels: int = Field(256, ge=2, le=256, description="L, of each of red, green and blue")
