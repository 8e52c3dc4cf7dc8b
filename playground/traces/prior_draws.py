"""The trace of "Is it generative?": codes drawn from N(0, I), or from what was fitted to the codes, and decoded.

Where a draw falls is measured against the codes of real digits: a draw farther from all of them than nearly every code
is from its neighbour has nothing around it that the decoder ever saw.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.autoencoder import Autoencoder
from ..models.vae import VAE
from .base import ModelSettings, Trace
from .code_density import Mixture, fit, standard_normal

MOST_DRAWS = 60
QUANTILE = 0.99  # of the distances between neighbouring codes: what is farther lies in a hole
OTHER_SEED = 2**31  # added to the seed: the draws that shares are measured with are not those on stage
BINS, CURVE = 48, 480  # of a histogram; points of a curve beside it
REACH = 3.6  # standard deviations of the prior that a histogram spans, at least
BATCH = 500


class PriorDrawsSettings(ModelSettings):
    """N codes, decoded. source: the density they come from: the prior N(0, I), one Gaussian fitted to the checkpoint's
    codes of real digits, or a mixture of `components` of them (Ghosh et al. 2020)."""

    kind: ClassVar[str] = "prior-draws"
    with_codes: ClassVar[bool] = True
    source: Literal["prior", "gaussian", "mixture"] = "prior"
    components: int = Field(10, ge=2, le=50, description="Gaussians in the fitted mixture")
    draws: int = Field(MOST_DRAWS, ge=1, le=MOST_DRAWS, description="N, codes drawn")


@dataclass(frozen=True)
class PriorDrawsTrace(Trace):
    """Codes drawn from a density and decoded, beside the codes of M real digits. N draws, Z dimensions, B bins.

    checkpoint, source: of the run. shape: (H, W). z: (N, Z) float32. probability: (N, H, W) float32, p(pixel = 1 | z).
    pixels: (N, H, W) uint8, one draw from these coins. codes: (M, Z) float32 and labels: (M,) uint8, of real digits (of
    a variational encoder one draw of each q(z|x)). nearest: (N,) int32 and distance: (N,) float32, the code nearest to
    each draw. spacing: (M,) float32, from each code to the nearest other one; limit: its 99th percentile.
    wide_distance: (M,) float32, of M further draws to their nearest codes; holes: the share of these beyond the limit,
    and missed: the share of codes farther than it from each of these M draws. edges: (Z, B + 1), counts: (Z, B) int32,
    of the codes; places: (Z, P), density: (Z, P), of the source there; aggregate: (Z, P), the mean of the posteriors
    q(z|x) there, (0, P) without any. weights: (C,), means: (C, Z), factors: (C, Z, Z): the source's Gaussians, a
    factor times its transpose being a covariance. fitted: mean log density of the codes under the source, nats.
    """

    checkpoint: str
    source: str
    shape: tuple[int, int]
    z: np.ndarray
    probability: np.ndarray
    pixels: np.ndarray
    codes: np.ndarray
    labels: np.ndarray
    nearest: np.ndarray
    distance: np.ndarray
    spacing: np.ndarray
    limit: float
    wide_distance: np.ndarray
    holes: float
    missed: float
    edges: np.ndarray
    counts: np.ndarray
    places: np.ndarray
    density: np.ndarray
    aggregate: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    factors: np.ndarray
    fitted: float

    def error(self, share: float) -> float:
        """The standard error of a share of M independent draws."""
        return math.sqrt(share * (1 - share) / len(self.wide_distance))


@torch.inference_mode()
def prior_draws(
    settings: PriorDrawsSettings, model: tuple[nn.Module, Any], progress: Callable[[float], None] | None = None
) -> PriorDrawsTrace:
    """Draw, decode, measure. model: the model and the codes beside it.

    The same seed draws the same numbers for every checkpoint of one Z: N(0, I) gives them all the same codes.
    InvalidInput if the checkpoint has no decoder of codes, or carries no codes of real digits.
    """
    model, known = model
    if not isinstance(model, Autoencoder | VAE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no autoencoder")
    if known is None or len(known.mean) < 2:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} carries no codes of real digits")
    codes, latent = codes_of(known), model.config.latent
    source = {
        "prior": lambda: standard_normal(latent),
        "gaussian": lambda: fit(codes, 1),
        "mixture": lambda: fit(codes, settings.components),
    }[settings.source]()
    z, pixels = _drawn(settings, source, latent, math.prod(model.event_shape))
    device = next(model.parameters()).device
    probability = torch.sigmoid(torch.cat([model.decode(part.to(device)) for part in z.split(BATCH)]).float()).cpu()
    generator = torch.Generator().manual_seed(settings.seed + OTHER_SEED)
    further = source.draw(
        torch.rand(len(codes), generator=generator), torch.randn(len(codes), latent, generator=generator)
    ).float()
    distance, nearest = _nearest(z, codes)
    wide, _ = _nearest(further, codes)
    back, _ = _nearest(codes, further)
    spacing = _nearest(codes, codes, own=True)[0]
    limit = float(spacing.quantile(QUANTILE))
    edges, counts = histograms(codes.numpy())
    places = np.linspace(edges[:, 0], edges[:, -1], CURVE, axis=1)
    return PriorDrawsTrace(
        settings.checkpoint,
        settings.source,
        tuple(model.event_shape),
        z.numpy(),
        probability.numpy(),
        (pixels.view_as(probability) < probability).numpy().astype(np.uint8),
        codes.numpy(),
        known.labels,
        nearest.numpy().astype(np.int32),
        distance.numpy(),
        spacing.numpy(),
        limit,
        wide.numpy(),
        float((wide > limit).double().mean()),
        float((back > limit).double().mean()),
        edges,
        counts,
        places,
        source.marginals(torch.from_numpy(places)).numpy(),
        _aggregate(known, places),
        source.weights.numpy(),
        source.means.numpy(),
        source.factors.numpy(),
        float(source.log_prob(codes).mean()),
    )


def codes_of(known: Any) -> Tensor:
    """(M, Z) what the decoder was trained on: the codes or, where they are distributions, one draw of each, always the
    same. Means alone would leave every draw of a collapsed dimension far from all codes."""
    mean = torch.from_numpy(known.mean.copy())
    if known.deviation is None:
        return mean
    noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(0))
    return mean + torch.from_numpy(known.deviation.copy()) * noise


def _drawn(settings: PriorDrawsSettings, source: Mixture, latent: int, pixels: int) -> tuple[Tensor, Tensor]:
    """z (N, Z), and the uniform numbers (N, D) of the pixels' coins; more draws keep those that were there."""
    generator = torch.Generator().manual_seed(settings.seed)
    rows = [
        (
            torch.randn(latent, generator=generator),
            torch.rand(1, generator=generator),
            torch.rand(pixels, generator=generator),
        )
        for _ in range(settings.draws)
    ]
    noise, uniform, coins = (torch.stack(parts) for parts in zip(*rows, strict=True))
    return source.draw(uniform[:, 0], noise).float(), coins


