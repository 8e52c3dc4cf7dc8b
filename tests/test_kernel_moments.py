"""Every kernel against known truths: moments and quantiles within 4 Monte Carlo standard errors, R̂ < 1.01."""

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import diagnostics
from playground.samplers.gibbs import GridGibbs
from playground.samplers.hamiltonian import HMC
from playground.samplers.kernel import run
from playground.samplers.langevin import MALA, ULA
from playground.samplers.metropolis import BoxProposal, GaussianProposal, Independent, RandomWalk
from playground.samplers.tempering import Tempering, ladder
from tests.mcmc_targets import PROBABILITIES, Known, banana, gaussian, mixture

ERRORS = 4  # Monte Carlo standard errors
CORRELATION = {2: 0.9, 10: 0.25, 50: 0.2}
TARGETS = {
    **{str(dimension): gaussian(dimension, correlation) for dimension, correlation in CORRELATION.items()},
    "mixture": mixture(),
    "banana": banana(),
}
WINDOW = {"low": (-7.0, -7.0), "high": (7.0, 7.0), "cells": 128}
# kernel, chains, steps, each so-manieth kept
CASES = {
    ("random walk", "2"): (RandomWalk(0.9), 32, 8000, 4),
    ("random walk", "10"): (RandomWalk(0.7), 32, 8000, 4),
    ("random walk", "50"): (RandomWalk(0.33), 16, 56000, 28),
    ("random walk", "mixture"): (RandomWalk(1.8), 32, 3000, 2),
    ("random walk", "banana"): (RandomWalk(1.5), 32, 4000, 2),
    ("independent", "2"): (Independent(GaussianProposal(0.0, 1.5)), 32, 3000, 1),
    ("independent", "10"): (Independent(GaussianProposal(0.0, 1.3)), 32, 8000, 4),
    ("independent", "mixture"): (Independent(GaussianProposal(0.3, 1.6)), 32, 2000, 1),
    ("independent box", "mixture"): (Independent(BoxProposal((-5.0, -5.0), (5.0, 5.0))), 64, 3000, 2),
    ("independent box", "banana"): (Independent(BoxProposal((-5.0, -5.0), (5.0, 7.0))), 64, 8000, 4),
    ("MALA", "2"): (MALA(0.65), 32, 6000, 3),
    ("MALA", "10"): (MALA(0.75), 32, 2500, 2),
    ("MALA", "50"): (MALA(0.65), 32, 2000, 2),
    ("MALA", "mixture"): (MALA(1.2), 32, 1500, 1),
    ("MALA", "banana"): (MALA(0.6), 32, 3000, 2),
    ("HMC", "2"): (HMC(0.35, 4), 32, 800, 1),
    ("HMC", "10"): (HMC(0.4, 3), 32, 800, 1),
    ("HMC", "50"): (HMC(0.35, 4), 32, 600, 1),
    ("HMC", "mixture"): (HMC(0.4, 3), 32, 1000, 1),
    ("HMC", "banana"): (HMC(0.35, 4), 32, 800, 1),
    ("Gibbs", "2"): (GridGibbs(**WINDOW), 8, 5000, 2),
    ("Gibbs", "mixture"): (GridGibbs(**WINDOW), 8, 2000, 1),
    ("Gibbs", "banana"): (GridGibbs(**WINDOW), 8, 1500, 1),
    ("tempering", "2"): (Tempering(RandomWalk(0.9), ladder(3, 0.3)), 16, 4000, 2),
    ("tempering", "mixture"): (Tempering(MALA(1.2), ladder(3, 0.3)), 16, 1200, 1),
    ("tempering", "banana"): (Tempering(RandomWalk(1.5), ladder(3, 0.3)), 16, 3000, 2),
}


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors: a second thread only waits for the first."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def draws_of(kernel: object, target: Known, chains: int, steps: int, every: int, dtype=torch.float32) -> np.ndarray:
    """(S, C, D) draws after the first fifth, from starts spread twice as wide as the target (but within ±3)."""
    generator = torch.Generator().manual_seed(0)
    mean = torch.from_numpy(target.mean)
    begin = (mean + 2 * (target.draw(chains, generator) - mean)).clamp(-3, 3).to(dtype)
    history = run(kernel, target.energy, begin, steps, generator, keep="positions", every=every)
    assert history.positions.isfinite().all()
    return history.positions[len(history.positions) // 5 :].double().numpy()


def misses(draws: np.ndarray, target: Known, coordinates: range) -> list[str]:
    """What lies further than 4 standard errors from the truth, in words."""
    found = []
    for d in coordinates:
        chains = draws[:, :, d].T  # (C, S)
        squares = (chains - target.mean[d]) ** 2
        checks = [("mean", chains.mean() - target.mean[d], diagnostics.mcse_mean(chains))]
        checks += [("variance", squares.mean() - target.variance[d], diagnostics.mcse_mean(squares))]
        for p, truth in zip(PROBABILITIES, target.quantiles[d], strict=True):
            error = diagnostics.mcse_quantile(chains, p)
            checks.append((f"quantile {p}", np.quantile(chains, p) - truth, error))
        found += [f"{name} of x_{d}: off by {e:.4f}, error {s:.4f}" for name, e, s in checks if not abs(e) < ERRORS * s]
        if not diagnostics.rhat(chains) < 1.01:
            found.append(f"R-hat of x_{d} is {diagnostics.rhat(chains):.4f}")
    return found


@pytest.mark.parametrize(("name", "where"), CASES, ids=lambda v: v.replace(" ", "-"))
def test_moments_and_quantiles_are_the_targets(name, where):
    kernel, chains, steps, every = CASES[name, where]
    target = TARGETS[where]
    draws = draws_of(kernel, target, chains, steps, every)
    dimensions = draws.shape[2]
    assert not misses(draws, target, range(0, dimensions, max(1, dimensions // 5)))


def test_the_check_sees_a_wrong_target():
    draws = draws_of(RandomWalk(1.8), TARGETS["mixture"], 32, 2000, 1)
    wider = Known(*(getattr(TARGETS["mixture"], f) for f in ("energy", "draw", "mean")),
                  TARGETS["mixture"].variance * 1.1, TARGETS["mixture"].quantiles + 0.1)  # fmt: skip
    assert any("variance" in miss for miss in misses(draws, wider, range(2)))
    assert any("quantile" in miss for miss in misses(draws, wider, range(2)))


@pytest.mark.parametrize(("dimension", "step_size"), [(2, 0.35), (10, 0.8), (50, 0.9)])
def test_unadjusted_langevin_has_its_known_bias_and_no_other(dimension, step_size):
    """On a Gaussian of curvature λ the stationary variance is 1 / (λ (1 − ε²λ/4)), along each eigenvector."""
    target = TARGETS[str(dimension)]
    curvature, axes = torch.linalg.eigh(torch.linalg.inv(covariance_of(dimension)))
    biased = 1 / (curvature * (1 - step_size**2 * curvature / 4))
    known = gaussian(dimension, 0.0, axes @ biased.diag() @ axes.T)
    draws = draws_of(ULA(step_size), target, 64, 3000 if dimension > 2 else 10_000, 2)
    steepest = draws @ axes[:, -1:].numpy()  # (S, C, 1) along the greatest curvature, where the bias is greatest
    along = Known(target.energy, target.draw, np.zeros(1), biased[-1:].numpy(), known.quantiles[:0])
    squares = (steepest[:, :, 0].T) ** 2
    error = diagnostics.mcse_mean(squares)
    assert abs(squares.mean() - along.variance[0]) < ERRORS * error
    assert squares.mean() - 1 / curvature[-1].item() > ERRORS * error
    assert not misses(draws, known, range(0, dimension, max(1, dimension // 5)))
    assert misses(draws, target, range(0, dimension, max(1, dimension // 5)))


def covariance_of(dimension: int) -> Tensor:
    places = torch.arange(dimension, dtype=torch.float64)
    return CORRELATION[dimension] ** (places[:, None] - places).abs()


def test_tempering_crosses_a_wall_that_its_kernel_does_not():
    """Two hills of standard deviation 0.5 at ±5, weights 0.3 and 0.7; all chains start on the lesser one."""

    def energy(x: Tensor) -> Tensor:
        hills = torch.stack([-2 * (x[:, 0] + 5).square(), -2 * (x[:, 0] - 5).square()], 1)
        return -(hills + torch.tensor([0.3, 0.7]).log()).logsumexp(1)

    begin = torch.full((16, 1), -5.0)
    generator = torch.Generator().manual_seed(1)
    alone = run(RandomWalk(0.8), energy, begin, 2000, generator).positions
    assert (alone < 0).all()
    tempered = run(Tempering(RandomWalk(0.8), ladder(7, 0.008)), energy, begin, 6000, generator, every=4)
    right = (tempered.positions[len(tempered.positions) // 5 :, :, 0] > 0).double().numpy().T
    assert abs(right.mean() - 0.7) < ERRORS * diagnostics.mcse_mean(right)
    assert diagnostics.mcse_mean(right) < 0.03


def test_float64_gives_the_same_truth():
    draws = draws_of(MALA(1.2), TARGETS["mixture"], 32, 2000, 1, torch.float64)
    assert not misses(draws, TARGETS["mixture"], range(2))
