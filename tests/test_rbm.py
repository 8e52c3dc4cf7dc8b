"""The restricted Boltzmann machine against enumeration, and annealed importance sampling against the exact log Z."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import worlds
from playground.models import build, describe
from playground.models.rbm import RBM, RBMConfig, base_rates, coins
from playground.samplers import ais


def machine(height: int, width: int, hidden: int, seed: int = 0, spread: float = 0.8) -> RBM:
    """An RBM whose weights and biases are random, float64."""
    generator = torch.Generator().manual_seed(seed)
    model = RBM(RBMConfig(height, width, hidden)).double().requires_grad_(False)
    for parameter in model.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64) * spread)
    return model


def every(units: int) -> Tensor:
    """(2ⁿ, n) float64: all states."""
    return ((torch.arange(2**units)[:, None] >> torch.arange(units)) & 1).double()


def joint(model: RBM) -> tuple[Tensor, Tensor, Tensor]:
    """All v (V, D), all h (U, H), and p(v, h) (V, U) by double enumeration."""
    v, h = every(model.config.positions), every(model.config.hidden)
    pairs = torch.stack([model.joint_energy(v, one.expand(len(v), -1)) for one in h], 1)
    return v, h, (-pairs).flatten().softmax(0).reshape(pairs.shape)


def annealed(model: RBM, bias: Tensor, runs: int, betas: Tensor, seed: int = 0) -> ais.Estimate:
    generator = torch.Generator().manual_seed(seed)
    log_density, transition, start, at_zero = model.annealed(bias)
    return ais.estimate(log_density, transition, start(runs, generator), at_zero, betas, generator)


# --- The model -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "hidden"), [((2, 3), 4), ((2, 2), 7), ((1, 1), 1), ((3, 3), 2)])
def test_free_energy_and_log_z_are_those_of_the_enumeration(shape, hidden):
    model = machine(*shape, hidden)
    v, h = every(model.config.positions), every(hidden)
    pairs = torch.stack([model.joint_energy(v, one.expand(len(v), -1)) for one in h], 1)  # (V, U)
    assert torch.allclose(model.energy(v), -(-pairs).logsumexp(1), atol=1e-9)
    log_z = (-pairs).flatten().logsumexp(0).item()
    assert model.log_partition_exact() == pytest.approx(log_z, abs=1e-9)
    assert (-model.energy(v) - log_z).exp().sum().item() == pytest.approx(1, abs=1e-9)


def test_the_joint_energy_is_the_one_of_the_formula():
    model = machine(2, 2, 3)
    v, h = every(4)[5], every(3)[6]
    expected = 0.0
    for i in range(4):
        expected -= float(model.visible_bias[i] * v[i])
        for j in range(3):
            expected -= float(h[j] * model.weight[j, i] * v[i])
    expected -= float((model.hidden_bias * h).sum())
    assert model.joint_energy(v[None], h[None]).item() == pytest.approx(expected, abs=1e-12)


def test_conditionals_are_those_of_the_joint():
    model = machine(2, 2, 3)
    v, h, p = joint(model)
    hidden = (p / p.sum(1, keepdim=True)) @ h  # E[h | v]
    visible = ((p / p.sum(0)).T @ v).reshape(-1, 2, 2)
    assert torch.allclose(model.hidden_given(v), hidden, atol=1e-9)
    assert torch.allclose(model.visible_given(h), visible, atol=1e-9)


def test_a_picture_and_its_flat_row_are_the_same_state():
    model = machine(2, 3, 4)
    v = every(6)[:10]
    assert torch.equal(model.energy(v), model.energy(v.reshape(-1, 2, 3)))


def test_both_sides_can_be_the_counted_one():
    wide, tall = machine(2, 2, 9), machine(3, 3, 4)
    turned = RBM(RBMConfig(1, 9, 4)).double().requires_grad_(False)
    turned.weight.copy_(wide.weight.T.T.T)
    turned.visible_bias.copy_(wide.hidden_bias)
    turned.hidden_bias.copy_(wide.visible_bias)
    assert turned.log_partition_exact() == pytest.approx(wide.log_partition_exact(), abs=1e-9)
    assert math.isfinite(tall.log_partition_exact())


def test_log_z_of_two_large_sides_is_refused_in_words():
    with pytest.raises(ValueError, match="smaller side has 21 units, allowed are at most 20"):
        RBM(RBMConfig(3, 7, 500)).log_partition_exact()


@pytest.mark.parametrize("field", [{"hidden": 0}, {"hidden": 5000}, {"height": 0}, {"width": 3.5}, {"hidden": True}])
def test_a_wrong_configuration_is_refused(field):
    with pytest.raises(ValueError, match=f"{next(iter(field))}="):
        RBMConfig(**field)


def test_description_rebuilds_the_model():
    model = RBM(RBMConfig(3, 4, 5))
    again = build(describe(model))
    again.load_state_dict(model.state_dict())
    assert torch.equal(again.energy(torch.ones(2, 3, 4)), model.energy(torch.ones(2, 3, 4)))
    assert (model.family, model.event_shape) == ("energy", (3, 4))


# --- Gibbs -----------------------------------------------------------------------------------------------------------


def test_a_gibbs_sweep_leaves_the_distribution_alone_exactly():
    """p(v′) = Σ_v p(v) Σ_h p(h | v) p(v′ | h), every term enumerated."""
    model = machine(2, 2, 3)
    v, h, p = joint(model)
    marginal = p.sum(1)
    up, down = model.hidden_given(v), model.visible_given(h).flatten(1)
    to_h = torch.stack([torch.where(one > 0, up, 1 - up).prod(1) for one in h], 1)  # (V, U) p(h | v)
    to_v = torch.stack([torch.where(one > 0, down, 1 - down).prod(1) for one in v], 1)  # (U, V) p(v | h)
    assert torch.allclose(marginal @ to_h @ to_v, marginal, atol=1e-12)


def test_drawn_chains_reach_the_exact_distribution():
    model, generator = machine(2, 2, 3, seed=4), torch.Generator().manual_seed(1)
    chains = 20_000
    v = coins(torch.full((chains, 4), 0.5, dtype=torch.float64), generator)
    for _ in range(60):
        v = coins(model.visible_given(coins(model.hidden_given(v), generator)), generator).flatten(1)
    counts = torch.bincount((v @ (2.0 ** torch.arange(4, dtype=torch.float64))).long(), minlength=16) / chains
    exact = joint(model)[2].sum(1)
    assert ((counts - exact).abs() < 4.5 * (exact * (1 - exact) / chains).sqrt() + 1e-9).all()


# --- The gradient ----------------------------------------------------------------------------------------------------


def exact_gradient(model: RBM, v: Tensor, truth: Tensor) -> tuple[Tensor, ...]:
    q = (-model.energy(v)).softmax(0)
    return tuple(a - b for a, b in zip(model.statistics(v, truth), model.statistics(v, q), strict=True))


def test_the_exact_gradient_is_that_of_the_log_likelihood():
    model = machine(2, 2, 3)
    v, truth = every(4), torch.rand(16, generator=torch.Generator().manual_seed(2)).double()
    truth = truth / truth.sum()
    model.requires_grad_(True)
    likelihood = -(truth * model.energy(v)).sum() - (-model.energy(v)).logsumexp(0)
    likelihood.backward()
    ours = exact_gradient(model, v, truth)
    for parameter, gradient in zip((model.weight, model.visible_bias, model.hidden_bias), ours, strict=True):
        assert torch.allclose(parameter.grad, gradient, atol=1e-9)


def test_contrastive_divergence_of_many_steps_is_the_exact_gradient():
    """CD-k in expectation: the data, sent through k exact Gibbs sweeps, instead of the model's own distribution."""
    model = machine(3, 3, 4, spread=0.7)
    world = worlds.bars_and_stripes((3, 3))
    v, truth = torch.from_numpy(world.states.reshape(512, -1)).double(), torch.from_numpy(world.probabilities.copy())
    h = every(4)
    up, down = model.hidden_given(v), model.visible_given(h).flatten(1)
    to_h = torch.stack([torch.where(one > 0, up, 1 - up).prod(1) for one in h], 1)
    to_v = (v @ down.log().T + (1 - v) @ (1 - down).log().T).exp().T
    exact, apart, state = exact_gradient(model, v, truth), {}, truth
    for k in range(1, 201):
        state = state @ to_h @ to_v
        estimate = [a - b for a, b in zip(model.statistics(v, truth), model.statistics(v, state), strict=True)]
        apart[k] = max(float((a - b).abs().max()) for a, b in zip(estimate, exact, strict=True))
    assert apart[1] > 0.01  # one step is biased
    assert apart[1] > apart[5] > apart[20]
    assert apart[200] < 1e-6


