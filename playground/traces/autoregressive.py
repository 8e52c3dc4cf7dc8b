"""Traces of ancestral sampling: plain, completing a picture, and two futures of one changed pixel."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from ..errors import InvalidInput
from ..samplers import ancestral
from .base import ModelSettings, Settings, Trace, unpack_picture

Progress = Callable[[float], None]


class AncestralSettings(ModelSettings):
    """`count` samples of a model, from one seed."""

    kind: ClassVar[str] = "ancestral"
    count: int = Field(16, ge=1, le=64, description="samples drawn together")
    temperature: float = Field(1.0, ge=0.1, le=3.0, description="logits are divided by it before each draw")
    member: int = Field(0, ge=0, le=1023, description="ordering or set of masks, 0 for the model as it is")


class BranchSettings(AncestralSettings):
    """Sample `sample` of the same run, twice: as drawn, and with step `step` forced to `value`."""

    kind: ClassVar[str] = "branch"
    sample: int = Field(0, ge=0, le=63, description="which of the samples")
    step: int = Field(0, ge=0, le=4095, description="the step whose value is forced, from 0")
    value: int = Field(0, ge=0, le=255, description="the level it is forced to")

    @model_validator(mode="after")
    def _sample_exists(self) -> "BranchSettings":
        if self.sample >= self.count:
            raise ValueError(f"sample={self.sample}: with count={self.count} they are 0 to {self.count - 1}")
        return self


class CompletionSettings(AncestralSettings):
    """`count` completions of a picture: pixels where `keep` is 1 stay, the others are drawn.

    picture, keep: packed by `pack_picture` with the model's levels and with 2 levels.
    """

    kind: ClassVar[str] = "completion"
    count: int = Field(8, ge=1, le=64, description="completions drawn together")
    picture: str = Field("", max_length=20_000)
    keep: str = Field("", max_length=20_000)


@dataclass(frozen=True)
class AncestralTrace(Trace):
    """What ancestral sampling did. N samples, K = D steps, P parameters (logits) of one conditional.

    checkpoint, shape (H, W), levels, temperature: of the run.
    order: (K,) int32, flat position written at each step.
    values: (N, K) uint8, the level written at each step.
    parameters: (N, K, P) float32, logits before the temperature; P = 1 Bernoulli, else categorical.
    noise: (N, K) float32 in [0, 1), the uniform number of each step.
    given: (N, K) bool, True where the value was fixed and not drawn.
    log_likelihood: (N, K) float32, nats, running sum of log p(value) under the model at temperature 1.
    """

    checkpoint: str
    shape: tuple[int, int]
    levels: int
    temperature: float
    order: np.ndarray
    values: np.ndarray
    parameters: np.ndarray
    noise: np.ndarray
    given: np.ndarray
    log_likelihood: np.ndarray

    def pictures(self) -> np.ndarray:
        """(N, H, W) uint8: the finished pictures."""
        flat = np.empty_like(self.values)
        flat[:, self.order] = self.values
        return flat.reshape(-1, *self.shape)

    def log_probabilities(self) -> np.ndarray:
        """(N, K) float32, nats: log p of each step's value at temperature 1."""
        return np.diff(self.log_likelihood, axis=1, prepend=0.0)

    def nats_after(self) -> np.ndarray:
        """(N,) nats: log-probability of the given values that come *after* the first drawn one in the order.

        The sampler draws from p(free | given values before it). Where given pixels come later, a sample from the
        exact conditional would weight each completion by the exponential of this number (self-normalised importance
        sampling, Bishop 2006, section 11.1.4).
        """
        first_free = np.argmin(self.given, axis=1)  # 0 where nothing is given
        later = self.given & (np.arange(self.given.shape[1]) > first_free[:, None])
        return (self.log_probabilities() * later).sum(1)

    def best_first(self) -> "AncestralTrace":
        """The same samples, sorted by `nats_after`, highest first; as they are where no given pixel comes later."""
        ranks = np.argsort(-self.nats_after(), kind="stable")
        rows = ("values", "parameters", "noise", "given", "log_likelihood")
        return replace(self, **{name: getattr(self, name)[ranks] for name in rows})


