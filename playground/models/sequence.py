"""What the models share that read an example as a sequence of tokens: characters, pixels, or patches of 2×2 pixels.

p(x) = ∏ p(t_l | t_1, …, t_{l−1}) over L tokens of V states each. A model of characters has a token per character. A
model of pixels has one per pixel, or one per patch of 2×2 with its 2⁴ = 16 states, which is exact all the same: the
conditional of a pixel is the sum over the states of its patch that agree with the patch's earlier pixels, divided by
the sum one pixel before. So every model has the protocol pixel by pixel, however long its tokens are.

Shape letters: B batch, L tokens, V states of a token, D positions (pixels or characters), P parameters.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .layers import wide
from .limits import require_whole

LONGEST = 65_536  # symbols; a text is read in parts of this length


@dataclass(frozen=True)
class SequenceConfig:
    """What a sequence is made of.

    symbols: the characters a model knows, each once, or "" for a model of pixels. length: characters in an example (a
    transformer sees no more than these; a recurrent net may read on). height, width: pixels. patch: pixels on the side
    of a token, 1 or 2. Raises ValueError for a field that is not allowed.
    """

    symbols: str = ""
    length: int = 256
    height: int = 28
    width: int = 28
    patch: int = 1

    def __post_init__(self) -> None:
        require_whole(self, length=(1, LONGEST), height=(1, 256), width=(1, 256), patch=(1, 2))
        name = type(self).__name__
        if not isinstance(self.symbols, str) or len(set(self.symbols)) != len(self.symbols) or len(self.symbols) == 1:
            raise ValueError(f"{name}: symbols={self.symbols!r}: allowed are two or more characters, each once, or ''")
        if self.height % self.patch or self.width % self.patch:
            raise ValueError(
                f"{name}: height={self.height}, width={self.width}: allowed are multiples of patch={self.patch}"
            )

    @property
    def levels(self) -> int:
        """Values of a position: 2 for a pixel, else the number of symbols."""
        return len(self.symbols) or 2

    @property
    def states(self) -> int:
        """V: what a token may be."""
        return len(self.symbols) or 2 ** (self.patch * self.patch)

    @property
    def tokens(self) -> int:
        """L: tokens in an example."""
        return self.length if self.symbols else (self.height // self.patch) * (self.width // self.patch)


class SequenceModel(nn.Module):
    """The autoregressive protocol around two methods that a model adds: `logits` and `advance`, on tokens."""

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        self.config = config
        text = bool(config.symbols)
        self.event_shape = (config.length,) if text else (config.height, config.width)
        self.head = "categorical" if text else "bernoulli"
        self.register_buffer("order", pixel_order(config), persistent=False)
        cells = torch.arange(config.patch**2)
        bits = (torch.arange(2 ** len(cells)).unsqueeze(1) >> cells.flip(0)) & 1  # (V, p²): the first pixel weighs most
        self.register_buffer("bits", bits, persistent=False)

    # ------------------------------------------------------------------------------------------------- on tokens

    def logits(self, tokens: Tensor) -> Tensor:
        """Teacher-forced, one parallel pass: (B, L) tokens, int64 → (B, L, V) logits, the l-th given those before l."""
        raise NotImplementedError  # each model has its own

    def start(self, batch: int) -> Any:
        """The state before the first token."""
        raise NotImplementedError  # each model has its own

    def advance(self, state: Any, previous: Tensor | None) -> tuple[Tensor, Any]:
        """Logits (B, V) of the next token, after the token before it, (B,), was read; None before the first."""
        raise NotImplementedError  # each model has its own

    def tokenize(self, x: Tensor) -> Tensor:
        """Values (B, *event_shape) → tokens (B, L), int64."""
        flat = x.flatten(1).long()
        if self.config.patch == 1:
            return flat
        cells = flat[:, self.order].unflatten(1, (-1, self.bits.shape[1]))  # (B, L, p²)
        return (cells << torch.arange(cells.shape[2], device=x.device).flip(0)).sum(2)

    def shifted(self, tokens: Tensor) -> Tensor:
        """What is read at each step: (B, L) → (B, L), the token before, the begin row V at the first."""
        return shifted(tokens, self.config.states)

    # -------------------------------------------------------------------------------------------- the protocol

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, *event_shape) → (B,), exact log-likelihood in nats. A text may be of any length the model can read."""
        tokens = self.tokenize(x)
        return -token_nats(self.logits(tokens), tokens).sum(1)

    def training_loss(self, x: Tensor, generator: torch.Generator) -> Tensor:
        """(B, *event_shape) → (B,), what training minimises: −log p(x), nats."""
        return -self.log_prob(x)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals in one parallel pass: (B, *event_shape) values → (B, D, P) logits by flat position."""
        tokens = self.tokenize(x)
        logits = self.logits(tokens)
        if self.config.symbols:
            return logits
        cells = torch.arange(self.bits.shape[1], device=tokens.device)
        nodes = (1 << cells) + (tokens.unsqueeze(2) >> (len(cells) - cells))  # (B, L, p²): where its own pixels led
        found = pixel_tree(logits).gather(2, nodes).flatten(1)
        out = torch.empty_like(found)
        out[:, self.order] = found
        return out.unsqueeze(-1)

    def begin(self, batch: int) -> "SequenceState":
        """The state before the first position."""
        return SequenceState(self.start(batch), batch)

    def step(self, state: "SequenceState", k: int, previous: Tensor | None) -> tuple[Tensor, "SequenceState"]:
        """The conditional of position order[k], (B, P), each activation computed once.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. The state is updated in place.
        """
        if self.config.symbols:
            logits, state.inner = self.advance(state.inner, None if previous is None else previous.long())
            return wide(logits).log_softmax(-1), state
        if previous is not None:
            state.node = torch.add(previous.long(), state.node, alpha=2)  # one level down
        if k % self.bits.shape[1] == 0:
            token = None if previous is None else state.node - self.config.states  # a leaf: the patch is written
            logits, state.inner = self.advance(state.inner, token)
            state.tree, state.node = pixel_tree(logits), self.order.new_ones(state.batch)
        return state.tree.gather(1, state.node.unsqueeze(1)), state


class SequenceState:
    """inner: the model's own state. tree: (B, V) of `pixel_tree`, of the patch under way. node: (B,), where its pixels
    so far have led."""

    def __init__(self, inner: Any, batch: int) -> None:
        self.inner, self.batch = inner, batch
        self.tree: Tensor = torch.empty(0)
        self.node: Tensor = torch.empty(0)


def pixel_tree(logits: Tensor) -> Tensor:
    """The logits of all pixels of a patch, whatever the earlier ones are: (…, V) logits of states → (…, V).

    Entry n is the pixel's log p(1, earlier pixels) − log p(0, earlier pixels), where the earlier ones b₁b₂… lead to
    n = 1b₁b₂… in binary: pixels walk down a tree of sums of probabilities from entry 1, and a child of n is 2n + b.
    Entry 0 belongs to no pixel.
    """
    total, levels = wide(logits), []
    while total.shape[-1] > 1:
        off, on = total.unflatten(-1, (-1, 2)).unbind(-1)
        levels.append(on - off)
        total = torch.logaddexp(off, on)
    return torch.cat([total, *reversed(levels)], -1)


def pixel_order(config: SequenceConfig) -> Tensor:
    """(D,) flat positions by step: patch by patch in raster order, the pixels of a patch in raster order."""
    if config.symbols:
        return torch.arange(config.length)
    p = config.patch
    grid = torch.arange(config.height * config.width).view(config.height // p, p, config.width // p, p)
    return grid.transpose(1, 2).reshape(-1)


def shifted(tokens: Tensor, begin: int) -> Tensor:
    """(B, L) → (B, L): each one's predecessor, and `begin` before the first."""
    return torch.cat([tokens.new_full((len(tokens), 1), begin), tokens[:, :-1]], 1)


def token_nats(logits: Tensor, tokens: Tensor) -> Tensor:
    """−log p of each token: (B, L, V) logits, (B, L) tokens → (B, L) nats, in float32 at least."""
    return F.cross_entropy(wide(logits.flatten(0, 1)), tokens.flatten(), reduction="none").view(tokens.shape)
