"""Gibbs sampling: draw some coordinates from their distribution given all others. Nothing is ever rejected.

1. Geman, Geman (1984). Stochastic Relaxation, Gibbs Distributions, and the Bayesian Restoration of Images.
2. Ritter, Tanner (1992). Facilitating the Gibbs Sampler: The Gibbs Stopper and the Griddy-Gibbs Sampler. Section 2.
3. Hinton (2002). Training Products of Experts by Minimizing Contrastive Divergence (an RBM's layers in turn).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from .kernel import Energy, Info, State
from .parts import checked, evaluate, start, uniforms


@dataclass(frozen=True, slots=True)
class GridState(State):
    """coordinate: the flat number of the coordinate that the next step draws."""

    coordinate: int = 0


@dataclass(frozen=True, slots=True)
class GridInfo(Info):
    """coordinate: the one that was drawn. conditional: (C, G) probabilities of its cells, None unless asked."""

    coordinate: int = 0
    conditional: Tensor | None = None

    EVENTS: ClassVar[tuple[str, ...]] = ("proposal", "gradient", "path", "conditional")


@dataclass(frozen=True)
class GridGibbs:
    """One coordinate a step, in turn, drawn from its conditional tabulated on G cells (the griddy Gibbs sampler, 2).

    low, high: the window, one number a coordinate of the flattened event. cells: G. The cell whose cumulative
    probability exceeds the step's uniform number is drawn; with `inside` the position in it is uniform, decided by what
    is left of the same number, otherwise it is the cell's centre, and the chain is an exact Gibbs sampler of the
    distribution over the grid. keep_conditional: whether the Info has the table.

    What the target has outside the window is never visited. A chain for which every cell has density 0 stays, marked
    as diverged.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    cells: int = 256
    inside: bool = True
    keep_conditional: bool = False

    def __post_init__(self) -> None:
        if len(self.low) != len(self.high) or not all(a < b for a, b in zip(self.low, self.high, strict=True)):
            raise ValueError(f"low={self.low}, high={self.high}: one low and one greater high for each coordinate")
        if self.cells < 2:
            raise ValueError(f"cells={self.cells}: at least 2")

    def init(self, position: Tensor, energy: Energy) -> GridState:
        """The state of chains at `position` (C, *event), whose event has one coordinate for each bound."""
        position = checked(position)
        if position[0].numel() != len(self.low):
            raise ValueError(f"an event has {position[0].numel()} coordinates, the window {len(self.low)}")
        return GridState(position, start(position, energy, with_gradient=False).energy)

    def centres(self, coordinate: int, like: Tensor) -> Tensor:
        """(G,) the middles of the cells of one coordinate."""
        numbers = torch.arange(self.cells, dtype=like.dtype, device=like.device)
        return self.low[coordinate] + self.width(coordinate) * (numbers + 0.5)

    def width(self, coordinate: int) -> float:
        """The width of a cell."""
        return (self.high[coordinate] - self.low[coordinate]) / self.cells

    def conditional(self, position: Tensor, energy: Energy, coordinate: int) -> Tensor:
        """(C, G) probabilities of the cells given all other coordinates; zeros where all cells have density 0."""
        points = position.flatten(1).repeat_interleave(self.cells, 0)  # (C·G, D)
        points[:, coordinate] = self.centres(coordinate, position).repeat(len(position))
        table = evaluate(energy, points.view(-1, *position.shape[1:])).view(len(position), self.cells)
        return table.neg().softmax(1).nan_to_num(nan=0.0)

    def step(self, state: GridState, energy: Energy, generator: torch.Generator) -> tuple[GridState, GridInfo]:
        """One coordinate of every chain."""
        k = state.coordinate
        table = self.conditional(state.position, energy, k)
        uniform = uniforms(state.position, generator)
        cumulative = table.double().cumsum(1)
        level = uniform.double() * cumulative[:, -1]
        cell = torch.searchsorted(cumulative, level.unsqueeze(1), right=True).clamp(max=self.cells - 1)  # (C, 1)
        within = torch.full_like(level, 0.5)
        if self.inside:
            mass = table.gather(1, cell).squeeze(1)
            below = cumulative.gather(1, cell).squeeze(1) - mass
            within = ((level - below) / mass).clamp(0, 1).nan_to_num(nan=0.5)
        drawn = self.low[k] + self.width(k) * (cell.squeeze(1) + within)
        possible = cumulative[:, -1] > 0
        flat = state.position.flatten(1).clone()
        flat[:, k] = torch.where(possible, drawn.to(flat.dtype), flat[:, k])
        position = flat.view_as(state.position)
        found = evaluate(energy, position)
        info = GridInfo(
            position, found, torch.zeros_like(found), uniform, possible, ~possible,
            coordinate=k, conditional=table if self.keep_conditional else None,
        )  # fmt: skip
        return GridState(position, found, None, (k + 1) % len(self.low)), info


@dataclass(frozen=True, slots=True)
class BlockInfo(Info):
    """v → h → v′. hidden: (C, *hidden) 0/1. hidden_probability, hidden_uniform: (C, *hidden), h = 1 where u < p.

    visible_probability, visible_uniform: (C, *event), v′ = 1 where u < p.
    """

    hidden: Tensor | None = None
    hidden_probability: Tensor | None = None
    hidden_uniform: Tensor | None = None
    visible_probability: Tensor | None = None
    visible_uniform: Tensor | None = None

    EVENTS: ClassVar[tuple[str, ...]] = (
        "proposal", "gradient", "path",
        "hidden", "hidden_probability", "hidden_uniform", "visible_probability", "visible_uniform",
    )  # fmt: skip


@dataclass(frozen=True)
class BlockGibbs:
    """Two layers of 0/1 units in turn, each independent given the other: a Bernoulli RBM back and forth (3).

    hidden_given: v (C, *event) → probabilities (C, *hidden). visible_given: h (C, *hidden) → (C, *event). The energy is
    only reported (an RBM's is its free energy F(v)); the draws do not need it.
    """

    hidden_given: Callable[[Tensor], Tensor]
    visible_given: Callable[[Tensor], Tensor]

    def init(self, position: Tensor, energy: Energy) -> State:
        """The state of chains whose visible units are `position` (C, *event), 0/1 as floats."""
        return start(position, energy, with_gradient=False)

    @torch.no_grad()
    def step(self, state: State, energy: Energy, generator: torch.Generator) -> tuple[State, BlockInfo]:
        """Once back and forth."""
        hidden_probability = self.hidden_given(state.position)
        hidden, hidden_uniform = bernoulli(hidden_probability, generator)
        visible_probability = self.visible_given(hidden)
        visible, visible_uniform = bernoulli(visible_probability, generator)
        found = evaluate(energy, visible)
        zeros, always = torch.zeros_like(found), torch.ones_like(found, dtype=torch.bool)
        return State(visible, found), BlockInfo(
            visible, found, zeros, zeros, always, ~always, None, None,
            hidden, hidden_probability, hidden_uniform, visible_probability, visible_uniform,
        )  # fmt: skip


def bernoulli(probability: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """0/1 draws as floats, and the uniform numbers that made them: 1 where u < p."""
    uniform = torch.rand(probability.shape, generator=generator, device=generator.device, dtype=probability.dtype).to(
        probability.device
    )
    return (uniform < probability).to(probability.dtype), uniform