def _trace(settings: AncestralSettings, model: nn.Module, drawn: ancestral.AncestralSample) -> AncestralTrace:
    running = drawn.log_probability.double().cumsum(1).float().numpy()
    return AncestralTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        model.config.levels,
        settings.temperature,
        drawn.order.numpy().astype(np.int32),
        drawn.values.numpy().astype(np.uint8),
        drawn.parameters.numpy(),
        drawn.noise.numpy(),
        drawn.given.numpy().copy(),
        running,
    )


def member_of(model: nn.Module, index: int) -> nn.Module:
    """The model under ordering or set of masks number `index`. InvalidInput if it has none of that number."""
    if index == 0:
        return model
    if not hasattr(model, "member"):
        raise InvalidInput(f"member={index} is not allowed: {type(model).__name__} has one ordering, number 0")
    try:
        return model.member(index)
    except ValueError as error:
        words = str(error).removeprefix(f"member={index}: ")
        raise InvalidInput(f"member={index} is not allowed: {words}") from error


def _levels(settings: AncestralSettings, model: nn.Module) -> int:
    """The model's levels. InvalidInput if it draws real numbers, which these traces do not hold."""
    if not model.config.levels:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} draws real numbers, not levels")
    return model.config.levels


def _generator(settings: Settings) -> torch.Generator:
    return torch.Generator().manual_seed(settings.seed)


def generate(settings: AncestralSettings, model: nn.Module, progress: Progress | None = None) -> AncestralTrace:
    """`count` samples, position by position. InvalidInput if the model draws real numbers or has no such member."""
    _levels(settings, model)
    model = member_of(model, settings.member)
    drawn = ancestral.sample(
        model, settings.count, _generator(settings), temperature=settings.temperature, progress=progress
    )
    return _trace(settings, model, drawn)


def branch(settings: BranchSettings, model: nn.Module, progress: Progress | None = None) -> AncestralTrace:
    """Two futures from the same random numbers: row 0 as drawn, row 1 with one step's value forced.

    Both rows get the noise of sample `sample`, so up to `step` they are equal and after it every difference comes
    from the forced value alone. InvalidInput if the step, the value or the member does not exist.
    """
    model = member_of(model, settings.member)
    positions = model.order.numel()
    if settings.step >= positions:
        raise InvalidInput(f"step={settings.step} is not allowed: this model has steps 0 to {positions - 1}")
    if settings.value >= _levels(settings, model):
        raise InvalidInput(f"value={settings.value} is not allowed: levels are 0 to {model.config.levels - 1}")
    noise = ancestral.uniform_noise(settings.sample + 1, positions, _generator(settings))[-1].expand(2, -1)
    given = torch.full((2, positions), float("nan"))
    given[1, model.order[settings.step]] = settings.value
    drawn = ancestral.sample(
        model,
        2,
        _generator(settings),
        settings.temperature,
        given.view(2, *model.event_shape),
        noise.contiguous(),
        progress,
    )
    return _trace(settings, model, drawn)


def given_values(picture: str, keep: str, shape: tuple[int, int], levels: int) -> Tensor:
    """What the sampler is given, (H, W) float32: the packed picture where the packed mask keeps it, else NaN.

    InvalidInput if one of them does not fit; nothing is given where one is empty.
    """
    given = torch.full(shape, float("nan"))
    if picture and keep:
        values = unpack_picture(picture, shape, levels, "picture")
        kept = unpack_picture(keep, shape, 2, "keep").astype(bool)
        given[torch.from_numpy(kept)] = torch.from_numpy(values[kept]).float()
    return given


def complete(settings: CompletionSettings, model: nn.Module, progress: Progress | None = None) -> AncestralTrace:
    """`count` completions of one picture. Given pixels are never changed; InvalidInput if a picture does not fit."""
    model = member_of(model, settings.member)
    shape = tuple(model.event_shape)
    given = given_values(settings.picture, settings.keep, shape, _levels(settings, model))
    drawn = ancestral.sample(
        model, settings.count, _generator(settings), settings.temperature, given, progress=progress
    )
    return _trace(settings, model, drawn)
