"""Distributions of points in the plane whose density is known: Gaussian noise of one width around many centres.

Moons, rings and a spiral are curves with noise, so is a mixture of Gaussians, and so is what a visitor draws: each of
its points is a centre. Everything is moved to mean 0 and scaled to a mean variance of 1, so that one window, one step
size and one bowl suit them all.
"""

from dataclasses import dataclass

import numpy as np

from ..errors import InvalidInput
from .points import FEWEST_POINTS, unpack_points

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


def _eight() -> tuple[np.ndarray, float]:
    """The same eight, narrower: six standard deviations and more of nothing between neighbours."""
    return _gaussians()[0], 0.06


def _grid() -> tuple[np.ndarray, float]:
    """Twenty-five Gaussians, five by five."""
    side = np.arange(5.0)
    return np.stack(np.meshgrid(side, side), -1).reshape(-1, 2), 0.08


def _ring() -> tuple[np.ndarray, float]:
    """One circle."""
    angle = 2 * np.pi * np.arange(ALONG) / ALONG
    return np.stack([np.cos(angle), np.sin(angle)], 1), 0.05


def _line() -> tuple[np.ndarray, float]:
    """A straight piece, uphill: one dimension in the plane (Arjovsky and Bottou 2017, section 2)."""
    place = 2 * (np.arange(ALONG) + 0.5) / ALONG - 1
    return np.stack([place, 0.6 * place], 1), 0.03


SOURCES = {"moons": _moons, "rings": _rings, "spiral": _spiral, "gaussians": _gaussians}
SHARP = {"eight": _eight, "grid": _grid, "ring": _ring, "line": _line}  # too narrow for a coarse grid without noise


def named_source(name: str) -> PlaneSource:
    """One of SOURCES or of SHARP."""
    return _standardised(*(SOURCES | SHARP)[name]())


def chosen_source(data: str, points: str) -> PlaneSource:
    """A named one, or, where data is "drawn", that of packed points. InvalidInput if they are too few or not packed."""
    if data != "drawn":
        return named_source(data)
    unpacked = unpack_points(points)
    if len(unpacked) < FEWEST_POINTS:
        raise InvalidInput(f"points holds {len(unpacked)} points: at least {FEWEST_POINTS} are needed to learn from")
    return drawn_source(unpacked)


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
