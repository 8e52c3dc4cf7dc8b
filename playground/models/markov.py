"""AR(τ): a window. The next token is predicted from the last τ tokens, and from nothing else.

p(t_l | t_<l) = p(t_l | t_{l−τ}, …, t_{l−1}); τ = 1 is the first-order Markov model, τ = 0 leaves frequencies alone.
Each place of the window has its own embedding and its own weights into one hidden layer, and a straight way from each
place to the logits: the neural probabilistic language model. For τ = 1 the straight way alone is a full table.

Bengio, Ducharme, Vincent, Jauvin (2003). A neural probabilistic language model. JMLR 3. Section 2, equation 1.

The page shows its NLL against τ, beside recurrent nets of the same size.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from .limits import require_whole
from .sequence import SequenceConfig, SequenceModel


@dataclass(frozen=True)
class MarkovConfig(SequenceConfig):
    """window: τ, tokens it sees. embedding: numbers a token is turned into. hidden: units of the hidden layer."""

    window: int = 1
    embedding: int = 32
    hidden: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole(self, window=(0, 1024), embedding=(1, 1024), hidden=(0, 8192))


class MarkovModel(SequenceModel):
    """Implements the autoregressive protocol. W is the window τ."""

    family = "recurrent"

    def __init__(self, config: MarkovConfig) -> None:
        super().__init__(config)
        count, window = config.states, config.window
        self.bias = nn.Parameter(torch.zeros(count))
        self.tables = nn.ModuleList(nn.Embedding(count + 1, count) for _ in range(window))  # straight to the logits
        for table in self.tables:
            nn.init.zeros_(table.weight)
        if window and config.hidden:
            self.embed = nn.Embedding(count + 1, config.embedding)
            self.inner = nn.Linear(window * config.embedding, config.hidden)
            self.out = nn.Linear(config.hidden, count, bias=False)

    def windows(self, tokens: Tensor) -> Tensor:
        """(B, L) → (B, L, W): the tokens before each one, the nearest last; V where the text had not yet begun."""
        padded = torch.cat([tokens.new_full((len(tokens), self.config.window), self.config.states), tokens], 1)
        if not self.config.window:
            return tokens.new_zeros(*tokens.shape, 0)
        return padded[:, :-1].unfold(1, self.config.window, 1)

    def read_out(self, windows: Tensor) -> Tensor:
        """(…, W) tokens → (…, V) logits."""
        found = self.bias.expand(*windows.shape[:-1], -1)
        for place, table in enumerate(self.tables):
            found = found + table(windows[..., place])
        if self.config.window and self.config.hidden:
            found = found + self.out(self.inner(self.embed(windows).flatten(-2)).tanh())
        return found

    def logits(self, tokens: Tensor) -> Tensor:
        """(B, L) tokens → (B, L, V) logits, the l-th given the W before it. L may be any length."""
        return self.read_out(self.windows(tokens))

    def start(self, batch: int) -> Tensor:
        """An empty window, (B, W)."""
        return self.order.new_full((batch, self.config.window), self.config.states)

    def advance(self, state: Tensor, previous: Tensor | None) -> tuple[Tensor, Tensor]:
        """Logits (B, V) of the next token; the window moves on by `previous` (B,), None before the first."""
        if previous is not None and self.config.window:
            state = torch.cat([state[:, 1:], previous.unsqueeze(1)], 1)
        return self.read_out(state), state
