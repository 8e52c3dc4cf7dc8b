"""Traces of masks and receptive fields: what a kernel may look at, and what truly reaches a pixel.

The gradient of a stage's activation at one pixel with respect to the input image tells which input pixels reach it, and
how strongly, in the trained network itself. The same reach follows from the masks alone by walking back through the
layers; the two must agree, and the walk sees what the gradient cannot: that nothing was zero by accident.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models import GatedPixelCNN, PixelCNN
from .base import ModelSettings, Trace

Taps = frozenset[tuple[int, int]]  # (rows, columns) from the output pixel to the input pixel
FIRST_REACH = 3  # a 7×7 kernel looks 3 pixels far; each later 3×3 kernel adds one


class KernelSettings(ModelSettings):
    """The spatial kernels of a checkpoint: of its first layer, and of layer `layer`."""

    kind: ClassVar[str] = "kernels"
    layer: int = Field(1, ge=1, le=64, description="the residual block or gated layer whose kernels are shown, from 1")


class ReceptiveFieldSettings(ModelSettings):
    """What reaches the activations at one pixel, after every layer."""

    kind: ClassVar[str] = "receptive-field"
    row: int = Field(14, ge=0, le=255, description="row of the output pixel, from 0")
    column: int = Field(10, ge=0, le=255, description="column of the output pixel, from 0")
    inputs: int = Field(8, ge=2, le=32, description="input images over which gradients are gathered")


@dataclass(frozen=True)
class KernelTrace(Trace):
    """Spatial kernels. K kernels, each laid on a grid of G×G taps whose centre is the pixel being computed.

    checkpoint, gated: of the run. names: (K,) text.
    inside: (K, G, G) bool, True where the kernel has a tap at all (its window).
    mask: (K, G, G) bool, True where the tap is used: the kernel's 1s.
    norm: (K, G, G) float32, Frobenius norm of the learned weights of a used tap over all pairs of channels.
    """

    checkpoint: str
    gated: bool
    names: np.ndarray
    inside: np.ndarray
    mask: np.ndarray
    norm: np.ndarray


@dataclass(frozen=True)
class ReceptiveFieldTrace(Trace):
    """What reaches one pixel. S stages (the first convolution, then every block or layer), an image of H×W.

    checkpoint, gated, row, column, inputs: of the run. stages: (S,) text, their names.
    gradient: (S, H, W) float32, root mean square over the inputs of |∂⟨ε, a⟩/∂x|, where a are the stage's activations
        at the pixel and ε a random vector of ±1: it estimates the norm of the Jacobian, in activation per input unit
        (input pixels run from 0 to levels − 1). Exactly 0 where no input image sent anything.
    reach: (S, H, W) bool, what the masks alone let through, by walking back from the pixel layer by layer.
    box: (S, H, W) bool, earlier pixels within the rectangle that the layers' sizes span: 3 + ℓ up, left and right.
    """

    checkpoint: str
    gated: bool
    row: int
    column: int
    inputs: int
    stages: np.ndarray
    gradient: np.ndarray
    reach: np.ndarray
    box: np.ndarray

    def reached(self) -> np.ndarray:
        """(S, H, W) bool: input pixels whose gradient is not zero."""
        return self.gradient > 0

    def blind(self) -> np.ndarray:
        """(S, H, W) bool: pixels earlier in raster order and within the box from which no gradient comes."""
        return self.box & ~self.reached()

    def earlier(self) -> int:
        """How many pixels precede the output pixel in raster order."""
        return self.row * self.gradient.shape[2] + self.column


# --- Kernels ---------------------------------------------------------------------------------------------------------


def _window(kernel: Tensor, mask: Tensor, anchor: tuple[int, int], grid: int) -> tuple[np.ndarray, ...]:
    """One kernel (out, in, kh, kw) with its mask (kh, kw), laid on a G×G grid; `anchor` is the tap on the pixel."""
    height, width = kernel.shape[-2:]
    top, left = grid // 2 - anchor[0], grid // 2 - anchor[1]
    inside, used = np.zeros((grid, grid), bool), np.zeros((grid, grid), bool)
    norm = np.zeros((grid, grid), np.float32)
    inside[top : top + height, left : left + width] = True
    used[top : top + height, left : left + width] = mask.bool().cpu().numpy()
    norms = (kernel * mask).flatten(0, 1).norm(dim=0)  # (kh, kw)
    norm[top : top + height, left : left + width] = norms.cpu().numpy()
    return inside, used, norm


def kernels(settings: KernelSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> KernelTrace:
    """The first kernels and those of one layer. InvalidInput if the layer does not exist."""
    gated = isinstance(model, GatedPixelCNN)
    layers = model.layers if gated else model.blocks
    if settings.layer > len(layers):
        raise InvalidInput(f"layer={settings.layer} is not allowed: this model has layers 1 to {len(layers)}")
    layer, one = layers[settings.layer - 1], torch.ones
    if gated:
        v, h = layer.vertical.joined()[0], layer.horizontal.joined()[0]
        found = {
            "vertical 3×7": _window(model.first_vertical.weight, one(3, 7).to(v), (3, 3), 7),
            "horizontal 1×3": _window(model.first_horizontal.weight, one(1, 3).to(v), (0, 3), 7),
            f"vertical 2×3, layer {settings.layer}": _window(v, one(2, 3).to(v), (1, 1), 7),
            f"horizontal 1×2, layer {settings.layer}": _window(h, one(1, 2).to(h), (0, 1), 7),
        }
    else:
        first, spatial = model.first, layer.spatial
        found = {
            "7×7, mask type A": _window(first.weight, first.mask, (3, 3), 7),
            f"3×3, mask type B, block {settings.layer}": _window(spatial.weight, spatial.mask, (1, 1), 7),
        }
    inside, mask, norm = (np.stack(arrays) for arrays in zip(*found.values(), strict=True))
    return KernelTrace(settings.checkpoint, gated, np.array(list(found)), inside, mask, norm)


# --- The receptive field ---------------------------------------------------------------------------------------------


def _taps(kernel_mask: Tensor) -> Taps:
    """The used taps of a centred square kernel, as offsets from its centre."""
    half = kernel_mask.shape[0] // 2
    return frozenset((r - half, c - half) for r, c in kernel_mask.nonzero().tolist())


def _block(rows: range, columns: range) -> Taps:
    return frozenset((r, c) for r in rows for c in columns)


def _back(pixels: np.ndarray, taps: Taps) -> np.ndarray:
    """The input pixels that a layer's taps connect to any of these output pixels; what lies outside is padding."""
    height, width = pixels.shape
    found = np.zeros_like(pixels)
    for row, column in taps:
        source = pixels[max(0, -row) : height - max(0, row), max(0, -column) : width - max(0, column)]
        found[max(0, row) : height + min(0, row), max(0, column) : width + min(0, column)] |= source
    return found


