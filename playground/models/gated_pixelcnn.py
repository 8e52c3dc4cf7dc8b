"""Gated PixelCNN: two stacks, one for the rows above and one for the current row, and no blind spot.

A masked 3×3 convolution, repeated, never reaches a wedge of pixels up and to the right: the blind spot. Here a
vertical stack sees every row above without any mask, a horizontal stack sees the current row to the left, and each
layer hands the vertical features over. Gates tanh(a) · σ(b) take the place of ReLU.

1. van den Oord et al. (2016b). Conditional Image Generation with PixelCNN Decoders. arXiv:1606.05328.
   Section 2.1 and equation 2 (gates), section 2.2 (blind spot), figure 2 (one layer).

The page shows: the same receptive-field experiment as for PixelCNN, where the wedge is filled.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import as_input
from .limits import require_whole
from .raster import RasterModel, RasterState, RowCache


@dataclass(frozen=True)
class GatedPixelCNNConfig:
    """Size of a Gated PixelCNN.

    height, width: pixels. levels: grey levels, 2 for a Bernoulli head, more for a categorical one.
    features: h, channels of either stack. layers: gated layers after the first 7×7 one.
    Raises ValueError for a field that is not a whole number in its range.
    """

    height: int = 28
    width: int = 28
    levels: int = 2
    features: int = 48
    layers: int = 10

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 256), levels=(2, 256), features=(1, 1024), layers=(1, 64))


def gate(features: Tensor, gates: Tensor) -> Tensor:
    """tanh(features) · σ(gates), equation 2 without the class condition."""
    return torch.tanh(features) * torch.sigmoid(gates)


class TwinConv(nn.Module):
    """A convolution whose output comes as two tensors of h channels: what passes, and what gates it.

    Cutting one tensor of 2h channels in two instead would leave strided halves, on which tanh and σ are four times
    slower in channels-last memory.
    """

    def __init__(self, in_channels: int, features: int, size: tuple[int, int], padding: tuple[int, int] = (0, 0)):
        super().__init__()
        self.features = nn.Conv2d(in_channels, features, size, padding=padding)
        self.gates = nn.Conv2d(in_channels, features, size, padding=padding)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B, in, H, W) → two tensors (B, h, H', W')."""
        return self.features(x), self.gates(x)

    def joined(self) -> tuple[Tensor, Tensor]:
        """Weight (2h, in, kh, kw) and bias (2h,) of both as one convolution, as sampling uses them."""
        weight = torch.cat([self.features.weight, self.gates.weight])
        return weight, torch.cat([self.features.bias, self.gates.bias])


