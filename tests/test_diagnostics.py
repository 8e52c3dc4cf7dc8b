"""Diagnostics on draws whose autocorrelation is known, and on chains that say nothing."""

import math

import numpy as np
import pytest

from playground import diagnostics
from playground.errors import InvalidInput


def autoregression(phi: float, chains: int = 16, steps: int = 4000) -> np.ndarray:
    """x_t = φ x_{t−1} + √(1 − φ²) ξ, stationary N(0, 1): autocorrelation φ^lag, S (1 − φ) / (1 + φ) effective draws."""
    noise = np.random.default_rng(0).standard_normal((chains, steps))
    draws = noise.copy()
    for t in range(1, steps):
        draws[:, t] = phi * draws[:, t - 1] + math.sqrt(1 - phi**2) * noise[:, t]
    return draws


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
def test_effective_size_error_and_autocorrelation_of_an_autoregression(phi):
    draws = autoregression(phi)
    effective = draws.size * (1 - phi) / (1 + phi)
    assert diagnostics.ess(draws) == pytest.approx(effective, rel=0.2)
    assert diagnostics.ess(draws, "bulk") == pytest.approx(effective, rel=0.2)
    assert diagnostics.ess(draws, "tail") > 0.5 * effective
    assert diagnostics.mcse_mean(draws) == pytest.approx(effective**-0.5, rel=0.1)
    assert abs(draws.mean()) < 4 * diagnostics.mcse_mean(draws)
    assert abs(np.quantile(draws, 0.9) - 1.2816) < 4 * diagnostics.mcse_quantile(draws, 0.9)
    assert diagnostics.rhat(draws) < 1.01
    np.testing.assert_allclose(diagnostics.autocorrelation(draws, 5), phi ** np.arange(5), atol=0.03)


def test_chains_that_disagree_are_seen():
    draws = autoregression(0.5)
    draws[0] += 3
    assert diagnostics.rhat(draws) > 1.05


def test_what_says_nothing_is_not_a_number():
    still = np.ones((2, 100))
    for statistic in (diagnostics.ess, diagnostics.rhat, diagnostics.mcse_mean):
        assert math.isnan(statistic(still))
        assert math.isnan(statistic(np.zeros((2, 3))))
        assert math.isnan(statistic(np.array([[0.0, 1.0, np.nan, 2.0, 3.0]])))
    assert diagnostics.autocorrelation(still, 3).tolist() == [1, 1, 1]
    assert len(diagnostics.autocorrelation(np.zeros((2, 3)), 9)) == 3
    assert math.isfinite(diagnostics.rhat(autoregression(0.5)[:1]))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: diagnostics.ess(np.zeros(5)), "draws has shape"),
        (lambda: diagnostics.ess(np.zeros((2, 50)), "mode"), "method='mode'"),
        (lambda: diagnostics.mcse_quantile(np.zeros((2, 50)), 1.0), "probability=1.0"),
        (lambda: diagnostics.autocorrelation(np.zeros((2, 50)), 0), "lags=0"),
    ],
)
def test_wrong_arguments_are_named(wrong, words):
    with pytest.raises(InvalidInput, match=words):
        wrong()
