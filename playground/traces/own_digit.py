"""The trace of one picture in a variational autoencoder: its posterior, its bounds, and, in the plane, the truth."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.vae import VAE, Posterior, log_normal
from .base import ModelSettings, Trace
from .energy_pictures import PACKED, unpack_greys
from .posterior import REACH, Evidence, divergence, evidence, expectation, grid, log_joint, log_likelihood

INK = 128  # a pixel of the drawing is 1 from here on
MOST_DRAWS = 1_000
SHOWN = 8  # draws whose reconstructions are kept
BATCH = 250  # draws decoded at once
WINDOW_CELLS = 96  # a side, of the posterior's map
WINDOW_REACH = 3.6  # standard deviations of q about its mean, at least, that the map covers
MASS = 1e-3  # share of the posterior that may lie outside the map


class OwnDigitSettings(ModelSettings):
    """A picture, packed by `pack_greys` and read as 0 and 1; K draws of z from its posterior, a further `repeats` sets
    of which say how far a set of draws is to be trusted."""

    kind: ClassVar[str] = "own-digit"
    picture: str = Field("", max_length=PACKED, description="the drawing, packed")
    draws: int = Field(MOST_DRAWS, ge=10, le=MOST_DRAWS, description="K, draws of z in a set")
    repeats: int = Field(4, ge=2, le=32, description="R, sets of draws behind the error bands")


@dataclass(frozen=True)
class OwnDigitTrace(Trace):
    """What a variational autoencoder says of one picture. Z dimensions, K draws, S shown draws, L sizes of a set.

    checkpoint: of the run. shape: (H, W). picture: (H, W) uint8, 0 and 1. All of the following in nats.
    mean, deviation: (Z,) float32, μ and σ of q(z|x). kl: (Z,) float32, KL(q ‖ prior) of each dimension, by formula.
    z: (K, Z) float32, draws μ + σ ε. reconstruction, log_weight: (K,) float64, log p(x|z) and log p(x, z) − log q(z|x).
    logits: (S + 1, H, W) float32, of the decoder at μ and at the first S draws; log_pixel: the same, log p(x_i|z).
    sizes: (L,) int32, k from 1 to K. nested: (L,) float64, log (1/k Σ w) of the first k draws. effective: (L,) float64,
    (Σ w)² / Σ w² of them. iwae, iwae_error: (L,) float64, the bound of k draws, a mean over as many sets of k as
    there are among all draws_in_all = (R + 1) K draws, and its standard error. term, term_error: E_q log p(x|z) over
    all draws, and its standard error; elbo = term − Σ kl, with the same error.
    Where Z is 2, by quadrature (else empty, and nan): exact: log p(x). levels, spacing: (T,) float64, log p(x) on ever
    finer grids and the side of their cells. exact_term: E_q log p(x|z). gap: KL(q ‖ p(z|x)) summed over a grid of its
    own; it is log p(x) − ELBO. window: (4,) z₁ from, to, z₂ from, to, and posterior: (G, G) float16, log p(z|x) at the
    middles of its cells, rows upwards along z₂. reach: half a side of the square around 0, and wide: (W, W) float16,
    log p(z|x) there.
    """

    checkpoint: str
    shape: tuple[int, int]
    picture: np.ndarray
    mean: np.ndarray
    deviation: np.ndarray
    kl: np.ndarray
    z: np.ndarray
    reconstruction: np.ndarray
    log_weight: np.ndarray
    logits: np.ndarray
    log_pixel: np.ndarray
    sizes: np.ndarray
    nested: np.ndarray
    effective: np.ndarray
    iwae: np.ndarray
    iwae_error: np.ndarray
    draws_in_all: int
    term: float
    term_error: float
    exact: float
    levels: np.ndarray
    spacing: np.ndarray
    exact_term: float
    gap: float
    window: np.ndarray
    posterior: np.ndarray
    reach: float
    wide: np.ndarray

    @property
    def elbo(self) -> float:
        """E_q log p(x|z) − KL(q ‖ prior): by quadrature in the plane, else over all draws, within `term_error`."""
        return (self.term if math.isnan(self.exact_term) else self.exact_term) - float(self.kl.sum(dtype=np.float64))


def set_sizes(draws: int) -> np.ndarray:
    """(L,) int32, increasing: eight sizes a decade from 1 to the number of draws."""
    return np.unique(np.round(np.geomspace(1, draws, 8 * math.ceil(math.log10(draws)) + 1)).astype(np.int32))


def log_mean(log_weight: np.ndarray) -> np.ndarray:
    """log of the mean of exp over the last axis."""
    top = log_weight.max(-1, keepdims=True)
    return top[..., 0] + np.log(np.exp(log_weight - top).mean(-1))


def bounds(log_weight: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The importance-weighted bound of k draws and its standard error, for each k: all N weights in sets of k.

    Burda, Grosse, Salakhutdinov (2016), equation 8; theorem 1: it never falls as k grows, and ends at log p(x).
    """
    means, errors = [], []
    for k in sizes:
        sets = log_mean(log_weight[: len(log_weight) // k * k].reshape(-1, k))
        means.append(sets.mean())
        errors.append(sets.std(ddof=1) / math.sqrt(len(sets)) if len(sets) > 1 else math.nan)
    return np.array(means), np.array(errors)


def binary(picture: np.ndarray) -> np.ndarray:
    """(H, W) uint8, 0 paper … 255 ink → 0 and 1. InvalidInput for a picture without any ink."""
    found = (picture >= INK).astype(np.uint8)
    if not found.any():
        raise InvalidInput("picture holds no ink: draw a digit on the pad, or upload a picture of one")
    return found


@torch.inference_mode()
def own_digit(
    settings: OwnDigitSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> OwnDigitTrace:
    """Encode, draw, decode, weigh; with two latent dimensions also sum over all codes.

    InvalidInput if the checkpoint is no variational autoencoder, or the picture is empty or does not fit it.
    """
    if not isinstance(model, VAE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no variational autoencoder")
    shape = tuple(model.event_shape)
    picture = binary(unpack_greys(settings.picture, shape))
    x = torch.from_numpy(picture).float().to(next(model.parameters()).device)
    posterior = model.encode(x.unsqueeze(0))
    generator = torch.Generator().manual_seed(settings.seed)
    plane = model.config.latent == 2
    z, terms, weights = _draws(model, x, posterior, generator, settings, progress or (lambda share: None))
    sizes = set_sizes(settings.draws)
    iwae, error = bounds(weights, sizes)
    first = [weights[:k] for k in sizes]
    codes = torch.cat([posterior.mean.cpu(), z[:SHOWN]]).to(x.device)
    logits = model.decode(codes).float()
    sign = 2 * x - 1
    mean, deviation = (part[0].cpu() for part in (posterior.mean, posterior.deviation))
    return OwnDigitTrace(
        settings.checkpoint,
        shape,
        picture,
        mean.numpy(),
        deviation.numpy(),
        posterior.kl()[0].cpu().numpy(),
        z[: settings.draws].numpy(),
        terms[: settings.draws],
        weights[: settings.draws],
        logits.cpu().numpy(),
        nn.functional.logsigmoid(sign * logits).cpu().numpy(),
        sizes,
        np.array([log_mean(w) for w in first]),
        np.array([_effective(w) for w in first]),
        iwae,
        error,
        len(terms),
        float(terms.mean()),
        float(terms.std(ddof=1) / math.sqrt(len(terms))),
        *(_truth(model, x, mean, deviation) if plane else _unknown()),
    )


def _draws(
    model: VAE,
    x: Tensor,
    posterior: Posterior,
    generator: torch.Generator,
    settings: OwnDigitSettings,
    progress: Callable[[float], None],
) -> tuple[Tensor, np.ndarray, np.ndarray]:
    """z (N, Z), log p(x|z) and the log weights (N,) of all N = (R + 1) K draws, on the CPU; the first K are the set."""
    codes, terms, weights = [], [], []
    total = settings.draws * (settings.repeats + 1)
    for begun in range(0, total, BATCH):
        count = min(BATCH, total - begun)
        noise = torch.randn(count, model.config.latent, generator=generator)
        z = posterior.draw(noise.to(x.device))
        term = log_likelihood(model, x, z)
        codes.append(z.cpu())
        terms.append(term)
        weights.append(term + (log_normal(z) - posterior.log_prob(z)).double().cpu())
        progress((begun + count) / total)
    return torch.cat(codes), torch.cat(terms).numpy(), torch.cat(weights).numpy()


def _effective(log_weight: np.ndarray) -> float:
    """Effective sample size of importance weights: (Σ w)² / Σ w² (Kong 1992)."""
    w = np.exp(log_weight - log_weight.max())
    return float(w.sum() ** 2 / (w**2).sum())


def _truth(model: VAE, x: Tensor, mean: Tensor, deviation: Tensor) -> tuple:
    """The fields of the trace from `exact` on, by quadrature."""
    joint = log_joint(model, x)
    found = evidence(joint)
    term = expectation(mean, deviation, lambda z: log_likelihood(model, x, z.float()))
    gap = divergence(mean, deviation, joint, found.log_p)
    low, high = _window(found, mean.numpy(), deviation.numpy())
    around = joint(grid(tuple(low), tuple(high), WINDOW_CELLS)).view(WINDOW_CELLS, WINDOW_CELLS).numpy()
    return (
        found.log_p,
        found.levels,
        found.spacing,
        term,
        gap,
        np.array([low[0], high[0], low[1], high[1]]),
        _half(around - found.log_p),
        REACH,
        _half(found.coarse - found.log_p),
    )


def _window(found: Evidence, mean: np.ndarray, deviation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The corners of a square that holds both q and nearly all of the true posterior."""
    weight = np.exp(found.log_joint - found.log_p) * found.area
    corners = [mean - WINDOW_REACH * deviation, mean + WINDOW_REACH * deviation]
    kept = found.cells[np.argsort(weight)[::-1]][: 1 + int(np.searchsorted(np.sort(weight)[::-1].cumsum(), 1 - MASS))]
    corners += [kept.min(0), kept.max(0)]
    low, high = np.min(corners, 0), np.max(corners, 0)
    half = 1.06 * (high - low).max() / 2
    return (low + high) / 2 - half, (low + high) / 2 + half


def _half(nats: np.ndarray) -> np.ndarray:
    return nats.clip(-6e4, 6e4).astype(np.float16)


def _unknown() -> tuple:
    """The same fields where the latent space has too many dimensions for a sum over it."""
    nothing, empty = math.nan, np.zeros(0)
    return (
        nothing,
        empty,
        empty,
        nothing,
        nothing,
        empty,
        np.zeros((0, 0), np.float16),
        0.0,
        np.zeros((0, 0), np.float16),
    )
