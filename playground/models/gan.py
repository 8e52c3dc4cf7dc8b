"""Generative adversarial network: a generator makes pictures of noise, a discriminator tells them from data.

    V(D, G) = E_data [log D(x)] + E_z [log(1 − D(G(z)))]        D maximises V, G minimises it

For a fixed G the best discriminator is D*(x) = p_data(x) / (p_data(x) + p_g(x)), and V(D*, G) = 2 JS(p_data ‖ p_g) −
log 4. The minimax loss of G has no slope where D is sure; the non-saturating one, −log D(G(z)), has the same fixed
point and a slope just there. Nothing here is a likelihood: p_g(x) is defined and cannot be evaluated.

1. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS. Equation 1, section 3, proposition 1, theorem 1.
2. Mescheder, Geiger, Nowozin (2018). Which training methods for GANs do actually converge? ICML. Equation 9 (R₁).

The pages walk through its codes and ask the discriminator about drawn pictures.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .coders import CoderConfig, decoder, encoder
from .layers import wide

LOSSES = ("non-saturating", "minimax")


@dataclass(frozen=True)
class GANConfig(CoderConfig):
    """The coders' fields: the generator is their decoder, the discriminator their encoder with one output."""

    latent: int = 32
    architecture: str = "conv"

    @property
    def levels(self) -> int:
        """0: a pixel is a real number, a grey value 0 … 1."""
        return 0


class GAN(nn.Module):
    """Shapes: B batch, Z latent dimensions; x (B, H, W) of grey values 0 … 1."""

    family = "gan"
    head = "grey"

    def __init__(self, config: GANConfig):
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.generator = decoder(config)
        self.discriminator = encoder(config, 1)

    def prior(self, count: int, generator: torch.Generator) -> Tensor:
        """(count, Z) draws from p(z) = N(0, I)."""
        device = next(self.parameters()).device
        return torch.randn(count, self.config.latent, generator=generator).to(device)

    def generate(self, z: Tensor) -> Tensor:
        """G(z): (B, Z) → pictures (B, H, W), grey values 0 … 1."""
        return wide(self.generator(z)).sigmoid()

    def discriminate(self, x: Tensor) -> Tensor:
        """The logit of D(x), the probability that x is real: (B, H, W) → (B,)."""
        return wide(self.discriminator(x)).squeeze(1)


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """−V of logits of real and of generated examples (B,): −mean log D(x) − mean log(1 − D(G(z))), nats (reference 1,
    equation 1). log 4 where D answers ½ everywhere."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def generator_loss(fake: Tensor, kind: str = "non-saturating") -> Tensor:
    """What G minimises, of the logits (B,) of its examples, nats: "minimax" mean log(1 − D(G(z))), "non-saturating"
    −mean log D(G(z)) (reference 1, section 3). ValueError for another kind."""
    if kind not in LOSSES:
        raise ValueError(f"kind={kind!r}: allowed are {', '.join(map(repr, LOSSES))}")
    return F.softplus(-fake).mean() if kind == "non-saturating" else -F.softplus(fake).mean()


def gradient_penalty(real: Tensor, logits: Tensor) -> Tensor:
    """R₁: mean ‖∇x logit D(x)‖² over real examples (reference 2, equation 9; there halved, and weighted).

    real: (B, …) with requires_grad, logits: (B,) of them. Differentiable, so that D can be trained by it.
    """
    (slope,) = torch.autograd.grad(logits.sum(), real, create_graph=True)
    return slope.flatten(1).square().sum(1).mean()