def mask_reach(model: nn.Module, row: int, column: int) -> np.ndarray:
    """(S, H, W) bool: the input pixels that the masks connect to one output pixel after each stage."""
    start = np.zeros(tuple(model.event_shape), bool)
    start[row, column] = True
    if isinstance(model, GatedPixelCNN):
        return np.stack([_gated_reach(start, depth) for depth in range(len(model.layers) + 1)])
    fields = [_back(start, _taps(model.first.mask))]
    for depth in range(1, len(model.blocks) + 1):
        pixels = start
        for block in reversed(model.blocks[:depth]):
            pixels = pixels | _back(pixels, _taps(block.spatial.mask))  # the skip connection keeps the pixel itself
        fields.append(_back(pixels, _taps(model.first.mask)))
    return np.stack(fields)


def _gated_reach(start: np.ndarray, depth: int) -> np.ndarray:
    """Both stacks walked back from the horizontal one: layer ℓ reads h at c − 1, c and v at rows r − 1, r."""
    horizontal, vertical = start, np.zeros_like(start)
    for _ in range(depth):
        vertical = _back(horizontal | vertical, _block(range(-1, 1), range(-1, 2)))
        horizontal = _back(horizontal, _block(range(1), range(-1, 1)))
    left = _back(horizontal, _block(range(1), range(-FIRST_REACH, 0)))
    return left | _back(vertical, _block(range(-FIRST_REACH, 0), range(-FIRST_REACH, FIRST_REACH + 1)))


