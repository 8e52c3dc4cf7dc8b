"""The traces of attention by hand, of the division by √d_k, of many heads and of positions."""

import io

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.traces import (
    MOST_SHUFFLED,
    AttentionHandSettings,
    AttentionScaleSettings,
    EncodingSettings,
    HeadsSettings,
    ShuffleSettings,
    compute,
    format_edits,
    parse_edits,
)
from playground.traces.heads import MEASURES, marks
from tests.small_sequences import LENGTH, small_sequence

torch.set_num_threads(1)
NAME = "transformer-shakespeare"


def hand(**values):
    return compute(AttentionHandSettings.checked(**values), None)


def test_every_matrix_is_made_of_the_ones_before_it():
    trace = hand(text="to be or not to be", keys=4, seed=3)
    for made, to in ((trace.query, trace.to_query), (trace.key, trace.to_key), (trace.value, trace.to_value)):
        np.testing.assert_allclose(made, trace.embedding @ to, atol=1e-12)
    np.testing.assert_allclose(trace.dots, trace.query @ trace.key.T, atol=1e-12)
    np.testing.assert_allclose(trace.scores, trace.dots / 2, atol=1e-12)
    assert (trace.allowed == np.tril(np.ones((6, 6)))).all()
    exps = np.where(trace.allowed, np.exp(trace.scores - trace.largest[:, None]), 0)
    np.testing.assert_allclose(trace.exps, exps, atol=1e-12)
    np.testing.assert_allclose(trace.weights, trace.exps / trace.sums[:, None], atol=1e-12)
    np.testing.assert_allclose(trace.out, trace.weights @ trace.value, atol=1e-12)
    np.testing.assert_allclose(trace.weights.sum(1), 1)
    np.testing.assert_array_equal(trace.embedding, np.round(trace.embedding, 1))  # what is shown is what is multiplied


def test_equal_words_are_equal_and_a_seed_or_another_letter_draws_another():
    trace = hand(text="to be or not to be", mask="none")
    np.testing.assert_array_equal(trace.embedding[[0, 1]], trace.embedding[[4, 5]])
    np.testing.assert_allclose(trace.out[[0, 1]], trace.out[[4, 5]], atol=1e-12)
    assert (hand(text="to be or not to be", seed=1).embedding != trace.embedding).any()
    assert (hand(text="To").embedding != trace.embedding[0]).any()
    wider = hand(text="to", width=6)
    np.testing.assert_array_equal(wider.embedding[0, :4], trace.embedding[0])


def test_typed_entries_replace_the_drawn_ones_and_those_outside_wait():
    trace = hand(text="one two", edits="x.1.2=2.5,v.0.0=-3,k.5.5=1,x.7.0=1")
    plain = hand(text="one two")
    assert (trace.embedding[1, 2], trace.to_value[0, 0]) == (2.5, -3)
    assert (trace.embedding != plain.embedding).sum() == 1
    assert trace.edited.tolist() == [[0, 1, 2], [3, 0, 0]]
    np.testing.assert_array_equal(hand(text="one two").embedding, plain.embedding)
    huge = hand(text="one two", edits="q.0.0=100,k.0.0=100,x.0.0=100")
    assert np.isfinite(huge.weights).all()


@pytest.mark.parametrize(
    "edits", ["x", "x.0.0=", "z.0.0=1", "x.0.0=101", "x.0.0=nan", "x.0.0=1e9", "x.0.0=1;", "x.0.0=1,,y"]
)
def test_entries_that_cannot_be_read_are_named(edits):
    with pytest.raises(InvalidInput, match="edits: "):
        hand(edits=edits)


def test_entries_travel_in_one_order_the_last_value_wins():
    text = format_edits([("q", 1, 1, -2.0), ("x", 0, 1, 0.5), ("x", 0, 1, 10.0), ("v", 0, 0, 0.125)])
    assert text == "x.0.1=10,q.1.1=-2,v.0.0=0.125"
    assert format_edits(parse_edits(text)) == text


