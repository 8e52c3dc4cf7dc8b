"""The samples of one model as they grow, whatever its family: pixel by pixel, along a chain, or in one step.

Nothing is drawn here: the family's own trace is made and what all families have in common is taken out of it, so that
any of them can be laid on one axis of time.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pydantic import Field, field_validator
from torch import nn

from ..errors import InvalidInput
from ..models.autoencoder import Autoencoder
from ..models.energy import EnergyModel
from ..models.gan import GAN
from ..models.rbm import RBM
from ..models.vae import VAE
from .autoregressive import AncestralSettings, AncestralTrace, generate
from .base import ModelSettings, Settings, Trace
from .energy_digits import EnergyChainSettings, energy_chains
from .gan_draws import GanDrawsSettings, gan_draws
from .prior_draws import PriorDrawsSettings, prior_draws
from .rbm import RbmSettings, gibbs

Progress = Callable[[float], None]
SWEEPS, EVERY = 60, 10  # of a Gibbs chain: recorded, and from one recorded to the next
STEPS, FRAMES = 200, 51  # of a Langevin chain: run, and pictures kept at most
MOST_MODELS = 16


class _GrowthSettings(Settings):
    """What one model's samples and a link to several models' have in common."""

    count: int = Field(4, ge=1, le=9, description="N, samples of each model")
    temperature: float = Field(1.0, ge=0.1, le=3.0, allow_inf_nan=False, description="where a family has one")


class GrowthSettings(_GrowthSettings, ModelSettings):
    """N samples of a model. temperature: divides an autoregressive model's logits and an energy model's E; other
    families have none."""

    kind: ClassVar[str] = "growth"
    with_codes: ClassVar[bool] = True


class GrowthLinkSettings(_GrowthSettings):
    """What the link of samples side by side holds. checkpoints: names, joined by commas; "" for one of each family."""

    kind: ClassVar[str] = "samples"

    checkpoints: str = Field("", max_length=1_000)

    @field_validator("checkpoints")
    @classmethod
    def _each_once(cls, text: str) -> str:
        names = text.split(",") if text else []
        if len(names) > MOST_MODELS or len(set(names)) < len(names):
            raise ValueError(f"at most {MOST_MODELS} names, joined by commas, each once")
        return text

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(self.checkpoints.split(",")) if self.checkpoints else ()


@dataclass(frozen=True)
class GrowthTrace(Trace):
    """N samples of H×W pixels in S steps, of which F frames are kept.

    checkpoint: of the run. way: how they grow: "pixels" (a step writes one pixel), "sweeps" (a Gibbs sweep, v to h to
    v), "langevin" (a step of a Langevin chain) or "shot" (one step, a code decoded). shape: (H, W). steps: S. passes:
    how often the network was run through for them, all samples together. temperature: NaN where the family has none.
    prior: False of an autoencoder, whose codes are drawn from a prior that it does not have.
    order: (S,) int32, flat position written at each step; (0,) unless pixel by pixel. kept: (F,) int32, how many steps
    were done at each frame; pixel by pixel the last one alone is kept, as the order tells the others.
    drawn: (F, N, H, W) uint8, 0 paper … 255 ink, the samples. expected: (F, N, H, W) uint8, the mean that each pixel
    was drawn with, p(1) of a binary one; of a Langevin chain x − σ²∇E(x); the samples once more where nothing is drawn.
    score: what the family says of its own sample: "log p" (nats, of the pixels so far), "F" (free energy), "E", "D"
    (logit) or "". scores: (N, S + 1) float32 pixel by pixel, else (N, F); (N, 0) for none.
    """

    checkpoint: str
    way: str
    shape: tuple[int, int]
    steps: int
    passes: int
    temperature: float
    prior: bool
    order: np.ndarray
    kept: np.ndarray
    drawn: np.ndarray
    expected: np.ndarray
    score: str
    scores: np.ndarray

    def at(self, share: float, expected: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """(N, H, W) uint8 pictures when a share of the steps is done, a step under way counted as done, and (H, W)
        bool, which of their pixels there are."""
        done = int(np.ceil(share * self.steps - 1e-9))
        frame = max(0, int(np.searchsorted(self.kept, done, "right")) - 1)
        there = np.ones(self.shape, bool)
        if self.way == "pixels":
            there.ravel()[self.order[done:]] = False
        elif self.way == "shot":
            there[:] = done > 0
        return (self.expected if expected else self.drawn)[frame], there


def way_of(model: nn.Module) -> str:
    """How a model's pictures grow, as `GrowthTrace.way` names it, "" if it draws no pictures."""
    shape = getattr(model, "event_shape", ())
    if len(shape) != 2 or shape[0] < 2:  # a text, points in the plane
        return ""
    if hasattr(model, "begin") and hasattr(model, "step"):
        return "pixels" if model.config.levels else ""
    kinds = {RBM: "sweeps", EnergyModel: "langevin", Autoencoder: "shot", VAE: "shot", GAN: "shot"}
    return next((way for kind, way in kinds.items() if isinstance(model, kind)), "")


