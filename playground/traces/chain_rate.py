"""How fast chains run on this machine: a measurement, which is no pure function of its settings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import nn

from ..samplers.kernel import run
from .base import Trace
from .chains import ChainSettings, starting_points

WARM, LEAST_STEPS, MOST_STEPS, SECONDS = 10, 20, 400, 0.15  # steps before the clock; steps and seconds it runs for
BATCHES = 8


class ChainRateSettings(ChainSettings):
    """Chains as in `ChainSettings`, run for about 0.15 s with nothing kept but their positions."""

    kind: ClassVar[str] = "chain-rate"
    cached: ClassVar[bool] = False


@dataclass(frozen=True)
class ChainRateTrace(Trace):
    """seconds: (B,) float64, of one step of all chains, in each of B stretches. steps: measured in all."""

    seconds: np.ndarray
    steps: int

    @property
    def rate(self) -> float:
        """Steps of every chain in a second: the median stretch."""
        return 1 / float(np.median(self.seconds))


def chain_rate(
    settings: ChainRateSettings, model: nn.Module | None = None, progress: Callable[[float], None] | None = None
) -> ChainRateTrace:
    """Time the kernel's steps, the clock's start after the first few."""
    energy, window = settings.density(model)
    position = starting_points(settings, energy, window)
    kernel, generator = settings.make_kernel(window), torch.Generator().manual_seed(settings.seed)
    position = run(kernel, energy, position, WARM, generator, keep="positions").state.position
    begun, done, found = time.perf_counter(), 0, []
    while done < LEAST_STEPS or (done < MOST_STEPS and time.perf_counter() - begun < SECONDS):
        count = max(1, MOST_STEPS // (BATCHES * 8))
        before = time.perf_counter()
        position = run(kernel, energy, position, count, generator, keep="positions").state.position
        found.append((time.perf_counter() - before) / count)
        done += count
    return ChainRateTrace(np.array(found), done)
