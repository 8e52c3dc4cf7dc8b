"""Levels of a density on a grid whose contour lines hold given shares of the probability."""

import numpy as np

SHARES = (0.5, 0.8, 0.95, 0.99)


def mass_levels(log_density: np.ndarray, shares: tuple[float, ...] = SHARES) -> np.ndarray:
    """(len(shares),) levels of log p: the region above the n-th holds the n-th share of the mass of the grid.

    log_density: any shape, cells of one size; NaN and −∞ count as no density. These are the borders of the highest
    density regions (Hyndman 1996, section 2).
    """
    values = np.nan_to_num(log_density.astype(np.float64).ravel(), nan=-np.inf, posinf=-np.inf, neginf=-np.inf)
    ordered = np.sort(values)[::-1]
    if not np.isfinite(ordered[0]):
        return np.zeros(0)
    mass = np.cumsum(np.exp(ordered - ordered[0]))
    places = np.searchsorted(mass / mass[-1], shares).clip(0, len(ordered) - 1)
    return ordered[places]
