"""What is taken away from a game in 2-D: pictures, the fight, the numbers; and the words of the lesson."""

import csv
import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import traces
from playground.figures import gan_game as files_of
from playground.traces import GanGameSettings, GanGameTrace

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def trace() -> GanGameTrace:
    return traces.compute(GanGameSettings(moves="b3d2g1", hidden=8), None)


def test_the_heat_is_blue_for_real_orange_for_fake_and_the_right_way_up():
    values = np.full((4, 4), 0.5)
    values[3, 0], values[0, 3] = 1.0, 0.0  # upper left, lower right
    pixels = np.asarray(files_of.heat(values, 64)).astype(int)
    assert pixels[4, 4, 2] > pixels[4, 4, 0] + 50
    assert pixels[60, 60, 0] > pixels[60, 60, 2] + 50
    assert np.abs(pixels[4, 60] - files_of.NEITHER).max() <= 2


def test_the_picture_shows_d_and_d_star_and_differs_from_step_to_step(trace):
    files = files_of.files(trace, 0)
    first = Image.open(io.BytesIO(files["PNG"][1]()))
    last = Image.open(io.BytesIO(files_of.files(trace, 6)["PNG"][1]()))
    assert first.size == last.size == (2 * files_of.SIDE + 3 * files_of.GAP, files_of.SIDE + 58)
    assert np.asarray(first).std() > 5
    assert not np.array_equal(np.asarray(first), np.asarray(last))
    best = trace.optimal[3]
    one, other = (np.asarray(files_of.scene(trace, 3, 128, best, optimal)) for optimal in (False, True))
    assert not np.array_equal(one, other)


@pytest.mark.parametrize(("step", "frames"), [(0, 7), (4, 5), (6, 7)])
def test_the_fight_leads_to_the_step_or_to_the_end_of_the_game(trace, step, frames):
    assert Image.open(io.BytesIO(files_of.to_gif(trace, step))).n_frames == frames


def test_a_game_without_moves_can_be_saved_too():
    start = traces.compute(GanGameSettings(moves="", hidden=8), None)
    for extension, make in files_of.files(start, 0).values():
        assert make(), extension
    assert len(files_of.to_csv(start).splitlines()) == 2


def test_the_table_holds_every_step_with_its_move(trace):
    rows = list(csv.DictReader(io.StringIO(files_of.to_csv(trace))))
    assert [row["move"] for row in rows] == ["", "both", "both", "both", "D", "D", "G"]
    assert np.allclose([float(row["js_nats"]) for row in rows], trace.js)
    assert np.allclose([float(row["value_nats"]) for row in rows], trace.value)
    assert [int(row["modes"]) for row in rows] == trace.modes.tolist()


def test_the_lesson_says_the_numbers_of_the_step(trace):
    words = files_of.words(trace, 4)
    assert words["js"] == f"{trace.js[4]:.3f}"
    assert words["gap"] == f"{trace.value_optimal[4] - trace.value[4]:.3f}"
    assert words["value"] == f"−{abs(trace.value[4]):.3f}"
    assert set(files_of.words(None, 0)) == set(words)
