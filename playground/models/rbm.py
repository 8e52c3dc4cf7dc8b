"""Restricted Boltzmann machine: visible and hidden binary units, every pair across the two sides coupled, none within.

    E(v, h) = −bᵀv − cᵀh − hᵀWv        p(v, h) = exp(−E(v, h)) / Z

Given one side the units of the other are independent coins, so a whole side is drawn at once, and the hidden side sums
out in closed form: F(v) = −bᵀv − Σ_j log(1 + exp(c_j + W_j v)), p(v) = exp(−F(v)) / Z. Only Z is out of reach, unless
one side has so few units that all its states can be counted.

1. Smolensky (1986). Information processing in dynamical systems: foundations of harmony theory. Parallel Distributed
   Processing, volume 1, chapter 6 (the model, as a "harmonium").
2. Hinton (2002). Training products of experts by minimizing contrastive divergence. Neural Computation 14. Section 6.
3. Salakhutdinov, Murray (2008). On the quantitative analysis of deep belief networks. ICML. Sections 2.1 and 4.1 (the
   path from a base-rate machine to this one, for annealed importance sampling).

The pages show it as two sides that draw each other in turn, its weights as pictures, and log Z counted and estimated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .limits import require_whole

MOST_ENUMERATED = 20  # units of the smaller side: 2²⁰ states
CHUNK = 4096  # states at a time
INITIAL_SCALE = 0.01  # of the weights, Hinton (2010), A practical guide to training RBMs, section 8


@dataclass(frozen=True)
class RBMConfig:
    """height, width: pixels, the visible units; hidden: the hidden ones. ValueError for a field out of range."""

    height: int = 28
    width: int = 28
    hidden: int = 500

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 256), hidden=(1, 4096))

    @property
    def positions(self) -> int:
        """D, the number of visible units."""
        return self.height * self.width

    @property
    def levels(self) -> int:
        """Values that a pixel can take."""
        return 2


class RBM(nn.Module):
    """Shapes: B batch, D visible units, H hidden units; v is (B, height, width) or (B, D), h is (B, H)."""

    family = "energy"
    head = "energy"

    def __init__(self, config: RBMConfig) -> None:
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.weight = nn.Parameter(torch.empty(config.hidden, config.positions))  # (H, D)
        nn.init.normal_(self.weight, std=INITIAL_SCALE)
        self.visible_bias = nn.Parameter(torch.zeros(config.positions))  # (D,)
        self.hidden_bias = nn.Parameter(torch.zeros(config.hidden))  # (H,)

    def inputs(self, v: Tensor) -> Tensor:
        """c + W v, the logit of every hidden unit: (B, …) → (B, H)."""
        return F.linear(v.reshape(len(v), -1).to(self.weight.dtype), self.weight, self.hidden_bias)  # (B, D) → (B, H)

    def energy(self, v: Tensor) -> Tensor:
        """F(v) = −log Σ_h exp(−E(v, h)), nats, up to the constant log Z: (B, …) → (B,)."""
        flat = v.reshape(len(v), -1).to(self.weight.dtype)
        return -flat @ self.visible_bias - F.softplus(self.inputs(v)).sum(1)

    def joint_energy(self, v: Tensor, h: Tensor) -> Tensor:
        """E(v, h) of pairs: (B, …), (B, H) → (B,)."""
        flat, h = v.reshape(len(v), -1).to(self.weight.dtype), h.to(self.weight.dtype)
        return -flat @ self.visible_bias - (h * self.inputs(v)).sum(1)

    def hidden_given(self, v: Tensor) -> Tensor:
        """p(h_j = 1 | v): (B, …) → (B, H)."""
        return self.inputs(v).sigmoid()

    def visible_given(self, h: Tensor) -> Tensor:
        """p(v_i = 1 | h): (B, H) → (B, height, width)."""
        logits = h.to(self.weight.dtype) @ self.weight + self.visible_bias
        return logits.sigmoid().reshape(-1, *self.event_shape)

    @torch.no_grad()
    def statistics(self, v: Tensor, shares: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Averages over v (B, …) of ∂(−F)/∂W = p(h | v) vᵀ, ∂(−F)/∂b = v and ∂(−F)/∂c = p(h | v).

        shares: (B,) what each example counts, of sum 1; by default all count the same. Those of the data less those of
        the model are the gradient of the log-likelihood (Hinton 2002, eq. 6); the model's own need draws from it, or
        every state with its probability. Returns (H, D), (D,), (H,).
        """
        flat, h = v.reshape(len(v), -1).to(self.weight.dtype), self.hidden_given(v)
        share = torch.full((len(v), 1), 1 / len(v)) if shares is None else shares[:, None]
        share = share.to(flat)
        return h.T @ (share * flat), (share * flat).sum(0), (share * h).sum(0)

    @torch.no_grad()
    def log_partition_exact(self) -> float:
        """log Z in nats: the states of the smaller side are enumerated, the other side sums out; float64.

        Raises ValueError where both sides have more than 20 units.
        """
        weight, b, c = self.weight.double(), self.visible_bias.double(), self.hidden_bias.double()
        if weight.shape[1] < weight.shape[0]:  # fewer visible units: the same sum with the sides exchanged
            weight, b, c = weight.T, c, b
        units = len(weight)
        if units > MOST_ENUMERATED:
            raise ValueError(
                f"log Z cannot be counted: the smaller side has {units} units, allowed are at most {MOST_ENUMERATED} "
                "(2 to that power states); estimate it by annealed importance sampling"
            )
        shifts = torch.arange(units, device=weight.device)
        parts = []
        for start in range(0, 2**units, CHUNK):
            numbers = torch.arange(start, min(start + CHUNK, 2**units), device=weight.device)
            states = ((numbers[:, None] >> shifts) & 1).double()  # (chunk, units)
            parts.append((states @ c + F.softplus(states @ weight + b).sum(1)).logsumexp(0))
        return torch.stack(parts).logsumexp(0).item()

    @torch.no_grad()
    def own_rates(self, generator: torch.Generator, chains: int = 100, sweeps: int = 100) -> Tensor:
        """(D,) logits of the pixels' mean over some chains from noise: base rates for `annealed` without any data."""
        v = coins(torch.full((chains, self.config.positions), 0.5).to(self.weight), generator)
        for _ in range(sweeps):
            p = self.visible_given(coins(self.hidden_given(v), generator)).flatten(1)
            v = coins(p, generator)
        return base_rates(p).to(self.weight)

    # --- The path from a machine without weights, for annealed importance sampling -----------------------------------

    def annealed(self, base_bias: Tensor) -> tuple[Callable, Callable, Callable, float]:
        """The machines between a base-rate one (β = 0) and this one (β = 1): Salakhutdinov & Murray (2008), eq. 15–18.

            log p*_β(v) = (1 − β) b⁰ᵀv + β bᵀv + Σ_j log(1 + exp(β (c_j + W_j v)))

        base_bias: (D,), b⁰, the logits of the base rates. Returns what `samplers.ais.estimate` takes:
        log_density(v (R, D), betas (K,)) → (K, R) float64, transition(v, beta, generator) → v (one Gibbs sweep that
        leaves p_β alone), start(count, generator) → (R, D) draws at β = 0, and log Z at β = 0, which is exact.
        """
        base = base_bias.to(self.weight)
        weight, b = self.weight.detach(), self.visible_bias.detach()

        def log_density(v: Tensor, betas: Tensor) -> Tensor:
            with torch.no_grad():
                inputs, beta = self.inputs(v).double(), betas.double()[:, None]  # (R, H), (K, 1)
                linear = (1 - beta) * (v @ base).double() + beta * (v @ b).double()  # (K, R)
                return linear + torch.stack([F.softplus(one * inputs).sum(1) for one in betas.double()])

        def transition(v: Tensor, beta: float, generator: torch.Generator) -> Tensor:
            with torch.no_grad():
                h = coins((beta * self.inputs(v)).sigmoid(), generator)
                return coins(((1 - beta) * base + beta * (h @ weight + b)).sigmoid(), generator)

        def start(count: int, generator: torch.Generator) -> Tensor:
            return coins(base.sigmoid().expand(count, -1), generator)

        at_zero = F.softplus(base.double()).sum() + self.config.hidden * torch.log(torch.tensor(2.0).double())
        return log_density, transition, start, at_zero.item()


def base_rates(images: Tensor) -> Tensor:
    """(N, …) pixels in [0, 1] → (D,) logits of their mean, each pixel counted as if seen lit and dark once more."""
    flat = images.reshape(len(images), -1).double()  # (N, D)
    return ((flat.sum(0) + 1) / (len(flat) + 2)).logit().float()


def coins(probabilities: Tensor, generator: torch.Generator) -> Tensor:
    """A 0/1 draw of every probability, in its type."""
    uniform = torch.rand(probabilities.shape, generator=generator, device=generator.device, dtype=probabilities.dtype)
    return (uniform < probabilities).to(probabilities.dtype)