def _nearest(points: Tensor, codes: Tensor, own: bool = False) -> tuple[Tensor, Tensor]:
    """(N,) distance to the nearest code and (N,) which; `own`: the points are the codes, and each looks at others."""
    distances, places = [], []
    for begun in range(0, len(points), BATCH):
        found = torch.cdist(points[begun : begun + BATCH], codes, compute_mode="donot_use_mm_for_euclid_dist")
        if own:
            rows = torch.arange(len(found))
            found[rows, begun + rows] = math.inf
        near = found.min(1)
        distances.append(near.values)
        places.append(near.indices)
    return torch.cat(distances), torch.cat(places)


def histograms(codes: np.ndarray, bins: int = BINS) -> tuple[np.ndarray, np.ndarray]:
    """edges (Z, B + 1) float64 and counts (Z, B) int32 of codes (M, Z), all codes and the prior inside."""
    low, high = np.minimum(codes.min(0), -REACH), np.maximum(codes.max(0), REACH)
    edges = np.linspace(low, high, bins + 1, axis=1).astype(np.float64)
    return edges, np.stack([np.histogram(c, e)[0] for c, e in zip(codes.T, edges, strict=True)]).astype(np.int32)


def _aggregate(known: Any, places: np.ndarray) -> np.ndarray:
    """The aggregate posterior's density, 1/M Σ q(z|x), of each dimension (Hoffman, Johnson 2016); (0, P) without σ."""
    if known.deviation is None:
        return np.zeros((0, places.shape[1]))
    found = []
    for mean, deviation, at in zip(known.mean.T, known.deviation.T, places, strict=True):
        standard = (at[:, None] - mean) / deviation
        found.append((np.exp(-(standard**2) / 2) / (deviation * math.sqrt(2 * math.pi))).mean(1))
    return np.stack(found)
