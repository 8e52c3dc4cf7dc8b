"""One picture in a VAE: the bounds in their order, the quadrature against a plain sum, the gap against the KL."""

import math

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.models import VAE, VAEConfig
from playground.traces import OwnDigitSettings, compute, pack_greys
from playground.traces.own_digit import bounds, log_mean, set_sizes
from playground.traces.posterior import divergence, evidence, expectation, grid, log_joint
from tests.small_latent import SIDE, WIDE, small_models

torch.set_num_threads(1)
PICTURE = np.where(np.random.default_rng(2).random((SIDE, SIDE)) < 0.3, 255, 0).astype(np.uint8)
PACKED = pack_greys(PICTURE)


def settings(**values: object) -> OwnDigitSettings:
    return OwnDigitSettings.checked(**{"checkpoint": "vae-mnist-2d", "picture": PACKED, "draws": 200, **values})


@pytest.fixture(scope="module")
def models():
    return small_models()


@pytest.fixture(scope="module")
def trace(models):
    return compute(settings(repeats=20), models["vae-mnist-2d"])


def gaussian(mean: list[float], deviation: list[float], log_mass: float = 0.0):
    """log of a Gaussian's density over the plane, with a mass."""
    m, s = torch.tensor(mean).double(), torch.tensor(deviation).double()
    constant = log_mass - math.log(2 * math.pi) - float(s.log().sum())
    return lambda z: constant - ((z.double() - m) / s).square().sum(1) / 2


@pytest.mark.parametrize("deviation", [[1.0, 0.7], [0.3, 0.1], [0.05, 0.05], [0.02, 0.03]])
def test_the_quadrature_finds_a_mass_that_is_known_however_narrow(deviation):
    found = evidence(gaussian([-1.031, 0.417], deviation, -123.4))
    assert found.log_p == pytest.approx(-123.4, abs=1e-4)
    assert abs(found.levels[-1] - found.levels[-2]) < 0.01, "it has converged"


def test_two_modes_are_both_summed():
    one, other = gaussian([-2, 1], [0.04, 0.04], -50), gaussian([2.2, -1], [0.06, 0.05], -51)
    found = evidence(lambda z: torch.logaddexp(one(z), other(z)))
    assert found.log_p == pytest.approx(np.logaddexp(-50, -51), abs=1e-4)


def test_the_quadrature_equals_a_plain_sum_over_a_fine_grid(models, trace):
    model = models["vae-mnist-2d"]
    joint = log_joint(model, torch.from_numpy(PICTURE / 255).float())
    plain = float((joint(grid((-7, -7), (7, 7), 500)) + 2 * math.log(14 / 500)).logsumexp(0))
    assert trace.exact == pytest.approx(plain, abs=1e-3)
    assert abs(trace.levels[-1] - trace.levels[-2]) < 1e-3


def test_elbo_iwae_and_log_p_stand_in_this_order(trace):
    assert trace.elbo <= trace.exact
    slack = 4 * trace.iwae_error
    slack[np.isnan(slack)] = 0
    assert trace.elbo <= trace.iwae[0] + slack[0]
    assert (trace.iwae <= trace.exact + slack).all()
    assert (np.diff(trace.iwae) >= -(slack[1:] + slack[:-1])).all(), "theorem 1: it never loosens"
    assert trace.exact - trace.elbo > 0.01, "or there was nothing to test"


def test_the_gap_is_the_kl_to_the_true_posterior(trace):
    assert trace.gap == pytest.approx(trace.exact - trace.elbo, abs=2e-3)


def test_a_draw_s_elbo_is_unbiased(trace):
    assert trace.term == pytest.approx(trace.exact_term, abs=4 * trace.term_error)
    assert trace.log_weight.mean() == pytest.approx(trace.elbo, abs=4 * trace.log_weight.std() / math.sqrt(200))


