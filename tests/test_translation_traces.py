"""Traces of the translator and of attention over pixels: every number is the model's own, and nothing looks ahead."""

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
