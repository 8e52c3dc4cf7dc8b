"""Attention against PyTorch's own, its masks by gradients, and what it does not know: the order of what it reads."""

import math

import pytest
import torch

from playground.models.attention import (
    MultiHeadAttention,
    attend,
    causal_mask,
    masked_softmax,
    scores,
    sinusoids,
)
from playground.models.transformer import Transformer, TransformerConfig
from playground.traces.position import Encoder

torch.set_num_threads(1)
B, A, T, S, E = 2, 3, 5, 7, 4


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("masked", [False, True])
def test_attend_is_pytorchs_scaled_dot_product_attention(masked):
    query, key, value = drawn(B, A, T, E, seed=1), drawn(B, A, S, E, seed=2), drawn(B, A, S, 6, seed=3)
    allowed = drawn(T, S, seed=4) > 0 if masked else None
    if masked:
        allowed[:, 0] = True  # every row must leave at least one key
    ours, weights = attend(query, key, value, allowed)
    theirs = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=allowed)
    assert (ours - theirs).abs().max() < 1e-6
    assert torch.allclose(weights.sum(-1), torch.ones(B, A, T, dtype=torch.float64))
    if masked:
        assert (weights[..., ~allowed] == 0).all()


@pytest.mark.parametrize("causal", [False, True])
def test_multi_head_attention_is_pytorchs_with_the_same_weights(causal):
    width = A * E
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        ours = MultiHeadAttention(width, A).double()
        theirs = torch.nn.MultiheadAttention(width, A, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([ours.to_query.weight, ours.to_key.weight, ours.to_value.weight]))
        theirs.in_proj_bias.copy_(torch.cat([ours.to_query.bias, ours.to_key.bias, ours.to_value.bias]))
        theirs.out_proj.weight.copy_(ours.to_out.weight)
        theirs.out_proj.bias.copy_(ours.to_out.bias)
    x = drawn(B, T, width, seed=6)
    source = x if causal else drawn(B, S, width, seed=7)
    allowed = causal_mask(T) if causal else None
    held = ours.inspect(x, ours.memory(source), allowed)
    out, weights = theirs(
        x, source, source, attn_mask=None if allowed is None else ~allowed, average_attn_weights=False
    )
    assert (held.out - out).abs().max() < 1e-6
    assert (held.weights - weights).abs().max() < 1e-6
    assert torch.equal(ours(x, ours.memory(source), allowed), held.out)
    assert torch.allclose(held.scores, scores(held.query, held.key))


def test_the_causal_mask_lets_no_gradient_through_from_later_positions():
    query, key, value = (drawn(T, E, seed=seed).requires_grad_() for seed in (1, 2, 3))
    out, _ = attend(query, key, value, causal_mask(T))
    for at in range(T):
        gradients = torch.autograd.grad(out[at].sum(), (key, value), retain_graph=True)
        for gradient in gradients:
            assert (gradient[at + 1 :] == 0).all()
        assert (gradients[1][: at + 1] != 0).all()  # and it does look at all of those before


def test_a_transformers_logits_hear_of_nothing_that_comes_later():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = TransformerConfig(symbols="abc", length=6, model_width=8, heads=2, layers=2, expansion=2)
        model = Transformer(config).double()
    tokens = torch.tensor([[0, 1, 2, 1, 0, 2]])
    read = []
    model.embed.register_forward_hook(lambda _, __, out: read.append(out.detach().requires_grad_()) or read[-1])
    logits = model.logits(tokens)[0]
    for at in range(6):
        (gradient,) = torch.autograd.grad(logits[at].sum() + logits[at, 0], read[0], retain_graph=True)
        reached = gradient[0].abs().sum(-1)
        assert (reached[at + 1 :] == 0).all()
        assert (reached[: at + 1] > 0).all()


@pytest.mark.parametrize("layers", [1, 3])
def test_without_positions_an_encoder_is_permutation_equivariant_and_with_them_it_is_not(layers):
    encoder = Encoder(8, layers, seed=3).double()
    x, order = drawn(1, T, 8, seed=8), torch.tensor([3, 0, 4, 1, 2])
    with torch.no_grad():
        assert (encoder(x[:, order], None) - encoder(x, None)[:, order]).abs().max() < 1e-12
        places = sinusoids(T, 8).double()
        assert (encoder(x[:, order] + places, None) - encoder(x + places, None)[:, order]).abs().max() > 0.01
        causal = causal_mask(T)
        assert (encoder(x[:, order], causal) - encoder(x, causal)[:, order]).abs().max() > 0.01


def test_the_dot_product_of_two_sinusoids_depends_on_their_distance_alone():
    table = sinusoids(50, 12).double()
    dots = table @ table.t()
    rate = 10_000.0 ** (-torch.arange(0, 12, 2, dtype=torch.float64) / 12)
    for distance in range(50):
        expected = (rate * distance).cos().sum()
        assert (dots.diagonal(distance) - expected).abs().max() < 1e-5
    with pytest.raises(ValueError, match="width=5: allowed are even numbers"):
        sinusoids(4, 5)


def test_dividing_by_the_root_keeps_the_variance_of_scores_at_one():
    for size in (4, 64, 256):
        score = scores(drawn(2_000, size, seed=1)[:, None], drawn(2_000, size, seed=2)[:, None])
        assert score.var().item() == pytest.approx(1, abs=6 * math.sqrt(2 / 2_000) * 1.3)
        assert (score * math.sqrt(size)).var().item() == pytest.approx(size, rel=0.25)


def test_a_masked_weight_is_exactly_zero_however_large_its_score():
    score = torch.tensor([[1e6, 0.0, 1.0]])
    weights = masked_softmax(score, torch.tensor([[False, True, True]]))
    assert weights[0, 0] == 0
    assert weights.sum() == pytest.approx(1)
