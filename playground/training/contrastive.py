"""Training of energies: data are pulled down, what chains of the model itself reach is pushed up.

    ∇θ (−log p(x)) = ∇θ E(x) − E_{x' ~ p} ∇θ E(x')                                  (Hinton 2002, equation 3)

The expectation has no formula. Persistent contrastive divergence (Younes 1999; Tieleman 2008) keeps a buffer of chains
that go on for a few steps before each update; a few of them start anew from noise, as in Du and Mordatch (2019, section
3.2), so that chains of every age, from noise to thousands of steps, are trained.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ..data import Dataset
from ..samplers.kernel import run
from ..samplers.langevin import ULA
from .loop import Trainer
from .recipe import Recipe

WIDE, CELLS = 6.0, 600  # the quadrature's window, in spreads of the Gaussian below the energy, and its cells a side


@dataclass
class Chains:
    """The buffer: `positions` (N, H, W), and how many steps each chain has made since it started, `ages` (N,)."""

    positions: Tensor
    ages: Tensor


class ContrastiveTrainer(Trainer):
    """A trainer whose negative phase is made by chains of the model; what a recipe's `chain` says is how they run."""

    def __init__(self, recipe: Recipe, dataset: Dataset, device: str = "cpu", seed: int = 0):
        super().__init__(recipe, dataset, device, seed)
        self.points = self.model.event_shape == (1, 2)
        count = recipe.chain.count
        self.chains = Chains(self.fresh(count), torch.zeros(count, dtype=torch.long))

    def fresh(self, count: int) -> Tensor:
        """(count, H, W) starting points: uniform noise for pictures, the Gaussian below the energy for points."""
        shape = (count, *self.model.event_shape)
        if self.points:
            return (torch.randn(shape, generator=self.generator) * self.model.config.spread).to(self.device)
        return torch.rand(shape, generator=self.generator).to(self.device)

    def batch(self) -> Tensor:
        """(batch, H, W): data with the noise that the model's configuration names."""
        x = super().batch()
        noise = torch.randn(x.shape, generator=self.generator).to(self.device)
        return x + self.model.config.noise * noise

    def loss(self, x: Tensor) -> Tensor:
        """Mean energy of the data (B, H, W) minus that of as many chains; its gradient is that of the mean NLL."""
        chain = self.recipe.chain
        rows = torch.randperm(chain.count, generator=self.generator)[: len(x)]
        anew = rows[torch.rand(len(rows), generator=self.generator) < chain.restart]
        self.chains.positions[anew] = self.fresh(len(anew))
        self.chains.ages[anew] = 0
        moved = walk(self.model.energy, self.chains.positions[rows], chain.steps, chain.step_size, self.generator)
        self.chains.positions[rows] = moved
        self.chains.ages[rows] += chain.steps
        data, dreams = self.model.energy(torch.cat([x, moved])).chunk(2)
        return data.mean() - dreams.mean()

    def validation_nll(self) -> float:
        """Of points, the NLL in nats, with Z by quadrature. Of pictures, whose Z is not known: mean E of the chains
        minus mean E of held-out data, in nats, 0 when they agree."""
        noise = torch.randn(self.valid.shape, generator=torch.Generator().manual_seed(0))
        held = self.valid + self.model.config.noise * noise
        if self.points:
            with torch.inference_mode():
                return float(self.average.energy(held.to(self.device)).mean()) + log_partition_by_quadrature(
                    self.average
                )
        with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            means = [
                torch.cat([self.average.energy(chunk.to(self.device)) for chunk in rows.split(250)]).mean().item()
                for rows in (self.chains.positions[: len(held)], held)
            ]
        return means[0] - means[1]

    def validate(self) -> None:
        """Of pictures, the averaged weights of now are kept: a gap says whether chains and data agree, not how well."""
        if not self.points:
            self.progress.best = float("inf")
        super().validate()

    def state_dict(self) -> dict:
        """Everything that `load` needs to go on, the chains among it."""
        return super().state_dict() | {"chains": {"positions": self.chains.positions, "ages": self.chains.ages}}

    def load(self, state: dict) -> None:
        """Go on from a saved state. Raises ValueError if it belongs to another recipe or size."""
        super().load(state)
        found = Chains(**state["chains"])
        if found.positions.shape != self.chains.positions.shape:
            raise ValueError(
                f"the saved chains are {tuple(found.positions.shape)}, not {tuple(self.chains.positions.shape)}"
            )
        self.chains = found


@torch.inference_mode()
def log_partition_by_quadrature(model: nn.Module) -> float:
    """log Z of an energy of points, by the midpoint rule on CELLS² cells of a window WIDE spreads to each side."""
    edge = WIDE * model.config.spread
    middles = (torch.arange(CELLS, dtype=torch.float64) + 0.5) / CELLS * 2 * edge - edge
    grid = torch.cartesian_prod(middles, middles).float()
    device = next(model.parameters()).device
    logs = torch.cat([-model.energy(chunk.to(device)).double().cpu() for chunk in grid.split(60_000)])
    return float(logs.logsumexp(0)) + 2 * math.log(2 * edge / CELLS)


def walk(
    energy: Callable[[Tensor], Tensor], x: Tensor, steps: int, step_size: float, generator: torch.Generator
) -> Tensor:
    """(B, H, W): where chains of unadjusted Langevin at x are after so many steps. Weights get no gradient."""
    return run(ULA(step_size), energy, x, steps, generator, keep="scalars").state.position.detach()
