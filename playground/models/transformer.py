"""Transformer: a causal decoder over characters or over pixels. Nothing is summarised: each token looks at all before.

x_0 = embedding of the token before + position;  x ← x + attention(norm(x));  x ← x + W₂ max(0, W₁ norm(x));
p(t_l | t_<l) = softmax(W norm(x)). In training all tokens go in parallel; in sampling the keys and values of what was
read are kept (the cache), so that a new token costs one row of attention.

1. Vaswani et al. (2017). Attention is all you need. NeurIPS. Section 3, figure 1 (the right half, without the middle).
2. Xiong et al. (2020). On layer normalization in the transformer architecture. ICML. (norms before, not after)
3. Chen et al. (2020). Generative pretraining from pixels. ICML. Section 2.

The page shows where the current pixel or character looks, per layer and head.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import Attended, MultiHeadAttention, causal_mask, sinusoids
from .limits import require_choice, require_whole
from .sequence import SequenceConfig, SequenceModel

POSITIONS = ("learned", "sinusoidal", "none")


@dataclass(frozen=True)
class TransformerConfig(SequenceConfig):
    """model_width: numbers in each position's vector, a multiple of twice the heads. heads, layers. expansion: units of
    the feed-forward layer as a multiple of the width. positions: one of `POSITIONS`. dropout: share of each sublayer's
    outputs that training leaves out."""

    model_width: int = 128
    heads: int = 4
    layers: int = 4
    expansion: int = 4
    positions: str = "learned"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require_whole(self, model_width=(2, 4096), heads=(1, 64), layers=(1, 64), expansion=(1, 16))
        require_choice(self, "positions", *POSITIONS)
        require_shape(self)


def require_shape(config: object) -> None:
    """Refuse a model_width that heads do not divide, or a dropout that is not a share. Raises ValueError."""
    name, width, heads, dropout = type(config).__name__, config.model_width, config.heads, config.dropout
    if width % (2 * heads):
        raise ValueError(f"{name}: model_width={width}: allowed are multiples of 2 · heads = {2 * heads}")
    if isinstance(dropout, bool) or not isinstance(dropout, int | float) or not 0 <= dropout < 1:
        raise ValueError(f"{name}: dropout={dropout!r}: allowed are numbers from 0 to below 1")


class FeedForward(nn.Module):
    """W₂ max(0, W₁ x + b₁) + b₂, each position by itself (reference 1, equation 2)."""

    def __init__(self, width: int, expansion: int) -> None:
        super().__init__()
        self.first, self.second = nn.Linear(width, expansion * width), nn.Linear(expansion * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(F.relu(self.first(x)))


class Block(nn.Module):
    """Self-attention and a feed-forward layer, each on a normalised copy and added to its input (reference 2)."""

    def __init__(self, width: int, heads: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.norm_attention, self.norm_feed = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention, self.feed = MultiHeadAttention(width, heads), FeedForward(width, expansion)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, allowed: Tensor | None) -> Tensor:
        """(B, T, width), allowed (T, T) or (B, 1, 1, T) bool, which key each query may see → (B, T, width)."""
        y = self.norm_attention(x)
        x = x + self.drop(self.attention(y, self.attention.memory(y), allowed))
        return x + self.drop(self.feed(self.norm_feed(x)))

    def inspect(self, x: Tensor, allowed: Tensor | None) -> tuple[Tensor, Attended]:
        """The same, with everything that its attention held."""
        y = self.norm_attention(x)
        held = self.attention.inspect(y, self.attention.memory(y), allowed)
        x = x + held.out
        return x + self.feed(self.norm_feed(x)), held

    def prepared(self) -> tuple[Tensor, ...]:
        """What `advance` multiplies with, a pair of weights (in, out) and bias (out,) for each of four products: query,
        key and value in one, the answer, the two of the feed-forward layer. Norms and 1/√E are taken in."""
        asked = self.attention
        three = (asked.to_query, asked.to_key, asked.to_value)
        weight, bias = folded(self.norm_attention, torch.cat([m.weight for m in three]), [m.bias for m in three])
        width, scale = weight.shape[0], (weight.shape[0] // asked.heads) ** -0.5
        weight[:, :width] *= scale
        bias[:width] *= scale
        first, second = self.feed.first, self.feed.second
        out = (transposed(asked.to_out.weight), asked.to_out.bias)
        feed = (*folded(self.norm_feed, first.weight, [first.bias]), transposed(second.weight), second.bias)
        return weight, bias, *out, *feed

    def advance(self, x: Tensor, weights: tuple[Tensor, ...], key: Tensor, value: Tensor, at: int) -> Tensor:
        """One position: x (B, width), overwritten. weights: of `prepared`. Its key is written to (B, A, E, L) and its
        value to (B, A, L, E) at `at`."""
        asked, asked_bias, out, out_bias, first, first_bias, second, second_bias = weights
        batch, heads, size, _ = key.shape
        y = F.layer_norm(x, x.shape[1:], eps=self.norm_attention.eps)
        query, key[..., at], value[:, :, at] = (
            torch.addmm(asked_bias, y, asked).view(batch, 3, heads, size).unbind(1)
        )  # 3 × (B, A, E)
        score = torch.bmm(query.reshape(-1, 1, size), key.flatten(0, 1)[:, :, : at + 1])  # (B·A, 1, at + 1)
        mixed = torch.bmm(score.softmax(-1), value.flatten(0, 1)[:, : at + 1]).view(batch, -1)
        x += torch.addmm(out_bias, mixed, out)
        y = F.layer_norm(x, x.shape[1:], eps=self.norm_feed.eps)
        x += torch.addmm(second_bias, torch.addmm(first_bias, y, first).relu_(), second)
        return x


def transposed(weight: Tensor) -> Tensor:
    """(out, in) → (in, out), laid out so that a product with few rows reads it in order."""
    return weight.t().contiguous()


def folded(norm: nn.LayerNorm, weight: Tensor, biases: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Weights (in, out) and bias (out,) that say of a normalised x what weight (out, in) says of norm(x)."""
    return transposed(weight * norm.weight), torch.cat(biases) + weight @ norm.bias


