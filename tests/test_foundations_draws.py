"""One variable: draws by one uniform number each, their likelihood, and the table of a pixel."""

import numpy as np
import pytest
import torch

from playground import figures
from playground.errors import InvalidInput
from playground.traces import DrawsSettings, DrawsTrace, PixelTableSettings, compute
from playground.traces.one_variable import format_weights, parse_weights


def drawn(**settings: object) -> DrawsTrace:
    return compute(DrawsSettings(**settings), None)


@pytest.mark.parametrize("settings", [{}, {"variable": "categorical"}, {"variable": "categorical", "weights": "1.0.2"}])
def test_a_value_is_the_place_on_the_ruler_where_its_uniform_number_falls(settings):
    trace = drawn(**settings, count=500)
    places = np.searchsorted(trace.edges[:-1], trace.uniforms, side="right")
    assert (trace.order[places] == trace.values).all()
    assert trace.edges[-1] == pytest.approx(1)
    assert (np.diff(trace.counts, axis=0) == (trace.values[:, None] == np.arange(len(trace.probabilities)))).all()
    assert (trace.counts.sum(1) == np.arange(501)).all()


def test_the_same_numbers_fall_on_other_shares_when_p_grows():
    few, many = drawn(p=0.3, seed=4), drawn(p=0.6, seed=4)
    assert (few.uniforms == many.uniforms).all()
    turned = few.values != many.values
    assert turned.any()
    assert ((few.uniforms[turned] >= 0.3) & (few.uniforms[turned] < 0.6)).all()
    assert (many.values >= few.values).all()


def test_a_longer_run_keeps_the_draws_of_a_shorter_one():
    short, long = drawn(count=50, seed=9), drawn(count=90, seed=9)
    assert (long.values[:50] == short.values).all()


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_certain_coin_costs_nothing(p):
    trace = drawn(p=p)
    assert set(trace.values.tolist()) == {int(p)}
    assert trace.entropy == 0
    assert not trace.log_likelihood.any()


def test_the_log_likelihood_is_the_sum_over_draws_and_the_frequencies_have_the_most():
    trace = drawn(variable="categorical", weights="5.3.1.0.4", count=300)
    expected = np.log(trace.probabilities[trace.values]).cumsum()
    assert trace.log_likelihood[1:] == pytest.approx(expected)
    assert (trace.best >= trace.log_likelihood - 1e-9).all()
    frequency = torch.tensor(trace.counts[-1] / 300).clamp_min(1e-300)
    assert trace.best[-1] == pytest.approx(float((frequency * frequency.log()).sum()) * 300)


def test_frequencies_come_near_the_probabilities():
    trace = drawn(variable="categorical", count=2000)
    deviation = np.sqrt(trace.probabilities * (1 - trace.probabilities) / 2000)
    assert (np.abs(trace.counts[-1] / 2000 - trace.probabilities) < 4.5 * deviation).all()


@pytest.mark.parametrize("levels", [2, 5, 256])
def test_the_chain_rule_counts_what_the_table_counts_at_every_level_of_red(levels):
    trace = compute(PixelTableSettings(levels=levels), None)
    assert (trace.chain.sum(1) == trace.table).all()
    assert trace.table[-1] == levels**3 - 1
    assert trace.independent[-1].tolist() == [levels - 1] * 3
    assert (trace.table[0], trace.chain[0].sum(), trace.independent[0].sum()) == (0, 0, 0)


def test_weights_travel_as_text():
    assert parse_weights(format_weights((3, 0, 20))) == (3, 0, 20)


@pytest.mark.parametrize("text", ["", "3", "0.0", "1.2.3.4.5.6.7", "21.1", "a.b", "-1.2", "1..2", "1.٣"])
def test_weights_that_are_none_are_refused_in_words(text):
    with pytest.raises(InvalidInput, match="weights="):
        DrawsSettings.checked(weights=text)


def test_the_files_hold_the_numbers():
    trace = drawn(count=20)
    files = figures.one_variable.draws_files(trace)
    lines = files["CSV"][1]().splitlines()
    assert len(lines) == 21
    assert lines[-1].split(",")[:1] == ["20"]
    assert files["PNG"][1]()[:4] == b"\x89PNG"
    table = figures.one_variable.table_files(compute(PixelTableSettings(levels=4), None))
    assert table["CSV"][1]().splitlines()[-1].startswith("4,63,3,12,48,3,3,3")
    assert table["PNG"][1]()[:4] == b"\x89PNG"
