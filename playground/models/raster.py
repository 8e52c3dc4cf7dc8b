"""What models share that write a picture in raster order: the protocol around their layers, and the caches of sampling.

Shape letters: B batch, C channels, H and W height and width, D = H·W positions, P parameters of one conditional.
Ramachandran et al. (2017). Fast Generation for Convolutional Autoregressive Models. arXiv:1704.06001. (caching)
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import as_conditionals, discrete_log_prob


class RasterModel(nn.Module):
    """What the PixelCNNs share: raster order, the output layers, and the protocol around `stages` and `begin`.

    A model adds its layers, `stages(x)`, which yields the trunk after each of them, and `begin(batch)`, whose state
    has `record`, `start_row` and `advance`.
    """

    family = "pixelcnn"

    def __init__(self, config: Any, trunk: int, hidden: int) -> None:
        """config: with height, width and levels. trunk, hidden: channels of the trunk and of the output layers."""
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.head = "bernoulli" if config.levels == 2 else "categorical"
        self.register_buffer("order", torch.arange(config.height * config.width), persistent=False)
        self.hidden = nn.Conv2d(trunk, hidden, 1)
        self.out = nn.Conv2d(hidden, 1 if config.levels == 2 else config.levels, 1)

    def stages(self, x: Tensor) -> Iterator[tuple[str, Tensor]]:
        """The trunk after each layer, named: (B, H, W) values → (name, (B, C, H, W)), …"""
        raise NotImplementedError  # each model has its own

    def begin(self, batch: int) -> Any:
        """Empty caches for `batch` images, before the first pixel."""
        raise NotImplementedError  # each model has its own

    def read_out(self, trunk: Tensor) -> Tensor:
        """(B, C, H, W) features of the last stage → (B, D, P) logits: ReLU → 1×1 → ReLU → 1×1."""
        return as_conditionals(self.out(F.relu(self.hidden(F.relu(trunk)))))

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals in one parallel pass: (B, H, W) values 0 … levels − 1 → (B, D, P) logits."""
        _, trunk = deque(self.stages(x), maxlen=1).pop()
        return self.read_out(trunk)

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, H, W) → (B,), exact log-likelihood in nats."""
        return discrete_log_prob(self.conditionals(x), x)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, H, W) → (B,), what training minimises: −log p(x), nats."""
        return -self.log_prob(x)

    def step(self, state: Any, k: int, previous: Tensor | None) -> tuple[Tensor, Any]:
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


class RasterState:
    """The part of a sampling state that both PixelCNNs have: the padded canvas and the output layers."""

    def __init__(self, model: RasterModel, batch: int) -> None:
        config, like = model.config, model.out.weight
        self.levels, self.width, self.row = config.levels, config.width, 0
        # three rows above and three columns at either side, as the first 7×7 kernel pads
        self.canvas = like.new_zeros(batch, 1, config.height + 3, config.width + 6)
        self.hidden = (model.hidden.weight.flatten(1).t().contiguous(), model.hidden.bias)
        self.out = (model.out.weight.flatten(1).t().contiguous(), model.out.bias)

    def record(self, position: int, value: Tensor) -> None:
        """Write the (B,) value drawn at a flat position onto the canvas."""
        row, column = divmod(position, self.width)
        self.canvas[:, 0, row + 3, column + 3] = value * (2.0 / (self.levels - 1)) - 1.0

    def rows_above(self) -> Tensor:
        """(B, 1, 3, W + 6): the three canvas rows above the current one."""
        return self.canvas[:, :, self.row : self.row + 3]

    def left(self, column: int) -> Tensor:
        """(B, 3): the three values to the left on the current row."""
        return self.canvas[:, 0, self.row + 3, column : column + 3]

    def logits(self, trunk: Tensor) -> Tensor:
        """(B, C) trunk features of one pixel → (B, P)."""
        y = torch.addmm(self.hidden[1], trunk.relu(), self.hidden[0]).relu_()
        return torch.addmm(self.out[1], y, self.out[0])


class RowCache:
    """Two rows of one layer's activations, zero-padded, as the incremental pass needs them.

    `row[:, c + 1]` holds column c of the row being written, `above` the finished row before it. Both are
    (B, W + 2, C): the padding at either end never changes, so a window of neighbours is a plain slice.
    """

    def __init__(self, batch: int, width: int, channels: int, like: Tensor):
        shape = (batch, width + 2, channels)
        self.row = torch.zeros(shape, dtype=like.dtype, device=like.device)
        self.above = torch.zeros_like(self.row)
        self.channels = channels

    def next_row(self) -> None:
        """Make the row just written the one above. The new row's old columns are overwritten before they are read."""
        self.row, self.above = self.above, self.row

    def write(self, column: int) -> Tensor:
        """The (B, C) view that column `column` of the current row is written to."""
        return self.row[:, column + 1]

    def left_and_here(self, column: int) -> Tensor:
        """(B, 2C): columns c − 1 and c of the current row, side by side, without a copy."""
        start = column * self.channels
        return self.row.flatten(1)[:, start : start + 2 * self.channels]

    def windows_above(self) -> Tensor:
        """(B·W, 3C): for every column, columns c − 1 … c + 1 of the row above, copied: one product serves all."""
        return self.above.flatten(1).unfold(1, 3 * self.channels, self.channels).reshape(-1, 3 * self.channels)
