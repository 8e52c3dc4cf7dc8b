"""Chains in the plane: everything that every step of them did, and what they are worth after more and more steps."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from .. import diagnostics
from ..errors import InvalidInput
from ..quadrature import Window
from ..samplers.gibbs import GridGibbs
from ..samplers.hamiltonian import HMC
from ..samplers.kernel import History, Kernel, run
from ..samplers.langevin import MALA, ULA
from ..samplers.metropolis import GaussianProposal, Independent, RandomWalk
from ..samplers.tempering import Tempering, ladder
from .base import Trace
from .landscape import DensitySettings
from .points import PLANE_EDGE, pack_points, point_bytes

KERNELS = {
    "metropolis": "Random-walk Metropolis",
    "independent": "Independent Metropolis–Hastings",
    "ula": "Langevin without correction (ULA)",
    "mala": "Langevin with correction (MALA)",
    "hmc": "Hamiltonian Monte Carlo",
    "gibbs": "Gibbs on a grid",
    "tempering": "Parallel tempering",
}
MOST_CHAINS = 16
MOST_START_TEXT = 44  # characters that 16 packed points take, and a little
TRIES = 200  # draws of a starting point until one lies where the density is not zero
GIBBS_CELLS = 128
TEMPERATURES, HOTTEST = 5, 0.04  # of parallel tempering: how many, and the lowest inverse temperature
FAR = 60_000.0  # a path that has left everything ends here: what float16 still holds
STOPS, FIRST_STOP, LAGS = 16, 20, 200  # numbers of steps at which diagnostics are computed; lags shown


class WalkSettings(DensitySettings):
    """A density and the kernel that samples it.

    step_size: ε; of the independent kernel the standard deviation of its Gaussian proposal around the middle of the
    window; of tempering that of the random walk at β = 1. Gibbs has none. leapfrog: steps of one Hamiltonian proposal.
    """

    kernel: Literal[tuple(KERNELS)] = Field("metropolis", description="what moves the chains")
    step_size: float = Field(0.5, ge=0.01, le=5.0, description="ε, of the proposals")
    leapfrog: int = Field(5, ge=1, le=32, description="L, leapfrog steps of one Hamiltonian proposal")

    def make_kernel(self, window: Window) -> Kernel:
        """The kernel itself."""
        low, high = window[::2], window[1::2]
        match self.kernel:
            case "independent":
                centre = torch.tensor([(a + b) / 2 for a, b in zip(low, high, strict=True)])
                return Independent(GaussianProposal(centre, self.step_size))
            case "gibbs":
                return GridGibbs(low, high, GIBBS_CELLS)
            case "hmc":
                return HMC(self.step_size, self.leapfrog, keep_path=True)
            case "tempering":
                return Tempering(RandomWalk(self.step_size), ladder(TEMPERATURES, HOTTEST))
        return {"metropolis": RandomWalk, "ula": ULA, "mala": MALA}[self.kernel](self.step_size)


class ChainSettings(WalkSettings):
    """C chains of a warm-up and S steps. starts: points packed by `pack_starts`, for the first chains, the others start
    where the seed says, evenly over the window; the same seed gives every kernel the same starting points."""

    kind: ClassVar[str] = "chains"
    chains: int = Field(4, ge=1, le=MOST_CHAINS, description="C, chains that run side by side")
    starts: str = Field("", max_length=MOST_START_TEXT, description="starting points, packed")
    steps: int = Field(500, ge=1, le=2_000, description="S, steps after the warm-up")
    warmup: int = Field(0, ge=0, le=1_000, description="steps before, in which the step size is adapted")


@dataclass(frozen=True)
class ChainTrace(Trace):
    """What C chains did in S = warmup + steps steps; all energies are E in nats, log p = −E − log Z.

    kernel: its name. positions: (C, S + 1, 2) float32, the starts first. proposals: (C, S, 2) float32, kept where they
    were rejected too. log_ratio: (C, S) float32, log of the acceptance ratio, 0 where the kernel never rejects.
    uniform: (C, S) float32; accepted where log u < log_ratio. accepted, diverged: (C, S) bool. energies: (C, S + 1)
    float32. proposal_energies: (C, S) float32, +inf where the density is zero. gradients: (C, S, 2) float32, ∇E where
    the step began; (C, 0, 2) where the kernel uses none. path: (C, S, L + 1, 2) float16, leapfrog positions from start
    to proposal; (C, 0, 0, 2) without. swaps: (C, S) bool, where tempering put its neighbour in the place of the chain
    after the step; (C, 0) without. warmup: the first so many steps are no draws from the target. step_sizes: (S,)
    float32, NaN for a kernel without. evaluations: energies or gradients computed by a step of one chain.

    T numbers of steps after the warm-up, over which are taken, for x and y: at: (T,) int32. ess: (T, 2) effective
    sample size. rhat: (T, 2) split-R̂. mcse: (T, 2) Monte Carlo standard error of the mean. means, deviations: (T, 2) of
    all chains. acceptance: (T,) share of proposals accepted. autocorrelation: (2, lags) over all steps after the
    warm-up. All float64; NaN where undefined.
    """

    kernel: str
    positions: np.ndarray
    proposals: np.ndarray
    log_ratio: np.ndarray
    uniform: np.ndarray
    accepted: np.ndarray
    diverged: np.ndarray
    energies: np.ndarray
    proposal_energies: np.ndarray
    gradients: np.ndarray
    path: np.ndarray
    swaps: np.ndarray
    warmup: int
    step_sizes: np.ndarray
    evaluations: int
    at: np.ndarray
    ess: np.ndarray
    rhat: np.ndarray
    mcse: np.ndarray
    means: np.ndarray
    deviations: np.ndarray
    acceptance: np.ndarray
    autocorrelation: np.ndarray

    @property
    def draws(self) -> np.ndarray:
        """(C, steps, 2): the positions after each step that is not warm-up."""
        return self.positions[:, self.warmup + 1 :]


def run_chains(
    settings: ChainSettings, model: nn.Module | None = None, progress: Callable[[float], None] | None = None
) -> ChainTrace:
    """Run them. InvalidInput where the density cannot be read, or a starting point has density zero."""
    energy, window = settings.density(model)
    start = starting_points(settings, energy, window)
    generator = torch.Generator().manual_seed(settings.seed)
    kernel = settings.make_kernel(window)
    with torch.inference_mode(hasattr(energy, "gradient")):  # a closed form needs no differentiation, and less is kept
        history = run(kernel, energy, start, settings.steps, generator, settings.warmup, progress=progress)
    return _trace(settings, history)


def pack_starts(points: np.ndarray, window: np.ndarray) -> str:
    """(n, 2) points of the window as URL-safe text, one byte a coordinate."""
    low, span = np.asarray(window)[::2], np.asarray(window)[1::2] - np.asarray(window)[::2]
    return pack_points(((np.asarray(points, float) - low) / span * 2 - 1) * PLANE_EDGE)


def unpack_starts(text: str, window: np.ndarray) -> np.ndarray:
    """The reverse of `pack_starts`: (n, 2) float32. InvalidInput where the text is not packed points."""
    low, span = np.asarray(window)[::2], np.asarray(window)[1::2] - np.asarray(window)[::2]
    points = point_bytes(text, "starts")
    if len(points) > MOST_CHAINS:
        raise InvalidInput(f"starts holds {len(points)} points: at most {MOST_CHAINS} chains are run")
    return (low + points / 255 * span).astype(np.float32)


def starting_points(settings: ChainSettings, energy: Callable[[Tensor], Tensor], window: Window) -> Tensor:
    """(C, 2) float32: the given points first, then points of the seed, even over the window where p is not zero."""
    generator = torch.Generator().manual_seed(settings.seed)
    low, high = torch.tensor(window[::2]), torch.tensor(window[1::2])
    drawn = low + (high - low) * torch.rand(TRIES, MOST_CHAINS, 2, generator=generator)
    with torch.no_grad():
        allowed = energy(drawn.view(-1, 2)).isfinite().view(TRIES, MOST_CHAINS)
    first = allowed.int().argmax(0)  # the first allowed draw of each chain
    points = drawn[first, torch.arange(MOST_CHAINS)][: settings.chains]
    given = torch.from_numpy(unpack_starts(settings.starts, window))[: settings.chains]
    points[: len(given)] = given
    with torch.no_grad():
        possible = energy(points).isfinite()
    if not possible.all():
        chain = int((~possible).int().argmax())
        x, y = points[chain].tolist()
        place = f"x = {x:.2f}, y = {y:.2f}".replace("-", "−")
        raise InvalidInput(f"Chain {chain + 1} cannot start at {place}: the density is zero there.")
    return points


def _trace(settings: ChainSettings, history: History) -> ChainTrace:
    info, count = history.info, settings.chains

    def stacked(values: Tensor | None, *shape: int) -> np.ndarray:
        """(S, C, …) → (C, S, …) contiguous, or an empty array of this shape."""
        return np.zeros(shape, np.float32) if values is None else values.transpose(0, 1).contiguous().numpy()

    positions = stacked(history.positions)
    accepted = stacked(info.accepted)
    swapped = getattr(info, "swapped", None)
    return ChainTrace(
        settings.kernel,
        positions,
        stacked(info.proposal),
        stacked(info.log_ratio),
        stacked(info.uniform),
        accepted,
        stacked(info.diverged),
        stacked(history.energies),
        stacked(info.proposal_energy),
        stacked(info.gradient, count, 0, 2),
        stacked(info.path, count, 0, 0, 2).clip(-FAR, FAR).astype(np.float16),
        np.zeros((count, 0), bool) if swapped is None else stacked(swapped[..., 0]),
        settings.warmup,
        history.step_sizes.float().numpy(),
        evaluations(settings.kernel, settings.leapfrog),
        *worth(positions[:, settings.warmup + 1 :], accepted[:, settings.warmup :]),
    )


def evaluations(kernel: str, leapfrog: int) -> int:
    """Energies or gradients that one step of one chain computes; one gradient is counted as one energy."""
    return {"hmc": leapfrog, "gibbs": GIBBS_CELLS, "tempering": TEMPERATURES}.get(kernel, 1)


def worth(draws: np.ndarray, accepted: np.ndarray) -> tuple[Any, ...]:
    """at, ess, rhat, mcse, means, deviations, acceptance and autocorrelation of `ChainTrace`, of draws (C, S, 2)."""
    steps = draws.shape[1]
    stops = np.unique(np.geomspace(min(FIRST_STOP, steps), steps, STOPS).round().astype(np.int32))
    values = draws.astype(np.float64)
    found = np.full((4, len(stops), 2), np.nan)
    for index, stop in enumerate(stops):
        for axis in (0, 1):
            part = values[:, :stop, axis]
            size, spread = diagnostics.ess(part), part.std(ddof=1) if part.size > 1 else np.nan
            found[:, index, axis] = size, diagnostics.rhat(part), spread / np.sqrt(size), spread
    means = values.cumsum(1)[:, stops - 1].mean(0) / stops[:, None]
    rate = accepted.cumsum(1)[:, stops - 1].mean(0) / stops
    lags = np.stack([diagnostics.autocorrelation(values[..., axis], LAGS) for axis in (0, 1)])
    return stops, found[0], found[1], found[2], means, found[3], rate, lags
