"""The protocol of models of characters, pixels and patches; exactness; what each may see."""

import itertools

import pytest
import torch

from playground.models import build
from playground.models.layers import discrete_log_prob
from playground.models.sequence import SequenceModel
from playground.samplers.ancestral import sample, sample_naively, uniform_noise

torch.set_num_threads(1)
TEXT = {"symbols": "abcde", "length": 12}
PICTURES = {"height": 6, "width": 4}
MODELS = {
    "rnn": ("RecurrentModel", {"cell": "rnn-tanh", "hidden": 16, "embedding": 8}),
    "lstm": ("RecurrentModel", {"cell": "lstm", "hidden": 16, "embedding": 8, "layers": 2}),
    "gru": ("RecurrentModel", {"cell": "gru", "hidden": 16, "embedding": 8}),
    "window": ("MarkovModel", {"window": 3, "hidden": 8, "embedding": 4}),
    "table": ("MarkovModel", {"window": 1, "hidden": 0}),
    "frequencies": ("MarkovModel", {"window": 0}),
    "transformer": ("Transformer", {"model_width": 16, "heads": 2, "layers": 2}),
    "sinusoids": ("Transformer", {"model_width": 16, "heads": 2, "layers": 1, "positions": "sinusoidal"}),
    "nowhere": ("Transformer", {"model_width": 16, "heads": 2, "layers": 1, "positions": "none"}),
}
EXAMPLES = {"text": TEXT, "pixels": PICTURES | {"patch": 1}, "patches": PICTURES | {"patch": 2}}


def made(name: str, kind: str, seed: int = 0) -> SequenceModel:
    model, config = MODELS[name]
    torch.manual_seed(seed)
    found = build({"model": model, "config": config | EXAMPLES[kind]}).eval().requires_grad_(False)
    for weight in found.parameters():  # what starts at zero would hide what it is multiplied with
        weight.add_(torch.randn_like(weight) * 0.3)
    return found


def example(model: SequenceModel, count: int = 3, seed: int = 1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(model.config.levels, (count, *model.event_shape), generator=generator).float()


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("name", MODELS)
def test_a_step_equals_the_parallel_pass(name: str, kind: str) -> None:
    model = made(name, kind)
    x = example(model)
    found, state, previous = model.conditionals(x), model.begin(len(x)), None
    for k, position in enumerate(model.order.tolist()):
        parameters, state = model.step(state, k, previous)
        expected = found[:, position]
        if model.head == "categorical":
            parameters, expected = parameters.log_softmax(1), expected.log_softmax(1)
        torch.testing.assert_close(parameters, expected, atol=1e-5, rtol=0)
        previous = x.flatten(1)[:, position].long()
    torch.testing.assert_close(discrete_log_prob(found, x), model.log_prob(x), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["lstm", "window", "transformer"])
@pytest.mark.parametrize("patch", [1, 2])
def test_the_probabilities_of_all_pictures_add_up_to_one(name: str, patch: int) -> None:
    model, config = MODELS[name]
    torch.manual_seed(3)
    small = build({"model": model, "config": config | {"height": 2, "width": 4, "patch": patch}}).eval()
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=8))).view(-1, 2, 4)
    with torch.no_grad():
        assert small.double().log_prob(every).exp().sum().item() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("name", ["gru", "window", "transformer"])
def test_a_later_value_changes_no_earlier_conditional(name: str, kind: str) -> None:
    model = made(name, kind)
    x = example(model, 1)
    before, place = model.conditionals(x), len(model.order) // 2 + 1
    changed = x.clone().flatten(1)
    changed[:, model.order[place]] = (changed[:, model.order[place]] + 1) % model.config.levels
    after = model.conditionals(changed.view_as(x))
    earlier, later = model.order[: place + 1], model.order[place + 1 :]
    assert torch.equal(before[:, earlier], after[:, earlier])
    assert not torch.equal(before[:, later], after[:, later])


@pytest.mark.parametrize("window", [0, 1, 3])
def test_a_window_model_sees_its_window_and_no_more(window: int) -> None:
    model = build({"model": "MarkovModel", "config": TEXT | {"window": window, "hidden": 8}})
    for weight in model.parameters():
        weight.data.add_(torch.randn_like(weight))
    tokens = torch.randint(5, (1, 12))
    at = 8
    for place in range(12):
        other = tokens.clone()
        other[0, place] = (other[0, place] + 1) % 5
        same = torch.equal(model.logits(tokens)[0, at], model.logits(other)[0, at])
        assert same is not (at - window <= place < at)


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize("name", ["lstm", "window", "transformer"])
def test_cached_sampling_draws_what_naive_sampling_draws(name: str, kind: str) -> None:
    model, generator = made(name, kind), torch.Generator().manual_seed(5)
    noise = uniform_noise(2, len(model.order), generator)
    drawn = sample(model, 2, generator, noise=noise).events(model.event_shape)
    canvas = torch.zeros(2, *model.event_shape)
    naive = sample_naively(model.conditionals, canvas, model.order, noise, head=model.head)
    assert torch.equal(drawn.float(), naive)


def test_a_patch_is_read_with_its_first_pixel_weighing_most() -> None:
    model = made("table", "patches")
    x = torch.zeros(1, 6, 4)
    x[0, 0, 0] = x[0, 1, 3] = 1  # the first pixel of the first patch, the last one of the second
    assert model.tokenize(x)[0].tolist() == [8, 1, 0, 0, 0, 0]
    assert model.order[:4].tolist() == [0, 1, 4, 5]


def test_a_recurrent_net_reads_on_where_it_stopped() -> None:
    model = made("lstm", "text")
    tokens = torch.randint(5, (2, 40))
    inputs = model.shifted(tokens)
    whole, _ = model.read(inputs, model.start(2))
    first, states = model.read(inputs[:, :17], model.start(2))
    rest, _ = model.read(inputs[:, 17:], states)
    torch.testing.assert_close(torch.cat([first, rest], 1), whole)


def test_a_transformer_refuses_more_tokens_than_it_has_positions_for() -> None:
    with pytest.raises(ValueError, match="13 tokens: allowed are at most 12"):
        made("transformer", "text").logits(torch.zeros(1, 13, dtype=torch.long))


@pytest.mark.parametrize(
    ("model", "config", "words"),
    [
        ("RecurrentModel", {"cell": "elman"}, "cell='elman'"),
        ("RecurrentModel", {"dropout": 1.0}, "dropout=1.0"),
        ("RecurrentModel", {"symbols": "aa"}, "symbols='aa'"),
        ("RecurrentModel", {"symbols": 3}, "symbols=3"),
        ("RecurrentModel", {"height": 7, "patch": 2}, "height=7"),
        ("MarkovModel", {"window": -1}, "window=-1"),
        ("Transformer", {"model_width": 100, "heads": 8}, "model_width=100"),
        ("Transformer", {"positions": "rotary"}, "positions='rotary'"),
        ("Translator", {"target": "0"}, "target='0'"),
        ("RowClassifier", {"classes": 1}, "classes=1"),
    ],
)
def test_a_configuration_that_is_not_allowed_is_named(model: str, config: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build({"model": model, "config": config})
