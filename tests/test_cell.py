"""A recurrent cell reads a text: every kept number obeys the cell's own formulas, and what is next is the model's."""

import csv
import io

import numpy as np
import pytest
import torch

from playground import figures, traces
from playground.errors import InvalidInput
from playground.models import RecurrentConfig, RecurrentModel
from playground.texts import SHAKESPEARE
from playground.traces import CellSettings
from playground.traces.cell import SCORES, chosen_units, scores
from playground.widgets.cell import FINE
from tests.small_sequences import HIDDEN, RECURRENT, small_sequence

torch.set_num_threads(1)
TEXT = "First Citizen:\nBefore we proceed\nany Further, HEAR me.\n"


def trace_of(name: str, text: str = TEXT) -> traces.CellTrace:
    return traces.compute(CellSettings(checkpoint=name, text=text), small_sequence(name))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x.astype(np.float64)))


def totals(trace: traces.CellTrace) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The two sums by the gate's name, (S + 1, U) each."""
    found = trace.from_input[trace.row]
    return {name: (found[:, n], trace.from_hidden[:, n]) for n, name in enumerate(trace.sums)}


def before(states: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros_like(states[:1]), states[:-1]])


def test_every_number_of_an_lstm_obeys_its_six_formulas():
    trace = trace_of("lstm-shakespeare")
    gate = dict(zip(trace.gates, trace.gate.swapaxes(0, 1), strict=True))
    for name, (x, h) in totals(trace).items():
        expected = np.tanh(x + h) if name == "candidate" else sigmoid(x + h)
        assert np.allclose(gate[name], expected, atol=1e-6), name
    c = gate["forget"] * before(trace.memory) + gate["input"] * gate["candidate"]
    assert np.allclose(trace.memory, c, atol=1e-6)
    assert np.allclose(trace.hidden, gate["output"] * np.tanh(trace.memory), atol=1e-6)
    assert len(np.unique(trace.gates)) == 4


def test_every_number_of_a_gru_obeys_its_formulas():
    trace = trace_of("gru-shakespeare")
    gate, sums = dict(zip(trace.gates, trace.gate.swapaxes(0, 1), strict=True)), totals(trace)
    for name in ("reset", "update"):
        assert np.allclose(gate[name], sigmoid(sum(sums[name])), atol=1e-6)
    x, h = sums["candidate"]
    assert np.allclose(gate["candidate"], np.tanh(x + gate["reset"] * h), atol=1e-6)
    mixed = (1 - gate["update"]) * gate["candidate"] + gate["update"] * before(trace.hidden)
    assert np.allclose(trace.hidden, mixed, atol=1e-6)
    assert np.array_equal(trace.hidden, trace.memory)


@pytest.mark.parametrize("cell", ["rnn-tanh", "rnn-relu", "rnn-sigmoid"])
def test_a_plain_cell_has_one_sum_and_no_gate(cell):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = RecurrentModel(RecurrentConfig(symbols=SHAKESPEARE, cell=cell, hidden=5, embedding=4)).eval()
    trace = traces.compute(CellSettings(checkpoint=cell, text=TEXT), model)
    total = sum(totals(trace)["hidden"])
    expected = {"rnn-tanh": np.tanh, "rnn-relu": lambda t: t.clip(0), "rnn-sigmoid": sigmoid}[cell](total)
    assert trace.gates == ()
    assert trace.gate.shape == (trace.steps + 1, 0, 5)
    assert np.allclose(trace.hidden, expected, atol=1e-6)


@pytest.mark.parametrize("name", RECURRENT)
def test_what_is_next_is_what_the_model_says(name):
    model, trace = small_sequence(name), trace_of(name)
    tokens = torch.from_numpy(np.append(trace.codes, 0))[None]
    assert np.allclose(trace.log_p, model.logits(tokens).log_softmax(-1)[0].numpy(), atol=1e-5)
    assert np.isclose(trace.nats.sum(), -float(model.log_prob(tokens[:, :-1])), atol=1e-3)
    assert np.allclose(np.exp(trace.log_p).sum(1), 1, atol=1e-5)


def test_two_layers_are_watched_at_the_top():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = RecurrentModel(RecurrentConfig(symbols=SHAKESPEARE, hidden=5, embedding=4, layers=2)).eval()
    trace = traces.compute(CellSettings(checkpoint="two", text=TEXT), model)
    assert (trace.layer, trace.layers, len(trace.from_input)) == (2, 2, trace.steps + 1)
    tokens = torch.from_numpy(np.append(trace.codes, 0))[None]
    assert np.allclose(trace.log_p, model.logits(tokens).log_softmax(-1)[0].detach().numpy(), atol=1e-5)