@pytest.mark.parametrize("text", ["", "\n", " \t\n ", "\u2003"])
def test_no_word_is_refused_in_words(text):
    with pytest.raises(InvalidInput, match="text holds no word"):
        hand(text=text)
    with pytest.raises(InvalidInput, match="text holds no word"):
        compute(ShuffleSettings(text=text), None)


@pytest.mark.parametrize("text", ["😀 👩‍👩‍👧 😀", "안녕 세상", "שלום עולם", "x" * 100_000, "a " * 50_000])
def test_any_word_has_a_vector(text):
    trace = hand(text=text)
    assert len(trace.words) + trace.left_out == len(text.split())
    assert np.isfinite(trace.out).all()


def test_without_the_division_the_softmax_saturates_and_with_it_it_does_not():
    trace = compute(AttentionScaleSettings(draws=400, seed=1), None)
    np.testing.assert_allclose(trace.variance[0] / trace.sizes, 1, atol=0.2)
    np.testing.assert_allclose(trace.variance[1], 1, atol=0.2)
    assert (np.diff(trace.entropy[0, ::3]) < -0.1).all()
    assert trace.entropy[0, -1] < 0.3 < 1.5 < trace.entropy[1, -1] < np.log(trace.keys)
    assert trace.largest[0, -1] > 0.9 > 0.5 > trace.largest[1, -1]
    assert trace.gradient[0, -1] < 0.2 < 0.6 < trace.gradient[1, -1]
    np.testing.assert_allclose(trace.example.sum(-1), 1)
    np.testing.assert_array_equal(trace.entropy[0, 0], trace.entropy[1, 0])  # √1 = 1


# --- Many heads ------------------------------------------------------------------------------------------------------


def test_the_marks_of_a_text_are_what_they_say():
    found = dict(zip(MEASURES, marks("ab\naba"), strict=True))  # positions ⊢ a b ↵ a b a
    assert found["itself"].equal(torch.eye(7).bool())
    assert found["before"].nonzero().tolist() == [[t, t - 1] for t in range(1, 7)]
    assert found["same"].nonzero().tolist() == [[4, 1], [5, 2], [6, 1], [6, 4]]
    assert found["after same"].nonzero().tolist() == [[4, 2], [5, 3], [6, 2], [6, 5]]
    assert found["line"].nonzero().tolist() == [[0, 0], [1, 0], [2, 0], [3, 0], [4, 3], [5, 3], [6, 3]]


def test_the_heads_are_the_models_and_their_answers_add_up():
    model, text = small_sequence(NAME), "Speak, speak.\nWe are"
    trace = compute(HeadsSettings(checkpoint=NAME, text=text), model)
    count = len(text) + 1
    assert trace.weights.shape == (2, 2, count, count)
    np.testing.assert_allclose(trace.weights.astype(np.float32).sum(-1), 1, atol=2e-3)
    assert not np.triu(trace.weights[0, 0].astype(np.float32), 1).any()
    for layer, block in enumerate(model.blocks):
        to_out = block.attention.to_out
        np.testing.assert_allclose(
            trace.mixed[layer].astype(np.float32) @ to_out.weight.numpy().T + to_out.bias.numpy(),
            trace.out[layer].astype(np.float32),
            atol=0.02,
        )
        part = to_out.weight[:, :4].numpy() @ trace.mixed[layer, 3, :4].astype(np.float32)
        assert trace.share[layer, 0, 3] == pytest.approx(np.linalg.norm(part), abs=0.01)
    tokens = torch.tensor([[trace.symbols.index(c) for c in text] + [5]])
    probabilities = model.logits(tokens)[0].softmax(-1)
    np.testing.assert_allclose(trace.probability[:, 0], probabilities.amax(-1).numpy(), atol=1e-5)
    assert (trace.top[:, 0] == probabilities.argmax(-1).numpy()).all()


