"""Building blocks that more than one PixelCNN uses.

Shape letters: B batch, C channels, H and W height and width, D = H·W positions, P parameters of one conditional.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def causal_mask(kind: str, size: int) -> Tensor:
    """Mask of a square kernel in raster order, (size, size) of 0 and 1.

    Type A hides the centre (a pixel must not see itself); type B keeps it (from the second layer on, the centre
    holds features of earlier pixels only). Everything after the centre in raster order is hidden by both.

    Raises ValueError if `kind` is neither "A" nor "B", or `size` is not odd and positive.
    Source: van den Oord, Kalchbrenner and Kavukcuoglu (2016a), section 3.4 and figure 2.
    """
    if kind not in ("A", "B"):
        raise ValueError(f'kind={kind!r}: a mask is of type "A" or "B"')
    if size < 1 or size % 2 == 0:
        raise ValueError(f"size={size}: a masked kernel needs an odd, positive size")
    mask = torch.zeros(size, size)
    mask[: size // 2] = 1
    mask[size // 2, : size // 2 + (kind == "B")] = 1
    return mask


class MaskedConv2d(nn.Conv2d):
    """A "same" convolution whose kernel is multiplied by a causal mask in every forward pass; weights stay as they are.

    Input (B, in, H, W), output (B, out, H, W).
    """

    def __init__(self, kind: str, in_channels: int, out_channels: int, size: int):
        super().__init__(in_channels, out_channels, size, padding=size // 2)
        self.kind = kind
        self.register_buffer("mask", causal_mask(kind, size), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.mask, self.bias, padding=self.padding)


def as_input(x: Tensor, levels: int) -> Tensor:
    """(B, H, W) values 0 … levels − 1 → (B, 1, H, W) in [−1, 1], the scale that the networks read."""
    return x.unsqueeze(1) * (2.0 / (levels - 1)) - 1.0


def as_conditionals(logits: Tensor) -> Tensor:
    """(B, P, H, W) network output → (B, D, P), indexed by flat position in raster order."""
    return logits.flatten(2).transpose(1, 2)  # (B, P, D) → (B, D, P)


def discrete_log_prob(parameters: Tensor, x: Tensor) -> Tensor:
    """Log-probability of whole examples under their conditionals.

    `parameters`: (B, D, P); P = 1 holds the logit of a Bernoulli, P > 1 the logits of a categorical.
    `x`: (B, ...) with D values each. Returns (B,), nats: the chain rule's sum over positions, in float32 at least:
    a sum over 784 positions in bfloat16 rounds to half a nat.
    """
    values = x.flatten(1)  # (B, D)
    parameters = parameters.to(values.dtype)
    if parameters.shape[-1] == 1:
        return -F.binary_cross_entropy_with_logits(parameters.squeeze(-1), values, reduction="none").sum(1)
    log_p = parameters.log_softmax(-1)  # (B, D, P)
    return log_p.gather(-1, values.long().unsqueeze(-1)).squeeze(-1).sum(1)


def wide(x: Tensor) -> Tensor:
    """At least float32: what autocast left in bfloat16 is too coarse for a sum over pixels; float64 stays."""
    return x.to(torch.promote_types(x.dtype, torch.float32))