def _box(shape: tuple[int, int], row: int, column: int, stages: int) -> np.ndarray:
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    far = FIRST_REACH + np.arange(stages)[:, None, None]  # (S, 1, 1)
    earlier = (rows < row) | ((rows == row) & (columns < column))
    return earlier & (row - rows <= far) & (np.abs(columns - column) <= far)


def input_images(count: int, shape: tuple[int, int], levels: int, generator: torch.Generator) -> Tensor:
    """(N, H, W) float: half white noise of all levels, half blobs, so that no gate or ReLU is shut in all of them."""
    noise = torch.rand(count, *shape, generator=generator)
    blobs = F.avg_pool2d(noise.unsqueeze(1), 5, stride=1, padding=2, count_include_pad=False).squeeze(1)
    spread = blobs.flatten(1)
    inked = (blobs > spread.quantile(0.75, dim=1)[:, None, None]).float() * (levels - 1)
    uniform = (noise * levels).floor().clamp_max(levels - 1)
    return torch.where((torch.arange(count) % 2 == 0)[:, None, None], uniform, inked)


def receptive_field(
    settings: ReceptiveFieldSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> ReceptiveFieldTrace:
    """The gradient at one pixel, stage by stage, with respect to the input alone: the shared model is not touched.

    One random ±1 vector per input image and stage stands for all channels at once, so a stage costs one backward pass.
    InvalidInput if the pixel is not in the image.
    """
    if not isinstance(model, PixelCNN | GatedPixelCNN):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is not a PixelCNN")
    shape = tuple(model.event_shape)
    for name, value, size in (("row", settings.row, shape[0]), ("column", settings.column, shape[1])):
        if value >= size:
            raise InvalidInput(f"{name}={value} is not allowed: this model's images have {name}s 0 to {size - 1}")
    generator = torch.Generator().manual_seed(settings.seed)
    device = model.order.device
    images = input_images(settings.inputs, shape, model.config.levels, generator).to(device)
    names, gradients = [], []
    count = len(model.layers if isinstance(model, GatedPixelCNN) else model.blocks) + 1
    with torch.enable_grad():
        # Rows below the pixel cannot matter to it: leaving them out halves the work, and a test sees that they do not.
        x = images[:, : settings.row + 1].clone().requires_grad_(True)  # (N, row + 1, W)
        for number, (name, activations) in enumerate(model.stages(x), 1):
            at_pixel = activations[:, :, settings.row, settings.column]  # (N, C)
            signs = torch.randint(0, 2, at_pixel.shape, generator=generator).to(at_pixel) * 2 - 1
            (slope,) = torch.autograd.grad((at_pixel * signs).sum(), x, retain_graph=number < count)
            strength = slope.square().mean(0).sqrt()  # (row + 1, W)
            gradients.append(F.pad(strength, (0, 0, 0, shape[0] - settings.row - 1)).cpu().numpy())
            names.append(name)
            if progress is not None:
                progress(number / count)
    return ReceptiveFieldTrace(
        settings.checkpoint,
        isinstance(model, GatedPixelCNN),
        settings.row,
        settings.column,
        settings.inputs,
        np.array(names),
        np.stack(gradients),
        mask_reach(model, settings.row, settings.column),
        _box(shape, settings.row, settings.column, len(names)),
    )
