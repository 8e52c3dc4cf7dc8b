"""Sums over a two-dimensional latent space: the exact log p(x) of a small variational autoencoder, and its posterior.

The prior and the decoder are all that p(x) = ∫ p(x|z) p(z) dz needs; where z has two dimensions a grid does the
integral, finer wherever the integrand is. So the bounds have something exact to stand below.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..models.vae import log_normal

REACH, FIRST = 6.0, 0.12  # half a side of the square that is summed; its outside holds 4e-9 of the prior. Widest cell
REACHED = 1e-5  # nats by which a finer grid changes the sum no more
FINER, LEVELS, MOST = 3, 4, 60_000  # a cell is cut into 3 × 3, on at most so many grids, with so many points on one
LOSES = 25.0  # nats below the highest: cells there are not cut further
HERMITE = 24  # nodes a side for an expectation under q
BATCH = 4_096  # codes decoded at once
Points = Callable[[Tensor], Tensor]  # (N, 2) → (N,) nats


@dataclass(frozen=True)
class Evidence:
    """log p(x) on ever finer grids: `levels` (T,) nats, with cells of side `spacing` (T,) where the integrand is.

    The first grid is there for comparison alone. coarse: (G, G) log p(x|z) + log p(z), nats, at the middles of the
    second one's cells, rows upwards along z₂. cells: codes (N, 2) at which the last sum was taken where it matters,
    log_joint: (N,) nats there, area: of one.
    """

    levels: np.ndarray
    spacing: np.ndarray
    coarse: np.ndarray
    cells: np.ndarray
    log_joint: np.ndarray
    area: float

    @property
    def log_p(self) -> float:
        """log p(x) on the finest grid, nats."""
        return float(self.levels[-1])


@torch.inference_mode()
def log_likelihood(model: nn.Module, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) of one picture (H, W) at codes (N, Z) → (N,) float64 nats."""
    ink, parts = x.flatten(), []
    for part in z.to(x.device).split(BATCH):
        logits = model.decode(part).flatten(1)  # (N, H, W) → (N, D)
        parts.append(logits @ ink - F.softplus(logits).sum(1))  # log p(x_i|z) = x_i logit − log(1 + e^logit)
    return torch.cat(parts).double().cpu()


def log_joint(model: nn.Module, x: Tensor) -> Points:
    """The function z (N, 2) → log p(x, z) (N,) float64 of one picture."""
    return lambda z: log_likelihood(model, x, z.float()) + log_normal(z.double())


def grid(low: tuple[float, float], high: tuple[float, float], side: int) -> Tensor:
    """(side · side, 2) float64: the middles of a rectangle's cells, row by row, rows upwards along z₂."""
    across, up = (a + (b - a) * (torch.arange(side).double() + 0.5) / side for a, b in zip(low, high, strict=True))
    return torch.stack([across.repeat(side), up.repeat_interleave(side)], 1)


def evidence(joint: Points, reach: float = REACH, first: float = FIRST, levels: int = LEVELS) -> Evidence:
    """log ∫ exp(joint(z)) dz over |z₁|, |z₂| ≤ reach by the midpoint rule, cells cut up where they count.

    For an integrand as smooth as a network's the midpoint rule gains digits quickly once a cell is narrower than the
    posterior; `levels` shows it, and a sum that changes by less than a hundred-thousandth of a nat ends them. Davis,
    Rabinowitz (1984), Methods of numerical integration, section 2.9.
    """
    side = FINER * round(2 * reach / first / FINER)
    centres, width = grid((-reach, -reach), (reach, reach), side), 2 * reach / side
    values = joint(centres)
    coarse = values.view(side, side).numpy()
    settled: list[Tensor] = []  # log of the mass in cells that are not cut further
    before = FINER * width  # a wider grid, for comparison alone
    found = [float(joint(grid((-reach, -reach), (reach, reach), side // FINER)).logsumexp(0) + 2 * np.log(before))]
    spacing = [before]
    for level in range(levels):
        area = np.log(width**2)
        found.append(float(torch.cat([*settled, values + area]).logsumexp(0)))
        spacing.append(width)
        counts = values > values.max() - LOSES
        same = abs(found[-1] - found[-2]) < REACHED
        if same or level == levels - 1 or FINER**2 * int(counts.sum()) > MOST:
            break
        settled.append(values[~counts] + area)
        width /= FINER
        offsets = grid((-1.5, -1.5), (1.5, 1.5), FINER) * width
        centres = (centres[counts][:, None] + offsets).flatten(0, 1)  # (N, 2) → (9 N, 2)
        values = joint(centres)
    return Evidence(np.array(found), np.array(spacing), coarse, centres.numpy(), values.numpy(), width**2)


def expectation(mean: Tensor, deviation: Tensor, function: Points, nodes: int = HERMITE) -> float:
    """E of a function of z under N(mean, diag deviation²), (2,) each, by Gauss–Hermite nodes along both axes.

    Golub, Welsch (1969), Calculation of Gauss quadrature rules.
    """
    places, weights = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(nodes))
    weights = weights / weights.sum()
    z = mean.double() + deviation.double() * torch.cartesian_prod(places, places)
    return float((torch.outer(weights, weights).flatten() * function(z)).sum())


def divergence(
    mean: Tensor, deviation: Tensor, joint: Points, log_p: float, reach: float = 7.0, side: int = 72
) -> float:
    """KL(q(z|x) ‖ p(z|x)) nats, q = N(mean, diag deviation²): Σ q (log q − log p(z|x)) over a grid of q's own size."""
    standard = grid((-reach, -reach), (reach, reach), side)
    cell = (2 * reach / side) ** 2  # of the standardised plane
    log_q = log_normal(standard)
    z = mean.double() + deviation.double() * standard
    difference = log_q - deviation.double().log().sum() - (joint(z) - log_p)
    return float((log_q.exp() * cell * difference).sum())