def test_expectation_and_divergence_of_gaussians():
    mean, deviation = torch.tensor([0.3, -0.2]), torch.tensor([0.5, 0.1])
    square = expectation(mean, deviation, lambda z: z.square().sum(1))
    assert square == pytest.approx(0.09 + 0.04 + 0.25 + 0.01, abs=1e-6)
    other = gaussian([0.1, -0.1], [0.6, 0.2], -7.0)
    kl = sum(
        math.log(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - 0.5
        for m, s, n, t in [(0.3, 0.5, 0.1, 0.6), (-0.2, 0.1, -0.1, 0.2)]
    )
    assert divergence(mean, deviation, other, -7.0) == pytest.approx(kl, abs=1e-5)


def test_the_posterior_s_map_is_a_density_over_its_window(trace):
    x0, x1, y0, y1 = trace.window
    cell = (x1 - x0) * (y1 - y0) / trace.posterior.size
    assert np.exp(trace.posterior.astype(np.float64)).sum() * cell == pytest.approx(1, abs=0.02)


def test_the_parts_of_the_trace_fit_one_another(models, trace):
    assert trace.log_pixel[1:].sum((1, 2)) == pytest.approx(trace.reconstruction[: len(trace.logits) - 1], abs=1e-2)
    assert trace.nested[-1] == pytest.approx(float(log_mean(trace.log_weight)))
    assert (trace.effective >= 1 - 1e-9).all()
    assert (trace.effective <= trace.sizes + 1e-9).all()
    again = compute(settings(repeats=20), models["vae-mnist-2d"])
    np.testing.assert_array_equal(again.z, trace.z)
    assert again.exact == trace.exact
    other = compute(settings(seed=1, repeats=2), models["vae-mnist-2d"])
    assert not np.array_equal(other.z, trace.z)
    assert other.exact == trace.exact, "the truth needs no draw"


def test_many_dimensions_have_bounds_and_no_exact_value(models):
    found = compute(settings(checkpoint="vae-mnist"), models["vae-mnist"])
    assert math.isnan(found.exact)
    assert math.isnan(found.gap)
    assert found.kl.shape == (WIDE,)
    assert found.elbo == pytest.approx(found.term - found.kl.sum())
    assert found.posterior.size == 0


def test_bounds_of_weights_that_are_all_the_same():
    means, errors = bounds(np.full(100, -3.0), np.array([1, 7, 100]))
    np.testing.assert_allclose(means, -3)
    assert errors[0] == errors[1] == 0
    assert math.isnan(errors[2]), "one set has no spread"


@pytest.mark.parametrize("draws", [10, 200, 1000])
def test_sizes_grow_to_the_number_of_draws(draws):
    sizes = set_sizes(draws)
    assert sizes[0] == 1
    assert sizes[-1] == draws
    assert (np.diff(sizes) > 0).all()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"picture": ""}, "picture holds no ink"),
        ({"picture": pack_greys(np.full((SIDE, SIDE), 90, np.uint8))}, "picture holds no ink"),
        ({"picture": "AAAA"}, "picture holds 3 bytes"),
        ({"picture": "!!"}, "picture="),
        ({"draws": 5}, "draws=5"),
        ({"repeats": 99}, "repeats=99"),
    ],
)
def test_bad_input_is_refused_in_words(models, values, words):
    with pytest.raises(InvalidInput, match=words):
        compute(settings(**values), models["vae-mnist-2d"])


def test_a_model_of_another_kind_is_refused(models):
    with pytest.raises(InvalidInput, match="no variational autoencoder"):
        compute(settings(), models["autoencoder-mnist-2d"])


def test_a_collapsed_dimension_costs_nothing():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = VAE(VAEConfig(height=SIDE, width=SIDE, latent=2, hidden=(8,))).eval().requires_grad_(False)
    for layer in model.encoder.layers[-1:]:
        layer.weight.zero_()
        layer.bias.zero_()
    found = compute(settings(), model)
    np.testing.assert_allclose(found.kl, 0, atol=1e-6)
    np.testing.assert_allclose(found.deviation, 1)
