"""The GAN's losses against Goodfellow's theorem, its penalty, and how far its fakes are from data."""

import math

import pytest
import torch

from playground.models.gan import LOSSES, discriminator_loss, generator_loss, gradient_penalty
from playground.training.frechet import Space, covered, frechet, nearest

torch.set_num_threads(1)


def test_a_discriminator_that_answers_half_loses_log_4():
    assert discriminator_loss(torch.zeros(3), torch.zeros(5)).item() == pytest.approx(math.log(4))


def test_the_best_discriminator_of_two_discrete_distributions():
    data, model = torch.tensor([0.5, 0.3, 0.2]).double(), torch.tensor([0.1, 0.3, 0.6]).double()
    logits = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([logits], max_iter=200, line_search_fn="strong_wolfe")

    def value() -> torch.Tensor:
        """−V(D, G) with expectations in place of means over draws."""
        real = logits.repeat_interleave((data * 10).round().long())  # ten draws, just as often as they should be
        return discriminator_loss(real, logits.repeat_interleave((model * 10).round().long()))

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = value()
        loss.backward()
        return loss

    optimizer.step(closure)
    assert torch.allclose(logits.detach().sigmoid(), data / (data + model), atol=1e-4)
    middle = (data + model) / 2
    js = 0.5 * ((data * (data / middle).log()).sum() + (model * (model / middle).log()).sum())
    assert -value().item() == pytest.approx(2 * js.item() - math.log(4), abs=1e-7)


def test_the_losses_of_the_generator_fall_as_the_discriminator_is_fooled_but_with_different_slopes():
    logits = torch.tensor([-8.0, 0.0, 8.0], requires_grad=True)
    slopes = {}
    for kind in LOSSES:
        (slopes[kind],) = torch.autograd.grad(generator_loss(logits, kind) * 3, logits)
        assert (slopes[kind] < 0).all()
    assert torch.allclose(slopes["minimax"], -torch.sigmoid(logits))  # flat where D is sure that x is fake
    assert torch.allclose(slopes["non-saturating"], -torch.sigmoid(-logits))  # steep just there
    with pytest.raises(ValueError, match="kind='hinge'"):
        generator_loss(logits, "hinge")


def test_the_penalty_is_the_squared_slope_and_trains():
    weight = torch.tensor([3.0, -4.0], requires_grad=True)
    x = torch.randn(6, 2, generator=torch.Generator().manual_seed(0), requires_grad=True)
    penalty = gradient_penalty(x, x @ weight)
    assert penalty.item() == pytest.approx(25)
    (slope,) = torch.autograd.grad(penalty, weight)
    assert torch.allclose(slope, 2 * weight)


def test_the_frechet_distance_of_known_gaussians():
    generator = torch.Generator().manual_seed(0)
    a = torch.randn(4_000, 3, generator=generator, dtype=torch.float64)
    a = (a - a.mean(0)) @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(a.T))).T  # exactly N(0, I) in its moments
    assert frechet(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet(a, a + torch.tensor([3.0, 0, 4.0]).double()) == pytest.approx(25)
    assert frechet(a, 2 * a) == pytest.approx(3)  # (2 − 1)² in each of three dimensions
    turned = a @ torch.linalg.qr(torch.randn(3, 3, generator=generator, dtype=torch.float64))[0]
    assert frechet(a, turned) == pytest.approx(0, abs=1e-9)


def test_a_space_keeps_distances_where_it_has_room_for_all_of_them():
    x = torch.rand(50, 3, 4, generator=torch.Generator().manual_seed(0))
    space = Space.of(x)
    assert torch.allclose(
        torch.cdist(space(x), space(x)), torch.cdist(x.flatten(1).double(), x.flatten(1).double()), atol=1e-5
    )


def test_coverage_sees_what_is_missing():
    generator = torch.Generator().manual_seed(0)
    left, right = (torch.randn(400, 2, generator=generator).double() + shift for shift in (0.0, 50.0))
    both = torch.cat([left, right])
    assert covered(left, both) == 1.0  # precision of a generator that lost a mode
    assert covered(both, left) == pytest.approx(0.5, abs=0.01)  # its recall
    assert nearest(left, both)[1][:, 0].tolist() == list(range(400))
