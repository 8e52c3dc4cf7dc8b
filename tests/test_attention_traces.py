"""Traces of the translator and of attention over pixels: every number is the model's own, and nothing looks ahead."""
"""The traces of attention by hand, of the division by √d_k, of many heads and of positions."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import figures, phrases
from playground.errors import InvalidInput
from playground.models.sequence import token_nats
from playground.models.transformer import Transformer
from playground.models.translator import Translator
from playground.traces import (
    AttentionPixelsSettings,
    AttentionPixelsTrace,
    TranslateSettings,
    TranslateTrace,
    compute,
    example_phrases,
    pack_picture,
)
from playground.widgets.headchoice import HeadChoice, HeadState
from tests.small_sequences import SIDE, small_sequence

torch.set_num_threads(1)
DATE = "the third of may nineteen eighty-seven"
TOKENS = (SIDE // 2) ** 2


@pytest.fixture(scope="module")
def translator() -> Translator:
    return small_sequence("translator")


@pytest.fixture(scope="module")
def pixels() -> Transformer:
    return small_sequence("transformer-mnist")


def translated(model: Translator, text: str = DATE) -> TranslateTrace:
    return compute(TranslateSettings(checkpoint="small", text=text), model)


def written(model: Transformer, **values: object) -> AttentionPixelsTrace:
    return compute(AttentionPixelsSettings(**{"checkpoint": "small", "seed": 5} | values), model)


# --- What a phrase means ---------------------------------------------------------------------------------------------


def test_the_meaning_of_every_phrase_is_found_again():
    pairs = phrases.pairs(3000, np.random.default_rng(0))
    pairs += [(phrases.number_words(value), str(value)) for value in (*range(1300), *range(0, 1_000_000, 991))]
    assert all(phrases.meaning(source) == target for source, target in pairs)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "cats",
        "one thousand one",
        "one thousand and",
        " thousand",
        "one thousand thousand",
        "three  hundred",
        "twenty-zero",
        "the",
        "may",
        "may third",
        "the third of may",
        "the thirty-first of june nineteen ninety",
        "february the twenty-ninth nineteen hundred",
        "the third may nineteen ninety",
        "the third of may nineteen eighty-seven ",
        "one million",
    ],
)
def test_what_is_no_phrase_has_no_meaning(text: str) -> None:
    assert phrases.meaning(text) is None


def test_examples_are_drawn_by_the_seed_from_the_tenth_that_is_kept_apart():
    found = example_phrases(3, 8)
    assert found == example_phrases(3, 8) != example_phrases(4, 8)
    assert len(set(found)) == 8
    assert all(phrases.kept_apart(source) and phrases.meaning(source) == target for source, target in found)


# --- The translator --------------------------------------------------------------------------------------------------


def test_every_number_of_a_translation_is_the_models_own(translator: Translator) -> None:
    trace = translated(translator)
    source = torch.tensor([[translator.config.source.index(c) for c in DATE]])
    answer = translator.translate(source)[:, : trace.steps]
    assert trace.written.tolist() == answer[0].tolist()
    logits = translator.logits(translator.encode(source), answer)[0]
    assert np.allclose(trace.probabilities, logits.softmax(-1), atol=1e-5)
    assert trace.log_probability() == pytest.approx(-token_nats(logits[None], answer).sum().item(), abs=1e-3)
    assert np.array_equal(trace.written, trace.probabilities.argmax(1))
    assert np.allclose(trace.hidden, translator.encode(source).hidden[0], atol=1e-5)


def test_weights_come_from_queries_and_keys_and_mix_the_values(translator: Translator) -> None:
    trace = translated(translator)
    scores = trace.queries @ trace.keys.swapaxes(-1, -2) / np.sqrt(trace.keys.shape[-1])
    assert np.allclose(trace.scores, scores, atol=1e-5)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    assert np.allclose(trace.cross, weights / weights.sum(-1, keepdims=True), atol=1e-5)
    assert np.allclose(trace.mixed, trace.cross @ trace.values, atol=1e-5)
    for layer, block in enumerate(translator.decoder):
        key, value = block.cross.memory(torch.from_numpy(trace.hidden.copy())[None])
        assert np.allclose(trace.keys[layer], key[0], atol=1e-5)
        assert np.allclose(trace.values[layer], value[0], atol=1e-5)


def test_the_decoder_never_looks_ahead_and_the_encoder_looks_everywhere(translator: Translator) -> None:
    trace = translated(translator)
    ahead = np.triu(np.ones((trace.steps, trace.steps), bool), 1)
    assert (trace.own[:, :, ahead] == 0).all()
    assert np.allclose(trace.own.sum(-1), 1, atol=1e-5)
    assert (trace.encoder > 0).all()


def test_a_step_has_the_same_weights_whatever_is_written_later(translator: Translator) -> None:
    trace = translated(translator)
    source = torch.tensor([[translator.config.source.index(c) for c in DATE]])
    few = torch.from_numpy(trace.written[:3].astype(np.int64))[None]
    _, _, cross = translator.inspect_target(translator.encode(source), few)
    assert np.allclose(trace.cross[:, :, :3], torch.stack([c.weights[0] for c in cross]), atol=1e-5)


def test_exact_answers_are_told_from_garbage(translator: Translator) -> None:
    apart = example_phrases(0, 1)[0]
    trace = translated(translator, apart[0])
    assert (trace.exact, trace.apart) == (apart[1], True)
    garbage = translated(translator, "three hundred cats")
    assert (garbage.exact, garbage.apart) == ("", False)
    assert np.allclose(garbage.probabilities.sum(1), 1, atol=1e-5)


def test_any_text_is_read_as_far_as_it_can_be(translator: Translator) -> None:
    trace = translated(translator, "🙂Three 안녕\nHUNDRED")
    assert (trace.source, trace.left_out) == ("three hundred", 4)
    long = translated(translator, "seven " * 16_000)
    assert (len(long.source), long.cut) == (80, 6 * 16_000 - 80)
    for nothing in ("", "\n", "안녕", "🙂"):
        with pytest.raises(InvalidInput, match="no character that the model has a symbol for"):
            translated(translator, nothing)


def test_the_sharpest_head_is_the_one_whose_rows_are_most_decided(translator: Translator) -> None:
    trace = translated(translator)
    layer, head = trace.sharpest()
    rows = trace.cross.max(-1).mean(-1)
    assert rows[layer, head] == rows.max()
    assert np.isclose(trace.cross.sum(-1), 1, atol=1e-5).all()


def test_a_text_that_is_too_long_and_another_model_are_refused(pixels: Transformer) -> None:
    with pytest.raises(InvalidInput, match="text="):
        TranslateSettings.checked(checkpoint="x", text="a" * 100_001)
    with pytest.raises(InvalidInput, match="no translator"):
        translated(pixels)


# --- Pixels ----------------------------------------------------------------------------------------------------------


def test_the_stored_weights_are_those_of_every_step_with_its_cache(pixels: Transformer) -> None:
    """The cache of step t holds only what was written: its own softmax must be the row of the parallel pass."""
    trace = written(pixels)
    tokens = pixels.tokenize(torch.from_numpy(trace.pictures()).float())
    for token in (0, 1, TOKENS // 2, TOKENS - 1):
        _, held = pixels.inspect(tokens[:, : token + 1])  # nothing later is there at all
        for layer, found in enumerate(held):
            for head in range(trace.largest.shape[1]):
                row, stored = found.weights[0, head, token].numpy(), trace.weights(layer, head, token)
                assert stored.shape == row.shape == (token + 1,)
                assert np.abs(stored - row).max() <= trace.largest[layer, head, token] / 510 + 1e-6
            mean = found.weights[0, :, token].mean(0).numpy()
            assert np.allclose(trace.weights(layer, None, token), mean, atol=1 / 500)


def test_the_digit_is_an_ancestral_sample_and_its_patches_agree_with_its_pixels(pixels: Transformer) -> None:
    trace = written(pixels, temperature=0.8)
    x = torch.from_numpy(trace.pictures()).float()
    assert trace.log_likelihood[0, -1] == pytest.approx(pixels.log_prob(x).item(), abs=1e-3)
    assert np.allclose(trace.parameters[0, :, 0], pixels.conditionals(x)[0, trace.order.tolist(), 0], atol=1e-4)
    chosen = trace.states[np.arange(TOKENS), pixels.tokenize(x)[0]]
    assert np.log(chosen).sum() == pytest.approx(trace.log_likelihood[0, -1], abs=1e-3)
    assert np.array_equal(written(pixels, temperature=0.8).values, trace.values)
    assert not np.array_equal(written(pixels, temperature=0.8, seed=6).values, trace.values)


def test_given_pixels_stay_and_what_follows_is_drawn(pixels: Transformer) -> None:
    picture = (np.indices((SIDE, SIDE)).sum(0) % 3 == 0).astype(np.uint8)
    keep = (np.arange(SIDE)[:, None] < SIDE // 2) * np.ones((1, SIDE), int)
    trace = written(pixels, picture=pack_picture(picture, 2), keep=pack_picture(keep, 2))
    assert np.array_equal(trace.pictures()[0, : SIDE // 2], picture[: SIDE // 2])
    assert trace.given.sum() == SIDE * SIDE // 2
    with pytest.raises(InvalidInput, match="picture holds"):
        written(pixels, picture="AA", keep=pack_picture(keep, 2))


def test_a_model_that_writes_no_pixels_is_refused(translator: Translator) -> None:
    for name in ("transformer-shakespeare", "lstm-mnist", "translator"):
        with pytest.raises(InvalidInput, match="no transformer that writes pixels"):
            written(small_sequence(name))


# --- Files -----------------------------------------------------------------------------------------------------------


def test_the_files_hold_what_the_traces_hold(translator: Translator, pixels: Transformer) -> None:
    trace = translated(translator)
    files = {label: make for label, (_, make) in figures.translate.files(trace, 1, None).items()}
    assert Image.open(io.BytesIO(files["PNG"]())).size[0] > 22 * len(DATE)
    assert Image.open(io.BytesIO(files["GIF"]())).n_frames >= trace.steps
    rows = files["CSV"]().splitlines()
    assert len(rows) == 1 + trace.cross.size
    assert float(rows[1].rpartition(",")[2]) == pytest.approx(trace.cross[0, 0, 0, 0], rel=1e-4)
    assert np.array_equal(np.load(io.BytesIO(files["npz"]()))["cross"], trace.cross)

    digit = written(pixels)
    files = {label: make for label, (_, make) in figures.attention_pixels.files(digit, 20, 0, 1).items()}
    assert np.array_equal(np.load(io.BytesIO(files["npz"]()))["levels_of"], digit.levels_of)
    assert Image.open(io.BytesIO(files["PNG"]())).size[0] > 3 * SIDE
    assert Image.open(io.BytesIO(files["GIF"]())).n_frames > 10
    assert len(files["CSV"]().splitlines()) == 1 + TOKENS * (TOKENS + 1) // 2


def test_the_overlay_is_strongest_where_the_largest_weight_is(pixels: Transformer) -> None:
    digit, token = written(pixels), TOKENS - 1
    plain = figures.grid.shades(digit.pictures()[0], 2).astype(int)
    moved = np.abs(figures.attention_pixels.overlay(digit, 0, 0, SIDE * SIDE) - plain).sum(-1)
    weights = digit.weights(0, 0, token)[1:]
    side = SIDE // 2
    by_patch = moved.reshape(side, 2, side, 2).mean((1, 3)).ravel()
    assert by_patch[token] == 0
    assert by_patch[weights.argmax()] > 0
    assert (by_patch[:-1][weights < weights.max() / 500] <= 2).all()


def test_a_choice_of_layer_head_and_thing_is_one_number_and_back():
    choice = HeadChoice(3, 2, 5)
    found = set()
    for layer in range(3):
        for head in (0, 1, None):
            for pinned in (None, 0, 4):
                number = choice.packed(layer, head, pinned)
                assert 0 <= number < choice.count
                assert choice.state(7, number) == HeadState(7, layer, head, pinned)
                found.add(number)
    assert len(found) == 27

    MOST_SHUFFLED,
    AttentionHandSettings,
    AttentionScaleSettings,
    EncodingSettings,
    HeadsSettings,
    ShuffleSettings,
    format_edits,
    parse_edits,
)
from playground.traces.heads import MEASURES, marks
from tests.small_sequences import LENGTH, small_sequence

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
