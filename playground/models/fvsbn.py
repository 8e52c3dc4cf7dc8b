"""FVSBN, the fully visible sigmoid belief network: each x_i is a logistic regression on the x before it.

p(x_i = 1 | x_<i) = σ(b_i + Σ_{j before i} w_ij x_j). All weights together are one matrix, strictly triangular under the
ordering.

1. Neal (1992). Connectionist learning of belief networks. Artificial Intelligence 56, section 2 (the logistic case).
2. Frey, Hinton, Dayan (1996). Does the wake-sleep algorithm produce good density estimators? NIPS. (fully visible)

The page shows: the triangular matrix, each pixel's own weight image, and the sum that gives its logit, term by term.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .flat import BinaryConfig, FlatModel
from .orderings import ranks


@dataclass(frozen=True)
class FVSBNConfig(BinaryConfig):
    """A fully visible sigmoid belief network has no size but that of its examples."""


class FVSBN(FlatModel):
    """Fully visible sigmoid belief network; implements the autoregressive protocol."""

    def __init__(self, config: FVSBNConfig) -> None:
        super().__init__(config)
        positions = config.positions
        self.weight = nn.Parameter(torch.zeros(positions, positions))  # (D, D): output, input
        self.bias = nn.Parameter(torch.zeros(positions))

    def matrix(self) -> Tensor:
        """(D, D) weights in use, [output, input] by flat position: 0 where the input does not come before."""
        rank = ranks(self.order)
        return self.weight.where(rank.unsqueeze(1) > rank, 0.0)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals in one parallel pass: (B, height, width) of 0/1 → (B, D, 1) logits."""
        return F.linear(x.flatten(1), self.matrix(), self.bias).unsqueeze(-1)

    def begin(self, batch: int) -> "FVSBNState":
        """Every logit starts at its bias."""
        return FVSBNState(self.matrix().t().contiguous(), self.bias.repeat(batch, 1))

    def step(self, state: "FVSBNState", k: int, previous: Tensor | None) -> tuple[Tensor, "FVSBNState"]:
        """The conditional of position order[k], from running sums: each weight is used once.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns logits (B, 1) and the state, which is
        updated in place.
        """
        if previous is not None:
            column = state.columns[self.order[k - 1]]  # (D,)
            state.sums.addr_(previous.to(column.dtype), column)
        position = self.order[k]
        return state.sums[:, position].unsqueeze(1), state


@dataclass
class FVSBNState:
    """columns: (D, D), the weights that leave each position. sums: (B, D), logits so far, by flat position."""

    columns: Tensor
    sums: Tensor
