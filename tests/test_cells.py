"""The written-out cells against torch's own, and what each keeps."""

import pytest
import torch

from playground.models.cells import CELLS, CellState, cell

torch.set_num_threads(1)
INPUTS, HIDDEN, STEPS, BATCH = 5, 7, 9, 3
THEIRS = {
    "rnn-tanh": lambda: torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="tanh"),
    "rnn-relu": lambda: torch.nn.RNN(INPUTS, HIDDEN, nonlinearity="relu"),
    "lstm": lambda: torch.nn.LSTM(INPUTS, HIDDEN),
    "gru": lambda: torch.nn.GRU(INPUTS, HIDDEN),
}


@pytest.mark.parametrize("kind", THEIRS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("training", [False, True])
def test_a_cell_equals_torchs_with_the_same_weights(kind: str, seed: int, training: bool) -> None:
    torch.manual_seed(seed)
    theirs, mine = THEIRS[kind]().double(), cell(kind, INPUTS, HIDDEN).double()
    for name, weight in mine.named_parameters():
        weight.data.copy_(getattr(theirs, f"{name}_l0"))
    x = torch.randn(STEPS, BATCH, INPUTS, dtype=torch.float64)
    hidden, state = mine.train(training).unroll(x, mine.start(BATCH))
    expected, last = theirs(x)
    torch.testing.assert_close(hidden, expected, atol=1e-6, rtol=0)
    if kind == "lstm":
        torch.testing.assert_close(state.memory, last[1][0], atol=1e-6, rtol=0)
    hidden.square().sum().backward()
    expected.square().sum().backward()
    torch.testing.assert_close(mine.weight_hh.grad, theirs.weight_hh_l0.grad, atol=1e-6, rtol=0)


def test_the_logistic_network_is_the_formula() -> None:
    mine = cell("rnn-sigmoid", INPUTS, HIDDEN)
    x, h = torch.randn(BATCH, INPUTS), torch.rand(BATCH, HIDDEN)
    after, held = mine.advance(mine.project(x), CellState(h, h))
    total = x @ mine.weight_ih.T + h @ mine.weight_hh.T + mine.bias_ih + mine.bias_hh
    torch.testing.assert_close(held["sum"], total)
    torch.testing.assert_close(after.hidden, 1 / (1 + (-total).exp()))


def test_an_open_forget_gate_and_a_shut_input_gate_keep_the_memory() -> None:
    mine = cell("lstm", INPUTS, HIDDEN)
    for name, weight in mine.named_parameters():
        if name.startswith("weight"):
            weight.data.zero_()
    mine.bias_ih.data.copy_(torch.cat([torch.full((HIDDEN,), v) for v in (-50.0, 50.0, 0.0, 50.0)]))
    kept = torch.randn(BATCH, HIDDEN)
    state, held = mine.advance(mine.project(torch.randn(BATCH, INPUTS)), CellState(torch.zeros_like(kept), kept))
    torch.testing.assert_close(state.memory, kept)
    torch.testing.assert_close(state.hidden, kept.tanh())
    assert set(held) == {"input", "forget", "candidate", "output"}


def test_a_grus_update_gate_holds_the_state_still() -> None:
    mine = cell("gru", INPUTS, HIDDEN)
    mine.bias_ih.data[HIDDEN : 2 * HIDDEN] = 50.0
    h = torch.randn(BATCH, HIDDEN).tanh()
    state, held = mine.advance(mine.project(torch.randn(BATCH, INPUTS)), CellState(h, h))
    torch.testing.assert_close(state.hidden, h)
    torch.testing.assert_close(held["update"], torch.ones_like(h))


def test_an_unknown_cell_is_named() -> None:
    with pytest.raises(ValueError, match=r"cell='vanilla': allowed are .*'lstm'"):
        cell("vanilla", 1, 1)
    assert all(cell(kind, 2, 3).hidden == 3 for kind in CELLS)
