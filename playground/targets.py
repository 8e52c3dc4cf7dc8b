"""Densities to sample from: six in the plane and a Gaussian of any dimension, each with its moments in closed form.

Every `energy` is E with density exp(−E)/Z: torch in, torch out, (B, 2) → (B,), in the dtype of its input, finite and
with finite gradients wherever a chain can come. Z is left out on purpose, because a chain never needs it; what it is
stands beside as `log_partition`. `energy_and_gradient` and `gradient` are the same in closed form, which in the plane
is several times as fast as automatic differentiation.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from .errors import InvalidInput

LOG_TAU = math.log(2 * math.pi)
MOST_DIMENSIONS = 256


@dataclass(frozen=True)
class Target:
    """A density with what is known of it.

    title, formula: for the page; the formula is that of the energy E. window: (4,) lowest and highest x, lowest and
    highest y. energy: E, (B, D) → (B,). mean: (D,). covariance: (D, D). log_partition: log Z = log ∫ exp(−E), nats.
    modes: (M, D) centres of separate hills of equal mass, or (0, D).
    """

    title: str
    formula: str
    window: tuple[float, float, float, float]
    energy: Callable[[Tensor], Tensor]
    mean: np.ndarray
    covariance: np.ndarray
    log_partition: float
    modes: np.ndarray


class Gaussian:
    """E(x) = ½ xᵀΛx of mean 0 and covariance Σ_ij = ρ^|i−j|: variances 1, each coordinate tied to its neighbours.

    Λ = Σ⁻¹ is tridiagonal: the stationary autoregression x_d = ρ x_{d−1} + √(1 − ρ²) ξ. In two dimensions this is any
    correlated Gaussian of variance 1.
    """

    def __init__(self, dimension: int, correlation: float):
        rho, scale = correlation, 1 / (1 - correlation**2)
        inner = np.full(dimension, 1 + rho**2)
        inner[[0, -1]] = 1.0
        beside = np.full(dimension - 1, -rho)
        dense = scale * (np.diag(inner) + np.diag(beside, 1) + np.diag(beside, -1)) if dimension > 1 else np.eye(1)
        self.precision = torch.from_numpy(dense)
        self._single = self.precision.float()

    def gradient(self, x: Tensor) -> Tensor:
        """Λx, (B, D)."""
        return x @ (self._single if x.dtype == torch.float32 else self.precision.to(x)).to(x.device)

    def energy_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, D)."""
        gradient = self.gradient(x)
        return 0.5 * (x * gradient).sum(-1), gradient

    def __call__(self, x: Tensor) -> Tensor:
        return self.energy_and_gradient(x)[0]


@dataclass(frozen=True)
class Banana:
    """E = x²/2a² + (y − b(x² − a²))²/2s²: a Gaussian x ~ N(0, a²) that bends y | x ~ N(b(x² − a²), s²).

    The twisted Gaussian of Haario, Saksman & Tamminen (1999, section 4); Rosenbrock's valley has the same shape.
    """

    a: float = 1.5
    b: float = 0.35
    s: float = 0.5

    def energy_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, 2)."""
        x, y = points.unbind(-1)
        flat, bent = x * (1 / self.a**2), (y - self.b * (x.square() - self.a**2)) * (1 / self.s**2)
        energy = 0.5 * (x * flat + bent.square() * self.s**2)
        return energy, torch.stack([flat - 2 * self.b * x * bent, bent], -1)

    def gradient(self, points: Tensor) -> Tensor:
        """∇E (B, 2), in as few operations as it takes: a chain asks for it tens of thousands of times."""
        x, y = points.unbind(-1)
        bent = y.sub(x.square(), alpha=self.b).add(self.b * self.a**2).mul(1 / self.s**2)
        return torch.stack([bent.mul(-2 * self.b).add(1 / self.a**2).mul(x), bent], -1)

    def __call__(self, points: Tensor) -> Tensor:
        x, y = points.unbind(-1)
        square = x.square()
        bent = y - self.b * (square - self.a**2)
        return square * (0.5 / self.a**2) + bent.square() * (0.5 / self.s**2)


@dataclass(frozen=True)
class Funnel:
    """E = y²/2s² + y/2 + x² e^{−y}/2: y ~ N(0, s²) and x | y ~ N(0, e^y).

    Neal (2003, section 8), with one x and s = 1.5 where he takes nine and s = 3, so that all of it fits on a screen.
    """

    s: float = 1.5

    def energy_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, 2)."""
        x, y = points.unbind(-1)
        pull = x * torch.exp(-y.clamp(min=-60.0))  # past −60 no chain comes, and 0 · ∞ must not either
        spread, flat = 0.5 * x * pull, y * (1 / self.s**2)
        return 0.5 * y * flat + 0.5 * y + spread, torch.stack([pull, flat + 0.5 - spread], -1)

    def gradient(self, points: Tensor) -> Tensor:
        """∇E (B, 2)."""
        x, y = points.unbind(-1)
        pull = x.mul(y.clamp(min=-60.0).neg().exp())
        return torch.stack([pull, y.mul(1 / self.s**2).add(0.5).sub(x.mul(pull), alpha=0.5)], -1)

    def __call__(self, points: Tensor) -> Tensor:
        x, y = points.unbind(-1)
        narrow = torch.exp(-y.clamp(min=-60.0))
        return y.square() * (0.5 / self.s**2) + y / 2 + x.square() * narrow / 2


