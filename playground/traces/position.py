"""Position: sinusoidal encodings beside learned ones, and what a shuffled sentence does to an encoder."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.attention import causal_mask, sinusoids
from ..models.transformer import Block, Transformer
from .attention_hand import MOST_TEXT, drawn
from .base import Settings, Trace

MOST_SHUFFLED = 10
HEADS, EXPANSION = 2, 2  # of the untrained encoder
EDGES = 0.1, 0.9  # quantiles of the pairs at one distance


class EncodingSettings(Settings):
    """Sinusoids for `length` positions of `width` numbers, and the learned positions of a transformer, "" for none.
    The seed is not used."""

    kind: ClassVar[str] = "encodings"
    checkpoint: str = Field("", max_length=200)
    length: int = Field(128, ge=8, le=256, description="positions")
    width: int = Field(64, ge=4, le=256, multiple_of=2, description="numbers of a position, sines and cosines in turn")

    @property
    def model_name(self) -> str:
        """The checkpoint with learned positions."""
        return self.checkpoint


@dataclass(frozen=True)
class EncodingTrace(Trace):
    """Two tables of positions: sinusoidal (L, W) float32, learned (L′, W′) float32, of no rows where there is none.

    period: (W,), positions after which a column repeats. sinusoidal_cosine, learned_cosine: (L, L) and (L′, L′)
    float32, the positions' dot products divided by their lengths. sinusoidal_distance, learned_distance: (3, L) and
    (3, L′) float64, mean, 10 % and 90 % quantile of these over all pairs at a distance. norm: (2,) mean length of a
    vector, sinusoidal and learned. checkpoint: of the learned ones.
    """

    sinusoidal: np.ndarray
    learned: np.ndarray
    period: np.ndarray
    sinusoidal_cosine: np.ndarray
    learned_cosine: np.ndarray
    sinusoidal_distance: np.ndarray
    learned_distance: np.ndarray
    norm: np.ndarray
    checkpoint: str


def has_learned_positions(model: nn.Module) -> bool:
    """Whether a model is a transformer with a table of learned positions."""
    return isinstance(model, Transformer) and model.config.positions == "learned"


def encodings(
    settings: EncodingSettings, model: nn.Module | None, progress: Callable[[float], None] | None = None
) -> EncodingTrace:
    """Both tables and how alike their rows are. InvalidInput for a checkpoint without learned positions."""
    if model is not None and not has_learned_positions(model):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} has no learned positions")
    table = sinusoids(settings.length, settings.width)
    learned = torch.zeros(0, 0) if model is None else model.position.weight[: settings.length].float().cpu()
    cosines = [_cosines(each) for each in (table, learned)]
    return EncodingTrace(
        table.numpy(),
        learned.clone().numpy(),
        2 * np.pi * 10_000.0 ** (np.arange(settings.width) // 2 * 2 / settings.width),
        *(c.float().numpy() for c in cosines),
        *(_by_distance(c) for c in cosines),
        np.array([each.norm(dim=-1).mean() if len(each) else np.nan for each in (table, learned)]),
        settings.checkpoint,
    )


def _cosines(table: Tensor) -> Tensor:
    """(L, W) → (L, L)."""
    rows = nn.functional.normalize(table.double(), dim=-1)
    return rows @ rows.t()


def _by_distance(cosine: Tensor) -> np.ndarray:
    """(L, L) → (3, L): mean and two quantiles over the pairs at each distance."""
    found = []
    for distance in range(len(cosine)):
        pairs = cosine.diagonal(distance)
        found.append([float(pairs.mean()), *(float(pairs.quantile(q)) for q in EDGES)])
    return np.array(found).reshape(-1, 3).T.copy()


class ShuffleSettings(Settings):
    """At most `MOST_SHUFFLED` words, in order and in another, through an untrained encoder with and without positions.

    The seed draws the words' vectors (equal words, equal vectors) and the weights. order: the places of the words in
    the other order, "2.0.1"; "" is one drawn from the seed, never the order itself where there is another.
    """

    kind: ClassVar[str] = "shuffle"
    text: str = Field("the dog bit the man", max_length=MOST_TEXT, description="the words, apart by white space")
    order: str = Field("", max_length=40, description="places of the words in the other order, joined by dots")
    mask: Literal["none", "causal"] = "none"
    layers: int = Field(2, ge=1, le=6, description="blocks of the encoder")
    model_width: int = Field(16, ge=4, le=64, multiple_of=4, description="numbers in each word's vector")


class PositionLinkSettings(EncodingSettings, ShuffleSettings):
    """What a link to the page may hold: which half is shown, and the settings of both."""

    show: Literal["encodings", "shuffle"] = "encodings"


@dataclass(frozen=True)
class ShuffleTrace(Trace):
    """T words; index 0 without positions, 1 with sinusoidal ones. All float64.

    words: (T,) text. left_out: words beyond them. order: (T,) int32, which word stands at each place of the shuffled
    sentence. plain: (2, T, W), the encoder's outputs for the words in order. shuffled: (2, T, W), for the words in the
    other order, as they come out. back: (2, T, W), the same put back into the words' order. difference: (2, T), the
    largest |back − plain| of each word. pooled: (2,), the largest difference of the outputs' means over the words.
    """

    words: np.ndarray
    left_out: int
    order: np.ndarray
    plain: np.ndarray
    shuffled: np.ndarray
    back: np.ndarray
    difference: np.ndarray
    pooled: np.ndarray


class Encoder(nn.Module):
    """Blocks of self-attention and a feed-forward layer, untrained, each weight drawn from a seed."""

    def __init__(self, width: int, layers: int, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.blocks = nn.ModuleList(Block(width, HEADS, EXPANSION, 0.0) for _ in range(layers))

    def forward(self, x: Tensor, allowed: Tensor | None) -> Tensor:
        """(B, T, W) → (B, T, W)."""
        for block in self.blocks:
            x = block(x, allowed)
        return x


def parse_places(text: str, count: int, seed: int) -> np.ndarray:
    """(count,) int32, a permutation: that of a text such as "2.0.1", or a drawn one for "". InvalidInput otherwise."""
    if not text:
        generator = np.random.default_rng(seed)
        found = generator.permutation(count)
        while count > 1 and (found == np.arange(count)).all():
            found = generator.permutation(count)
        return found.astype(np.int32)
    parts = text.split(".")
    if sorted(parts) != sorted(map(str, range(count))):
        raise InvalidInput(
            f"order={text[:40]!r} is not allowed: the numbers from 0 to {count - 1}, each once, joined by dots"
        )
    return np.array(parts, np.int32)


def shuffle(
    settings: ShuffleSettings, model: nn.Module | None, progress: Callable[[float], None] | None = None
) -> ShuffleTrace:
    """Both orders, without and with positions. InvalidInput for no word, or an order that does not fit the words."""
    every = settings.text.split()
    words = every[:MOST_SHUFFLED]
    if not words:
        raise InvalidInput("text holds no word: type at least one")
    order = parse_places(settings.order, len(words), settings.seed)
    width, count = settings.model_width, len(words)
    x = torch.from_numpy(np.stack([drawn(f"word:{word}", settings.seed, (width,)) for word in words]))
    encoder = Encoder(width, settings.layers, settings.seed).double().eval().requires_grad_(False)
    allowed = causal_mask(count) if settings.mask == "causal" else None
    at = torch.from_numpy(order).long()
    places = torch.stack([torch.zeros(count, width), sinusoids(count, width)]).double()  # (2, T, W)
    plain, shuffled = encoder(x + places, allowed), encoder(x[at] + places, allowed)
    back = torch.empty_like(shuffled)
    back[:, at] = shuffled
    return ShuffleTrace(
        np.array(words),
        len(every) - count,
        order,
        plain.numpy(),
        shuffled.numpy(),
        back.numpy(),
        (back - plain).abs().amax(-1).numpy(),
        (back.mean(1) - plain.mean(1)).abs().amax(-1).numpy(),
    )
