"""Backpropagation through time, with every state in sight: norms of gradients by lag, and of the weights' gradient."""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..models.cells import Cell, CellState


class Net:
    """Layers one above the other, copied, and what each did when it read a sequence."""

    def __init__(self, kind: str, layers: Sequence[Cell]) -> None:
        self.kind = kind
        self.layers = [copy.deepcopy(layer) for layer in layers]  # the model is shared: nothing is written to it
        self.recurred: list[list[Tensor]] = [[] for _ in layers]  # W_h h + b_h of each step, (B, G·H)
        for layer, kept in zip(self.layers, self.recurred, strict=True):
            layer.recur = _recorded(layer.recur, kept)


def _recorded(recur: Callable[[Tensor], Tensor], kept: list[Tensor]) -> Callable[[Tensor], Tensor]:
    """The same function; what it returns is kept besides, and has a gradient even where the state has none."""

    def recorded(hidden: Tensor) -> Tensor:
        kept.append(recur(hidden).requires_grad_())
        return kept[-1]

    return recorded


def gradients(
    net: Net, inputs: Tensor, loss: Callable[[Tensor], Tensor], cut: int = 0
) -> tuple[dict[str, Tensor], Tensor]:
    """Norms of ∂L/∂h (and of ∂L/∂c for an LSTM), each (B, S) by lag, and of the mean loss's gradient of the weights.

    inputs: (S, B, I). loss: the last hidden state (B, H) → (B,) losses, each a function of its own row. Norms are over
    all layers together. cut: the state is detached before the last `cut` steps; 0 for nowhere.
    """
    y, read, projections, kept = inputs, [], [], []
    for layer in net.layers:
        read.append(y)
        projections.append(layer.project(y).requires_grad_())
        states = unroll(layer, projections[-1], cut)
        kept.append(states)
        y = torch.stack([state.hidden for state in states])  # (S, B, H)
    losses = loss(kept[-1][-1].hidden)
    parts = {"h": [state.hidden for states in kept for state in states]}
    if net.kind == "lstm":
        parts["c"] = [state.memory for states in kept for state in states]
    recurred = [tensor for tensors in net.recurred for tensor in tensors]
    wanted = [tensor for tensors in parts.values() for tensor in tensors] + recurred + projections
    found = torch.autograd.grad(losses.sum(), wanted, allow_unused=True)  # None: the loss does not depend on it
    found = [torch.zeros_like(w) if g is None else g for w, g in zip(wanted, found, strict=True)]
    count, norms = len(kept) * len(inputs), {}
    for n, name in enumerate(parts):
        each = torch.stack(found[n * count : (n + 1) * count]).unflatten(0, (len(kept), -1))  # (layers, S, B, H)
        norms[name] = each.square().sum((0, 3)).sqrt().flip(0).t()  # (B, S), the lag 0 first
    at = len(parts) * count
    squares = torch.zeros((), dtype=inputs.dtype)
    for n, states in enumerate(kept):
        of_recurred = torch.stack(found[at + n * len(inputs) : at + (n + 1) * len(inputs)])  # (S, B, G·H)
        before = torch.stack([torch.zeros_like(states[0].hidden), *(state.hidden for state in states[:-1])])
        for upstream, seen in ((of_recurred, before), (found[at + count + n], read[n])):
            weight = torch.einsum("sbg,sbh->gh", upstream, seen.detach())
            squares = squares + weight.square().sum() + upstream.sum((0, 1)).square().sum()  # and that of its bias
    return norms, squares.sqrt() / len(losses)


def unroll(layer: Cell, projected: Tensor, cut: int = 0) -> list[CellState]:
    """The states after each of S steps: projected (S, B, G·H), from zeros. See `gradients` for the cut."""
    state, states = layer.start(projected.shape[1]), []
    for t, step in enumerate(projected.unbind(0)):
        if cut and t == len(projected) - cut:
            state = CellState(*(tensor.detach() for tensor in state))
        state, _ = layer.advance(step, state)
        states.append(state)
    return states
