"""The trace of a classifier that reads a picture row by row, with an opinion before the first row and after each."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..models.rows import RowClassifier
from .base import ModelSettings, Trace
from .energy_pictures import GREYS, PACKED, device_of, unpack_greys

GATES = ("input", "forget", "candidate", "output")


class RowsSettings(ModelSettings):
    """A picture, packed by `pack_greys`; no text is an empty picture. Nothing is drawn: the seed changes nothing."""

    kind: ClassVar[str] = "rows"
    picture: str = Field("", max_length=PACKED, description="the picture, packed")


@dataclass(frozen=True)
class RowsTrace(Trace):
    """One picture of R rows and W columns, read by U units; K classes. Entry r of R + 1 is after r rows.

    checkpoint: of the run. picture: (R, W) float32, 0 … 1. logits: (R + 1, K) float32. memory, hidden: (R + 1, U)
    float32, c and h, zeros at first. gates: (4, R, U) float32, of `GATES`, in the step that reads each row.
    """

    checkpoint: str
    picture: np.ndarray
    logits: np.ndarray
    memory: np.ndarray
    hidden: np.ndarray
    gates: np.ndarray

    @property
    def log_probabilities(self) -> np.ndarray:
        """(R + 1, K) float64, nats: log p(class | rows read)."""
        logits = self.logits.astype(np.float64)
        shifted = logits - logits.max(1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))

    @property
    def probabilities(self) -> np.ndarray:
        """(R + 1, K) float64, p(class | rows read)."""
        return np.exp(self.log_probabilities)

    @property
    def entropy(self) -> np.ndarray:
        """(R + 1,) float64, nats: −Σ p log p, at most log K."""
        return -(self.probabilities * self.log_probabilities).sum(1)

    @property
    def verdicts(self) -> np.ndarray:
        """(R + 1,) the likeliest class."""
        return self.logits.argmax(1)

    @property
    def changes(self) -> np.ndarray:
        """The rows, counted from 1, after which another class was the likeliest than before."""
        return np.flatnonzero(np.diff(self.verdicts)) + 1


@torch.no_grad()
def read_rows(settings: RowsSettings, model: nn.Module, progress: object = None) -> RowsTrace:
    """Read it. InvalidInput if the checkpoint reads no rows, or the picture does not fit it."""
    if not isinstance(model, RowClassifier):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no classifier that reads rows")
    levels = unpack_greys(settings.picture, tuple(model.event_shape))
    picture = levels.astype(np.float32) / (GREYS - 1)
    hidden, held = model.read(torch.from_numpy(picture).to(device_of(model)).unsqueeze(0))  # (1, R, U)
    before = hidden.new_zeros(1, hidden.shape[2])
    states = torch.cat([before, hidden[0]])  # (R + 1, U)
    memory = torch.cat([before, *(step["memory"] for step in held)])
    gates = torch.stack([torch.cat([step[name] for step in held]) for name in GATES])  # (4, R, U)
    found = (model.out(states), memory, states, gates)
    return RowsTrace(settings.checkpoint, picture, *(array.cpu().float().numpy() for array in found))
