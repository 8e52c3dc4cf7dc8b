"""Distributions of points in the plane whose density is known: Gaussian noise of one width around many centres.

Moons, rings and a spiral are curves with noise, so is a mixture of Gaussians, and so is what a visitor draws: each of
its points is a centre. Everything is moved to mean 0 and scaled to a mean variance of 1, so that one window, one step
size and one bowl suit them all.
"""

from dataclasses import dataclass

import numpy as np

ALONG = 400  # centres along a curve: closer together than the noise is wide
DRAWN_NOISE = 0.1  # standard deviation around a drawn point, in those of the data


@dataclass(frozen=True)
class PlaneSource:
    """An equal mixture of Gaussians. centres: (M, 2) float64; sigma: their standard deviation, the same along both
    axes. scale: how many units of the original one unit here is; shift: (2,), the original's mean."""

    centres: np.ndarray
    sigma: float
    scale: float
    shift: np.ndarray

    def sample(self, count: int, seed: int) -> np.ndarray:
        """(count, 2) float32 draws."""
        random = np.random.default_rng(seed)
        rows = random.integers(len(self.centres), size=count)
        return (self.centres[rows] + self.sigma * random.standard_normal((count, 2))).astype(np.float32)

    def log_density(self, points: np.ndarray) -> np.ndarray:
        """log p at points (n, 2): (n,) float64 nats."""
        found = np.empty(len(points))
        for begin in range(0, len(points), 1024):
            part = points[begin : begin + 1024].astype(np.float64)
            far = ((part[:, None] - self.centres[None]) ** 2).sum(2) / (-2 * self.sigma**2)  # (n, M)
            most = far.max(1)
            found[begin : begin + 1024] = most + np.log(np.exp(far - most[:, None]).mean(1))
        return found - np.log(2 * np.pi * self.sigma**2)


def _moons() -> tuple[np.ndarray, float]:
    """scikit-learn's `make_moons`: two interleaving half circles."""
    angle = np.pi * (np.arange(ALONG // 2) + 0.5) / (ALONG // 2)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.concatenate([upper, np.array([1, 0.5]) - upper]), 0.1


def _rings() -> tuple[np.ndarray, float]:
    """scikit-learn's `make_circles`: the inner circle of half the radius, as many points on either."""
    angle = 2 * np.pi * np.arange(ALONG // 2) / (ALONG // 2)
    outer = np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.concatenate([outer, outer / 2]), 0.07


def _spiral() -> tuple[np.ndarray, float]:
    """Two arms of one and a half turns, even along the arm."""
    turn = np.sqrt(0.04 + 0.96 * (np.arange(ALONG // 2) + 0.5) / (ALONG // 2))
    arm = np.stack([turn * np.cos(3 * np.pi * turn), turn * np.sin(3 * np.pi * turn)], 1)
    return np.concatenate([arm, -arm]), 0.05


def _gaussians() -> tuple[np.ndarray, float]:
    """Eight Gaussians on a circle."""
    angle = 2 * np.pi * np.arange(8) / 8
    return np.stack([np.cos(angle), np.sin(angle)], 1), 0.14


SOURCES = {"moons": _moons, "rings": _rings, "spiral": _spiral, "gaussians": _gaussians}


def named_source(name: str) -> PlaneSource:
    """One of SOURCES."""
    return _standardised(*SOURCES[name]())


def drawn_source(points: np.ndarray) -> PlaneSource:
    """What a visitor drew, (n, 2): noise of DRAWN_NOISE around each point. Points on one spot stay finite."""
    points = points.astype(np.float64)
    spread = max(float(np.sqrt(points.var(0).mean())), 0.05)
    return _standardised(points, DRAWN_NOISE * spread)


def _standardised(centres: np.ndarray, sigma: float) -> PlaneSource:
    centres = np.asarray(centres, np.float64)
    shift = centres.mean(0)
    scale = float(np.sqrt(centres.var(0).mean() + sigma**2))
    return PlaneSource((centres - shift) / scale, sigma / scale, scale, shift)
