"""Writing: each character falls where its uniform number says, and a forced one changes nothing before it."""

import csv
import io

import numpy as np
import pytest
import torch

from playground import figures, traces
from playground.engine import Engine
from playground.errors import InvalidInput
from playground.traces import WriteLinkSettings, WriteSettings, WriteTrace, format_force, parse_branches
from playground.traces.write import MOST_WRITTEN, fitted, parse_force, top
from tests.small_sequences import LENGTH, TEXTS, shelve_sequences, small_sequence

torch.set_num_threads(1)


def wrote(name: str = "lstm-shakespeare", **values: object) -> WriteTrace:
    settings = WriteSettings(**{"checkpoint": name, "length": 24, "prompt": "To be, ", **values})
    return traces.compute(settings, small_sequence(name))


def renormalised(log_p: np.ndarray, temperature: float, k: int) -> np.ndarray:
    """(V,) what the browser shows."""
    order = np.argsort(-log_p, kind="stable")
    p = np.zeros(len(log_p))
    kept = order[:k] if k else order
    p[kept] = np.exp((log_p[kept].astype(float) - log_p.max()) / temperature)
    return p / p.sum()


@pytest.mark.parametrize("name", TEXTS)
def test_each_model_writes_what_its_own_probabilities_and_the_uniform_numbers_say(name):
    trace = wrote(name, temperature=0.7, top_k=9)
    assert len(trace.codes) == 24 == len(trace.text)
    tokens = torch.tensor([[trace.symbols.index(c) for c in trace.prompt + trace.text]])
    expected = small_sequence(name).logits(tokens).log_softmax(-1)[0].numpy()
    assert np.allclose(trace.log_p, expected[len(trace.prompt) :], atol=1e-4)
    assert np.allclose(trace.prompt_nats, -expected[np.arange(7), tokens[0, :7]], atol=1e-4)
    for row, u, code in zip(trace.log_p, trace.noise, trace.codes, strict=True):
        edges = np.cumsum(renormalised(row, 0.7, 9))
        assert edges[code] > u - 1e-6
        assert code == 0 or edges[code - 1] <= u + 1e-6
        assert code in np.argsort(-row, kind="stable")[:9]


def test_another_character_leaves_all_before_it_and_shares_the_uniform_numbers():
    plain = wrote()
    code = (int(plain.codes[10]) + 1) % len(plain.symbols)
    forced = wrote(force=f"10.{code}")
    assert forced.text[:10] == plain.text[:10]
    assert forced.codes[10] == code
    assert forced.text[11:] != plain.text[11:]
    assert np.array_equal(forced.noise, plain.noise)
    assert np.flatnonzero(forced.forced).tolist() == [10]
    twice = wrote(force=f"10.{code},15.3")
    assert twice.text[:15] == forced.text[:15]
    same = wrote(force=f"10.{plain.codes[10]}")
    assert same.text == plain.text


def test_a_longer_text_begins_with_the_shorter_one_and_the_seed_matters():
    assert wrote(length=40).text.startswith(wrote().text)
    assert wrote(seed=1).text != wrote().text


def test_a_low_temperature_takes_the_likeliest_and_so_does_the_top_one():
    for trace in (wrote(temperature=0.05, length=8), wrote(top_k=1, length=8)):
        assert (trace.nats <= -trace.log_p.max(1) + 0.35).all()
    assert np.array_equal(wrote(top_k=1).codes, wrote(top_k=1).log_p.argmax(1))
    assert wrote(top_k=4096).text == wrote(top_k=0).text


def test_of_equals_the_first_ones_stay():
    cut = top(torch.tensor([[1.0, 2.0, 1.0, 2.0, 0.0]]), 3)
    assert cut.tolist() == [[1.0, 2.0, float("-inf"), 2.0, float("-inf")]]


def test_what_the_alphabet_lacks_is_left_out_of_the_beginning():
    trace = wrote(prompt="To🙂 b가e, ")
    assert (trace.prompt, trace.left_out) == ("To be, ", 2)
    assert trace.text == wrote().text
    assert wrote(prompt="가나").text == wrote(prompt="").text


