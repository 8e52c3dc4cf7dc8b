"""A small RBM learning a world that can be listed: its whole distribution, log Z counted, and log Z estimated."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from .. import worlds
from ..errors import InvalidInput
from ..models.rbm import RBM, RBMConfig, base_rates, coins
from ..samplers import ais
from .base import Settings
from .world_training import SAMPLES, SmallWorldTrace, drawn, listed, recorded_steps

GRADIENTS = ("exact", "cd", "pcd")
FRAMES = 61  # recorded steps at most
CHAINS = 200  # persistent ones, and samples of the negative phase of CD
SPREAD = 0.3  # of the first weights: much smaller ones stay alike for hundreds of steps
MOST_WORK = 2**31  # states × hidden units × steps of an exact gradient


class RbmWorldSettings(Settings):
    """An RBM that is trained on a small world from its first step on, by plain gradient ascent on log p.

    gradient: what estimates the model's half of it: "exact" (all states), "cd" (k sweeps from the data, Hinton 2002)
    or "pcd" (k sweeps of chains that go on from step to step, Tieleman 2008). runs, betas: of the annealed importance
    sampling that estimates log Z at each recorded step. patterns: of the drawn world, packed.
    """

    kind: ClassVar[str] = "rbm-world"
    world: Literal[worlds.NAMES] = Field("bars-and-stripes", description="what is to be learned")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    patterns: str = Field("", max_length=400, description="of the drawn world, packed")
    hidden: int = Field(8, ge=1, le=16, description="hidden units")
    gradient: Literal[GRADIENTS] = Field("cd", description="the model's half of the gradient")
    k: int = Field(1, ge=1, le=50, description="Gibbs sweeps of the negative phase")
    rate: float = Field(0.2, ge=0.01, le=2.0, description="learning rate")
    steps: int = Field(2_000, ge=50, le=5_000, description="steps of the training")
    runs: int = Field(25, ge=2, le=200, description="annealings of each estimate of log Z")
    betas: int = Field(20, ge=2, le=500, description="values of β of each annealing")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    def truth(self) -> worlds.World:
        """The world. InvalidInput if its patterns cannot be read or its exact gradient takes too long."""
        found = worlds.world(self.world, self.shape, self.patterns)
        if self.gradient == "exact" and found.probabilities.size * self.hidden * self.steps > MOST_WORK:
            most = MOST_WORK // (found.probabilities.size * self.hidden)
            raise InvalidInput(
                f"steps={self.steps} is not allowed: exact gradients over {found.probabilities.size:,} states and "
                f"{self.hidden} hidden units take too long; at most {most}, or choose cd or pcd"
            )
        return found


@dataclass(frozen=True)
class RbmWorldTrace(SmallWorldTrace):
    """As `SmallWorldTrace` (one member), of an RBM. R recorded steps.

    log_partition: (R,) float64, log Z counted over all states. estimated, error: (R,) float64, log Z by annealed
    importance sampling and its standard error, nats. effective: (R,) float64, effective sample size of the annealings'
    weights. agreement: (R,) float64, cosine between the gradient that training uses at this step and the exact one.
    weight: (R, U, D) float32, the filters. free: (R, K) float32, F(v) of the listed states, nats.
    """

    log_partition: np.ndarray
    estimated: np.ndarray
    error: np.ndarray
    effective: np.ndarray
    agreement: np.ndarray
    weight: np.ndarray
    free: np.ndarray


class _Training:
    """The machine, its chains, and the truth."""

    def __init__(self, settings: RbmWorldSettings) -> None:
        self.settings, self.truth = settings, settings.truth()
        self.generator = torch.Generator().manual_seed(settings.seed)
        with torch.random.fork_rng(devices=[]):  # the constructor draws weights that are drawn again below
            self.model = RBM(RBMConfig(settings.height, settings.width, settings.hidden)).requires_grad_(False)
        self.model.weight.copy_(torch.randn(self.model.weight.shape, generator=self.generator) * SPREAD)
        self.states = torch.from_numpy(self.truth.states.reshape(len(self.truth.states), -1).astype(np.float32))
        self.share = torch.tensor(self.truth.probabilities, dtype=torch.float32)
        possible = torch.from_numpy(self.truth.support)
        self.images, self.weights = self.states[possible], self.share[possible]
        self.chains = coins(torch.full((CHAINS, self.states.shape[1]), 0.5), self.generator)

    def sweep(self, v: Tensor) -> Tensor:
        """k Gibbs sweeps of chains (C, D)."""
        for _ in range(self.settings.k):
            h = coins(self.model.hidden_given(v), self.generator)
            v = coins(self.model.visible_given(h).flatten(1), self.generator)
        return v

    def positive(self) -> tuple[Tensor, ...]:
        """The data's half, exact: averages over the world."""
        return self.model.statistics(self.images, self.weights)

    def exact(self) -> tuple[Tensor, ...]:
        """The model's half over all states."""
        return self.model.statistics(self.states, (-self.model.energy(self.states)).softmax(0))

    def negative(self) -> tuple[Tensor, ...]:
        """The model's half as training has it."""
        if self.settings.gradient == "exact":
            return self.exact()
        if self.settings.gradient == "cd":
            rows = torch.multinomial(self.weights, CHAINS, replacement=True, generator=self.generator)
            return self.model.statistics(self.sweep(self.images[rows]))
        self.chains = self.sweep(self.chains)
        return self.model.statistics(self.chains)

    def step(self) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
        """One step uphill; returns the data's half and the model's half that it took."""
        up, down = self.positive(), self.negative()
        model = self.model
        for parameter, plus, minus in zip((model.weight, model.visible_bias, model.hidden_bias), up, down, strict=True):
            parameter.add_(plus - minus, alpha=self.settings.rate)
        return up, down


