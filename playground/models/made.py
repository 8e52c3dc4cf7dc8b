"""MADE: an autoencoder whose masks make it autoregressive; all conditionals come out of one ordinary forward pass.

Each hidden unit has a degree, the number of inputs along the ordering that it may depend on, and each weight is
multiplied by 1 or 0 accordingly. Another ordering, or other degrees, is another set of masks over the same weights: a
model trained on several sets is an ensemble whose *probabilities* are averaged.

1. Germain, Gregor, Murray, Larochelle (2015). MADE: Masked Autoencoder for Distribution Estimation. ICML.
   arXiv:1502.03509. Section 3 (masks), 4.1 (many layers), 4.2 (orderings), 4.3 (connectivity), equation 10 (direct).

The page shows: degrees, masks, their product, what breaks when one entry is flipped, and training on a small world.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from . import made_masks
from .flat import BinaryConfig, FlatModel
from .limits import require_choice, require_layers, require_whole
from .orderings import ordering

BLOCK = 40  # steps of sampling that share their products with all that came before


@dataclass(frozen=True)
class MADEConfig(BinaryConfig):
    """Size of a MADE, and the sets of masks it is trained on.

    hidden: units of each hidden layer. direct: connections from inputs to outputs. mask_sets: how many sets of masks
    share the weights. agnostic: what differs between the sets, "connectivity" (the hidden degrees), "ordering", or
    "both"; nothing differs with one set. degrees: of set 0, "spread" evenly or "drawn"; those of other sets are drawn.
    """

    hidden: tuple[int, ...] = (500,)
    direct: bool = True
    mask_sets: int = 1
    agnostic: str = "both"
    degrees: str = "spread"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_layers(self, "hidden", layers=(1, 8), units=(1, 16384))
        require_whole(self, mask_sets=(1, 1024))
        require_choice(self, "direct", True, False)
        require_choice(self, "agnostic", "connectivity", "ordering", "both")
        require_choice(self, "degrees", "spread", "drawn")


class MADE(FlatModel):
    """Masked autoencoder for distribution estimation; implements the autoregressive protocol."""

    family = "made"

    def __init__(self, config: MADEConfig) -> None:
        super().__init__(config)
        self.members = config.mask_sets
        sizes = [config.positions, *config.hidden]
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(sizes))
        self.out = nn.Linear(sizes[-1], config.positions)
        if config.direct:
            self.direct = nn.Parameter(torch.zeros(config.positions, config.positions))  # (D, D): output, input
        for number, degrees in enumerate(self._degrees(0)):
            self.register_buffer(f"degrees_{number}", degrees, persistent=False)

    @property
    def degrees(self) -> list[Tensor]:
        """The degrees of each hidden layer's units, (H,) ascending, under the present set of masks."""
        return [getattr(self, f"degrees_{number}") for number in range(len(self.layers))]

    def _degrees(self, index: int) -> list[Tensor]:
        config = self.config
        if config.agnostic == "ordering" or (index == 0 and config.degrees == "spread"):
            index = 0
        if index == 0 and config.degrees == "spread":
            return made_masks.spread_degrees(config.positions, config.hidden)
        return made_masks.drawn_degrees(config.positions, config.hidden, torch.Generator().manual_seed(index))

    def member(self, index: int) -> Self:
        """The same weights under set of masks number `index`. Raises ValueError if it was not trained for it."""
        config = self.config
        if not 0 <= index < config.mask_sets:
            raise ValueError(f"member={index}: allowed are 0 to {config.mask_sets - 1}, the sets it was trained for")
        wanted = config.ordering if index == 0 or config.agnostic == "connectivity" else f"random-{index}"
        device = self.order.device
        buffers = {"order": ordering(wanted, config.height, config.width)}
        buffers |= {f"degrees_{number}": degrees for number, degrees in enumerate(self._degrees(index))}
        return self._view(**{name: buffer.to(device) for name, buffer in buffers.items()})

    def masks(self) -> list[Tensor]:
        """The masks in use, bool (units above, units below), from the inputs up to the outputs."""
        return made_masks.masks(self.order, self.degrees)

    def masked_weights(self) -> list[Tensor]:
        """The weights in use, (units above, units below), from the inputs up to the outputs; those themselves stay."""
        linears = [*self.layers, self.out]
        return [linear.weight.where(mask, 0.0) for linear, mask in zip(linears, self.masks(), strict=True)]

    def direct_weight(self) -> Tensor:
        """(D, D) direct weights in use, [output, input]."""
        return self.direct.where(made_masks.direct_mask(self.order), 0.0)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals in one parallel pass: (B, height, width) of 0/1 → (B, D, 1) logits."""
        x = x.flatten(1)  # (B, D)
        *hidden, last = self.masked_weights()
        h = x
        for weight, layer in zip(hidden, self.layers, strict=True):
            h = F.linear(h, weight, layer.bias).relu()
        logits = F.linear(h, last, self.out.bias)  # (B, D)
        if self.config.direct:
            logits = logits + F.linear(x, self.direct_weight())
        return logits.unsqueeze(-1)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, height, width) → (B,) −log p, nats, under one set of masks drawn for the whole batch (section 4.2)."""
        if self.config.mask_sets == 1:
            return -self.log_prob(x)
        return -self.member(int(torch.randint(self.config.mask_sets, (), generator=generator))).log_prob(x)

    def begin(self, batch: int) -> "MADEState":
        """Before the first position: no unit has been computed."""
        return MADEState(self, batch)

    def step(self, state: "MADEState", k: int, previous: Tensor | None) -> tuple[Tensor, "MADEState"]:
        """The conditional of position order[k]. A hidden unit is computed once, when the last input it may see comes.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns logits (B, 1) and the state, which is
        updated in place.
        """
        if previous is not None:
            state.reveal(k, previous)
        if k % BLOCK == 0:
            state.start_block(k)
        return state.logit(k), state