def test_what_a_head_does_is_the_mean_of_its_weights():
    trace = compute(HeadsSettings(checkpoint=NAME, text="abc abc\nabc"), small_sequence(NAME))
    weights = trace.weights.astype(np.float64)
    before = np.mean([weights[..., t, t - 1] for t in range(1, 12)], axis=0)
    np.testing.assert_allclose(trace.measured[:, :, MEASURES.index("before")], before, atol=1e-3)
    assert trace.uniform[1] == pytest.approx(np.mean([1 / (t + 1) for t in range(1, 12)]))
    assert trace.counted.tolist() == [11, 11, 6, 6, 11]
    entropy = -np.sum(np.where(weights > 0, weights * np.log(np.maximum(weights, 1e-30)), 0), -1)
    np.testing.assert_allclose(trace.entropy, entropy, atol=0.02)


@pytest.mark.parametrize("text", ["", "\n", "😀안녕", "שלום", "a" * 100_000])
def test_any_text_can_be_read_and_nothing_of_it_is_lost_uncounted(text):
    trace = compute(HeadsSettings(checkpoint=NAME, text=text), small_sequence(NAME))
    assert len(trace.text) + trace.left_out + trace.skipped == len(text)
    assert len(trace.text) < LENGTH
    assert trace.weights.shape[2] == len(trace.text) + 1
    assert trace.to_bytes()


def test_a_checkpoint_of_another_kind_is_refused():
    with pytest.raises(InvalidInput, match="no transformer of characters"):
        compute(HeadsSettings(checkpoint="transformer-mnist"), small_sequence("transformer-mnist"))


# --- Position --------------------------------------------------------------------------------------------------------


def test_sinusoids_differ_by_distance_alone_and_learned_positions_are_the_checkpoints():
    model = small_sequence(NAME)
    trace = compute(EncodingSettings(checkpoint=NAME, length=40, width=8), model)
    mean, low, high = trace.sinusoidal_distance
    np.testing.assert_allclose(low, high, atol=1e-6)
    np.testing.assert_allclose(mean[0], 1)
    np.testing.assert_array_equal(trace.learned, model.position.weight.numpy())
    assert trace.learned_cosine.shape == (LENGTH, LENGTH)
    assert (trace.learned_distance[1] <= trace.learned_distance[2]).all()
    np.testing.assert_allclose(trace.sinusoidal[:, 0], np.sin(np.arange(40)), atol=1e-6)
    np.testing.assert_allclose(trace.period[:3], [2 * np.pi, 2 * np.pi, 20 * np.pi])


def test_without_a_checkpoint_there_are_sinusoids_alone():
    trace = compute(EncodingSettings(), None)
    assert trace.learned.size == 0
    assert trace.sinusoidal.shape == (128, 64)
    with np.load(io.BytesIO(trace.to_bytes())) as stored:
        np.testing.assert_array_equal(stored["sinusoidal"], trace.sinusoidal)
    with pytest.raises(InvalidInput, match="no learned positions"):
        compute(EncodingSettings(checkpoint="lstm-mnist"), small_sequence("lstm-mnist"))


def test_shuffled_words_come_back_exactly_without_positions_only():
    trace = compute(ShuffleSettings(text="the dog bit the man", seed=4), None)
    assert trace.difference[0].max() < 1e-12
    assert trace.difference[1].max() > 0.01
    assert trace.pooled[0] < 1e-12 < 1e-3 < trace.pooled[1]
    assert sorted(trace.order) == list(range(5))
    assert (trace.order != np.arange(5)).any()
    np.testing.assert_array_equal(trace.back[:, trace.order], trace.shuffled)
    causal = compute(ShuffleSettings(order="1.0.2.3.4", mask="causal"), None)
    assert causal.difference[0].max() > 0.01
    same = compute(ShuffleSettings(order="0.1.2.3.4"), None)
    assert same.difference.max() == 0


@pytest.mark.parametrize("order", ["0.1", "0.1.2.3.3", "a.b.c.d.e", "0.1.2.3.4.", "00.1.2.3.4"])
def test_an_order_that_does_not_fit_the_words_is_named(order):
    with pytest.raises(InvalidInput, match="order="):
        compute(ShuffleSettings(order=order), None)


def test_one_word_and_many_words():
    assert compute(ShuffleSettings(text="alone"), None).order.tolist() == [0]
    many = compute(ShuffleSettings(text="a " * 50_000), None)
    assert (len(many.words), many.left_out) == (MOST_SHUFFLED, 50_000 - MOST_SHUFFLED)
