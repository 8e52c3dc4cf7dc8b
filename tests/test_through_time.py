"""The gradient through time equals finite differences; truncation leaves nothing; clipping keeps to its threshold."""

import csv
import io

import numpy as np
import plotly.graph_objects as go
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from playground.errors import InvalidInput
from playground.figures import through_time as figures
from playground.figures import through_time_files
from playground.models.cells import CELLS, Cell, CellState, LSTMCell, cell
from playground.models.recurrent import RecurrentConfig, RecurrentModel
from playground.models.sequence import token_nats
from playground.texts import SHAKESPEARE, read
from playground.traces import FreshTimeSettings, TextTimeSettings, compute
from playground.traces.through_time import fresh_cell, radius
from playground.traces.through_time_steps import Net, gradients
from tests.small_sequences import RECURRENT, small_sequence

torch.set_num_threads(1)
STEPS, BATCH, INPUTS, HIDDEN = 7, 2, 3, 4
MODELS = {name: small_sequence(name) for name in RECURRENT}
TEXT = "Now is the winter of our discontent\nMade glorious summer by this sun of York; and all the clouds"


def small(kind: str, seed: int = 0) -> tuple[Cell, Tensor, Tensor]:
    """A cell in float64, inputs (S, B, I), a direction (H,)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        found = cell(kind, INPUTS, HIDDEN).double().requires_grad_(False)
        for parameter in found.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
        return found, torch.randn(STEPS, BATCH, INPUTS).double(), torch.randn(HIDDEN).double()


def loss_of(h: Tensor, v: Tensor) -> Tensor:
    return (h @ v).tanh()  # not linear, so that its own gradient matters


def onward(layer: Cell, x: Tensor, state: CellState, first: int) -> CellState:
    for t in range(first, len(x)):
        state, _ = layer.advance(layer.project(x[t]), state)
    return state


def difference(layer: Cell, x: Tensor, v: Tensor, t: int, part: str) -> Tensor:
    """‖∂L/∂h_t‖ or ‖∂L/∂c_t‖ by central differences, (B,): the state after step t is moved, the rest runs again."""
    after = onward(layer, x[: t + 1], layer.start(BATCH), 0)
    size, found = 1e-5, []
    for unit in range(HIDDEN):
        ends = []
        for sign in (1, -1):
            hidden, memory = after.hidden.clone(), after.memory.clone()
            if part == "c":  # the h of the same step follows its c
                projected = layer.project(x[t])
                before = onward(layer, x[:t], layer.start(BATCH), 0)
                _, gates = layer.advance(projected, before)
                memory[:, unit] += sign * size
                hidden = gates["output"] * memory.tanh()
            else:
                hidden[:, unit] += sign * size
                if not isinstance(layer, LSTMCell):
                    memory = hidden
            ends.append(loss_of(onward(layer, x, CellState(hidden, memory), t + 1).hidden, v))
        found.append((ends[0] - ends[1]) / (2 * size))
    return torch.stack(found).norm(dim=0)


@pytest.mark.parametrize("kind", CELLS)
def test_norms_are_those_of_finite_differences(kind):
    layer, x, v = small(kind)
    norms, _ = gradients(Net(kind, [layer]), x, lambda h: loss_of(h, v))
    assert set(norms) == ({"h", "c"} if kind == "lstm" else {"h"})
    for part, found in norms.items():
        truth = torch.stack([difference(layer, x, v, STEPS - 1 - lag, part) for lag in range(STEPS)], 1)
        torch.testing.assert_close(found, truth, rtol=1e-6, atol=1e-9)


def weights_gradient(layers: list[Cell], x: Tensor, v: Tensor, cut: int = 0) -> float:
    """The norm that plain automatic differentiation of the weights gives, layer after layer."""
    y = x
    for layer in layers:
        layer.requires_grad_(True)
        state, out = layer.start(BATCH), []
        for t in range(STEPS):
            if cut and t == STEPS - cut:
                state = CellState(state.hidden.detach(), state.memory.detach())
            state, _ = layer.advance(layer.project(y[t]), state)
            out.append(state.hidden)
        y = torch.stack(out)
    weights = [parameter for layer in layers for parameter in layer.parameters()]
    found = torch.autograd.grad(loss_of(y[-1], v).mean(), weights)
    return float(torch.cat([g.flatten() for g in found]).norm())


@pytest.mark.parametrize("cut", [0, 1, 3, STEPS, 100])
@pytest.mark.parametrize("kind", CELLS)
def test_the_weights_gradient_is_that_of_autograd_and_the_cut_leaves_exactly_nothing(kind, cut):
    layer, x, v = small(kind)
    norms, weights = gradients(Net(kind, [layer]), x, lambda h: loss_of(h, v), cut)
    full, _ = gradients(Net(kind, [layer]), x, lambda h: loss_of(h, v))
    kept = cut or STEPS
    for part, found in norms.items():
        assert torch.equal(found[:, :kept], full[part][:, :kept])
        assert (found[:, kept:] == 0).all()
        assert (found[:, :kept] > 0).any(0).all()
    assert float(weights) == pytest.approx(weights_gradient([layer], x, v, cut), rel=1e-9)
    assert all(parameter.grad is None for parameter in layer.parameters()), "the model that is shared was written to"


def test_two_layers_are_one_net():
    (lower, x, v), (upper, _, _) = small("gru"), small("gru", 1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        upper.weight_ih = nn.Parameter(torch.randn(3 * HIDDEN, HIDDEN).double(), requires_grad=False)
    for cut in (0, 3):
        norms, weights = gradients(Net("gru", [lower, upper]), x, lambda h: loss_of(h, v), cut)
        assert float(weights) == pytest.approx(weights_gradient([lower, upper], x, v, cut), rel=1e-9)
        lower.requires_grad_(False)
        upper.requires_grad_(False)
        assert (norms["h"][:, cut:] == 0).all() == bool(cut)


@pytest.mark.parametrize("clip", [0.05, 1.0, 10.0])
def test_clipping_shortens_to_the_threshold_and_leaves_what_is_shorter(clip):
    trace = compute(FreshTimeSettings(length=40, gain=1.6, clip=clip), None)
    torch_way = []
    for norm in trace.weights:
        gradient = nn.Parameter(torch.zeros(2, dtype=torch.float64))
        gradient.grad = torch.tensor([0.6, 0.8], dtype=torch.float64) * norm
        nn.utils.clip_grad_norm_([gradient], clip)
        torch_way.append(float(gradient.grad.norm()))
    np.testing.assert_allclose(trace.clipped, torch_way, rtol=1e-4)
    assert (trace.weights > 1).any()


def test_vanishing_and_exploding_are_seen():
    tame, wild = (compute(FreshTimeSettings(gain=gain, length=60, drive=0.1), None).middle() for gain in (0.5, 2.5))
    at = {curve: c for c, curve in enumerate(compute(FreshTimeSettings(length=2), None).curves)}
    assert tame[at["rnn-tanh", "h"], 50] < 1e-12
    assert wild[at["rnn-relu", "h"], 50] > 1e6
    np.testing.assert_allclose(tame[[at[net, "h"] for net in CELLS], 0], 1, rtol=1e-12)


def test_without_inputs_a_tanh_net_multiplies_by_its_gain():
    trace = compute(FreshTimeSettings(gain=0.9, drive=0.0, length=30), None)
    np.testing.assert_allclose(trace.middle()[0], 0.9 ** np.arange(30), rtol=1e-9)
    assert figures.step_factor(trace)[0] == pytest.approx(0.9)


@pytest.mark.parametrize("matrix", ["orthogonal", "gaussian"])
def test_the_recurrent_blocks_have_the_spectral_radius_asked_for(matrix):
    settings = FreshTimeSettings(matrix=matrix, gain=1.3, hidden=24, seed=4)
    for kind in CELLS:
        for block in fresh_cell(settings, kind).weight_hh.split(24):
            assert radius(block) == pytest.approx(1.3)
            if matrix == "orthogonal":
                torch.testing.assert_close(block @ block.t(), 1.69 * torch.eye(24, dtype=torch.float64))
    assert torch.equal(fresh_cell(settings, "rnn-tanh").weight_hh, fresh_cell(settings, "rnn-relu").weight_hh)


def test_a_seed_gives_the_same_numbers_and_another_gives_others():
    first, again, other = (compute(FreshTimeSettings(length=20, seed=seed), None).norms for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def trained(text: str = TEXT, **more: int) -> object:
    return compute(TextTimeSettings(text=text, checkpoints=tuple(MODELS), **more), MODELS)


def test_trained_nets_have_the_gradient_of_their_own_loss():
    trace, steps = trained(length=30), 30
    assert trace.curves == (("rnn-tanh", "h"), ("lstm", "h"), ("lstm", "c"), ("gru", "h"))
    assert trace.ends[-1] == len(TEXT) - 1
    codes = read(TEXT, SHAKESPEARE).codes
    model, end = MODELS["gru-shakespeare"], int(trace.ends[3])
    assert trace.targets[3] == TEXT[end]
    inputs = model.shifted(torch.from_numpy(codes).unsqueeze(0))[0, end + 1 - steps : end + 1]
    state, states = model.start(1)[0], []
    for token in inputs:
        state, _ = model.cells[0].advance(model.cells[0].project(model.embed(token[None])), state)
        state = CellState(*[state.hidden.requires_grad_()] * 2)
        states.append(state.hidden)
    loss = token_nats(model.out(state.hidden)[None], torch.from_numpy(codes[end : end + 1])[None])
    truth = [float(g.norm()) for g in torch.autograd.grad(loss.sum(), states)][::-1]
    np.testing.assert_allclose(trace.norms[3, 3], truth, rtol=1e-4)
    assert not any(parameter.requires_grad for model in MODELS.values() for parameter in model.parameters())


def test_a_short_text_gives_short_curves_and_too_short_a_one_is_refused():
    trace = trained("ab…c", length=100)
    assert trace.norms.shape == (4, 1, 3)
    assert trace.ends.tolist() == [3]
    with pytest.raises(InvalidInput, match="at least 2"):
        trained("a🙂")
    with pytest.raises(InvalidInput, match="checkpoints"):
        compute(TextTimeSettings(text="abc"), {})
    with pytest.raises(InvalidInput, match="markov"):
        compute(
            TextTimeSettings(text="abc", checkpoints=("markov",)), {"markov": small_sequence("markov-shakespeare-2")}
        )


def test_figures_show_the_trace_and_its_cut():
    fresh, nets = compute(FreshTimeSettings(length=60, cut=20), None), trained(length=60, cut=20)
    figure = figures.norms((fresh, nets), dark=True)
    assert isinstance(figure, go.Figure)
    line = next(data for data in figure.data if data.name == "GRU" and data.mode == "lines")
    np.testing.assert_allclose(line.y[:20], fresh.middle()[-1, :20])
    assert np.isnan(np.array(line.y[20:], float)).all()
    assert sum("exactly 0 from lag 20 on" in note.text for note in figure.layout.annotations) == 2
    assert "exactly 0 for every net" in figures.finding(nets)
    assert "tanh RNN's: " in figures.finding(trained(length=60))
    assert figures.table(fresh)[0]["k = 50"] == "0"
    rows = list(csv.DictReader(io.StringIO(through_time_files.to_csv((fresh, nets)))))
    assert len(rows) == fresh.norms.size + nets.norms.size + 5 + 3
    for both in ((fresh, nets), (fresh, None)):
        picture = Image.open(io.BytesIO(through_time_files.files(*both)["PNG"][1]()))
        assert picture.size == (560 * (1 + (both[1] is not None)), 400)
    assert figures.power(1.234e-9) == "1.23·10⁻⁹"
    assert "nothing to read" in figures.finding(None)


def test_two_layers_of_a_model_are_read():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = RecurrentModel(RecurrentConfig(symbols=SHAKESPEARE, cell="lstm", hidden=5, layers=2, embedding=4))
    trace = compute(TextTimeSettings(text=TEXT, checkpoints=("two",), length=20), {"two": model})
    assert (trace.norms > 0).all()
