"""The moves of the game in the plane: a step of the discriminator, one of the generator, and the two cures.

Every gradient is in closed form (`models.point_gan`), every state is a handful of rows of numbers that nobody writes
to, and the random numbers of step t are a function of the seed and of t alone: the same moves give the same game, from
the start or from any state on the way.

1. Goodfellow et al. (2014). Generative adversarial nets. Algorithm 1: d_steps steps of D for one of G.
2. Metz, Poole, Pfau, Sohl-Dickstein (2017). Unrolled generative adversarial networks. ICLR. Equations 7 to 11: G's
   gradient goes through k steps of D, second-order terms included; D itself takes one step.
3. Mescheder, Geiger, Nowozin (2018). Which training methods for GANs do actually converge? ICML. Equation 9: R₁.
4. Kingma, Ba (2015). Adam. ICLR. Algorithm 1.
"""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ..models.point_gan import PlaneNetwork, discriminator_bends, discriminator_slopes, generator_slopes
from .gan_densities import EDGE
from .gan_moves import BOTH, DISCRIMINATOR, GENERATOR
from .plane_sources import PlaneSource

BATCH = 256  # real points, and as many generated ones, of one gradient
MOMENTUM, SQUARES, TINY = 0.5, 0.99, 1e-8  # β₁, β₂ and ε of Adam
TINIER = 1e-16  # keeps the slope of a root finite at 0
START_SPREAD = 0.5  # scales G's last layer at the start: a small cloud in the middle


@dataclass(frozen=True)
class Player:
    """Weights (P,), Adam's means of gradients and of their squares, (P,) each, and its count of steps."""

    weights: Tensor
    mean: Tensor
    squares: Tensor
    count: int = 0

    @classmethod
    def fresh(cls, weights: Tensor) -> "Player":
        """Before the first step."""
        return cls(weights, torch.zeros_like(weights), torch.zeros_like(weights))

    def moved(self, gradient: Tensor, rate: float) -> "Player":
        """After a step of Adam down a gradient (P,)."""
        count = self.count + 1
        mean = self.mean * MOMENTUM + gradient * (1 - MOMENTUM)
        squares = self.squares * SQUARES + gradient.square() * (1 - SQUARES)
        below = (squares / (1 - SQUARES**count)).sqrt_().add_(TINY)
        weights = torch.addcdiv(self.weights, mean, below, value=-rate / (1 - MOMENTUM**count))
        return Player(weights, mean, squares, count)

    def descended(self, gradient: Tensor, rate: float) -> "Player":
        """After a plain step down a gradient (P,): as short as the gradient is, where Adam's never is."""
        return replace(self, weights=self.weights - rate * gradient, count=self.count + 1)

    @property
    def nbytes(self) -> int:
        """Bytes of the three rows."""
        return 3 * self.weights.nbytes


