"""NADE: one hidden layer, its weights shared by all conditionals, its pre-activation updated one column at a time.

a_1 = c,  a_{i+1} = a_i + W_{·,i} x_i,  h_i = g(a_i),  p(x_i = 1 | x_<i) = σ(b_i + V_{i,·} h_i): a whole pass costs
O(DH). No (B, D, H) tensor is ever held: the pre-activations (B, H) are updated in place, in the backward pass too,
where a_i is got back from a_{i+1} by subtraction.

1. Larochelle, Murray (2011). The Neural Autoregressive Distribution Estimator. AISTATS. Equations 4–6, algorithm 1.
2. Uria, Côté, Gregor, Murray, Larochelle (2016). Neural Autoregressive Distribution Estimation. JMLR 17, section 2.

The page shows: the hidden units' bars as each pixel is revealed, and the update with its numbers.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .flat import BinaryConfig, FlatModel
from .limits import require_choice, require_whole


@dataclass(frozen=True)
class NADEConfig(BinaryConfig):
    """hidden: H, hidden units. activation: g, "sigmoid" as in the paper, or "relu"."""

    hidden: int = 500
    activation: str = "sigmoid"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole(self, hidden=(1, 8192))
        require_choice(self, "activation", "sigmoid", "relu")


def activate(a: Tensor, activation: str) -> Tensor:
    """g(a): the logistic function, or max(0, a)."""
    return torch.sigmoid(a) if activation == "sigmoid" else a.relu()


class NADE(FlatModel):
    """Neural autoregressive distribution estimator; implements the autoregressive protocol."""

    def __init__(self, config: NADEConfig) -> None:
        super().__init__(config)
        positions, hidden = config.positions, config.hidden
        self.encode = nn.Parameter(torch.empty(positions, hidden))  # W, a row for each input position
        self.decode = nn.Parameter(torch.empty(positions, hidden))  # V, a row for each output position
        self.hidden_bias = nn.Parameter(torch.zeros(hidden))  # c
        self.bias = nn.Parameter(torch.zeros(positions))  # b
        nn.init.normal_(self.encode, std=positions**-0.5)
        nn.init.normal_(self.decode, std=hidden**-0.5)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals, teacher-forced: (B, height, width) of 0/1 → (B, D, 1) logits, in O(BDH) time."""
        with torch.autocast(x.device.type, enabled=False):  # 784 additions in bfloat16 would lose the sum
            ordered = x.flatten(1)[:, self.order].to(self.encode.dtype)  # (B, D) by step
            logits = _Pass.apply(
                ordered,
                self.encode[self.order],
                self.decode[self.order],
                self.hidden_bias,
                self.config.activation,
            )  # (B, D) by step, without b
            found = torch.empty_like(logits)
            found[:, self.order] = logits
            return (found + self.bias).unsqueeze(-1)

    def begin(self, batch: int) -> "NADEState":
        """The pre-activation a_1 = c, and the weights as rows."""
        rows = self.encode.unbind(), self.decode.unbind(), self.bias.unbind()
        return NADEState(self.hidden_bias.repeat(batch, 1), self.order.tolist(), *rows)

    def step(self, state: "NADEState", k: int, previous: Tensor | None) -> tuple[Tensor, "NADEState"]:
        """The conditional of position order[k], after an update by one column of W.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns logits (B, 1) and the state, which is
        updated in place.
        """
        if previous is not None:
            state.a.addr_(previous.to(state.a.dtype), state.encode[state.order[k - 1]])
        position = state.order[k]
        h = activate(state.a, self.config.activation)
        return torch.addmv(state.bias[position], h, state.decode[position]).unsqueeze(1), state


@dataclass
class NADEState:
    """a: (B, H), pre-activations so far. order: flat positions by step. The weights as one view a position, which are
    had faster than by an index: encode, decode: D of (H,). bias: D of ().
    """

    a: Tensor
    order: list[int]
    encode: tuple[Tensor, ...]
    decode: tuple[Tensor, ...]
    bias: tuple[Tensor, ...]


class _Pass(torch.autograd.Function):
    """The recurrence over all D positions in ordering, forward and backward in O(B·H) memory beside its arguments."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, encode: Tensor, decode: Tensor, start: Tensor, activation: str) -> Tensor:
        """x (B, D), encode and decode (D, H), start (H,) → logits (B, D); column k is of the position at step k."""
        a = start.repeat(len(x), 1)  # (B, H)
        logits = x.new_empty(x.shape[1], len(x))  # (D, B): a step writes one row
        columns = x.t().contiguous()  # (D, B)
        for k in range(x.shape[1]):
            torch.mv(activate(a, activation), decode[k], out=logits[k])
            a.addr_(columns[k], encode[k])
        ctx.save_for_backward(columns, encode, decode, a)
        ctx.activation = activation
        return logits.t()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """From the last position to the first: a_k is a_{k+1} less what position k added."""
        columns, encode, decode, a = ctx.saved_tensors
        a, grad = a.clone(), grad.t().contiguous()  # (B, H), (D, B)
        into_encode, into_decode = torch.empty_like(encode), torch.empty_like(decode)
        into_a = torch.zeros_like(a)  # gradient into a_{k+1} from all later conditionals
        local = torch.empty_like(a)
        into_x = torch.empty_like(columns) if ctx.needs_input_grad[0] else None
        for k in reversed(range(len(columns))):
            torch.mv(into_a.t(), columns[k], out=into_encode[k])
            if into_x is not None:
                torch.mv(into_a, encode[k], out=into_x[k])
            a.addr_(columns[k], encode[k], alpha=-1)
            h = activate(a, ctx.activation)
            torch.mv(h.t(), grad[k], out=into_decode[k])
            torch.outer(grad[k], decode[k], out=local)
            if ctx.activation == "sigmoid":
                into_a.addcmul_(local, h - h * h)
            else:
                into_a.add_(torch.ops.aten.threshold_backward(local, h, 0))
        return (into_x.t() if into_x is not None else None, into_encode, into_decode, into_a.sum(0), None)
