"""FVSBN and NADE opened up: every sum equals the model's logit, every hidden state the model's own."""

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.models import build
from playground.traces import FvsbnSettings, NadeSettings, compute
from playground.widgets.payload import halved, pack, unpack

ORDERINGS = ["raster", "column", "spiral", "random-3"]


def random_model(name, ordering="raster", scale=1.0, **config):
    """A model of 5×4 pixels with random weights."""
    model = build({"model": name, "config": {"height": 5, "width": 4, "ordering": ordering, **config}})
    generator = torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * scale
    return model.eval().requires_grad_(False)


def fvsbn_of(ordering="raster", **values):
    model = random_model("FVSBN", ordering)
    return compute(FvsbnSettings(checkpoint="tiny", **values), model), model


def nade_of(activation="sigmoid", ordering="raster", **values):
    model = random_model("NADE", ordering, hidden=7, activation=activation)
    return compute(NadeSettings(checkpoint="tiny", **values), model), model


def by_step(model, trace):
    """(K,) the model's own conditionals of the trace's picture, in one parallel pass."""
    picture = torch.from_numpy(trace.picture().copy()).float().unsqueeze(0)
    return model.conditionals(picture)[0, :, 0].numpy()[trace.order], float(model.log_prob(picture))


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_terms_of_an_fvsbn_add_up_to_its_logit(ordering):
    trace, model = fvsbn_of(ordering, seed=5)
    for k, position in enumerate(trace.order):
        assert trace.bias[position] + trace.terms(k).sum() == pytest.approx(trace.logits[k], abs=1e-9)
        assert not trace.terms(k)[k:].any(), "a term of the pixel itself or of a later one"
    logits, nats = by_step(model, trace)
    np.testing.assert_allclose(trace.logits, logits, atol=1e-4)
    assert trace.log_likelihood()[-1] == pytest.approx(nats, abs=1e-4)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_matrix_is_strictly_triangular_under_the_ordering(ordering):
    trace, _ = fvsbn_of(ordering)
    matrix = trace.matrix()
    assert trace.not_allowed() == 0
    assert np.count_nonzero(matrix) == matrix.shape[0] * (matrix.shape[0] - 1) // 2
    broken = trace.weights.copy()
    broken[trace.order[2], trace.order[9]] = 1.0
    assert type(trace)(**{**vars(trace), "weights": broken}).not_allowed() == 1


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_hidden_layer_of_a_nade_is_the_models_own(activation, ordering):
    trace, model = nade_of(activation, ordering, seed=2)
    state, previous = model.begin(1), None
    for k in range(trace.order.size):
        parameters, state = model.step(state, k, previous)
        np.testing.assert_allclose(trace.pre[k], state.a[0].numpy(), atol=1e-4)
        assert trace.logits[k] == pytest.approx(float(parameters[0, 0]), abs=1e-4)
        previous = torch.tensor([float(trace.values[k])])
    logits, nats = by_step(model, trace)
    np.testing.assert_allclose(trace.logits, logits, atol=1e-4)
    assert trace.log_likelihood()[-1] == pytest.approx(nats, abs=1e-4)


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_the_logit_of_a_nade_is_its_bias_and_its_units(activation):
    trace, _ = nade_of(activation)
    hidden = trace.hidden()
    for k, position in enumerate(trace.order):
        total = trace.bias[position] + (trace.decode[position].astype(np.float64) * hidden[k]).sum()
        assert total == pytest.approx(trace.logits[k], abs=1e-5)


def test_paper_changes_no_hidden_unit_and_ink_adds_its_column():
    trace, _ = nade_of(seed=4)
    assert 0 < trace.values[:-1].sum() < trace.values.size - 1, "both cases must occur"
    for k in range(trace.order.size - 1):
        column = trace.encode[trace.order[k]] * trace.values[k]
        np.testing.assert_allclose(trace.pre[k + 1] - trace.pre[k], column, atol=1e-5)


@pytest.mark.parametrize("make", [fvsbn_of, nade_of])
def test_the_verdicts_follow_from_the_uniform_numbers(make):
    trace, _ = make(seed=9, temperature=0.7)
    np.testing.assert_array_equal(trace.values, trace.noise < trace.probabilities())


def test_the_weights_are_not_copied_for_each_digit():
    trace, model = nade_of()
    assert np.shares_memory(trace.encode, model.encode.detach().numpy())
    assert not trace.encode.flags.writeable
    assert model.encode.detach().numpy().flags.writeable, "only the trace's view is read-only"


@pytest.mark.parametrize(("settings", "name"), [(FvsbnSettings, "NADE"), (NadeSettings, "FVSBN")])
def test_another_model_is_refused_in_words(settings, name):
    with pytest.raises(InvalidInput, match=f"it is a {name}, not a"):
        compute(settings(checkpoint="tiny"), random_model(name))


def test_weights_travel_as_halves_only_where_that_changes_nothing():
    exact = np.array([0.5, -2.25, 6.1035e-05, 0], np.float16).astype(np.float32)
    assert halved(exact).dtype == np.float16
    np.testing.assert_array_equal(halved(exact).astype(np.float32), exact)
    for other in ([0.1], [1e9], [float("nan")]):
        assert halved(np.array(other, np.float32)).dtype == np.float32
    arrays, _ = unpack(pack({"w": halved(exact)}))
    np.testing.assert_array_equal(arrays["w"], exact)
