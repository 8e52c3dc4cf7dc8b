"""Variational autoencoder: an encoder that answers with a distribution, a decoder, a prior to draw codes from.

    log p(x) ≥ E_{q(z|x)} [log p(x|z)] − KL(q(z|x) ‖ p(z))        p(z) = N(0, I),  q(z|x) = N(μ(x), diag σ²(x))

The bound is loose by KL(q(z|x) ‖ p(z|x)). With k draws of z, the logarithm of the mean of p(x, z) / q(z|x) is a bound
that never loosens as k grows and ends at log p(x).

1. Kingma, Welling (2014). Auto-encoding variational Bayes. ICLR. Section 2.2 and appendix B (the KL by formula).
2. Rezende, Mohamed, Wierstra (2014). Stochastic backpropagation and approximate inference in deep generative models.
3. Burda, Grosse, Salakhutdinov (2016). Importance weighted autoencoders. ICLR. Equation 8, theorem 1.
4. Higgins et al. (2017). beta-VAE. ICLR. Equation 4.

The pages show its codes on a plane, what it decodes between them, and the two terms of the bound.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .coders import CoderConfig, decoder, encoder
from .layers import wide
from .limits import require_positive

LOG_VARIANCE = (-12.0, 6.0)  # a posterior narrower or wider than these is held there


@dataclass(frozen=True)
class VAEConfig(CoderConfig):
    """The coders' fields, and beta: weight of the KL term in training; the bound itself always has 1."""

    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(self, "beta")


class Posterior(NamedTuple):
    """q(z|x), a Gaussian with a diagonal covariance: mean and log_variance, (B, Z) each."""

    mean: Tensor
    log_variance: Tensor

    @property
    def deviation(self) -> Tensor:
        """σ, (B, Z)."""
        return (self.log_variance / 2).exp()

    def draw(self, noise: Tensor) -> Tensor:
        """z = μ + σ ε (reference 1, section 2.4): noise (K, B, Z) or (B, Z), standard normal → the same shape."""
        return self.mean + self.deviation * noise

    def kl(self) -> Tensor:
        """KL(q(z|x) ‖ N(0, I)) of every dimension, (B, Z) nats: (μ² + σ² − 1 − log σ²) / 2 (1, appendix B)."""
        return (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance) / 2

    def log_prob(self, z: Tensor) -> Tensor:
        """log q(z|x): z (K, B, Z) or (B, Z) → (K, B) or (B,) nats."""
        standard = (z - self.mean) / self.deviation
        return log_normal(standard) - self.log_variance.sum(-1) / 2


def log_normal(z: Tensor) -> Tensor:
    """log N(z; 0, I), the prior's log-density: (…, Z) → (…,) nats."""
    return -(z.square().sum(-1) + z.shape[-1] * math.log(2 * math.pi)) / 2


def log_bernoulli(logits: Tensor, x: Tensor) -> Tensor:
    """log p(x|z) of pictures under independent coins: (…, H, W) logits, x of a shape that fits → (…,) nats."""
    logits = wide(logits)
    logits, x = torch.broadcast_tensors(logits, x.to(logits))
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(-2).sum(-1)


class VAE(nn.Module):
    """Shapes: B batch, K draws of z, Z latent dimensions; x (B, H, W) of 0 and 1."""

    family = "vae"
    head = "bernoulli"

    def __init__(self, config: VAEConfig):
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.encoder = encoder(config, 2 * config.latent)
        self.decoder = decoder(config)

    def encode(self, x: Tensor) -> Posterior:
        """q(z|x): (B, H, W) → mean and log-variance, (B, Z) each."""
        mean, log_variance = wide(self.encoder(x)).chunk(2, dim=1)
        return Posterior(mean, log_variance.clamp(*LOG_VARIANCE))

    def decode(self, z: Tensor) -> Tensor:
        """The logit of every pixel: (B, Z) → (B, H, W)."""
        return self.decoder(z)

    def prior(self, count: int, generator: torch.Generator) -> Tensor:
        """(count, Z) draws from p(z)."""
        device = next(self.parameters()).device
        return torch.randn(count, self.config.latent, generator=generator).to(device)

    def elbo_terms(self, x: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
        """The two terms of the bound: (B, H, W), noise (B, Z) → log p(x|z) at z = μ + σ ε (B,), KL (B, Z) by formula.

        Their difference, the KL summed, is the estimate of the ELBO with one draw (reference 1, equation 10).
        """
        posterior = self.encode(x)
        return log_bernoulli(self.decode(posterior.draw(noise)), x), posterior.kl()

    def elbo(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B,) nats: the bound below log p(x), estimated with one draw of z."""
        reconstruction, kl = self.elbo_terms(x, self.noise(x, generator))
        return reconstruction - kl.sum(1)

    def log_weights(self, x: Tensor, noise: Tensor) -> Tensor:
        """log p(x|z) + log p(z) − log q(z|x) at z = μ + σ ε: x (B, H, W), noise (K, B, Z) → (K, B) nats."""
        posterior = self.encode(x)
        z = posterior.draw(noise)  # (K, B, Z)
        logits = self.decode(z.flatten(0, 1)).unflatten(0, z.shape[:2])  # (K, B, H, W)
        return log_bernoulli(logits, x) + log_normal(z) - posterior.log_prob(z)

    def iwae(self, x: Tensor, draws: int, generator: torch.Generator, chunk: int = 50) -> Tensor:
        """(B,) nats: the importance-weighted bound of so many draws (reference 3, equation 8), `chunk` at a time."""
        parts, left = [], draws
        while left:
            count = min(chunk, left)
            noise = torch.stack([self.noise(x, generator) for _ in range(count)])
            parts.append(self.log_weights(x, noise).logsumexp(0))
            left -= count
        return torch.stack(parts).logsumexp(0) - math.log(draws)

    def training_loss(self, x: Tensor, generator: torch.Generator, beta: float | None = None) -> Tensor:
        """(B,) nats: −log p(x|z) + β KL, the configuration's β unless another is given (reference 4)."""
        reconstruction, kl = self.elbo_terms(x, self.noise(x, generator))
        return (self.config.beta if beta is None else beta) * kl.sum(1) - reconstruction

    def noise(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, Z) standard normal numbers for a batch."""
        return torch.randn(len(x), self.config.latent, generator=generator).to(x.device)
