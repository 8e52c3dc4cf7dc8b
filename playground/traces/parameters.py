"""What a distribution over n binary variables costs: parameters and multiply-adds, as n grows.

A full table needs a number for each of the 2ⁿ states but one. The belief networks factorise it into n conditionals
and share the weights of these. Everything here is counted from the architectures; no model is run.

Frey (1998). Graphical Models for Machine Learning and Digital Communication, section 1.2. (the table's size)
Larochelle, Murray (2011). The Neural Autoregressive Distribution Estimator. AISTATS, section 3. (O(nH))
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field

from ..models import made_masks
from ..models.made import BLOCK
from .base import Settings, Trace

MODELS = ("FVSBN", "NADE", "MADE")
MOST = 1024


class ParameterSettings(Settings):
    """Count parameters for every n from 1 to 1024, and the work at one of them."""

    kind: ClassVar[str] = "parameters"
    n: int = Field(784, ge=1, le=MOST, description="binary variables")
    hidden: int = Field(500, ge=1, le=2000, description="units of a hidden layer, H")
    layers: int = Field(1, ge=1, le=3, description="hidden layers of MADE, L")
    direct: bool = Field(True, description="whether MADE has direct connections")


@dataclass(frozen=True)
class ParameterTrace(Trace):
    """Counts. N = 1024 values of n; M = 3 models in the order of `MODELS`.

    n, hidden, layers, direct: as chosen. positions: (N,) int64, 1 … 1024.
    stored: (M, N) int64, parameters that the built model holds. living: (M, N) int64, those that are not masked.
    table_log10: (N,) float64, log10 of the 2ⁿ − 1 parameters of the full table.
    crossing: (M,) int64, the least n from which on the table has more parameters than the model has living ones.
    pass_multiplications, sample_multiplications: (M,) int64, multiply-adds at the chosen n, for one example, as
    executed: of all conditionals in one parallel pass, and of one sample with `step`.
    """

    n: int
    hidden: int
    layers: int
    direct: bool
    positions: np.ndarray
    stored: np.ndarray
    living: np.ndarray
    table_log10: np.ndarray
    crossing: np.ndarray
    pass_multiplications: np.ndarray
    sample_multiplications: np.ndarray

    @property
    def table(self) -> int:
        """2ⁿ − 1, exactly."""
        return 2**self.n - 1


def stored_parameters(n: int, hidden: int, layers: int, direct: bool) -> tuple[int, int, int]:
    """What the three built models hold: n² + n; 2nH + H + n; nH + H + (L − 1)(H² + H) + Hn + n (+ n²)."""
    deeper = (layers - 1) * (hidden * hidden + hidden)
    return (
        n * n + n,
        2 * n * hidden + hidden + n,
        n * hidden + hidden + deeper + hidden * n + n + direct * n * n,
    )


def living_parameters(n: int, hidden: int, layers: int, direct: bool) -> tuple[int, int, int]:
    """Without what a mask always multiplies by zero: n(n − 1)/2 + n; 2nH + H + n; MADE's by its evenly spread degrees.

    A hidden unit of degree m sees m inputs and is seen by n − m outputs; between layers, the pairs are counted.
    """
    triangle = n * (n - 1) // 2
    degrees = made_masks.spread_degrees(n, [hidden])[0].clamp_max(n)
    sees = int(torch.searchsorted(degrees, degrees, right=True).sum())  # units below of a degree not above one's own
    made = int(degrees.sum()) + (layers - 1) * sees + int((n - degrees).sum()) + layers * hidden + n
    return triangle + n, 2 * n * hidden + hidden + n, made + direct * triangle


def pass_multiplications(n: int, hidden: int, layers: int, direct: bool) -> tuple[int, int, int]:
    """Multiply-adds of all conditionals of one example, as executed: masked weights are multiplied too, by zero.

    FVSBN n². NADE 2nH. MADE nH + (L − 1)H² + Hn, and n² for direct connections.
    """
    return n * n, 2 * n * hidden, 2 * n * hidden + (layers - 1) * hidden * hidden + direct * n * n


def sample_multiplications(n: int, hidden: int, layers: int, direct: bool) -> tuple[int, int, int]:
    """Multiply-adds of one sample by `step`, as executed. FVSBN (n − 1)n. NADE (2n − 1)H.

    MADE: units and logits of a block of steps see all units below up to the end of their block, of which those that
    come after them are multiplied by zero.
    """
    degrees = made_masks.spread_degrees(n, [hidden])[0]
    ends = torch.searchsorted(degrees, torch.arange(n + 1), right=True).tolist()  # units of a degree ≤ k
    made = 0
    for start, stop in itertools.pairwise([*range(0, n, BLOCK), n]):
        units = ends[min(stop, n - 1)] - ends[start]  # a degree of n never comes up: nothing comes after it
        made += units * stop + (layers - 1) * units * ends[stop]
        made += (stop - start) * (ends[stop] + direct * stop)
    return (n - 1) * n, (2 * n - 1) * hidden, made


def parameters(
    settings: ParameterSettings, model: Any = None, progress: Callable[[float], None] | None = None
) -> ParameterTrace:
    """Count. `model` is None: there is none."""
    size = (settings.hidden, settings.layers, settings.direct)
    positions = range(1, MOST + 1)
    stored = np.array([stored_parameters(n, *size) for n in positions]).T
    living = np.array([living_parameters(n, *size) for n in positions]).T
    dearer = [[2**n - 1 > int(count) for n, count in zip(positions, row, strict=True)] for row in living]
    # from which n on it stays dearer: one past the last n at which it is not
    crossing = [max((n for n, is_so in zip(positions, row, strict=True) if not is_so), default=0) + 1 for row in dearer]
    digits = np.array(positions) * np.log10(2)
    return ParameterTrace(
        settings.n,
        *size,
        np.array(positions),
        stored,
        living,
        digits + np.log1p(-np.exp2(-np.array(positions, float))) / np.log(10),
        np.array(crossing),
        np.array(pass_multiplications(settings.n, *size)),
        np.array(sample_multiplications(settings.n, *size)),
    )
