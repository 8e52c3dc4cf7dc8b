"""The trace of one picture, and of what is done to it, judged by several models, each with its own figure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.autoencoder import Autoencoder
from ..models.energy import EnergyModel
from ..models.ensemble import ensemble_log_prob
from ..models.gan import GAN
from ..models.rbm import RBM
from ..models.vae import VAE
from .base import Settings, Trace
from .energy_anomaly import VERSIONS, version
from .energy_pictures import GREYS, PACKED, device_of, unpack_greys

KINDS = ("exact", "bound", "free energy", "energy", "reconstruction", "logit")
MOST_MODELS, MOST_AVERAGED = 24, 64
ELBO_DRAWS = 8  # of z, as behind the bounds of real digits
MIDDLE = (0.1587, 0.5, 0.8413)  # quantiles: of a Gaussian, a standard deviation to each side of the median
REACH, BINS = (-4.0, 8.0), 72  # of a strip, in spreads
INK = 0.5  # a grey from here on is 1 where no coin is thrown


class CompareScoreSettings(Settings):
    """A picture, packed by `pack_greys`, and its corruptions, judged by M checkpoints, names joined by commas.

    checkpoints: `name*n` averages the probabilities of n orderings or sets of masks. binarization: how a model of
    binary pixels reads greys: "coins", a pixel is 1 with the probability that is its grey value, as its real digits
    were, or "threshold", from 128 on. The seed is that of the coins, of the shuffle, of the noise and of z.
    """

    kind: ClassVar[str] = "compare-score"
    checkpoints: str = Field("", max_length=2_000, description="the models, joined by commas")
    picture: str = Field("", max_length=PACKED, description="the picture, packed")
    binarization: Literal["coins", "threshold"] = Field("coins", description="how greys become 0 and 1")
    draws: int = Field(100, ge=1, le=1_000, description="draws of z behind the importance-weighted bound")

    @field_validator("checkpoints")
    @classmethod
    def _counted(cls, text: str) -> str:
        for part in filter(None, text.split(",")):
            _, star, count = part.partition("*")
            if star and not (count.isascii() and count.isdecimal() and 1 <= int(count[:9]) <= MOST_AVERAGED):
                raise ValueError(f"{part[:40]!r}: after * stands how many orderings are averaged, 1 to {MOST_AVERAGED}")
        return text

    def counts(self) -> dict[str, int]:
        """Each checkpoint, with how many of its orderings are averaged."""
        parts = (part.partition("*") for part in self.checkpoints.split(",") if part)
        return {name: int(count) if star else 1 for name, star, count in parts}

    @property
    def model_names(self) -> tuple[str, ...]:
        """The checkpoints, each once."""
        return tuple(self.counts())


@dataclass(frozen=True)
class CompareScoreTrace(Trace):
    """M models, V versions of a picture of H×W: as drawn, and with each of `corruptions.CORRUPTIONS` done to it.

    checkpoints, kinds: of each model; kinds are of KINDS. averaged: (M,) int32, orderings whose probabilities are
    averaged. shape: (H, W). versions: V names. pictures: (V, H, W) float32, 0 … 1. binary: (V, H, W) uint8, the same as
    models of binary pixels read them. figures: (M, V) float64, by kind: exact −log p(x), bound −ELBO, free energy F(v)
    and energy E(x), both −log p up to a log Z of their own, reconstruction −log p(x|z), all in nats and low where a
    picture is usual; logit of D(x), high where it is. tighter: (M, V) float64, nats, the importance-weighted bound on
    −log p(x) of a VAE, else nan.
    """

    checkpoints: tuple[str, ...]
    kinds: tuple[str, ...]
    averaged: np.ndarray
    shape: tuple[int, int]
    versions: tuple[str, ...]
    pictures: np.ndarray
    binary: np.ndarray
    figures: np.ndarray
    tighter: np.ndarray

    def rank(self, model: int, version: int, reference: np.ndarray) -> float:
        """The share of real digits, 0 … 1, that are more usual to a model than a version, by their own figures (N,)."""
        figure = self.figures[model, version]
        more_usual = reference > figure if self.kinds[model] == "logit" else reference < figure
        return float(more_usual.mean())


def scoring_kind(model: nn.Module) -> str:
    """What a model of pictures has to say of one, of KINDS; "" for nothing."""
    for known, kind in (
        (VAE, "bound"),
        (RBM, "free energy"),
        (EnergyModel, "energy"),
        (Autoencoder, "reconstruction"),
        (GAN, "logit"),
    ):
        if isinstance(model, known):
            return kind
    return "exact" if getattr(model, "head", "") == "bernoulli" and hasattr(model, "log_prob") else ""


def compare_score(
    settings: CompareScoreSettings, models: Mapping[str, nn.Module], progress: Callable[[float], None] | None = None
) -> CompareScoreTrace:
    """Judge them all. InvalidInput names a model that judges no such picture, or a picture that does not fit."""
    if not models:
        raise InvalidInput("checkpoints names no model: choose at least one")
    if len(models) > MOST_MODELS:
        raise InvalidInput(f"checkpoints names {len(models)} models: at most {MOST_MODELS}")
    shape, counts = tuple(next(iter(models.values())).event_shape), settings.counts()
    for name, model in models.items():
        if not scoring_kind(model) or tuple(model.event_shape) != shape:
            raise InvalidInput(f"checkpoint={name!r} judges no pictures of this size")
    drawn = unpack_greys(settings.picture, shape).astype(np.float32) / (GREYS - 1)
    pictures = np.stack([drawn, *(version(drawn, kind, settings.seed) for kind in VERSIONS[1:])]).astype(np.float32)
    generator = torch.Generator().manual_seed(settings.seed)
    coins = torch.rand(pictures.shape, generator=generator).numpy()
    binary = pictures > coins if settings.binarization == "coins" else pictures >= INK
    figures, tighter = [], []
    for number, (name, model) in enumerate(models.items()):
        grey = scoring_kind(model) in ("energy", "logit")
        x = torch.from_numpy(pictures if grey else binary.astype(np.float32)).to(device_of(model))
        found, bound = _judged(model, x, counts[name], settings)
        figures.append(found.double().cpu().numpy())
        tighter.append(bound.double().cpu().numpy())
        if progress is not None:
            progress((number + 1) / len(models))
    return CompareScoreTrace(
        tuple(models),
        tuple(scoring_kind(model) for model in models.values()),
        np.array([counts[name] for name in models], np.int32),
        shape,
        VERSIONS,
        pictures,
        binary.astype(np.uint8),
        np.stack(figures),
        np.stack(tighter),
    )


@torch.inference_mode()
def _judged(model: nn.Module, x: Tensor, count: int, settings: CompareScoreSettings) -> tuple[Tensor, Tensor]:
    """A model's figures of pictures (V, H, W), and the tighter bounds: (V,) each."""
    nothing = torch.full((len(x),), torch.nan)
    if isinstance(model, VAE):
        generator = torch.Generator().manual_seed(settings.seed)
        draws = [model.elbo_terms(x, model.noise(x, generator)) for _ in range(ELBO_DRAWS)]
        likelihood = torch.stack([likelihood.double() for likelihood, _ in draws]).mean(0)
        return draws[0][1].double().sum(1) - likelihood, -model.iwae(x, settings.draws, generator)
    if isinstance(model, RBM | EnergyModel):
        return model.energy(x), nothing
    if isinstance(model, Autoencoder):
        return -model.reconstruction(x), nothing
    if isinstance(model, GAN):
        return model.discriminate(x), nothing
    try:
        return -ensemble_log_prob(model, x, count), nothing
    except ValueError as error:
        raise InvalidInput(f"checkpoints: {error}") from error


