"""One-dimensional mixtures of Gaussians or Laplacians, as the conditionals of real-valued models.

P = 3K parameters of one mixture stand side by side: K weight logits, K means, K log scales. A component's scale is the
standard deviation of a Gaussian, and the b of a Laplacian exp(−|x − µ|/b) / 2b.
"""

import math

import torch.nn.functional as F
from torch import Tensor


def component_log_density(z: Tensor, head: str) -> Tensor:
    """log density of a standard component at z, any shape, nats: head "gaussian-mixture" or "laplace-mixture"."""
    if head == "laplace-mixture":
        return -z.abs() - math.log(2)
    return -0.5 * z.square() - 0.5 * math.log(2 * math.pi)


def mixture_log_density(parameters: Tensor, x: Tensor, head: str) -> Tensor:
    """log p(x) of each value under its mixture: parameters (…, 3K), x (…) → (…), nats."""
    logits, means, log_scales = parameters.chunk(3, -1)  # (…, K) each
    z = (x.unsqueeze(-1) - means) * (-log_scales).exp()
    return (F.log_softmax(logits, -1) + component_log_density(z, head) - log_scales).logsumexp(-1)