def test_drawn_contrastive_divergence_agrees_within_its_own_error():
    model, generator = machine(2, 2, 3, spread=0.7), torch.Generator().manual_seed(3)
    v, truth = every(4), torch.zeros(16, dtype=torch.float64)
    truth[[0, 3, 12, 15]] = 0.25
    exact = exact_gradient(model, v, truth)[0]
    x = v[torch.multinomial(truth, 40_000, replacement=True, generator=generator)]
    drawn = x
    for _ in range(100):
        drawn = coins(model.visible_given(coins(model.hidden_given(drawn), generator)), generator).flatten(1)
    estimate = model.statistics(x)[0] - model.statistics(drawn)[0]
    assert (estimate - exact).abs().max() < 4.5 * math.sqrt(2 * 0.25 / 40_000)


# --- Annealed importance sampling ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_ais_of_a_random_machine_on_pictures(seed):
    model = machine(28, 28, 16, seed=seed, spread=0.1).float()
    found = annealed(model, torch.zeros(784), 60, ais.schedule(300))
    assert found.log_partition == pytest.approx(model.log_partition_exact(), abs=0.5)
    assert found.standard_error < 0.25


def test_ais_of_a_trained_machine_on_pictures():
    """16 hidden units that learn strokes by persistent contrastive divergence."""
    generator = torch.Generator().manual_seed(0)
    rows, columns = torch.randint(4, 20, (400,), generator=generator), torch.randint(4, 20, (400,), generator=generator)
    images = torch.zeros(400, 28, 28)
    for image, row, column in zip(images, rows, columns, strict=True):
        image[row : row + 4, 3:25] = 1
        image[3:25, column : column + 4] = 1
    model = RBM(RBMConfig(28, 28, 16)).requires_grad_(False)
    model.weight.copy_(torch.randn(16, 784, generator=generator) * 0.01)
    bias = base_rates(images)
    model.visible_bias.copy_(bias)
    v = coins(bias.sigmoid().expand(100, -1), generator)
    for _ in range(400):
        for _ in range(2):
            v = coins(model.visible_given(coins(model.hidden_given(v), generator)), generator).flatten(1)
        x = images[torch.randint(400, (100,), generator=generator)]
        for p, up, down in zip(
            (model.weight, model.visible_bias, model.hidden_bias), model.statistics(x), model.statistics(v), strict=True
        ):
            p.add_(up - down, alpha=0.05)
    exact = model.log_partition_exact()
    gain = (-model.energy(images).mean() - exact) + torch.nn.functional.binary_cross_entropy_with_logits(
        bias.expand(400, -1), images.flatten(1), reduction="none"
    ).sum(1).mean()
    assert gain > 10  # it has learned something
    found = annealed(model, bias, 60, ais.schedule(300))
    assert found.log_partition == pytest.approx(exact, abs=0.5)
    low, high = found.interval
    assert high - low < 1


