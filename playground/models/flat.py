"""What the models share that see an example as D numbers in an ordering, without any notion of neighbourhood.

Shape letters: B batch, D positions, H hidden units, P parameters of one conditional.
"""

import copy
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn

from .layers import discrete_log_prob
from .limits import require_ordering, require_whole
from .orderings import ordering


@dataclass(frozen=True)
class BinaryConfig:
    """height, width: pixels; a row of a table is one pixel high. ordering: a name or the flat positions themselves.

    Raises ValueError for a field that is not allowed.
    """

    height: int = 28
    width: int = 28
    ordering: str | tuple[int, ...] = "raster"

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 4096))
        require_ordering(self)

    @property
    def levels(self) -> int:
        """Values that a position can take."""
        return 2

    @property
    def positions(self) -> int:
        """D."""
        return self.height * self.width


class FlatModel(nn.Module):
    """A model of D numbers under one ordering; a model adds `conditionals`, `begin` and `step`.

    Any number of orderings may share one set of weights: `member(i)` is the same model under its i-th one.
    """

    family = "belief-networks"
    head = "bernoulli"
    members = 1  # how many orderings or sets of masks the weights were trained for; 0 where any ordering will do

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.event_shape = (config.height, config.width)
        self.register_buffer("order", ordering(config.ordering, config.height, config.width), persistent=False)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals, teacher-forced: (B, height, width) → (B, D, P)."""
        raise NotImplementedError  # each model has its own

    def begin(self, batch: int) -> Any:
        """State before the first position."""
        raise NotImplementedError  # each model has its own

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, height, width) → (B,), exact log-likelihood in nats."""
        return discrete_log_prob(self.conditionals(x), x)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, height, width) → (B,), what training minimises, nats: −log p, or an unbiased estimate of it."""
        return -self.log_prob(x)

    def member(self, index: int) -> Self:
        """The same weights under ordering or set of masks number `index`. Raises ValueError if there is none."""
        if index != 0:
            raise ValueError(f"member={index}: {type(self).__name__} was trained for one ordering, number 0")
        return self

    def _view(self, **buffers: Tensor) -> Self:
        """A second model on the very same parameters, with some buffers of its own."""
        view = copy.copy(self)
        view._buffers = {**self._buffers, **buffers}
        return view
