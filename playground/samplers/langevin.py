"""Langevin: a step down the energy and a step of noise, with and without the correction that makes it exact.

Both propose x′ = x − ε²/2 ∇E(x) + ε ξ, ξ ~ N(0, I), one Euler step of the Langevin diffusion (1, section 1.2).

MALA accepts by Metropolis–Hastings. With q(x′|x) = N(x − ε²/2 ∇E(x), ε² I) the log ratio is
E(x) − E(x′) + ½|ξ|² − ½|ξ − s|², s = ε/2 (∇E(x) + ∇E(x′)), since the way back would need the noise s − ξ
(1, section 1.4.1).

ULA takes every proposal, so its stationary distribution is not quite the target: on a Gaussian of curvature λ its
variance is 1 / (λ (1 − ε²λ/4)) instead of 1/λ, and for ε²λ ≥ 4 there is none.

1. Roberts, Tweedie (1996). Exponential convergence of Langevin distributions and their discrete approximations.
2. Roberts, Rosenthal (1998). Optimal scaling of discrete approximations to Langevin diffusions (0.574).
3. Nijkamp et al. (2019). Learning Non-Convergent Non-Persistent Short-Run MCMC (colder noise).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from .kernel import Energy, Info, State
from .parts import INFINITY, decide, evaluate_with_gradient, normal, positive, spread, start


@dataclass(frozen=True)
class ULA:
    """Unadjusted Langevin. step_size: ε. noise: factor on the noise alone, 1 for Langevin, 0 for plain descent.

    It cannot reject. Where a proposal has no finite energy and gradient, the chain stays and the step is marked.
    """

    step_size: float
    noise: float = 1.0

    def __post_init__(self) -> None:
        positive("step_size", self.step_size)
        if not 0 <= self.noise < INFINITY:
            raise ValueError(f"noise={self.noise}: at least 0, finite")

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains at `position` (C, *event)."""
        return start(position, energy, with_gradient=True)

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain."""
        xi = normal(state.position, generator)
        x = state.position.add(state.gradient, alpha=-0.5 * self.step_size**2).add(
            xi, alpha=self.noise * self.step_size
        )
        found, gradient = evaluate_with_gradient(energy, x)
        # One number a chain that is finite only if the energy and all of the gradient are
        accepted = (found + gradient.flatten(1).sum(1)).isfinite()
        whole = spread(accepted, x)
        after = State(
            torch.where(whole, x, state.position),
            torch.where(accepted, found, state.energy),
            torch.where(whole, gradient, state.gradient),
        )
        zeros = torch.zeros_like(found)
        return after, Info(x, found, zeros, zeros, accepted, ~accepted, state.gradient)


@dataclass(frozen=True)
class MALA:
    """Metropolis-adjusted Langevin. step_size: ε."""

    step_size: float
    target_acceptance: ClassVar[float] = 0.574

    def __post_init__(self) -> None:
        positive("step_size", self.step_size)

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains at `position` (C, *event)."""
        return start(position, energy, with_gradient=True)

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain: one energy and gradient, at the proposal."""
        xi = normal(state.position, generator)
        x = state.position.add(state.gradient, alpha=-0.5 * self.step_size**2).add(xi, alpha=self.step_size)
        found, gradient = evaluate_with_gradient(energy, x)
        s = (state.gradient + gradient).mul(0.5 * self.step_size)
        correction = xi.sub(s, alpha=0.5).mul(s).flatten(1).sum(1)  # ½|ξ|² − ½|ξ − s|²
        return decide(state, State(x, found, gradient), state.energy - found + correction, generator)
