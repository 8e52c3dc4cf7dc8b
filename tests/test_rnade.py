"""RNADE: its protocol, its density in the data's own units, and mixtures drawn by their inverse."""

import itertools

import numpy as np
import pytest
import torch
from torch import Tensor

from playground import checkpoints, data, densities
from playground.models import build, describe
from playground.models.mixtures import mixture_log_density
from playground.models.rnade import RNADE
from playground.samplers.ancestral import sample, sample_naively, uniform_noise
from playground.samplers.draws import draw, log_probabilities, mixture_cdf, mixture_quantile, tempered
from playground.training.loop import Trainer
from playground.training.recipes import Recipe
from tests.test_models import stepwise

torch.set_num_threads(1)
KINDS = ("gaussian", "laplace")
ORDERINGS = ("raster", "column", "spiral", "random-7", (11, 0, 5, 3, 8, 1, 10, 2, 9, 4, 7, 6))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def model(kind: str = "gaussian", shape: tuple[int, int] = (3, 4), ordering: object = "raster", **size: int) -> RNADE:
    """Random weights, and a whitening that is neither the identity nor the same at every position."""
    config = {"height": shape[0], "width": shape[1], "ordering": ordering, "hidden": 9, "components": 3} | size
    built = build({"model": "RNADE", "config": config | {"kind": kind}}).eval().requires_grad_(False)
    random = generator(1)
    for parameter in built.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=random) * 0.4)
    positions = shape[0] * shape[1]
    built.mean.copy_(torch.randn(positions, generator=random) * 3)
    built.scale.copy_(torch.rand(positions, generator=random) * 2 + 0.3)
    return built


def rows(built: RNADE, count: int) -> Tensor:
    white = torch.randn(count, len(built.order), generator=generator(2))
    return (white * built.scale + built.mean).view(-1, *built.event_shape)


# --- The protocol ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ordering", ORDERINGS, ids=str)
def test_step_equals_conditionals(kind, ordering):
    built = model(kind, ordering=ordering)
    x = rows(built, 5)
    assert (stepwise(built, x) - built.conditionals(x)).abs().max() < 1e-5


@pytest.mark.parametrize("name", [n for n in checkpoints.names() if n.startswith("rnade-")])
def test_the_shipped_models_step_equals_conditionals_on_data(name):
    loaded = checkpoints.load(name)
    dataset = data.load(loaded.description["dataset"])
    x = torch.from_numpy(data.for_figures(dataset.valid[:20], dataset))
    torch.testing.assert_close(stepwise(loaded.model, x), loaded.model.conditionals(x), atol=1e-5, rtol=1e-6)


@pytest.mark.parametrize("ordering", ORDERINGS, ids=str)
def test_an_output_ignores_by_gradient_what_does_not_come_before_it(ordering):
    built = model(ordering=ordering)
    x = rows(built, 3).requires_grad_(True)
    reached = torch.zeros(12, 12, dtype=torch.bool)  # (output, input), by step
    conditionals = built.conditionals(x)
    for k, position in enumerate(built.order.tolist()):
        (gradient,) = torch.autograd.grad(conditionals[:, position].sum(), x, retain_graph=True)
        reached[k] = (gradient.flatten(1)[:, built.order] != 0).any(0)
    assert not reached.triu().any()
    assert reached.tril(-1).sum() == 66, "every earlier value matters"


@pytest.mark.parametrize("kind", KINDS)
def test_the_backward_pass_is_that_of_the_recurrence(kind):
    built = model(kind, ordering="random-3").double().requires_grad_(True)
    x = rows(built, 4).requires_grad_(True)
    assert torch.autograd.gradcheck(built.log_prob, (x,))
    weights = dict(built.named_parameters())

    def by_weights(*values: Tensor) -> Tensor:
        chosen = dict(zip(weights, values, strict=True))
        return torch.func.functional_call(Called(built), {f"inner.{n}": v for n, v in chosen.items()}, (x.detach(),))

    assert torch.autograd.gradcheck(by_weights, tuple(w.detach().clone().requires_grad_() for w in weights.values()))


