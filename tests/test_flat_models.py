"""FVSBN, NADE, order-agnostic NADE and MADE: the protocol under every ordering, and what each of them alone claims."""

import itertools
from collections import Counter

import pytest
import torch
from torch import Tensor, nn

from playground.models import build, describe, made_masks
from playground.models.made import BLOCK, MADE, MADEState
from playground.models.nade import _Pass
from playground.models.orderings import ordering, ranks
from playground.samplers.ancestral import sample, sample_naively
from tests.test_models import random_images, randomised, stepwise

EXPLICIT = (7, 2, 0, 11, 5, 9, 1, 4, 10, 3, 8, 6)
ORDERINGS = {name: name for name in ("raster", "column", "spiral", "random-0", "random-41")} | {"explicit": EXPLICIT}
MODELS = {
    "FVSBN": {"model": "FVSBN", "config": {}},
    "NADE sigmoid": {"model": "NADE", "config": {"hidden": 7}},
    "NADE relu": {"model": "NADE", "config": {"hidden": 10, "activation": "relu"}},
    "order-agnostic, 1 layer": {"model": "OrderAgnosticNADE", "config": {"hidden": (9,)}},
    "order-agnostic, 2 layers": {"model": "OrderAgnosticNADE", "config": {"hidden": (9, 8)}},
} | {
    f"MADE {'×'.join(map(str, hidden))}{', direct' * direct}{', drawn' * (degrees == 'drawn')}": {
        "model": "MADE",
        "config": {"hidden": hidden, "direct": direct, "degrees": degrees},
    }
    for hidden, degrees in (((30,), "spread"), ((22, 26), "spread"), ((20, 25, 18), "spread"), ((24, 21), "drawn"))
    for direct in (True, False)
}
ENSEMBLES = {
    agnostic: {"model": "MADE", "config": {"hidden": (22, 26), "mask_sets": 4, "agnostic": agnostic}}
    for agnostic in ("connectivity", "ordering", "both")
}
EVERY = pytest.mark.parametrize("model_name", MODELS)
IN_EVERY_ORDERING = pytest.mark.parametrize("ordering_name", ORDERINGS)


def made_for(description: dict, wanted: str | tuple[int, ...], height: int = 4, width: int = 3, **kwargs) -> nn.Module:
    """A model with random weights under an ordering."""
    size = {"height": height, "width": width, "ordering": wanted}
    return randomised({**description, "config": {**size, **description["config"]}}, **kwargs)


def all_states(model: nn.Module) -> Tensor:
    """(2ⁿ, H, W): every binary example."""
    n = len(model.order)
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=n))).view(-1, *model.event_shape)


def reached_by_gradient(model: nn.Module, x: Tensor) -> Tensor:
    """(D, D) bool, [output, input] by step: whether the gradient of an output reaches an input in any example."""
    x = x.clone().requires_grad_(True)
    conditionals, rows = model.conditionals(x), []
    for position in model.order.tolist():
        (gradient,) = torch.autograd.grad(conditionals[:, position].sum(), x, retain_graph=True)
        rows.append((gradient.flatten(1)[:, model.order] != 0).any(0))
    return torch.stack(rows)


def reachable(model: nn.Module) -> Tensor:
    """(D, D) bool, [output, input] by step: whether the architecture leaves a way from an input to an output."""
    earlier = torch.ones(len(model.order), len(model.order)).tril(-1).bool()
    if not isinstance(model, MADE) or model.config.direct:
        return earlier
    return (made_paths(model) > 0)[model.order][:, model.order]


def made_paths(model: MADE) -> Tensor:
    """(D, D) float64, [output, input] by position: how many paths lead through all masks."""
    return torch.linalg.multi_dot([mask.double() for mask in reversed(model.masks())])


def check_protocol(model: nn.Module) -> None:
    """`step` equals `conditionals`; an output sees what comes before it and nothing else."""
    x = random_images(model, 32)
    assert (stepwise(model, x) - model.conditionals(x)).abs().max() < 1e-5
    reached, possible = reached_by_gradient(model, x), reachable(model)
    assert not reached.triu().any(), "an output sees itself or a later position"
    assert not reached[~possible].any(), "an output sees along a path that is masked"
    assert possible.diagonal(-1).float().mean() > 0.5, "most positions can see the one just before them"
    assert reached[possible].float().mean() > 0.8, "outputs see little of what they may see"


