"""What a digit costs: naive sampling (one full pass per pixel) against cached sampling, measured and counted.

This is the one trace that is *not* a pure function of its settings: it reads a clock, so the engine never keeps it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import BeforeValidator, Field
from torch import Tensor, nn

from ..samplers import ancestral
from .base import ModelSettings, Trace
from .clock import Clock


def _whole(value: Any) -> Any:
    """A link's text as a whole number, where it is one."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class CostSettings(ModelSettings):
    """Draw `batch` digits with caches, then a stretch of the same digits with full passes, clock in hand."""

    kind: ClassVar[str] = "cost"
    cached: ClassVar[bool] = False
    batch: Annotated[Literal[1, 4, 16], BeforeValidator(_whole)] = Field(1, description="digits drawn together")
    stretch: int = Field(32, ge=4, le=64, description="positions of which the naive loop is measured")


@dataclass(frozen=True)
class CostTrace(Trace):
    """A measurement. N digits, K = D steps, of which S were also taken naively.

    checkpoint, batch, threads, device: of the run. shape: (H, W). levels: grey levels.
    step_seconds: (K,) float64, seconds of each cached step (network only, without the draw).
    cached_seconds: seconds of the whole cached run, with everything.
    pass_seconds: (S,) float64, seconds of each full pass of the naive loop. one_pass_seconds: their median.
    positions: (S,) int32, flat positions that were measured naively.
    cached_pictures, naive_pictures: (N, H, W) uint8; outside `positions` the second is a copy of the first.
    parameters: weights of the model. pass_multiplications, cached_multiplications: multiply-adds of one full pass and
    of one whole digit with caches, for one image, by formula.
    """

    checkpoint: str
    batch: int
    threads: int
    device: str
    shape: tuple[int, int]
    levels: int
    step_seconds: np.ndarray
    cached_seconds: float
    pass_seconds: np.ndarray
    one_pass_seconds: float
    positions: np.ndarray
    cached_pictures: np.ndarray
    naive_pictures: np.ndarray
    parameters: int
    pass_multiplications: int
    cached_multiplications: int

    @property
    def naive_seconds(self) -> float:
        """Scaled, not measured: the mean of the measured full passes times the number of positions."""
        return float(self.pass_seconds.mean()) * self.step_seconds.size

    def equal_pixels(self) -> int:
        """How many of the pixels drawn both ways are equal."""
        both = [p.reshape(self.batch, -1)[:, self.positions] for p in (self.cached_pictures, self.naive_pictures)]
        return int((both[0] == both[1]).sum())


def full_pass_multiplications(config: Any) -> int:
    """Multiply-adds of one parallel pass over one image, as executed: masked taps are multiplied too, by zero.

    PixelCNN: HW · (49·2h + L·(2h·h + 9h² + h·2h) + (2h)² + 2h·P).
    Gated: (H + 4)W·21h + H(W + 4)·3h + L·((H + 1)W·12h² + H(W + 1)·4h² + HW·5h²) + HW·(2h² + 2h·P).
    """
    height, width, h = config.height, config.width, config.features
    pixels, outputs = height * width, 1 if config.levels == 2 else config.levels
    if hasattr(config, "blocks"):
        return pixels * (98 * h + config.blocks * 13 * h * h + 4 * h * h + 2 * h * outputs)
    first = (height + 4) * width * 21 * h + height * (width + 4) * 3 * h
    layer = (height + 1) * width * 12 * h * h + height * (width + 1) * 4 * h * h + pixels * 5 * h * h
    return first + config.layers * layer + pixels * (2 * h * h + 2 * h * outputs)


def cached_multiplications(config: Any) -> int:
    """Multiply-adds of one whole digit with caches: each activation once, and masked taps left out.

    PixelCNN: HW · (24·2h + L·(2h·h + 5h² + h·2h) + (2h)² + 2h·P).
    Gated: HW · (21h + 3h + L·(12h² + 4h² + 4h² + h²) + 2h² + 2h·P).
    """
    h, outputs = config.features, 1 if config.levels == 2 else config.levels
    if hasattr(config, "blocks"):
        each = 48 * h + config.blocks * 9 * h * h + 4 * h * h + 2 * h * outputs
    else:
        each = 24 * h + config.layers * 21 * h * h + 2 * h * h + 2 * h * outputs
    return config.height * config.width * each


class _Clocked:
    """An autoregressive model whose `step` is timed."""

    def __init__(self, model: nn.Module, now: Callable[[], float]):
        self.model, self.now = model, now
        self.event_shape, self.order, self.head = model.event_shape, model.order, model.head
        self.seconds: list[float] = []

    def begin(self, batch: int) -> Any:
        return self.model.begin(batch)

    def step(self, state: Any, k: int, previous: Tensor | None) -> tuple[Tensor, Any]:
        begun = self.now()
        result = self.model.step(state, k, previous)
        self.seconds.append(self.now() - begun)
        return result


def measure(settings: CostSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> CostTrace:
    """Cached first, all steps; then full passes on a stretch from the middle of the same digits, same numbers.

    `progress` gets 0 … 1 over the full passes: share · stretch of them are done. It may raise to cancel.
    """
    device = model.order.device
    now = Clock(device).now
    report = progress or (lambda share: None)
    report(0.0)
    positions, shape = model.order.numel(), tuple(model.event_shape)
    generator = torch.Generator().manual_seed(settings.seed)
    noise = ancestral.uniform_noise(settings.batch, positions, generator)
    clocked = _Clocked(model, now)
    begun = now()
    drawn = ancestral.sample(clocked, settings.batch, generator, noise=noise)
    cached_seconds = now() - begun

    stretch = min(settings.stretch, positions)
    start = (positions - stretch) // 2
    pictures = drawn.events(shape)
    canvas = torch.zeros(settings.batch, positions)
    canvas[:, drawn.order[:start]] = drawn.values[:, :start].float()  # as far as the cached run had come by then
    canvas = canvas.view(settings.batch, *shape).to(device)
    pass_seconds = []
    for k in range(start, start + stretch):
        begun = now()
        canvas = ancestral.sample_naively(
            model.conditionals, canvas, drawn.order[k : k + 1].to(device), noise[:, k : k + 1].to(device)
        )
        pass_seconds.append(now() - begun)
        report((k - start + 1) / stretch)
    measured = drawn.order[start : start + stretch]
    naive = pictures.clone().flatten(1)
    naive[:, measured] = canvas.flatten(1)[:, measured.to(device)].long().cpu()
    return CostTrace(
        settings.checkpoint,
        settings.batch,
        torch.get_num_threads(),
        str(device),
        shape,
        model.config.levels,
        np.array(clocked.seconds),
        cached_seconds,
        np.array(pass_seconds),
        float(np.median(pass_seconds)),
        measured.numpy().astype(np.int32),
        pictures.numpy().astype(np.uint8),
        naive.view_as(pictures).numpy().astype(np.uint8),
        sum(p.numel() for p in model.parameters()),
        full_pass_multiplications(model.config),
        cached_multiplications(model.config),
    )