class Cache(NamedTuple):
    """What is kept of what was read, and the weights as one step uses them.

    keys: per layer (B, A, E, L). values: per layer (B, A, L, E). read: a list of one number, tokens so far. weights:
    per layer, of `Block.prepared`, and the last pair that of the output."""

    keys: list[Tensor]
    values: list[Tensor]
    read: list[int]
    weights: list[tuple[Tensor, ...]]


class Transformer(SequenceModel):
    """Implements the autoregressive protocol. T tokens, at most `config.tokens` of them."""

    family = "attention"

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__(config)
        width, length = config.model_width, config.tokens
        self.embed = nn.Embedding(config.states + 1, width)  # the last row: nothing came before
        nn.init.normal_(self.embed.weight, std=width**-0.5)
        if config.positions == "learned":
            self.position = nn.Embedding(length, width)
            nn.init.normal_(self.position.weight, std=width**-0.5)
        elif config.positions == "sinusoidal":
            self.register_buffer("sinusoids", sinusoids(length, width) * width**-0.5, persistent=False)
        self.drop = nn.Dropout(config.dropout)
        self.blocks = nn.ModuleList(
            Block(width, config.heads, config.expansion, config.dropout) for _ in range(config.layers)
        )
        for block in self.blocks:  # the trunk's variance must not grow with its depth
            for out in (block.attention.to_out, block.feed.second):
                out.weight.data.mul_((2 * config.layers) ** -0.5)
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(width, config.states)

    def placed(self, inputs: Tensor, first: int = 0) -> Tensor:
        """Embeddings with their positions: (B, T) read tokens, of which the first stands at `first` → (B, T, width).

        Raises ValueError where there are more than the model has positions for.
        """
        last = first + inputs.shape[1]
        if last > self.config.tokens:
            raise ValueError(f"{last} tokens: allowed are at most {self.config.tokens}, the length it was built for")
        x = self.embed(inputs)
        if self.config.positions == "learned":
            return x + self.position.weight[first:last]
        return x + self.sinusoids[first:last] if self.config.positions == "sinusoidal" else x

    def logits(self, tokens: Tensor) -> Tensor:
        """(B, T) tokens → (B, T, V) logits, the l-th given those before l."""
        x, allowed = self.drop(self.placed(self.shifted(tokens))), causal_mask(tokens.shape[1], tokens.device)
        for block in self.blocks:
            x = block(x, allowed)
        return self.out(self.norm(x))

    def inspect(self, tokens: Tensor) -> tuple[Tensor, list[Attended]]:
        """As `logits`, with what every layer's attention held: its T queries are the positions, not the tokens read."""
        x, held = self.placed(self.shifted(tokens)), []
        allowed = causal_mask(tokens.shape[1], tokens.device)
        for block in self.blocks:
            x, found = block.inspect(x, allowed)
            held.append(found)
        return self.out(self.norm(x)), held

    def start(self, batch: int) -> Cache:
        """An empty cache. Weights are prepared once for all steps of a sequence."""
        c = self.config
        size, like = c.model_width // c.heads, self.out.weight
        keys = [like.new_empty(batch, c.heads, size, c.tokens) for _ in self.blocks]
        values = [like.new_empty(batch, c.heads, c.tokens, size) for _ in self.blocks]
        out = folded(self.norm, like, [self.out.bias])
        return Cache(keys, values, [0], [*(block.prepared() for block in self.blocks), out])

    def advance(self, state: Cache, previous: Tensor | None) -> tuple[Tensor, Cache]:
        """Logits (B, V) of the next token after `previous` (B,) was read, None before the first; the cache is updated
        in place. Equals `logits` to rounding: with norms taken into the weights a position costs few small products."""
        batch, at = len(state.keys[0]), state.read[0]
        index = self.order.new_full((batch,), self.config.states) if previous is None else previous
        x = self.placed(index.unsqueeze(1), at)[:, 0]
        if self.config.positions == "none":
            x = x.clone()
        *layers, (out, bias) = state.weights
        for block, weights, key, value in zip(self.blocks, layers, state.keys, state.values, strict=True):
            x = block.advance(x, weights, key, value, at)
        state.read[0] += 1
        return torch.addmm(bias, F.layer_norm(x, x.shape[1:], eps=self.norm.eps), out), state
