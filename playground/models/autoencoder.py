"""Autoencoder: pictures through a bottleneck of a few numbers and back. It has no prior, so nothing says which codes to
draw: it compresses, and is not a generative model.

1. Rumelhart, Hinton, Williams (1986). Learning internal representations by error propagation. Parallel Distributed
   Processing, volume 1, chapter 8.
2. Hinton, Salakhutdinov (2006). Reducing the dimensionality of data with neural networks. Science 313.

The pages show its codes beside those of a variational autoencoder of the same size, and the holes between them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .coders import CoderConfig, decoder, encoder
from .layers import wide
from .vae import log_bernoulli


@dataclass(frozen=True)
class AutoencoderConfig(CoderConfig):
    """The coders' fields, and nothing more."""


class Autoencoder(nn.Module):
    """Shapes: B batch, Z latent dimensions; x (B, H, W) of 0 and 1."""

    family = "autoencoder"
    head = "bernoulli"

    def __init__(self, config: AutoencoderConfig):
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.encoder = encoder(config, config.latent)
        self.decoder = decoder(config)

    def encode(self, x: Tensor) -> Tensor:
        """The code: (B, H, W) → (B, Z)."""
        return wide(self.encoder(x))

    def decode(self, z: Tensor) -> Tensor:
        """The logit of every pixel: (B, Z) → (B, H, W)."""
        return self.decoder(z)

    def reconstruction(self, x: Tensor) -> Tensor:
        """log p(x | z = encode(x)), (B,) nats. It says how well x comes back, and bounds no likelihood."""
        return log_bernoulli(self.decode(self.encode(x)), x)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B,) nats: −log p(x | z = encode(x)); nothing is drawn."""
        return -self.reconstruction(x)