class Called(torch.nn.Module):
    """A model whose forward pass is its log-density."""

    def __init__(self, inner: RNADE):
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner.log_prob(x)


def test_log_prob_holds_no_hidden_layer_for_every_position():
    built = model(shape=(8, 8), hidden=512).requires_grad_(True)
    held = []
    x = rows(built, 64)
    with torch.autograd.graph.saved_tensors_hooks(lambda t: held.append(t.numel()) or t, lambda t: t):
        built.log_prob(x).sum()
    assert max(held) < 64 * 64 * 512 / 4, "a tensor of B·D·H numbers was kept for the backward pass"


def test_description_rebuilds_the_model():
    built = model(ordering="spiral")
    again = build(describe(built))
    again.load_state_dict(built.state_dict(), strict=True)
    x = rows(built, 2)
    assert torch.equal(again.conditionals(x), built.conditionals(x))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"kind": "cauchy"}, "kind='cauchy': allowed are 'gaussian', 'laplace'"),
        ({"components": 0}, "components=0"),
        ({"hidden": 1.5}, r"hidden=1\.5"),
        ({"ordering": (0, 0)}, "no permutation"),
        ({"levels": 2}, "levels"),
    ],
)
def test_a_wrong_configuration_is_refused_in_words(config, words):
    with pytest.raises(ValueError, match=words):
        build({"model": "RNADE", "config": config})


# --- The density -----------------------------------------------------------------------------------------------------


def grid(low: Tensor, high: Tensor, cells: int) -> tuple[Tensor, float]:
    """Middles of cells × cells rectangles (cells², 1, 2), and the area of one."""
    sides = [low[i] + (high[i] - low[i]) * (torch.arange(cells) + 0.5) / cells for i in (0, 1)]
    return torch.cartesian_prod(*sides).unsqueeze(1), float((high - low).prod()) / cells**2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ordering", [(0, 1), (1, 0)], ids=str)
def test_a_density_in_the_plane_integrates_to_one_in_both_units(kind, ordering):
    built = model(kind, (1, 2), ordering)
    for whitened in (True, False):
        if whitened:
            built.mean.zero_()
            built.scale.fill_(1.0)
        far = 20.0 * built.scale
        x, area = grid(built.mean - far, built.mean + far, 900)
        p = torch.cat([built.log_prob(part).exp() for part in x.split(90_000)])
        assert abs(p.sum(dtype=torch.float64).item() * area - 1) < 1e-3
        built = model(kind, (1, 2), ordering)


@pytest.mark.parametrize("kind", KINDS)
def test_each_conditional_integrates_to_one(kind):
    built = model(kind)
    parameters = built.conditionals(rows(built, 1))[0]  # (D, P)
    for position in range(12):
        far = 30 * built.scale[position]
        x = torch.linspace(float(built.mean[position] - far), float(built.mean[position] + far), 200_001).double()
        p = mixture_log_density(parameters[position].double().expand(len(x), -1), x, built.head).exp()
        assert abs(torch.trapezoid(p, x).item() - 1) < 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_whitening_costs_exactly_the_sum_of_the_log_scales(kind):
    built = model(kind).double()
    x = rows(built, 6)
    inside = model(kind).double()
    inside.mean.zero_()
    inside.scale.fill_(1.0)
    white = ((x.flatten(1) - built.mean) / built.scale).view_as(x)
    torch.testing.assert_close(built.log_prob(x), inside.log_prob(white) - built.scale.log().sum(), rtol=0, atol=1e-9)


def test_the_sum_over_steps_is_the_log_density():
    built = model("laplace", ordering="random-2")
    x = rows(built, 4)
    by_hand = log_probabilities(stepwise(built, x), x.flatten(1), built.head).sum(1)
    torch.testing.assert_close(built.log_prob(x), by_hand, atol=1e-5, rtol=1e-5)


