"""A small network with any masks at all: MADE's forward pass where the masks need not be MADE's.

MADE builds its masks from degrees and cannot be broken. Here they are handed in, entry by entry, so that one may be
flipped and the consequence seen by gradient and by enumeration. Hidden units are tanh: a path that the masks leave
open then carries a gradient at every input, where a ReLU at rest would hide it.

Germain, Gregor, Murray, Larochelle (2015). MADE. ICML. Equations 4, 5 (one layer) and 10 (direct connections).

Shape letters: B batch, D positions, S states.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor

GAIN, DIRECT, BIAS = 2.2, 1.2, 0.6  # so large that one wrong entry is felt in the first digits of a probability


@dataclass(frozen=True)
class MaskedNetwork:
    """Weights and masks, (units above, units below) each, from the inputs up; biases; direct (D, D) [output, input].

    direct_mask None leaves the direct connections out. All is float64: sums over all states are read to 6 digits.
    """

    weights: Sequence[Tensor]
    biases: Sequence[Tensor]
    direct: Tensor
    masks: Sequence[Tensor]
    direct_mask: Tensor | None
    activation: Callable[[Tensor], Tensor] = torch.tanh

    def logits(self, x: Tensor) -> Tensor:
        """(B, D) of 0/1 → (B, D) logits, by position."""
        h, last = x, len(self.weights) - 1
        for number, (weight, bias, mask) in enumerate(zip(self.weights, self.biases, self.masks, strict=True)):
            h = F.linear(h, weight.where(mask, 0.0), bias)
            h = h if number == last else self.activation(h)
        if self.direct_mask is not None:
            h = h + F.linear(x, self.direct.where(self.direct_mask, 0.0))
        return h

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, D) of 0/1 → (B,), the sum of all log-conditionals, nats: a log-probability if the masks are right."""
        return -F.binary_cross_entropy_with_logits(self.logits(x), x, reduction="none").sum(1)

    def sensitivity(self, x: Tensor) -> Tensor:
        """(D, D) [output, input]: root mean square over the B rows of ∂logit_i/∂x_j, by automatic differentiation."""
        x = x.clone().requires_grad_()
        logits = self.logits(x)  # (B, D); rows do not mix, so the gradient of a sum over them is each row's own
        positions = range(logits.shape[1])
        rows = [torch.autograd.grad(logits[:, i].sum(), x, retain_graph=True)[0] for i in positions]
        return torch.stack(rows).square().mean(1).sqrt()  # (D, B, D) → (D, D)


def drawn_weights(sizes: Sequence[int], generator: torch.Generator) -> tuple[list[Tensor], list[Tensor], Tensor]:
    """Weights and biases of layers of these sizes, inputs first, and the direct ones, float64.

    They depend on the sizes and the generator alone: another degree, ordering or rule leaves every weight as it was.
    """
    weights, biases, kind = [], [], torch.float64
    for below, above in pairwise(sizes):
        weights.append(torch.randn(above, below, generator=generator, dtype=kind) * (GAIN / below**0.5))
        biases.append(torch.randn(above, generator=generator, dtype=kind) * BIAS)
    direct = torch.randn(sizes[-1], sizes[0], generator=generator, dtype=kind) * DIRECT
    return weights, biases, direct


def all_states(positions: int) -> Tensor:
    """(S, D) float64 of 0/1, every state once, S = 2^D; position 0 is the first bit, so the rows count upwards."""
    bits = torch.arange(positions - 1, -1, -1)
    return ((torch.arange(2**positions).unsqueeze(1) >> bits) & 1).double()
