"""Recurrent cells, written out: what is kept from one step to the next, and which gate lets what through.

Weights lie as in torch.nn.RNN, GRU and LSTM, so that either can be loaded into the other: `weight_ih` (G·H, I),
`weight_hh` (G·H, H) and two biases (G·H,), one block of H rows for each gate, in the order of `Cell.gates`.

1. Elman (1990). Finding structure in time. Cognitive Science 14. (the tanh network)
2. Hochreiter, Schmidhuber (1997). Long short-term memory. Neural Computation 9; Gers, Schmidhuber, Cummins (2000),
   Learning to forget. Neural Computation 12. (the forget gate)
3. Cho et al. (2014). Learning phrase representations using RNN encoder–decoder. arXiv:1406.1078. (the gated unit; the
   reset gate acts on the recurrent product, as in torch and cuDNN)

The page shows every gate and state as a bar, the formulas with the numbers of one step, and the gradient through time.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid}
CELLS = ("rnn-tanh", "rnn-relu", "rnn-sigmoid", "lstm", "gru")


class CellState(NamedTuple):
    """What a cell hands to its next step: hidden h (B, H), and the memory c (B, H) of an LSTM, else the same h."""

    hidden: Tensor
    memory: Tensor


class Cell(nn.Module):
    """One layer's cell: `project` its inputs, all steps at once, then `advance` step by step."""

    gates: tuple[str, ...]  # blocks of rows of the weights

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.inputs, self.hidden = inputs, hidden
        rows = len(self.gates) * hidden
        self.weight_ih = nn.Parameter(torch.empty(rows, inputs))
        self.weight_hh = nn.Parameter(torch.empty(rows, hidden))
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))
        nn.init.normal_(self.weight_ih, std=inputs**-0.5)
        for block in self.weight_hh.data.chunk(len(self.gates)):
            nn.init.orthogonal_(block)

    def start(self, batch: int) -> CellState:
        """The state before the first step: zeros."""
        zeros = self.weight_hh.new_zeros(batch, self.hidden)
        return CellState(zeros, zeros)

    def project(self, x: Tensor) -> Tensor:
        """W_i x + b_i: (…, I) → (…, G·H). It needs no state, so all steps are done in one product."""
        return torch.nn.functional.linear(x, self.weight_ih, self.bias_ih)

    def recur(self, hidden: Tensor) -> Tensor:
        """W_h h + b_h: (B, H) → (B, G·H)."""
        return torch.nn.functional.linear(hidden, self.weight_hh, self.bias_hh)

    def advance(self, projected: Tensor, state: CellState) -> tuple[CellState, dict[str, Tensor]]:
        """One step: W_i x + b_i (B, G·H) and the state before → the state after, and every gate (B, H) by its name."""
        raise NotImplementedError  # each cell has its own

    def unroll(self, x: Tensor, state: CellState) -> tuple[Tensor, CellState]:
        """All steps: x (S, B, I) and the state before → the hidden states (S, B, H) and the state after."""
        found = []
        for step in self.project(x).unbind(0):
            state, _ = self.advance(step, state)
            found.append(state.hidden)
        return torch.stack(found), state


class SimpleCell(Cell):
    """h' = φ(W_i x + b_i + W_h h + b_h) (reference 1), φ tanh, ReLU or the logistic function."""

    gates = ("hidden",)

    def __init__(self, inputs: int, hidden: int, activation: str = "tanh") -> None:
        super().__init__(inputs, hidden)
        self.activation = activation

    def advance(self, projected: Tensor, state: CellState) -> tuple[CellState, dict[str, Tensor]]:
        """See `Cell.advance`; "sum" is what the activation is applied to."""
        total = projected + self.recur(state.hidden)
        h = ACTIVATIONS[self.activation](total)
        return CellState(h, h), {"sum": total}


class LSTMCell(Cell):
    """Long short-term memory (reference 2): a memory c that is only scaled and added to.

        i = σ(W_ii x + b_ii + W_hi h + b_hi)   f = σ(…)   g = tanh(…)   o = σ(…)
        c' = f ⊙ c + i ⊙ g                     h' = o ⊙ tanh(c')

    The forget gate's bias starts at 1, so that a new memory lasts (Jozefowicz et al. 2015, section 2.2).
    """

    gates = ("input", "forget", "candidate", "output")

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__(inputs, hidden)
        self.bias_ih.data[hidden : 2 * hidden] = 1.0

    def advance(self, projected: Tensor, state: CellState) -> tuple[CellState, dict[str, Tensor]]:
        """See `Cell.advance`: input, forget, candidate, output."""
        i, f, g, o = (projected + self.recur(state.hidden)).chunk(4, dim=-1)
        i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
        c = f * state.memory + i * g
        return CellState(o * c.tanh(), c), {"input": i, "forget": f, "candidate": g, "output": o}

    def unroll(self, x: Tensor, state: CellState) -> tuple[Tensor, CellState]:
        """See `Cell.unroll`. While training it is torch's own kernel: the same numbers, and in bfloat16 a third of the
        time."""
        if not self.training:
            return super().unroll(x, state)
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        before = tuple(part.unsqueeze(0) for part in state)
        found, hidden, memory = torch.lstm(x, before, weights, True, 1, 0.0, True, False, False)
        return found, CellState(hidden[0], memory[0])


class GRUCell(Cell):
    """Gated recurrent unit (reference 3): one gate lets the past into the candidate, one mixes it with the candidate.

    r = σ(W_ir x + b_ir + W_hr h + b_hr)   z = σ(…)
    n = tanh(W_in x + b_in + r ⊙ (W_hn h + b_hn))
    h' = (1 − z) ⊙ n + z ⊙ h
    """

    gates = ("reset", "update", "candidate")

    def advance(self, projected: Tensor, state: CellState) -> tuple[CellState, dict[str, Tensor]]:
        """See `Cell.advance`: reset, update, candidate."""
        (xr, xz, xn), (hr, hz, hn) = projected.chunk(3, dim=-1), self.recur(state.hidden).chunk(3, dim=-1)
        r, z = (xr + hr).sigmoid(), (xz + hz).sigmoid()
        n = (xn + r * hn).tanh()
        h = n + z * (state.hidden - n)
        return CellState(h, h), {"reset": r, "update": z, "candidate": n}


def cell(kind: str, inputs: int, hidden: int) -> Cell:
    """A cell of one of `CELLS`. Raises ValueError for another name."""
    if kind not in CELLS:
        raise ValueError(f"cell={kind!r}: allowed are {', '.join(map(repr, CELLS))}")
    if kind == "lstm":
        return LSTMCell(inputs, hidden)
    return GRUCell(inputs, hidden) if kind == "gru" else SimpleCell(inputs, hidden, kind.removeprefix("rnn-"))