class MADEState:
    """Activations so far, (units, B): inputs and logits by step, a hidden layer's units in ascending order of degree.

    A row's sum is made in two parts, since few large products are faster than many small ones: when a block of steps
    begins, all that is known by then is summed for all rows of the block at once; the rest is added at a row's turn.
    Everything is written in place, so no gradient flows through it.
    """

    def __init__(self, model: MADE, batch: int) -> None:
        self.order = model.order
        self.layers = [(layer.weight.detach(), layer.bias.detach()) for layer in [*model.layers, model.out]]
        self.direct = model.direct.detach() if model.config.direct else None
        steps, like = torch.arange(len(self.order) + 1, device=self.order.device), self.layers[-1][0]
        self.degrees = [steps[1:], *model.degrees]  # level 0 is the inputs
        # ends[l][k]: how many units of level l have a degree ≤ k
        self.ends = [torch.searchsorted(degrees, steps, right=True).tolist() for degrees in self.degrees]
        self.levels = [like.new_zeros(len(degrees), batch) for degrees in self.degrees]
        self.logits = like.new_zeros(len(self.order), batch)

    def start_block(self, k: int) -> None:
        """Sum all that is known at step k into the units and the logits of the steps k … k + BLOCK − 1."""
        stop = min(k + BLOCK, len(self.order))
        self.start = k
        *hidden, (out, out_bias) = self.layers
        parts = []
        for level, (weight, bias) in enumerate(hidden):
            ends = self.ends[level + 1]
            units = slice(ends[k], ends[stop])  # those of degree k + 1 … stop
            rows = self.levels[level + 1][units].copy_(bias[units, None])
            weight = weight[units] if level else weight[units].index_select(1, self.order[:stop])
            sizes = [last - first for first, last in itertools.pairwise(ends[k : stop + 1])]
            parts.append(self._turns(level, rows, weight, self.degrees[level + 1][units], sizes))
        self.hidden = list(zip(*parts, strict=True))
        block, steps = self.order[k:stop], torch.arange(k, stop, device=self.order.device)
        rows, sizes = self.logits[k:stop].copy_(out_bias[block, None]), [1] * len(block)
        # the output of step k may see degrees up to k
        parts = [self._turns(len(hidden), rows, out.index_select(0, block), steps, sizes)]
        if self.direct is not None:
            weight = self.direct.index_select(0, block).index_select(1, self.order[:stop])
            parts.append(self._turns(0, rows, weight, steps, sizes))
        self.out = list(zip(*parts, strict=True))

    def _turns(
        self, level: int, rows: Tensor, weight: Tensor, sees: Tensor, sizes: list[int]
    ) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        """Add what is known of a level to a block's rows; what each step's turn is still to add: (rows, weights, level).

        rows: (R, B), sums of R units or logits. weight: (R, units of the level). sees: (R,), the highest degree that
        each row may see. sizes: how many rows have their turn at each step of the block.
        """
        ends, below = self.ends[level], self.levels[level]
        known, last = ends[self.start], ends[self.start + len(sizes)]
        rows.addmm_(weight[:, :known], below[:known])
        mask = made_masks.hidden_mask(self.degrees[level][known:last], sees)
        weight = weight[:, known:last].where(mask, 0.0)
        return zip(rows.split(sizes), weight.split(sizes), itertools.repeat(below[known:last]))

    def reveal(self, k: int, value: Tensor) -> None:
        """Write the (B,) value of step k − 1, which has degree k, and compute the units of degree k in each layer."""
        self.levels[0][k - 1].copy_(value)
        for rows, weights, below in self.hidden[k - 1 - self.start]:
            rows.addmm_(weights, below).relu_()

    def logit(self, k: int) -> Tensor:
        """(B, 1) the logit of step k, from every unit of degree ≤ k."""
        for row, weights, below in self.out[k - self.start]:
            row.addmm_(weights, below)
        return row.t()
