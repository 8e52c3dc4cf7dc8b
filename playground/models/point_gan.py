"""The two players of a game in the plane: small tanh networks, their gradients in closed form, first and second order.

The generator maps codes (B, 2) to points (B, 2), the discriminator points (B, 2) to one logit, D(x) = sigmoid. Both
are y = tanh(tanh(x W₁ + b₁) W₂ + b₂) W₃ + b₃; a network's weights are one row of numbers (P,), so that an optimiser
takes one step with a few operations, and a whole state of the game is a handful of rows.

1. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS. Equation 1 and section 3: the losses.
2. Pearlmutter (1994). Fast exact multiplication by the Hessian. Neural Computation 6. `second` is its R-operator, then
   reversed: what unrolling and a gradient penalty ask for.

Everything is a pure function of the weights: nothing is stored, nothing needs autograd.

The page plays the game in front of the visitor: both densities are known there, so D* stands beside D.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from .gan import LOSSES

ROWS = 2_048


@dataclass(frozen=True)
class Pass:
    """What a forward pass leaves: x (B, I), the two layers of hidden units (B, H), and the output y (B, O)."""

    x: Tensor
    first: Tensor
    second: Tensor
    y: Tensor

    @cached_property
    def bends(self) -> tuple[Tensor, Tensor]:
        """tanh' in both layers, (B, H) each: 1 − tanh²."""
        return 1 - self.first.square(), 1 - self.second.square()