def growth(settings: GrowthSettings, model: tuple[nn.Module, Any], progress: Progress | None = None) -> GrowthTrace:
    """Draw them in the model's own way. model: the model and the codes beside it.

    InvalidInput if the checkpoint draws no pictures, or is an autoencoder without codes of real digits.
    """
    network, _ = model
    way = way_of(network)
    if not way:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} draws no pictures")
    if way == "shot":
        return _shot(settings, model, progress)
    return {"pixels": _pixels, "sweeps": _sweeps, "langevin": _langevin}[way](settings, network, progress)


def _pixels(settings: GrowthSettings, model: nn.Module, progress: Progress | None) -> GrowthTrace:
    asked = AncestralSettings(**_shared(settings, "count", "temperature"))
    found = generate(asked, model, progress)
    steps, total = found.order.size, found.log_likelihood
    return GrowthTrace(
        settings.checkpoint,
        "pixels",
        found.shape,
        steps,
        getattr(model.config, "tokens", steps),  # a sequence of patches is read patch by patch
        settings.temperature,
        True,
        found.order,
        np.array([steps], np.int32),
        _greys(found.pictures() / (found.levels - 1))[None],
        _greys(_means(found))[None],
        "log p",
        np.pad(total, ((0, 0), (1, 0))),
    )


def _means(trace: AncestralTrace) -> np.ndarray:
    """(N, H, W) float: the mean level, 0 … 1, of the distribution that each pixel was drawn from."""
    logits = trace.parameters.astype(np.float64) / trace.temperature
    if logits.shape[2] == 1:
        by_step = np.exp(-np.logaddexp(0, -logits[..., 0]))
    else:
        p = np.exp(logits - logits.max(2, keepdims=True))
        by_step = (p / p.sum(2, keepdims=True)) @ np.linspace(0, 1, trace.levels)
    flat = np.empty_like(by_step)
    flat[:, trace.order] = by_step
    return flat.reshape(-1, *trace.shape)


def _sweeps(settings: GrowthSettings, model: nn.Module, progress: Progress | None) -> GrowthTrace:
    asked = RbmSettings(**_shared(settings), chains=settings.count, sweeps=SWEEPS, every=EVERY)
    found = gibbs(asked, model, progress)
    frames = (SWEEPS + 1, settings.count, *found.shape)
    drawn = found.visible.swapaxes(0, 1).reshape(frames)
    coins = np.full((1, settings.count, drawn[0, 0].size), 0.5)  # what the start was drawn with
    expected = np.concatenate([coins, found.probabilities.swapaxes(0, 1)]).reshape(frames)
    return GrowthTrace(
        settings.checkpoint,
        "sweeps",
        found.shape,
        SWEEPS * EVERY,
        2 * SWEEPS * EVERY,  # up to the hidden units and down again
        np.nan,
        True,
        np.zeros(0, np.int32),
        np.arange(SWEEPS + 1, dtype=np.int32) * EVERY,
        _greys(drawn),
        _greys(expected),
        "F",
        found.free_energy.astype(np.float32),
    )


def _langevin(settings: GrowthSettings, model: nn.Module, progress: Progress | None) -> GrowthTrace:
    asked = EnergyChainSettings(**_shared(settings, "temperature"), chains=settings.count, steps=STEPS)
    found = energy_chains(asked, model, progress)
    taken = np.unique(np.linspace(0, len(found.kept) - 1, FRAMES).round().astype(int))
    kept = found.kept[taken]
    return GrowthTrace(
        settings.checkpoint,
        "langevin",
        found.shape,
        STEPS,
        STEPS + 1,  # E and its gradient at the start and after every step
        settings.temperature,
        True,
        np.zeros(0, np.int32),
        kept,
        _greys(found.pictures[taken]),
        _greys([found.denoised(frame) for frame in taken]),
        "E",
        found.energies[:, kept],
    )


def _shot(settings: GrowthSettings, model: tuple[nn.Module, Any], progress: Progress | None) -> GrowthTrace:
    network, _ = model
    scores, score = np.zeros((settings.count, 0), np.float32), ""
    if isinstance(network, GAN):
        asked = GanDrawsSettings(**_shared(settings, "count"))
        found = gan_draws(asked, network, progress)
        drawn = expected = _greys(found.pictures)
        scores, score = found.logits[:, None], "D"
    else:
        found = prior_draws(PriorDrawsSettings(**_shared(settings), draws=settings.count), model, progress)
        drawn, expected = _greys(found.pixels), _greys(found.probability)
    return GrowthTrace(
        settings.checkpoint,
        "shot",
        tuple(network.event_shape),
        1,
        1,
        np.nan,
        not isinstance(network, Autoencoder),
        np.zeros(0, np.int32),
        np.array([1], np.int32),
        drawn[None],
        expected[None],
        score,
        scores,
    )


def _shared(settings: GrowthSettings, *names: str) -> dict[str, Any]:
    """The settings that the family's own have under the same name."""
    return {name: getattr(settings, name) for name in ("checkpoint", "seed", *names)}


def _greys(shares: np.ndarray | Iterable) -> np.ndarray:
    """Shares of ink as uint8, 255 for all of it; what lies outside 0 … 1 is held there."""
    return np.rint(np.asarray(shares, np.float32).clip(0, 1) * 255).astype(np.uint8)