class GatedLayer(nn.Module):
    """One layer of figure 2. Row r of the vertical stack holds features of rows before r only.

    Vertical: rows r − 1 and r of the vertical stack, columns c − 1 … c + 1. Horizontal: columns c − 1 and c of the
    horizontal stack, plus a 1×1 convolution of the vertical features; gated, 1×1, added to its input.
    """

    def __init__(self, features: int):
        super().__init__()
        h = features
        self.vertical = TwinConv(h, h, (2, 3), padding=(1, 1))
        self.horizontal = TwinConv(h, h, (1, 2), padding=(0, 1))
        self.hand_over = TwinConv(2 * h, h, (1, 1))
        self.mix = nn.Conv2d(h, h, 1)
        nn.init.zeros_(self.mix.weight)  # the horizontal stack starts as the identity

    def forward(self, v: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Vertical and horizontal features, (B, h, H, W) each → the same."""
        height, width = x.shape[-2:]
        v, v_gates = (y[:, :, :height] for y in self.vertical(v))  # (B, h, H + 1, W) → (B, h, H, W)
        handed, handed_gates = self.hand_over(torch.cat([v, v_gates], 1))
        y, y_gates = (y[..., :width] for y in self.horizontal(x))  # (B, h, H, W + 1) → (B, h, H, W)
        return gate(v, v_gates), x + self.mix(gate(y + handed, y_gates + handed_gates))


class GatedPixelCNN(RasterModel):
    """Gated PixelCNN with a binary or categorical head; implements the autoregressive protocol."""

    def __init__(self, config: GatedPixelCNNConfig) -> None:
        h = config.features
        super().__init__(config, trunk=h, hidden=2 * h)
        self.first_vertical = nn.Conv2d(1, h, (3, 7), padding=(3, 3))  # rows r − 3 … r − 1
        self.first_horizontal = nn.Conv2d(1, h, (1, 3), padding=(0, 3))  # columns c − 3 … c − 1
        self.layers = nn.ModuleList(GatedLayer(h) for _ in range(config.layers))

    def stages(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The horizontal stack after each layer, named: (B, H, W) values → ("conv 7×7", (B, h, H, W)), …"""
        x = as_input(x, self.config.levels)  # (B, 1, H, W)
        height, width = x.shape[-2:]
        v = self.first_vertical(x)[:, :, :height]  # (B, h, H + 3, W) cut: row r sees rows before r
        x = self.first_horizontal(x)[..., :width]  # (B, h, H, W + 3) cut: column c sees columns before c
        yield "conv 7×7", x
        for number, layer in enumerate(self.layers, 1):
            v, x = layer(v, x)
            yield f"layer {number}", x

    def begin(self, batch: int) -> "GatedPixelCNNState":
        """Empty caches for `batch` images, before the first pixel."""
        return GatedPixelCNNState(self, batch)


class GatedPixelCNNState(RasterState):
    """What sampling keeps between pixels: the padded canvas, two rows of each vertical layer, one of each horizontal.

    The vertical stack depends on finished rows only, so it is computed a row at a time (28 times per digit, not 784);
    at each pixel only the horizontal stack is left.
    """

    def __init__(self, model: GatedPixelCNN, batch: int) -> None:
        super().__init__(model, batch)
        h, like = model.config.features, model.out.weight
        self.first = (model.first_vertical.weight, model.first_vertical.bias)
        self.first_left = model.first_horizontal.weight[:, 0, 0].t().contiguous()  # (3, h)
        self.first_bias = model.first_horizontal.bias
        # Vertical features that enter layer l, rows r − 1 and r, (B, h, 2, W): row −1 is the convolution's padding.
        self.vertical = [
            torch.zeros(batch, h, 2, self.width, dtype=like.dtype, device=like.device) for _ in model.layers
        ]
        self.caches = [RowCache(batch, self.width, h, like) for _ in range(len(model.layers) + 1)]
        self.layers, self.verticals = [], []
        for layer in model.layers:
            weight, bias = layer.horizontal.joined()  # (2h, h, 1, 2)
            horizontal = weight[:, :, 0].permute(2, 1, 0).reshape(2 * h, 2 * h)  # (2 columns · in, out)
            mix = layer.mix.weight.flatten(1).t().contiguous()
            self.layers.append((horizontal.contiguous(), mix, layer.mix.bias))
            hand_weight, hand_bias = layer.hand_over.joined()  # (2h, 2h, 1, 1)
            self.verticals.append((*layer.vertical.joined(), hand_weight, hand_bias + bias))
        self.rows: list[Tensor] = []

    def start_row(self, row: int) -> None:
        """Compute the vertical stack of the whole new row, and what it hands to the horizontal stack of each layer."""
        self.row = row
        v = F.conv2d(self.rows_above(), *self.first)  # (B, h, 1, W)
        self.rows = []
        for stack, (weight, bias, hand_weight, hand_bias) in zip(self.vertical, self.verticals, strict=True):
            stack[:, :, 0] = stack[:, :, 1]  # row r − 1
            stack[:, :, 1] = v[:, :, 0]  # row r
            wide = F.conv2d(stack, weight, bias, padding=(0, 1))  # (B, 2h, 1, W)
            handed = F.conv2d(wide, hand_weight, hand_bias)  # (B, 2h, 1, W)
            self.rows.append(handed[:, :, 0].transpose(1, 2).contiguous())  # (B, W, 2h)
            v = gate(*wide.chunk(2, 1))  # (B, h, 1, W)

    def advance(self, column: int) -> Tensor:
        """Logits (B, P) of the pixel at `column` of the current row."""
        x = self.caches[0].write(column)
        torch.addmm(self.first_bias, self.left(column), self.first_left, out=x)  # (B, h)
        for number, (rows, (horizontal, mix, bias)) in enumerate(zip(self.rows, self.layers, strict=True)):
            y = torch.addmm(rows[:, column], self.caches[number].left_and_here(column), horizontal)  # (B, 2h)
            y = torch.addmm(bias, gate(*y.chunk(2, 1)), mix)
            following = self.caches[number + 1].write(column)
            torch.add(x, y, out=following)
            x = following
        return self.logits(x)