@IN_EVERY_ORDERING
@EVERY
def test_step_equals_conditionals_and_gradients_follow_the_ordering(model_name, ordering_name):
    model = made_for(MODELS[model_name], ORDERINGS[ordering_name])
    assert model.order.tolist() == ordering(ORDERINGS[ordering_name], 4, 3).tolist()
    check_protocol(model)


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("agnostic", ENSEMBLES)
def test_every_set_of_masks_keeps_the_protocol(agnostic, index):
    check_protocol(made_for(ENSEMBLES[agnostic], "column").member(index))


@pytest.mark.parametrize("layers", [1, 2])
def test_order_agnostic_nade_keeps_the_protocol_under_any_ordering(layers):
    model = made_for(MODELS[f"order-agnostic, {layers} layer{'s' * (layers > 1)}"], "raster")
    for index in range(4):
        check_protocol(model.member(index))
    for wanted in ORDERINGS.values():
        other = model.under(ordering(wanted, 4, 3))
        assert torch.equal(other.order, ordering(wanted, 4, 3))
        check_protocol(other)


@IN_EVERY_ORDERING
@EVERY
def test_probabilities_of_all_states_sum_to_one(model_name, ordering_name):
    wanted = ORDERINGS[ordering_name]
    wanted = tuple(p for p in wanted if p < 9) if isinstance(wanted, tuple) else wanted
    model = made_for(MODELS[model_name], wanted, 3, 3)
    log_p = model.log_prob(all_states(model)).double()
    assert abs(log_p.exp().sum().item() - 1) < 1e-5
    assert log_p.std() > 0.01, "a uniform model would pass without a right log_prob"


@pytest.mark.parametrize("index", range(4))
@pytest.mark.parametrize("agnostic", ENSEMBLES)
def test_probabilities_sum_to_one_under_every_set_of_masks(agnostic, index):
    model = made_for(ENSEMBLES[agnostic], "spiral", 3, 3).member(index)
    assert abs(model.log_prob(all_states(model)).double().exp().sum().item() - 1) < 1e-5


@IN_EVERY_ORDERING
@EVERY
def test_log_prob_is_the_sum_over_conditionals(model_name, ordering_name):
    model = made_for(MODELS[model_name], ORDERINGS[ordering_name])
    x = random_images(model, 6)
    p = torch.sigmoid(stepwise(model, x)[..., 0].double())
    expected = torch.where(x.flatten(1) > 0, p, 1 - p).log().sum(1)
    torch.testing.assert_close(model.log_prob(x).double(), expected, atol=1e-5, rtol=1e-5)


@IN_EVERY_ORDERING
@EVERY
def test_the_sampler_keeps_given_values_and_draws_what_naive_sampling_draws(model_name, ordering_name):
    model = made_for(MODELS[model_name], ORDERINGS[ordering_name])
    generator = torch.Generator().manual_seed(2)
    given = torch.where(torch.rand(4, 3, generator=generator) < 0.4, random_images(model, 1)[0], torch.nan)
    drawn = sample(model, 5, generator, given=given)
    kept = ~given.isnan()
    assert 0 < kept.sum() < 12
    assert (drawn.events((4, 3))[:, kept] == given[kept]).all()
    assert torch.equal(drawn.given, kept.flatten()[model.order].expand(5, 12))

    drawn = sample(model, 5, generator)
    naive = sample_naively(model.conditionals, torch.zeros(5, 4, 3), drawn.order, drawn.noise)
    assert torch.equal(naive.long(), drawn.events((4, 3)))
    expected = model.log_prob(drawn.events((4, 3)).float())
    torch.testing.assert_close(drawn.log_probability.sum(1), expected, atol=1e-5, rtol=1e-5)


@IN_EVERY_ORDERING
@EVERY
def test_the_description_rebuilds_the_model_and_no_pass_writes_a_weight(model_name, ordering_name):
    model = made_for(MODELS[model_name], ORDERINGS[ordering_name])
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    x = random_images(model, 3)
    found = model.conditionals(x)
    stepwise(model, x)
    model.training_loss(x, torch.Generator().manual_seed(0))
    assert before.keys() == dict(model.named_parameters()).keys(), "what a configuration says is not stored again"
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())

    again = build(describe(model)).eval()
    again.load_state_dict(before, strict=True)
    assert torch.equal(again.order, model.order)
    assert torch.equal(again.conditionals(x), found)


