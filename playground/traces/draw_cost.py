"""What samples cost: seconds for one and for many of them, of every model in turn, measured here and now.

Like `cost` it reads a clock: it is *not* a pure function of its settings, and the engine never keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..samplers import ancestral
from ..samplers.gibbs import BlockGibbs, bernoulli
from ..samplers.kernel import run
from ..samplers.langevin import ULA
from .base import Settings, Trace
from .clock import Clock
from .energy_digits import EnergyChainSettings
from .energy_pictures import device_of
from .growth import EVERY, STEPS, SWEEPS, way_of

Progress = Callable[[float], None]
LENGTHS = {"pixels": 1, "sweeps": SWEEPS * EVERY, "langevin": STEPS, "shot": 1}  # times that something is repeated
STRETCH = {"langevin": 10}  # steps that are measured of a longer chain, all of which cost the same


class DrawCostLinkSettings(Settings):
    """What the link of a measurement holds: all models that draw pictures take part in it."""

    many: int = Field(64, ge=2, le=64, description="samples drawn together, after the one")


class DrawCostSettings(DrawCostLinkSettings):
    """Draw one sample and `many` of each checkpoint. checkpoints: names, joined by commas. Chains are as long as those
    of `growth`."""

    kind: ClassVar[str] = "draw-cost"
    cached: ClassVar[bool] = False
    checkpoints: str = Field(min_length=1, max_length=2_000)

    @property
    def model_names(self) -> tuple[str, ...]:
        """The checkpoints."""
        return tuple(self.checkpoints.split(","))


@dataclass(frozen=True)
class DrawCostTrace(Trace):
    """A measurement of M models.

    threads, device: of the run. checkpoints: (M,) text. counts: (2,) int32, samples drawn together: 1 and many.
    seconds: (M, 2) float64. shares: (M, 2) float64, of the work that was done for them; where it is below 1 a stretch
    of a chain was measured, and the seconds are scaled to all of it.
    """

    threads: int
    device: str
    checkpoints: np.ndarray
    counts: np.ndarray
    seconds: np.ndarray
    shares: np.ndarray

    def of(self, checkpoint: str) -> list[tuple[float, float]] | None:
        """(seconds, share) for one and for many samples; None for a checkpoint that was not measured."""
        at = np.flatnonzero(self.checkpoints == checkpoint)
        if not at.size:
            return None
        return list(zip(self.seconds[at[0]].tolist(), self.shares[at[0]].tolist(), strict=True))


def draw_cost(
    settings: DrawCostSettings, models: dict[str, nn.Module], progress: Progress | None = None
) -> DrawCostTrace:
    """Measure one model after the other; what takes one step only, after a first one that nobody times. `progress` gets
    0 … 1, of which every model has an equal part, and may raise to cancel.

    InvalidInput if one of them draws no pictures.
    """
    for name, model in models.items():
        if not way_of(model):
            raise InvalidInput(f"checkpoint={name!r} draws no pictures")
    report, counts = progress or (lambda share: None), (1, settings.many)
    seconds, shares = [], []
    for number, model in enumerate(models.values()):

        def part(share: float, number: int = number) -> None:
            report((number + share) / len(models))

        part(0.0)
        clock = Clock(device_of(model))
        if way_of(model) == "shot":
            draw(model, 1, settings.seed, lambda share: None)
        found = []
        for count, low, size in zip(counts, (0.0, 0.2), (0.2, 0.8), strict=True):

            def inner(share: float, part: Progress = part, low: float = low, size: float = size) -> None:
                part(low + size * share)

            begin = clock.now()
            share = draw(model, count, settings.seed, inner)
            found.append(((clock.now() - begin) / share, share))
        seconds.append([each for each, _ in found])
        shares.append([share for _, share in found])
    report(1.0)
    return DrawCostTrace(
        torch.get_num_threads(),
        str(clock.device),
        np.array(list(models)),
        np.array(counts, np.int32),
        np.array(seconds),
        np.array(shares),
    )


def draw(model: nn.Module, count: int, seed: int, progress: Progress) -> float:
    """Draw samples and keep nothing of them. Returns the share of the work that was done: below 1 where a stretch of a
    chain stands for all of it."""
    way, generator, device = way_of(model), torch.Generator().manual_seed(seed), device_of(model)
    steps = min(LENGTHS[way], STRETCH.get(way, LENGTHS[way]))
    if way == "pixels":
        ancestral.sample(model, count, generator, progress=progress)
    elif way == "sweeps":
        start = bernoulli(torch.full((count, model.config.positions), 0.5), generator)[0].to(device)
        kernel = BlockGibbs(model.hidden_given, lambda h: model.visible_given(h).flatten(1))
        run(kernel, model.energy, start, steps, generator, keep="scalars", progress=progress)
    elif way == "langevin":
        start = torch.rand((count, *model.event_shape), generator=generator).to(device)
        kernel = ULA(EnergyChainSettings.model_fields["step_size"].default)
        run(kernel, model.energy, start, steps, generator, keep="scalars", progress=progress)
    else:
        codes = torch.randn(count, model.config.latent, generator=generator).to(device)
        with torch.inference_mode():
            (model.decode if hasattr(model, "decode") else model.generate)(codes)
        progress(1.0)
    return steps / LENGTHS[way]
