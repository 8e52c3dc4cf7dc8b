"""Cost against length: formulas count what is executed, nothing is cached, memory is counted tensor by tensor."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from playground.errors import InvalidInput
from playground.figures import sequence_cost as figures
from playground.models.recurrent import RecurrentModel
from playground.models.transformer import Transformer, TransformerConfig
from playground.traces import SequenceCostSettings, SequenceCostTrace, compute
from playground.traces import sequence_counts as counts
from playground.traces.live_memory import peak_bytes
from playground.traces.sequence_cost import STAND_IN, lengths_to, of_equal_size
from tests.small_sequences import SIDE, small_sequence

torch.set_num_threads(1)
CONFIG = TransformerConfig(symbols=STAND_IN, length=24, model_width=12, heads=3, layers=2, expansion=3)
CELL = of_equal_size(20_000, 16)


def flops(work) -> int:
    """Products that were executed, by torch's own counter."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops() // 2


def advanced(model, length: int) -> None:
    state, previous = model.start(1), None
    for _ in range(length):
        _, state = model.advance(state, previous)
        previous = torch.zeros(1, dtype=torch.long)


def test_the_pass_is_counted():
    model, tokens = Transformer(CONFIG).eval(), torch.zeros(1, 24, dtype=torch.long)
    assert counts.pass_products(CONFIG, 24) == flops(lambda: model.logits(tokens))
    each = [counts.pass_products(CONFIG, length) for length in range(1, 25)]
    assert counts.naive_products(CONFIG, 24) == sum(each)


def test_the_cached_run_is_counted():
    model = Transformer(CONFIG).eval()
    preparing = flops(lambda: model.start(1))
    assert counts.cached_products(CONFIG, 24) == flops(lambda: advanced(model, 24)) - preparing


def test_the_recurrent_run_is_counted():
    model = RecurrentModel(replace(CELL, layers=2)).eval()
    assert counts.recurrent_products(model.config, 9) == flops(lambda: advanced(model, 9))
    assert counts.recurrent_numbers(model.config) == 4 * CELL.hidden


def test_the_cache_holds_what_is_counted():
    state = Transformer(CONFIG).eval().start(1)
    assert sum(part.numel() for part in (*state.keys, *state.values)) == counts.cache_numbers(CONFIG, 24)


def test_peak_bytes_counts_what_is_held_together():
    def work() -> torch.Tensor:
        first = torch.zeros(1000)
        second = first + 1
        view = second.view(10, 100)
        del first
        third = view * 2
        del second, view
        return third.add_(1)

    assert peak_bytes(work) == 8000
    assert peak_bytes(lambda: None) == 0


@pytest.mark.parametrize("parameters", [800, 20_000, 800_000])
def test_the_lstm_has_about_as_many_weights(parameters):
    config = of_equal_size(parameters, 16)
    in_layer = 4 * config.hidden * (config.hidden + config.embedding)
    assert in_layer <= parameters < 4 * (config.hidden + 1) * (config.hidden + 1 + config.embedding)


@pytest.fixture(scope="module")
def trace() -> SequenceCostTrace:
    settings = SequenceCostSettings(checkpoint="tiny", longest=128, pictures=4)
    shares = []
    found = compute(settings, small_sequence("transformer-mnist"), shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    return found


def test_a_measurement_has_every_number(trace):
    np.testing.assert_array_equal(trace.lengths, [16, 32, 64, 128])
    assert trace.seconds.shape == trace.products.shape == (4, 4)
    assert (trace.seconds > 0).all()
    assert (np.diff(trace.seconds[:3], axis=1) > 0).all()
    assert trace.pictures.shape == (4, SIDE, SIDE)
    assert trace.tokens == SIDE * SIDE // 4
    assert trace.naive_picture_seconds == pytest.approx(trace.one_pass * trace.tokens)
    np.testing.assert_array_equal(trace.state_bytes[:2], 4 * trace.numbers[:2])
    assert (trace.state_bytes[2] > 4 * trace.numbers[2]).all()


def test_without_the_cache_is_a_sum_of_passes(trace):
    flat = replace(trace, pass_seconds=np.full(4, 0.5))
    np.testing.assert_allclose(flat.naive_seconds, 0.5 * trace.lengths)


def test_the_same_seed_draws_the_same_pictures(trace):
    again = SequenceCostSettings(checkpoint="tiny", longest=128, pictures=4)
    found = compute(again, small_sequence("transformer-mnist"))
    np.testing.assert_array_equal(found.pictures, trace.pictures)
    assert not again.cached


def test_what_progress_raises_cancels():
    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stop

    with pytest.raises(Stop):
        compute(SequenceCostSettings(checkpoint="tiny", longest=128), small_sequence("transformer-mnist"), stop)


def test_another_model_is_refused():
    for name in ("lstm-mnist", "transformer-shakespeare"):
        with pytest.raises(InvalidInput, match="checkpoint='tiny' is no transformer that writes pixels"):
            compute(SequenceCostSettings(checkpoint="tiny"), small_sequence(name))


def test_settings_refuse_other_lengths():
    good, wrong = SequenceCostSettings.from_link({"longest": "300", "pictures": "16"})
    assert good == {"pictures": 16}
    assert "longest='300'" in wrong[0] or "longest=300" in wrong[0]
    np.testing.assert_array_equal(lengths_to(2048)[[0, -1]], [16, 2048])


def test_figures_and_files(trace):
    curves = figures.curves(trace)
    assert [line.name for line in curves.data if line.showlegend] == list(figures.ways())
    assert figures.picture(trace).shape[2] == 3
    lines = figures.files(trace)["CSV"][1]().splitlines()
    assert len(lines) == 5
    assert len(lines[0].split(",")) == len(lines[1].split(",")) == 15
    assert [float(cell) for cell in lines[4].split(",")][:2] == [128, pytest.approx(trace.seconds[0, 3])]
    assert np.load(io.BytesIO(figures.files(trace)["npz"][1]()))["cached_seconds"].shape == (128,)
    assert figures.bars(trace).data[0].x == pytest.approx(
        (trace.one_pass, trace.picture_seconds, trace.naive_picture_seconds)
    )
    assert "O(" not in figures.words(trace)["share"]
