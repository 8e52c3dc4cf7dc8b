"""Traces of what goes on inside a PixelCNN while it writes one digit: feature maps and skip connections.

Because the network is causal, the features at pixel i depend on pixels before i only. One parallel pass over the
finished digit therefore gives, at every pixel, exactly the features that were there when that pixel was about to be
written: the map at step s is the final map, of which only the positions up to s exist yet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models import GatedPixelCNN
from ..models.layers import as_input, discrete_log_prob
from ..samplers import ancestral
from .base import ModelSettings, Trace


class InsideSettings(ModelSettings):
    """The inside of one block while one digit is written."""

    kind: ClassVar[str] = "inside"
    temperature: float = Field(1.0, ge=0.1, le=3.0, description="logits are divided by it before each draw")
    block: int = Field(1, ge=1, le=64, description="the residual block or gated layer that is opened, from 1")


@dataclass(frozen=True)
class InsideTrace(Trace):
    """One digit and the inside of one block. K = D steps, C channels, L blocks, an image of H×W.

    checkpoint, gated, levels, temperature, block: of the run. shape: (H, W).
    order: (K,) int32, flat position written at each step. values: (K,) uint8, the level written at each step.
    carried: (C, H, W) float32, x, what enters the block and its skip connection carries past it.
    added: (C, H, W) float32, f(x), what the block adds; its output is x + f(x). In the gated model both are of the
        horizontal stack. Position p holds the features computed just before pixel p was written.
    skip_share: (L, K + 1) float32, ‖x‖ / (‖x‖ + ‖f(x)‖) of each block over the positions computed by each step.
    nats: −log p of the digit. nats_without: (L,) float32, the same with f(x) = 0 in one block, by a true pass.
    """

    checkpoint: str
    gated: bool
    levels: int
    temperature: float
    block: int
    shape: tuple[int, int]
    order: np.ndarray
    values: np.ndarray
    carried: np.ndarray
    added: np.ndarray
    skip_share: np.ndarray
    nats: float
    nats_without: np.ndarray

    def output(self) -> np.ndarray:
        """(C, H, W): x + f(x)."""
        return self.carried + self.added


def trunk_steps(model: nn.Module, x: Tensor, without: int | None = None) -> Iterator[tuple[Tensor, Tensor]]:
    """(x, f(x)) of every block in turn, (B, C, H, W) each, for (B, H, W) values; f(x) = 0 in block `without`, from 1.

    The last x + f(x) is what the output layers read. In the gated model the vertical stack of a layer that is switched
    off goes on; only what is added to the horizontal stack is left out.
    """
    height, width = x.shape[-2:]
    image = as_input(x, model.config.levels)
    gated = isinstance(model, GatedPixelCNN)
    if gated:
        vertical = model.first_vertical(image)[:, :, :height]
        trunk = model.first_horizontal(image)[..., :width]
    else:
        trunk = model.first(image)
    for number, block in enumerate(model.layers if gated else model.blocks, 1):
        if gated:
            vertical, after = block(vertical, trunk)
        else:
            after = block(trunk)
        added = torch.zeros_like(trunk) if number == without else after - trunk
        yield trunk, added
        trunk = trunk + added


def log_prob_without(model: nn.Module, x: Tensor, block: int | None) -> Tensor:
    """log p(x), nats, (B,), with one block's f(x) set to 0; `block` None leaves the model whole."""
    trunk = None
    for before, added in trunk_steps(model, x, block):
        trunk = before + added
    return discrete_log_prob(model.read_out(trunk), x)


@torch.inference_mode()
def inside(settings: InsideSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> InsideTrace:
    """Draw one digit, then open one block. InvalidInput if the block does not exist."""
    gated = isinstance(model, GatedPixelCNN)
    count = len(model.layers if gated else model.blocks)
    if settings.block > count:
        raise InvalidInput(f"block={settings.block} is not allowed: this model has blocks 1 to {count}")
    report = progress or (lambda share: None)
    generator = torch.Generator().manual_seed(settings.seed)
    drawn = ancestral.sample(model, 1, generator, settings.temperature, progress=lambda share: report(share / 2))
    shape = tuple(model.event_shape)
    digit = drawn.events(shape).float().to(model.order.device)  # (1, H, W)
    carried = added = None
    shares = []
    for number, (x, f) in enumerate(trunk_steps(model, digit), 1):
        shares.append(_shares(x, f, drawn.order))
        if number == settings.block:
            carried, added = x[0].cpu().numpy(), f[0].cpu().numpy()
    without = []
    for number in range(1, count + 1):
        without.append(-log_prob_without(model, digit, number).item())
        report(0.5 + number / count / 2)
    return InsideTrace(
        settings.checkpoint,
        gated,
        model.config.levels,
        settings.temperature,
        settings.block,
        shape,
        drawn.order.numpy().astype(np.int32),
        drawn.values[0].numpy().astype(np.uint8),
        carried.copy(),
        added.copy(),
        np.stack(shares),
        -log_prob_without(model, digit, None).item(),
        np.array(without, np.float32),
    )


def _shares(x: Tensor, f: Tensor, order: Tensor) -> np.ndarray:
    """(K + 1,) float32: the skip connection's share when s pixels are written, so positions 0 … s are computed."""
    carried, added = (
        part[0].flatten(1)[:, order.to(part.device)].double().square().sum(0).cumsum(0).sqrt() for part in (x, f)
    )
    share = (carried / (carried + added).clamp_min(1e-30)).float().cpu().numpy()  # (K,)
    return np.append(share, share[-1])
