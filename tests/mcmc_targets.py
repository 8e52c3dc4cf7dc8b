"""Densities whose mean, covariance and marginal quantiles are known exactly, to hold the kernels against."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

PROBABILITIES = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Known:
    """energy: (C, D) → (C,). draw: (count, generator) → exact draws (count, D). quantiles: (D, 3) at PROBABILITIES."""

    energy: Callable[[Tensor], Tensor]
    draw: Callable[[int, torch.Generator], Tensor]
    mean: np.ndarray
    variance: np.ndarray
    quantiles: np.ndarray


def gaussian(dimension: int, correlation: float, covariance: Tensor | None = None) -> Known:
    """Mean 0, covariance ρ^|i−j|, or the one given."""
    if covariance is None:
        places = torch.arange(dimension, dtype=torch.float64)
        covariance = correlation ** (places[:, None] - places).abs()
    precision, factor = torch.linalg.inv(covariance), torch.linalg.cholesky(covariance)

    def energy(x: Tensor) -> Tensor:
        return 0.5 * ((x @ precision.to(x.dtype)) * x).sum(-1)

    def draw(count: int, generator: torch.Generator) -> Tensor:
        return torch.randn(count, dimension, dtype=torch.float64, generator=generator) @ factor.T

    normal = torch.special.ndtri(torch.tensor(PROBABILITIES, dtype=torch.float64)).numpy()
    variance = covariance.diagonal().numpy()
    return Known(energy, draw, np.zeros(dimension), variance, np.sqrt(variance)[:, None] * normal)


def mixture() -> Known:
    """Two Gaussians of standard deviation 0.8 at (−1, −0.6) and (1.2, 0.8), weights 0.35 and 0.65."""
    centres = torch.tensor([[-1.0, -0.6], [1.2, 0.8]], dtype=torch.float64)
    weights, width = torch.tensor([0.35, 0.65], dtype=torch.float64), 0.8

    def energy(x: Tensor) -> Tensor:
        squares = (x.unsqueeze(1) - centres.to(x)).square().sum(-1)
        return -(weights.to(x).log() - squares / (2 * width**2)).logsumexp(1)

    def draw(count: int, generator: torch.Generator) -> Tensor:
        which = torch.multinomial(weights, count, replacement=True, generator=generator)
        return centres[which] + width * torch.randn(count, 2, dtype=torch.float64, generator=generator)

    mean = weights @ centres
    variance = weights @ centres.square() - mean.square() + width**2
    quantiles = [[quantile(lambda t, d=d: (weights * ndtr((t - centres[:, d]) / width)).sum(), p)
                  for p in PROBABILITIES] for d in range(2)]  # fmt: skip
    return Known(energy, draw, mean.numpy(), variance.numpy(), np.array(quantiles))


def banana(a: float = 1.0, b: float = 0.4, s: float = 0.7) -> Known:
    """x ~ N(0, a²), y | x ~ N(b (x² − a²), s²)."""

    def energy(x: Tensor) -> Tensor:
        return 0.5 * (x[:, 0] / a).square() + 0.5 * ((x[:, 1] - b * (x[:, 0].square() - a**2)) / s).square()

    def draw(count: int, generator: torch.Generator) -> Tensor:
        x, y = torch.randn(2, count, dtype=torch.float64, generator=generator)
        return torch.stack([a * x, b * a**2 * (x.square() - 1) + s * y], 1)

    nodes = torch.linspace(-8, 8, 4001, dtype=torch.float64)  # of x / a
    density = torch.exp(-0.5 * nodes.square())
    density /= density.sum()
    normal = torch.special.ndtri(torch.tensor(PROBABILITIES, dtype=torch.float64)).numpy()
    bent = [quantile(lambda t: (density * ndtr((t - b * a**2 * (nodes.square() - 1)) / s)).sum(), p)
            for p in PROBABILITIES]  # fmt: skip
    variance = np.array([a**2, s**2 + 2 * b**2 * a**4])
    return Known(energy, draw, np.zeros(2), variance, np.array([a * normal, bent]))


def ndtr(x: Tensor) -> Tensor:
    return torch.special.ndtr(x)


def quantile(cdf: Callable[[float], Tensor], probability: float) -> float:
    """By bisection."""
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < probability else (low, middle)
    assert math.isfinite(low)
    return low