def test_a_transformer_writes_no_more_than_it_has_positions_for():
    trace = wrote("transformer-shakespeare", prompt="abcdefgh" * 5, length=10)
    assert (len(trace.prompt), trace.cut, trace.short, len(trace.codes)) == (LENGTH - 10, 18, 0, 10)
    assert ("abcdefgh" * 5).endswith(trace.prompt), "the last characters are those that matter"
    trace = wrote("transformer-shakespeare", prompt="abcdefgh" * 5, length=500)
    assert (len(trace.prompt), len(trace.codes), trace.short) == (LENGTH // 2, LENGTH // 2, 500 - LENGTH // 2)
    assert f"at most {LENGTH} characters" in figures.write.limit_words(trace)
    assert figures.write.limit_words(wrote()) == ""


@pytest.mark.parametrize(
    ("prompt", "length", "limit", "expected"),
    [
        (5, 10, 0, (5, 10)),
        (5, 10, 256, (5, 10)),
        (300, 256, 256, (128, 128)),
        (300, 100, 256, (156, 100)),
        (0, 400, 256, (0, 256)),
        (10, 400, 256, (10, 246)),
    ],
)
def test_the_beginning_gives_way_first_but_keeps_a_half(prompt, length, limit, expected):
    assert fitted(prompt, length, limit) == expected


@pytest.mark.parametrize(
    "text", ["1", "1.2.3", "a.b", "5.1,5.2", "5.1,4.2", "-1.2", "500.1", "3.99999", "१.२", "1.2;3.4"]
)
def test_a_force_that_cannot_be_read_is_named(text):
    with pytest.raises(InvalidInput, match="force="):
        WriteSettings.checked(checkpoint="x", force=text)


def test_forces_and_branches_go_there_and_back():
    assert parse_force("") == ()
    assert parse_force("3.10,5.11") == ((3, 10), (5, 11))
    assert format_force(((3, 10), (5, 11))) == "3.10,5.11"
    assert parse_branches("3.1;;3.10,5.11") == (((3, 1),), ((3, 10), (5, 11)))
    with pytest.raises(InvalidInput, match="branches="):
        WriteLinkSettings.checked(checkpoint="x", branches=";".join(f"{n}.1" for n in range(13)))


def test_a_force_outside_the_alphabet_is_refused_and_one_beyond_the_end_waits():
    with pytest.raises(InvalidInput, match="999 is no place"):
        wrote(force="3.999")
    assert wrote(force="300.5").text == wrote().text


@pytest.mark.parametrize("name", ["lstm-mnist", "transformer-mnist", "lstm-rows-mnist", "translator"])
def test_models_of_other_things_are_refused(name):
    with pytest.raises(InvalidInput, match="no model of text"):
        wrote(name)


def test_the_most_that_can_be_asked_for_is_written():
    trace = wrote("markov-shakespeare-1", prompt="a" * 2000, length=MOST_WRITTEN)
    assert len(trace.codes) == MOST_WRITTEN
    assert trace.log_p.shape == (MOST_WRITTEN, len(trace.symbols))


def test_the_files_hold_the_text():
    trace = wrote(force="4.20", length=100)
    made = {label: make() for label, (_, make) in figures.write.files(trace).items()}
    assert made["Text"] == trace.prompt + trace.text
    assert made["PNG"].startswith(b"\x89PNG")
    rows = list(csv.DictReader(io.StringIO(made["CSV"])))
    assert "".join(row["character"] for row in rows) == trace.text
    assert [row["forced"] for row in rows].count("1") == 1
    assert sum(float(row["nats"]) for row in rows) == pytest.approx(trace.nats.sum(), rel=1e-4)
    assert np.load(io.BytesIO(made["npz"]))["codes"].tolist() == trace.codes.tolist()


def test_the_snippets_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_sequences(tmp_path, "lstm-shakespeare")
    name = "lstm-shakespeare"
    for settings in (
        WriteSettings(checkpoint=name, length=5, force="1.2", prompt='a"\n가'),
        traces.CellSettings(checkpoint=name, text="a\n'b'"),
    ):
        found: dict = {}
        exec(compile(settings.python(), "snippet", "exec"), found)
        assert np.array_equal(found["trace"].codes, Engine().run(settings).codes)
