"""Metropolis–Hastings with proposals that know no gradient: a random walk, and proposals independent of the position.

Random walk: x′ = x + ε ξ, ξ ~ N(0, I); log ratio E(x) − E(x′), the proposal being symmetric.
Independent: x′ ~ q whatever x is; log ratio E(x) − E(x′) + log q(x) − log q(x′).

1. Metropolis et al. (1953). Equation of State Calculations by Fast Computing Machines.
2. Hastings (1970). Monte Carlo Sampling Methods Using Markov Chains and Their Applications. Section 2.
3. Roberts, Gelman, Gilks (1997). Weak convergence and optimal scaling of random walk Metropolis algorithms (0.234).
"""

import math
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from .kernel import Energy, Info, State
from .parts import decide, evaluate, normal, positive, start


@dataclass(frozen=True)
class RandomWalk:
    """Random-walk Metropolis. step_size: ε, the standard deviation of a proposal's move in every coordinate."""

    step_size: float
    target_acceptance: ClassVar[float] = 0.234

    def __post_init__(self) -> None:
        positive("step_size", self.step_size)

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains at `position` (C, *event)."""
        return start(position, energy, with_gradient=False)

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain."""
        x = state.position.add(normal(state.position, generator), alpha=self.step_size)
        proposed = State(x, evaluate(energy, x))
        return decide(state, proposed, state.energy - proposed.energy, generator)


class Proposal(Protocol):
    """A distribution that is proposed from without a look at the position."""

    def draw(self, like: Tensor, generator: torch.Generator) -> Tensor:
        """(C, *event) proposals, of the shape and type of `like`."""

    def log_density(self, x: Tensor) -> Tensor:
        """log q (C,) of x (C, *event), up to a constant."""


@dataclass(frozen=True)
class GaussianProposal:
    """N(mean, scale² I). mean and scale: numbers, or tensors that broadcast to an event."""

    mean: float | Tensor = 0.0
    scale: float | Tensor = 1.0

    def draw(self, like: Tensor, generator: torch.Generator) -> Tensor:
        """(C, *event) normal numbers."""
        return self.mean + self.scale * normal(like, generator)

    def log_density(self, x: Tensor) -> Tensor:
        """log q (C,), up to a constant."""
        return ((x - self.mean) / self.scale).square().flatten(1).sum(1).mul(-0.5)


@dataclass(frozen=True)
class BoxProposal:
    """Uniform in the box low ≤ x ≤ high (tuples or tensors of an event's shape, or numbers).

    A chain outside the box has q(x) = 0 and never moves: the box must hold all of the target that matters.
    """

    low: float | tuple[float, ...] | Tensor
    high: float | tuple[float, ...] | Tensor

    def draw(self, like: Tensor, generator: torch.Generator) -> Tensor:
        """(C, *event) uniform numbers in the box."""
        low, high = self.bounds(like)
        u = torch.rand(like.shape, generator=generator, device=generator.device, dtype=like.dtype).to(like.device)
        return low + (high - low) * u

    def log_density(self, x: Tensor) -> Tensor:
        """0 inside, −∞ outside (C,): up to a constant."""
        low, high = self.bounds(x)
        inside = ((x >= low) & (x <= high)).flatten(1).all(1)
        return torch.zeros(len(x), dtype=x.dtype, device=x.device).masked_fill(~inside, -math.inf)

    def bounds(self, like: Tensor) -> tuple[Tensor, Tensor]:
        """low and high as tensors of the type of `like`."""
        return tuple(torch.as_tensor(bound, dtype=like.dtype, device=like.device) for bound in (self.low, self.high))


@dataclass(frozen=True)
class Independent:
    """Independent Metropolis–Hastings. proposal: a Proposal, or a number, the scale of a Gaussian at the origin."""

    proposal: Proposal | float = 1.0

    def __post_init__(self) -> None:
        if isinstance(self.proposal, int | float):
            positive("proposal", self.proposal)
            object.__setattr__(self, "proposal", GaussianProposal(0.0, float(self.proposal)))

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains at `position` (C, *event)."""
        return start(position, energy, with_gradient=False)

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain."""
        x = self.proposal.draw(state.position, generator)
        proposed = State(x, evaluate(energy, x))
        correction = self.proposal.log_density(state.position) - self.proposal.log_density(x)
        return decide(state, proposed, state.energy - proposed.energy + correction, generator)
