"""Every family on a small world: what one update of it is, and its exact distribution over all states.

1. Kingma, Welling (2014). Auto-encoding variational Bayes. ICLR. The bound that the VAE climbs.
2. Goodfellow et al. (2014). Generative adversarial nets. NeurIPS. Algorithm 1, and section 3 for G's loss.
3. Hinton (2002). Training products of experts by minimizing contrastive divergence. Neural Computation 14.
"""

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .. import worlds
from ..models import build
from ..models.coders import CoderConfig, encoder
from ..models.rbm import coins
from ..models.vae import log_bernoulli, log_normal
from .world_training import Lesson

GRADIENTS = ("exact", "cd")
BETAS, GAME_BETAS = (0.9, 0.99), (0.0, 0.99)  # of Adam; momentum carries a player on where the other has moved away
START_GAIN, STEEPEST = 5.0, 4.0  # of a GAN's G: scales its first weights; largest logit of a pixel, which is never sure
REACH = 5.5  # of the grid over a code's dimension: 4e-8 of the prior lies beyond
CELLS = {1: 401, 2: 45}  # of that grid, a side
HERMITE = 12  # nodes a dimension for an expectation under q(z|x): exact for polynomials of degree 23
UNITS, HIDDEN_BITS, STATE = 32, 16, 16  # hidden units: of one layer, of the RBM, of a recurrent net
RBM_SPREAD = 0.3  # of its first weights: much smaller ones stay alike for hundreds of steps
CHUNK = 2**21  # joint log-probabilities at once


@dataclass(frozen=True)
class FamilyRules:
    """What the learners of a world have in common, and what some of them ask for.

    shape: (H, W). rate: of Adam. gradient: of the energy models, one of `GRADIENTS`. latent: dimensions of the VAE's
    code. bits: of the GAN's code, which has 2^bits values. seed: of the weights and of noise.
    """

    shape: tuple[int, int]
    rate: float
    gradient: str
    latent: int
    bits: int
    seed: int


