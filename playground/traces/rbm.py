"""Traces of a restricted Boltzmann machine: Gibbs back and forth between its two sides, and its log Z by annealing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.rbm import RBM
from ..samplers import ais
from ..samplers.gibbs import BlockGibbs, bernoulli
from .base import ModelSettings, Trace, unpack_picture

Progress = Callable[[float], None]
STARTS = ("noise", "drawing", "clamped")
EDGE = 4.0  # how much the annealing's β is bent towards its ends


class RbmSettings(ModelSettings):
    """Chains of Gibbs sweeps between visible and hidden units.

    start: "noise" (every pixel a fair coin), "drawing" (all chains begin at `picture`) or "clamped" (the pixels of
    `keep` stay what `picture` says for ever, the others begin as coins). picture, keep: packed by `pack_picture`, ""
    for none. sweeps: how many are recorded; every: sweeps from one recorded to the next.
    """

    kind: ClassVar[str] = "rbm"
    start: Literal[STARTS] = Field("noise", description="where the chains begin")
    picture: str = Field("", max_length=6_000, description="the drawing, packed")
    keep: str = Field("", max_length=6_000, description="the clamped pixels, packed")
    chains: int = Field(8, ge=1, le=16, description="chains side by side")
    sweeps: int = Field(100, ge=1, le=120, description="recorded sweeps: v to h to v")
    every: int = Field(1, ge=1, le=100, description="sweeps from one recorded to the next")


class AisSettings(ModelSettings):
    """Annealed importance sampling of an RBM's log Z: `runs` annealings over `betas` values of β."""

    kind: ClassVar[str] = "ais"
    runs: int = Field(64, ge=2, le=256, description="independent annealings")
    betas: int = Field(1_000, ge=10, le=10_000, description="values of β from 0 to 1")


@dataclass(frozen=True)
class RbmTrace(Trace):
    """C chains, S recorded sweeps, D = H·W visible units, U hidden units.

    checkpoint: its name. shape: (H, W). every: sweeps from one recorded to the next.
    keep: (H, W) bool, pixels that no sweep changes. weight: (U, D) float32. visible_bias: (D,), hidden_bias: (U,).
    visible: (C, S+1, D) uint8, the drawn v, the start first. inputs: (C, S, U) float32, c + W v of each recorded v but
    the last. hidden: (C, S, U) uint8, the h drawn from them. probabilities: (C, S, D) float32, p(v = 1 | h) that the
    next v is drawn from (with every > 1: h of the sweep just before it). free_energy: (C, S+1) float64, F(v) in nats,
    where −F(v) = log p(v) + log Z.
    """

    checkpoint: str
    shape: tuple[int, int]
    every: int
    keep: np.ndarray
    weight: np.ndarray
    visible_bias: np.ndarray
    hidden_bias: np.ndarray
    visible: np.ndarray
    inputs: np.ndarray
    hidden: np.ndarray
    probabilities: np.ndarray
    free_energy: np.ndarray

    def pictures(self, sweep: int = -1) -> np.ndarray:
        """(C, H, W) uint8: what the chains hold after a recorded sweep."""
        return self.visible[:, sweep].reshape(-1, *self.shape)


@dataclass(frozen=True)
class AisTrace(Trace):
    """R annealings over K values of β.

    log_partition: estimate of log Z, nats. standard_error: of it, nats, from the spread of the weights.
    low, high: ± 1.96 of those. effective: the R runs are worth so many equal weights. at_zero: log Z at β = 0, exact.
    betas: (K,) float64. log_weights: (R, K) float64, each run's log weight after each β; log Z is at_zero plus the log
    of the mean of their exponentials at the end. exact: log Z by enumeration where a side is small enough, else nan.
    """

    checkpoint: str
    log_partition: float
    standard_error: float
    low: float
    high: float
    effective: float
    at_zero: float
    exact: float
    betas: np.ndarray
    log_weights: np.ndarray