def test_an_input_of_the_first_layer_is_kept_once_for_each_character():
    trace = trace_of("lstm-shakespeare")
    assert len(trace.from_input) == len(set(TEXT)) + 1, "one more: nothing came before"
    assert trace.row[1 + TEXT.index("e")] == trace.row[1 + TEXT.rindex("e")]


def test_what_the_alphabet_lacks_is_left_out_of_the_computing_and_kept_in_the_text():
    plain, typed = trace_of("gru-shakespeare"), trace_of("gru-shakespeare", "가" + TEXT.replace("\n", "🙂\n"))
    assert np.array_equal(plain.memory, typed.memory)
    assert typed.text.count("🙂") == 3
    assert "".join(typed.text[at] for at in typed.at) == TEXT


@pytest.mark.parametrize("text", ["", "\n", "ab", "가나다", "aaaa"])
def test_short_texts_have_their_steps(text):
    trace = trace_of("lstm-shakespeare", text)
    assert len(trace.memory) == trace.steps + 1 == len([c for c in text if c in SHAKESPEARE]) + 1
    assert np.isfinite(trace.score).all()
    assert figures.cell.words(trace, 0)["mean"] == ("–" if trace.steps == 0 else f"{trace.nats.mean():.2f}")
    assert figures.cell.to_png(trace).startswith(b"\x89PNG")


def test_the_units_that_vary_most_are_kept_where_not_all_fit(monkeypatch):
    monkeypatch.setattr(traces.cell, "MOST_CELLS", 3 * (len(TEXT) + 1))
    whole = trace_of("lstm-shakespeare")
    assert len(whole.units) == 3 < whole.total == HIDDEN
    monkeypatch.undo()
    everything = trace_of("lstm-shakespeare")
    most = np.sort(np.argsort(-everything.memory.std(0))[:3])
    assert np.array_equal(whole.units, most)
    assert np.array_equal(whole.memory, everything.memory[:, most])
    assert np.array_equal(whole.from_hidden, everything.from_hidden[..., most])
    assert "the 3 whose cell state varies most" in figures.cell.kept_words(whole)
    assert f"all {HIDDEN} units" in figures.cell.kept_words(everything)
    assert len(chosen_units(np.zeros((4001, 784)))) == 34


def test_scores_find_what_a_unit_counts():
    text = "Ab cd\nEf ghi\njK"
    line = np.array([1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 6, 0, 1, 2], float)
    word = np.array([1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 0, 1, 2], float)
    capital = np.array([c.isupper() for c in text], float)
    memory = np.concatenate([np.zeros((1, 4)), np.stack([line, -word, capital, np.ones(15)], 1)])
    found = dict(zip(SCORES, scores(memory, text), strict=True))
    assert found["line"][0] == pytest.approx(1)
    assert found["word"][1] == pytest.approx(-1)
    assert found["capital"][2] == pytest.approx(1)
    assert [found[name][3] for name in ("lasts", "line", "word", "capital", "varies")] == [0] * 5
    slow = np.concatenate([np.zeros((1, 2)), np.stack([np.arange(15), np.arange(15) % 2], 1)])
    lasts = scores(slow, text)[SCORES.index("lasts")]
    assert lasts[0] == pytest.approx(1)
    assert lasts[1] == pytest.approx(-1)


def test_the_first_unit_to_look_at_moves_and_lasts():
    trace = trace_of("lstm-shakespeare")
    varies, lasts = (trace.score[SCORES.index(name)] for name in ("varies", "lasts"))
    moving = varies >= np.median(varies)
    assert moving[trace.telling]
    assert lasts[trace.telling] == lasts[moving].max()


@pytest.mark.parametrize("name", ["markov-shakespeare-4", "transformer-shakespeare", "lstm-mnist", "lstm-rows-mnist"])
def test_other_models_are_refused(name):
    with pytest.raises(InvalidInput, match="no recurrent network of text"):
        traces.compute(CellSettings(checkpoint=name), small_sequence(name))


def test_gates_travel_precisely():
    trace = trace_of("lstm-shakespeare")
    sent = np.rint(trace.gate * FINE).astype(np.int16) / FINE
    assert np.abs(sent - trace.gate).max() < 2e-5


def test_the_csv_holds_one_unit():
    trace = trace_of("lstm-shakespeare")
    rows = list(csv.DictReader(io.StringIO(figures.cell.to_csv(trace, 4))))
    assert len(rows) == trace.steps + 1
    assert {row["unit"] for row in rows} == {"4"}
    assert [row["read"] for row in rows] == ["", *TEXT]
    assert float(rows[7]["memory"]) == pytest.approx(trace.memory[7, 4], rel=1e-5)
    assert float(rows[7]["next_nats"]) == pytest.approx(trace.nats[7], rel=1e-5)
    assert rows[-1]["next"] == rows[-1]["next_nats"] == ""
