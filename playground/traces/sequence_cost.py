"""What a sequence costs against its length: a recurrent net, attention with a cache and without, measured and counted.

Like `cost` it reads a clock: it is *not* a pure function of its settings, and the engine never keeps it. Time does not
depend on what was learned, so that lengths beyond what a checkpoint was built for are measured on a transformer of the
same width, and on an LSTM of as many weights, as they are born.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import BeforeValidator, Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.recurrent import RecurrentConfig, RecurrentModel
from ..models.transformer import Transformer, TransformerConfig
from ..samplers import ancestral
from . import sequence_counts as counts
from .base import Settings, Trace
from .clock import Clock
from .live_memory import peak_bytes

LENGTHS = (128, 256, 512, 1024, 2048)  # longest to choose from
SHORTEST, PASSES, STRETCH = 16, 3, 6  # the first length measured, passes over each, full passes of the picture
EMBEDDING, REPORTS = 64, 32  # of the LSTM; tokens between two reports
STAND_IN = "abcdefghijklmnop"  # 16 symbols for the 16 states of a patch


def _whole(value: Any) -> Any:
    """A link's text as a whole number, where it is one."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class SequenceCostSettings(Settings):
    """Lengths 16, 32, … up to `longest`, one sequence at a time; then `pictures` pictures together.

    checkpoint: a transformer that writes pixels, or "" for one of 28×28 as it is born.
    """

    kind: ClassVar[str] = "sequence-cost"
    cached: ClassVar[bool] = False
    checkpoint: str = Field("", max_length=200)
    longest: Annotated[Literal[LENGTHS], BeforeValidator(_whole)] = Field(512, description="tokens of the longest")
    pictures: Annotated[Literal[1, 4, 16], BeforeValidator(_whole)] = Field(16, description="pictures drawn together")

    @property
    def model_name(self) -> str:
        """The checkpoint, if one is named."""
        return self.checkpoint


@dataclass(frozen=True)
class SequenceCostTrace(Trace):
    """A measurement. N lengths, L the longest, B pictures of D pixels in T tokens.

    checkpoint, threads, device: of the run. width, heads, layers, hidden, parameters: of the transformer and the LSTM;
    parameters (2,) int64, transformer first. lengths: (N,) int32.
    recurrent_seconds, cached_seconds: (L,) float64, seconds until the l-th token was done. pass_seconds: (N,) float64,
    of one parallel pass, the best of some. products: (4, N) int64, counted: recurrent, with cache, without, one pass.
    state_bytes: (3, N) int64, *measured*: bytes of the recurrent state, of the cache's filled part, and what one
    parallel pass takes at its peak beyond weights. numbers: (3, N) int64, the same counted, in numbers of 4 bytes.
    pictures: (B, H, W) uint8. picture_seconds: the whole cached run, with draws. picture_pass_seconds: (S,) float64 of
    full passes over the same B pictures. tokens: T.
    """

    checkpoint: str
    threads: int
    device: str
    width: int
    heads: int
    layers: int
    hidden: int
    parameters: np.ndarray
    lengths: np.ndarray
    recurrent_seconds: np.ndarray
    cached_seconds: np.ndarray
    pass_seconds: np.ndarray
    products: np.ndarray
    state_bytes: np.ndarray
    numbers: np.ndarray
    pictures: np.ndarray
    picture_seconds: float
    picture_pass_seconds: np.ndarray
    tokens: int

    @property
    def naive_seconds(self) -> np.ndarray:
        """(N,) scaled: the passes over 1, 2, …, l tokens summed, between measured lengths by interpolation."""
        every = np.arange(1, self.lengths[-1] + 1)
        return np.interp(every, self.lengths, self.pass_seconds).cumsum()[self.lengths - 1]

    @property
    def seconds(self) -> np.ndarray:
        """(4, N): recurrent, with cache, without (scaled), one pass."""
        at = self.lengths - 1
        return np.stack([self.recurrent_seconds[at], self.cached_seconds[at], self.naive_seconds, self.pass_seconds])

    @property
    def one_pass(self) -> float:
        """Seconds of one parallel pass over the pictures, the median of those measured."""
        return float(np.median(self.picture_pass_seconds))

    @property
    def naive_picture_seconds(self) -> float:
        """Scaled, not measured: one pass for each token."""
        return self.one_pass * self.tokens


def lengths_to(longest: int) -> np.ndarray:
    """16, 32, 64, … up to the longest, int32."""
    doublings = int(np.log2(longest / SHORTEST))
    return SHORTEST * 2 ** np.arange(doublings + 1, dtype=np.int32)


def of_equal_size(parameters: int, states: int) -> RecurrentConfig:
    """An LSTM with about as many weights: 4H(E + H) of them, most by far, are in its one layer."""
    hidden = int((-EMBEDDING + (EMBEDDING**2 + parameters) ** 0.5) / 2)
    return RecurrentConfig(symbols=STAND_IN[:states], cell="lstm", hidden=max(1, hidden), embedding=EMBEDDING)


