"""Text written character by character by any model of text, with characters that a visitor put in its way.

Each written character has one uniform number of its own: where another character is forced, what follows is the
comparable other future. Bishop (2006). Pattern Recognition and Machine Learning, section 8.1.2. Top-k: Fan, Lewis,
Dauphin (2018). Hierarchical neural story generation. arXiv:1805.04833, section 5.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field, field_validator
from torch import Tensor, nn

from ..errors import InvalidInput
from ..samplers import ancestral
from ..texts import read, written
from .base import ModelSettings, Trace

MOST_PROMPT, MOST_WRITTEN, MOST_FORCED, MOST_SYMBOLS = 2_000, 500, 20, 4_096
MOST_BRANCHES = 12
PROMPT = "ROMEO:\nO, "
Force = tuple[int, int]  # a position among the written characters, and the place in the alphabet of what stands there


class WriteSettings(ModelSettings):
    """A checkpoint of text goes on where the prompt ends.

    prompt: characters given; those that are not in the alphabet are left out. length: characters to write; a
    transformer writes no more than it has positions for. temperature: logits are divided by it. top_k: only the k
    likeliest characters may be drawn, 0 for all. force: "position.code" joined by commas, positions rising from 0, the
    first written character: there this character stands, whatever would have been drawn.
    """

    kind: ClassVar[str] = "write"
    prompt: str = Field(PROMPT, max_length=MOST_PROMPT)
    length: int = Field(240, ge=1, le=MOST_WRITTEN, description="characters to write")
    temperature: float = Field(0.8, ge=0.05, le=2.0, allow_inf_nan=False)
    top_k: int = Field(0, ge=0, le=MOST_SYMBOLS, description="how many of the likeliest may be drawn, 0 for all")
    force: str = Field("", max_length=200)

    @field_validator("force")
    @classmethod
    def _readable(cls, text: str) -> str:
        parse_force(text)
        return text


class WriteLinkSettings(WriteSettings):
    """What the link of the page holds: several futures of one beginning, forces joined by ";", and which one is shown,
    0 for that where nothing is forced."""

    branches: str = Field("", max_length=MOST_BRANCHES * 201)
    branch: int = Field(0, ge=0, le=MOST_BRANCHES)

    @field_validator("branches")
    @classmethod
    def _all_readable(cls, text: str) -> str:
        parse_branches(text)
        return text


@dataclass(frozen=True)
class WriteTrace(Trace):
    """L characters written after P given ones; V symbols in the alphabet.

    symbols: the alphabet. prompt: the given characters that were read, P of them. left_out: characters of the typed
    prompt that are not in the alphabet. cut: characters of it, from its start, that did not fit into the model. limit:
    characters a transformer has positions for, 0 for a model without a limit. short: characters fewer than asked for,
    because of that limit. codes: (L,) int64, places in the alphabet. forced: (L,) bool, not drawn. noise: (L,) float32
    uniform numbers. log_p: (L, V) float32, log p of every character under the model at temperature 1, before the one
    that stands there, nats. prompt_nats: (P,) float32, −log p of each given character.
    """

    symbols: str
    prompt: str
    left_out: int
    cut: int
    limit: int
    short: int
    codes: np.ndarray
    forced: np.ndarray
    noise: np.ndarray
    log_p: np.ndarray
    prompt_nats: np.ndarray

    @property
    def text(self) -> str:
        """What was written."""
        return written(self.codes, self.symbols)

    @property
    def nats(self) -> np.ndarray:
        """(L,) −log p of each written character under the model, temperature 1."""
        return -self.log_p[np.arange(len(self.codes)), self.codes]


def write(settings: WriteSettings, model: nn.Module, progress: Callable[[float], None] | None = None) -> WriteTrace:
    """Write. InvalidInput if the checkpoint is no model of text or a forced character is not in its alphabet."""
    symbols = getattr(getattr(model, "config", None), "symbols", "")
    if not symbols:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no model of text")
    found, force = read(settings.prompt, symbols), parse_force(settings.force)
    wrong = next((code for _, code in force if code >= len(symbols)), None)
    if wrong is not None:
        raise InvalidInput(f"force={settings.force!r} is not allowed: {wrong} is no place among {len(symbols)} symbols")
    limit = model.config.tokens if hasattr(model, "blocks") else 0
    given, length = fitted(len(found.codes), settings.length, limit)
    prompt = found.codes[len(found.codes) - given :]
    kept = _Kept(model, given + length, settings.top_k, given)
    canvas = torch.full((given + length,), float("nan"))
    canvas[:given] = torch.from_numpy(prompt.copy()).float()
    for position, code in force:
        if position < length:
            canvas[given + position] = code
    generator = torch.Generator().manual_seed(settings.seed)
    noise = ancestral.uniform_noise(1, MOST_WRITTEN, generator)[:, :length]  # the same, whatever the length
    all_noise = torch.cat([torch.zeros(1, given), noise], 1)
    sample = ancestral.sample(kept, 1, generator, settings.temperature, canvas, all_noise, progress)
    log_p = kept.log_p().numpy()
    codes = sample.values[0].numpy()
    return WriteTrace(
        symbols=symbols,
        prompt=written(prompt, symbols),
        left_out=found.left_out,
        cut=len(found.codes) - given,
        limit=limit,
        short=settings.length - length,
        codes=codes[given:],
        forced=sample.given[0, given:].numpy().copy(),
        noise=noise[0].numpy().copy(),
        log_p=log_p[given:],
        prompt_nats=-log_p[np.arange(given), codes[:given]],
    )


def fitted(prompt: int, length: int, limit: int) -> tuple[int, int]:
    """How many characters of a prompt are read, its last ones, and how many are written, where `limit` is all there is.

    The prompt gives way first, but not below half of the limit. limit 0: there is none.
    """
    if not limit:
        return prompt, length
    given = min(prompt, max(limit - length, limit // 2))
    return given, min(length, limit - given)


def parse_force(text: str) -> tuple[Force, ...]:
    """Forced characters of a text such as "17.42,30.5", positions rising. Raises ValueError in words."""
    found = []
    for part in filter(None, text.split(",")):
        numbers = part.split(".")
        if len(numbers) != 2 or not all(n.isascii() and n.isdecimal() and len(n) <= 6 for n in numbers):
            raise ValueError("position.code joined by commas, both whole numbers")
        found.append((int(numbers[0]), int(numbers[1])))
    if any(a[0] >= b[0] for a, b in pairwise(found)) or len(found) > MOST_FORCED:
        raise ValueError(f"at most {MOST_FORCED} positions, each larger than the one before it")
    if any(position >= MOST_WRITTEN or code >= MOST_SYMBOLS for position, code in found):
        raise ValueError(f"positions below {MOST_WRITTEN}, places in the alphabet below {MOST_SYMBOLS}")
    return tuple(found)


def format_force(force: tuple[Force, ...]) -> str:
    """The reverse of `parse_force`."""
    return ",".join(f"{position}.{code}" for position, code in force)


def parse_branches(text: str) -> tuple[tuple[Force, ...], ...]:
    """Several forces joined by ";". Raises ValueError in words."""
    found = tuple(parse_force(part) for part in filter(None, text.split(";")))
    if len(found) > MOST_BRANCHES:
        raise ValueError(f"at most {MOST_BRANCHES} branches")
    return found


class _Kept:
    """A model of text of the asked length, as the sampler sees it: top-k cuts what may be drawn, and is remembered.

    Conditionals of the first `given` positions are not cut: nothing is drawn there.
    """

    head = "categorical"

    def __init__(self, model: nn.Module, length: int, top_k: int, given: int):
        self.model, self.top_k, self.given = model, top_k, given
        self.event_shape, self.order = (length,), torch.arange(length, device=model.order.device)
        self._rows: list[Tensor] = []

    def begin(self, batch: int) -> Any:
        return self.model.begin(batch)

    def step(self, state: Any, k: int, previous: Tensor | None) -> tuple[Tensor, Any]:
        logits, state = self.model.step(state, k, previous)
        self._rows.append(logits.float().log_softmax(-1))
        return (top(logits, self.top_k) if k >= self.given else logits), state

    def log_p(self) -> Tensor:
        """(positions, V), all of the model's, uncut."""
        return torch.cat(self._rows).cpu()


def top(logits: Tensor, k: int) -> Tensor:
    """(N, V) logits with all but the k largest of each row at −∞; of equals the first ones stay. 0 cuts nothing."""
    if not 0 < k < logits.shape[1]:
        return logits
    rest = logits.argsort(dim=1, descending=True, stable=True)[:, k:]
    return logits.scatter(1, rest, float("-inf"))
