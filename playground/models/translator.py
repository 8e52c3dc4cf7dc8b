"""Encoder–decoder transformer: one reads the whole source, the other writes and asks the first at every symbol.

The decoder's self-attention is causal; its cross-attention takes queries from what was written and keys and values
from the encoder's output, which are computed once per source.

Vaswani et al. (2017). Attention is all you need. NeurIPS. Section 3.1 and 3.2.3, figure 1.

The page shows the cross-attention of each written symbol on the source.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .attention import Attended, MultiHeadAttention, causal_mask, sinusoids
from .limits import require_choice, require_whole
from .sequence import shifted, token_nats
from .transformer import POSITIONS, Block, FeedForward, require_shape


@dataclass(frozen=True)
class TranslatorConfig:
    """source, target: the symbols each side knows. source_length, target_length: at most so many of them.
    model_width, heads, layers (of each side), expansion, positions, dropout: as a `TransformerConfig`."""

    source: str = " -abcdefghijklmnopqrstuvwxyz"
    target: str = "-0123456789"
    source_length: int = 80
    target_length: int = 10
    model_width: int = 96
    heads: int = 4
    layers: int = 2
    expansion: int = 4
    positions: str = "sinusoidal"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        require_whole(self, source_length=(1, 4096), target_length=(1, 4096), model_width=(2, 4096), heads=(1, 64))
        require_whole(self, layers=(1, 64), expansion=(1, 16))
        require_choice(self, "positions", *POSITIONS)
        require_shape(self)
        for field in ("source", "target"):
            value = getattr(self, field)
            if not isinstance(value, str) or len(value) < 2 or len(set(value)) != len(value):
                raise ValueError(
                    f"{type(self).__name__}: {field}={value!r}: allowed are two or more characters, each once"
                )


class DecoderBlock(nn.Module):
    """Causal self-attention, attention to the source, a feed-forward layer."""

    def __init__(self, width: int, heads: int, expansion: int, dropout: float) -> None:
        super().__init__()
        self.norm_attention, self.norm_cross, self.norm_feed = (nn.LayerNorm(width) for _ in range(3))
        self.attention, self.cross = MultiHeadAttention(width, heads), MultiHeadAttention(width, heads)
        self.feed, self.drop = FeedForward(width, expansion), nn.Dropout(dropout)

    def forward(self, y: Tensor, memory: tuple[Tensor, Tensor], allowed: Tensor) -> Tensor:
        """(B, T, width), the source's keys and values, allowed (B, 1, 1, S) → (B, T, width)."""
        own = self.norm_attention(y)
        causal = causal_mask(y.shape[1], y.device)
        y = y + self.drop(self.attention(own, self.attention.memory(own), causal))
        y = y + self.drop(self.cross(self.norm_cross(y), memory, allowed))
        return y + self.drop(self.feed(self.norm_feed(y)))

    def inspect(self, y: Tensor, memory: tuple[Tensor, Tensor], allowed: Tensor) -> tuple[Tensor, Attended, Attended]:
        """The same, with what its self-attention and its attention to the source held."""
        own = self.norm_attention(y)
        itself = self.attention.inspect(own, self.attention.memory(own), causal_mask(y.shape[1], y.device))
        y = y + itself.out
        source = self.cross.inspect(self.norm_cross(y), memory, allowed)
        y = y + source.out
        return y + self.feed(self.norm_feed(y)), itself, source


class Encoded(NamedTuple):
    """The source as the decoder sees it: hidden (B, S, width), per layer of the decoder its keys and values
    (B, A, S, E), and allowed (B, 1, 1, S), which positions hold a symbol."""

    hidden: Tensor
    memories: list[tuple[Tensor, Tensor]]
    allowed: Tensor