def test_ais_is_exact_where_the_path_stands_still():
    model = RBM(RBMConfig(2, 2, 3)).double().requires_grad_(False)
    for parameter in model.parameters():
        parameter.zero_()
    found = annealed(model, torch.zeros(4, dtype=torch.float64), 5, ais.schedule(10))
    assert found.log_partition == pytest.approx(7 * math.log(2), abs=1e-12)
    assert found.standard_error == 0
    assert found.effective == pytest.approx(5)


def test_the_error_of_ais_is_honest():
    """Over many estimates the truth lies within 2 standard errors about 95 times of 100."""
    model = machine(3, 3, 5, spread=1.0)
    exact, inside = model.log_partition_exact(), 0
    for seed in range(60):
        found = annealed(model, torch.zeros(9, dtype=torch.float64), 100, ais.schedule(30), seed)
        inside += abs(found.log_partition - exact) < 2 * found.standard_error
    assert 50 <= inside <= 60


def test_the_transition_leaves_each_density_of_the_path_alone():
    model, base = machine(2, 2, 3), torch.tensor([0.3, -1.0, 0.5, 0.2]).double()
    log_density, transition, start, at_zero = model.annealed(base)
    v, generator = every(4), torch.Generator().manual_seed(0)
    for beta in (0.0, 0.4, 1.0):
        p = log_density(v, torch.tensor([beta]))[0].softmax(0)
        x = v[torch.multinomial(p, 40_000, replacement=True, generator=generator)]
        after = transition(x, beta, generator)
        counts = torch.bincount((after @ (2.0 ** torch.arange(4, dtype=torch.float64))).long(), minlength=16) / 40_000
        assert ((counts - p).abs() < 4.5 * (p / 40_000).sqrt() * 1.5 + 1e-6).all()
    assert log_density(v, torch.tensor([0.0]))[0].logsumexp(0).item() == pytest.approx(at_zero, abs=1e-9)
    assert torch.allclose(log_density(v, torch.tensor([1.0]))[0], -model.energy(v), atol=1e-9)
    assert start(7, generator).shape == (7, 4)


@pytest.mark.parametrize("betas", [[0.0, 0.5, 0.4, 1.0], [0.1, 1.0], [0.0, 0.9]])
def test_a_path_that_does_not_lead_from_0_to_1_is_refused(betas):
    with pytest.raises(ValueError, match="betas must increase from 0 to 1"):
        annealed(machine(2, 2, 2), torch.zeros(4), 3, torch.tensor(betas))
    with pytest.raises(ValueError, match="count=1"):
        ais.schedule(1)


def test_a_bent_schedule_is_a_schedule():
    betas = ais.schedule(50, edge=4.0)
    assert (betas[0], betas[-1]) == (0, 1)
    assert (betas.diff() > 0).all()
    assert betas[1] < ais.schedule(50)[1]


def test_the_global_generator_stays_where_it_is():
    model = machine(2, 2, 2)
    before = torch.get_rng_state()
    annealed(model, torch.zeros(4), 3, ais.schedule(5))
    assert torch.equal(before, torch.get_rng_state())
    assert np.isfinite(ais.summary(torch.tensor([1.0, 2.0]).double())[0])
