"""What a step is worth in 1 to 256 dimensions: real chains on a Gaussian, with steps that shrink and steps that do not.

Optimal scaling, for independent coordinates: a random walk needs ε ∝ d^(−1/2), MALA d^(−1/6) (Roberts & Rosenthal 2001,
Theorems 1 and 2), Hamiltonian Monte Carlo d^(−1/4) (Neal 2011, section 4.4; Beskos et al. 2013).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from .. import diagnostics
from ..samplers.hamiltonian import HMC
from ..samplers.kernel import Kernel, run
from ..samplers.langevin import MALA
from ..samplers.metropolis import RandomWalk
from ..targets import gaussian
from .base import Settings, Trace

DIMENSIONS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
SCALED = ("metropolis", "mala", "hmc")
AT_ONE = {"metropolis": 2.38, "mala": 1.65, "hmc": 1.3}  # ε at d = 1
POWER = {"metropolis": 1 / 2, "mala": 1 / 6, "hmc": 1 / 4}
LENGTH = 1.6  # of a Hamiltonian trajectory, L ε: about a quarter of a turn
LOOKED_AT = 4  # coordinates whose effective sample size is taken, the first ones: all have the same distribution


class DimensionSettings(Settings):
    """Random walk, MALA and HMC on N(0, I) of d = 1, 2, 4, … 256 dimensions, each with its step size at d = 1 times
    `factor`, once the same for every d and once scaled by its power of d. Chains start at exact draws."""

    kind: ClassVar[str] = "dimension"
    factor: float = Field(1.0, ge=0.2, le=2.0, description="times the usual step size at d = 1")
    chains: int = Field(4, ge=2, le=8, description="C, whose spread is shown")
    steps: int = Field(600, ge=100, le=1_000, description="S, of every chain")


@dataclass(frozen=True)
class DimensionTrace(Trace):
    """K = 3 kernels, M = 2 ways (0: the same ε for every d, 1: scaled), D = 9 dimensions, C chains.

    kernels: (K,) names. powers: (K,) float64, of d^−power. dimensions: (D,) int32. step_sizes: (M, K, D) float64.
    evaluations: (M, K, D) int32, energies or gradients of one step. acceptance: (M, K, D, C) float64, share accepted.
    ess: (M, K, D, C) float64, effective sample size of each chain alone, the mean over its first coordinates; at least
    1, which is what a chain that never moved is worth. steps: S.
    """

    kernels: np.ndarray
    powers: np.ndarray
    dimensions: np.ndarray
    step_sizes: np.ndarray
    evaluations: np.ndarray
    acceptance: np.ndarray
    ess: np.ndarray
    steps: int

    @property
    def efficiency(self) -> np.ndarray:
        """(M, K, D, C): effective draws for each energy or gradient that was computed."""
        return self.ess / (self.steps * self.evaluations[..., None])


def dimension(
    settings: DimensionSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> DimensionTrace:
    """Run all of them: 54 runs of C chains."""
    shape = (2, len(SCALED), len(DIMENSIONS))
    sizes, evaluations = np.zeros(shape), np.zeros(shape, np.int32)
    acceptance, ess = (np.zeros((*shape, settings.chains)) for _ in range(2))
    for count, place in enumerate(np.ndindex(shape)):
        way, k, at = place
        name, d = SCALED[k], DIMENSIONS[at]
        sizes[place] = settings.factor * AT_ONE[name] * (d ** -POWER[name] if way else 1.0)
        kernel, evaluations[place] = _kernel(name, float(sizes[place]))
        generator = torch.Generator().manual_seed(settings.seed)
        start = torch.randn(settings.chains, d, generator=generator)
        history = run(kernel, gaussian(d).energy, start, settings.steps, generator)
        acceptance[place] = history.info.accepted.double().mean(0).numpy()
        ess[place] = _ess(history.positions[1:])
        if progress is not None:
            progress((count + 1) / np.prod(shape))
    return DimensionTrace(
        np.array(SCALED),
        np.array([POWER[name] for name in SCALED]),
        np.array(DIMENSIONS, np.int32),
        sizes,
        evaluations,
        acceptance,
        ess,
        settings.steps,
    )


def _kernel(name: str, step_size: float) -> tuple[Kernel, int]:
    """The kernel and what a step of it computes."""
    if name == "hmc":
        leapfrog = max(1, round(LENGTH / step_size))
        return HMC(step_size, leapfrog), leapfrog
    return {"metropolis": RandomWalk, "mala": MALA}[name](step_size), 1


def _ess(positions: Tensor) -> np.ndarray:
    """(C,) the effective sample size of each chain of positions (S, C, d)."""
    looked = positions[..., :LOOKED_AT].permute(1, 2, 0).double().numpy()  # (C, ≤ 4, S)
    found = [[diagnostics.ess(values[None]) for values in chain] for chain in looked]
    return np.nan_to_num(np.array(found), nan=1.0).clip(min=1.0).mean(1)
