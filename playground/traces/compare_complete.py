"""The trace of one half picture completed by several models, each in its own way, frame by frame."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from .base import Settings, Trace, unpack_picture
from .compare_ways import binary_way, completing_way, no_completion, way_to
from .energy_pictures import GREYS, PACKED, device_of, unpack_greys

MOST_MODELS = 24
WORDS = {
    "no prior": "it has no distribution over codes to search in",
    "labels": "it gives probabilities of labels, not of pixels",
    "other data": "it makes no pictures of this size",
}


class CompareCompleteSettings(Settings):
    """C completions by each of M checkpoints, names joined by commas.

    picture: packed by `pack_greys`; a model of binary pixels reads ink from 128 on. keep: packed by `pack_picture`
    with 2 levels, 1 where a pixel is given; "" gives none. Every model starts from the same seed.
    """

    kind: ClassVar[str] = "compare-complete"
    checkpoints: str = Field("", max_length=2_000, description="the models, joined by commas")
    picture: str = Field("", max_length=PACKED, description="the picture, packed")
    keep: str = Field("", max_length=6_000, description="the kept pixels, packed")
    count: int = Field(3, ge=1, le=6, description="C, completions by each model")

    @property
    def model_names(self) -> tuple[str, ...]:
        """The checkpoints, each once."""
        return tuple(dict.fromkeys(filter(None, self.checkpoints.split(","))))

    def each(self) -> "list[CompareCompleteSettings]":
        """The same for every model alone; `joined` puts their traces together to the trace of all."""
        return [self.model_copy(update={"checkpoints": name}) for name in self.model_names]


@dataclass(frozen=True)
class CompareCompleteTrace(Trace):
    """M models, F + 1 frames, C completions, pictures of H×W; a frame is 1/F of each model's own steps.

    checkpoints, ways: of each model; the ways are those of `compare_ways.WAYS`. shape: (H, W). keep: (H, W) bool.
    given: (M, H, W) float32, 0 … 1, the picture as each model reads it; only kept pixels count. made: (M, F+1, C, H, W)
    float16, what the model itself has at every pixel: drawn values, grey values or p(x = 1). written: (M, D) int32, the
    frame from which on a pixel is there. fit: (M, F+1, C) float32, the way's own measure: conditionals and ordering the
    log p of the later given pixels, gibbs log p(kept | h), posterior log p(kept | z), all nats, high is good; langevin
    and nearest a root mean squared distance, low is good. later: (M,) int32, kept pixels that come after the first
    drawn one. steps: (M,) int32, of the algorithm.
    """

    checkpoints: tuple[str, ...]
    ways: tuple[str, ...]
    shape: tuple[int, int]
    keep: np.ndarray
    given: np.ndarray
    made: np.ndarray
    written: np.ndarray
    fit: np.ndarray
    later: np.ndarray
    steps: np.ndarray

    def pictures(self, frame: int = -1) -> np.ndarray:
        """(M, C, H, W) float32: the completions in a frame, the kept pixels as they were given."""
        return np.where(self.keep, self.given[:, None], self.made[:, frame].astype(np.float32))

    def there(self, frame: int) -> np.ndarray:
        """(M, H, W) bool: the pixels that are written in a frame."""
        return (self.written <= frame % self.made.shape[1]).reshape(-1, *self.shape)

    def best(self) -> np.ndarray:
        """(M,) int: the completion of each model that fits the kept pixels best, the first of equals."""
        low = np.isin(self.ways, ("langevin", "nearest"))
        last = self.fit[:, -1]
        return np.where(low, last.argmin(1), last.argmax(1))


def compare_complete(
    settings: CompareCompleteSettings,
    models: Mapping[str, nn.Module],
    progress: Callable[[float], None] | None = None,
) -> CompareCompleteTrace:
    """Let each model complete the picture. InvalidInput names a model that cannot, or a picture that does not fit."""
    if not models:
        raise InvalidInput("checkpoints names no model: choose at least one")
    if len(models) > MOST_MODELS:
        raise InvalidInput(f"checkpoints names {len(models)} models: at most {MOST_MODELS} side by side")
    shape = tuple(next(iter(models.values())).event_shape)
    for name, model in models.items():
        if reason := no_completion(model, shape):
            raise InvalidInput(f"checkpoint={name!r} completes no such picture: {WORDS[reason]}")
    greys = unpack_greys(settings.picture, shape).astype(np.float32) / (GREYS - 1)
    keep = unpack_picture(settings.keep, shape, 2, "keep").astype(bool) if settings.keep else np.zeros(shape, bool)
    found = []
    for number, (name, model) in enumerate(models.items()):
        part = (lambda share, n=number: progress((n + share) / len(models))) if progress else None
        given = (greys >= 0.5).astype(np.float32) if binary_way(model) else greys
        x, held = (torch.tensor(array, device=device_of(model)) for array in (given, keep))
        course = way_to(model, x, held, settings.count, settings.seed, part)
        found.append(
            CompareCompleteTrace(
                (name,),
                (completing_way(model),),
                shape,
                keep,
                given[None],
                course.made.numpy().astype(np.float16)[None],
                course.written.numpy().astype(np.int32)[None],
                course.fit.numpy()[None],
                np.array([course.later], np.int32),
                np.array([course.steps], np.int32),
            )
        )
    return joined(found)


def joined(traces: Sequence[CompareCompleteTrace]) -> CompareCompleteTrace:
    """Traces of the same picture, mask and count as one: what a model does depends on no other."""
    per_model = ("given", "made", "written", "fit", "later", "steps")
    stacked = {name: np.concatenate([getattr(trace, name) for trace in traces]) for name in per_model}
    names, ways = (
        tuple(value for trace in traces for value in getattr(trace, field)) for field in ("checkpoints", "ways")
    )
    return replace(traces[0], checkpoints=names, ways=ways, **stacked)