class Translator(nn.Module):
    """Sources are (B, S) numbers of symbols, `pad` after the end; targets (B, T), `end` after the last symbol."""

    family = "attention"
    head = "translation"

    def __init__(self, config: TranslatorConfig) -> None:
        super().__init__()
        self.config = config
        width, sizes = config.model_width, (config.heads, config.expansion, config.dropout)
        self.event_shape = (config.source_length,)
        self.pad, self.end = len(config.source), len(config.target)
        self.begin = self.end + 1
        self.embed_source = nn.Embedding(len(config.source) + 1, width, padding_idx=self.pad)
        self.embed_target = nn.Embedding(len(config.target) + 2, width)
        longest = max(config.source_length, config.target_length + 1)
        if config.positions == "learned":
            self.place_source = nn.Embedding(config.source_length, width)
            self.place_target = nn.Embedding(config.target_length + 1, width)
        elif config.positions == "sinusoidal":
            self.register_buffer("sinusoids", sinusoids(longest, width), persistent=False)
        self.drop = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(Block(width, *sizes) for _ in range(config.layers))
        self.decoder = nn.ModuleList(DecoderBlock(width, *sizes) for _ in range(config.layers))
        self.norm_source, self.norm_target = nn.LayerNorm(width), nn.LayerNorm(width)
        self.out = nn.Linear(width, len(config.target) + 1)  # the symbols, and the end

    def positions(self, side: str, count: int) -> Tensor | float:
        """(count, width) of the "source" or the "target", or 0 where the model has none."""
        if self.config.positions == "learned":
            return (self.place_source if side == "source" else self.place_target).weight[:count]
        return self.sinusoids[:count] if self.config.positions == "sinusoidal" else 0.0

    def encode(self, source: Tensor) -> Encoded:
        """Read a source: (B, S) → what the decoder asks."""
        return self.inspect_source(source, keep=False)[0]

    def inspect_source(self, source: Tensor, keep: bool = True) -> tuple[Encoded, list[Attended]]:
        """As `encode`, with what every layer of the encoder held."""
        x = self.drop(self.embed_source(source) + self.positions("source", source.shape[1]))
        allowed, held = (source != self.pad)[:, None, None, :], []
        for block in self.encoder:
            if keep:
                x, found = block.inspect(x, allowed)
                held.append(found)
            else:
                x = block(x, allowed)
        x = self.norm_source(x)
        return Encoded(x, [block.cross.memory(x) for block in self.decoder], allowed), held

    def logits(self, encoded: Encoded, target: Tensor) -> Tensor:
        """Teacher-forced: (B, T) symbols and ends → (B, T, symbols + 1) logits, the t-th given those before t."""
        y = self.drop(self.embed_target(shifted(target, self.begin)) + self.positions("target", target.shape[1]))
        for block, memory in zip(self.decoder, encoded.memories, strict=True):
            y = block(y, memory, encoded.allowed)
        return self.out(self.norm_target(y))

    def inspect_target(self, encoded: Encoded, target: Tensor) -> tuple[Tensor, list[Attended], list[Attended]]:
        """As `logits`, with what self-attention and cross-attention held in every layer of the decoder."""
        y = self.embed_target(shifted(target, self.begin)) + self.positions("target", target.shape[1])
        own, cross = [], []
        for block, memory in zip(self.decoder, encoded.memories, strict=True):
            y, itself, source = block.inspect(y, memory, encoded.allowed)
            own.append(itself)
            cross.append(source)
        return self.out(self.norm_target(y)), own, cross

    def loss(self, source: Tensor, target: Tensor) -> Tensor:
        """(B,) nats: −log p(target, end | source); what follows the first end is not counted."""
        nats = token_nats(self.logits(self.encode(source), target), target)
        ended = (target == self.end).long().cumsum(1)
        return (nats * ((ended == 0) | ((ended == 1) & (target == self.end)))).sum(1)

    @torch.inference_mode()
    def translate(self, source: Tensor) -> Tensor:
        """The likeliest symbol at each step: (B, S) → (B, target_length + 1), `end` from the first end on."""
        encoded = self.encode(source)
        written = source.new_full((len(source), self.config.target_length + 1), self.end)
        done = torch.zeros(len(source), dtype=torch.bool, device=source.device)
        for at in range(written.shape[1]):
            choice = self.logits(encoded, written[:, : at + 1])[:, at].argmax(-1)
            written[:, at] = choice.masked_fill(done, self.end)
            done |= choice == self.end
            if bool(done.all()):
                break
        return written
