"""What every training on a small world has: its batches, its loop, and what is written down on the way.

At each recorded step the model's whole distribution stands beside the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .. import worlds
from ..models.ensemble import average_log_prob
from .base import Trace

EVERY_STATE = 512  # worlds of at most so many states keep all of them at each recorded step
LISTED = 192  # of a larger world: so many states
SAMPLES = 16


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


def recorded_steps(steps: int, frames: int) -> np.ndarray:
    """(R,) int32: at most `frames` steps of 0 … steps, evenly spread, both ends among them."""
    return np.unique(np.linspace(0, steps, min(frames, steps + 1)).round().astype(np.int32))


def train(
    step: Callable[[], object],
    look: Callable[[], object],
    stops: np.ndarray,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Take `stops[-1]` steps and look before each of those in `stops`, and after the last one."""
    last, wanted = int(stops[-1]), set(stops.tolist())
    for done in range(last + 1):
        if done in wanted:
            with torch.no_grad():
                look()
            if progress is not None:
                progress(done / (last + 1))
        if done < last:
            with torch.enable_grad():
                step()


class Lesson:
    """What is shown to a model step by step: all images of the world with their shares, or a batch of them.

    states: (S, H, W) float32, every state by its number. images: (K, H, W), those that can happen; shares: (K,), their
    probabilities. Two lessons of one seed show the same batches in the same order.
    """

    def __init__(self, truth: worlds.World, batch: int, generator: torch.Generator):
        """batch: images of a step, 0 for all of them with their shares. generator: draws the batches."""
        self.batch, self.generator = batch, generator
        self.states = torch.from_numpy(truth.states.astype(np.float32))
        self.images = self.states[torch.from_numpy(truth.support)]
        self.shares = torch.tensor(truth.probabilities[truth.support], dtype=torch.float32)
        self.equal = torch.full((batch,), 1 / max(batch, 1))

    def next(self) -> tuple[Tensor, Tensor]:
        """Images (B, H, W) and what each of them counts, (B,), of sum 1."""
        if not self.batch:
            return self.images, self.shares
        rows = torch.multinomial(self.shares, self.batch, replacement=True, generator=self.generator)
        return self.images[rows], self.equal


def listed(truth: worlds.World, peak: np.ndarray, every: int = EVERY_STATE) -> np.ndarray:
    """(K,) int32: which states are kept at each step, in the order in which they are shown.

    peak: (S,) the highest log-probability that the model ever gave a state. All states of a world of at most `every`.
    """
    p, possible = truth.probabilities, truth.support
    allowed = possible[np.argsort(-p[possible], kind="stable")]
    others = np.flatnonzero(p == 0)
    others = others[np.argsort(-peak[others], kind="stable")]
    if p.size > every:
        allowed = allowed[: LISTED // 2]
        others = others[: LISTED - len(allowed)]
    return np.concatenate([allowed, others]).astype(np.int32)


def drawn(q: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """The number of the state that each uniform number (N,) draws from q (S,)."""
    edges = q.cumsum()
    return np.searchsorted(edges, uniform * edges[-1], side="right").clip(max=len(q) - 1)


class Look:
    """What is written down of a model at each recorded step, from its log-probabilities of all states."""

    def __init__(self, truth: worlds.World, generator: torch.Generator):
        """generator: draws the uniform numbers of the samples."""
        self.truth = truth
        self.pictures = truth.states.astype(np.float64)
        self.uniform = torch.rand(SAMPLES, generator=generator, dtype=torch.float64).numpy()
        self.log_q: list[np.ndarray] = []  # (S,) float32 each
        self.numbers: list[tuple[float, ...]] = []
        self.members_kl: list[list[float]] = []
        self.samples: list[np.ndarray] = []
        self.mean: list[np.ndarray] = []

    def __call__(self, members: Tensor) -> np.ndarray:
        """members: (M, S) float64, each member's log q, nats. Returns log of their averaged probabilities, (S,)."""
        truth, log_q = self.truth, average_log_prob(members).numpy()
        q = np.exp(log_q)
        self.members_kl.append([worlds.kl_divergence(truth, log_p.numpy()) for log_p in members])
        nll, total = worlds.expected_nll(truth, log_q), worlds.total_probability(log_q)
        self.numbers.append((nll, worlds.kl_divergence(truth, log_q), total, worlds.forbidden_mass(truth, log_q)))
        self.log_q.append(log_q.astype(np.float32))
        self.samples.append(drawn(q, self.uniform))
        self.mean.append(np.tensordot(q, self.pictures, 1))
        return log_q

    def written(
        self, world: str, model: str, steps: np.ndarray, parameters: int, every: int = EVERY_STATE
    ) -> dict[str, Any]:
        """The fields of a `SmallWorldTrace`; every: as `listed` has it."""
        truth = self.truth
        shown = listed(truth, np.max(self.log_q, axis=0), every)
        nll, kl, total, forbidden = np.array(self.numbers).T.copy()
        return {
            "world": world,
            "model": model,
            "shape": truth.shape,
            "entropy": truth.entropy,
            "parameters": parameters,
            "steps": steps,
            "nll": nll,
            "kl": kl,
            "total": total,
            "forbidden": forbidden,
            "members_kl": np.array(self.members_kl),
            "truth": truth.probabilities,
            "final": np.exp(self.log_q[-1].astype(np.float64)),
            "listed": shown,
            "learned": np.exp(np.stack([log_q[shown] for log_q in self.log_q])),
            "samples": np.array(self.samples, np.int32),
            "mean": np.array(self.mean, np.float32),
            "truth_mean": np.tensordot(truth.probabilities, self.pictures, 1).astype(np.float32),
        }
