"""The trace of a training on a small world: at each recorded step the model's whole distribution beside the truth."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import BeforeValidator, Field, field_validator, model_validator
from torch import Tensor, nn

from .. import worlds
from ..errors import InvalidInput
from ..models import build
from ..models.ensemble import average_log_prob
from ..models.orderings import ordering
from .base import Settings, Trace

MODELS = {"made": "MADE", "fvsbn": "FVSBN", "nade": "NADE", "nade-agnostic": "OrderAgnosticNADE"}
MOST_LAYERS = {"made": 3, "fvsbn": 3, "nade": 1, "nade-agnostic": 2}  # FVSBN has none, so any number is as good
MOST_MEMBERS = {"made": 16, "fvsbn": 1, "nade": 1, "nade-agnostic": 16}
EVERY_STATE = 512  # worlds of at most so many states keep all of them at each recorded step
LISTED = 192  # of a larger world: so many states
FRAMES, FEWEST_FRAMES, STATES_HELD = 121, 21, 2**21  # recorded steps: at most, at least; states × members × steps
MOST_IMAGES = 4_096  # in one step
SAMPLES = 16


def _whole(value: Any) -> Any:
    """A link's text as a whole number, where it is one."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


class SmallWorldSettings(Settings):
    """A model that is trained on a small world, from its first step on.

    patterns: packed by `worlds.pack_patterns`, for the drawn world alone. layers, units: of the hidden layers, which
    FVSBN has none of. members: orderings or sets of masks that share the weights and whose probabilities are averaged.
    batch: images drawn from the world at each step; 0 takes the exact expectation over all of them.
    """

    kind: ClassVar[str] = "small-world"
    world: Literal[worlds.NAMES] = Field("bars-and-stripes", description="what is to be learned")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    patterns: str = Field("", max_length=400, description="of the drawn world, packed")
    model: Literal[tuple(MODELS)] = Field("made", description="what learns")
    layers: int = Field(1, ge=1, le=3, description="hidden layers")
    units: int = Field(32, ge=1, le=128, description="units of each hidden layer")
    members: Annotated[Literal[1, 2, 4, 8, 16], BeforeValidator(_whole)] = Field(1, description="orderings averaged")
    ordering: str = Field("raster", max_length=20, description="of the pixels")
    rate: float = Field(0.02, ge=0.0005, le=0.2, description="Adam's learning rate")
    steps: int = Field(400, ge=20, le=2_000, description="steps of the training")
    batch: Annotated[Literal[0, 16, 64, 256, 1024], BeforeValidator(_whole)] = Field(0, description="0: all images")

    @field_validator("ordering")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ordering(name, 2, 2)
        except ValueError as error:
            raise ValueError("known are raster, column, spiral and random-SEED") from error
        return name

    @model_validator(mode="after")
    def _possible(self) -> "SmallWorldSettings":
        for name, most in (("layers", MOST_LAYERS), ("members", MOST_MEMBERS)):
            if getattr(self, name) > most[self.model]:
                raise ValueError(
                    f"{name}={getattr(self, name)} is not allowed: with model={self.model!r} it is 1"
                    + (f" to {most[self.model]}" if most[self.model] > 1 else "")
                )
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    @classmethod
    def fitted(cls, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The same values where they fit one another; where not, the nearest that do, and words for each change."""
        found, words = dict(values), []

        def give_way(name: str, value: Any, why: str) -> None:
            words.append(f"{name}={str(found[name])[:20]!r} is not allowed: {why}; using {value} instead")
            found[name] = value

        for name, most in (("layers", MOST_LAYERS), ("members", MOST_MEMBERS)):
            if found[name] > most[found["model"]]:
                give_way(name, most[found["model"]], f"too many for model={found['model']!r}")
        if found["world"] == "drawn":
            try:
                worlds.unpack_patterns(found["patterns"], (found["height"], found["width"]))
            except InvalidInput as error:
                words.append(f"{error}; an example is used instead")
                found["patterns"] = worlds.pack_patterns(worlds.example((found["height"], found["width"])))
        try:
            cls(**found).truth()
        except InvalidInput:
            give_way("batch", 256, f"a step over all images of this world, more than {MOST_IMAGES:,}, is too long")
        return found, words

    def truth(self) -> worlds.World:
        """The world. InvalidInput if its patterns cannot be read, or it has too many images for a full expectation."""
        found = worlds.world(self.world, self.shape, self.patterns)
        if self.batch == 0 and found.support.size > MOST_IMAGES:
            raise InvalidInput(
                f"batch=0 is not allowed: a step over all {found.support.size:,} images of this world is too long; "
                "choose a batch of 16 to 1024"
            )
        return found


@dataclass(frozen=True)
class SmallWorldTrace(Trace):
    """A training, step by step. R recorded steps, S = 2ⁿ states of n = H·W pixels, K of them listed, M members.

    world, model: names. shape: (H, W). entropy: of the world, nats. parameters: weights that were trained.
    steps: (R,) int32, optimiser steps done, from 0. nll: (R,) float64, exact expected −log q, nats. kl: (R,) float64,
    KL(p ‖ q), nats. total: (R,) float64, Σ q. forbidden: (R,) float64, Σ q over the states that cannot happen.
    All are of q, the average of the members' probabilities. members_kl: (R, M) float64, KL of each member alone.
    truth: (S,) float64, p by state number. final: (S,) float64, q after the last step.
    listed: (K,) int32, numbers of the states kept for each step: those that can happen first, the most probable in
    front; then the others, those that had most probability at any step in front. learned: (R, K) float32, their q.
    samples: (R, 16) int32, numbers of 16 states drawn from q with the same uniform numbers at each step.
    mean: (R, H, W) float32, the model's mean image. truth_mean: (H, W) float32.
    """

    world: str
    model: str
    shape: tuple[int, int]
    entropy: float
    parameters: int
    steps: np.ndarray
    nll: np.ndarray
    kl: np.ndarray
    total: np.ndarray
    forbidden: np.ndarray
    members_kl: np.ndarray
    truth: np.ndarray
    final: np.ndarray
    listed: np.ndarray
    learned: np.ndarray
    samples: np.ndarray
    mean: np.ndarray
    truth_mean: np.ndarray

    @property
    def possible(self) -> int:
        """How many of the listed states can happen; they come first."""
        return int((self.truth[self.listed] > 0).sum())


def make_model(settings: SmallWorldSettings) -> nn.Module:
    """The model before its first step; its weights are drawn from the seed."""
    config: dict[str, Any] = {"height": settings.height, "width": settings.width, "ordering": settings.ordering}
    if settings.model in ("made", "nade-agnostic"):
        config["hidden"] = (settings.units,) * settings.layers
    if settings.model == "nade":
        config["hidden"] = settings.units
    if settings.model == "made":
        config["mask_sets"] = settings.members
    with torch.random.fork_rng(devices=[]):  # layers initialise themselves from the global generator
        torch.manual_seed(settings.seed)
        return build({"model": MODELS[settings.model], "config": config})


def learn(
    settings: SmallWorldSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> SmallWorldTrace:
    """Train a fresh model with Adam (Kingma & Ba 2015) and look at all states along the way.

    Each step minimises Σ p(x) · loss(x), or its estimate from a batch; the loss of a model with several members is
    that of one of them, drawn anew. InvalidInput where the world cannot be made.
    """
    truth = settings.truth()
    learner, generator = make_model(settings), torch.Generator().manual_seed(settings.seed)
    states = torch.from_numpy(truth.states.astype(np.float32))  # (S, H, W)
    possible = torch.from_numpy(truth.support)
    images, shares = states[possible], torch.tensor(truth.probabilities[truth.support], dtype=torch.float32)
    optimizer = torch.optim.Adam(learner.parameters(), lr=settings.rate, betas=(0.9, 0.99), fused=True)
    frames = min(FRAMES, max(FEWEST_FRAMES, STATES_HELD // (len(states) * settings.members)), settings.steps + 1)
    stops = np.unique(np.linspace(0, settings.steps, frames).round().astype(np.int32))
    look = _Look(truth, settings, states, generator)
    with torch.enable_grad():
        for step in range(settings.steps + 1):
            if step in stops:
                look(learner)
                if progress is not None:
                    progress(step / (settings.steps + 1))
            if step == settings.steps:
                break
            if settings.batch:
                rows = torch.multinomial(shares, settings.batch, replacement=True, generator=generator)
                loss = learner.training_loss(images[rows], generator).mean()
            else:
                loss = (shares * learner.training_loss(images, generator)).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return look.trace(stops, sum(p.numel() for p in learner.parameters()))


class _Look:
    """What is written down of a model at a recorded step."""

    def __init__(
        self, truth: worlds.World, settings: SmallWorldSettings, states: Tensor, generator: torch.Generator
    ) -> None:
        self.truth, self.settings, self.states = truth, settings, states
        self.pictures = truth.states.astype(np.float64)
        self.uniform = torch.rand(SAMPLES, generator=generator, dtype=torch.float64).numpy()
        self.log_q: list[np.ndarray] = []  # (S,) float32 each
        self.numbers: list[tuple[float, ...]] = []
        self.members_kl: list[list[float]] = []
        self.samples: list[np.ndarray] = []
        self.mean: list[np.ndarray] = []

    @torch.no_grad()
    def __call__(self, model: nn.Module) -> None:
        truth, indices = self.truth, range(self.settings.members)
        members = [model.member(index).log_prob(self.states).double() for index in indices]
        log_q = average_log_prob(torch.stack(members)).numpy()
        q = np.exp(log_q)
        self.members_kl.append([worlds.kl_divergence(truth, log_p.numpy()) for log_p in members])
        nll, total = worlds.expected_nll(truth, log_q), worlds.total_probability(log_q)
        self.numbers.append((nll, worlds.kl_divergence(truth, log_q), total, worlds.forbidden_mass(truth, log_q)))
        self.log_q.append(log_q.astype(np.float32))
        edges = q.cumsum()
        self.samples.append(np.searchsorted(edges, self.uniform * edges[-1], side="right").clip(max=len(q) - 1))
        self.mean.append(np.tensordot(q, self.pictures, 1))

    def listed(self) -> np.ndarray:
        """(K,) which states are kept, in the order in which they are shown."""
        p, possible = self.truth.probabilities, self.truth.support
        allowed = possible[np.argsort(-p[possible], kind="stable")]
        others = np.flatnonzero(p == 0)
        peak = np.max(self.log_q, axis=0)[others]
        others = others[np.argsort(-peak, kind="stable")]
        if len(p) > EVERY_STATE:
            allowed = allowed[: LISTED // 2]
            others = others[: LISTED - len(allowed)]
        return np.concatenate([allowed, others]).astype(np.int32)

    def trace(self, steps: np.ndarray, parameters: int) -> SmallWorldTrace:
        """Everything that was written down."""
        listed, truth = self.listed(), self.truth
        nll, kl, total, forbidden = np.array(self.numbers).T.copy()
        return SmallWorldTrace(
            self.settings.world,
            self.settings.model,
            truth.shape,
            truth.entropy,
            parameters,
            steps,
            nll,
            kl,
            total,
            forbidden,
            np.array(self.members_kl),
            truth.probabilities,
            np.exp(self.log_q[-1].astype(np.float64)),
            listed,
            np.exp(np.stack([log_q[listed] for log_q in self.log_q])),
            np.array(self.samples, np.int32),
            np.array(self.mean, np.float32),
            np.tensordot(truth.probabilities, self.pictures, 1).astype(np.float32),
        )
