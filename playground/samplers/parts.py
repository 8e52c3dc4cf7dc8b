"""What the kernels are made of: finite energies and gradients, random numbers, the verdict."""

import math

import torch
from torch import Tensor

from .kernel import Energy, Info, State

INFINITY = math.inf


def checked(position: Tensor) -> Tensor:
    """A copy of the starting position, or a ValueError that names what is wrong with it."""
    if position.ndim < 1 or not len(position) or not position.is_floating_point():
        raise ValueError(f"position is {position.dtype} {tuple(position.shape)}: floating, (C, *event), C at least 1")
    if not position.isfinite().all():
        raise ValueError("position holds values that are not finite: chains start at finite numbers")
    return position.detach().clone()


def positive(name: str, value: float) -> None:
    """Refuse what is not a positive, finite number."""
    if not 0 < value < INFINITY:
        raise ValueError(f"{name}={value}: a positive, finite number")


def evaluate(energy: Energy, position: Tensor) -> Tensor:
    """E (C,) alone, no graph kept; what is not finite is +∞."""
    with torch.no_grad():
        return cleaned(energy(position))


def evaluate_with_gradient(energy: Energy, position: Tensor) -> tuple[Tensor, Tensor]:
    """E (C,), +∞ where it is not finite, and ∇E (C, *event), from one pass, whether gradients are enabled or not."""
    if (fast := getattr(energy, "energy_and_gradient", None)) is not None:
        found, gradient = fast(position)
        return cleaned(found), gradient
    with torch.enable_grad():
        x = position.detach().requires_grad_()
        found = energy(x)
        if not found.requires_grad:  # a constant
            return cleaned(found), torch.zeros_like(position)
        (gradient,) = torch.autograd.grad(found, x, torch.ones_like(found), allow_unused=True)
    return cleaned(found.detach()), torch.zeros_like(position) if gradient is None else gradient


def gradient_of(energy: Energy, position: Tensor) -> Tensor:
    """∇E (C, *event) alone."""
    if (fast := getattr(energy, "gradient", None)) is not None:
        return fast(position)
    return evaluate_with_gradient(energy, position)[1]


def cleaned(energy: Tensor) -> Tensor:
    """Energies with everything that is not finite set to +∞: of density 0, and never accepted."""
    return energy.nan_to_num(nan=INFINITY, posinf=INFINITY, neginf=INFINITY)


def start(position: Tensor, energy: Energy, with_gradient: bool) -> State:
    """The first state; a gradient that is not finite begins as 0, so that noise alone can carry the chain away."""
    position = checked(position)
    found, gradient = evaluate_with_gradient(energy, position) if with_gradient else (evaluate(energy, position), None)
    if found.shape != position.shape[:1]:
        raise ValueError(f"the energy of {tuple(position.shape)} has shape {tuple(found.shape)}, not (C,)")
    if gradient is not None:
        gradient = torch.where(spread(gradient.flatten(1).isfinite().all(1), gradient), gradient, 0.0)
    return State(position, found, gradient)


def normal(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal numbers of the shape of `like`, drawn on the generator's device."""
    return torch.randn(like.shape, generator=generator, device=generator.device, dtype=like.dtype).to(like.device)


def uniforms(like: Tensor, generator: torch.Generator) -> Tensor:
    """(C,) uniform numbers in [0, 1), one a chain, drawn on the generator's device."""
    return torch.rand(len(like), generator=generator, device=generator.device, dtype=like.dtype).to(like.device)


def spread(flags: Tensor, like: Tensor) -> Tensor:
    """(C,) → (C, 1, …, 1), to select whole events of `like`."""
    return flags.view(-1, *(1,) * (like.ndim - 1))


def decide(
    state: State,
    proposed: State,
    log_ratio: Tensor,
    generator: torch.Generator,
    path: Tensor | None = None,
    worst: float = -INFINITY,
) -> tuple[State, Info]:
    """Accept with probability min(1, exp(log_ratio)), chain by chain: the end of every Metropolis–Hastings step.

    worst: a log ratio at or below it is a divergence, and so is one that is undefined.
    """
    uniform = uniforms(state.position, generator)
    log_ratio = log_ratio.nan_to_num(nan=-INFINITY, posinf=INFINITY, neginf=-INFINITY)
    diverged = log_ratio <= worst
    accepted = (uniform.log() < log_ratio) & ~diverged  # u may be 0
    whole = spread(accepted, state.position)
    after = State(
        torch.where(whole, proposed.position, state.position),
        torch.where(accepted, proposed.energy, state.energy),
        None if state.gradient is None else torch.where(whole, proposed.gradient, state.gradient),
    )
    return after, Info(proposed.position, proposed.energy, log_ratio, uniform, accepted, diverged, state.gradient, path)
