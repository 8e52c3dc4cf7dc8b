"""Recurrent models: everything before is summarised in a state of fixed size.

h_l = cell(t_{l−1}, h_{l−1}),  p(t_l | t_<l) = softmax(W h_l + b): the same weights at every step, so a sequence may be
of any length. Bengio et al. (2003) is what it replaces (a window, see `markov`), and Mikolov et al. (2010), Recurrent
neural network based language model (Interspeech, section 2), what it became.

The page shows gates and states step by step, and how far a gradient reaches back.
"""

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from .cells import CELLS, CellState, cell
from .limits import require_choice, require_whole
from .sequence import SequenceConfig, SequenceModel


@dataclass(frozen=True)
class RecurrentConfig(SequenceConfig):
    """cell: one of `CELLS`. hidden: H, units of each layer. layers: cells one above the other. embedding: numbers a
    token is turned into. dropout: share of a layer's outputs that training leaves out on the way up."""

    cell: str = "lstm"
    hidden: int = 256
    layers: int = 1
    embedding: int = 64
    dropout: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_choice(self, "cell", *CELLS)
        require_whole(self, hidden=(1, 4096), layers=(1, 8), embedding=(1, 1024))
        if isinstance(self.dropout, bool) or not isinstance(self.dropout, int | float) or not 0 <= self.dropout < 1:
            raise ValueError(f"{type(self).__name__}: dropout={self.dropout!r}: allowed are numbers from 0 to below 1")


class RecurrentModel(SequenceModel):
    """Implements the autoregressive protocol. S steps, H hidden units."""

    family = "recurrent"

    def __init__(self, config: RecurrentConfig) -> None:
        super().__init__(config)
        self.embed = nn.Embedding(config.states + 1, config.embedding)  # the last row: nothing came before
        sizes = [config.embedding] + [config.hidden] * config.layers
        self.cells = nn.ModuleList(cell(config.cell, i, h) for i, h in pairwise(sizes))
        self.drop = nn.Dropout(config.dropout)
        self.out = nn.Linear(config.hidden, config.states)

    def start(self, batch: int) -> list[CellState]:
        """The state of each layer before the first token: zeros."""
        return [layer.start(batch) for layer in self.cells]

    def read(self, inputs: Tensor, states: list[CellState]) -> tuple[Tensor, list[CellState]]:
        """The top layer's hidden states: inputs (B, S) read one after the other → (B, S, H), and the states after."""
        y, after = self.embed(inputs).transpose(0, 1), []  # (S, B, E)
        for layer, state in zip(self.cells, states, strict=True):
            y, state = layer.unroll(self.drop(y), state)
            after.append(state)
        return y.transpose(0, 1), after

    def logits(self, tokens: Tensor) -> Tensor:
        """(B, L) tokens → (B, L, V) logits, the l-th given those before l. L may be any length."""
        hidden, _ = self.read(self.shifted(tokens), self.start(len(tokens)))
        return self.out(self.drop(hidden))

    def advance(self, state: list[CellState], previous: Tensor | None) -> tuple[Tensor, list[CellState]]:
        """Logits (B, V) of the next token after `previous` (B,) was read; None before the first."""
        batch = len(state[0].hidden)
        index = self.order.new_full((batch,), self.config.states) if previous is None else previous
        y, after = self.embed(index), []
        for layer, before in zip(self.cells, state, strict=True):
            new, _ = layer.advance(layer.project(y), before)
            y = new.hidden
            after.append(new)
        return self.out(y), after
