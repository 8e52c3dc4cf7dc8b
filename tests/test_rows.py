"""The row reader: opinions are those of the model, gates make the memory, nothing depends on rows not yet read."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground.errors import InvalidInput
from playground.figures import rows as figures
from playground.traces import RowsSettings, RowsTrace, compute, pack_greys
from playground.traces.rows import GATES
from tests.small_sequences import HIDDEN, SIDE, small_sequence

torch.set_num_threads(1)
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)


def read(picture: np.ndarray = PICTURE) -> RowsTrace:
    return compute(RowsSettings(checkpoint="tiny", picture=pack_greys(picture)), small_sequence("lstm-rows-mnist"))


def test_the_opinions_are_those_of_the_model():
    trace, model = read(), small_sequence("lstm-rows-mnist")
    expected = model.logits(torch.from_numpy(PICTURE / 255).float().unsqueeze(0))[0].softmax(-1)
    np.testing.assert_allclose(trace.probabilities[1:], expected.numpy(), atol=1e-6)
    np.testing.assert_allclose(trace.probabilities[0], model.out.bias.softmax(0).numpy(), atol=1e-6)
    np.testing.assert_allclose(trace.probabilities.sum(1), 1)
    assert trace.logits.shape == (SIDE + 1, 10)
    assert trace.memory.shape == trace.hidden.shape == (SIDE + 1, HIDDEN)


def test_the_gates_make_the_memory_and_the_state():
    trace = read()
    gate = dict(zip(GATES, trace.gates.astype(np.float64), strict=True))
    memory = gate["forget"] * trace.memory[:-1] + gate["input"] * gate["candidate"]
    np.testing.assert_allclose(trace.memory[1:], memory, atol=1e-6)
    np.testing.assert_allclose(trace.hidden[1:], gate["output"] * np.tanh(memory), atol=1e-6)


def test_an_opinion_knows_only_the_rows_read():
    changed = PICTURE.copy()
    changed[5] = 255 - changed[5]
    before, after = read(), read(changed)
    np.testing.assert_array_equal(before.logits[:6], after.logits[:6])
    assert (np.abs(before.logits[6:] - after.logits[6:]) > 1e-4).any(1).all()


def trace_of(verdicts: list[int]) -> RowsTrace:
    """A reading whose likeliest class is given."""
    logits = np.zeros((len(verdicts), 10), np.float32)
    logits[np.arange(len(verdicts)), verdicts] = 2
    rows, zeros = len(verdicts) - 1, np.zeros((len(verdicts), 3), np.float32)
    return RowsTrace("tiny", np.ones((rows, 4), np.float32), logits, zeros, zeros, np.zeros((4, rows, 3), np.float32))


def test_changes_and_entropy():
    trace = trace_of([1, 1, 7, 7, 3, 7])
    assert trace.changes.tolist() == [2, 4, 5]
    p = np.exp(2) / (np.exp(2) + 9)
    np.testing.assert_allclose(trace.entropy, -p * np.log(p) - (1 - p) * np.log((1 - p) / 9), rtol=1e-6)
    words = figures.words(trace)
    assert words["changed"] == "It changed after rows 2, 4 and 5."
    assert words["settled"] == "after row 5"
    assert figures.words(trace_of([4, 4]))["changed"] == "It never changed."
    assert figures.words(trace_of([4, 5]))["changed"] == "It changed after row 1."


def test_an_empty_text_is_an_empty_picture():
    empty = compute(RowsSettings(checkpoint="tiny"), small_sequence("lstm-rows-mnist"))
    np.testing.assert_array_equal(empty.picture, 0)


@pytest.mark.parametrize("picture", ["AAAA", "no picture", "🙂"])
def test_a_picture_that_does_not_fit_is_refused(picture):
    with pytest.raises(InvalidInput, match="picture"):
        compute(RowsSettings(checkpoint="tiny", picture=picture), small_sequence("lstm-rows-mnist"))


def test_another_model_is_refused():
    with pytest.raises(InvalidInput, match="checkpoint='tiny' is no classifier"):
        compute(RowsSettings(checkpoint="tiny"), small_sequence("lstm-mnist"))


def test_files_hold_what_was_read():
    trace = read()
    files = figures.files(trace, 3)
    lines = files["CSV"][1]().splitlines()
    assert lines[0].startswith("rows_read,verdict,entropy_nats,p_0,")
    assert len(lines) == 1 + SIDE + 1
    assert float(lines[4].split(",")[2]) == pytest.approx(trace.entropy[3])
    assert np.isclose(figures.after(trace, 3)[3:], figures.UNREAD * trace.picture[3:]).all()
    np.testing.assert_array_equal(figures.after(trace, 3)[:3], trace.picture[:3])
    gif = Image.open(io.BytesIO(files["GIF"][1]()))
    assert gif.n_frames > SIDE // 2
    assert np.load(io.BytesIO(files["npz"][1]()))["gates"].shape == (4, SIDE, HIDDEN)
    assert Image.open(io.BytesIO(files["PNG"][1]())).width >= 500
