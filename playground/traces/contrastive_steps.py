"""The parts of one step of contrastive learning in the plane: chains, quadrature, two gradients, Adam.

log p(x) = −E(x) − log Z, so ∇ −log-likelihood = E_data[∇E] − E_p[∇E]: push E down on the data and up where the model
believes. The second expectation is taken over chain samples (Hinton 2002, equation 6; Tieleman 2008; Du and Mordatch
2019, equation 3), or, in the plane, over a grid: then it is exact up to the cells' width.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..models.energy import PointEnergy

REACH = 3.5  # half a side of the window
CELLS = 48  # of the grid along each side
SQUARES, TINY = 0.99, 1e-8  # β₂ and ε of Adam
NEGLIGIBLE = 1e-7  # cells that hold less than this share of the fullest one's mass are left out of the gradient


@dataclass(frozen=True)
class Grid:
    """The middles of CELLS × CELLS squares, (G·G, 1, 2) float32, x₂ upwards by rows, and the area of one."""

    points: Tensor
    area: float

    @classmethod
    def over(cls, reach: float = REACH, cells: int = CELLS) -> "Grid":
        """The square from −reach to reach along both axes."""
        side = torch.from_numpy(reach * (2 * (np.arange(cells) + 0.5) / cells - 1)).float()
        rows, columns = torch.meshgrid(side, side, indexing="ij")
        return cls(torch.stack([columns, rows], -1).reshape(-1, 1, 2), (2 * reach / cells) ** 2)


@torch.no_grad()
def energies(model: PointEnergy, grid: Grid) -> Tensor:
    """E at every cell's middle: (G·G,) nats."""
    return model.energy(grid.points)


def partition(energy: Tensor, grid: Grid) -> tuple[float, Tensor]:
    """log Z by the midpoint rule, and the share of p that each cell holds, (G·G,) float64."""
    log_cells = -energy.double() + float(np.log(grid.area))
    log_z = float(log_cells.logsumexp(0))
    return log_z, (log_cells - log_z).exp()


def exact_gradient(model: PointEnergy, data: Tensor, grid: Grid, shares: Tensor) -> Tensor:
    """∇ of the mean −log p of data (N, 1, 2): E_data[∇E] − E_p[∇E], p by quadrature. (P,), all parameters in a row."""
    kept = (shares > NEGLIGIBLE * shares.max()).nonzero().squeeze(1)
    weights = (shares[kept] / shares[kept].sum()).float()
    with torch.enable_grad():
        loss = model.energy(data).mean() - (weights * model.energy(grid.points[kept])).sum()
        return flat(torch.autograd.grad(loss, list(model.parameters())))


def estimated_gradient(model: PointEnergy, data: Tensor, samples: Tensor | None) -> Tensor:
    """The same with the mean over chain samples (C, 1, 2) in place of E_p; without samples, the data's term alone."""
    with torch.enable_grad():
        loss = model.energy(data).mean()
        if samples is not None:
            loss = loss - model.energy(samples).mean()
        return flat(torch.autograd.grad(loss, list(model.parameters())))


def langevin(model: PointEnergy, start: Tensor, steps: int, size: float, generator: torch.Generator) -> Tensor:
    """Unadjusted Langevin chains: x ← x − ε²/2 ∇E(x) + ε ξ, ξ standard normal. start: (C, 1, 2).

    Returns (steps + 1, C, 1, 2), the start first. The temperature is 1: with ε → 0 and many steps these are samples
    of the model itself.
    """
    path = torch.empty(steps + 1, *start.shape)
    path[0] = start
    noise = torch.randn(steps, *start.shape, generator=generator)
    for t in range(steps):
        x = path[t].clone().requires_grad_(True)
        with torch.enable_grad():
            (slope,) = torch.autograd.grad(model.energy(x).sum(), x)
        path[t + 1] = path[t] - 0.5 * size**2 * slope + size * noise[t]
    return path


class Adam:
    """Adam, with its parts apart: Kingma, Ba (2015), algorithm 1, β₂ = SQUARES, β₁ = momentum.

    `alone` is the move that one gradient would make by itself, without the gradients before it: β₁ = 0.
    """

    def __init__(self, size: int, rate: float, momentum: float):
        self.rate, self.momentum, self.count = rate, momentum, 0
        self.mean, self.squares = torch.zeros(size), torch.zeros(size)

    def take(self, gradient: Tensor) -> Tensor:
        """The change of the weights in this step, (P,)."""
        self.count += 1
        self.mean = self.momentum * self.mean + (1 - self.momentum) * gradient
        self.squares = SQUARES * self.squares + (1 - SQUARES) * gradient.square()
        return self.alone(self.mean / (1 - self.momentum**self.count))

    def alone(self, gradient: Tensor) -> Tensor:
        """Where another gradient would lead with the sizes of the step just taken, (P,)."""
        return -self.rate * gradient / ((self.squares / (1 - SQUARES**self.count)).sqrt() + TINY)


def flat(tensors: Iterable[Tensor]) -> Tensor:
    """All numbers of some tensors in a row, (P,)."""
    return torch.cat([tensor.detach().reshape(-1) for tensor in tensors])


@torch.no_grad()
def put(model: PointEnergy, weights: Tensor) -> None:
    """Write (P,) weights into a model that belongs to this training alone."""
    begin = 0
    for parameter in model.parameters():
        parameter.copy_(weights[begin : begin + parameter.numel()].view_as(parameter))
        begin += parameter.numel()


def agreement(estimated: Tensor, exact: Tensor, layers: list[slice]) -> tuple[np.ndarray, np.ndarray]:
    """(L + 1,) cosine between the two gradients and length of the estimated one in lengths of the exact one: of each
    layer's weights, then of all. 0 where one of them vanishes."""
    cosines, lengths = [], []
    for part in [*layers, slice(None)]:
        a, b = estimated[part].double(), exact[part].double()
        long_a, long_b = float(a.norm()), float(b.norm())
        cosines.append(float(a @ b) / (long_a * long_b) if long_a * long_b else 0.0)
        lengths.append(long_a / long_b if long_b else 0.0)
    return np.array(cosines), np.array(lengths)
