"""Sets of points in the plane with a shape that a Gaussian cannot have, each from a seed.

Two moons and rings are scikit-learn's `make_moons` and `make_circles`; the spiral has two arms.
"""

from collections.abc import Callable

import numpy as np


def moons(count: int, seed: int) -> np.ndarray:
    """Two interleaving half circles, noise 0.08: (count, 2) float32."""
    from sklearn.datasets import make_moons

    return make_moons(count, noise=0.08, random_state=seed)[0].astype(np.float32)


def rings(count: int, seed: int) -> np.ndarray:
    """Two circles around 0, the inner of half the radius 1, noise 0.05: (count, 2) float32."""
    from sklearn.datasets import make_circles

    return make_circles(count, noise=0.05, factor=0.5, random_state=seed)[0].astype(np.float32)


def spiral(count: int, seed: int) -> np.ndarray:
    """Two arms of one and a half turns, radius 0.2 to 1, noise 0.03: (count, 2) float32."""
    random = np.random.default_rng(seed)
    turn = np.sqrt(random.uniform(0.04, 1.0, count))  # even along the arm, which is longer outside
    angle = 3 * np.pi * turn + np.pi * random.integers(0, 2, count)
    points = np.stack([turn * np.cos(angle), turn * np.sin(angle)], 1)
    return (points + 0.03 * random.standard_normal((count, 2))).astype(np.float32)


PLANE: dict[str, Callable[[int, int], np.ndarray]] = {"moons": moons, "rings": rings, "spiral": spiral}
