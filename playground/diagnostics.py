"""How far a set of chains can be trusted: effective sample size, R-hat, Monte Carlo standard errors, autocorrelation.

Thin functions over arviz-stats, numpy in and numpy out. Draws are one quantity from several chains, (C, S).

1. Vehtari et al. (2021). Rank-Normalization, Folding, and Localization: An Improved R̂ for Assessing Convergence of
   MCMC. Bayesian Analysis 16. Sections 3 and 4.
2. Geyer (1992). Practical Markov Chain Monte Carlo. Section 3.3 (where the sum of autocorrelations is cut off).
"""

import warnings
from collections.abc import Callable

import numpy as np
from arviz_stats.base import array_stats

from .errors import InvalidInput

FEWEST = 4  # draws a chain that the split halves need


def ess(draws: np.ndarray, method: str = "mean") -> float:
    """Effective number of independent draws in draws (C, S). NaN where a chain never moved or a draw is not finite.

    method: "mean" (for the mean as it is estimated), "bulk" (rank-normalised) or "tail" (the 5% and 95% quantiles).
    """
    if method not in ("mean", "bulk", "tail"):
        raise InvalidInput(f"method={method!r}: mean, bulk or tail")
    prob = (0.05, 0.95) if method == "tail" else None
    return guarded(draws, lambda d: array_stats.ess(d, method=method, prob=prob))


def rhat(draws: np.ndarray) -> float:
    """The greater of rank-normalised split-R̂ and folded split-R̂ (1): 1 when the chains agree, warn above 1.01.

    One chain alone is cut into two.
    """
    draws = checked(draws)
    if len(draws) == 1 and draws.shape[1] > 1:
        draws = draws[:, : draws.shape[1] // 2 * 2].reshape(2, -1)
    return guarded(draws, lambda d: array_stats.rhat(d, method="rank"))


def mcse_mean(draws: np.ndarray) -> float:
    """Monte Carlo standard error of the mean of draws (C, S)."""
    return guarded(draws, lambda d: array_stats.mcse(d, method="mean"))


def mcse_quantile(draws: np.ndarray, probability: float) -> float:
    """Monte Carlo standard error of the quantile at `probability`, between 0 and 1."""
    if not 0 < probability < 1:
        raise InvalidInput(f"probability={probability}: between 0 and 1")
    return guarded(draws, lambda d: array_stats.mcse(d, method="quantile", prob=probability))


def autocorrelation(draws: np.ndarray, lags: int) -> np.ndarray:
    """(lags,) autocorrelation of draws (C, S) at lags 0, 1, …, averaged over the chains; fewer if S < lags.

    A chain that never moved is fully correlated with itself: 1 at every lag.
    """
    draws = checked(draws)
    if lags < 1:
        raise InvalidInput(f"lags={lags}: at least 1")
    still = np.ptp(draws, axis=1) == 0
    found = np.ones_like(draws)
    if not still.all():
        found[~still] = array_stats.autocorr(draws[~still], axis=-1)
    return found.mean(0)[:lags]


def guarded(draws: np.ndarray, statistic: Callable[[np.ndarray], float]) -> float:
    """The statistic, or NaN where it is not defined: too few draws, a value that is not finite, nothing ever moved."""
    draws = checked(draws)
    if draws.shape[1] < FEWEST or not np.isfinite(draws).all() or np.ptp(draws) == 0:
        return float("nan")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return float(statistic(draws))


def checked(draws: np.ndarray) -> np.ndarray:
    """Draws as float64 (C, S)."""
    draws = np.asarray(draws, dtype=np.float64)
    if draws.ndim != 2 or not draws.size:
        raise InvalidInput(f"draws has shape {draws.shape}: (chains, steps), at least one of each")
    return draws