def constant_columns(name: str) -> data.Dataset:
    """Four columns, of which two never vary in train and one of them does in test."""
    train, test = (np.random.default_rng(s).normal(size=(200, 1, 4)).astype(np.float32) for s in (0, 1))
    train[..., 1], train[..., 2], test[..., 1] = 3.0, -7.0, -7.0
    return data.Dataset(name, train, test[:50], test, None, 0, "none")


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_column_gives_finite_figures(kind):
    config = {"height": 1, "width": 4, "hidden": 8, "components": 3, "kind": kind}
    recipe = Recipe(
        "t", "RNADE", config, "t", "", "", batch=32, muon_lr=0.0, adam_lr=2e-2, steps=300, half=False, valid_rows=50
    )
    dataset = constant_columns("t")
    trainer = Trainer(recipe, dataset)
    progress = trainer.run()
    assert np.isfinite(progress.best)
    for split in (dataset.train, dataset.valid, dataset.test):
        assert trainer.average.log_prob(torch.from_numpy(split)).isfinite().all()
    drawn = sample(trainer.average, 50, generator()).events((1, 4))
    assert (drawn[..., 2] + 7).abs().max() < 0.5, "a column without spread is drawn where it was seen"


def test_whitening_takes_what_a_checkpoint_can_hold():
    built = model(shape=(1, 2))
    x = torch.randn(500, 1, 2, generator=generator()) * torch.tensor([7.0, 0.01]) + torch.tensor([100.3, 0.0])
    built.whiten(x)
    assert torch.equal(built.mean, built.mean.half().float())
    torch.testing.assert_close(built.scale, x.flatten(1).std(0, correction=0), rtol=1e-3, atol=0)
    with pytest.raises(ValueError, match="beyond 65,504"):
        built.whiten(x * 1e6)