@dataclass(frozen=True)
class Ring:
    """E = (‖x‖ − R)²/2σ²."""

    radius: float = 3.0
    width: float = 0.35

    def energy_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, 2)."""
        distance = (points.square().sum(-1) + 1e-12).sqrt()  # the root has a gradient at 0 too
        beyond = distance - self.radius
        push = beyond * (1 / self.width**2)
        return 0.5 * beyond * push, points * (push / distance).unsqueeze(-1)

    def gradient(self, points: Tensor) -> Tensor:
        """∇E (B, 2)."""
        distance = points.square().sum(-1, keepdim=True).add(1e-12).sqrt()
        return points.mul(distance.reciprocal().mul(-self.radius).add(1.0)).mul(1 / self.width**2)

    def __call__(self, points: Tensor) -> Tensor:
        distance = (points.square().sum(-1) + 1e-12).sqrt()
        return (distance - self.radius).square() * (0.5 / self.width**2)

    def moments(self) -> tuple[float, float]:
        """(log Z, variance of each coordinate): ∫ 2π r e^{−E} dr and half of E[r²], by parts."""
        spread = self.width**2
        edge = spread * math.exp(-(self.radius**2) / (2 * spread))
        zero = self.width * math.sqrt(2 * math.pi) * 0.5 * math.erfc(-self.radius / (self.width * math.sqrt(2)))
        one = self.radius * zero + edge
        two = self.radius * one + spread * zero
        three = self.radius * two + 2 * spread * one
        return LOG_TAU + math.log(one), three / one / 2


class Mixture:
    """E = −log Σ_k exp(−‖x − μ_k‖²/2σ²): equal Gaussians around `centres` (K, 2).

    Computed as ‖x‖²/2σ² − log Σ_k exp((x·μ_k − ‖μ_k‖²/2)/σ²): one product of matrices for all centres.
    """

    def __init__(self, centres: np.ndarray, width: float):
        self.centres, self.width, self.sharp = torch.tensor(centres), width, 1 / width**2
        bias = -0.5 * self.sharp * self.centres.square().sum(1)  # (K,)
        self._double = bias, (self.sharp * self.centres).t().contiguous(), self.sharp * self.centres
        self._single = tuple(part.float() for part in self._double)

    def _parts(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """−‖μ‖²/2σ² (K,), μᵀ/σ² (2, K) and μ/σ² (K, 2), of the points' dtype and on their device."""
        single = points.dtype == torch.float32 and points.device.type == "cpu"
        return self._single if single else tuple(part.to(points) for part in self._double)

    def energy_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, 2): the pull towards each centre, weighted by its share of the density."""
        bias, across, pulls = self._parts(points)
        logits = torch.addmm(bias, points, across)  # (B, K) the exponents without ‖x‖²
        total = logits.logsumexp(-1, keepdim=True)
        shares = (logits - total).exp()
        energy = points.square().sum(-1) * (0.5 * self.sharp) - total.squeeze(-1)
        return energy, torch.addmm(points, shares, pulls, beta=self.sharp, alpha=-1)

    def gradient(self, points: Tensor) -> Tensor:
        """∇E (B, 2)."""
        bias, across, pulls = self._parts(points)
        return torch.addmm(points, torch.addmm(bias, points, across).softmax(-1), pulls, beta=self.sharp, alpha=-1)

    def __call__(self, points: Tensor) -> Tensor:
        bias, across, _ = self._parts(points)
        return points.square().sum(-1) * (0.5 * self.sharp) - torch.addmm(bias, points, across).logsumexp(-1)

    def target(self, title: str, formula: str, half: float, separate: bool) -> Target:
        """The target of this mixture in a square window; mean and covariance by the law of total variance."""
        centres = self.centres.numpy()
        covariance = np.cov(centres.T, bias=True) + self.width**2 * np.eye(2)
        log_partition = math.log(len(centres)) + LOG_TAU + 2 * math.log(self.width)
        modes = centres if separate else centres[:0]
        window = (-half, half, -half, half)
        return Target(title, formula, window, self, centres.mean(0), covariance, log_partition, modes)


def _eight() -> Target:
    angle = 2 * np.pi * np.arange(8) / 8
    centres = 4.0 * np.stack([np.cos(angle), np.sin(angle)], 1)
    formula = "E = −log Σₖ exp(−‖(x, y) − μₖ‖² / 2σ²), μₖ on a circle of radius 4, σ = 0.5"
    return Mixture(centres, 0.5).target("Mixture of eight", formula, 6.0, True)


def _moons() -> Target:
    """scikit-learn's `make_moons` as a density: 16 Gaussians along each half circle, so close that no bump shows."""
    angle = np.pi * (np.arange(16) + 0.5) / 16
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    centres = 2.2 * (np.concatenate([upper, lower]) - np.array([0.5, 0.25]))
    formula = "E = −log Σₖ exp(−‖(x, y) − μₖ‖² / 2σ²), 32 μₖ along two half circles, σ = 0.27"
    return Mixture(centres, 0.27).target("Two moons", formula, 5.0, False)


