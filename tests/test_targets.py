"""The densities that chains are sent over: their moments, their gradients, and what quadrature says of them."""

import numpy as np
import pytest
import torch

from playground.drawn import HALF, LEVELS, SIDE, Drawn, example
from playground.errors import InvalidInput
from playground.quadrature import middles, quadrature
from playground.targets import LOG_TAU, TARGETS, Banana, gaussian


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """As the engine has it: threads that wait for each other cost more than these small products."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("name", TARGETS)
def test_the_known_moments_are_those_of_the_density(name):
    target = TARGETS[name]
    found = quadrature(target.energy, target.window)
    assert abs(found.log_partition - target.log_partition) < 1e-4
    assert np.abs(found.mean - target.mean).max() < 1e-3
    assert np.abs(found.covariance - target.covariance).max() < 1e-3
    assert 0.99 < found.inside <= 1 + 1e-6
    width = (target.window[1] - target.window[0]) / found.marginals.shape[1]
    assert np.abs(found.marginals.sum(1) * width - found.inside).max() < 0.01
    cell = width * (target.window[3] - target.window[2]) / found.marginals.shape[1]
    assert abs(np.exp(found.log_density).sum() * cell - found.inside) < 2e-3


@pytest.mark.parametrize("name", TARGETS)
def test_the_gradient_in_closed_form_is_that_of_the_energy(name):
    energy = TARGETS[name].energy
    points = (3 * torch.randn(64, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)).requires_grad_()
    (known,) = torch.autograd.grad(energy(points).sum(), points)
    with torch.no_grad():
        value, gradient = energy.energy_and_gradient(points)
        torch.testing.assert_close(value, energy(points))
        torch.testing.assert_close(gradient, known)
        torch.testing.assert_close(energy.gradient(points), known)


@pytest.mark.parametrize("name", TARGETS)
def test_energy_and_gradient_are_finite_in_float32_far_beyond_the_window(name):
    target = TARGETS[name]
    wide = torch.tensor(target.window).abs().max() * 3
    side = torch.linspace(-float(wide), float(wide), 61)
    points = torch.stack(torch.meshgrid(side, side, indexing="xy"), -1).view(-1, 2)
    value, gradient = target.energy.energy_and_gradient(points)
    assert value.dtype == torch.float32
    assert value.isfinite().all()
    assert gradient.isfinite().all()
    assert not target.energy(torch.full((1, 2), 1e6)).isnan().any()


@pytest.mark.parametrize("dimension", [1, 2, 7, 256])
@pytest.mark.parametrize("correlation", [0.0, 0.9])
def test_the_gaussian_of_any_dimension_has_the_covariance_it_says(dimension, correlation):
    target = gaussian(dimension, correlation)
    precision = target.energy.precision.numpy()
    assert np.abs(precision @ target.covariance - np.eye(dimension)).max() < 1e-9
    assert np.allclose(np.diag(target.covariance), 1)
    sign, log_det = np.linalg.slogdet(target.covariance)
    assert sign == 1
    assert target.log_partition == pytest.approx(0.5 * (dimension * LOG_TAU + log_det))
    x = torch.randn(5, dimension, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(target.energy(x), 0.5 * torch.einsum("bi,ij,bj->b", x, target.energy.precision, x))


@pytest.mark.parametrize("arguments", [(0,), (257,), (2.0,), (2, 1.0), (2, float("nan"))])
def test_no_gaussian_of_a_wrong_size(arguments):
    with pytest.raises(InvalidInput, match="is not allowed"):
        gaussian(*arguments)


def test_the_bananas_coordinates_are_those_of_a_bent_gaussian():
    banana, random = Banana(), np.random.default_rng(0)
    x = banana.a * random.standard_normal(400_000)
    y = banana.b * (x**2 - banana.a**2) + banana.s * random.standard_normal(400_000)
    assert np.abs(np.cov(x, y) - TARGETS["banana"].covariance).max() < 0.03


def test_a_drawn_density_follows_the_ink_and_keeps_chains_in():
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[2:6, 20:26] = LEVELS - 1  # above, right
    drawn = Drawn(picture)
    found = quadrature(drawn, (-HALF, HALF, -HALF, HALF))
    ys, xs = np.unravel_index(found.log_density.argmax(), found.log_density.shape)
    place = middles(-HALF, HALF, found.log_density.shape[0])
    assert place[xs] > 1.5
    assert place[ys] > 2
    far = torch.tensor([[9.0, -9.0]], requires_grad=True)
    (gradient,) = torch.autograd.grad(drawn(far).sum(), far)
    assert gradient[0, 0] > 10
    assert gradient[0, 1] < -10, "the wall pushes back"
    assert found.inside > 0.8


@pytest.mark.parametrize("picture", [np.zeros((3, 3), np.uint8), np.full((SIDE, SIDE), LEVELS, np.uint8)])
def test_what_is_no_drawing_is_refused(picture):
    with pytest.raises(InvalidInput, match="levels"):
        Drawn(picture)


def test_the_drawn_density_has_the_gradient_of_its_energy():
    drawn = Drawn(example())
    points = 2 * torch.randn(8, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    (gradient,) = torch.autograd.grad(drawn(p := points.clone().requires_grad_()).sum(), p)
    for axis in (0, 1):
        step = torch.zeros(2, dtype=torch.float64)
        step[axis] = 1e-6
        difference = (drawn(points + step) - drawn(points - step)) / 2e-6
        torch.testing.assert_close(gradient[:, axis], difference, atol=1e-4, rtol=1e-4)


REFUSED = {
    "flat": (lambda p: 0 * p[:, 0], "does not fade"),
    "a ridge": (lambda p: p[:, 0] ** 2, "does not fade"),
    "log-divergent": (lambda p: torch.log(1 + p.square().sum(-1)), "does not fade"),
    "elsewhere": (lambda p: 0.5 * (p - 7).square().sum(-1), "in the window"),
    "too narrow": (lambda p: 1e6 * (p - 0.313).square().sum(-1), "too narrow"),
    "nowhere": (lambda p: torch.full_like(p[:, 0], torch.inf), "zero everywhere"),
    "nan": (lambda p: torch.where(p[:, 0] > 1, torch.nan, p.square().sum(-1)), "not a number at x ="),
    "pole": (lambda p: p.square().sum(-1) - 1 / p[:, 0].abs(), "infinite at x = 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_normalised_is_refused_in_words(name):
    energy, words = REFUSED[name]
    with pytest.raises(InvalidInput, match=words):
        quadrature(energy, (-4, 4, -4, 4))


def test_a_heavy_tail_is_counted_and_a_hard_wall_is_a_density_of_zero():
    tail = quadrature(lambda p: 2 * torch.log(1 + p.square().sum(-1)), (-4, 4, -4, 4))
    assert abs(tail.log_partition - np.log(np.pi)) < 0.01
    assert tail.inside < 0.96
    half = quadrature(lambda p: torch.where(p[:, 0] > 0, 0.5 * p.square().sum(-1), torch.inf), (-4, 4, -4, 4))
    assert half.log_partition == pytest.approx(LOG_TAU - np.log(2), abs=1e-3)
    assert (half.log_density[:, :80] == -np.inf).all()
    assert half.mean[0] == pytest.approx(np.sqrt(2 / np.pi), abs=1e-3)
