"""NADE's log-likelihood never holds a (B, D, H) tensor: the peak of a process of its own, as the kernel counts it."""

import pytest

from benchmarks.memory import measure

BATCH, POSITIONS, HIDDEN = 512, 784, 500
WHOLE = 4 * BATCH * POSITIONS * HIDDEN  # 803 MB


@pytest.mark.parametrize("way", ["forward", "forward and backward"])
def test_a_batch_of_512_digits_takes_a_few_percent_of_what_the_hidden_units_of_all_positions_would(way):
    parts = 4 * HIDDEN * (BATCH + POSITIONS) + 4 * BATCH * POSITIONS  # (B, H), (D, H) and (B, D)
    peak = measure(way, BATCH, HIDDEN)
    assert peak < WHOLE / 15
    assert peak < 10 * parts


def test_the_measurement_sees_such_a_tensor_where_there_is_one():
    assert measure("textbook forward", 48, HIDDEN) > 4 * 48 * POSITIONS * HIDDEN
