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

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import MaskedConv2d, RowCache, as_conditionals, as_input, discrete_log_prob
from .limits import require_whole


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


class PixelCNN(nn.Module):
    """PixelCNN with a binary or categorical head; implements the autoregressive protocol."""

    family = "pixelcnn"

    def __init__(self, config: PixelCNNConfig):
        super().__init__()
        self.config = config
        width = 2 * config.features
        self.event_shape = (config.height, config.width)
        self.head = "bernoulli" if config.levels == 2 else "categorical"
        self.register_buffer("order", torch.arange(config.height * config.width), persistent=False)
        self.first = MaskedConv2d("A", 1, width, 7)
        self.blocks = nn.ModuleList(ResidualBlock(config.features) for _ in range(config.blocks))
        self.hidden = nn.Conv2d(width, width, 1)
        self.out = nn.Conv2d(width, 1 if config.levels == 2 else config.levels, 1)

    def stages(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The trunk after each layer, named: (B, H, W) values → ("conv 7×7 A", (B, 2h, H, W)), ("block 1", …), …"""
        x = self.first(as_input(x, self.config.levels))
        yield "conv 7×7 A", x
        for number, block in enumerate(self.blocks, 1):
            x = block(x)
            yield f"block {number}", x

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals in one parallel pass: (B, H, W) values 0 … levels − 1 → (B, D, P) logits."""
        _, trunk = deque(self.stages(x), maxlen=1).pop()
        return as_conditionals(self.out(F.relu(self.hidden(F.relu(trunk)))))

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, H, W) → (B,), exact log-likelihood in nats."""
        return discrete_log_prob(self.conditionals(x), x)

    def begin(self, batch: int) -> "PixelCNNState":
        """Empty caches for `batch` images, before the first pixel."""
        return PixelCNNState(self, batch)

    def step(self, state: "PixelCNNState", k: int, previous: Tensor | None) -> tuple[Tensor, "PixelCNNState"]:
        """The conditional of position order[k] given all before it, each activation computed once.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns logits (B, P) and the state, which is
        updated in place: the one handed in must not be used again. Equals `conditionals` to rounding.
        """
        row, column = divmod(k, self.config.width)
        if previous is not None:
            state.record(k - 1, previous)
        if column == 0:
            state.start_row(row)
        return state.advance(column), state


class PixelCNNState:
    """What sampling keeps between pixels: the padded canvas and, per block, two rows of reduced activations.

    The taps of a kernel that look at rows above are applied to a whole row at once when the row starts (one matrix
    product per layer); at each pixel only the taps on the current row are left.
    """

    def __init__(self, model: PixelCNN, batch: int):
        c = model.config
        like = model.first.weight
        h = c.features
        self.levels, self.width = c.levels, c.width
        self.canvas = torch.zeros(batch, 1, c.height + 3, c.width + 6, dtype=like.dtype, device=like.device)
        first = model.first.weight * model.first.mask  # (2h, 1, 7, 7)
        self.first_above, self.first_bias = first[:, :, :3], model.first.bias  # rows r − 3 … r − 1
        self.first_left = first[:, 0, 3, :3].t().contiguous()  # (3, 2h), columns c − 3 … c − 1
        self.caches = [RowCache(batch, c.width, h, like) for _ in model.blocks]
        self.layers = []
        for block in model.blocks:
            w = block.spatial.weight * block.spatial.mask  # (h, h, 3, 3): out, in, row, column
            above = w[:, :, 0].permute(2, 1, 0).reshape(3 * h, h)  # (3 columns · in, out)
            here = w[:, :, 1, :2].permute(2, 1, 0).reshape(2 * h, h)  # (left and centre · in, out)
            self.layers.append(
                (
                    block.reduce.weight.flatten(1).t().contiguous(),
                    block.reduce.bias,
                    above.contiguous(),
                    here.contiguous(),
                    block.spatial.bias,
                    block.expand.weight.flatten(1).t().contiguous(),
                    block.expand.bias,
                )
            )
        self.hidden = (model.hidden.weight.flatten(1).t().contiguous(), model.hidden.bias)
        self.out = (model.out.weight.flatten(1).t().contiguous(), model.out.bias)
        self.rows: list[Tensor] = []

    def record(self, position: int, value: Tensor) -> None:
        """Write the value drawn at a flat position onto the canvas."""
        row, column = divmod(position, self.width)
        self.canvas[:, 0, row + 3, column + 3] = value * (2.0 / (self.levels - 1)) - 1.0

    def start_row(self, row: int) -> None:
        """Apply every kernel's taps on the rows above to the whole new row."""
        self.row = row
        window = self.canvas[:, :, row : row + 3]  # (B, 1, 3, W + 6)
        self.from_above = F.conv2d(window, self.first_above, self.first_bias)[:, :, 0].transpose(1, 2).contiguous()
        self.rows = []
        for cache, (_, _, above, _, bias, _, _) in zip(self.caches, self.layers, strict=True):
            cache.next_row()
            self.rows.append(torch.matmul(cache.windows_above(), above).add_(bias))  # (B, W, h)

    def advance(self, column: int) -> Tensor:
        """Logits (B, P) of the pixel at `column` of the current row."""
        left = self.canvas[:, 0, self.row + 3, column : column + 3]  # (B, 3)
        x = torch.addmm(self.from_above[:, column], left, self.first_left)  # (B, 2h)
        for cache, rows, (w_reduce, b_reduce, _, here, _, w_expand, b_expand) in zip(
            self.caches, self.rows, self.layers, strict=True
        ):
            y = torch.addmm(b_reduce, x.relu(), w_reduce)
            torch.clamp_min(y, 0, out=cache.write(column))
            y = torch.addmm(rows[:, column], cache.left_and_here(column), here).relu_()
            x = x.addmm_(y, w_expand).add_(b_expand)
        y = torch.addmm(self.hidden[1], x.relu_(), self.hidden[0]).relu_()
        return torch.addmm(self.out[1], y, self.out[0])
