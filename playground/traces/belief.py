"""Traces of FVSBN and NADE writing one digit, with every number that goes into each logit.

The digit is drawn by the ancestral sampler in float32. The sums are then made again in float64, so that what is shown
term by term adds up to what is shown as the total, to the last printed digit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from ..errors import InvalidInput
from ..models import FVSBN, NADE
from ..samplers import ancestral
from .base import ModelSettings, Trace

Progress = Callable[[float], None]


class FvsbnSettings(ModelSettings):
    """One digit of an FVSBN, and all of its weights."""

    kind: ClassVar[str] = "fvsbn"
    temperature: float = Field(1.0, ge=0.1, le=3.0, description="logits are divided by it before each draw")


class NadeSettings(ModelSettings):
    """One digit of a NADE, its hidden layer before each step, and all of its weights."""

    kind: ClassVar[str] = "nade"
    temperature: float = Field(1.0, ge=0.1, le=3.0, description="logits are divided by it before each draw")


@dataclass(frozen=True)
class DigitTrace(Trace):
    """One example, written position by position. K = D steps, an image of H×W.

    checkpoint, temperature: of the run. shape: (H, W).
    order: (K,) int32, flat position written at each step. values: (K,) uint8, what was drawn there.
    noise: (K,) float32 in [0, 1), the uniform number of each step.
    logits: (K,) float64, before the temperature. bias: (D,) float32, b, by flat position.
    """

    checkpoint: str
    temperature: float
    shape: tuple[int, int]
    order: np.ndarray
    values: np.ndarray
    noise: np.ndarray
    logits: np.ndarray
    bias: np.ndarray

    def picture(self) -> np.ndarray:
        """(H, W) uint8: the finished example."""
        flat = np.empty_like(self.values)
        flat[self.order] = self.values
        return flat.reshape(self.shape)

    def log_likelihood(self) -> np.ndarray:
        """(K,) float64, nats: the running sum of log p(value) at temperature 1."""
        return -np.logaddexp(0.0, np.where(self.values > 0, -self.logits, self.logits)).cumsum()

    def probabilities(self) -> np.ndarray:
        """(K,) float64: p(x = 1) of each step at the run's temperature."""
        return 1 / (1 + np.exp(-self.logits / self.temperature))


@dataclass(frozen=True)
class FvsbnTrace(DigitTrace):
    """A digit of an FVSBN.

    weights: (D, D) float32, [output, input] by flat position, in use: 0 where the input does not come before.
    """

    weights: np.ndarray

    def matrix(self) -> np.ndarray:
        """(K, K) float32: the weights with rows and columns in the ordering, strictly lower triangular."""
        return self.weights[self.order][:, self.order]

    def terms(self, step: int) -> np.ndarray:
        """(K,) float64: w_ij x_j of the position written at `step`, by the step of j; 0 where it may not look."""
        return self.weights[self.order[step], self.order].astype(np.float64) * self.values

    def not_allowed(self) -> int:
        """Weights on or above the diagonal under the ordering that are not exactly 0: none, or it is no FVSBN."""
        return int(np.count_nonzero(np.triu(self.matrix())))


@dataclass(frozen=True)
class NadeTrace(DigitTrace):
    """A digit of a NADE with hidden layer H.

    activation: g, "sigmoid" or "relu". start: (H,) float32, c. encode, decode: (D, H) float32, a row of W and of V for
    each flat position. pre: (K, H) float32, a before each step: c and the columns of the ink so far.
    """

    activation: str
    start: np.ndarray
    encode: np.ndarray
    decode: np.ndarray
    pre: np.ndarray

    def hidden(self) -> np.ndarray:
        """(K, H) float32: h = g(a) before each step."""
        return self.pre.clip(0) if self.activation == "relu" else 1 / (1 + np.exp(-self.pre))


def _drawn(settings: ModelSettings, model: nn.Module, kind: type, progress: Progress | None) -> dict:
    """One example as the fields of a `DigitTrace`, without its logits. InvalidInput if the model is another one."""
    if not isinstance(model, kind):
        raise InvalidInput(
            f"checkpoint={settings.checkpoint!r} is not allowed: it is a {type(model).__name__}, not a {kind.__name__}"
        )
    generator = torch.Generator().manual_seed(settings.seed)
    drawn = ancestral.sample(model, 1, generator, settings.temperature, progress=progress)
    return {
        "checkpoint": settings.checkpoint,
        "temperature": settings.temperature,
        "shape": tuple(model.event_shape),
        "order": drawn.order.numpy().astype(np.int32),
        "values": drawn.values[0].numpy().astype(np.uint8),
        "noise": drawn.noise[0].numpy(),
        "bias": _array(model.bias),
    }


def _array(weights: torch.Tensor) -> np.ndarray:
    """Weights as a view without a copy where they are on the CPU: all traces of a model share them."""
    return weights.detach().float().cpu().numpy().view()


@torch.inference_mode()
def fvsbn(settings: FvsbnSettings, model: nn.Module, progress: Progress | None = None) -> FvsbnTrace:
    """Draw one digit; logit_i = b_i + Σ_{j before i} w_ij x_j (Neal 1992, section 2)."""
    fields = _drawn(settings, model, FVSBN, progress)
    order, weights = fields["order"], _array(model.matrix())
    ink = order[fields["values"] > 0]
    logits = fields["bias"][order] + weights[order][:, ink].astype(np.float64).sum(1)
    return FvsbnTrace(**fields, logits=logits, weights=weights)


@torch.inference_mode()
def nade(settings: NadeSettings, model: nn.Module, progress: Progress | None = None) -> NadeTrace:
    """Draw one digit; a ← a + W_{·,i} x_i, logit_i = b_i + V_i · g(a) (Larochelle and Murray 2011, algorithm 1)."""
    fields = _drawn(settings, model, NADE, progress)
    order, start, encode, decode = fields["order"], *map(_array, (model.hidden_bias, model.encode, model.decode))
    added = encode[order].astype(np.float64) * fields["values"][:, None]  # (K, H)
    pre = start + np.concatenate([np.zeros_like(added[:1]), added[:-1].cumsum(0)])  # (K, H) before each step
    hidden = pre.clip(0) if model.config.activation == "relu" else 1 / (1 + np.exp(-pre))
    logits = fields["bias"][order] + np.einsum("kh,kh->k", hidden, decode[order].astype(np.float64))
    return NadeTrace(
        **fields,
        logits=logits,
        activation=model.config.activation,
        start=start,
        encode=encode,
        decode=decode,
        pre=pre.astype(np.float32),
    )
