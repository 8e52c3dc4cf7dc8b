"""Attention by hand: a few words, three small projections, and every number between them and the weighted sum."""

import hashlib
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..models.attention import causal_mask, masked_softmax, scores
from .base import Settings, Trace

MOST_WORDS = 8
MOST_TEXT = 100_000
LARGEST = 100.0  # of an entry that a visitor types
SPREAD = 0.5  # standard deviation of a projection's entries: those of a query then have variance D / 4
EDIT = re.compile(r"([xqkv])\.([0-9]{1,2})\.([0-9]{1,2})=(-?[0-9]{1,3}(?:\.[0-9]{1,4})?)")
MATRICES = "xqkv"  # the words' vectors, W_Q, W_K, W_V
Entry = tuple[str, int, int, float]


class AttentionHandSettings(Settings):
    """A sentence of at most `MOST_WORDS` words (split at white space; further ones are left out), one attention head.

    A word's vector is drawn from a generator that its letters and the seed start, so that equal words are equal; so
    are the three projections, from their names. All are rounded to one decimal: what is shown is what is multiplied.
    edits: entries typed by a visitor, "x.0.1=0.5,q.2.0=-1": matrix, row, column from 0, value; those outside of the
    present sizes are ignored.
    """

    kind: ClassVar[str] = "attention-hand"
    text: str = Field("the cat saw the mouse", max_length=MOST_TEXT, description="the words, apart by white space")
    width: int = Field(4, ge=2, le=6, description="D, numbers in a word's vector")
    keys: int = Field(3, ge=1, le=6, description="d_k, numbers in a query, a key and a value")
    mask: Literal["causal", "none"] = "causal"
    edits: str = Field("", max_length=4_000, description="entries typed by hand")


@dataclass(frozen=True)
class AttentionHandTrace(Trace):
    """One head on T words of D numbers; d_k = E, values have E numbers too. All float64.

    words: (T,) text. left_out: words beyond the first T. embedding: X (T, D). to_query, to_key, to_value: W (D, E).
    query, key, value: X W, (T, E). dots: QKᵀ (T, T), row: query, column: key. scores: dots / √d_k.
    allowed: (T, T) bool. largest: (T,), the largest allowed score of each row. exps: (T, T), exp(score − largest), 0
    where not allowed. sums: (T,), of exps along a row. weights: (T, T), exps / sums. out: (T, E), weights · value.
    edited: (K, 3) int32, matrix (0 X, 1 W_Q, 2 W_K, 3 W_V), row, column of every entry that was typed.
    """

    words: np.ndarray
    left_out: int
    embedding: np.ndarray
    to_query: np.ndarray
    to_key: np.ndarray
    to_value: np.ndarray
    query: np.ndarray
    key: np.ndarray
    value: np.ndarray
    dots: np.ndarray
    scores: np.ndarray
    allowed: np.ndarray
    largest: np.ndarray
    exps: np.ndarray
    sums: np.ndarray
    weights: np.ndarray
    out: np.ndarray
    edited: np.ndarray


def drawn(name: str, seed: int, shape: tuple[int, ...], spread: float = 1.0) -> np.ndarray:
    """Normal numbers of one decimal that a name and a seed settle, on every machine."""
    start = hashlib.blake2b(f"{seed}:{name}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    generator = np.random.default_rng(int.from_bytes(start, "little"))
    return np.round(generator.normal(0, spread, shape), 1) + 0.0  # no negative zero


def parse_edits(text: str) -> list[Entry]:
    """(matrix, row, column, value) of each typed entry. InvalidInput where the text says something else."""
    found = []
    for part in filter(None, text.split(",")):
        match = EDIT.fullmatch(part)
        if match is None or abs(float(match[4])) > LARGEST:
            raise InvalidInput(
                f"edits: {part[:24]!r} is not allowed: a matrix ({', '.join(MATRICES)}), row, column and a number from "
                f"−{LARGEST:g} to {LARGEST:g}, as in x.0.1=0.5"
            )
        found.append((match[1], int(match[2]), int(match[3]), float(match[4])))
    return found


def format_edits(entries: list[Entry]) -> str:
    """The reverse, the last value of each entry, in order."""
    last = {(name, row, column): value for name, row, column, value in entries}
    places = sorted(last, key=lambda place: (MATRICES.index(place[0]), *place[1:]))
    return ",".join(f"{n}.{r}.{c}={last[n, r, c]:.4f}".rstrip("0").rstrip(".") for n, r, c in places)


def attention_hand(
    settings: AttentionHandSettings, model: nn.Module | None, progress: Callable[[float], None] | None = None
) -> AttentionHandTrace:
    """Attention, step by step (Vaswani et al. 2017, equation 1). InvalidInput for a text without a word."""
    every = settings.text.split()
    words = every[:MOST_WORDS]
    if not words:
        raise InvalidInput("text holds no word: type at least one")
    shape = (settings.width, settings.keys)
    # the width of a vector does not change its first entries: they come from one row of the largest width
    x = np.stack([drawn(f"word:{word}", settings.seed, (6,))[: settings.width] for word in words])
    matrices = [x, *(drawn(f"to_{name}", settings.seed, (6, 6), SPREAD)[: shape[0], : shape[1]] for name in "qkv")]
    matrices = [matrix.copy() for matrix in matrices]
    edited = []
    for name, row, column, value in parse_edits(settings.edits):
        which = MATRICES.index(name)
        if row < matrices[which].shape[0] and column < matrices[which].shape[1]:
            matrices[which][row, column] = value
            edited.append((which, row, column))
    embedding, *weights = map(torch.from_numpy, matrices)
    query, key, value = (embedding @ weight for weight in weights)  # (T, E)
    allowed = causal_mask(len(words)) if settings.mask == "causal" else torch.ones(len(words), len(words)).bool()
    score = scores(query, key)
    masked = score.masked_fill(~allowed, -math.inf)
    largest = masked.amax(-1)
    exps = (masked - largest.unsqueeze(-1)).exp()
    attention = masked_softmax(score, allowed)
    return AttentionHandTrace(
        np.array(words),
        len(every) - len(words),
        *matrices,
        query.numpy(),
        key.numpy(),
        value.numpy(),
        (query @ key.T).numpy(),
        score.numpy(),
        allowed.numpy(),
        largest.numpy(),
        exps.numpy(),
        exps.sum(-1).numpy(),
        attention.numpy(),
        (attention @ value).numpy(),
        np.array(edited, np.int32).reshape(-1, 3),
    )