@dataclass(frozen=True)
class Standings:
    """Where V versions of a picture stand among the real digits of M models; nan where a model has no real figures.

    edges: (B + 1,) float64, in units of the real digits' own spread, 0 their median, ±1 around their middle 68 %; right
    is strange. counts: (M, B) int32, real digits; those beyond are in the last bin. places: (M, V) float64, of the
    versions. ranks: (M, V) float64, the share of real digits that are more usual. many: (M,) int32, real digits.
    """

    edges: np.ndarray
    counts: np.ndarray
    places: np.ndarray
    ranks: np.ndarray
    many: np.ndarray


def standings(trace: CompareScoreTrace, references: Mapping[str, np.ndarray | None]) -> Standings:
    """A trace's figures on one scale. references: (N,) figures of real digits by checkpoint, of the same kinds."""
    edges = np.linspace(*REACH, BINS + 1)
    models, versions = trace.figures.shape
    counts, many = np.zeros((models, BINS), np.int32), np.zeros(models, np.int32)
    places, ranks = np.full((2, models, versions), np.nan)
    for m, name in enumerate(trace.checkpoints):
        real = references.get(name)
        if real is None or not len(real):
            continue
        real, sign = real.astype(np.float64), -1.0 if trace.kinds[m] == "logit" else 1.0
        low, median, high = np.quantile(real, MIDDLE)
        spread = max((high - low) / 2, 1e-9)
        counts[m] = np.histogram(np.clip(sign * (real - median) / spread, *REACH), edges)[0]
        places[m] = sign * (trace.figures[m] - median) / spread
        ranks[m] = [trace.rank(m, v, real) for v in range(versions)]
        many[m] = len(real)
    return Standings(edges, counts, places, ranks, many)