@torch.inference_mode()
def sequence_cost(
    settings: SequenceCostSettings, model: nn.Module | None, progress: Callable[[float], None] | None = None
) -> SequenceCostTrace:
    """Measure all of it in turn. `progress` gets 0 … 1 and may raise to cancel.

    InvalidInput if the checkpoint is no transformer that writes pixels.
    """
    if model is not None and (not isinstance(model, Transformer) or model.config.symbols):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no transformer that writes pixels")
    report = progress or (lambda share: None)
    report(0.0)
    painter = model or _born(Transformer, TransformerConfig(patch=2), settings.seed)
    config = replace(painter.config, symbols=STAND_IN[: painter.config.states], length=settings.longest, patch=1)
    device = painter.order.device
    writer = _born(Transformer, config, settings.seed).to(device)
    weights = [sum(p.numel() for p in painter.parameters())]
    cell = of_equal_size(weights[0], config.states)
    reader = _born(RecurrentModel, cell, settings.seed).to(device)
    weights.append(sum(p.numel() for p in reader.parameters()))
    generator = torch.Generator().manual_seed(settings.seed)
    tokens = torch.randint(config.states, (1, settings.longest), generator=generator).to(device)
    clock = _Clock(device)
    recurrent, state = clock.run(reader, tokens, lambda share: report(0.05 + 0.15 * share))
    cached, _ = clock.run(writer, tokens, lambda share: report(0.2 + 0.3 * share))
    lengths = lengths_to(settings.longest)
    passes, peaks = [], []
    for number, length in enumerate(lengths.tolist()):
        report(0.5 + 0.3 * number / len(lengths))
        part = tokens[:, :length]
        peaks.append(peak_bytes(lambda part=part: writer.logits(part)))  # the warm-up too
        passes.append(min(clock.time(lambda part=part: writer.logits(part)) for _ in range(PASSES)))
    held = sum(part.nbytes for layer in state for part in layer)  # h and c of every layer
    each = writer.start(1)
    slot = sum(part.nbytes for part in (*each.keys, *each.values)) // settings.longest
    pictures, seconds, full = _drawn(settings, painter, clock, lambda share: report(0.8 + 0.2 * share))
    counted = lengths.tolist()
    return SequenceCostTrace(
        settings.checkpoint,
        torch.get_num_threads(),
        str(device),
        config.model_width,
        config.heads,
        config.layers,
        cell.hidden,
        np.array(weights),
        lengths,
        recurrent,
        cached,
        np.array(passes),
        np.array(
            [
                [counts.recurrent_products(cell, n) for n in counted],
                [counts.cached_products(config, n) for n in counted],
                [counts.naive_products(config, n) for n in counted],
                [counts.pass_products(config, n) for n in counted],
            ]
        ),
        np.array([[held] * len(counted), [slot * n for n in counted], peaks]),
        np.array(
            [
                [counts.recurrent_numbers(cell)] * len(counted),
                [counts.cache_numbers(config, n) for n in counted],
                [counts.score_numbers(config, n) for n in counted],
            ]
        ),
        pictures,
        seconds,
        full,
        painter.config.tokens,
    )


def _born(kind: type, config: Any, seed: int) -> nn.Module:
    """A model as it is born, the same for the same seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return kind(config).eval().requires_grad_(False)


def _drawn(
    settings: SequenceCostSettings, model: Transformer, clock: "_Clock", report: Callable[[float], None]
) -> tuple[np.ndarray, float, np.ndarray]:
    """The pictures (B, H, W) with the cache, the seconds of that, and of some full passes over them."""
    generator = torch.Generator().manual_seed(settings.seed)
    begun = clock.now()
    drawn = ancestral.sample(model, settings.pictures, generator, progress=lambda share: report(0.7 * share))
    seconds = clock.now() - begun
    x = drawn.events(model.event_shape).float().to(model.order.device)
    full = []
    for number in range(STRETCH):
        full.append(clock.time(lambda: model.conditionals(x)))
        report(0.7 + 0.3 * (number + 1) / STRETCH)
    return x.cpu().numpy().astype(np.uint8), seconds, np.array(full)


class _Clock(Clock):
    """One that also knows how to run through a sequence."""

    def run(self, model: Any, tokens: Tensor, report: Callable[[float], None]) -> tuple[np.ndarray, Any]:
        """One token after the other: (L,) seconds until each was done, reports left out, and the state after."""
        state, previous, done, spent = model.start(1), None, [], 0.0
        for number, token in enumerate(tokens.unbind(1)):
            begun = self.now()
            _, state = model.advance(state, previous)
            spent += self.now() - begun
            done.append(spent)
            previous = token
            if number % REPORTS == 0:
                report(number / tokens.shape[1])
        return np.array(done), state