# --- Drawing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_the_inverse_undoes_the_cumulative_distribution(kind, seed):
    head = f"{kind}-mixture"
    u = torch.cat([torch.tensor([0.0, 1e-7, 1 - 2**-24]), torch.rand(2_000, generator=generator(seed))])
    logits, means, log_scales = torch.randn(3, 5, generator=generator(seed)) * torch.tensor([[2.0], [4.0], [2.0]])
    parameters = torch.cat([logits, means, log_scales]).expand(len(u), -1)
    x = mixture_quantile(parameters, u, head)
    assert x.isfinite().all()
    back = mixture_cdf(parameters.double(), x, head)
    assert (back - u.double().clamp(2**-25, 1 - 2**-25)).abs().max() < 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_an_even_grid_of_uniform_numbers_gives_the_distribution(kind):
    head, count = f"{kind}-mixture", 4_000
    parameters = torch.tensor([0.0, 1.0, -1.0, -2.0, 0.5, 6.0, -1.0, 0.0, 0.7])
    u = (torch.arange(count) + 0.5) / count
    x = draw(parameters.expand(count, -1), u, 1.0, head).sort().values.double()
    assert x.dtype == torch.float64
    w = parameters[:3].double().softmax(0)
    if kind == "gaussian":
        shape = [torch.distributions.Normal(m, s) for m, s in zip(parameters[3:6], parameters[6:].exp(), strict=True)]
    else:
        shape = [torch.distributions.Laplace(m, s) for m, s in zip(parameters[3:6], parameters[6:].exp(), strict=True)]
    exact = sum(w[k] * shape[k].cdf(x.float()).double() for k in range(3))
    statistic = (exact - (torch.arange(count) + 0.5) / count).abs().max()  # Kolmogorov and Smirnov's
    assert statistic < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_samples_follow_each_conditional(kind):
    built = model(kind, (1, 2), (1, 0))
    drawn = sample(built, 4_000, generator())
    found = mixture_cdf(drawn.parameters.flatten(0, 1), drawn.values.flatten(), built.head).view(-1, 2)
    for k in range(2):
        u = found[:, k].sort().values
        assert (u - (torch.arange(4_000) + 0.5) / 4_000).abs().max() < 1.63 / 4_000**0.5, "KS at the 1 % level"
    torch.testing.assert_close(found, drawn.noise, atol=1e-4, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_temperature_raises_each_component_to_a_power(kind):
    head, temperature = f"{kind}-mixture", 0.5
    one = torch.tensor([[0.0, 1.0, 0.4]])  # a single component
    x = torch.linspace(-5, 7, 20_001)
    p = log_probabilities(one.expand(1, len(x), -1), x[None], head)[0] / temperature
    p = p.exp() / torch.trapezoid(p.exp(), x)
    cold = log_probabilities(tempered(one, temperature, head).expand(1, len(x), -1), x[None], head)[0].exp()
    torch.testing.assert_close(cold, p, atol=1e-4, rtol=1e-3)
    weights = tempered(torch.tensor([[1.0, 0.0, 0, 0, 0, 0]]), temperature, head)[0, :2].softmax(0)
    assert weights[0] == pytest.approx(np.e**2 / (1 + np.e**2), abs=1e-6)


@pytest.mark.parametrize(("kind", "ordering"), list(itertools.product(KINDS, ("raster", "random-5"))))
@pytest.mark.parametrize("per_sample", [False, True])
def test_given_values_are_never_changed(kind, ordering, per_sample):
    built = model(kind, ordering=ordering)
    values = rows(built, 3) if per_sample else rows(built, 1)[0]
    keep = torch.rand(values.shape, generator=generator(6)) < 0.5
    drawn = sample(built, 3, generator(), given=torch.where(keep, values, torch.nan))
    events = drawn.events(built.event_shape)
    assert events.dtype == torch.float32
    keep, values = keep.expand(events.shape), values.expand(events.shape)
    assert torch.equal(events[keep], values[keep])
    assert not torch.isin(events[~keep], values).any()
    torch.testing.assert_close(drawn.log_probability.sum(1), built.log_prob(events), atol=1e-4, rtol=1e-4)


def test_naive_sampling_draws_the_same():
    built = model("laplace", ordering="spiral")
    noise = uniform_noise(4, 12, generator(3))
    drawn = sample(built, 4, generator(), noise=noise)
    naive = sample_naively(built.conditionals, torch.zeros(4, 3, 4), drawn.order, noise, head=built.head)
    torch.testing.assert_close(naive, drawn.events((3, 4)), atol=1e-3, rtol=1e-4)


# --- Data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", densities.PLANE)
def test_points_come_from_their_seed(name):
    make = densities.PLANE[name]
    assert make(50, 3).dtype == np.float32
    assert np.array_equal(make(50, 3), make(50, 3))
    assert not np.array_equal(make(50, 3), make(50, 4))
    dataset = data.load(name)
    assert dataset.train.shape[1:] == dataset.valid.shape[1:] == dataset.test.shape[1:] == (1, 2)
    assert not np.array_equal(dataset.valid, dataset.test)


def test_dequantised_digits_keep_their_level():
    dataset = data.load("digits-dequantized")
    rows = data.for_figures(dataset.valid, dataset)
    assert rows.dtype == np.float32
    assert np.array_equal(np.floor(rows), dataset.valid)
    assert np.array_equal(rows, data.for_figures(dataset.valid, dataset)), "a figure has one fixed draw"
    assert abs(float((rows - dataset.valid).mean()) - 0.5) < 0.01
    recipe = Recipe("t", "RNADE", {"height": 8, "width": 8, "hidden": 4}, "t", "", "", muon_lr=0.0, half=False)
    trainer = Trainer(recipe, dataset)
    first, second = trainer.batch(), trainer.batch()
    assert not (torch.cat([first, second]) % 1 == 0).all(), "training sees noise"
    assert (first % 1).unique().numel() > 1_000
