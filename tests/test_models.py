"""Properties of the autoregressive protocol, for every model and, where they are bundled, for every checkpoint."""

import itertools
import json

import pytest
import torch
from torch import Tensor, nn

from playground import checkpoints
from playground.models import build, describe
from playground.models.layers import causal_mask

SMALL = {
    "plain binary": {"model": "PixelCNN", "config": {"height": 6, "width": 5, "levels": 2, "features": 6, "blocks": 3}},
    "plain 5 levels": {
        "model": "PixelCNN",
        "config": {"height": 4, "width": 6, "levels": 5, "features": 4, "blocks": 2},
    },
    "gated binary": {
        "model": "GatedPixelCNN",
        "config": {"height": 6, "width": 5, "levels": 2, "features": 6, "layers": 3},
    },
    "gated 5 levels": {
        "model": "GatedPixelCNN",
        "config": {"height": 4, "width": 6, "levels": 5, "features": 4, "layers": 2},
    },
    "FVSBN": {"model": "FVSBN", "config": {"height": 4, "width": 3, "ordering": "spiral"}},
    "NADE sigmoid": {"model": "NADE", "config": {"height": 4, "width": 3, "hidden": 9, "ordering": "column"}},
    "NADE relu": {"model": "NADE", "config": {"height": 1, "width": 12, "hidden": 9, "activation": "relu"}},
    "order-agnostic NADE": {
        "model": "OrderAgnosticNADE",
        "config": {"height": 4, "width": 3, "hidden": [9], "ordering": "random-3"},
    },
    "deep order-agnostic NADE": {
        "model": "OrderAgnosticNADE",
        "config": {"height": 4, "width": 3, "hidden": [9, 8]},
    },
    "MADE": {"model": "MADE", "config": {"height": 4, "width": 3, "hidden": [30]}},
    "MADE 2 layers": {
        "model": "MADE",
        "config": {"height": 6, "width": 6, "hidden": [60, 50], "direct": False, "ordering": "spiral"},
    },
    "MADE 3 layers, drawn degrees": {
        "model": "MADE",
        "config": {"height": 4, "width": 3, "hidden": [30, 20, 40], "ordering": "random-2", "degrees": "drawn"},
    },
}
ROUNDED = "of 1e-4 or less: float32 rounds a sum of hundreds of nats that much; keep it in float64"
SHIPPED = {one["model"] for one in SMALL.values()} | {"RNADE"}  # models whose bundled checkpoints are tested


def randomised(description: dict, seed: int = 0, spread: float = 0.3) -> nn.Module:
    """A model whose every weight is random, so that no zero initialisation hides a leak."""
    model = build(description).eval().requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for parameter in model.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator) * spread)
    return model


