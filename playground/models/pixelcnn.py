"""PixelCNN: every pixel is predicted from the pixels before it by one stack of masked convolutions.

p(x) = ∏ p(x_i | x_1, …, x_{i−1}) in raster order. A 7×7 convolution of mask type A looks at the pixels; residual
blocks of mask type B deepen the look. In training all conditionals come out of one parallel pass; in sampling each
pixel has to wait for the one before it.

1. van den Oord, Kalchbrenner, Kavukcuoglu (2016a). Pixel Recurrent Neural Networks. arXiv:1601.06759.
   Section 3.4 (masks), 3.5 (PixelCNN), figure 5 (residual block), table 1 (architecture).
2. Ramachandran et al. (2017). Fast Generation for Convolutional Autoregressive Models. arXiv:1704.06001. (caching)

The page shows: the mask of each kernel, what reaches a pixel layer by layer, the feature maps of every block and the
share that its skip connection carries.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import MaskedConv2d, as_input
from .limits import require_whole
from .raster import RasterModel, RasterState, RowCache


@dataclass(frozen=True)
class PixelCNNConfig:
    """Size of a PixelCNN.

    height, width: pixels. levels: grey levels, 2 for a Bernoulli head, more for a categorical one.
    features: h, the channels inside a block; the trunk has 2h. blocks: residual blocks.
    Raises ValueError for a field that is not a whole number in its range.
    """

    height: int = 28
    width: int = 28
    levels: int = 2
    features: int = 64
    blocks: int = 8

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 256), levels=(2, 256), features=(1, 1024), blocks=(1, 64))


class ResidualBlock(nn.Module):
    """ReLU → 1×1 (2h → h) → ReLU → 3×3 type B (h → h) → ReLU → 1×1 (h → 2h), added to its input (figure 5, left)."""

    def __init__(self, features: int):
        super().__init__()
        self.reduce = nn.Conv2d(2 * features, features, 1)
        self.spatial = MaskedConv2d("B", features, features, 3)
        self.expand = nn.Conv2d(features, 2 * features, 1)
        nn.init.zeros_(self.expand.weight)  # the block starts as the identity, which trains faster

    def forward(self, x: Tensor) -> Tensor:
        """(B, 2h, H, W) → (B, 2h, H, W)."""
        y = self.reduce(F.relu(x))
        y = self.spatial(F.relu(y))
        return x + self.expand(F.relu(y))


class PixelCNN(RasterModel):
    """PixelCNN with a binary or categorical head; implements the autoregressive protocol."""

    def __init__(self, config: PixelCNNConfig) -> None:
        width = 2 * config.features
        super().__init__(config, trunk=width, hidden=width)
        self.first = MaskedConv2d("A", 1, width, 7)
        self.blocks = nn.ModuleList(ResidualBlock(config.features) for _ in range(config.blocks))

    def stages(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The trunk after each layer, named: (B, H, W) values → ("conv 7×7 A", (B, 2h, H, W)), ("block 1", …), …"""
        x = self.first(as_input(x, self.config.levels))
        yield "conv 7×7 A", x
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            yield f"block {number}", x

    def begin(self, batch: int) -> "PixelCNNState":
        """Empty caches for `batch` images, before the first pixel."""
        return PixelCNNState(self, batch)


class PixelCNNState(RasterState):
    """What sampling keeps between pixels: the padded canvas and, per block, two rows of reduced activations.

    The taps of a kernel that look at rows above are applied to a whole row at once when the row starts (one matrix
    product per layer); at each pixel only the taps on the current row are left.
    """

    def __init__(self, model: PixelCNN, batch: int) -> None:
        super().__init__(model, batch)
        h = model.config.features
        first = model.first.weight * model.first.mask  # (2h, 1, 7, 7)
        self.first_above, self.first_bias = first[:, :, :3], model.first.bias  # rows r − 3 … r − 1
        self.first_left = first[:, 0, 3, :3].t().contiguous()  # (3, 2h), columns c − 3 … c − 1
        self.caches = [RowCache(batch, self.width, h, first) for _ in model.blocks]
        self.layers = [matrices(block) for block in model.blocks]
        self.rows: list[Tensor] = []

    def start_row(self, row: int) -> None:
        """Apply every kernel's taps on the rows above to the whole new row."""
        self.row = row
        above = F.conv2d(self.rows_above(), self.first_above, self.first_bias)  # (B, 2h, 1, W)
        self.from_above = above[:, :, 0].transpose(1, 2).contiguous()  # (B, W, 2h)
        self.rows = []
        for cache, (_, _, above, _, bias, _, _) in zip(self.caches, self.layers, strict=True):
            cache.next_row()
            self.rows.append(
                torch.addmm(bias, cache.windows_above(), above).unflatten(0, (-1, self.width))
            )  # (B, W, h)

    def advance(self, column: int) -> Tensor:
        """Logits (B, P) of the pixel at `column` of the current row."""
        x = torch.addmm(self.from_above[:, column], self.left(column), self.first_left)  # (B, 2h)
        for cache, rows, (w_reduce, b_reduce, _, here, _, w_expand, b_expand) in zip(
            self.caches, self.rows, self.layers, strict=True
        ):
            y = torch.addmm(b_reduce, x.relu(), w_reduce)  # (B, h)
            torch.clamp_min(y, 0, out=cache.write(column))
            y = torch.addmm(rows[:, column], cache.left_and_here(column), here).relu_()
            x = x.addmm_(y, w_expand).add_(b_expand)
        return self.logits(x)


def matrices(block: ResidualBlock) -> tuple[Tensor, ...]:
    """A block's weights as the matrices that one pixel is multiplied with.

    Returns reduce (2h, h) and bias, the row above (3h, h), left and centre (2h, h), spatial bias, expand (h, 2h), bias.
    """
    w = block.spatial.weight * block.spatial.mask  # (h, h, 3, 3): out, in, row, column
    h = len(w)
    above = w[:, :, 0].permute(2, 1, 0).reshape(3 * h, h)  # (3 columns · in, out)
    here = w[:, :, 1, :2].permute(2, 1, 0).reshape(2 * h, h)  # (left and centre · in, out)
    reduce, expand = (conv.weight.flatten(1).t().contiguous() for conv in (block.reduce, block.expand))
    return (
        reduce,
        block.reduce.bias,
        above.contiguous(),
        here.contiguous(),
        block.spatial.bias,
        expand,
        block.expand.bias,
    )
