"""n binary pixels: states and parameters counted, and a world beside the best model of independent pixels.

1. MacKay (2003). Information Theory, Inference, and Learning Algorithms. Section 2.5 (entropy of several variables).
2. Watanabe (1960). Information theoretical analysis of multivariate correlation. (Σ H(x_i) − H(x), the KL below.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field

from .. import worlds
from ..samplers.ancestral import uniform_noise
from .base import Settings, Trace

MOST_PIXELS = 784
LISTED = 12  # up to so many pixels every state is drawn
SAMPLES = 60
WORLDS = tuple(name for name in worlds.NAMES if name != "drawn")


class CountSettings(Settings):
    """How many pixels are counted. The seed is not used."""

    kind: ClassVar[str] = "count"
    pixels: int = Field(9, ge=1, le=MOST_PIXELS, description="n, binary pixels")


@dataclass(frozen=True)
class CountTrace(Trace):
    """Parameters of a distribution over n binary pixels. pixels: n. log10_states: (n + 1,) float64, log₁₀ 2ⁱ, states of
    the first i pixels; also the numbers that p(x_(i+1) | x_1 … x_i) needs. full: 2ⁿ − 1 in decimal digits."""

    pixels: int
    log10_states: np.ndarray
    full: str


def count_states(
    settings: CountSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> CountTrace:
    """Count without rounding: Python's whole numbers have no largest one."""
    n = settings.pixels
    return CountTrace(n, np.arange(n + 1) * np.log10(2.0), str(2**n - 1))


class IndependentSettings(Settings):
    """A small world, and samples of it beside samples of independent pixels."""

    kind: ClassVar[str] = "independent"
    world: Literal[WORLDS] = Field("bars-and-stripes", description="the true distribution")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width


@dataclass(frozen=True)
class IndependentTrace(Trace):
    """A world of n = H·W pixels beside Π p(x_i), the nearest distribution of independent pixels. N samples of both.

    world: its name. shape: (H, W). truth, model: (2ⁿ,) float64, by state number. marginals: (n,) float64, p(x_i = 1).
    entropy, kl: H(p) and KL(p ‖ Π p_i), nats. forbidden: the model's probability of what cannot happen.
    uniforms: (N, n) float32, one number per sample and position, for both. truth_p: (N, n) float64, p(x_i = 1 | the
    pixels before it in the true sample). true_samples, samples: (N, n) uint8.
    """

    world: str
    shape: tuple[int, int]
    truth: np.ndarray
    model: np.ndarray
    marginals: np.ndarray
    entropy: float
    kl: float
    forbidden: float
    uniforms: np.ndarray
    truth_p: np.ndarray
    true_samples: np.ndarray
    samples: np.ndarray

    def possible(self, samples: np.ndarray) -> np.ndarray:
        """(N,) bool: which of the samples (N, n) can happen in the world."""
        return self.truth[worlds.numbers(samples.reshape(-1, *self.shape))] > 0


def marginals(probabilities: np.ndarray, states: np.ndarray) -> np.ndarray:
    """p(x_i = 1): probabilities (2ⁿ,), states (2ⁿ, n) → (n,)."""
    return probabilities @ states


def log_independent(means: np.ndarray, states: np.ndarray) -> np.ndarray:
    """Σ log p(x_i) of every state (2ⁿ, n), nats, −∞ where a pixel never has that value: (2ⁿ,)."""
    with np.errstate(divide="ignore"):
        ones, zeros = np.log(means), np.log1p(-means)
    return np.where(states == 1, ones, zeros).sum(1)


def ancestral(probabilities: np.ndarray, uniforms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Samples of a table by the chain rule. probabilities: (2ⁿ,), uniforms: (N, n) → values (N, n) uint8, and the
    p(x_i = 1 | x_1 … x_(i−1)) (N, n) that each was drawn with."""
    n = uniforms.shape[1]
    values, chances = np.zeros(uniforms.shape, np.uint8), np.zeros(uniforms.shape)
    prefix = np.zeros(len(uniforms), np.int64)
    for i in range(n):
        mass = probabilities.reshape(2**i, 2, -1).sum(2)  # (prefixes, value)
        chances[:, i] = mass[prefix, 1] / mass[prefix].sum(1)
        values[:, i] = uniforms[:, i] < chances[:, i]
        prefix = 2 * prefix + values[:, i]
    return values, chances


def independent(
    settings: IndependentSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> IndependentTrace:
    """Marginals of the truth, which are the maximum-likelihood fit; both sampled with the same uniform numbers."""
    world = worlds.world(settings.world, settings.shape)
    p = world.probabilities
    states = world.states.reshape(p.size, -1)
    means = marginals(p, states)
    log_q = log_independent(means, states)
    uniforms = uniform_noise(SAMPLES, states.shape[1], torch.Generator().manual_seed(settings.seed)).numpy()
    true_samples, truth_p = ancestral(p, uniforms)
    return IndependentTrace(
        settings.world,
        settings.shape,
        p,
        np.exp(log_q),
        means,
        world.entropy,
        worlds.kl_divergence(world, log_q),
        worlds.forbidden_mass(world, log_q),
        uniforms,
        truth_p,
        true_samples,
        (uniforms < means).astype(np.uint8),
    )


class BinaryLinkSettings(IndependentSettings):
    """All that the view's link holds."""

    show: Literal["count", "world"] = Field("count", description="what is on stage")
    pixels: int = Field(9, ge=1, le=MOST_PIXELS, description="n, binary pixels")