def random_images(model: nn.Module, count: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(model.config.levels, (count, *model.event_shape), generator=generator).float()


def stepwise(model: nn.Module, x: Tensor) -> Tensor:
    """(B, D, P): all conditionals, by the incremental pass."""
    flat, out = x.flatten(1), torch.empty(0)
    state, previous = model.begin(len(x)), None
    for k, position in enumerate(model.order.tolist()):
        parameters, state = model.step(state, k, previous)
        if k == 0:
            out = torch.empty(len(x), len(model.order), parameters.shape[1])
        out[:, position] = parameters
        previous = flat[:, position]
    return out


@pytest.mark.parametrize("name", SMALL)
def test_step_equals_conditionals(name):
    model = randomised(SMALL[name])
    x = random_images(model, 3)
    difference = (stepwise(model, x) - model.conditionals(x)).abs().max()
    assert difference < 1e-5


def shipped() -> list[str]:
    """Names of the bundled checkpoints whose model is one of `SHIPPED`."""
    configs = {name: checkpoints.root() / name / "config.json" for name in checkpoints.names()}
    there = {name: json.loads(path.read_text("utf-8")) for name, path in configs.items() if path.is_file()}
    return [name for name, config in there.items() if config["model"] in SHIPPED]


@pytest.mark.parametrize("name", shipped())
def test_step_equals_conditionals_in_every_shipped_model(name):
    model = checkpoints.load(name).model
    noise = torch.rand(2, *model.event_shape, generator=torch.Generator().manual_seed(0))
    x = (noise**3 * model.config.levels).floor()  # mostly background, as digits are
    with torch.inference_mode():  # FVSBN's logit of a pixel that was never ink is about −70: float32 has steps of 8e-6
        close = {"atol": 1e-5, "rtol": 2.5e-7, "msg": lambda words: f"{words}\n{ROUNDED}"}
        torch.testing.assert_close(stepwise(model, x), model.conditionals(x), **close)


@pytest.mark.parametrize("name", SMALL)
def test_output_ignores_by_gradient_what_it_must_not_see(name):
    model = randomised(SMALL[name])
    x = random_images(model, 2).requires_grad_(True)
    reached = torch.zeros(len(model.order), len(model.order), dtype=torch.bool)  # (output, input)
    conditionals = model.conditionals(x)
    for position in range(len(model.order)):
        (gradient,) = torch.autograd.grad(conditionals[:, position].sum(), x, retain_graph=True)
        reached[position] = (gradient.flatten(1) != 0).any(0)
    reached = reached[model.order][:, model.order]  # by step
    assert not reached.triu().any(), "an output sees itself or a later pixel"
    assert reached.tril(-1).diagonal(-1).sum() > 0, "no output sees even its neighbour: the test would prove nothing"


def test_blind_spot_is_in_the_plain_model_and_not_in_the_gated_one():
    size = {"height": 12, "width": 12, "levels": 2, "features": 8}
    plain = randomised({"model": "PixelCNN", "config": {**size, "blocks": 3}})
    gated = randomised({"model": "GatedPixelCNN", "config": {**size, "layers": 3}})
    row, column = 8, 4
    seen = {}
    for model in (plain, gated):
        x = random_images(model, 8).requires_grad_(True)
        (gradient,) = torch.autograd.grad(model.conditionals(x)[:, row * 12 + column].sum(), x)
        seen[type(model).__name__] = (gradient != 0).any(0)
    assert seen["GatedPixelCNN"][row - 1, column + 6], "within reach of the vertical stack"
    assert not seen["PixelCNN"][row - 1, column + 6], "row above, far right: the plain model is blind there"


@pytest.mark.parametrize("model_name", ["PixelCNN", "GatedPixelCNN"])
@pytest.mark.parametrize(("height", "width", "levels"), [(2, 2, 2), (3, 3, 2), (2, 2, 3)])
def test_probabilities_of_all_states_sum_to_one(model_name, height, width, levels):
    depth = "blocks" if model_name == "PixelCNN" else "layers"
    config = {"height": height, "width": width, "levels": levels, "features": 5, depth: 2}
    model = randomised({"model": model_name, "config": config})
    states = torch.tensor(list(itertools.product(range(levels), repeat=height * width))).float()
    log_p = model.log_prob(states.view(-1, height, width)).double()
    assert abs(log_p.exp().sum().item() - 1) < 1e-5
    assert log_p.std() > 0.01, "a uniform model would pass without a right log_prob"


@pytest.mark.parametrize("name", SMALL)
def test_log_prob_is_the_sum_over_conditionals(name):
    model = randomised(SMALL[name])
    x = random_images(model, 4)
    parameters, flat = stepwise(model, x), x.flatten(1)
    if model.head == "bernoulli":
        p = torch.sigmoid(parameters[..., 0])
        chosen = torch.where(flat > 0, p, 1 - p)
    else:
        chosen = parameters.softmax(-1).gather(-1, flat.long().unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(model.log_prob(x), chosen.log().sum(1), atol=1e-4, rtol=1e-4)


def test_masks_as_in_the_paper():
    assert causal_mask("A", 3).tolist() == [[1, 1, 1], [1, 0, 0], [0, 0, 0]]
    assert causal_mask("B", 3).tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 0]]
    assert causal_mask("A", 7).sum() == 24
    with pytest.raises(ValueError, match="kind='C'"):
        causal_mask("C", 3)
    with pytest.raises(ValueError, match="size=4"):
        causal_mask("A", 4)


@pytest.mark.parametrize("name", SMALL)
def test_forward_never_writes_the_weights(name):
    model = randomised(SMALL[name])
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    x = random_images(model, 2)
    model.log_prob(x)
    stepwise(model, x)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("name", SMALL)
def test_two_states_do_not_disturb_each_other(name):
    model = randomised(SMALL[name])
    a, b = random_images(model, 1, seed=1), random_images(model, 1, seed=2)
    states = [model.begin(1), model.begin(1)]
    outputs = [[], []]
    for k in range(len(model.order)):
        for n, x in enumerate((a, b)):
            previous = None if k == 0 else x.flatten(1)[:, model.order[k - 1]]
            parameters, states[n] = model.step(states[n], k, previous)
            outputs[n].append(parameters)
    for x, steps in zip((a, b), outputs, strict=True):
        expected = model.conditionals(x)[:, model.order]
        torch.testing.assert_close(torch.stack(steps, 1), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", SMALL)
def test_description_rebuilds_the_model(name):
    model = randomised(SMALL[name])
    again = build(describe(model))
    again.load_state_dict(model.state_dict(), strict=True)
    x = random_images(model, 2)
    assert torch.equal(again.conditionals(x), model.conditionals(x))
