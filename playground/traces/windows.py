"""A text read by every model of characters: −log p of each character, from a window of τ or from a summary of all.

AR(τ) sees the last τ characters (Bengio et al. 2003, section 2, equation 1), a recurrent net a state of fixed size that
has read everything, a transformer the last `length` characters themselves. Where a longer memory pays, −log p falls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from .. import texts
from ..errors import InvalidInput
from ..models.markov import MarkovModel
from ..models.transformer import Transformer
from .base import Settings, Trace

MOST_READ = 2_000  # characters that are read: as many as a link holds
LIKELIEST = 5  # alternatives that are kept of each character
SHORT = {"rnn-tanh": "RNN", "lstm": "LSTM", "gru": "GRU", "rnn-relu": "ReLU RNN", "rnn-sigmoid": "sigmoid RNN"}
EVERYTHING = 0  # as a window: a summary of all that was read


class WindowSettings(Settings):
    """A text, and the checkpoints of characters that read it. The seed is not used: nothing is drawn.

    Of the characters that the models know, the first `MOST_READ` are read.
    """

    kind: ClassVar[str] = "windows"
    text: str = Field("", max_length=100_000, description="what is read")
    checkpoints: tuple[str, ...] = Field((), max_length=64, description="models of characters")

    @property
    def model_names(self) -> tuple[str, ...]:
        """All of them take part."""
        return self.checkpoints


@dataclass(frozen=True)
class WindowTrace(Trace):
    """What each character costs each model. M models, N characters read, K likeliest alternatives.

    names: of the checkpoints. kinds: "window", "recurrent" or "attention" each. cells: of the recurrent ones, else the
    kind. labels: short names for the screen, all different. symbols: the alphabet. text: the
    characters read. at: (N,) int64, where each stands in the text as it was typed. codes: (N,) uint8, places in the
    alphabet. windows: (M,) int32, τ, or the transformer's length; 0 where everything is summarised. parameters: (M,)
    int64. nats: (M, N) float32, −log p(character | what the model sees of those before it). likely: (M, N, K) uint8,
    places in the alphabet, the likeliest first. likely_p: (M, N, K) float32, their probabilities. seen: (M, N) int32,
    how many characters before it the model sees.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    cells: tuple[str, ...]
    labels: tuple[str, ...]
    symbols: str
    text: str
    at: np.ndarray
    codes: np.ndarray
    windows: np.ndarray
    parameters: np.ndarray
    nats: np.ndarray
    likely: np.ndarray
    likely_p: np.ndarray
    seen: np.ndarray

    def mean_nats(self) -> np.ndarray:
        """(M,) float64: −log p for each character of the text; not a number where no character was read."""
        if not self.codes.size:
            return np.full(len(self.names), np.nan)
        return self.nats.mean(1, dtype=np.float64)


@torch.inference_mode()
def read_windows(
    settings: WindowSettings, models: dict[str, nn.Module], progress: Callable[[float], None] | None = None
) -> WindowTrace:
    """One pass of each model over the text. InvalidInput where there is no model, or alphabets differ."""
    if not models:
        raise InvalidInput("checkpoints=() is not allowed: name at least one model of characters")
    symbols = next(iter(models.values())).config.symbols
    for name, model in models.items():
        if not symbols or model.config.symbols != symbols:
            raise InvalidInput(f"checkpoints: {name!r} does not read the same characters as the first one")
    found = texts.read(settings.text, symbols)
    codes, at = found.codes[:MOST_READ], found.at[:MOST_READ]
    tokens = torch.from_numpy(codes).unsqueeze(0)  # (1, N)
    rows = []
    for n, model in enumerate(models.values()):
        if progress is not None:
            progress(n / len(models))
        rows.append(_read(model, tokens))
    nats, likely, likely_p, seen = (np.stack(parts) for parts in zip(*rows, strict=True))
    return WindowTrace(
        tuple(models),
        tuple(_kind(model) for model in models.values()),
        tuple(getattr(model.config, "cell", _kind(model)) for model in models.values()),
        _labels(models),
        symbols,
        texts.written(codes, symbols),
        at,
        codes.astype(np.uint8),
        np.array([_window(model) for model in models.values()], np.int32),
        np.array([sum(p.numel() for p in model.parameters()) for model in models.values()]),
        nats,
        likely,
        likely_p,
        seen,
    )


def _read(model: nn.Module, tokens: Tensor) -> tuple[np.ndarray, ...]:
    """nats (N,), likely (N, K), likely_p (N, K), seen (N,) of one model: tokens (1, N)."""
    count, kept = tokens.shape[1], min(LIKELIEST, model.config.states)
    if not count:
        nothing = np.zeros((0, kept), np.float32)
        return nothing[:, 0], nothing.astype(np.uint8), nothing, nothing[:, 0].astype(np.int32)
    logits, seen = _logits(model, tokens.to(model.order.device))
    log_p = logits.cpu().float().log_softmax(-1)  # (N, V)
    likely = log_p.topk(kept, -1)
    nats = -log_p.gather(1, tokens[0].unsqueeze(1))[:, 0]
    return nats.numpy(), likely.indices.numpy().astype(np.uint8), likely.values.exp().numpy(), seen


def _logits(model: nn.Module, tokens: Tensor) -> tuple[Tensor, np.ndarray]:
    """(N, V) logits of tokens (1, N), and how many of those before it each saw, (N,).

    A transformer reads a longer text in windows that overlap by half, as its held-out figure was measured: the later
    half of each counts, so that a character has at least half a window before it.
    """
    count = tokens.shape[1]
    places = np.arange(count, dtype=np.int32)
    if not isinstance(model, Transformer):
        window = model.config.window if isinstance(model, MarkovModel) else count
        return model.logits(tokens)[0], np.minimum(places, window)
    length = model.config.length
    half, parts, seen = max(1, length // 2), [], places.copy()
    for first in range(0, max(1, count - length + half), half):
        logits = model.logits(tokens[:, first : first + length])[0]
        new = 0 if first == 0 else length - half
        parts.append(logits[new:])
        seen[first + new : first + len(logits)] = places[new : len(logits)]
    return torch.cat(parts), seen


def _kind(model: nn.Module) -> str:
    if isinstance(model, MarkovModel):
        return "window"
    return "attention" if isinstance(model, Transformer) else "recurrent"


def _window(model: nn.Module) -> int:
    if isinstance(model, MarkovModel):
        return model.config.window
    return model.config.length if isinstance(model, Transformer) else EVERYTHING


def _labels(models: dict[str, nn.Module]) -> tuple[str, ...]:
    """AR(τ), RNN, LSTM, GRU, Transformer; where two would be the same, their whole names."""
    short = [
        f"AR({model.config.window})"
        if isinstance(model, MarkovModel)
        else "Transformer"
        if isinstance(model, Transformer)
        else SHORT.get(model.config.cell, model.config.cell)
        for model in models.values()
    ]
    return tuple(name if short.count(label) > 1 else label for name, label in zip(models, short, strict=True))
