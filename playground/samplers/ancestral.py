"""Ancestral sampling: draw x_1, then x_2 given x_1, and so on along a model's order.

One sampler for every autoregressive model. Each position uses *one* uniform number, kept in the result: the same
numbers under a changed prefix give the comparable other future.

Bishop (2006). Pattern Recognition and Machine Learning, section 8.1.2.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor

from .draws import MIXTURES, draw, log_probabilities


class Autoregressive(Protocol):
    """What the sampler needs of a model: the autoregressive protocol of the design, without `conditionals`."""

    event_shape: tuple[int, ...]
    order: Tensor
    head: str

    def begin(self, batch: int) -> Any:
        """State before the first position."""

    def step(self, state: Any, k: int, previous: Tensor | None) -> tuple[Tensor, Any]:
        """Parameters (B, P) of the conditional at position order[k], and the state."""


__all__ = [
    "AncestralSample",
    "Autoregressive",
    "draw",
    "log_probabilities",
    "sample",
    "sample_naively",
    "uniform_noise",
]


@dataclass(frozen=True)
class AncestralSample:
    """What happened, step by step. N samples, K = D steps, P parameters.

    order: (K,) flat position written at each step. values: (N, K), drawn or given: int64 levels, or float32 where the
    conditionals are mixtures. parameters: (N, K, P) float32 before temperature, as the model's `head` says. noise:
    (N, K) float32 uniform numbers. given: (N, K) bool, fixed and not drawn.
    log_probability: (N, K) float32, log p of each value under the model (temperature 1), nats.
    """

    order: Tensor
    values: Tensor
    parameters: Tensor
    noise: Tensor
    given: Tensor
    log_probability: Tensor

    def events(self, shape: Sequence[int]) -> Tensor:
        """(N, *shape): the finished examples, values at their positions."""
        flat = torch.empty_like(self.values)
        flat[:, self.order] = self.values
        return flat.view(len(flat), *shape)


def uniform_noise(count: int, positions: int, generator: torch.Generator) -> Tensor:
    """(count, positions) uniform numbers in [0, 1), drawn on the generator's device a row at a time.

    Sample i gets the same row whatever `count` is, so asking for more samples keeps those already seen.
    """
    rows = [torch.rand(positions, generator=generator, device=generator.device) for _ in range(count)]
    return torch.stack(rows)


@torch.inference_mode()
def sample(
    model: Autoregressive,
    count: int,
    generator: torch.Generator,
    temperature: float = 1.0,
    given: Tensor | None = None,
    noise: Tensor | None = None,
    progress: Callable[[float], None] | None = None,
) -> AncestralSample:
    """Draw `count` examples position by position.

    temperature: logits are divided by it before a draw; 1 is the model, below 1 is bolder, above 1 is wilder. What it
        does to a mixture stands in `draws.draw`.
    given: (*event_shape) or (count, *event_shape) float; a finite value is kept, NaN is drawn. Any mask is allowed,
        but only given positions *earlier* in the order inform a draw: the conditionals know nothing of later ones.
    noise: (count, D) uniform numbers in [0, 1) by step; drawn from `generator` when None.
    progress: called with the share done, about 28 times; it may raise to cancel.

    Raises ValueError that names a wrong argument. Results are on the CPU.
    """
    positions = model.order.numel()
    if count < 1:
        raise ValueError(f"count={count}: at least 1 sample")
    if not (0 < temperature < float("inf")):
        raise ValueError(f"temperature={temperature}: a positive, finite number")
    if noise is None:
        noise = uniform_noise(count, positions, generator)
    if noise.shape != (count, positions):
        raise ValueError(f"noise has shape {tuple(noise.shape)}, expected {(count, positions)}")
    device = model.order.device
    order = model.order.cpu()
    fixed = torch.full((count, positions), float("nan"))
    if given is not None:
        event = tuple(model.event_shape)
        if tuple(given.shape) not in (event, (count, *event)):
            raise ValueError(f"given has shape {tuple(given.shape)}, expected {event} or {(count, *event)}")
        fixed = given.cpu().float().reshape(-1, positions)[:, order].expand(count, positions)  # by step
    kept = ~fixed.isnan()
    kept_anywhere = kept.any(0).tolist()

    fixed = fixed.nan_to_num() if model.head in MIXTURES else fixed.nan_to_num().long()
    uniform, fixed_values, kept_on = noise.to(device), fixed.to(device), kept.to(device)
    columns = uniform.unbind(1)
    values, parameters = [], []
    state, previous = model.begin(count), None
    for k in range(positions):
        found, state = model.step(state, k, previous)  # 1. the conditional given all values so far
        drawn = draw(found, columns[k], temperature, model.head)  # 2. one draw with this position's uniform number
        if kept_anywhere[k]:
            drawn = torch.where(kept_on[:, k], fixed_values[:, k], drawn)  # 3. a given value is never changed
        previous = drawn
        values.append(drawn)
        parameters.append(found)
        if progress is not None and k % max(1, positions // 28) == 0:
            progress(k / positions)
    stacked, found = torch.stack(values, 1).cpu(), torch.stack(parameters, 1).float().cpu()
    return AncestralSample(order, stacked, found, noise.cpu(), kept, log_probabilities(found, stacked, model.head))


@torch.inference_mode()
def sample_naively(
    conditionals: Callable[[Tensor], Tensor],
    canvas: Tensor,
    order: Tensor,
    noise: Tensor,
    temperature: float = 1.0,
    head: str = "",
) -> Tensor:
    """The textbook loop: one *full* parallel pass per position, of which all but one conditional are thrown away.

    canvas: (N, *event) zeros (or any start), returned filled; order: (S,) flat positions to write, at most D of them;
    noise: (N, S); head: the model's, which matters for mixtures only. It is here to be measured and compared against,
    and draws exactly what `sample` draws.
    """
    flat = canvas.clone().flatten(1)
    for k, position in enumerate(order.tolist()):
        found = conditionals(flat.view_as(canvas))[:, position]  # (N, P)
        flat[:, position] = draw(found, noise[:, k], temperature, head).to(flat.dtype)
    return flat.view_as(canvas)
