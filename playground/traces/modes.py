"""Why this takes so long: chains on a mixture of eight hills, which of them each chain is on, and how long it waits."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field

from ..samplers.hamiltonian import HMC
from ..samplers.kernel import Kernel, run
from ..samplers.langevin import MALA
from ..samplers.metropolis import RandomWalk
from ..samplers.tempering import Tempering, ladder
from ..targets import TARGETS, Mixture
from .base import Settings, Trace
from .chains import HOTTEST, TEMPERATURES

COMPARED = ("metropolis", "mala", "hmc", "tempering")
REACH = 2.0  # of a step, in widths of a hill: the random walk's ε; MALA 1.3, HMC 0.8 with L = 8
LEAPFROG = 8
CORE = 2.5  # widths: within it a chain is on a hill, and it is still on its last one until it is within another's


class ModesSettings(Settings):
    """Four kernels on the mixture of eight, all chains starting on the first hill. width: σ of each hill, whose centres
    are 3.06 apart; the step sizes are in proportion to it, as one would tune them on a single hill."""

    kind: ClassVar[str] = "modes"
    width: float = Field(0.5, ge=0.35, le=1.0, description="σ of each of the eight hills")
    chains: int = Field(4, ge=1, le=8, description="C, of each kernel")
    steps: int = Field(1_000, ge=100, le=2_000, description="S")


@dataclass(frozen=True)
class ModesTrace(Trace):
    """K = 4 kernels, C chains, S steps, M = 8 hills.

    kernels: (K,) names. centres: (M, 2) float64. width: σ. barrier: nats that E rises by between two neighbours.
    log_density: (G, G) float32, log p on a grid of the window, [row = y upwards, column = x]. window: (4,) float64.
    positions: (K, C, S + 1, 2) float32. mode: (K, C, S + 1) int8, 0 … 7, the hill that the chain was last on. share:
    (K, M) float64, of all steps spent on each. visited: (K, S + 1) float64, hills that a chain has been on so far, mean
    over the chains. jumps: (K,) int32, changes of hill of all chains. evaluations: (K,) int32, energies or gradients of
    one step. step_sizes: (K,) float64. acceptance: (K,) float64.
    """

    kernels: np.ndarray
    centres: np.ndarray
    width: float
    barrier: float
    log_density: np.ndarray
    window: np.ndarray
    positions: np.ndarray
    mode: np.ndarray
    share: np.ndarray
    visited: np.ndarray
    jumps: np.ndarray
    evaluations: np.ndarray
    step_sizes: np.ndarray
    acceptance: np.ndarray

    @property
    def wait(self) -> np.ndarray:
        """(K,) steps of one chain between two changes of hill, on average; inf where none was seen."""
        chains, steps = self.mode.shape[1], self.mode.shape[2] - 1
        with np.errstate(divide="ignore"):
            return chains * steps / self.jumps


def modes(settings: ModesSettings, model: None = None, progress: Callable[[float], None] | None = None) -> ModesTrace:
    """Run the four kernels with the same seed and say which hill each chain is on at every step."""
    centres, window = TARGETS["eight"].modes, np.array(TARGETS["eight"].window)
    energy = Mixture(centres, settings.width)
    start = torch.tensor(centres[:1]).float().repeat(settings.chains, 1)
    positions, rates, sizes, costs = [], [], [], []
    for k, name in enumerate(COMPARED):
        kernel, cost = _kernel(name, settings.width)
        generator = torch.Generator().manual_seed(settings.seed)
        report = None if progress is None else lambda share, k=k: progress((k + share) / len(COMPARED))
        history = run(kernel, energy, start, settings.steps, generator, progress=report)
        positions.append(history.positions.transpose(0, 1).contiguous().numpy())
        rates.append(history.info.accepted.double().mean().item())
        sizes.append(kernel.step_size)
        costs.append(cost)
    found = np.stack(positions)
    mode = _last_mode(found, centres, CORE * settings.width)
    place = torch.linspace(float(window[0]), float(window[1]), 96)
    grid = torch.stack(torch.meshgrid(place, place, indexing="xy"), -1).view(-1, 2)
    seen = np.maximum.accumulate(mode[..., None] == np.arange(8), axis=2)  # (K, C, S + 1, M)
    log_z = math.log(2 * math.pi * 8) + 2 * math.log(settings.width)
    return ModesTrace(
        np.array(COMPARED),
        centres,
        settings.width,
        _barrier(energy, centres),
        (-energy(grid) - log_z).view(96, 96).numpy(),
        window,
        found,
        mode,
        (mode[:, :, 1:, None] == np.arange(8)).mean((1, 2)),
        seen.sum(-1).mean(1),
        (mode[:, :, 1:] != mode[:, :, :-1]).sum((1, 2)).astype(np.int32),
        np.array(costs, np.int32),
        np.array(sizes),
        np.array(rates),
    )


def _kernel(name: str, width: float) -> tuple[Kernel, int]:
    """The kernel, with a step as wide as suits one hill, and the energies or gradients of one step."""
    match name:
        case "mala":
            return MALA(1.3 * width), 1
        case "hmc":
            return HMC(0.8 * width, LEAPFROG), LEAPFROG
        case "tempering":
            return Tempering(RandomWalk(REACH * width), ladder(TEMPERATURES, HOTTEST)), TEMPERATURES
    return RandomWalk(REACH * width), 1


def _last_mode(positions: np.ndarray, centres: np.ndarray, core: float) -> np.ndarray:
    """(…, S + 1) int8: the hill whose core the chain is in, or was in last; positions (…, S + 1, 2) start in one."""
    away = np.linalg.norm(positions[..., None, :] - centres, axis=-1)  # (…, S + 1, M)
    nearest = away.argmin(-1)
    inside = away.min(-1) < core
    last = np.maximum.accumulate(np.where(inside, np.arange(inside.shape[-1]), 0), axis=-1)
    return np.take_along_axis(nearest, last, -1).astype(np.int8)


def _barrier(energy: Mixture, centres: np.ndarray) -> float:
    """Nats from the middle of a hill up to the pass to its neighbour."""
    points = torch.from_numpy(np.stack([centres[0], (centres[0] + centres[1]) / 2]))
    low, high = energy(points).tolist()
    return high - low