def teach(
    settings: RbmWorldSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> RbmWorldTrace:
    """Train, and look at all states and both log Z along the way. InvalidInput where the world cannot be made."""
    training = _Training(settings)
    look = _Look(training)
    stops = recorded_steps(settings.steps, FRAMES)
    for step in range(settings.steps + 1):
        recorded = step in stops
        if recorded:
            look()
            if progress is not None:
                progress(step / (settings.steps + 1))
        exact = training.exact() if recorded else None
        halves = training.step() if step < settings.steps else (training.positive(), training.negative())
        if exact is not None:
            look.agree(*halves, exact)
    return look.trace(stops)


class _Look:
    """What is written down at a recorded step."""

    def __init__(self, training: _Training) -> None:
        self.of, self.truth = training, training.truth
        self.annealing = torch.Generator().manual_seed(training.settings.seed)  # its own: AIS never changes a training
        uniform = torch.rand(SAMPLES, generator=torch.Generator().manual_seed(training.settings.seed))
        self.uniform = uniform.double().numpy()
        self.base = base_rates((training.share[:, None] * training.states).sum(0)[None].expand(1000, -1))
        self.betas = ais.schedule(training.settings.betas)
        self.rows: dict[str, list] = {name: [] for name in ("log_q", "numbers", "log_z", "samples", "mean", "weight")}
        self.agreement: list[float] = []

    def __call__(self) -> None:
        model, truth, settings = self.of.model, self.truth, self.of.settings
        free = model.double().energy(self.of.states.double()).numpy()
        model.float()
        log_z = float(torch.from_numpy(-free).logsumexp(0))
        log_q = -free - log_z
        q = np.exp(log_q)
        log_density, transition, start, at_zero = model.annealed(self.base)
        begun = start(settings.runs, self.annealing)
        found = ais.estimate(log_density, transition, begun, at_zero, self.betas, self.annealing)
        self.rows["log_q"].append(log_q)
        self.rows["numbers"].append(
            (
                worlds.expected_nll(truth, log_q),
                worlds.kl_divergence(truth, log_q),
                q.sum(),
                q[truth.probabilities == 0].sum(),
            )
        )
        self.rows["log_z"].append((log_z, found.log_partition, found.standard_error, found.effective))
        self.rows["samples"].append(drawn(q, self.uniform))
        self.rows["mean"].append(np.tensordot(q, truth.states.astype(np.float64), 1))
        self.rows["weight"].append(model.weight.numpy().copy())

    def agree(self, up: tuple[Tensor, ...], down: tuple[Tensor, ...], exact: tuple[Tensor, ...]) -> None:
        """The cosine between the gradient taken and the exact one, over all parameters."""
        taken, true = (torch.cat([(a - b).flatten() for a, b in zip(up, half, strict=True)]) for half in (down, exact))
        self.agreement.append(torch.nn.functional.cosine_similarity(taken, true, dim=0).item())

    def trace(self, steps: np.ndarray) -> RbmWorldTrace:
        """Everything that was written down."""
        rows, truth, settings = self.rows, self.truth, self.of.settings
        log_q = np.stack(rows["log_q"])  # (R, states)
        p, shown = truth.probabilities, listed(truth, log_q.max(0))
        nll, kl, total, forbidden = np.array(rows["numbers"]).T.copy()
        log_z, estimated, error, effective = np.array(rows["log_z"]).T.copy()
        parameters = sum(weights.numel() for weights in self.of.model.parameters())
        return RbmWorldTrace(
            settings.world,
            "rbm",
            truth.shape,
            truth.entropy,
            parameters,
            steps,
            nll,
            kl,
            total,
            forbidden,
            kl[:, None].copy(),
            truth.probabilities,
            np.exp(log_q[-1]),
            shown,
            np.exp(log_q[:, shown]).astype(np.float32),
            np.array(rows["samples"], np.int32),
            np.array(rows["mean"], np.float32),
            np.tensordot(p, truth.states.astype(np.float64), 1).astype(np.float32),
            log_z,
            estimated,
            error,
            effective,
            np.array(self.agreement),
            np.stack(rows["weight"]),
            -(log_q[:, shown] + log_z[:, None]).astype(np.float32),
        )
