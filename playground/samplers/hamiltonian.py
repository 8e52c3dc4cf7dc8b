"""Hamiltonian Monte Carlo: draw a momentum, follow the motion for L leapfrog steps, correct what the steps got wrong.

The energy of the motion is H(x, p) = E(x) + ½|p|²; the log ratio is H before − H after.

1. Duane et al. (1987). Hybrid Monte Carlo.
2. Neal (2011). MCMC Using Hamiltonian Dynamics. Section 2.3 (leapfrog, equations 2.28 to 2.30), 3.2 (the algorithm),
   4.4.3 (acceptance 0.65).
3. Betancourt (2017). A Conceptual Introduction to Hamiltonian Monte Carlo. Section 6.2 (divergences).
"""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from .kernel import Energy, Info, State
from .parts import decide, evaluate_with_gradient, gradient_of, normal, positive, start

WORST_ERROR = 1000.0  # nats of H: above it the integrator has left the motion altogether


def leapfrog(
    energy: Energy, state: State, momentum: Tensor, step_size: float, steps: int, keep_path: bool = False
) -> tuple[State, Tensor, Tensor | None]:
    """Follow Hamilton's equations for `steps` ≥ 1 steps of `step_size` from `state` (its gradient is used).

    Returns the state at the end, its momentum (C, *event), and the path (C, steps + 1, *event) where asked. Costs
    `steps` gradients. Reversible: from the end with the momentum negated it leads back to the start.
    """
    x, gradient, path = state.position, state.gradient, [state.position]
    p = momentum.sub(gradient, alpha=0.5 * step_size)  # (2.28) half a step of the momentum
    for _ in range(steps - 1):
        x = x.add(p, alpha=step_size)  # (2.29) a whole step of the position
        p = p.sub(gradient_of(energy, x), alpha=step_size)  # (2.30) and (2.28) of the next step in one
        if keep_path:
            path.append(x)
    x = x.add(p, alpha=step_size)
    found, gradient = evaluate_with_gradient(energy, x)
    p = p.sub(gradient, alpha=0.5 * step_size)
    return State(x, found, gradient), p, torch.stack([*path, x], 1) if keep_path else None


def kinetic(momentum: Tensor) -> Tensor:
    """½|p|² (C,)."""
    return momentum.square().flatten(1).sum(1).mul(0.5)


@dataclass(frozen=True)
class HMC:
    """Hamiltonian Monte Carlo. step_size: ε. leapfrog: L steps a proposal. keep_path: whether the Info has the way.

    A step costs L gradients: the one where it begins is known. The momentum has unit mass.
    """

    step_size: float
    leapfrog: int
    keep_path: bool = False
    target_acceptance: ClassVar[float] = 0.65

    def __post_init__(self) -> None:
        positive("step_size", self.step_size)
        if self.leapfrog < 1:
            raise ValueError(f"leapfrog={self.leapfrog}: at least 1 step")

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains at `position` (C, *event)."""
        return start(position, energy, with_gradient=True)

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain."""
        p = normal(state.position, generator)
        proposed, q, path = leapfrog(energy, state, p, self.step_size, self.leapfrog, self.keep_path)
        log_ratio = state.energy + kinetic(p) - (proposed.energy + kinetic(q))
        return decide(state, proposed, log_ratio, generator, path, worst=-WORST_ERROR)
