"""Energy-based models: one number E(x) for a whole example, and p(x) = exp(−E(x)) / Z with a Z that nobody computes.

E(x) = f(x) + |x − c|² / 2s²: a network f reshapes a wide Gaussian, so that Z is finite whatever f's weights are (f
grows at most linearly) and a chain cannot run away. What is modelled is the data plus a little Gaussian noise: pixels
that are exactly 0 would ask for an infinitely deep energy. Nothing is clipped and the temperature is 1: the same E is
the density's, the chain's and the score's.

1. LeCun, Chopra, Hadsell, Ranzato, Huang (2006). A tutorial on energy-based learning.
2. Hinton (2002). Training products of experts by minimizing contrastive divergence. Neural Computation 14.
3. Du, Mordatch (2019). Implicit generation and modeling with energy-based models. NeurIPS. arXiv:1903.08689.
4. Nijkamp, Hill, Han, Zhu, Wu (2020). On the anatomy of MCMC-based maximum likelihood learning of energy-based models.
   AAAI. arXiv:1903.12370. Why chains that are stable for long need noise in data and chain of the right size.

The pages show: E along chains, differences of E as ratios of probabilities, E of what is no digit, and a step downhill.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .limits import require_positive, require_whole

CENTRE = 0.5  # of the Gaussian below a picture's energy; pixels are 0 … 1


@dataclass(frozen=True)
class EnergyModelConfig:
    """height, width: of a picture of grey values 0 … 1. features: channels of the first convolution; twice and four
    times as many follow. noise: standard deviation of the Gaussian noise on the data that the model is trained on.
    spread: s, standard deviation of the Gaussian below. Raises ValueError for a field that is not allowed.
    """

    height: int = 28
    width: int = 28
    features: int = 32
    noise: float = 0.15
    spread: float = 0.5

    def __post_init__(self) -> None:
        require_whole(self, height=(4, 256), width=(4, 256), features=(1, 512))
        require_positive(self, "noise", "spread")

    @property
    def levels(self) -> int:
        """0: a pixel holds a real number."""
        return 0


class EnergyModel(nn.Module):
    """A convolutional energy: three convolutions of stride 2, a linear read-out, and a Gaussian bowl."""

    family = "energy"
    head = "energy"

    def __init__(self, config: EnergyModelConfig):
        super().__init__()
        self.config = c = config
        self.event_shape = (c.height, c.width)
        self.first = nn.Conv2d(1, c.features, 4, stride=2, padding=1)
        self.second = nn.Conv2d(c.features, 2 * c.features, 4, stride=2, padding=1)
        self.third = nn.Conv2d(2 * c.features, 4 * c.features, 3, stride=2, padding=1)
        cells = ((c.height // 4 + 1) // 2) * ((c.width // 4 + 1) // 2)
        self.out = nn.Linear(4 * c.features * cells, 1)

    def energy(self, x: Tensor) -> Tensor:
        """E(x) up to the constant log Z: (B, H, W) grey values → (B,) nats. The density is exp(−E) / Z."""
        u = 2 * (x - CENTRE)
        y = u.unsqueeze(1)  # (B, 1, H, W)
        for layer in (self.first, self.second, self.third):
            y = F.silu(layer(y))
        f = self.out(y.flatten(1)).squeeze(1)
        return f.float() + u.square().sum((1, 2)) / (8 * self.config.spread**2)


@dataclass(frozen=True)
class PointEnergyConfig:
    """hidden: units of each of `layers` hidden layers. noise: standard deviation of the Gaussian noise on the data.
    spread: s, standard deviation of the Gaussian below, around 0. Raises ValueError for a field that is not allowed.
    """

    hidden: int = 64
    layers: int = 2
    noise: float = 0.05
    spread: float = 2.0

    def __post_init__(self) -> None:
        require_whole(self, hidden=(1, 4096), layers=(1, 8))
        require_positive(self, "noise", "spread")

    @property
    def levels(self) -> int:
        """0: a coordinate holds a real number."""
        return 0

    @property
    def height(self) -> int:
        """1: a point is a row of two numbers."""
        return 1

    @property
    def width(self) -> int:
        """2."""
        return 2


class PointEnergy(nn.Module):
    """The energy of points in the plane: a small multilayer perceptron and a Gaussian bowl."""

    family = "energy"
    head = "energy"
    event_shape = (1, 2)

    def __init__(self, config: PointEnergyConfig):
        super().__init__()
        self.config = config
        sizes = [2, *[config.hidden] * config.layers, 1]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def initialise(self, generator: torch.Generator) -> None:
        """Draw every weight from the generator: uniform within ± 1 / √inputs, the first layer's wider, for detail."""
        with torch.no_grad():
            for number, layer in enumerate(self.layers):
                bound = (2.0 if number == 0 else 1.0) / math.sqrt(layer.in_features)
                for parameter in (layer.weight, layer.bias):
                    parameter.copy_((2 * torch.rand(parameter.shape, generator=generator) - 1) * bound)

    def energy(self, x: Tensor) -> Tensor:
        """E(x) up to the constant log Z: (B, 1, 2) or (B, 2) → (B,) nats. The density is exp(−E) / Z."""
        x = x.flatten(1)  # (B, 2)
        y = x
        for layer in self.layers[:-1]:
            y = F.silu(layer(y))
        return self.layers[-1](y).squeeze(1) + x.square().sum(1) / (2 * self.config.spread**2)

    def energy_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, …), of the shape of x, in closed form: half the time of automatic differentiation.

        With z = W y + b and y' = z σ(z), dy'/dz = σ(z) + y' (1 − σ(z)).
        """
        with torch.no_grad():
            flat = x.flatten(1)  # (B, 2)
            y, slopes = flat, []
            for layer in self.layers[:-1]:
                z = layer(y)  # (B, H)
                gate = z.sigmoid()
                y = z * gate
                slopes.append(torch.addcmul(gate, y, 1 - gate))
            bowl = 1 / self.config.spread**2
            energy = self.layers[-1](y).squeeze(1) + flat.square().sum(1) * (0.5 * bowl)
            back = self.layers[-1].weight  # (1, H)
            for layer, slope in zip(reversed(self.layers[:-1]), reversed(slopes), strict=True):
                back = (slope * back) @ layer.weight  # (B, units below)
            return energy, back.add(flat, alpha=bowl).view_as(x)

    def gradient(self, x: Tensor) -> Tensor:
        """∇E (B, …), of the shape of x."""
        return self.energy_and_gradient(x)[1]

    def forward(self, x: Tensor) -> Tensor:
        """E, so that a kernel that is given the model itself finds the closed form beside it."""
        return self.energy(x)
