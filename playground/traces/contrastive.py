"""Contrastive divergence in the plane, step by step: what each step does to the energy, beside what it should do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from ..models.energy import PointEnergy, PointEnergyConfig
from .base import Settings, Trace
from .contrastive_steps import (
    CELLS,
    REACH,
    Adam,
    Grid,
    agreement,
    energies,
    estimated_gradient,
    exact_gradient,
    flat,
    langevin,
    partition,
    put,
)
from .plane_sources import PlaneSource, chosen_source
from .points import MAX_TEXT

Progress = Callable[[float], None]
DATA, HELD_OUT, SHOWN_CHAINS = 512, 1_000, 64
HIDDEN, LAYERS, SPREAD = 48, 2, 1.2  # of the energy that learns; spread: of the bowl below it
NOISE = 1.5  # standard deviation of chains that start from noise; that of the data is 1
LOST = 1e3  # a chain this far out is taken for lost and started anew


class ContrastiveSettings(Settings):
    """A small energy learns a distribution in the plane by gradient descent, its negative phase taken from chains.

    data: what is learnt; points: a drawn set, packed by `pack_points`, where data is "drawn". start: where the chains
    of a step begin: at data points (CD-k, Hinton 2002), from noise (short-run, Nijkamp et al. 2019), or where they
    ended in the step before (persistent: Younes 1999, Tieleman 2008), a share `restart` of them from noise (Du and
    Mordatch 2019); or "none": no negative phase, chains from noise only watch.
    """

    kind: ClassVar[str] = "contrastive"
    data: Literal["moons", "rings", "spiral", "gaussians", "drawn"] = "moons"
    points: str = Field("", max_length=MAX_TEXT)
    start: Literal["data", "noise", "persistent", "none"] = "persistent"
    k: int = Field(20, ge=1, le=60, description="Langevin steps of each chain in one training step")
    step_size: float = Field(0.1, ge=0.01, le=0.5, allow_inf_nan=False, description="ε of a Langevin step")
    rate: float = Field(0.005, ge=0.0005, le=0.05, allow_inf_nan=False, description="learning rate of Adam")
    momentum: float = Field(0.9, ge=0.0, le=0.95, allow_inf_nan=False, description="β₁ of Adam")
    restart: float = Field(0.05, ge=0.0, le=1.0, allow_inf_nan=False, description="share restarted from noise")
    chains: int = Field(128, ge=16, le=256, description="C, chains of the negative phase")
    steps: int = Field(300, ge=10, le=400, description="training steps")


@dataclass(frozen=True)
class ContrastiveTrace(Trace):
    """T training steps, of S shown chains with k Langevin steps each, on a grid of G × G cells; nats throughout.

    Step t = 1 … T leads from the energy E_{t−1} to E_t; index t − 1 along axes of length T belongs to it. source: the
    data set. reach: half a side of the window, which is a square around 0. grid rows go upwards along x₂, columns along
    x₁. layers: names of the layers, then "all". points: (N, 2) float32, training data. held_out: (M, 2) float32.
    energy: (T + 1, G, G) float16, E at the cells' middles. push: (T, G, G) float16, E_t − E_{t−1}. estimated_push,
    exact_push: the same, had this step's estimated or exact gradient moved the weights alone, without the momentum of
    the steps before; with momentum 0, push is estimated_push. shift, estimated_shift, exact_shift: (T,) float64, the
    change of log Z that goes with each: push + shift is the change of −log p, whatever constant E holds. paths:
    (T, S, k + 1, 2) float16, chains from start to end. restarted: (T, S) bool, started from noise in this step.
    lost: (T,) int32, chains, of all C, that ran away: noise took their place. data_energy, model_energy:
    (T + 1,) float64, mean of E_t over the data, and over p_t by quadrature. chain_energy: (T,) float64, mean of E_{t−1}
    over the ends of all C chains. log_z: (T + 1,) float64, by quadrature. nll, held_nll: (T + 1,) float64, mean −log p
    of the data and of the held-out points. kl: (T + 1,) float64, KL(true density ‖ model), by quadrature. entropy: of
    the true density. cosine, length: (T, layers) float32, between the estimated gradient and the exact one, and their
    lengths' ratio. outside: (2,) share of p_0 and p_T beyond the window, of a square three times as wide.
    """

    source: str
    start: str
    reach: float
    layers: tuple[str, ...]
    points: np.ndarray
    held_out: np.ndarray
    energy: np.ndarray
    push: np.ndarray
    estimated_push: np.ndarray
    exact_push: np.ndarray
    shift: np.ndarray
    estimated_shift: np.ndarray
    exact_shift: np.ndarray
    paths: np.ndarray
    restarted: np.ndarray
    lost: np.ndarray
    data_energy: np.ndarray
    chain_energy: np.ndarray
    model_energy: np.ndarray
    log_z: np.ndarray
    nll: np.ndarray
    held_nll: np.ndarray
    kl: np.ndarray
    entropy: float
    cosine: np.ndarray
    length: np.ndarray
    outside: np.ndarray

    @property
    def steps(self) -> int:
        """T."""
        return len(self.push)


@dataclass
class _Rows:
    """What the steps leave behind, by field of the trace."""

    found: dict[str, list[Any]] = field(default_factory=dict)

    def add(self, **values: Any) -> None:
        for name, value in values.items():
            self.found.setdefault(name, []).append(value)

    def stacked(self, **dtypes: Any) -> dict[str, np.ndarray]:
        return {name: np.stack(rows).astype(dtypes.get(name, np.float64)) for name, rows in self.found.items()}


def contrastive(
    settings: ContrastiveSettings, model: None = None, progress: Progress | None = None
) -> ContrastiveTrace:
    """Train from the seed and keep every step. InvalidInput if drawn points are too few or not packed points."""
    source = source_of(settings)
    return Training(settings, source).run(progress)


def source_of(settings: ContrastiveSettings) -> PlaneSource:
    """The distribution that is learnt. InvalidInput as `contrastive`."""
    return chosen_source(settings.data, settings.points)


class Training:
    """One training on one source. Its model belongs to it alone."""

    def __init__(self, settings: ContrastiveSettings, source: PlaneSource):
        self.settings, self.source, self.grid = settings, source, Grid.over()
        self.generator = torch.Generator().manual_seed(settings.seed)
        with torch.random.fork_rng(devices=[]):  # the constructor draws weights that are drawn again below
            self.model = PointEnergy(PointEnergyConfig(HIDDEN, LAYERS, spread=SPREAD))
        self.model.initialise(self.generator)
        self.data = torch.from_numpy(source.sample(DATA, 0)).unsqueeze(1)  # (N, 1, 2)
        self.held = torch.from_numpy(source.sample(HELD_OUT, 1)).unsqueeze(1)
        self.truth = source.log_density(self.grid.points.squeeze(1).numpy())  # (G·G,)
        self.chains = self._noise(settings.chains)  # where the persistent ones stand
        sizes = [sum(p.numel() for p in layer.parameters()) for layer in self.model.layers]
        ends = np.cumsum(sizes)
        self.layers = [slice(int(end - size), int(end)) for size, end in zip(sizes, ends, strict=True)]

    def run(self, progress: Progress | None = None) -> ContrastiveTrace:
        """All steps."""
        rows, steps = _Rows(), self.settings.steps
        optimizer = Adam(self.layers[-1].stop, self.settings.rate, self.settings.momentum)
        weights, energy = flat(self.model.parameters()), energies(self.model, self.grid)
        self._judge(rows, energy)
        outside = [self._outside()]
        for t in range(steps):
            if progress is not None and t % 5 == 0:
                progress(t / steps)
            log_z, shares = partition(energy, self.grid)
            estimated, exact = self.gradients(rows, shares)
            cosine, length = agreement(estimated, exact, self.layers)
            change = optimizer.take(estimated)
            pushes = {
                "exact_push": optimizer.alone(exact),
                "estimated_push": optimizer.alone(estimated),
                "push": change,
            }
            for name, move in pushes.items():  # the one that is made comes last and stays
                put(self.model, weights + move)
                after = energies(self.model, self.grid)
                shift = partition(after, self.grid)[0] - log_z
                rows.add(**{name: self._square(after - energy), name.replace("push", "shift"): shift})
            weights = weights + change
            rows.add(cosine=cosine, length=length)
            energy = after
            self._judge(rows, energy)
        return self._trace(rows, np.array([*outside, self._outside()]))

    def gradients(self, rows: _Rows, shares: Tensor) -> tuple[Tensor, Tensor]:
        """Run the chains of one step, and the estimated and the exact gradient, (P,) each."""
        s, model = self.settings, self.model
        start, fresh = self._starts()
        path = langevin(model, start, s.k, s.step_size, self.generator)  # (k + 1, C, 1, 2)
        ends = path[-1]
        sound = (ends.abs() < LOST).all(2)  # (C, 1), False where not a number
        self.chains = torch.where(sound.unsqueeze(2), ends, self._noise(s.chains))
        with torch.no_grad():
            chain_energy = float(model.energy(self.chains).mean())
        shown = path[:, :SHOWN_CHAINS, 0].transpose(0, 1).nan_to_num(LOST, LOST, -LOST).clamp(-LOST, LOST)
        rows.add(paths=shown.half().numpy(), restarted=fresh[:SHOWN_CHAINS].numpy(), chain_energy=chain_energy)
        rows.add(lost=int((~sound).sum()))
        estimated = estimated_gradient(model, self.data, None if s.start == "none" else self.chains)
        return estimated, exact_gradient(model, self.data, self.grid, shares)

    def _starts(self) -> tuple[Tensor, Tensor]:
        """Where this step's chains begin, (C, 1, 2), and which of them begin from noise, (C,)."""
        s, count = self.settings, self.settings.chains
        if s.start == "data":
            rows = torch.randint(len(self.data), (count,), generator=self.generator)
            return self.data[rows], torch.zeros(count, dtype=torch.bool)
        fresh = torch.ones(count, dtype=torch.bool)
        if s.start == "persistent":
            fresh = torch.rand(count, generator=self.generator) < s.restart
        return torch.where(fresh[:, None, None], self._noise(count), self.chains), fresh

    def _noise(self, count: int) -> Tensor:
        return NOISE * torch.randn(count, 1, 2, generator=self.generator)

    def _judge(self, rows: _Rows, energy: Tensor) -> None:
        """Keep an energy and what it is worth."""
        log_z, shares = partition(energy, self.grid)
        with torch.no_grad():
            data, held = (float(self.model.energy(x).double().mean()) for x in (self.data, self.held))
        truth = np.exp(self.truth) * self.grid.area
        kl = float((truth * (self.truth + energy.double().numpy() + log_z)).sum())
        rows.add(energy=self._square(energy), log_z=log_z, nll=data + log_z, held_nll=held + log_z, kl=kl)
        rows.add(data_energy=data, model_energy=float((shares * energy.double()).sum()))

    def _square(self, values: Tensor) -> np.ndarray:
        """(G·G,) as (G, G) float16; what is too large for it stands at its end."""
        most = float(np.finfo(np.float16).max)
        return values.clamp(-most, most).reshape(CELLS, CELLS).half().numpy()

    def _outside(self) -> float:
        """The share of p beyond the window, of a square three times as wide."""
        wide = Grid.over(3 * REACH, 3 * CELLS)
        _, shares = partition(energies(self.model, wide), wide)
        within = shares.reshape(3 * CELLS, 3 * CELLS)[CELLS : 2 * CELLS, CELLS : 2 * CELLS]
        return 1 - float(within.sum())

    def _trace(self, rows: _Rows, outside: np.ndarray) -> ContrastiveTrace:
        half, kept = np.float16, {"restarted": bool, "lost": np.int32, "cosine": np.float32, "length": np.float32}
        arrays = rows.stacked(energy=half, push=half, estimated_push=half, exact_push=half, paths=half, **kept)
        truth = np.exp(self.truth) * self.grid.area
        names = tuple(f"layer {n + 1}" for n in range(len(self.layers)))
        return ContrastiveTrace(
            source=self.settings.data,
            start=self.settings.start,
            reach=REACH,
            layers=(*names, "all"),
            points=self.data.squeeze(1).numpy(),
            held_out=self.held.squeeze(1).numpy(),
            entropy=-float((truth * self.truth).sum()),
            outside=outside,
            **arrays,
        )