class PlaneNetwork:
    """Two hidden layers of `hidden` tanh units. Shapes: B batch, I inputs, H hidden, O outputs, P weights."""

    def __init__(self, inputs: int, hidden: int, outputs: int):
        self.shapes = ((inputs, hidden), (hidden,), (hidden, hidden), (hidden,), (hidden, outputs), (outputs,))
        self.sizes = [math.prod(shape) for shape in self.shapes]
        self.size = sum(self.sizes)

    def parts(self, weights: Tensor) -> list[Tensor]:
        """Views of W₁, b₁, W₂, b₂, W₃, b₃ in a row of numbers (P,)."""
        return [part.view(shape) for part, shape in zip(weights.split(self.sizes), self.shapes, strict=True)]

    def initial(self, generator: torch.Generator, gain: float = 1.0) -> Tensor:
        """(P,) weights to begin with: normal, of variance 1 / inputs, biases too; `gain` scales the last layer."""
        weights = torch.randn(self.size, generator=generator)
        for number, part in enumerate(self.parts(weights)):
            matrix = self.shapes[number - number % 2]
            part.mul_((gain if number > 3 else 1.0) / math.sqrt(matrix[0]))
        return weights

    def __call__(self, weights: Tensor, x: Tensor) -> Tensor:
        """y: (B, I) → (B, O), ROWS at a time, so that what is between stays in the processor's cache."""
        parts = [self.forward(weights, part).y for part in x.split(ROWS)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def forward(self, weights: Tensor, x: Tensor) -> Pass:
        """y, and what `backward` needs."""
        w1, b1, w2, b2, w3, b3 = self.parts(weights)
        first = torch.addmm(b1, x, w1).tanh_()  # (B, H)
        second = torch.addmm(b2, first, w2).tanh_()  # (B, H)
        return Pass(x, first, second, torch.addmm(b3, second, w3))

    def slope(self, weights: Tensor, done: Pass, ahead: Tensor) -> Tensor:
        """Σ ahead · ∂y/∂x: ahead (B, O) → (B, I)."""
        w1, _, w2, _, w3, _ = self.parts(weights)
        back = torch.mm(ahead, w3.t()).mul_(done.bends[1])
        back = torch.mm(back, w2.t()).mul_(done.bends[0])
        return torch.mm(back, w1.t())

    def backward(self, weights: Tensor, done: Pass, ahead: Tensor) -> Tensor:
        """Σ ahead · ∂y/∂weights: ahead (B, O) → (P,)."""
        _, _, w2, _, w3, _ = self.parts(weights)
        found = torch.empty_like(weights)
        g1, c1, g2, c2, g3, c3 = self.parts(found)
        torch.mm(done.second.t(), ahead, out=g3)
        torch.sum(ahead, 0, out=c3)
        back = torch.mm(ahead, w3.t()).mul_(done.bends[1])  # (B, H)
        torch.mm(done.first.t(), back, out=g2)
        torch.sum(back, 0, out=c2)
        back = torch.mm(back, w2.t()).mul_(done.bends[0])  # (B, H)
        torch.mm(done.x.t(), back, out=g1)
        torch.sum(back, 0, out=c1)
        return found

    def tangent(self, weights: Tensor, done: Pass, along: Tensor | None, across: Tensor | None) -> Pass:
        """The derivative of every activation where the weights move by `along` (P,) and x by `across` (B, I).

        None: that one stands still. Of the result, x is `across`, and `first`, `second` are derivatives before the
        tanh; y is ẏ (B, O).
        """
        w1, _, w2, _, w3, _ = self.parts(weights)
        v = [None] * 6 if along is None else self.parts(along)
        first = _moved(done.x, across, w1, v[0], v[1])
        second = _moved(done.first, first * done.bends[0], w2, v[2], v[3])
        y = _moved(done.second, second * done.bends[1], w3, v[4], v[5])
        return Pass(across, first, second, y)

    def second(
        self, weights: Tensor, done: Pass, moved: Pass, along: Tensor | None, ahead: Tensor, ahead_moved: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The gradient of Σ ahead · y + ahead_moved · ẏ, with ẏ from `tangent`, in the weights (P,) and in x (B, I).

        The directions `along` and `across` are held fixed. With ahead_moved 0 this is `backward` and `slope`.
        """
        w1, _, w2, _, w3, _ = self.parts(weights)
        v1, _, v2, _, v3, _ = [None] * 6 if along is None else self.parts(along)
        found = torch.empty_like(weights)
        g1, c1, g2, c2, g3, c3 = self.parts(found)
        bend1, bend2 = done.bends  # tanh'
        torch.mm(done.second.t(), ahead, out=g3).addmm_((moved.second * bend2).t(), ahead_moved)
        torch.sum(ahead, 0, out=c3)
        back_moved = torch.mm(ahead_moved, w3.t())  # adjoint of the second layer's derivative after the tanh
        back = _returned(ahead, ahead_moved, w3, v3)
        back = back.addcmul_(done.second * moved.second, back_moved, value=-2).mul_(bend2)
        back_moved = back_moved.mul_(bend2)
        torch.mm(done.first.t(), back, out=g2).addmm_((moved.first * bend1).t(), back_moved)
        torch.sum(back, 0, out=c2)
        below_moved, below = torch.mm(back_moved, w2.t()), _returned(back, back_moved, w2, v2)
        below = below.addcmul_(done.first * moved.first, below_moved, value=-2).mul_(bend1)
        below_moved = below_moved.mul_(bend1)
        torch.mm(done.x.t(), below, out=g1)
        if moved.x is not None:
            g1.addmm_(moved.x.t(), below_moved)
        torch.sum(below, 0, out=c1)
        return found, _returned(below, below_moved, w1, v1)


def _moved(x: Tensor, across: Tensor | None, w: Tensor, dw: Tensor | None, db: Tensor | None) -> Tensor:
    """The derivative of x w + b."""
    if dw is None:
        return torch.mm(across, w)
    found = torch.addmm(db, x, dw)
    return found if across is None else found.addmm_(across, w)


def _returned(back: Tensor, back_moved: Tensor, w: Tensor, dw: Tensor | None) -> Tensor:
    """The adjoint of x below x w + b and below its derivative."""
    found = torch.mm(back, w.t())
    return found if dw is None else found.addmm_(back_moved, dw.t())


def discriminator_slopes(logits: Tensor, reals: int) -> Tensor:
    """∂ `gan.discriminator_loss` / ∂ logits (B, 1), the first `reals` of which are of real points."""
    found = logits.sigmoid()
    found[:reals].sub_(1).div_(reals)
    found[reals:].div_(max(len(logits) - reals, 1))
    return found


def discriminator_bends(logits: Tensor, reals: int) -> Tensor:
    """The second derivative of the same, (B, 1)."""
    gate = logits.sigmoid()
    found = gate * (1 - gate)
    found[:reals].div_(reals)
    found[reals:].div_(max(len(logits) - reals, 1))
    return found


def generator_slopes(logits: Tensor, kind: str) -> Tensor:
    """∂ ℓ / ∂ logit of each generated point, ℓ the term of `gan.generator_loss`: (B, 1).

    "minimax": −D, which vanishes where D is sure that the point is generated; "non-saturating": D − 1, which is
    steepest just there (reference 1, section 3). ValueError for another kind.
    """
    if kind not in LOSSES:
        raise ValueError(f"kind={kind!r}: allowed are {', '.join(map(repr, LOSSES))}")
    gate = logits.sigmoid()
    return gate - 1 if kind == "non-saturating" else -gate
