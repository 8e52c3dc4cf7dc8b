"""Traces of one picture completed under several orderings, from the same random numbers.

The uniform numbers belong to the *positions*: whatever the ordering, the pixel at position i is drawn with u_i, so two
completions differ because of what was known when, and for no other reason.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models import OrderAgnosticNADE
from ..models.orderings import NAMED, RANDOM, ordering
from ..samplers import ancestral
from .autoregressive import given_values
from .base import ModelSettings, Trace

DRAWN = "drawn"  # the name of the ordering that a person drew
MOST = 4  # orderings side by side
RUN = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")


class OrderingsSettings(ModelSettings):
    """One picture completed under each of `orderings`, names joined by commas: raster, column, spiral, random-SEED, and
    drawn, in which the positions of `drawn` come first and all others follow in raster order.

    drawn: flat positions as `parse_order` reads them. picture, keep: packed by `pack_picture` with 2 levels each; the
    pixels where `keep` is 1 are given. first: the given pixels are moved to the front of every ordering.
    """

    kind: ClassVar[str] = "orderings"
    orderings: str = Field("raster,column,spiral,random-1", max_length=100)
    drawn: str = Field("", max_length=8_000)
    first: bool = Field(True, description="given pixels come first in every ordering")
    temperature: float = Field(1.0, ge=0.1, le=3.0, description="logits are divided by it before each draw")
    picture: str = Field("", max_length=20_000)
    keep: str = Field("", max_length=20_000)

    @field_validator("orderings")
    @classmethod
    def _known(cls, text: str) -> str:
        names = text.split(",")
        wrong = [name for name in names if name not in (*NAMED, DRAWN) and not RANDOM.fullmatch(name)]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no ordering: there are {', '.join(NAMED)}, random-SEED and {DRAWN}")
        if len(names) > MOST or len(set(names)) < len(names):
            raise ValueError(f"1 to {MOST} different orderings")
        return text


@dataclass(frozen=True)
class OrderingsTrace(Trace):
    """One picture completed under M orderings. K = D steps, an image of H×W.

    checkpoint, temperature: of the run. names: the M orderings. shape: (H, W). first: given pixels come first.
    order: (M, K) int32, flat position written at each step. values: (M, K) uint8, what is written there.
    logits: (M, K) float32, before the temperature. log_likelihood: (M, K) float32, nats, running, at temperature 1.
    noise: (D,) float32 in [0, 1), by flat position, the same for all orderings. given: (D,) bool, by flat position.
    """

    checkpoint: str
    temperature: float
    names: tuple[str, ...]
    shape: tuple[int, int]
    first: bool
    order: np.ndarray
    values: np.ndarray
    logits: np.ndarray
    log_likelihood: np.ndarray
    noise: np.ndarray
    given: np.ndarray

    def pictures(self) -> np.ndarray:
        """(M, H, W) uint8: the finished pictures."""
        flat = np.empty_like(self.values)
        np.put_along_axis(flat, self.order.astype(np.int64), self.values, 1)
        return flat.reshape(-1, *self.shape)

    def ranks(self) -> np.ndarray:
        """(M, D) int32: the step at which each position is written."""
        ranks = np.empty_like(self.order)
        np.put_along_axis(
            ranks, self.order.astype(np.int64), np.broadcast_to(np.arange(self.order.shape[1]), ranks.shape), 1
        )
        return ranks

    def nats(self) -> np.ndarray:
        """(M,) float64: log p of the drawn pixels, each given what came before it in its ordering.

        With `first` that is log p(drawn | given), exactly, under the model of that ordering.
        """
        each = np.diff(self.log_likelihood.astype(np.float64), axis=1, prepend=0.0)
        return (each * ~self.given[self.order]).sum(1)

    def unheard(self) -> np.ndarray:
        """(M,) int64: given pixels that come after the first drawn one, so that a drawn pixel did not know of them."""
        given = self.given[self.order]
        drawn_before = (~given).cumsum(1) > 0
        return (given & drawn_before).sum(1)


def parse_order(text: str, positions: int) -> list[int]:
    """The flat positions that come first: numbers and runs such as `406-420`, also downwards, separated by anything.

    All other positions follow in raster order, so what is missing is no mistake. InvalidInput names a word that is no
    position, one that is outside 0 … positions − 1, and one that comes twice: that would be no permutation.
    """
    found: list[int] = []
    for word in filter(None, re.split(r"[\s.,;]+", text.strip())):
        run = RUN.fullmatch(word)
        if run is None:
            raise InvalidInput(f"{word[:20]!r} in the ordering is neither a position nor a run such as 406-420")
        begin, end = int(run[1]), int(run[2] or run[1])
        if outside := [p for p in (begin, end) if p >= positions]:
            raise InvalidInput(f"position {outside[0]} in the ordering does not exist: there are 0 to {positions - 1}")
        found += range(begin, end + 1) if begin <= end else range(begin, end - 1, -1)
        if len(found) > positions:
            break  # one comes twice: no need to write out the rest
    seen: set[int] = set()
    for position in found:
        if position in seen:
            raise InvalidInput(f"position {position} comes more than once in the ordering: it is no permutation")
        seen.add(position)
    return found


def pack_order(order: Sequence[int]) -> str:
    """The reverse of `parse_order`: positions as numbers and runs, joined by dots, as they stand in a link."""
    runs: list[list[int]] = []
    for position in order:
        run = runs[-1] if runs else []
        way = run[1] - run[0] if len(run) > 1 else position - run[0] if run else 0
        if abs(way) == 1 and position - run[-1] == way:
            run.append(position)
        else:
            runs.append([position])
    return ".".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ".".join(map(str, run)) for run in runs)


def completed(first: Sequence[int], positions: int) -> Tensor:
    """The whole ordering (D,): `first`, then all other positions in raster order."""
    seen = set(first)
    return torch.tensor([*first, *(p for p in range(positions) if p not in seen)])


def orders(settings: OrderingsSettings, shape: tuple[int, int], given: Tensor) -> Tensor:
    """(M, D) the orderings that the settings ask for; given (D,) bool."""
    positions = shape[0] * shape[1]
    found = []
    for name in settings.orderings.split(","):
        drawn = name == DRAWN
        order = completed(parse_order(settings.drawn, positions), positions) if drawn else ordering(name, *shape)
        if settings.first:
            order = torch.cat([order[given[order]], order[~given[order]]])
        found.append(order)
    return torch.stack(found)


@torch.inference_mode()
def complete_under(
    settings: OrderingsSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> OrderingsTrace:
    """The picture completed under each ordering. InvalidInput if the model cannot, or the picture does not fit."""
    if not isinstance(model, OrderAgnosticNADE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is not allowed: it was not trained for any ordering")
    shape = tuple(model.event_shape)
    fixed = given_values(settings.picture, settings.keep, shape, 2)
    given = ~fixed.isnan().flatten()
    wanted = orders(settings, shape, given)
    generator = torch.Generator().manual_seed(settings.seed)
    noise = ancestral.uniform_noise(1, given.numel(), generator)  # (1, D) by position
    drawn = []
    for number, order in enumerate(wanted):
        part = (lambda share, n=number: progress((n + share) / len(wanted))) if progress else None
        under = model.under(order)
        drawn.append(ancestral.sample(under, 1, generator, settings.temperature, fixed, noise[:, order], part))
    return OrderingsTrace(
        settings.checkpoint,
        settings.temperature,
        tuple(settings.orderings.split(",")),
        shape,
        settings.first,
        wanted.numpy().astype(np.int32),
        np.concatenate([d.values.numpy() for d in drawn]).astype(np.uint8),
        np.concatenate([d.parameters[..., 0].numpy() for d in drawn]),
        np.concatenate([d.log_probability.double().cumsum(1).float().numpy() for d in drawn]),
        noise[0].numpy(),
        given.numpy(),
    )
