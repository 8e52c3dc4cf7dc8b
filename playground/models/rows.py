"""A classifier that reads a picture row by row with an LSTM, and has an opinion after every row.

Le, Jaitly, Hinton (2015). A simple way to initialize recurrent networks of rectified linear units. arXiv:1504.00941,
section 4.2 reads MNIST pixel by pixel; here a step is a row, 28 in all.

The page shows the class probabilities settle as rows come in.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .cells import LSTMCell
from .limits import require_whole


@dataclass(frozen=True)
class RowClassifierConfig:
    """height, width: pixels, values 0 … 1. hidden: H, units of the LSTM. classes: digits."""

    height: int = 28
    width: int = 28
    hidden: int = 128
    classes: int = 10

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 256), hidden=(1, 4096), classes=(2, 1000))

    @property
    def levels(self) -> int:
        """0: pixels are real numbers."""
        return 0


class RowClassifier(nn.Module):
    """p(class | rows 1 … r) after every row r. It is no generative model: it has no log p(x)."""

    family = "recurrent"
    head = "classes"

    def __init__(self, config: RowClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.cell = LSTMCell(config.width, config.hidden)
        self.out = nn.Linear(config.hidden, config.classes)

    def read(self, x: Tensor) -> tuple[Tensor, list[dict[str, Tensor]]]:
        """(B, R, W) rows, R of them, values 0 … 1 → hidden (B, R, H), and every row's gates and memory by name."""
        state, hidden, held = self.cell.start(len(x)), [], []
        for row in self.cell.project(x).unbind(1):
            state, gates = self.cell.advance(row, state)
            hidden.append(state.hidden)
            held.append(gates | {"memory": state.memory})
        return torch.stack(hidden, 1), held

    def logits(self, x: Tensor) -> Tensor:
        """(B, R, W) → (B, R, classes): the opinion after every row."""
        return self.out(self.read(x)[0])

    def loss(self, x: Tensor, labels: Tensor) -> Tensor:
        """(B,) nats: −log p(label | picture) after the last row, and a tenth of its mean over the later half of rows.

        The second term keeps the opinions in between calibrated without asking much of rows that say little.
        """
        logits = self.logits(x)
        late = logits[:, logits.shape[1] // 2 :]
        each = F.cross_entropy(late.flatten(0, 1), labels.repeat_interleave(late.shape[1]), reduction="none")
        each = each.unflatten(0, (-1, late.shape[1]))
        return each[:, -1] + 0.1 * each.mean(1)
