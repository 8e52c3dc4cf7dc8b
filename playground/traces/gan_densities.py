"""What two players in the plane are worth, by quadrature: p_data, p_g, D*, the Jensen–Shannon divergence, V.

A generator alone puts its mass on a sheet that has no density to compare (Arjovsky, Bottou 2017, section 2: supports
that hardly meet, a perfect discriminator, no gradient). With Gaussian noise of standard deviation s on both clouds
(section 3 there, instance noise) both have one, and what D is shown is just these:

    p_data(x) = (1/M) Σ_m N(x; c_m, σ² + s²)                     every data set here is an equal mixture of M centres
    p_g(x) = E_z N(x; G(z), s²) ≈ Σ_q w_q N(x; G(z_q), s²)       nodes z_q of a quadrature over the latent square
    D*(x) = p_data(x) / (p_data(x) + p_g(x))                     Goodfellow et al. 2014, proposition 1
    V(D*, G) = 2 JS(p_data ‖ p_g) − log 4                        theorem 1 there

N separates in x₁ and x₂, so a grid of p_g is one product of two matrices. Integrals over the plane are sums over the
cells of the window, whose width is less than s: for what is as smooth as that the midpoint rule is all but exact. What
lies beyond the window is counted as mass that D* tells apart: 0 in V(D*, G), log 2 / 2 for each unit in JS.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..quadrature import middles
from .plane_sources import PlaneSource, chosen_source

CELLS = 40  # of the grid, along each side of the window
SIDE = 80  # nodes of the quadrature over the latent square, along each side: JS to about 1e-4
CHUNK = 1_600  # nodes at once, so that they stay in the processor's cache
WIDER = 1.5  # standard deviation of the law that spreads the nodes of a Gaussian latent, whose own is 1
EDGE = math.sqrt(3.0)  # of the uniform latent square: variance 1
TAIL = 4.0  # standard deviations beyond the outermost centre that the window holds
NEAR = 3.0  # standard deviations around a centre that belong to its mode
COVERED = 0.25  # of the share that the data has near a centre: with so much, p_g covers the mode
FINE = 8  # parts of a cell along each side, to tell how much of it belongs to a mode
FLAT = 30.0  # exponent beyond which a Gaussian stays at 1e-13: denormal numbers would take a hundred times longer
NEITHER = 1e-6  # a density that is taken for none
LOG2 = math.log(2.0)
MODES = ("eight", "grid")  # the data sets whose centres are modes


@dataclass(frozen=True)
class Nodes:
    """Codes (Q·Q, 2) float32 and weights (Q·Q,) float32 with sum 1: E_z f(z) ≈ Σ w f(z)."""

    codes: Tensor
    weights: Tensor


def latent_nodes(latent: str, side: int = SIDE) -> Nodes:
    """Nodes over the latent square, Q along each side.

    "uniform": Gauss and Legendre's. "gaussian": the middles of equal parts under a Gaussian WIDER than the latent's,
    weighted by the ratio of the two: closer together where the mass is, and none of it cut off.
    """
    if latent == "uniform":
        places, weights = np.polynomial.legendre.leggauss(side)
        z, w = torch.from_numpy(EDGE * places), torch.from_numpy(weights)
    else:
        z = WIDER * torch.special.ndtri(torch.from_numpy(middles(0, 1, side)))
        w = torch.exp(z.square() * (0.5 / WIDER**2 - 0.5))
    w = w / w.sum()
    codes = torch.stack(torch.meshgrid(z, z, indexing="xy"), -1).reshape(-1, 2)
    return Nodes(codes.float(), torch.outer(w, w).reshape(-1).float())


def lattice(latent: str, side: int) -> Tensor:
    """(L·L, 2) codes at the crossings of a square net whose meshes hold the same mass, the outermost but for 1 %."""
    u = torch.linspace(0.01, 0.99, side, dtype=torch.float64)
    z = EDGE * (2 * u - 1) if latent == "uniform" else torch.special.ndtri(u)
    return torch.stack(torch.meshgrid(z, z, indexing="xy"), -1).reshape(-1, 2).float()


def noisy_source(data: str, points: str, noise: float) -> PlaneSource:
    """p_data with the instance noise convolved in: the same centres, σ² + s². InvalidInput as `chosen_source`."""
    source = chosen_source(data, points)
    return replace(source, sigma=math.hypot(source.sigma, noise))


def mixture(places: Tensor, weights: Tensor, sigma: float, xs: Tensor, ys: Tensor) -> Tensor:
    """Σ w_n N(x; places_n, σ²) at the crossings of xs and ys: (len(ys), len(xs)), rows upwards."""
    found = torch.zeros(len(ys), len(xs))
    scale = math.sqrt(0.5) / sigma
    first, second = (places.t() * scale).contiguous()
    for x, y, weight in zip(first.split(CHUNK), second.split(CHUNK), weights.split(CHUNK), strict=True):
        along_x = (xs[:, None] * scale - x).square_().clamp_(max=FLAT).neg_().exp_()  # (columns, N)
        along_y = (ys[:, None] * scale - y).square_().clamp_(max=FLAT).neg_().exp_().mul_(weight)  # (rows, N)
        found.addmm_(along_y, along_x.t())
    return found.mul_(1 / (2 * math.pi * sigma**2))


class Ground:
    """The window of one data set, its cells, p_data on them, and what a generator is compared with there."""

    def __init__(self, source: PlaneSource, modes: bool, cells: int = CELLS):
        self.source = source
        half = math.ceil(2 * (np.abs(source.centres).max() + TAIL * source.sigma)) / 2
        self.window = (-half, half, -half, half)
        side = middles(-half, half, cells)
        self.cells, self.area = cells, float(side[1] - side[0]) ** 2
        self.xs = torch.from_numpy(side).float()
        self.points = torch.stack(torch.meshgrid(self.xs, self.xs, indexing="xy"), -1).reshape(-1, 2).clone()
        grid = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
        self.p_data = torch.from_numpy(np.exp(source.log_density(grid)).reshape(cells, cells))  # float64
        self.centres = source.centres if modes else np.zeros((0, 2))
        self.radius = _radius(self.centres, source.sigma)
        self.near = self._near(side)
        self.fair = self.near @ self.p_data.reshape(-1)  # (K,) share of the data that is near each centre

    def _near(self, side: np.ndarray) -> Tensor:
        """(K, G·G) float64: the area of each cell that lies near a centre, nearer than half way to the next one."""
        if not len(self.centres):
            return torch.zeros(0, self.cells**2, dtype=torch.float64)
        step = (side[1] - side[0]) / FINE
        fine = middles(side[0] - step * FINE / 2, side[-1] + step * FINE / 2, self.cells * FINE)
        inside = [np.hypot(fine[None, :] - x, fine[:, None] - y) < self.radius for x, y in self.centres]
        shares = np.stack(inside).reshape(-1, self.cells, FINE, self.cells, FINE).mean((2, 4))
        return torch.from_numpy(shares.reshape(len(self.centres), -1) * self.area)

    def generated(self, places: Tensor, nodes: Nodes, noise: float) -> Tensor:
        """p_g on the grid, (G, G) float32. places: (Q·Q, 2), G of the nodes' codes."""
        return mixture(places, nodes.weights, noise, self.xs, self.xs)

    def outside(self, p: Tensor) -> float:
        """The mass of a density (G, G) beyond the window."""
        return max(0.0, 1.0 - float(p.double().sum()) * self.area)

    def divergence(self, p_generator: Tensor) -> float:
        """JS(p_data ‖ p_g), nats, 0 … log 2."""
        p, q = self.p_data, p_generator.double()
        middle = (p + q).log_()
        inside = (torch.special.xlogy(p, p) + torch.special.xlogy(q, q) - _times(p + q, middle)).sum()
        within = (p.sum() + q.sum()) * self.area
        beyond = self.outside(p) + self.outside(q)
        return min(max(0.5 * float(inside * self.area + within * LOG2) + 0.5 * LOG2 * beyond, 0.0), LOG2)

    def value(self, logits: Tensor, p_generator: Tensor, far: float = 0.0) -> float:
        """V(D, G) = E_data log D + E_g log(1 − D), nats, the logits of D on the grid's points (G·G,); Goodfellow et al.
        2014, equation 1. far: −log(1 − D) summed over p_g's mass beyond the window."""
        p, q = self.p_data.reshape(-1), p_generator.double().reshape(-1)
        f = logits.double()
        return -float((p * F.softplus(-f) + q * F.softplus(f)).sum()) * self.area - far

    def mode_shares(self, p_generator: Tensor) -> np.ndarray:
        """(K,) the mass of p_g near each centre."""
        return (self.near @ p_generator.double().reshape(-1)).numpy()

    def covered(self, shares: np.ndarray) -> np.ndarray:
        """How many of shares (…, K) are at least COVERED of what the data has there: (…,)."""
        return (shares >= COVERED * self.fair.numpy()).sum(-1)


def _radius(centres: np.ndarray, sigma: float) -> float:
    """NEAR standard deviations, or half way from a centre to the next one where that is less; 0 without centres."""
    if not len(centres):
        return 0.0
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    return float(min(NEAR * sigma, np.partition(apart, 1, axis=1)[:, 1].min() / 2))


def _times(p: Tensor, log: Tensor) -> Tensor:
    """p · log, 0 where p is."""
    return torch.where(p > 0, p * log, 0.0)


def optimal(p_data: np.ndarray, p_generator: np.ndarray) -> np.ndarray:
    """D* = p_data / (p_data + p_g), ½ where there is (nearly) neither, as float32."""
    p, q = p_data.astype(np.float32), p_generator.astype(np.float32)
    return (p + NEITHER) / (p + q + 2 * NEITHER)
