"""How probable real digits are: the log-likelihoods of validation examples, kept beside a checkpoint without any image.

A clone of the project has no data; with these numbers the Surprise page can still rank a drawing among real digits.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..checkpoints.reference import REFERENCE

MEANING = (
    "`reference.npz` holds `nll_nats` (N,) float32: −log p in nats of N validation examples, binarized once where the "
    "data set is binarized. It holds no image."
)


@torch.inference_mode()
def reference(
    model: nn.Module, images: np.ndarray, batch: int = 50, progress: Callable[[float], None] | None = None
) -> dict[str, np.ndarray]:
    """{"nll_nats": (N,) float32} of images (N, H, W), levels 0 … levels − 1 (binarize grey ones first).

    Raises ValueError if there are no images, or their shape or levels are not the model's.
    """
    shape, levels = tuple(model.event_shape), model.config.levels
    if images.ndim != 3 or not len(images) or images.shape[1:] != shape:
        raise ValueError(f"images have shape {images.shape}, expected (N, {shape[0]}, {shape[1]}) with N ≥ 1")
    if images.max() >= levels:
        raise ValueError(f"images hold level {images.max()}, the model has 0 to {levels - 1}: binarize them first")
    device = model.order.device
    nats = []
    for start in range(0, len(images), batch):
        x = torch.from_numpy(np.ascontiguousarray(images[start : start + batch])).float().to(device)
        nats.append(-model.log_prob(x).cpu())
        if progress is not None:
            progress(min(1.0, (start + batch) / len(images)))
    return {"nll_nats": torch.cat(nats).float().numpy()}


def save_reference(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    """Write reference.npz into a checkpoint's folder, so that a crash leaves no half file; returns its path."""
    path = folder / REFERENCE
    partial = folder / f"partial-{REFERENCE}"
    with partial.open("wb") as file:
        np.savez_compressed(file, **arrays)
    partial.replace(path)
    return path
