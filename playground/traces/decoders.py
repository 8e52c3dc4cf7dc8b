"""The weights of a small decoder as one row of numbers, so that a browser can decode without the server."""

from typing import Any

import numpy as np

from ..errors import InvalidInput


def decoder_weights(model: Any) -> tuple[np.ndarray, np.ndarray]:
    """(P,) float32: each layer's weights (outputs, inputs) and biases, one layer after another; (L + 1,) int32: the
    sizes Z, hidden units …, H·W. What `decoderOf` in widgets/decoder.js reads.

    InvalidInput where the model has no decoder of linear layers.
    """
    config = getattr(model, "config", None)
    if not hasattr(model, "decoder") or getattr(config, "architecture", None) != "mlp":
        family = getattr(model, "family", type(model).__name__)
        raise InvalidInput(f"checkpoint: a {family} without an MLP decoder; its pictures are decoded on the server")
    layers = list(model.decoder.layers)
    sizes = np.array([layers[0].in_features, *(layer.out_features for layer in layers)], np.int32)
    parts = [part.detach().float().cpu().numpy().ravel() for layer in layers for part in (layer.weight, layer.bias)]
    return np.concatenate(parts).astype(np.float32, copy=False), sizes
