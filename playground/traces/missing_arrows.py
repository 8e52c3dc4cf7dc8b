"""A directed graph over a few binary pixels: each missing arrow is an assumption that saves parameters and costs nats.

Given its parents in the truth's own conditionals, a factorisation q = Π p(x_i | parents) is the nearest distribution
to the truth p that has those arrows only, and KL(p ‖ q) = Σ [H(x_i | parents) − H(x_i | all before)]: one term a pixel.

1. Koller, Friedman (2009). Probabilistic Graphical Models. Section 3.2 (factorisation), theorem 8.7 (M-projection).
2. Chow, Liu (1968). Approximating discrete probability distributions with dependence trees.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field, field_validator

from .. import worlds
from ..errors import InvalidInput
from ..samplers.ancestral import uniform_noise
from .base import Settings, Trace
from .binary_pixels import WORLDS, ancestral

SIDES = (2, 3)
MOST_PIXELS = 6  # at most this many: then every one of the 2^15 graphs is weighed
SAMPLES = 24


def pairs(pixels: int) -> list[tuple[int, int]]:
    """All arrows (from, to) of n pixels in order, from < to: those into x_2, those into x_3, …"""
    return [(j, i) for i in range(pixels) for j in range(i)]


def preset(name: str, pixels: int) -> str:
    """The arrows of "full", "markov-1", "markov-2" or "none" as text of 0 and 1, one for each of `pairs`."""
    reach = {"full": pixels, "markov-1": 1, "markov-2": 2, "none": 0}[name]
    return "".join("1" if i - j <= reach else "0" for j, i in pairs(pixels))


class GraphSettings(Settings):
    """A world of 4 or 6 pixels, and which arrows are kept. arrows: one 0 or 1 for each of `pairs`."""

    kind: ClassVar[str] = "graph"
    world: Literal[WORLDS] = Field("bars-and-stripes", description="the true distribution")
    height: int = Field(2, ge=SIDES[0], le=SIDES[1], description="pixels")
    width: int = Field(3, ge=SIDES[0], le=SIDES[1], description="pixels")
    arrows: str = Field("", max_length=15, description="kept arrows, 0 and 1; none given: all are kept")

    @field_validator("arrows")
    @classmethod
    def _digits(cls, text: str) -> str:
        if set(text) - {"0", "1"}:
            raise ValueError("0 and 1 only, one for each arrow")
        return text

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    def kept(self) -> np.ndarray:
        """(n, n) bool: whether x_j is a parent of x_i, at [i, j]. InvalidInput for another number of arrows, or of
        pixels."""
        n = self.height * self.width
        if n > MOST_PIXELS:
            raise InvalidInput(
                f"height={self.height} and width={self.width} are not allowed: at most {MOST_PIXELS} pixels together"
            )
        slots = pairs(n)
        if self.arrows and len(self.arrows) != len(slots):
            raise InvalidInput(f"arrows={self.arrows!r} is not allowed: {n} pixels have {len(slots)} arrows")
        found = np.zeros((n, n), bool)
        for (j, i), mark in zip(slots, self.arrows or "1" * len(slots), strict=True):
            found[i, j] = mark == "1"
        return found


@dataclass(frozen=True)
class GraphTrace(Trace):
    """A world of n pixels beside the nearest distribution with these arrows. N samples.

    world: its name. shape: (H, W). parents: (n, n) bool, [i, j]: x_j → x_i is kept. parameters: (n,) int32, 2^parents
    of each pixel. terms: (n,) float64, nats, H(x_i | parents) − H(x_i | all before it); kl is their sum.
    changed: (n, n) float64, the KL with the arrow at [i, j] taken away or put back, nan where there is none.
    entropy: H(p), nats. truth, model, ranked: (2ⁿ,) float64, by state number; the last one is the model without any
    arrow, by which what cannot happen is put in order. forbidden: the model's probability of what cannot happen.
    samples: (N, n) uint8 of the model, with one uniform number per sample and position.
    sizes: (S,) int32, numbers of parameters that graphs have; least, most: (S,) float64, the smallest and the largest
    KL among all graphs of that size; graphs: (S,) int32, how many there are.
    """

    world: str
    shape: tuple[int, int]
    parents: np.ndarray
    parameters: np.ndarray
    terms: np.ndarray
    changed: np.ndarray
    entropy: float
    truth: np.ndarray
    model: np.ndarray
    ranked: np.ndarray
    forbidden: float
    samples: np.ndarray
    sizes: np.ndarray
    least: np.ndarray
    most: np.ndarray
    graphs: np.ndarray

    @property
    def kl(self) -> float:
        """KL(p ‖ q), nats."""
        return float(self.terms.sum())

    @property
    def numbers(self) -> np.ndarray:
        """(N,) the state of each sample."""
        return worlds.numbers(self.samples.reshape(-1, *self.shape))


def conditional(probabilities: np.ndarray, states: np.ndarray, pixel: int, parents: np.ndarray) -> np.ndarray:
    """p(x_pixel | x_parents) at every state: probabilities (2ⁿ,), states (2ⁿ, n), parents (n,) bool → (2ⁿ,), and ½
    where the parents' values cannot happen."""
    keys = states[:, parents] @ (1 << np.arange(parents.sum()))
    key, joint_key = keys, 2 * keys + states[:, pixel]
    below = np.bincount(key, probabilities)[key]
    joint = np.bincount(joint_key, probabilities)[joint_key]
    return np.where(below > 0, joint / np.where(below > 0, below, 1), 0.5)