@EVERY
def test_a_half_finished_state_is_not_disturbed_by_another(model_name):
    model = made_for(MODELS[model_name], "random-5")
    a, b = random_images(model, 2, seed=1), random_images(model, 2, seed=2)
    states, found = [model.begin(2), model.begin(2)], ([], [])
    for k in range(12):
        for n, x in enumerate((a, b)):
            previous = None if k == 0 else x.flatten(1)[:, model.order[k - 1]]
            parameters, states[n] = model.step(states[n], k, previous)
            found[n].append(parameters)
    for x, parameters in zip((a, b), found, strict=True):
        expected = model.conditionals(x)[:, model.order]
        torch.testing.assert_close(torch.stack(parameters, 1), expected, atol=1e-5, rtol=0)


@EVERY
@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 2), (2, 1), (1, 70)])
def test_a_single_position_and_the_row_of_a_table(model_name, height, width):
    model = made_for(MODELS[model_name], "raster", height, width)
    x = random_images(model, 3)
    assert (stepwise(model, x) - model.conditionals(x)).abs().max() < 1e-5
    if height * width < 3:
        assert abs(model.log_prob(all_states(model)).exp().sum().item() - 1) < 1e-5


# FVSBN


def test_fvsbn_is_a_logistic_regression_on_what_comes_before():
    model = made_for(MODELS["FVSBN"], "spiral")
    x, matrix, rank = random_images(model, 4), model.matrix(), ranks(model.order)
    for i in range(12):
        before = [j for j in range(12) if rank[j] < rank[i]]
        expected = model.bias[i] + sum((model.weight[i, j] * x.flatten(1)[:, j] for j in before), torch.zeros(4))
        torch.testing.assert_close(model.conditionals(x)[:, i, 0], expected)
        assert matrix[i].nonzero().flatten().tolist() == before


# NADE


def nade_in_equations(model: nn.Module, x: Tensor) -> Tensor:
    """(B, D) logits as the paper writes them, one position at a time from scratch (equations 4 to 6)."""
    found, act = torch.zeros(len(x), 12), {"sigmoid": torch.sigmoid, "relu": torch.relu}[model.config.activation]
    flat = x.flatten(1)
    for k, i in enumerate(model.order.tolist()):
        seen = model.order[:k]
        h = act(model.hidden_bias + flat[:, seen] @ model.encode[seen])
        found[:, i] = model.bias[i] + h @ model.decode[i]
    return found


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_nade_is_what_the_paper_says(activation):
    model = made_for(MODELS[f"NADE {activation}"], "random-3")
    x = random_images(model, 4)
    torch.testing.assert_close(model.conditionals(x)[..., 0], nade_in_equations(model, x))


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_nade_s_own_backward_pass_is_the_gradient(activation):
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator, dtype=torch.float64, requires_grad=True)

    arguments = drawn(3, 6), drawn(6, 5), drawn(6, 5), drawn(5)  # x, encode, decode, start
    assert torch.autograd.gradcheck(lambda *args: _Pass.apply(*args, activation), arguments)
    binary = (drawn(3, 6) > 0).double()  # as in training, where x needs none
    assert torch.autograd.gradcheck(lambda *args: _Pass.apply(binary, *args, activation), arguments[1:])


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_nade_s_gradients_equal_those_of_the_equations(activation):
    model = made_for(MODELS[f"NADE {activation}"], "column").requires_grad_(True)
    x = random_images(model, 5).requires_grad_(True)
    wanted = [x, *model.parameters()]
    got = torch.autograd.grad(model.conditionals(x).square().sum(), wanted)
    expected = torch.autograd.grad(nade_in_equations(model, x).square().sum(), wanted)
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


# MADE


@pytest.mark.parametrize("description", [*(m for m in MODELS.values() if m["model"] == "MADE"), *ENSEMBLES.values()])
@pytest.mark.parametrize("ordering_name", ["raster", "spiral", "random-41"])
def test_the_product_of_all_masks_is_strictly_triangular_under_the_ordering(description, ordering_name):
    model = made_for(description, ordering_name)
    for index in range(model.members):
        member = model.member(index)
        by_step = made_paths(member)[member.order][:, member.order]
        assert not by_step.triu().any()
        assert (by_step.tril(-1) > 0).any(1)[1:].all(), "an output to which no path leads"


def test_degrees_lie_between_what_is_below_and_the_last_input():
    for index in range(1, 30):
        degrees = made_masks.drawn_degrees(12, (20, 15, 10), torch.Generator().manual_seed(index))
        assert [len(d) for d in degrees] == [20, 15, 10]
        lowest = 1
        for layer in degrees:
            assert lowest <= layer.min() <= layer.max() <= 11
            assert (layer.diff() >= 0).all()
            lowest = int(layer.min())
    for layer in made_masks.spread_degrees(12, (22, 5)):
        assert (layer.diff() >= 0).all()
        counts = Counter(layer.tolist()).values()
        assert max(counts) - min(counts) <= 1, "spread evenly"