class Learner:
    """A model that climbs the likelihood itself: Σ share · log p(x), or an unbiased estimate of its gradient.

    `update` takes one step of Adam; `log_q` is the exact log-probability of every state. Shapes: S states, B images.
    """

    betas = BETAS

    def __init__(self, model: nn.Module, rules: FamilyRules, states: Tensor):
        """states: (S, H, W), all of the world, by number."""
        self.model, self.rules, self.states = model, rules, states
        self.generator = torch.Generator().manual_seed(rules.seed)  # its own: the lesson's batches are all families'
        self.optimizers = [self.optimizer(model)]
        self.precise = copy.deepcopy(model).double().requires_grad_(False).eval()

    def optimizer(self, part: nn.Module) -> torch.optim.Optimizer:
        """Adam over the weights of a part that are trained (Kingma & Ba 2015)."""
        trained = [weights for weights in part.parameters() if weights.requires_grad]
        return torch.optim.Adam(trained, lr=self.rules.rate, betas=self.betas, fused=True)

    @property
    def parameters(self) -> int:
        """Weights that are trained."""
        return sum(weights.numel() for weights in self.model.parameters() if weights.requires_grad)

    def loss(self, images: Tensor, shares: Tensor) -> Tensor:
        """What an update goes down, nats: images (B, H, W), shares (B,) of sum 1."""
        return (shares * self.model.training_loss(images, self.generator)).sum()

    def descend(self, optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
        """One step of Adam down a loss."""
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def update(self, images: Tensor, shares: Tensor) -> None:
        """One update from a batch."""
        self.descend(self.optimizers[0], self.loss(images, shares))

    def log_q(self) -> Tensor:
        """(S,) float64, log q of every state, nats, computed in float64."""
        self.precise.load_state_dict(self.model.state_dict())
        return self.log_prob(self.precise, self.states.double())

    def log_prob(self, model: nn.Module, states: Tensor) -> Tensor:
        """(S, H, W) → (S,) nats under `model`, a copy of the learner's in float64."""
        return model.log_prob(states)

    def bound(self, truth: worlds.World) -> float:
        """Expected nats that the model's own bound is above −log p, on top of its NLL: NaN where it has no bound."""
        return math.nan


class EnergyLearner(Learner):
    """log p = −E − log Z. Z is summed over all states; with gradient "cd" training never sees it.

    Then the gradient of log Z is estimated by chains of one sweep from the batch (reference 3).
    """

    def loss(self, images: Tensor, shares: Tensor) -> Tensor:
        below = (shares * self.energy(self.model, images)).sum()
        if self.rules.gradient == "exact":
            return below + torch.logsumexp(-self.energy(self.model, self.states), 0)
        with torch.no_grad():
            rows = torch.multinomial(shares, max(len(images), 64), replacement=True, generator=self.generator)
            chains = self.sweep(images[rows])
        return below - self.energy(self.model, chains).mean()

    def log_prob(self, model: nn.Module, states: Tensor) -> Tensor:
        return (-self.energy(model, states)).log_softmax(0)

    def energy(self, model: nn.Module, x: Tensor) -> Tensor:
        """E, up to a constant: (B, H, W) → (B,) nats."""
        return model(x).squeeze(1)

    def sweep(self, x: Tensor) -> Tensor:
        """Every pixel once, drawn from its conditional given all the others: (B, H, W) → (B, H, W)."""
        flat = x.flatten(1).clone()
        for pixel in range(flat.shape[1]):
            off, on = flat.clone(), flat.clone()
            off[:, pixel], on[:, pixel] = 0, 1
            fall = self.energy(self.model, off.view_as(x)) - self.energy(self.model, on.view_as(x))
            flat[:, pixel] = coins(fall.sigmoid(), self.generator)
        return flat.view_as(x)


class BoltzmannLearner(EnergyLearner):
    """An RBM: its hidden units sum out, and a sweep draws one side after the other."""

    def energy(self, model: nn.Module, x: Tensor) -> Tensor:
        return model.energy(x)

    def sweep(self, x: Tensor) -> Tensor:
        h = coins(self.model.hidden_given(x), self.generator)
        return coins(self.model.visible_given(h), self.generator)


class LatentLearner(Learner):
    """A VAE climbs the ELBO (reference 1); p(x) = ∫ p(x|z) p(z) dz is a sum over a grid of codes."""

    def __init__(self, model: nn.Module, rules: FamilyRules, states: Tensor):
        super().__init__(model, rules, states)
        side = CELLS[rules.latent]
        line = torch.linspace(-REACH, REACH, side, dtype=torch.float64)
        self.codes = torch.cartesian_prod(*[line] * rules.latent).view(-1, rules.latent)  # (G, Z)
        self.weights = log_normal(self.codes).log_softmax(0)  # of the grid, sum 1: so that the sum of all q is 1
        nodes, weights = (torch.from_numpy(a) for a in np.polynomial.hermite_e.hermegauss(HERMITE))
        self.nodes = torch.cartesian_prod(*[nodes] * rules.latent).view(-1, rules.latent)  # (N, Z)
        products = torch.cartesian_prod(*[weights / weights.sum()] * rules.latent).view(-1, rules.latent)
        self.shares = products.prod(1)  # (N,)

    def log_prob(self, model: nn.Module, states: Tensor) -> Tensor:
        return mixture(model.decode(self.codes).flatten(1), self.weights, states.flatten(1))

    def bound(self, truth: worlds.World) -> float:
        """The ELBO's expectation over q(z|x) by Gauss–Hermite nodes; `log_q` must have been called just before."""
        images = self.states.double()[torch.from_numpy(truth.support)]
        posterior = self.precise.encode(images)
        z = posterior.draw(self.nodes[:, None])  # (N, B, Z)
        logits = self.precise.decode(z.flatten(0, 1)).unflatten(0, z.shape[:2])  # (N, B, H, W)
        elbo = self.shares @ log_bernoulli(logits, images) - posterior.kl().sum(1)  # (B,)
        return -float(elbo @ torch.from_numpy(truth.probabilities[truth.support]))


class GameLearner(Learner):
    """A GAN with 2^bits codes: each has independent pixels, so p_g is a mixture that can be summed (reference 2).

    Nothing here climbs the likelihood. An update is one step of D, up E_data log D + E_g log(1 − D), and one of G, up
    E_g log D. Both expectations under p_g are sums over all states, not samples: G's gradient is exact, where a GAN on
    bits would otherwise need an estimate. No pixel's logit leaves ±4: a G whose pixels were certain would give a state
    that it has lost no slope to come back by.
    """

    betas = GAME_BETAS

    def __init__(self, model: nn.Module, rules: FamilyRules, states: Tensor):
        with torch.no_grad():
            for layer in model.generator.layers:
                layer.weight.mul_(START_GAIN)  # codes that begin alike would go the same way for ever
        super().__init__(model, rules, states)
        self.optimizers = [self.optimizer(model.discriminator), self.optimizer(model.generator)]
        numbers = torch.arange(2**rules.bits)
        self.codes = ((numbers[:, None] >> torch.arange(rules.bits)) & 1).float() * 2 - 1  # (G, bits)
        self.weights = torch.full((len(self.codes),), -rules.bits * math.log(2))

    def update(self, images: Tensor, shares: Tensor) -> None:
        model = self.model
        q = self.log_prob(model, self.states).exp()  # (S,)
        on_data, everywhere = model.discriminate(images), model.discriminate(self.states)
        loss = (shares * F.softplus(-on_data)).sum() + q.detach() @ F.softplus(everywhere)
        self.descend(self.optimizers[0], loss)
        with torch.no_grad():
            verdicts = model.discriminate(self.states)
        self.descend(self.optimizers[1], q @ F.softplus(-verdicts))

    def log_prob(self, model: nn.Module, states: Tensor) -> Tensor:
        logits = model.generator(self.codes.to(states)).flatten(1)  # (G, D)
        return mixture(STEEPEST * (logits / STEEPEST).tanh(), self.weights.to(states), states.flatten(1))


def mixture(logits: Tensor, weights: Tensor, states: Tensor) -> Tensor:
    """log Σ_z w_z Π_i p(x_i|z): logits (G, D) of each code's pixels, log weights (G,), states (S, D) → (S,) nats."""
    base = (weights - F.softplus(logits).sum(1)).unsqueeze(1)  # (G, 1): log p(x|z) = x · logits − Σ log(1 + e^logit)
    parts = states.split(max(1, CHUNK // len(logits)))
    return torch.cat([torch.logsumexp(base + logits @ part.T, 0) for part in parts])  # (G, S) → (S,)


# --- The families ----------------------------------------------------------------------------------------------------


def _sized(name: str, **fixed: Any) -> Callable[[FamilyRules], nn.Module]:
    """A maker of a model of this class; its height and width are the world's."""
    return lambda rules: build({"model": name, "config": {**_sides(rules), **fixed}})


def _sides(rules: FamilyRules) -> dict[str, int]:
    return {"height": rules.shape[0], "width": rules.shape[1]}


def _independent(rules: FamilyRules) -> nn.Module:
    """A belief network all of whose arrows are missing: only the biases are trained."""
    model = build({"model": "FVSBN", "config": _sides(rules)})
    model.weight.requires_grad_(False)
    return model


def _boltzmann(rules: FamilyRules) -> nn.Module:
    model = build({"model": "RBM", "config": {**_sides(rules), "hidden": HIDDEN_BITS}})
    nn.init.normal_(model.weight, std=RBM_SPREAD)
    return model


def _energy(rules: FamilyRules) -> nn.Module:
    return encoder(CoderConfig(**_sides(rules), hidden=(UNITS,)), 1)


def _latent(rules: FamilyRules) -> nn.Module:
    return build({"model": "VAE", "config": {**_sides(rules), "latent": rules.latent, "hidden": (UNITS,)}})


def _game(rules: FamilyRules) -> nn.Module:
    config = {**_sides(rules), "latent": rules.bits, "architecture": "mlp", "hidden": (UNITS,)}
    return build({"model": "GAN", "config": config})


def _recurrent(cell: str) -> Callable[[FamilyRules], nn.Module]:
    return _sized("RecurrentModel", cell=cell, hidden=STATE, embedding=4)


FAMILIES: dict[str, tuple[type[Learner], Callable[[FamilyRules], nn.Module]]] = {
    "independent": (Learner, _independent),
    "fvsbn": (Learner, _sized("FVSBN")),
    "nade": (Learner, _sized("NADE", hidden=UNITS)),
    "made": (Learner, _sized("MADE", hidden=(UNITS,))),
    "pixelcnn": (Learner, _sized("PixelCNN", features=8, blocks=1)),
    "rnn": (Learner, _recurrent("rnn-tanh")),
    "lstm": (Learner, _recurrent("lstm")),
    "gru": (Learner, _recurrent("gru")),
    "transformer": (Learner, _sized("Transformer", model_width=16, heads=2, layers=1, expansion=2)),
    "rbm": (BoltzmannLearner, _boltzmann),
    "energy": (EnergyLearner, _energy),
    "vae": (LatentLearner, _latent),
    "gan": (GameLearner, _game),
}


def learner(name: str, rules: FamilyRules, lesson: Lesson) -> Learner:
    """The family of that name before its first update; its weights are drawn from the seed."""
    kind, make = FAMILIES[name]
    with torch.random.fork_rng(devices=[]):  # layers initialise themselves from the global generator
        torch.manual_seed(rules.seed)
        model = make(rules)
    return kind(model, rules, lesson.states)
