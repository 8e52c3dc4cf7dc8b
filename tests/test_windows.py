"""A text under every window and every summary: the figures are the models' own, and nobody sees what it must not."""

import csv
import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground.errors import InvalidInput
from playground.figures import windows as figures
from playground.texts import SHAKESPEARE, read
from playground.traces import WindowSettings, compute
from playground.traces.windows import MOST_READ, WindowTrace
from playground.training.sequences import text_nats
from tests.small_sequences import LENGTH, RECURRENT, TEXTS, WINDOWS, small_sequence

torch.set_num_threads(1)
MODELS = {name: small_sequence(name) for name in TEXTS}
TEXT = "To be, or not to be, that is the question:\nWhether 'tis nobler in the mind to suffer…"


def reading(text: str = TEXT, *names: str) -> WindowTrace:
    models = {name: MODELS[name] for name in names or TEXTS}
    return compute(WindowSettings(text=text, checkpoints=tuple(models)), models)


def test_each_model_says_what_evaluation_says():
    trace = reading()
    codes = read(TEXT, SHAKESPEARE).codes
    assert len(codes) > 2 * LENGTH, "the transformer needs several windows"
    for m, name in enumerate(TEXTS):
        np.testing.assert_allclose(trace.nats[m], text_nats(MODELS[name], codes), atol=2e-5)
    np.testing.assert_allclose(trace.mean_nats(), trace.nats.mean(1), rtol=1e-6)


def test_what_is_not_known_is_left_out_and_its_place_is_kept():
    trace = reading("a…b🙂\nc")
    assert trace.text == "ab\nc"
    assert trace.at.tolist() == [0, 2, 4, 5]


@pytest.mark.parametrize("name", TEXTS)
def test_a_model_sees_what_it_is_said_to_see_and_nothing_else(name):
    codes = read(TEXT, SHAKESPEARE).codes
    trace, at = reading(TEXT, name), 5 if name in RECURRENT else 60  # from 60 the tiny nets forget in float32
    seen = int(trace.seen[0, at])
    for place in (at - seen - 1, at - seen):
        if place < 0:
            continue
        other = list("".join(SHAKESPEARE[c] for c in codes))
        other[place] = "Z"
        changed = reading("".join(other), name).nats[0, at]
        if place < at - seen:
            assert changed == trace.nats[0, at], "a character outside of the window counts"
        else:
            assert changed != trace.nats[0, at], "the farthest character of the window does not count"
    assert seen == {**dict(zip(TEXTS, WINDOWS, strict=False)), "transformer-shakespeare": 28}.get(name, at)


def test_the_likeliest_are_probabilities_in_order():
    trace = reading()
    assert (np.diff(trace.likely_p, axis=2) <= 0).all()
    assert (trace.likely_p.sum(2) <= 1 + 1e-6).all()
    chosen = trace.likely == trace.codes[None, :, None]
    np.testing.assert_allclose(
        trace.likely_p[chosen], np.exp(-np.broadcast_to(trace.nats[..., None], chosen.shape)[chosen]), rtol=1e-4
    )


@pytest.mark.parametrize("text", ["", "…", "🙂" * 10])
def test_nothing_to_read_is_an_empty_reading(text):
    trace = reading(text)
    assert trace.nats.shape == (9, 0)
    assert np.isnan(trace.mean_nats()).all()
    assert figures.words(trace, [None] * 9)["shortest_nats"] == "–"
    for _, make in figures.files(trace, [None] * 9).values():
        assert len(make()) > 100


def test_only_the_beginning_of_a_long_text_is_read():
    trace = reading("ab" * MOST_READ, "markov-shakespeare-2")
    assert len(trace.text) == MOST_READ


def test_labels_differ_even_where_models_are_alike():
    twins = {"one": MODELS["lstm-shakespeare"], "two": MODELS["lstm-shakespeare"], "gru": MODELS["gru-shakespeare"]}
    trace = compute(WindowSettings(text="ab", checkpoints=tuple(twins)), twins)
    assert trace.labels == ("one", "two", "GRU")


def test_models_that_do_not_fit_are_refused():
    with pytest.raises(InvalidInput, match="checkpoints"):
        compute(WindowSettings(text="ab"), {})
    with pytest.raises(InvalidInput, match="lstm-mnist"):
        compute(
            WindowSettings(text="ab", checkpoints=("gru-shakespeare", "lstm-mnist")),
            {"gru-shakespeare": MODELS["gru-shakespeare"], "lstm-mnist": small_sequence("lstm-mnist")},
        )


def test_files_and_words_hold_the_figures():
    trace, held = reading(), [2.5, 2.1, 1.9, 1.8, 1.75, 1.7, 1.5, 1.52, 1.45]
    rows = list(csv.DictReader(io.StringIO(figures.to_csv(trace, held))))
    assert len(rows) == 9 * (1 + len(trace.text))
    assert float(rows[1]["nats"]) == pytest.approx(float(trace.nats[0, 0]))
    assert Image.open(io.BytesIO(figures.files(trace, held)["PNG"][1]())).width == 96 + 80 * 12
    words = figures.words(trace, held)
    assert (words["longest"], words["longest_nats"]) == ("AR(16)", "1.750")
    assert (words["recurrent"], words["recurrent_nats"], words["where"]) == ("LSTM", "1.500", "held-out text")
    assert figures.words(trace, [None, *held[1:]])["where"] == "this text"
