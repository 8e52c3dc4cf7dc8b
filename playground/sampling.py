"""Samples of a checkpoint as the command line writes them: an enlarged picture, or arrays."""

from collections.abc import Callable

import numpy as np
import torch
from PIL.Image import Image

from .checkpoints import Loaded
from .data import DEQUANTIZED_LEVELS
from .errors import InvalidInput
from .figures import grid
from .models.rbm import RBM
from .samplers.ancestral import sample
from .samplers.gibbs import BlockGibbs, bernoulli
from .samplers.kernel import run
from .samplers.langevin import ULA

STEPS = 500  # of a chain from noise
ACROSS = 16  # pictures in a row of a sheet
GREYS = 256

Progress = Callable[[float], None]


def sheet(pictures: np.ndarray, columns: int = ACROSS, scale: int = 2) -> Image:
    """Grey pictures (N, H, W), 0 … 1, as one enlarged picture; values outside are shown as the nearest inside."""
    levels = np.rint(pictures.clip(0, 1) * (GREYS - 1)).astype(np.uint8)
    return grid.enlarge(grid.tile(grid.shades(levels, GREYS), columns), scale)


def ancestral_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of an autoregressive model: `images`, the `order` of their positions, and the `noise` that drew them.

    With `picture`, the enlarged picture instead. InvalidInput if the values are not grey levels.
    """
    model = loaded.model
    levels = model.config.levels or DEQUANTIZED_LEVELS.get(loaded.description.get("dataset", ""), 0)
    if picture and not levels:
        raise InvalidInput(f"{loaded.name} draws real numbers, not grey levels; write an .npz")
    drawn = sample(model, count, torch.Generator().manual_seed(seed), temperature=temperature, progress=progress)
    images = drawn.events(model.event_shape).numpy()
    if picture or model.config.levels:  # of a dequantised value the whole part is the level
        images = np.floor(images).clip(0, levels - 1).astype(np.uint8)
    if picture:
        return grid.enlarged_sheet(images, levels)
    return {"images": images, "order": drawn.order.numpy(), "noise": drawn.noise.numpy()}


def chain_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of an energy: where chains of STEPS steps from noise are, `images`, and their `energies`: unadjusted Langevin, or
    an RBM's Gibbs sweeps.

    At a temperature T the chains walk on E / T. With `picture`, the enlarged picture instead; InvalidInput if the
    examples are points.
    """
    model = loaded.model
    points = model.event_shape == (1, 2)
    if picture and points:
        raise InvalidInput(f"{loaded.name} draws real numbers, not grey levels; write an .npz")
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    if isinstance(model, RBM):  # Gibbs sweeps from fair coins; its logits are divided by T
        start = bernoulli(torch.full((count, *model.event_shape), 0.5), generator)[0].to(device)
        halves = (
            (lambda x, given=given: (given(x).double().logit() / temperature).sigmoid().float())
            for given in (model.hidden_given, model.visible_given)
        )
        kernel = BlockGibbs(*halves)
    else:
        draw = torch.randn if points else torch.rand
        start = draw((count, *model.event_shape), generator=generator).to(device)
        kernel = ULA(loaded.description["chain"]["step_size"])
    history = run(
        kernel, lambda x: model.energy(x) / temperature, start, STEPS, generator, keep="scalars", progress=progress
    )
    images = history.state.position.cpu().numpy()
    if picture:
        columns = grid.columns_for(count)
        return sheet(images, columns, max(1, 800 // (columns * images.shape[2])))
    return {"images": images, "energies": history.state.energy.cpu().numpy() * temperature}
