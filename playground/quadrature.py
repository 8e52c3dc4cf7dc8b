"""What a density over the plane adds up to: Z, moments and marginals by the midpoint rule, far beyond the window.

A density that cannot be summed is refused in one sentence that says what is wrong with it, and where.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .errors import InvalidInput

FINER = 400  # cells a side that the window is summed over
RINGS, RING_CELLS = 3, 180  # the window is widened threefold so many times; cells a side, divisible by 3
FADES = 0.9  # of the mass of a ring, at most, may lie in the next one out: for 1/r² in the plane it is all of it
NOTHING = 1e-6  # share of the mass that counts as none
FEWEST_INSIDE = 0.05  # share of the mass that must lie in the window
CHUNK = 8_192  # points at once, so that what is computed of them stays in the processor's cache
SETTLED = 0.25  # nats by which log Z may change when the cells are halved

Window = tuple[float, float, float, float]


@dataclass(frozen=True)
class Landscape:
    """A density on a grid of the window, and its integrals over the window widened by 27.

    log_density: (G, G) float64, log p normalised, nats, at the middle of each cell, [row = y upwards, column = x];
    −inf where the density is zero. marginals: (2, G) float64, p(x) and p(y) at the middle of each column and row of
    cells. log_partition: log Z, nats. mean: (2,). covariance: (2, 2). inside: share of the mass in the window.
    """

    window: Window
    log_density: np.ndarray
    marginals: np.ndarray
    log_partition: float
    mean: np.ndarray
    covariance: np.ndarray
    inside: float


def middles(low: float, high: float, cells: int) -> np.ndarray:
    """(cells,) float64: the middle of each of `cells` equal parts of low … high."""
    return low + (high - low) * (np.arange(cells) + 0.5) / cells


def widened(window: Window, factor: float) -> Window:
    """The same middle, `factor` times as wide and as high."""
    low_x, high_x, low_y, high_y = window
    mid_x, mid_y = (low_x + high_x) / 2, (low_y + high_y) / 2
    half_x, half_y = factor * (high_x - low_x) / 2, factor * (high_y - low_y) / 2
    return mid_x - half_x, mid_x + half_x, mid_y - half_y, mid_y + half_y


@torch.no_grad()
def on_grid(energy: Callable[[Tensor], Tensor], xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    """−E at every crossing of xs and ys: (len(ys), len(xs)) float64, computed in float32 as chains do."""
    x, y = np.meshgrid(xs.astype(np.float32), ys.astype(np.float32))
    points = torch.from_numpy(np.stack([x.ravel(), y.ravel()], 1))
    return -torch.cat([energy(part) for part in points.split(CHUNK)]).double().numpy().reshape(x.shape)


def quadrature(energy: Callable[[Tensor], Tensor], window: Window, cells: int = 160) -> Landscape:
    """The landscape of exp(−energy), energy: (B, 2) → (B,).

    InvalidInput where it is not a number or infinite anywhere, where its mass does not fade away from the window (so
    that no Z exists), where nearly all of it lies outside the window, or where it is too narrow for the grid.
    """
    _refuse_poles(energy, window)
    parts, logs = [], []
    for ring in range(RINGS + 1):
        region, side = widened(window, 3**ring), RING_CELLS if ring else FINER
        xs, ys = middles(*region[:2], side), middles(*region[2:], side)
        log_p = on_grid(energy, xs, ys)
        _refuse_nonsense(log_p, xs, ys)
        if ring:  # the middle third has been summed already, on finer cells
            third = slice(side // 3, 2 * side // 3)
            log_p[third, third] = -np.inf
        area = (region[1] - region[0]) * (region[3] - region[2]) / side**2
        parts.append((xs, ys, log_p, area))
        logs.append(_log_sum(log_p) + math.log(area))
    log_z = float(np.logaddexp.reduce(logs))
    if log_z == -math.inf:
        raise InvalidInput("the density is zero everywhere: log p is −∞ at every point that was looked at")
    shares = np.exp(np.array(logs) - log_z)
    _refuse_unbounded(shares)
    coarse = middles(*window[:2], FINER // 2), middles(*window[2:], FINER // 2)
    again = _log_sum(on_grid(energy, *coarse)) + math.log(4 * parts[0][3])
    if shares[0] < FEWEST_INSIDE:
        raise InvalidInput(
            f"only {shares[0]:.1%} of the density lies in the window {_span(window)}: move it there or make it narrower"
        )
    if not abs(again - logs[0]) < SETTLED:
        raise InvalidInput(
            f"the density has a peak too narrow for the grid, or a pole: log Z goes from {again:.2f} to {logs[0]:.2f} "
            "nats when the cells are halved"
        )
    mean, covariance = _moments(parts, log_z)
    xs, ys = middles(*window[:2], cells), middles(*window[2:], cells)
    marginals = _marginals(energy, window, cells, log_z)
    return Landscape(window, on_grid(energy, xs, ys) - log_z, marginals, log_z, mean, covariance, float(shares[0]))


def _log_sum(log_p: np.ndarray) -> float:
    top = log_p.max()
    return float(top + np.log(np.exp(log_p - top).sum())) if np.isfinite(top) else -math.inf


def _refuse_poles(energy: Callable[[Tensor], Tensor], window: Window) -> None:
    """Look at round places as well, 0 among them: what the middles of cells never hit."""
    xs, ys = (np.linspace(low, high, 81) for low, high in (window[:2], window[2:]))
    _refuse_nonsense(on_grid(energy, xs, ys), xs, ys)


def _refuse_nonsense(log_p: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> None:
    for wrong, words in ((np.isnan(log_p), "is not a number"), (log_p == np.inf, "is infinite")):
        if wrong.any():
            row, column = np.argwhere(wrong)[wrong.sum() // 2]
            raise InvalidInput(
                f"log p {words} at x = {_number(xs[column])}, y = {_number(ys[row])}, and at {wrong.mean():.0%} of the "
                "places looked at"
            )


def _refuse_unbounded(shares: np.ndarray) -> None:
    last, before = shares[-1], shares[-2]
    if last > NOTHING and last > FADES * before:
        raise InvalidInput(
            f"the density cannot be normalised: its mass does not fade away from the middle ({last:.0%} of what was "
            "summed lies in the outermost ring); log p has to fall to −∞ in every direction, as −(x**2 + y**2) does"
        )


def _moments(parts: list[tuple], log_z: float) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.zeros(2), np.zeros((2, 2))
    for xs, ys, log_p, area in parts:
        p = np.exp(log_p - log_z) * area
        along_x, along_y = p.sum(0), p.sum(1)
        first += along_x @ xs, along_y @ ys
        cross = ys @ p @ xs
        second += [[along_x @ xs**2, cross], [cross, along_y @ ys**2]]
    return first, second - np.outer(first, first)


def _marginals(energy: Callable[[Tensor], Tensor], window: Window, cells: int, log_z: float) -> np.ndarray:
    """(2, cells): at the middle of each column and row, the other coordinate summed out over three windows."""
    wide, found = widened(window, 3), []
    for axis in (0, 1):
        own = middles(*window[2 * axis : 2 * axis + 2], cells)
        other = middles(*wide[2 - 2 * axis : 4 - 2 * axis], 3 * FINER)
        log_p = on_grid(energy, own, other) if axis == 0 else on_grid(energy, other, own).T
        found.append(np.exp(log_p - log_z).sum(0) * (other[1] - other[0]))
    return np.array(found)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _span(window: Window) -> str:
    return f"{_number(window[0])} … {_number(window[1])} × {_number(window[2])} … {_number(window[3])}"
