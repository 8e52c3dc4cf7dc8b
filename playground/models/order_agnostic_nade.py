"""Order-agnostic NADE: one network for every ordering, trained to predict any pixels from any others.

Its input is an example with the unknown positions set to 0, beside the mask that says which are known; its output is
p(x_i = 1 | known) for every i at once. Any ordering then gives a distribution of its own, and an ensemble of orderings
averages their *probabilities*. With one hidden layer a pass costs O(DH) as in NADE; a second layer has to be computed
anew at each of the D steps, O(DH²).

1. Uria, Murray, Larochelle (2014). A Deep and Tractable Density Estimator. ICML. arXiv:1310.1757. Equations 7 to 11
   (training over random orderings), section 4 (ensembles of orderings), section 3.1 (the mask as input).

The page shows: one picture completed under orderings that the reader chooses or draws.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .flat import BinaryConfig, FlatModel
from .limits import require_layers
from .orderings import ordering, permutation

CHUNK = 2**22  # numbers of hidden activations held at once


@dataclass(frozen=True)
class OrderAgnosticNADEConfig(BinaryConfig):
    """hidden: units of the one or two hidden layers. ordering: the one that is used where none is asked for."""

    hidden: tuple[int, ...] = (500, 500)

    def __post_init__(self) -> None:
        super().__post_init__()
        require_layers(self, "hidden", layers=(1, 2), units=(1, 8192))


class OrderAgnosticNADE(FlatModel):
    """Order-agnostic NADE with ReLU units; implements the autoregressive protocol under any ordering."""

    members = 0  # any ordering will do

    def __init__(self, config: OrderAgnosticNADEConfig) -> None:
        super().__init__(config)
        positions, first = config.positions, config.hidden[0]
        self.encode = nn.Parameter(torch.empty(positions, first))  # W: what a known value adds, a row a position
        self.encode_mask = nn.Parameter(torch.empty(positions, first))  # U: what its being known adds
        self.hidden_bias = nn.Parameter(torch.zeros(first))
        self.deeper = nn.ModuleList(nn.Linear(*pair) for pair in itertools.pairwise(config.hidden))
        self.decode = nn.Parameter(torch.empty(positions, config.hidden[-1]))
        self.bias = nn.Parameter(torch.zeros(positions))
        for weight in (self.encode, self.encode_mask):
            nn.init.normal_(weight, std=positions**-0.5)
        nn.init.normal_(self.decode, std=config.hidden[-1] ** -0.5)

    def under(self, order: Tensor) -> Self:
        """The same weights under another ordering (D,). Raises ValueError if it is no permutation."""
        return self._view(order=permutation(order.tolist(), self.config.positions).to(self.order.device))

    def member(self, index: int) -> Self:
        """The same weights under ordering number `index`: 0 is the configuration's, the others are random."""
        if index < 0:
            raise ValueError(f"member={index}: orderings are numbered from 0")
        if index == 0:
            return self
        return self.under(ordering(f"random-{index}", self.config.height, self.config.width))

    def features(self, a: Tensor) -> Tensor:
        """Pre-activations (…, H) of the first hidden layer → activations of the last one."""
        h = a.relu()
        for layer in self.deeper:
            h = layer(h).relu()
        return h

    def predict(self, x: Tensor, known: Tensor) -> Tensor:
        """Logits (B, D) of all positions given the known ones: x (B, D) of 0/1, known (B, D) bool (equation 7)."""
        known = known.to(x.dtype)
        a = torch.addmm(self.hidden_bias, x * known, self.encode) + known @ self.encode_mask
        return F.linear(self.features(a), self.decode, self.bias)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, height, width) → (B,): an unbiased estimate of the mean of −log p over all orderings, nats.

        One random ordering and one number k of known positions for each example: D / (D − k) times the sum over the
        unknown ones (equation 11). The k of a batch are stratified, which keeps the estimate unbiased and less noisy.
        """
        x, device = x.flatten(1), generator.device
        batch, positions = x.shape
        place = (torch.randperm(batch, generator=generator) + torch.rand(batch, generator=generator)) / batch
        count = (place * positions).long().clamp_max(positions - 1)  # k, 0 … D − 1
        keys = torch.rand(batch, positions, generator=generator, device=device)
        bound = keys.sort(1).values.gather(1, count.unsqueeze(1))  # (B, 1): the k smallest keys are known
        known = (keys < bound).to(x.device)
        nats = F.binary_cross_entropy_with_logits(self.predict(x, known).float(), x, reduction="none")
        scale = positions / (positions - count.to(x.device))
        return nats.masked_fill(known, 0.0).sum(1) * scale

    def _prefixes(self, x: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """The pre-activations before each step, a chunk of steps at a time: (steps (c,), (B, c, H)); x (B, D)."""
        a = self.hidden_bias.repeat(len(x), 1)
        size = max(1, CHUNK // (len(x) * max(self.config.hidden)))
        for steps in torch.arange(len(self.order), device=self.order.device).split(size):
            held = []
            for position in self.order[steps]:
                held.append(a)
                a = torch.addr(a + self.encode_mask[position], x[:, position], self.encode[position])
            yield steps, torch.stack(held, 1)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals under the ordering, teacher-forced: (B, height, width) of 0/1 → (B, D, 1) logits."""
        x = x.flatten(1).to(self.bias.dtype)
        found = []
        for steps, a in self._prefixes(x):
            decode = self.decode[self.order[steps]]  # (c, H)
            found.append((self.features(a) * decode).sum(-1))  # (B, c)
        logits = torch.cat(found, 1)  # (B, D) by step
        by_position = torch.empty_like(logits)
        by_position[:, self.order] = logits
        return (by_position + self.bias).unsqueeze(-1)

    def begin(self, batch: int) -> Tensor:
        """The first layer's pre-activations before anything is known, (B, H)."""
        return self.hidden_bias.repeat(batch, 1)

    def step(self, state: Tensor, k: int, previous: Tensor | None) -> tuple[Tensor, Tensor]:
        """The conditional of position order[k]: the first layer is updated by one column, the second computed anew.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns logits (B, 1) and the state, which is
        updated in place.
        """
        if previous is not None:
            known = self.order[k - 1]
            state.add_(self.encode_mask[known]).addr_(previous.to(state.dtype), self.encode[known])
        position = self.order[k]
        return (self.features(state) @ self.decode[position] + self.bias[position]).unsqueeze(1), state