def _machine(settings: ModelSettings, model: nn.Module | None) -> RBM:
    if not isinstance(model, RBM):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is not an RBM")
    return model


def gibbs(settings: RbmSettings, model: nn.Module, progress: Progress | None = None) -> RbmTrace:
    """Run the chains. InvalidInput if the checkpoint is no RBM or a packed picture is not of its size."""
    machine = _machine(settings, model)
    generator = torch.Generator().manual_seed(settings.seed)
    picture, keep = _start(settings, machine)
    given = torch.from_numpy(keep.ravel())
    v = picture.expand(settings.chains, -1).clone()
    if settings.start != "drawing":
        v = torch.where(given, v, bernoulli(torch.full_like(v, 0.5), generator)[0])
    kernel = BlockGibbs(
        machine.hidden_given, lambda h: torch.where(given, picture, machine.visible_given(h).flatten(1))
    )
    kept: dict[str, list[Tensor]] = {"visible": [v], "inputs": [], "hidden": [], "probabilities": []}
    with torch.no_grad():
        state = kernel.init(v, machine.energy)
        for sweep in range(settings.sweeps):
            kept["inputs"].append(machine.inputs(state.position))
            for inner in range(settings.every):
                state, info = kernel.step(state, machine.energy, generator)
                if inner == 0:
                    kept["hidden"].append(info.hidden)
            kept["probabilities"].append(info.visible_probability)
            kept["visible"].append(state.position)
            if progress is not None:
                progress((sweep + 1) / settings.sweeps)
        stacked = {name: torch.stack(values, 1).cpu() for name, values in kept.items()}
        states = stacked["visible"]  # (C, S+1, D)
        free = machine.energy(states.flatten(0, 1)).double().reshape(states.shape[:2])
    return RbmTrace(
        settings.checkpoint,
        machine.event_shape,
        settings.every,
        keep,
        machine.weight.detach().cpu().numpy().copy(),
        machine.visible_bias.detach().cpu().numpy().copy(),
        machine.hidden_bias.detach().cpu().numpy().copy(),
        states.to(torch.uint8).numpy(),
        stacked["inputs"].numpy(),
        stacked["hidden"].to(torch.uint8).numpy(),
        stacked["probabilities"].numpy(),
        free.cpu().numpy(),
    )


def _start(settings: RbmSettings, machine: RBM) -> tuple[Tensor, np.ndarray]:
    """The drawing (1, D) of 0/1, empty where there is none, and the clamped pixels (H, W)."""
    shape = machine.event_shape
    picture, keep = np.zeros(shape, np.uint8), np.zeros(shape, bool)
    if settings.start != "noise" and settings.picture:
        picture = unpack_picture(settings.picture, shape, 2, "picture")
    if settings.start == "clamped" and settings.keep:
        keep = unpack_picture(settings.keep, shape, 2, "keep").astype(bool)
    return torch.from_numpy(picture.reshape(1, -1)).to(machine.weight), keep


def anneal(settings: AisSettings, model: nn.Module, progress: Progress | None = None) -> AisTrace:
    """Estimate log Z from a machine without weights, sample by sample. InvalidInput if it is no RBM.

    No data travel with a checkpoint, so the base rates are those of a few chains of the machine itself. Any would do:
    the estimate is right from every start, only its spread differs.
    """
    machine = _machine(settings, model)
    generator = torch.Generator().manual_seed(settings.seed)
    log_density, transition, start, at_zero = machine.annealed(machine.own_rates(generator))
    betas = ais.schedule(settings.betas, EDGE)
    found = ais.estimate(log_density, transition, start(settings.runs, generator), at_zero, betas, generator, progress)
    small = min(machine.weight.shape) <= 20
    return AisTrace(
        settings.checkpoint,
        found.log_partition,
        found.standard_error,
        *found.interval,
        found.effective,
        at_zero,
        machine.log_partition_exact() if small else float("nan"),
        betas.numpy(),
        found.log_weights.numpy(),
    )
