"""Maximum likelihood on an enumerated world: every quantity against its definition."""

import numpy as np
import pytest
import torch

from playground import figures, worlds
from playground.errors import InvalidInput
from playground.traces import LikelihoodSettings, LikelihoodTrace, compute
from playground.traces.likelihood import MODELS, Enumerated, forward_loss, reverse_loss


def fitted(**settings: object) -> LikelihoodTrace:
    return compute(LikelihoodSettings(**{"height": 2, "width": 2, "steps": 60, "count": 12} | settings), None)


def divergence(p: np.ndarray, q: np.ndarray) -> float:
    possible = p > 0
    return float((p[possible] * np.log(p[possible] / q[possible])).sum())


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_a_distribution_with_the_parameters_that_it_claims(model):
    states = torch.from_numpy(worlds.all_states((2, 3)).reshape(64, 6).astype(float))
    net = Enumerated(model, states, torch.Generator().manual_seed(2))
    assert float(net.log_q(net.parameters).exp().sum()) == pytest.approx(1)
    assert net.free == {"independent": 6, "logistic": 21, "table": 63}[model]


@pytest.mark.parametrize("objective", ["forward", "reverse"])
@pytest.mark.parametrize("model", MODELS)
def test_the_curves_are_what_their_names_say(model, objective):
    trace = fitted(model=model, objective=objective)
    for row in (0, len(trace.steps) - 1):
        q = trace.learned[row].astype(np.float64)
        assert q.sum() == pytest.approx(1, abs=1e-5)
        assert trace.forward[row] == pytest.approx(divergence(trace.data, q), abs=1e-4)
        assert trace.test_kl[row] == pytest.approx(divergence(trace.truth, q), abs=1e-4)
        assert trace.reverse[row] == pytest.approx(divergence(q, trace.target), abs=1e-4)
        assert trace.target_kl[row] == pytest.approx(divergence(trace.target, q), abs=1e-4)
    assert trace.train == pytest.approx(trace.forward + trace.entropy_data)
    assert trace.test == pytest.approx(trace.test_kl + trace.entropy_truth)
    for kl in (trace.forward, trace.test_kl, trace.reverse, trace.target_kl):
        assert (kl >= -1e-9).all()
    assert trace.target.sum() == pytest.approx(1)
    assert trace.data.sum() == pytest.approx(1)


@pytest.mark.parametrize("objective", ["forward", "reverse"])
def test_what_is_minimised_falls(objective):
    trace = fitted(objective=objective, rate=0.2)
    curve = trace.forward if objective == "forward" else trace.reverse
    assert curve[-1] < curve[0] - 0.1
    assert (np.diff(curve) <= 1e-9).all()


def test_the_slope_of_the_likelihood_is_data_less_model():
    """For the logistic model, ∂/∂b_i of the mean log-likelihood is the mean of x_i − p(x_i = 1 | before)."""
    states = torch.from_numpy(worlds.all_states((2, 2)).reshape(16, 4).astype(float))
    data = torch.from_numpy(fitted().data.copy())
    net = Enumerated("logistic", states, torch.Generator().manual_seed(0))
    parameters = net.parameters.clone().requires_grad_()
    (slope,) = torch.autograd.grad(forward_loss(data, net.log_q(parameters)), parameters)
    weight = torch.zeros(4, 4, dtype=torch.float64)
    weight[tuple(net.below)] = net.parameters[4:]
    error = states - (net.parameters[:4] + states @ weight.T).sigmoid()
    assert torch.allclose(slope[:4], -(data[:, None] * error).sum(0))
    products = (data[:, None, None] * error[:, :, None] * states[:, None, :]).sum(0)
    assert torch.allclose(slope[4:], -products[tuple(net.below)])


def test_the_slope_of_the_reverse_divergence_is_that_of_finite_differences():
    states = torch.from_numpy(worlds.all_states((2, 2)).reshape(16, 4).astype(float))
    target = torch.from_numpy(fitted().target.copy())
    net = Enumerated("logistic", states, torch.Generator().manual_seed(1))
    parameters = net.parameters.clone().requires_grad_()
    (slope,) = torch.autograd.grad(reverse_loss(target, net.log_q(parameters)), parameters)
    for place in range(net.count):
        step = torch.zeros(net.count, dtype=torch.float64)
        step[place] = 1e-5
        up, down = (reverse_loss(target, net.log_q(net.parameters + sign * step)) for sign in (1, -1))
        assert float(slope[place]) == pytest.approx(float(up - down) / 2e-5, abs=1e-7)


def test_a_table_learns_the_data_by_heart_and_new_draws_pay():
    trace = fitted(height=3, width=3, model="table", count=15, rate=5.0, steps=1500)
    assert trace.forward[-1] < 0.01
    assert trace.test[-1] > trace.test.min() + 0.5


def test_enough_draws_bring_the_data_near_the_world():
    few, many = fitted(count=5), fitted(count=2000)
    assert np.abs(many.data - many.truth).max() < 0.05 < np.abs(few.data - few.truth).max()


def test_one_divergence_covers_both_boards_and_the_other_chooses_one():
    world = {"world": "checkerboard", "data": "world", "model": "independent", "steps": 300}
    cover, choose = fitted(**world), fitted(**world, objective="reverse")
    boards = np.flatnonzero(cover.truth)
    assert cover.learned[-1] == pytest.approx(np.full(16, 1 / 16), abs=1e-3)
    assert sorted(choose.learned[-1][boards] > 0.9) == [False, True]
    assert choose.test_kl[-1] > cover.test_kl[-1]
    other = [fitted(**world, objective="reverse", seed=seed).learned[-1].argmax() for seed in range(6)]
    assert set(other) == set(boards.tolist())


def test_a_world_of_too_many_states_is_refused_in_words():
    with pytest.raises(InvalidInput, match="height=4 and width=4"):
        fitted(height=4, width=4)


def test_the_files_hold_the_numbers():
    trace = fitted()
    files = figures.likelihood.files(trace)
    assert len(files["CSV"][1]().splitlines()) == len(trace.steps) + 1
    assert len(files["states CSV"][1]().splitlines()) == 17
    assert files["PNG"][1]()[:4] == b"\x89PNG"