def gaussian(dimension: int, correlation: float = 0.0) -> Target:
    """A Gaussian of 1 to 256 dimensions: mean 0, covariance Σ_ij = correlation^|i−j|.

    InvalidInput if dimension or correlation is out of range.
    """
    if type(dimension) is not int or not 1 <= dimension <= MOST_DIMENSIONS:
        raise InvalidInput(f"dimension={dimension!r} is not allowed: a whole number from 1 to {MOST_DIMENSIONS}")
    if not -1 < correlation < 1:
        raise InvalidInput(f"correlation={correlation!r} is not allowed: a number between −1 and 1")
    places = np.arange(dimension)
    covariance = float(correlation) ** np.abs(places[:, None] - places)
    log_partition = 0.5 * (dimension * LOG_TAU + (dimension - 1) * math.log(1 - correlation**2))
    formula = f"E = (x² − {2 * correlation:g} xy + y²) / {2 * (1 - correlation**2):g}" if dimension == 2 else ""
    title = "Correlated Gaussian" if correlation else "Gaussian"
    empty = np.zeros((0, dimension))
    window = (-4.0, 4.0, -4.0, 4.0)
    return Target(
        title, formula, window, Gaussian(dimension, correlation), np.zeros(dimension), covariance, log_partition, empty
    )


def _plane(
    title: str, formula: str, window: tuple, energy: Callable, variances: tuple[float, float], log_z: float
) -> Target:
    """A target of mean 0 whose coordinates are uncorrelated."""
    return Target(title, formula, window, energy, np.zeros(2), np.diag(variances), log_z, np.zeros((0, 2)))


_BANANA, _FUNNEL, _RING = Banana(), Funnel(), Ring()
_RING_LOG_Z, _RING_VARIANCE = _RING.moments()

TARGETS: dict[str, Target] = {
    "gaussian": gaussian(2, 0.9),
    "banana": _plane(
        "Banana",
        "E = x² / 4.5 + (y − 0.35 (x² − 2.25))² / 0.5",
        (-6.0, 6.0, -4.0, 8.0),
        _BANANA,
        (_BANANA.a**2, _BANANA.s**2 + 2 * _BANANA.b**2 * _BANANA.a**4),
        LOG_TAU + math.log(_BANANA.a * _BANANA.s),
    ),
    "funnel": _plane(
        "Neal's funnel",
        "E = y² / 4.5 + y / 2 + x² e⁻ʸ / 2",
        (-7.0, 7.0, -7.0, 7.0),
        _FUNNEL,
        (math.exp(_FUNNEL.s**2 / 2), _FUNNEL.s**2),
        LOG_TAU + math.log(_FUNNEL.s),
    ),
    "ring": _plane(
        "Ring",
        "E = (√(x² + y²) − 3)² / 0.245",
        (-5.0, 5.0, -5.0, 5.0),
        _RING,
        (_RING_VARIANCE, _RING_VARIANCE),
        _RING_LOG_Z,
    ),
    "eight": _eight(),
    "moons": _moons(),
}
