"""Maximum likelihood where everything is enumerable: a data set, a model, and both divergences at every step.

1. Cover, Thomas (2006). Elements of Information Theory. Section 2.3 (KL), 11.1 (likelihood of a type).
2. Neal (1992). Connectionist learning of belief networks. Section 3 (the logistic belief net).
3. Minka (2005). Divergence measures and message passing. Section 3 (zero-forcing and zero-avoiding).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import logsigmoid

from .. import worlds
from ..errors import InvalidInput
from .base import Settings, Trace
from .binary_pixels import WORLDS

MODELS = ("independent", "logistic", "table")
FRAMES = 121  # recorded steps at most
MOST_PIXELS = 9
SPREAD = 0.3  # of the first weights: from 0 a model would never choose between two equal halves


class LikelihoodSettings(Settings):
    """N draws of a world, and a model fitted to them by plain gradient steps on one of two divergences.

    model: "independent" has a bias for each pixel; "logistic" also a weight for each pixel before it; "table" one logit
    a state. objective: "forward" is maximum likelihood, KL(data ‖ model); "reverse" is KL(model ‖ target).
    data: "sample" are N draws of the world, "world" is the world itself. floor: the share of the target that is spread
    over all states, so that no state is impossible and KL(model ‖ target) is finite.
    """

    kind: ClassVar[str] = "likelihood"
    world: Literal[WORLDS] = Field("bars-and-stripes", description="the true distribution")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    data: Literal["sample", "world"] = Field("sample", description="what is fitted")
    count: int = Field(30, ge=2, le=2_000, description="N, draws in the data set")
    model: Literal[MODELS] = Field("logistic", description="the model")
    objective: Literal["forward", "reverse"] = Field("forward", description="what is minimised")
    floor: float = Field(0.05, ge=0.001, le=0.5, description="share of the target spread over all states")
    rate: float = Field(1.0, ge=0.01, le=20.0, description="learning rate")
    steps: int = Field(600, ge=10, le=2_000, description="gradient steps")

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    def truth(self) -> worlds.World:
        """The world. InvalidInput where it has too many states."""
        if self.height * self.width > MOST_PIXELS:
            raise InvalidInput(
                f"height={self.height} and width={self.width} are not allowed: at most {MOST_PIXELS} pixels, whose "
                f"{2**MOST_PIXELS} states are summed at every step"
            )
        return worlds.world(self.world, self.shape)


@dataclass(frozen=True)
class LikelihoodTrace(Trace):
    """A fit, at R recorded steps, over S = 2ⁿ states; all in nats, all summed over every state.

    world, model_name, objective: of the settings. shape: (H, W). parameters: of the model. steps: (R,) int32.
    truth, data: (S,) float64, the world and the data set's frequencies. target: (S,) float64, the data with the floor.
    learned: (R, S) float32, the model. entropy_truth, entropy_data, entropy_target: nats.
    train, test: (R,) float64, −Σ data log q and −Σ truth log q: the mean negative log-likelihood of the data set, and
    the one expected of new draws. forward: (R,), KL(data ‖ q) = train − entropy_data. test_kl: (R,), KL(truth ‖ q).
    reverse: (R,), KL(q ‖ target). target_kl: (R,), KL(target ‖ q). slope: (R,) float64, length of the gradient.
    """

    world: str
    shape: tuple[int, int]
    model_name: str
    objective: str
    parameters: int
    steps: np.ndarray
    truth: np.ndarray
    data: np.ndarray
    target: np.ndarray
    learned: np.ndarray
    entropy_truth: float
    entropy_data: float
    entropy_target: float
    train: np.ndarray
    test: np.ndarray
    forward: np.ndarray
    test_kl: np.ndarray
    reverse: np.ndarray
    target_kl: np.ndarray
    slope: np.ndarray


class Enumerated:
    """A model over all S states: flat `parameters` → `log_q` (S,), float64. Its first parameters are drawn small."""

    def __init__(self, name: str, states: Tensor, generator: torch.Generator):
        """states: (S, n) of 0 and 1."""
        self.name, self.states = name, states
        self.pixels = states.shape[1]
        inputs = self.pixels * (self.pixels - 1) // 2 if name == "logistic" else 0
        self.count = len(states) if name == "table" else self.pixels + inputs
        self.free = self.count - (name == "table")  # of a softmax's logits one is in vain
        self.parameters = SPREAD * torch.randn(self.count, generator=generator, dtype=torch.float64)
        self.below = torch.tril_indices(self.pixels, self.pixels, -1)

    def log_q(self, parameters: Tensor) -> Tensor:
        """(count,) → (S,) nats, differentiable."""
        if self.name == "table":
            return parameters.log_softmax(0)
        logits = parameters[: self.pixels].expand(len(self.states), -1)
        if self.name == "logistic":
            weight = torch.zeros(self.pixels, self.pixels, dtype=torch.float64)
            weight = weight.index_put(tuple(self.below), parameters[self.pixels :])
            logits = logits + self.states @ weight.T
        return logsigmoid((2 * self.states - 1) * logits).sum(1)


def forward_loss(target: Tensor, log_q: Tensor) -> Tensor:
    """−Σ target log q: KL(target ‖ q) up to the target's entropy."""
    return -(target * log_q).sum()