def cross_entropy(probabilities: np.ndarray, conditionals: np.ndarray) -> float:
    """−Σ p log of the conditionals (2ⁿ,), nats, over what can happen."""
    possible = probabilities > 0
    return float(-(probabilities[possible] * np.log(conditionals[possible])).sum())


def _costs(probabilities: np.ndarray, states: np.ndarray) -> list[np.ndarray]:
    """For each pixel i the term of every set of parents, (2ⁱ,), sets by their bits: bit j is x_j."""
    n, found = states.shape[1], []
    for i in range(n):
        sets = (np.arange(2**i)[:, None] >> np.arange(n)) & 1 == 1
        entropies = np.array([cross_entropy(probabilities, conditional(probabilities, states, i, one)) for one in sets])
        found.append(entropies - entropies[-1])
    return found


def _all_graphs(costs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(sizes, least KL, largest KL, number of graphs) over all graphs, by number of parameters."""
    sizes, kls = np.zeros(1, int), np.zeros(1)
    for i, cost in enumerate(costs):
        each = 2 ** np.array([bin(one).count("1") for one in range(2**i)])
        sizes, kls = (sizes[:, None] + each).ravel(), (kls[:, None] + cost).ravel()
    order = np.argsort(sizes, kind="stable")
    found, begins, graphs = np.unique(sizes[order], return_index=True, return_counts=True)
    least, most = np.minimum.reduceat(kls[order], begins), np.maximum.reduceat(kls[order], begins)
    return found.astype(np.int32), least, most, graphs.astype(np.int32)


def project(settings: GraphSettings, model: None = None, progress: Callable[[float], None] | None = None) -> GraphTrace:
    """Project the truth on the graph, and weigh every other graph of these pixels."""
    parents = settings.kept()
    world = worlds.world(settings.world, settings.shape)
    p, n = world.probabilities, parents.shape[0]
    states = world.states.reshape(p.size, -1)
    q, ranked = (
        np.prod([conditional(p, states, i, kept[i]) for i in range(n)], 0) for kept in (parents, np.zeros_like(parents))
    )
    costs = _costs(p, states)
    bits = parents @ (1 << np.arange(n))
    terms = np.array([costs[i][bits[i]] for i in range(n)])
    changed = np.full((n, n), np.nan)
    for j, i in pairs(n):
        changed[i, j] = terms.sum() - terms[i] + costs[i][bits[i] ^ (1 << j)]
    uniforms = uniform_noise(SAMPLES, n, torch.Generator().manual_seed(settings.seed)).numpy()
    samples, _ = ancestral(q, uniforms)
    return GraphTrace(
        settings.world,
        settings.shape,
        parents,
        (2 ** parents.sum(1)).astype(np.int32),
        terms,
        changed,
        world.entropy,
        p,
        q,
        ranked,
        float(q[p == 0].sum()),
        samples,
        *_all_graphs(costs),
    )
