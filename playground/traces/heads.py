"""Many heads at once: every attention weight of a transformer on a text, and what each head does, measured."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.transformer import Transformer
from ..texts import read
from .attention_hand import MOST_TEXT
from .base import ModelSettings, Trace

NEWLINE = "\n"
EXAMPLE = """First Citizen:
Before we proceed any further, hear me speak.

All:
Speak, speak.

First Citizen:
You are all r"""
MEASURES = ("itself", "before", "same", "after same", "line")
TOP = 5  # of the likeliest next characters


class HeadsSettings(ModelSettings):
    """A text in a causal transformer of characters. The seed is not used. Of a long text the last characters are read,
    one less than the model has positions for, because it begins with an empty one."""

    kind: ClassVar[str] = "heads"
    text: str = Field(EXAMPLE, max_length=MOST_TEXT, description="the text that the model reads")


@dataclass(frozen=True)
class HeadsTrace(Trace):
    """T positions: the first has read nothing (⊢), position t the t-th character. L layers, A heads, W numbers wide.

    checkpoint: of the run. text: what was read, T − 1 characters. left_out: characters that the model does not know.
    skipped: known ones before those read. weights: (L, A, T, T) float16, row: the position that asks, column: the one
    that is looked at. mixed: (L, T, W) float16, the heads' answers side by side, W / A numbers each. out: (L, T, W)
    float16, their projection, which is added to the trunk. share: (L, A, T) float32, ‖W_O's part of this head · its
    answer‖, which add up to `out` less its bias as vectors. entropy: (L, A, T) float32, nats, of each row of weights.
    measured: (L, A, M) float64, mean weight on each of `MEASURES`; uniform: (M,), the same of a head that looks at all
    positions alike; counted: (M,) int32, positions that a mean is over, 0 where there is none (then NaN). top:
    (T, TOP) int32, the likeliest next characters, places in `symbols`; probability: (T, TOP) float32. symbols: the
    model's alphabet.
    """

    checkpoint: str
    text: str
    left_out: int
    skipped: int
    weights: np.ndarray
    mixed: np.ndarray
    out: np.ndarray
    share: np.ndarray
    entropy: np.ndarray
    measured: np.ndarray
    uniform: np.ndarray
    counted: np.ndarray
    top: np.ndarray
    probability: np.ndarray
    symbols: str


def marks(text: str) -> Tensor:
    """(M, T, T) bool for the T = len(text) + 1 positions: which keys each of `MEASURES` counts for each query.

    Key 0 has read nothing. itself: the same position. before: the one before. same: earlier positions that read the
    query's character. after same: those right after one of these, the query itself left out (what an induction head
    looks for, Olsson et al. 2022). line: the line break, or the empty position, that the query's line starts after.
    """
    count = len(text) + 1
    place, code = torch.arange(count), torch.tensor([-1, *map(ord, text)])
    equal = (code[:, None] == code) & (place[:, None] > place)
    after = torch.zeros_like(equal)
    after[:, 1:] = equal[:, :-1]
    ends = torch.tensor([0, *(t + 1 if c == NEWLINE else 0 for t, c in enumerate(text))]).cummax(0).values
    starts = torch.cat([ends[:1], ends[:-1]])  # a line break belongs to the line that it ends
    return torch.stack(
        [
            torch.eye(count, dtype=torch.bool),
            place[:, None] - 1 == place,
            equal,
            after & (place[:, None] > place),
            starts[:, None] == place,
        ]
    )


def heads(settings: HeadsSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> HeadsTrace:
    """Read the text once, and measure. InvalidInput for a checkpoint that is no transformer of characters."""
    if not isinstance(model, Transformer) or not model.config.symbols:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no transformer of characters")
    symbols, most = model.config.symbols, model.config.tokens - 1
    found = read(settings.text, symbols)
    codes = found.codes[max(0, len(found.codes) - most) :]
    text = "".join(symbols[code] for code in codes)
    # the last token is read by nobody: it only makes room for the position after the last character
    tokens = torch.tensor([[*codes.tolist(), 0]], device=model.order.device)
    with torch.inference_mode():
        logits, layers = model.inspect(tokens)
        weights = torch.stack([layer.weights[0] for layer in layers]).float().cpu()  # (L, A, T, T)
        mixed = torch.stack([layer.mixed[0] for layer in layers]).float().cpu()  # (L, A, T, E)
        out = torch.stack([layer.out[0] for layer in layers]).float().cpu()  # (L, T, W)
        onto = torch.stack([block.attention.to_out.weight for block in model.blocks]).float().cpu()  # (L, W, A·E)
    onto = onto.unflatten(2, (model.config.heads, -1))  # (L, W, A, E)
    share = torch.einsum("lwae,late->latw", onto, mixed).norm(dim=-1)
    counts = marks(text)
    on = torch.einsum("lats,mts->latm", weights.double(), counts.double())  # (L, A, T, M)
    exists = counts.any(-1).double()  # (M, T)
    exists[:, 0] = 0  # the empty position sees nothing but itself
    counted = exists.sum(1)
    chance = counts.sum(-1) / torch.arange(1, len(text) + 2)  # (M, T)
    return HeadsTrace(
        settings.checkpoint,
        text,
        found.left_out,
        len(found.codes) - len(codes),
        weights.half().numpy(),
        mixed.transpose(1, 2).flatten(2).half().numpy(),
        out.half().numpy(),
        share.numpy(),
        torch.special.entr(weights).sum(-1).numpy(),
        (torch.einsum("latm,mt->lam", on, exists) / counted).numpy(),
        ((chance * exists).sum(1) / counted).numpy(),
        counted.int().numpy(),
        *_likeliest(logits[0].float().cpu()),
        symbols,
    )


def _likeliest(logits: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """(T, V) → the places and the probabilities of the likeliest next characters, (T, TOP) each."""
    probability, place = logits.softmax(-1).topk(TOP)
    return place.int().numpy(), probability.numpy()
