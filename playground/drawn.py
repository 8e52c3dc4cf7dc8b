"""A density that a visitor draws: a small grey picture over a square window, smoothed, as an energy with gradients."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from .errors import InvalidInput

SIDE, LEVELS = 28, 16  # of the picture: pixels a side, grey levels
HALF = 4.0  # the window reaches from −4 to 4 along both axes
BLUR = 1.0  # standard deviation of the smoothing, pixels
FLOOR = 2e-3  # density of blank paper, in that of full ink: log p falls by 6.2 nats there and no further
WALL = 0.35  # beyond the window the energy grows by d²/2WALL², so that chains come back and the mass is finite


class Drawn:
    """E(x) = −log p̃(x): the smoothed picture's log density, interpolated with cubics, and a wall around the window.

    picture: (SIDE, SIDE) levels 0 … LEVELS − 1, row 0 on top, which is the highest y.
    """

    def __init__(self, picture: np.ndarray):
        if picture.shape != (SIDE, SIDE) or picture.min() < 0 or picture.max() >= LEVELS:
            raise InvalidInput(f"picture has shape {picture.shape}: {SIDE}×{SIDE} levels from 0 to {LEVELS - 1}")
        ink = torch.from_numpy(picture.astype(np.float64)) / (LEVELS - 1)
        places = torch.arange(SIDE, dtype=torch.float64)
        weights = torch.exp(-0.5 * ((places[:, None] - places) / BLUR).square())
        weights = weights / weights.sum(1, keepdim=True)  # paper beyond the edge is not mixed in
        self.log_density = (weights @ ink @ weights.t() + FLOOR).log()[None, None]  # (1, 1, SIDE, SIDE)

    def __call__(self, points: Tensor) -> Tensor:
        inside = points.clamp(-HALF, HALF)
        away = (points - inside).square().sum(-1)
        place = torch.stack([inside[..., 0], -inside[..., 1]], -1) / HALF  # −1 … 1, downwards
        found = functional.grid_sample(
            self.log_density.to(points), place.view(1, -1, 1, 2), "bicubic", "border", align_corners=False
        )
        return away * (0.5 / WALL**2) - found.view(away.shape)


def example() -> np.ndarray:
    """A picture to begin with, (SIDE, SIDE) uint8 levels: an S, which is one piece and nowhere convex."""
    place = (np.arange(SIDE) + 0.5) / SIDE * 2 - 1
    x, y = np.meshgrid(place, -place)
    t = np.linspace(0, 1, 200)
    turn = np.pi * (0.1 + 1.4 * t)
    upper = np.stack([0.42 * np.cos(turn), 0.36 + 0.36 * np.sin(turn)], 1)
    curve = np.concatenate([upper, -upper])
    near = np.hypot(x[..., None] - curve[:, 0], y[..., None] - curve[:, 1]).min(-1)
    return np.rint((LEVELS - 1) * np.exp(-0.5 * (near / 0.09) ** 2)).astype(np.uint8)