@dataclass(frozen=True)
class State:
    """A game after `step` moves."""

    generator: Player
    discriminator: Player
    step: int = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all rows."""
        return self.generator.nbytes + self.discriminator.nbytes


@dataclass(frozen=True)
class Rules:
    """What a move depends on beside the state. source: p_data with the noise in it; the rest as `GanGameSettings`."""

    source: PlaneSource
    latent: str
    loss: str
    cure: str
    unroll: int
    penalty: float
    g_step: str
    d_rate: float
    g_rate: float
    d_steps: int
    noise: float
    hidden: int
    seed: int


class Game:
    """The rules, and the moves: pure functions from a state to the next."""

    def __init__(self, rules: Rules):
        self.rules = rules
        self.centres = torch.from_numpy(rules.source.centres).float()
        self.g, self.d = PlaneNetwork(2, rules.hidden, 2), PlaneNetwork(2, rules.hidden, 1)

    def start(self) -> State:
        """Both players as the seed draws them."""
        draws = torch.Generator().manual_seed(self.rules.seed)
        g, d = self.g.initial(draws, START_SPREAD), self.d.initial(draws)
        return State(Player.fresh(g), Player.fresh(d))

    def after(self, state: State, move: int) -> State:
        """The state after one more move."""
        draws = np.random.default_rng([self.rules.seed, state.step])
        generator, discriminator = state.generator, state.discriminator
        turns = {BOTH: self.rules.d_steps, DISCRIMINATOR: 1, GENERATOR: 0}[move]
        for _ in range(turns):
            fake = self.g(generator.weights, self.codes(draws, BATCH)) + self._noise(draws)
            gradient = self.d_gradient(discriminator.weights, self.reals(draws, BATCH), fake)
            discriminator = discriminator.moved(gradient, self.rules.d_rate)
        if move != DISCRIMINATOR:
            gradient = self.g_gradient(generator, discriminator, draws)
            take = generator.moved if self.rules.g_step == "adam" else generator.descended
            generator = take(gradient, self.rules.g_rate)
        return State(generator, discriminator, state.step + 1)

    def codes(self, draws: np.random.Generator, count: int) -> Tensor:
        """(count, 2) draws from the latent law."""
        if self.rules.latent == "uniform":
            return torch.from_numpy(draws.random((count, 2), np.float32)).mul(2).sub_(1).mul_(EDGE)
        return torch.from_numpy(draws.standard_normal((count, 2), np.float32)).clone()

    def reals(self, draws: np.random.Generator, count: int) -> Tensor:
        """(count, 2) draws from p_data, the noise in it."""
        rows = torch.from_numpy(draws.integers(len(self.centres), size=count))
        return self.centres[rows].add_(self._normal(draws, count), alpha=self.rules.source.sigma)

    def _noise(self, draws: np.random.Generator) -> Tensor:
        return self._normal(draws, BATCH) * self.rules.noise

    def _normal(self, draws: np.random.Generator, count: int) -> Tensor:
        return torch.from_numpy(draws.standard_normal((count, 2), np.float32))

    def d_gradient(self, weights: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        """The gradient (P,) of D's loss on a batch of real and of generated points, (B, 2) each; with the penalty, of
        γ/2 · mean ‖∇x logit D‖² over the real ones too (reference 3, equation 9)."""
        done = self.d.forward(weights, torch.cat([real, fake]))
        ahead = discriminator_slopes(done.y, len(real))
        if self.rules.cure != "penalty" or not self.rules.penalty:
            return self.d.backward(weights, done, ahead)
        # ∇ ½‖s‖² = ∇ (s held fixed · ∇x logit), and that product is the logit's derivative along s
        along = self.d.slope(weights, done, torch.ones_like(ahead))
        moved = self.d.tangent(weights, done, None, along)
        strength = torch.zeros_like(ahead)
        strength[: len(real)] = self.rules.penalty / len(real)
        return self.d.second(weights, done, moved, None, ahead, strength)[0]

    def g_gradient(self, generator: Player, discriminator: Player, draws: np.random.Generator) -> Tensor:
        """The gradient (P,) of G's loss on a batch; with the cure "unrolled" against the D that k more steps on this
        batch would lead to (reference 2, equations 9 and 10)."""
        done = self.g.forward(generator.weights, self.codes(draws, BATCH))
        fake = done.y + self._noise(draws)
        if self.rules.cure == "unrolled":
            push = self.unrolled_push(discriminator, self.reals(draws, BATCH), fake)
        else:
            push = self.push(discriminator.weights, fake) / BATCH
        return self.g.backward(generator.weights, done, push)

    def push(self, weights: Tensor, fake: Tensor) -> Tensor:
        """∂ℓ/∂x of G's loss of each generated point, (B, 2)."""
        done = self.d.forward(weights, fake)
        return self.d.slope(weights, done, generator_slopes(done.y, self.rules.loss))

    def unrolled_push(self, discriminator: Player, real: Tensor, fake: Tensor) -> Tensor:
        """d(mean ℓ)/dx (B, 2) through k steps of Adam of D, from the moments that it has: reverse mode by hand.

        With g_j = ∇L_D(θ_j, x), m and v Adam's means: θ_{j+1} = θ_j − r m_{j+1} / (√(v_{j+1}/c) + ε). The chain rule
        sends adjoints of θ, m, v back, and one Hessian-vector product a step sends g's to θ_j and to x.
        """
        both, reals = torch.cat([real, fake]), len(real)
        path, players = [], discriminator
        for _ in range(self.rules.unroll):
            done = self.d.forward(players.weights, both)
            slopes = discriminator_slopes(done.y, reals)
            gradient = self.d.backward(players.weights, done, slopes)
            after = players.moved(gradient, self.rules.d_rate)
            path.append((players.weights, done, slopes, gradient, after))
            players = after
        done = self.d.forward(players.weights, fake)
        ahead = generator_slopes(done.y, self.rules.loss) / len(fake)
        found = self.d.slope(players.weights, done, ahead)
        theta = self.d.backward(players.weights, done, ahead)  # adjoint of θ_k
        mean, squares = torch.zeros_like(theta), torch.zeros_like(theta)
        for weights, done, slopes, gradient, after in reversed(path):
            rate = self.rules.d_rate / (1 - MOMENTUM**after.count)
            correction = 1 - SQUARES**after.count
            root = (after.squares / correction).sqrt()
            below = root + TINY
            mean = mean - rate * theta / below
            squares = squares + rate * theta * after.mean / (below.square() * (2 * correction) * (root + TINIER))
            back = (1 - MOMENTUM) * mean + (2 * (1 - SQUARES)) * gradient * squares  # adjoint of g_j
            mean, squares = MOMENTUM * mean, SQUARES * squares
            moved = self.d.tangent(weights, done, back, None)
            bends = discriminator_bends(done.y, reals).mul_(moved.y)
            of_weights, of_x = self.d.second(weights, done, moved, back, bends, slopes)
            theta = theta + of_weights
            found = found + of_x[reals:]
        return found
