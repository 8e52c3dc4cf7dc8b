"""Encoders and decoders of the latent-variable models: multilayer perceptrons and residual convolutions.

An encoder maps pictures (B, H, W) to (B, outputs) numbers, a decoder maps codes (B, Z) to a logit of every pixel,
(B, H, W). Which pair a model has is `architecture` in its configuration. The convolutions use hard swish (Howard et al.
2019, equation 1): on a processor it takes a third of the time of the SiLU that it stands for.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from .limits import require_choice, require_layers, require_whole

STRIDES = 4  # two halvings: the sides of a picture that a convolutional coder reads are multiples of it
CENTRE = 0.5  # what an encoder subtracts from a pixel, so that its inputs are about centred


@dataclass(frozen=True)
class CoderConfig:
    """What an encoder and a decoder are made of.

    height, width: pixels. latent: Z, numbers in a code. architecture: "mlp", with `hidden` units in each layer of the
    encoder (the decoder's in reverse), or "conv", with `features` channels at half size, twice as many at a quarter,
    and `blocks` residual blocks at each; `mixing` units in a hidden layer between all feature maps and the code, beside
    the linear layer there, 0 for none. Raises ValueError for a field that is not allowed.
    """

    height: int = 28
    width: int = 28
    latent: int = 2
    architecture: str = "mlp"
    hidden: tuple[int, ...] = (512, 512)
    features: int = 32
    blocks: int = 1
    mixing: int = 0

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 256), latent=(1, 256), features=(1, 512), blocks=(0, 16))
        require_whole(self, mixing=(0, 4096))
        require_choice(self, "architecture", "mlp", "conv")
        require_layers(self, "hidden", layers=(1, 8), units=(1, 8192))
        if self.architecture == "conv" and (self.height % STRIDES or self.width % STRIDES):
            raise ValueError(
                f"{type(self).__name__}: height={self.height}, width={self.width}: a convolutional coder halves a "
                f"picture twice, allowed are multiples of {STRIDES}"
            )

    @property
    def levels(self) -> int:
        """2: a pixel is 0 or 1, and its decoder a Bernoulli."""
        return 2


def encoder(config: CoderConfig, outputs: int) -> nn.Module:
    """The encoder that a configuration names: (B, H, W) → (B, outputs)."""
    return MLPEncoder(config, outputs) if config.architecture == "mlp" else ConvEncoder(config, outputs)


def decoder(config: CoderConfig) -> nn.Module:
    """The decoder that a configuration names: (B, Z) → logits (B, H, W)."""
    return MLPDecoder(config) if config.architecture == "mlp" else ConvDecoder(config)


class MLPEncoder(nn.Module):
    """Pixels, hidden layers with SiLU between them, numbers."""

    def __init__(self, config: CoderConfig, outputs: int):
        super().__init__()
        sizes = [config.height * config.width, *config.hidden, outputs]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, x: Tensor) -> Tensor:
        y = self.layers[0](x.flatten(1) - CENTRE)  # (B, H, W) → (B, hidden)
        for layer in self.layers[1:]:
            y = layer(F.silu(y))
        return y


class MLPDecoder(nn.Module):
    """A code, the encoder's hidden layers in reverse, logits."""

    def __init__(self, config: CoderConfig):
        super().__init__()
        self.event_shape = (config.height, config.width)
        sizes = [config.latent, *reversed(config.hidden), config.height * config.width]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, z: Tensor) -> Tensor:
        y = self.layers[0](z)  # (B, Z) → (B, hidden)
        for layer in self.layers[1:]:
            y = layer(F.silu(y))
        return y.unflatten(1, self.event_shape)  # (B, D) → (B, H, W)


class ResidualBlock(nn.Module):
    """x + conv(σ(conv(σ(x)))), He et al. (2016), Identity mappings in deep residual networks, without norms."""

    def __init__(self, features: int):
        super().__init__()
        self.first = nn.Conv2d(features, features, 3, padding=1)
        self.second = nn.Conv2d(features, features, 3, padding=1)
        nn.init.zeros_(self.second.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(F.hardswish(self.first(F.hardswish(x))))


class Mixing(nn.Linear):
    """W x + b, and beside it a hidden layer that starts without a say: W x + b + V σ(U x + c), V = 0 at first."""

    def __init__(self, inputs: int, outputs: int, units: int):
        super().__init__(inputs, outputs)
        if units:
            self.inner, self.outer = nn.Linear(inputs, units), nn.Linear(units, outputs, bias=False)
            nn.init.zeros_(self.outer.weight)
        self.units = units

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        return y + self.outer(F.hardswish(self.inner(x))) if self.units else y


class ConvEncoder(nn.Module):
    """Two halvings, by pixel unshuffle and by strides, residual blocks after each, one linear layer."""

    def __init__(self, config: CoderConfig, outputs: int):
        super().__init__()
        c = config.features
        self.first = nn.Conv2d(4, c, 3, padding=1)
        self.middle = nn.Sequential(*(ResidualBlock(c) for _ in range(config.blocks)))
        self.second = nn.Conv2d(c, 2 * c, 4, stride=2, padding=1)
        self.small = nn.Sequential(*(ResidualBlock(2 * c) for _ in range(config.blocks)))
        cells = (config.height // STRIDES) * (config.width // STRIDES)
        self.out = Mixing(2 * c * cells, outputs, config.mixing)

    def forward(self, x: Tensor) -> Tensor:
        y = F.pixel_unshuffle(x.unsqueeze(1) - CENTRE, 2)  # (B, H, W) → (B, 4, H/2, W/2)
        y = self.middle(self.first(y))  # (B, C, H/2, W/2)
        y = self.small(self.second(F.hardswish(y)))  # (B, 2C, H/4, W/4)
        return self.out(F.hardswish(y).flatten(1))  # (B, outputs)


class ConvDecoder(nn.Module):
    """One linear layer, residual blocks, two doublings by pixel shuffle (Shi et al. 2016), logits."""

    def __init__(self, config: CoderConfig):
        super().__init__()
        c = config.features
        self.grid = (2 * c, config.height // STRIDES, config.width // STRIDES)
        self.first = Mixing(config.latent, 2 * c * self.grid[1] * self.grid[2], config.mixing)
        self.small = nn.Sequential(*(ResidualBlock(2 * c) for _ in range(config.blocks)))
        self.second = nn.Conv2d(2 * c, 4 * c, 3, padding=1)
        self.middle = nn.Sequential(*(ResidualBlock(c) for _ in range(config.blocks)))
        self.out = nn.Conv2d(c, 4, 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        y = self.small(self.first(z).unflatten(1, self.grid))  # (B, Z) → (B, 2C, H/4, W/4)
        y = self.middle(F.pixel_shuffle(self.second(F.hardswish(y)), 2))  # (B, C, H/2, W/2)
        return F.pixel_shuffle(self.out(F.hardswish(y)), 2).squeeze(1)  # (B, 4, H/2, W/2) → (B, H, W)