def rows_of(state: MADEState) -> list[Tensor]:
    """(units, B) of each hidden layer as they are now, a copy: the present block's are kept apart."""
    rows = [level.clone() for level in state.levels[1:]]
    for level, units, recent in zip(rows, state.inside[1:], state.recent[1:], strict=True):
        level[units] = recent
    return rows


@pytest.mark.parametrize("hidden", [(300,), (150, 90), (40, 30, 200)])
@pytest.mark.parametrize("degrees", ["spread", "drawn"])
def test_each_hidden_unit_is_computed_exactly_once_and_in_the_order_of_degrees(hidden, degrees, monkeypatch):
    """Across several blocks of steps: every row of every layer is finished once, when its degree comes up."""
    description = {"model": "MADE", "config": {"hidden": hidden, "degrees": degrees}}
    model = made_for(description, "random-1", 9, 9)
    assert len(model.order) > 2 * BLOCK
    finished: list[list[int]] = [[] for _ in hidden]
    reveal = MADEState.reveal

    def watched(state: MADEState, k: int, value: Tensor) -> None:
        before = rows_of(state)
        reveal(state, k, value)
        for layer, (old, new) in enumerate(zip(before, rows_of(state), strict=True)):
            changed = (old != new).any(1).nonzero().flatten().tolist()
            assert all(model.degrees[layer][unit] == k for unit in changed)
            finished[layer] += changed

    monkeypatch.setattr(MADEState, "reveal", watched)
    x = random_images(model, 4)
    state = model.begin(4)
    model.step(state, 0, None)
    for k in range(1, 81):
        before = rows_of(state)
        model.step(state, k, x.flatten(1)[:, model.order[k - 1]])
        for layer, (old, new) in enumerate(zip(before, rows_of(state), strict=True)):
            done = (model.degrees[layer] < k).sum()
            assert torch.equal(old[:done], new[:done]), "a finished unit was touched again"
    h = x.flatten(1)
    for units, weight, linear, rows in zip(
        finished, model.masked_weights()[:-1], model.layers, rows_of(state), strict=True
    ):
        assert len(units) == len(set(units)), "a unit was computed twice"
        assert len(units) > 0.5 * len(rows), "of many units nothing is added at their turn"
        h = torch.relu(h @ weight.t() + linear.bias)
        torch.testing.assert_close(rows.t(), h, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("agnostic", ENSEMBLES)
def test_members_share_the_very_same_weights_and_leave_the_original_alone(agnostic):
    model = made_for(ENSEMBLES[agnostic], "raster")
    order, degrees = model.order.clone(), [d.clone() for d in model.degrees]
    x = random_images(model, 3)
    found = model.conditionals(x)
    members = [model.member(index) for index in range(4)]
    for member in members:
        pairs = zip(model.named_parameters(), member.named_parameters(), strict=True)
        assert all(a is b and a.data_ptr() == b.data_ptr() for (_, a), (_, b) in pairs)
    assert torch.equal(model.order, order)
    assert all(torch.equal(a, b) for a, b in zip(model.degrees, degrees, strict=True))
    assert torch.equal(model.conditionals(x), found)
    assert torch.equal(members[0].conditionals(x), found)
    assert not torch.allclose(members[1].conditionals(x), found), "another set of masks is another distribution"

    orders = [member.order.tolist() for member in members]
    assert (orders[1] == orders[0]) == (agnostic == "connectivity")
    layers = [[d.tolist() for d in member.degrees] for member in members]
    assert (layers[1] == layers[0]) == (agnostic == "ordering")
    assert members[2].order.tolist() == model.member(2).order.tolist(), "a member is the same every time"


def test_orderings_of_order_agnostic_nade_share_the_weights():
    model = made_for(MODELS["order-agnostic, 2 layers"], "raster")
    other = model.under(ordering("spiral", 4, 3))
    assert all(a is b for a, b in zip(model.parameters(), other.parameters(), strict=True))
    assert model.order.tolist() == list(range(12))
    assert model.member(0) is model


def test_members_that_were_not_trained_for_are_refused():
    with pytest.raises(ValueError, match="member=4: allowed are 0 to 3"):
        made_for(ENSEMBLES["both"], "raster").member(4)
    with pytest.raises(ValueError, match="member=-1"):
        made_for(ENSEMBLES["both"], "raster").member(-1)
    with pytest.raises(ValueError, match="member=1: FVSBN was trained for one ordering"):
        made_for(MODELS["FVSBN"], "raster").member(1)
    agnostic = made_for(MODELS["order-agnostic, 1 layer"], "raster")
    with pytest.raises(ValueError, match="member=-1: orderings are numbered from 0"):
        agnostic.member(-1)
    with pytest.raises(ValueError, match="position 3 is missing"):
        agnostic.under(torch.tensor([0, 1, 2, 2, 4, 5, 6, 7, 8, 9, 10, 11]))


def test_training_under_several_sets_takes_each_of_them():
    model = made_for(ENSEMBLES["both"], "raster")
    x = random_images(model, 3)
    possible = [-model.member(index).log_prob(x) for index in range(4)]
    generator, seen = torch.Generator().manual_seed(0), set()
    for _ in range(40):
        loss = model.training_loss(x, generator)
        seen |= {index for index, nats in enumerate(possible) if torch.equal(nats, loss)}
    assert seen == {0, 1, 2, 3}


# Configurations


@pytest.mark.parametrize(
    ("name", "config", "words"),
    [
        ("FVSBN", {"height": 0}, "FVSBNConfig: height=0: allowed are whole numbers from 1 to 256"),
        ("FVSBN", {"width": 2.5}, "width=2.5"),
        ("FVSBN", {"width": True}, "width=True"),
        ("FVSBN", {"ordering": "zigzag"}, "ordering='zigzag': allowed are raster, column, spiral, random-SEED"),
        ("FVSBN", {"ordering": "random-"}, "ordering='random-'"),
        ("FVSBN", {"ordering": "random--1"}, "ordering='random--1'"),
        ("FVSBN", {"ordering": "x" * 5000}, "ordering='x{40}'"),
        ("FVSBN", {"ordering": 3}, "ordering=3: allowed are a name or a list of positions"),
        ("FVSBN", {"ordering": [0, 1, 2]}, "no permutation: position 3 is missing"),
        ("FVSBN", {"ordering": [0, 1, 2, 2]}, "no permutation: position 3 is missing"),
        ("FVSBN", {"ordering": [0, 1, 2, 3, 3]}, "no permutation: position 3 comes more than once"),
        ("FVSBN", {"ordering": [0, 1, 2, 4]}, "ordering holds 4: positions are whole numbers from 0 to 3"),
        ("FVSBN", {"ordering": [0, 1, 2, 3.0]}, "ordering holds 3.0"),
        ("FVSBN", {"ordering": [0, 1, 2, "3"]}, "ordering holds '3'"),
        ("FVSBN", {"ordering": [False, 1, 2, 3]}, "ordering holds False"),
        ("FVSBN", {"ordering": [0, 1, 2, -1]}, "ordering holds -1"),
        ("FVSBN", {"hidden": 3}, "config of FVSBN"),
        ("NADE", {"hidden": 0}, "NADEConfig: hidden=0: allowed are whole numbers from 1 to 8192"),
        ("NADE", {"hidden": [5]}, r"hidden=\[5\]"),
        ("NADE", {"activation": "tanh"}, "activation='tanh': allowed are 'sigmoid', 'relu'"),
        ("NADE", {"activation": None}, "activation=None"),
        ("OrderAgnosticNADE", {"hidden": []}, "allowed are 1 to 2 layers"),
        ("OrderAgnosticNADE", {"hidden": [4, 4, 4]}, "allowed are 1 to 2 layers of 1 to 8192 units"),
        ("MADE", {"hidden": 30}, "MADEConfig: hidden=30: allowed are 1 to 8 layers of 1 to 16384 units"),
        ("MADE", {"hidden": [0]}, r"hidden=\[0\]"),
        ("MADE", {"hidden": [True]}, r"hidden=\[True\]"),
        ("MADE", {"direct": 1}, "direct=1: allowed are True, False"),
        ("MADE", {"mask_sets": 0}, "mask_sets=0: allowed are whole numbers from 1 to 1024"),
        ("MADE", {"agnostic": "none"}, "agnostic='none': allowed are 'connectivity', 'ordering', 'both'"),
        ("MADE", {"degrees": "random"}, "degrees='random': allowed are 'spread', 'drawn'"),
    ],
)
def test_a_configuration_that_is_not_allowed_is_refused_in_words(name, config, words):
    with pytest.raises(ValueError, match=words):
        build({"model": name, "config": {"height": 2, "width": 2, **config}})
