"""The trace of an encoder and a decoder: a phrase read at once, its meaning written symbol by symbol, and where each
written symbol looked.

Vaswani et al. (2017). Attention is all you need. NeurIPS. Section 3.2.3: queries come from the decoder, keys and values
from the encoder's output.
"""

import string
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from .. import phrases
from ..errors import InvalidInput
from ..models.translator import Translator
from ..texts import read
from .base import ModelSettings, Trace

LONGEST = 100_000  # characters of a typed text
SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


class TranslateSettings(ModelSettings):
    """What the translator reads. Capitals are read as small letters; what it has no symbol for is left out.

    The seed plays no part: the likeliest symbol is written at each step.
    """

    kind: ClassVar[str] = "translate"
    text: str = Field("", max_length=LONGEST, description="what is read")


@dataclass(frozen=True)
class TranslateTrace(Trace):
    """S source symbols, T written ones (the end among them), V symbols that may be written, the end the last of them.
    L layers and A heads of each side, width numbers a position, E = width / A of them a head.

    checkpoint. source: the symbols read. left_out: characters of the text without a symbol. cut: known symbols beyond
    the model's length that were not read. symbols: what may be written, without the end. written: (T,) int8, places in
    `symbols`, V − 1 the end; it is missing where the model's length ran out. answer: the written symbols as text.
    exact: what the phrase means by the generator's own rules, "" where it is no such phrase. apart: whether it belongs
    to the tenth of all phrases that no model was trained on.
    probabilities: (T, V) float32, p(symbol | source, what was written before). hidden: (S, width) float32, the
    encoder's output, made once. keys, values: (L, A, S, E) float32, made once of `hidden` by each layer of the decoder.
    queries: (L, A, T, E) float32, of what was written before. scores: (L, A, T, S) float32, q · k / √E.
    cross: (L, A, T, S) float32, the softmax of the scores over the source. mixed: (L, A, T, E) float32, Σ cross · v.
    own: (L, A, T, T) float32, the decoder's causal attention to what was written; position t reads the symbol t − 1,
    position 0 the mark of the start. encoder: (L, A, S, S) float32, the source's attention to itself.
    """

    checkpoint: str
    source: str
    left_out: int
    cut: int
    symbols: str
    written: np.ndarray
    answer: str
    exact: str
    apart: bool
    probabilities: np.ndarray
    hidden: np.ndarray
    keys: np.ndarray
    values: np.ndarray
    queries: np.ndarray
    scores: np.ndarray
    cross: np.ndarray
    mixed: np.ndarray
    own: np.ndarray
    encoder: np.ndarray

    @property
    def steps(self) -> int:
        """T."""
        return len(self.written)

    @property
    def ended(self) -> bool:
        """Whether the model wrote the end itself."""
        return int(self.written[-1]) == len(self.symbols)

    def log_probability(self) -> float:
        """log p(answer, end | source), nats: the sum of the written symbols' log-probabilities."""
        return float(np.log(self.probabilities[np.arange(self.steps), self.written].astype(np.float64)).sum())

    def sharpest(self) -> tuple[int, int]:
        """The layer and the head of the cross-attention whose largest weights are largest, on average over the rows."""
        layer, head = np.unravel_index(self.cross.max(-1).mean(-1).argmax(), self.cross.shape[:2])
        return int(layer), int(head)

    def names(self) -> list[str]:
        """The T written symbols, "end" for the end."""
        return [self.symbols[code] if code < len(self.symbols) else "end" for code in self.written]


def example_phrases(seed: int, count: int) -> list[tuple[str, str]]:
    """Phrases and their meanings, numbers and dates in turn, drawn from the tenth that no model is trained on."""
    return phrases.pairs(count, np.random.default_rng(seed), apart=True)


@torch.inference_mode()
def translate(settings: TranslateSettings, model: nn.Module, progress: object = None) -> TranslateTrace:
    """Read the phrase, write the likeliest symbol at each step until the end, and keep what attention held.

    The pass over the finished answer holds every step's attention: the decoder is causal. InvalidInput if the
    checkpoint is no translator, or the text holds no symbol that it knows.
    """
    if not isinstance(model, Translator):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no translator from words to digits")
    found = read(settings.text.translate(SMALL), model.config.source)
    codes = found.codes[: model.config.source_length]
    if not len(codes):
        raise InvalidInput("text holds no character that the model has a symbol for: it reads small letters, blanks, -")
    source = torch.from_numpy(codes).unsqueeze(0).to(model.out.weight.device)
    encoded, held = model.inspect_source(source)
    written = model.translate(source)
    ends = (written[0] == model.end).nonzero().flatten().tolist()
    written = written[:, : ends[0] + 1 if ends else None]
    logits, own, cross = model.inspect_target(encoded, written)
    said = "".join(model.config.source[code] for code in codes)
    places = written[0].cpu().numpy().astype(np.int8)
    exact = phrases.meaning(said)

    def stacked(name: str, parts: list) -> np.ndarray:
        return torch.stack([getattr(part, name)[0] for part in parts]).float().cpu().numpy()

    return TranslateTrace(
        settings.checkpoint,
        said,
        found.left_out,
        len(found.codes) - len(codes),
        model.config.target,
        places,
        "".join(model.config.target[code] for code in places if code < model.end),
        exact or "",
        exact is not None and phrases.kept_apart(said),
        logits[0].float().softmax(-1).cpu().numpy(),
        encoded.hidden[0].float().cpu().numpy(),
        *(stacked(name, cross) for name in ("key", "value", "query", "scores", "weights", "mixed")),
        stacked("weights", own),
        stacked("weights", held),
    )