def reverse_loss(target: Tensor, log_q: Tensor) -> Tensor:
    """KL(q ‖ target) = Σ q (log q − log target)."""
    return (log_q.exp() * (log_q - target.log())).sum()


def entropy(p: np.ndarray) -> float:
    """−Σ p log p, nats."""
    possible = p[p > 0]
    return float(-(possible * np.log(possible)).sum())


def drawn_shares(p: np.ndarray, count: int, generator: torch.Generator) -> np.ndarray:
    """(S,) float64: the frequencies of the states in `count` draws, one uniform number each."""
    uniforms = torch.rand(count, generator=generator, dtype=torch.float64).numpy()
    edges = p.cumsum()
    last = int(np.flatnonzero(p)[-1])
    numbers = np.searchsorted(edges, uniforms * edges[-1], side="right").clip(max=last)
    return np.bincount(numbers, minlength=p.size) / count


def fit(
    settings: LikelihoodSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> LikelihoodTrace:
    """Fit, and sum over all states along the way. InvalidInput where the world has too many of them."""
    truth = settings.truth()
    p = truth.probabilities
    generator = torch.Generator().manual_seed(settings.seed)
    data = p if settings.data == "world" else drawn_shares(p, settings.count, generator)
    target = (1 - settings.floor) * data + settings.floor / p.size
    states = torch.from_numpy(truth.states.reshape(p.size, -1).astype(np.float64))
    net = Enumerated(settings.model, states, generator)
    aim, loss = (data, forward_loss) if settings.objective == "forward" else (target, reverse_loss)
    aim = torch.from_numpy(aim.copy())
    stops = np.unique(np.linspace(0, settings.steps, min(FRAMES, settings.steps + 1)).round().astype(np.int32))
    wanted, rows, slopes = set(stops.tolist()), [], []
    parameters = net.parameters
    for step in range(settings.steps + 1):
        parameters = parameters.detach().requires_grad_()
        log_q = net.log_q(parameters)
        (slope,) = torch.autograd.grad(loss(aim, log_q), parameters)
        if step in wanted:
            rows.append(log_q.detach().numpy())
            slopes.append(float(slope.norm()))
            if progress is not None:
                progress(step / (settings.steps + 1))
        parameters = parameters - settings.rate * slope
    return _measured(settings, truth, data, target, net.free, stops, np.stack(rows), np.array(slopes))


def _measured(
    settings: LikelihoodSettings,
    truth: worlds.World,
    data: np.ndarray,
    target: np.ndarray,
    parameters: int,
    steps: np.ndarray,
    log_q: np.ndarray,
    slope: np.ndarray,
) -> LikelihoodTrace:
    """The trace: every sum over the (R, S) log-probabilities."""
    q = np.exp(log_q)
    cost = {name: -(log_q @ p) for name, p in (("data", data), ("truth", truth.probabilities), ("target", target))}
    entropies = entropy(truth.probabilities), entropy(data), entropy(target)
    return LikelihoodTrace(
        settings.world,
        settings.shape,
        settings.model,
        settings.objective,
        parameters,
        steps,
        truth.probabilities,
        data,
        target,
        q.astype(np.float32),
        *entropies,
        cost["data"],
        cost["truth"],
        cost["data"] - entropies[1],
        cost["truth"] - entropies[0],
        (q * (log_q - np.log(target))).sum(1),
        cost["target"] - entropies[2],
        slope,
    )
