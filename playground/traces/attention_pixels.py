"""The trace of a transformer that writes a digit, and where it looked from every patch.

A token is a patch of pixels. The query of token t reads positions 0 … t; position s holds the token s − 1 that was
written before it, position 0 the mark of the start. So the patch that is being written looks at the start and at all
patches before it, never at itself.

1. Vaswani et al. (2017). Attention is all you need. NeurIPS. Sections 3.2.1 and 3.2.3.
2. Chen et al. (2020). Generative pretraining from pixels. ICML. Section 2.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..errors import InvalidInput
from ..models.transformer import Transformer
from ..samplers import ancestral
from .autoregressive import AncestralTrace, given_values
from .base import ModelSettings

Progress = Callable[[float], None]
FULL = 255  # the level of a row's largest weight


class AttentionPixelsSettings(ModelSettings):
    """One digit. picture, keep: packed by `pack_picture`; pixels that `keep` marks are given, the others are drawn."""

    kind: ClassVar[str] = "attention-pixels"
    temperature: float = Field(1.0, ge=0.1, le=3.0, allow_inf_nan=False, description="logits are divided by it")
    picture: str = Field("", max_length=20_000)
    keep: str = Field("", max_length=20_000)


@dataclass(frozen=True)
class AttentionPixelsTrace(AncestralTrace):
    """The fields of an ancestral trace with N = 1, and the attention. L layers, A heads, K tokens, V states of a token.

    patch: pixels on the side of a token; side: (rows, columns) of patches. levels_of: (L, A, K (K + 1) / 2) uint8, the
    weights of every query's row one after the other, row t of length t + 1, in 255ths of the row's largest;
    largest: (L, A, K) float32, that weight. A weight is wrong by at most largest / 510. For 4 layers of 4 heads and
    196 tokens this is 0.3 MB. states: (K, V) float32, p(patch | patches before) at temperature 1; state s has the
    patch's first pixel as its highest bit.
    """

    patch: int
    side: tuple[int, int]
    levels_of: np.ndarray
    largest: np.ndarray
    states: np.ndarray

    def weights(self, layer: int, head: int | None, token: int) -> np.ndarray:
        """(token + 1,) float32: of the start, and of the patches 0 … token − 1. head None: the mean over heads."""
        begun = token * (token + 1) // 2
        rows = self.levels_of[layer, :, begun : begun + token + 1] * (self.largest[layer, :, token, None] / FULL)
        return (rows.mean(0) if head is None else rows[head]).astype(np.float32)


def quantised(weights: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Causal weights (L, A, K, K) → those that are not masked, (L, A, K (K + 1) / 2) uint8, and the rows' largest."""
    largest = weights.amax(-1)
    levels = (weights / largest.unsqueeze(-1) * FULL).round().to(torch.uint8)
    row, column = torch.tril_indices(*weights.shape[-2:])
    return levels[..., row, column].cpu().numpy(), largest.float().cpu().numpy()


@torch.inference_mode()
def attention_pixels(
    settings: AttentionPixelsSettings, model: nn.Module, progress: Progress | None = None
) -> AttentionPixelsTrace:
    """Draw a digit with cached keys and values, then look at all of its attention in one parallel pass.

    The model is causal, so the pass over the finished digit has the very weights that each step had. InvalidInput if
    the checkpoint is no transformer of pixels, or a picture does not fit it.
    """
    if not isinstance(model, Transformer) or model.config.symbols:
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is no transformer that writes pixels")
    shape = tuple(model.event_shape)
    given = given_values(settings.picture, settings.keep, shape, 2)
    generator = torch.Generator().manual_seed(settings.seed)
    drawn = ancestral.sample(model, 1, generator, settings.temperature, given, progress=progress)
    tokens = model.tokenize(drawn.events(shape).to(model.out.weight.device))
    logits, held = model.inspect(tokens)
    patch = model.config.patch
    return AttentionPixelsTrace(
        settings.checkpoint,
        shape,
        2,
        settings.temperature,
        drawn.order.numpy().astype(np.int32),
        drawn.values.numpy().astype(np.uint8),
        drawn.parameters.numpy(),
        drawn.noise.numpy(),
        drawn.given.numpy().copy(),
        drawn.log_probability.double().cumsum(1).float().numpy(),
        patch,
        (shape[0] // patch, shape[1] // patch),
        *quantised(torch.stack([found.weights[0] for found in held])),
        logits[0].float().softmax(-1).cpu().numpy(),
    )
