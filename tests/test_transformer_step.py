"""A step of a transformer with prepared weights: equal to the pass, for every kind of position; it writes no weight."""

from dataclasses import replace

import pytest
import torch

from playground.models.sequence import pixel_tree
from playground.models.transformer import POSITIONS, Transformer, TransformerConfig
from playground.samplers.ancestral import sample
from tests.small_sequences import small_sequence

torch.set_num_threads(1)
CONFIG = TransformerConfig(symbols="abcdefgh", length=20, model_width=16, heads=4, layers=3, expansion=2)


def random_model(config: TransformerConfig) -> Transformer:
    """With norms and biases far from those of a model as it is born, so that a missing one shows."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = Transformer(config)
        for parameter in model.parameters():
            parameter.data += 0.4 * torch.randn_like(parameter)
    return model.eval().requires_grad_(False)


@pytest.mark.parametrize("positions", POSITIONS)
def test_a_step_equals_the_pass(positions):
    model = random_model(replace(CONFIG, positions=positions))
    tokens = torch.randint(8, (3, 20), generator=torch.Generator().manual_seed(1))
    expected = model.logits(tokens)
    state, previous = model.start(3), None
    for at in range(20):
        logits, state = model.advance(state, previous)
        torch.testing.assert_close(logits, expected[:, at], atol=1e-5, rtol=1e-5)
        previous = tokens[:, at]


def test_sampling_writes_no_weight():
    model = small_sequence("transformer-mnist")
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    sample(model, 2, torch.Generator().manual_seed(0))
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_two_sequences_at_once_do_not_disturb_each_other():
    model = random_model(CONFIG)
    tokens = torch.randint(8, (2, 20), generator=torch.Generator().manual_seed(2))
    expected = model.logits(tokens)
    states, previous = [model.start(1), model.start(1)], [None, None]
    for at in range(20):
        for row in (0, 1):
            logits, states[row] = model.advance(states[row], previous[row])
            torch.testing.assert_close(logits[0], expected[row, at], atol=1e-5, rtol=1e-5)
            previous[row] = tokens[row : row + 1, at]


@pytest.mark.parametrize("cells", [1, 2, 4])
def test_the_tree_of_a_patch_is_made_of_sums_of_probabilities(cells):
    logits = torch.randn(5, 2**cells, generator=torch.Generator().manual_seed(3), dtype=torch.float64) * 4
    tree, p = pixel_tree(logits), logits.softmax(1)
    for depth in range(cells):
        for prefix in range(2**depth):
            below = p.unflatten(1, (2 ** (depth + 1), -1)).sum(2)  # by the first depth + 1 pixels
            odds = (below[:, 2 * prefix + 1] / below[:, 2 * prefix]).log()
            torch.testing.assert_close(tree[:, 2**depth + prefix], odds)
