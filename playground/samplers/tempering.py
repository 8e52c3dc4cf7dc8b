"""Parallel tempering: replicas of the chain at higher temperatures cross the walls and hand their places down.

Replica t targets exp(−β_t E), β_0 = 1 the target itself. After a step of the inner kernel at every β, neighbours
(t, t + 1) propose to swap places, the even and the odd pairs in turn; log ratio (β_t − β_{t+1}) (E_t − E_{t+1}).

1. Geyer (1991). Markov Chain Monte Carlo Maximum Likelihood. Section 3.
2. Earl, Deem (2005). Parallel tempering: Theory, applications, and new perspectives. Equation (3).
3. Okabe et al. (2001). Replica-exchange Monte Carlo method for the isobaric–isothermal ensemble (even and odd pairs).
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

import torch
from torch import Tensor

from .kernel import Energy, Info, Kernel, State
from .parts import checked, evaluate_with_gradient, gradient_of, spread


@dataclass(frozen=True, slots=True)
class TemperedState(State):
    """position, energy, gradient: of the replicas at β = 1, (C, …).

    replicas: the inner kernel's state of all C·T chains, replica t of chain c at c·T + t; its energies are β E.
    parity: which pairs propose next, (0, 1), (2, 3), … or (1, 2), (3, 4), …
    """

    replicas: State | None = None
    parity: int = 0


@dataclass(frozen=True, slots=True)
class TemperedInfo(Info):
    """The inner step of the replica at β = 1, before the swap, and what the swaps did. T temperatures, T − 1 pairs.

    `log_ratio`, `accepted` and the rest speak of the inner step alone: where `swapped[:, 0]`, the chain then went to
    the place of its neighbour.
    replicas: (C, T, *event) after the swaps. replica_energies: (C, T) nats, E and not β E.
    swap_proposed: (T − 1,) bool. swap_log_ratio: (C, T − 1), 0 where none was proposed. swap_uniform: (C, T − 1).
    swapped: (C, T − 1) bool.
    """

    replicas: Tensor | None = None
    replica_energies: Tensor | None = None
    swap_proposed: Tensor | None = None
    swap_log_ratio: Tensor | None = None
    swap_uniform: Tensor | None = None
    swapped: Tensor | None = None

    EVENTS: ClassVar[tuple[str, ...]] = ("proposal", "gradient", "path", "replicas")


class Tempered:
    """β E with β (C·T,), one a chain; passes on the energy's own gradients where it has them."""

    def __init__(self, energy: Energy, beta: Tensor) -> None:
        self.inner, self.beta = energy, beta

    def __call__(self, x: Tensor) -> Tensor:
        """(C·T,) nats."""
        return self.beta * self.inner(x)

    def energy_and_gradient(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """β E and β ∇E."""
        found, gradient = evaluate_with_gradient(self.inner, x)
        return self.beta * found, spread(self.beta, x) * gradient

    def gradient(self, x: Tensor) -> Tensor:
        """β ∇E."""
        return spread(self.beta, x) * gradient_of(self.inner, x)


@dataclass(frozen=True)
class Tempering:
    """kernel: what moves each replica. inverse_temperatures: 1 = β_0 > β_1 > … > 0."""

    kernel: Kernel
    inverse_temperatures: tuple[float, ...]

    def __post_init__(self) -> None:
        betas = tuple(float(beta) for beta in self.inverse_temperatures)
        falling = all(a > b for a, b in pairwise(betas))
        if len(betas) < 2 or betas[0] != 1 or not falling or not betas[-1] > 0:
            raise ValueError(f"inverse_temperatures={betas}: at least two, falling from exactly 1 to above 0")
        object.__setattr__(self, "inverse_temperatures", betas)

    @property
    def step_size(self) -> float:
        """The inner kernel's, shared by all temperatures (AttributeError if it has none)."""
        return self.kernel.step_size

    @property
    def target_acceptance(self) -> float:
        """The inner kernel's; what is measured against it is the acceptance at β = 1."""
        return self.kernel.target_acceptance

    def init(self, position: Tensor, energy: Energy) -> TemperedState:
        """Chains at `position` (C, *event), all T replicas of a chain in the same place."""
        position = checked(position)
        betas = self.betas(position)
        inner = self.kernel.init(
            position.repeat_interleave(len(betas), 0), Tempered(energy, betas.repeat(len(position)))
        )
        return self.cold(inner, len(betas), 0)

    def step(
        self, state: TemperedState, energy: Energy, generator: torch.Generator
    ) -> tuple[TemperedState, TemperedInfo]:
        """One inner step at every temperature, then the swaps."""
        betas, chains, count = self.betas(state.position), len(state.position), len(self.inverse_temperatures)
        every = betas.repeat(chains)
        inner, info = self.kernel.step(state.replicas, Tempered(energy, every), generator)
        energies = (inner.energy / every).view(chains, count)

        proposed = torch.arange(count - 1, device=betas.device) % 2 == state.parity
        uniform = torch.rand(
            (chains, count - 1), generator=generator, device=generator.device, dtype=energies.dtype
        ).to(betas.device)
        log_ratio = (betas[:-1] - betas[1:]) * (energies[:, :-1] - energies[:, 1:])
        log_ratio = torch.where(proposed, log_ratio.nan_to_num(nan=0.0), 0.0)  # two places of density 0 may swap
        swapped = proposed & (uniform.log() < log_ratio)

        # (C, T) from which replica each place is filled: t from t + 1 where the pair above swapped, and back
        source = torch.arange(count, device=betas.device).repeat(chains, 1)
        source[:, :-1] += swapped.long()
        source[:, 1:] -= swapped.long()
        rows = (source + count * torch.arange(chains, device=betas.device).unsqueeze(1)).flatten()
        position, energies = inner.position[rows], energies.flatten()[rows]
        gradient = inner.gradient
        if gradient is not None:
            gradient = gradient[rows] * spread(every / every[rows], gradient)
        moved = State(position, every * energies, gradient)
        after = self.cold(moved, count, 1 - state.parity)
        return after, TemperedInfo(
            info.proposal[::count], info.proposal_energy[::count], info.log_ratio[::count], info.uniform[::count],
            info.accepted[::count], info.diverged[::count],
            None if info.gradient is None else info.gradient[::count],
            None if info.path is None else info.path[::count],
            position.view(chains, count, *position.shape[1:]), energies.view(chains, count),
            proposed, log_ratio, uniform, swapped,
        )  # fmt: skip

    def betas(self, like: Tensor) -> Tensor:
        """(T,) inverse temperatures."""
        return torch.tensor(self.inverse_temperatures, dtype=like.dtype, device=like.device)

    def cold(self, inner: State, count: int, parity: int) -> TemperedState:
        """The state whose position is that of the replicas at β = 1."""
        gradient = None if inner.gradient is None else inner.gradient[::count]
        return TemperedState(inner.position[::count], inner.energy[::count], gradient, inner, parity)


def ladder(count: int, hottest: float) -> tuple[float, ...]:
    """`count` inverse temperatures falling geometrically from 1 to `hottest` (2, section 3.1)."""
    if count < 2 or not 0 < hottest < 1:
        raise ValueError(f"count={count}, hottest={hottest}: at least 2, and between 0 and 1")
    return tuple(hottest ** (t / (count - 1)) for t in range(count))
