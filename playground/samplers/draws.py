"""One draw from one conditional by inverting its cumulative distribution, and the log-probability of a value.

What the parameters mean is told by a model's `head`: "bernoulli" and "categorical" hold logits, "gaussian-mixture" and
"laplace-mixture" hold K weight logits, K means and K log scales side by side.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

MIXTURES = ("gaussian-mixture", "laplace-mixture")
HALVINGS = 56  # of the bracket around a quantile, in float64: its width is then below any float32
EDGE = 2.0**-25  # half a step of the uniform numbers: u = 0 has no finite quantile


def draw(parameters: Tensor, uniform: Tensor, temperature: float, head: str = "") -> Tensor:
    """One draw per row from its conditional by inverting the cumulative distribution.

    parameters: (N, P); uniform: (N,) in [0, 1). Returns (N,), int64, or float32 from a mixture.
    Bernoulli (P = 1): 1 where u < σ(l / T). Categorical: the number of cumulative probabilities that are ≤ u.
    Mixture: the x with F(x) = u. Temperature raises every weight and every component by itself to the power 1 / T and
    normalises again: weight logits are divided by T, scales multiplied by √T (Gaussian) or T (Laplacian).
    """
    if head in MIXTURES:
        return mixture_quantile(tempered(parameters, temperature, head), uniform, head).float()
    if parameters.shape[1] == 1:
        logits = parameters[:, 0]
        return (uniform < torch.sigmoid(logits if temperature == 1 else logits / temperature)).long()
    cumulative = (parameters / temperature).softmax(1).cumsum(1)[:, :-1]  # the last one is 1 and never needed
    return (cumulative <= uniform.unsqueeze(1)).sum(1)


def log_probabilities(parameters: Tensor, values: Tensor, head: str = "") -> Tensor:
    """log p of values (N, K) under parameters (N, K, P), nats, (N, K); of a mixture, the log-density."""
    if head in MIXTURES:
        logits, means, log_scales = parameters.chunk(3, -1)
        z = (values.unsqueeze(-1) - means) * (-log_scales).exp()
        shape = -z.abs() - math.log(2) if head == "laplace-mixture" else -0.5 * (z * z + math.log(2 * math.pi))
        return (logits.log_softmax(-1) + shape - log_scales).logsumexp(-1)
    if parameters.shape[-1] == 1:
        logits = parameters.squeeze(-1)
        return F.logsigmoid(torch.where(values > 0, logits, -logits))
    return parameters.log_softmax(-1).gather(-1, values.unsqueeze(-1)).squeeze(-1)


def tempered(parameters: Tensor, temperature: float, head: str) -> Tensor:
    """The parameters (…, 3K) of a mixture whose weights and components are raised to the power 1 / temperature."""
    logits, means, log_scales = parameters.chunk(3, -1)
    wider = math.log(temperature) * (1.0 if head == "laplace-mixture" else 0.5)
    return torch.cat([logits / temperature, means, log_scales + wider], -1)


def mixture_cdf(parameters: Tensor, x: Tensor, head: str) -> Tensor:
    """F(x) of mixtures: parameters (N, 3K), x (N,) → (N,)."""
    logits, means, log_scales = parameters.chunk(3, -1)
    z = (x.unsqueeze(-1) - means) * (-log_scales).exp()
    if head == "laplace-mixture":
        below = 0.5 * (-z.abs()).exp()
        return (logits.softmax(-1) * torch.where(z < 0, below, 1 - below)).sum(-1)
    return (logits.softmax(-1) * torch.special.ndtr(z)).sum(-1)


def mixture_quantile(parameters: Tensor, uniform: Tensor, head: str) -> Tensor:
    """The x with F(x) = u: parameters (N, 3K), uniform (N,) → (N,) float64, by bisection.

    Every component has its own quantile in closed form, and the mixture's lies between the least and the greatest of
    them: F, an average, is at most u at the one and at least u at the other.
    """
    parameters = parameters.double()
    _, means, log_scales = parameters.chunk(3, -1)
    u = uniform.double().clamp(EDGE, 1 - EDGE)
    if head == "laplace-mixture":
        standard = torch.where(u < 0.5, (2 * u).log(), -(2 * (1 - u)).log())
    else:
        standard = torch.special.ndtri(u)
    own = means + log_scales.exp() * standard.unsqueeze(-1)  # (N, K)
    low, high = own.amin(-1), own.amax(-1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = mixture_cdf(parameters, middle, head) < u
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return (low + high) / 2
