"""Markov chain Monte Carlo: what every kernel shares, and the one runner that stacks any kernel's history.

The target is p(x) ∝ exp(−E(x)) with an energy E that anybody may write: (C, *event) → (C,), C chains at once. A kernel
is a frozen dataclass of settings with

    init(position, energy) → State        step(state, energy, generator) → (State, Info)

and its Info keeps what a picture needs, the proposal also where it was rejected. Nothing given is ever written to, and
all randomness comes from `generator`.

What is not finite never becomes a position: a proposal with a NaN or infinite energy (or gradient, where one is used)
is rejected and marked as diverged. A chain that *starts* where the energy is not finite has energy +∞ and takes the
first finite proposal.

An energy may carry two methods that spare it automatic differentiation, which in the plane costs more than the energy:
`energy_and_gradient(x)` → ((C,), (C, *event)) and `gradient(x)` → (C, *event).

Robert, Casella (2004). Monte Carlo Statistical Methods. Section 7.3 (Metropolis–Hastings, algorithm A.24).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Literal, Protocol

import torch
from torch import Tensor

from .adapt import DualAveraging

Energy = Callable[[Tensor], Tensor]
Keep = Literal["all", "positions", "scalars"]
REPORTS = 50  # how often a run reports its progress


@dataclass(frozen=True, slots=True)
class State:
    """Where the chains are. position: (C, *event). energy: (C,) nats. gradient: ∇E (C, *event), or None if unused."""

    position: Tensor
    energy: Tensor
    gradient: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """What happened in one step. C chains; stacked by `run`, every field has a first axis of S steps.

    proposal: (C, *event), kept even when it was rejected; it may be non-finite where `diverged`.
    proposal_energy: (C,) nats, +∞ where it is not finite.
    log_ratio: (C,) log of the acceptance ratio before min(0, ·); 0 where the kernel never rejects, −∞ where undefined.
    uniform: (C,) in [0, 1); the proposal is accepted when log u < log_ratio. 0 where the kernel never rejects.
    accepted: (C,) bool. diverged: (C,) bool, not finite (HMC: or an energy error above 1000 nats).
    gradient: ∇E (C, *event) where the step *began*, which is what pushed the proposal; None if unused.
    path: (C, L+1, *event) the leapfrog positions from start to proposal; None if there are none or they were not asked.
    """

    EVENTS: ClassVar[tuple[str, ...]] = ("proposal", "gradient", "path")  # as large as an event: see `run`'s keep

    proposal: Tensor
    proposal_energy: Tensor
    log_ratio: Tensor
    uniform: Tensor
    accepted: Tensor
    diverged: Tensor
    gradient: Tensor | None = None
    path: Tensor | None = None


class Kernel(Protocol):
    """What `run` needs. A kernel with `step_size` and `target_acceptance` can have its step size adapted."""

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains that stand at `position` (C, *event)."""

    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, Info]:
        """One step of every chain."""


@dataclass(frozen=True)
class History:
    """What a run did. S = warmup + steps.

    positions: (K, C, *event) after step number `kept_steps[k]`, the start being number 0; all S + 1 unless `keep` or
        `every` said otherwise. kept_steps: (K,) int64.
    energies: (S + 1, C) nats at all positions, kept or not.
    info: the steps' Info, stacked (S, C, …); what `keep` left out is None.
    step_sizes: (S,) float64, the step size of each step (NaN for a kernel without one).
    warmup: the first so many steps were warm-up: the step size changed, and they are no draws from the target.
    kernel: the kernel as it stood after the warm-up. state: the last State, from which another run can go on.
    """

    positions: Tensor
    kept_steps: Tensor
    energies: Tensor
    info: Info
    step_sizes: Tensor
    warmup: int
    kernel: Kernel
    state: State


def run(
    kernel: Kernel,
    energy: Energy,
    position: Tensor,
    steps: int,
    generator: torch.Generator,
    warmup: int = 0,
    keep: Keep = "all",
    every: int = 1,
    progress: Callable[[float], None] | None = None,
) -> History:
    """`warmup` steps in which the step size is adapted, then `steps` steps with the step size it has settled on.

    position: (C, *event), floating. keep: "all"; "positions" leaves proposals, gradients and paths out; "scalars" keeps
    the first and the last position only. every: keep each so-manieth position (and always the last). progress: called
    about 50 times with the share done; it may raise to cancel.

    A kernel without a step size or a rate of acceptance (Gibbs, unadjusted Langevin) is not adapted in its warm-up.
    ValueError names a wrong argument.
    """
    if steps < 0 or warmup < 0 or every < 1:
        raise ValueError(f"steps={steps}, warmup={warmup}, every={every}: at least 0, 0 and 1")
    if keep not in ("all", "positions", "scalars"):
        raise ValueError(f"keep={keep!r}: 'all', 'positions' or 'scalars'")
    total = warmup + steps
    adapting = warmup > 0 and hasattr(kernel, "step_size") and hasattr(kernel, "target_acceptance")
    adapted = DualAveraging.start(kernel.step_size, kernel.target_acceptance) if adapting else None
    stride = max(1, total) if keep == "scalars" else every
    state = kernel.init(position, energy)
    positions, kept_steps, energies, infos, sizes = [state.position], [0], [state.energy], [], []
    for number in range(1, total + 1):
        sizes.append(getattr(kernel, "step_size", math.nan))
        state, info = kernel.step(state, energy, generator)
        energies.append(state.energy)
        if number % stride == 0 or number == total:
            positions.append(state.position)
            kept_steps.append(number)
        infos.append(info if keep == "all" else without_events(info))
        if adapted is not None and number <= warmup:
            adapted = adapted.update(info.log_ratio.clamp(max=0).exp().mean().item())
            kernel = with_step_size(kernel, adapted.final if number == warmup else adapted.step_size)
        if progress is not None and number % max(1, total // REPORTS) == 0:
            progress(number / total)
    return History(
        positions=torch.stack(positions),
        kept_steps=torch.tensor(kept_steps),
        energies=torch.stack(energies),
        info=stacked(infos) if infos else None,
        step_sizes=torch.tensor(sizes, dtype=torch.float64),
        warmup=warmup,
        kernel=kernel,
        state=state,
    )


def with_step_size(kernel: Kernel, step_size: float) -> Kernel:
    """The same kernel with another step size, given to the kernel inside where there is one (tempering)."""
    if hasattr(kernel, "kernel"):
        return replace(kernel, kernel=with_step_size(kernel.kernel, step_size))
    return replace(kernel, step_size=step_size)


def without_events(info: Info) -> Info:
    """`info` without the fields that are as large as an event: what is None takes no memory."""
    return replace(info, **dict.fromkeys(info.EVENTS))


def stacked(infos: list[Info]) -> Info:
    """One Info whose fields have a first axis of steps: tensors stacked, numbers made a tensor, None kept."""
    columns = {}
    for field in fields(infos[0]):
        values = [getattr(info, field.name) for info in infos]
        if values[0] is None:
            columns[field.name] = None
        else:
            columns[field.name] = torch.stack(values) if isinstance(values[0], Tensor) else torch.tensor(values)
    return type(infos[0])(**columns)
