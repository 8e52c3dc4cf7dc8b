"""The traces of RNADE: pure functions of their settings, whose numbers are those of the model; and their files."""

import csv
import io

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from playground import checkpoints, data, figures, traces
from playground.__main__ import main
from playground.errors import DataError, InvalidInput
from playground.models import build
from playground.traces import (
    AncestralSettings,
    RnadeFitSettings,
    RnadeSettings,
    SurpriseSettings,
    example_points,
    pack_points,
    unpack_points,
)
from playground.training.measure import measure

torch.set_num_threads(1)
PLANE = {"model": "RNADE", "config": {"height": 1, "width": 2, "hidden": 8, "components": 3}}
PICTURE = {"model": "RNADE", "config": {"height": 8, "width": 8, "hidden": 8, "components": 2, "kind": "laplace"}}


def untrained(description: dict, dataset: str) -> torch.nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build(description)
    loaded = data.load(dataset)
    model.whiten(torch.from_numpy(data.for_figures(loaded.train, loaded)))
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def plane() -> torch.nn.Module:
    return untrained(PLANE, "moons")


@pytest.fixture(scope="module")
def picture() -> torch.nn.Module:
    return untrained(PICTURE, "digits-dequantized")


def test_a_trace_holds_the_models_own_numbers(plane):
    settings = RnadeSettings(checkpoint="x", data="moons", count=30, seed=4)
    trace = traces.compute(settings, plane)
    again = traces.compute(settings, plane)
    for name, value in vars(trace).items():
        assert np.array_equal(value, vars(again)[name]), name
    examples = torch.from_numpy(trace.examples()).view(-1, 1, 2)
    assert np.allclose(trace.log_likelihood[:, -1], plane.log_prob(examples), atol=1e-4)
    assert np.allclose(trace.weights.sum(-1), 1, atol=1e-5)
    assert trace.nats == pytest.approx(-plane.log_prob(torch.tensor(trace.points)[:, None]).mean().item(), abs=1e-5)
    low_x, high_x, low_y, high_y = trace.window
    row, column = 30, 150
    middle = [low_x + (high_x - low_x) * (column + 0.5) / 200, low_y + (high_y - low_y) * (row + 0.5) / 200]
    expected = plane.log_prob(torch.tensor(middle, dtype=torch.float32).view(1, 1, 2)).exp().item()
    assert trace.density[row, column] == pytest.approx(expected, rel=1e-4)
    area = (high_x - low_x) * (high_y - low_y) / 200**2
    assert trace.mass == pytest.approx(trace.density.sum(dtype=np.float64) * area, abs=1e-3)
    assert trace.mass < 1
    assert trace.far_mass == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("mixture", "first"), [("gaussian", 1), ("laplace", 2)])
def test_training_in_front_of_a_visitor_is_a_pure_function_and_learns(mixture, first):
    told = []
    settings = RnadeFitSettings(data="moons", mixture=mixture, first=first, components=6, count=50)
    trace = traces.compute(settings, None, told.append)
    assert told == sorted(told)
    assert told[-1] <= 1
    assert np.array_equal(traces.compute(settings, None).values, trace.values)
    assert trace.order.tolist() == ([0, 1] if first == 1 else [1, 0])
    gaussian = 0.5 * np.log(np.linalg.det(2 * np.pi * np.e * np.cov(trace.points.T)))
    assert trace.nats < gaussian - 0.5, "better than one Gaussian with the points' own covariance"
    assert trace.far_mass == pytest.approx(1, abs=1e-3)


def test_training_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    traces.compute(RnadeFitSettings(data="drawn", points=pack_points(example_points()), count=4), None)
    assert torch.equal(torch.get_rng_state(), before)


def test_points_survive_the_link_and_wrong_ones_are_named():
    points = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    assert np.abs(unpack_points(pack_points(points)) - points).max() <= 2 / 255 + 1e-6
    assert unpack_points("").shape == (0, 2)
    for text, words in (("!!", "not a packed set"), ("AA==", "each point takes two"), ("A" * 1_088, "at most 400")):
        with pytest.raises(InvalidInput, match=words):
            unpack_points(text)
    with pytest.raises(InvalidInput, match="7 points: at least 8"):
        traces.compute(RnadeFitSettings(data="drawn", points=pack_points(points[:7])), None)


def test_what_is_no_rnade_and_what_holds_no_levels_is_refused_in_words(picture):
    other = build({"model": "NADE", "config": {"height": 2, "width": 2, "hidden": 3}})
    with pytest.raises(InvalidInput, match="'x' is not an RNADE"):
        traces.compute(RnadeSettings(checkpoint="x"), other)
    for settings in (AncestralSettings(checkpoint="x"), SurpriseSettings(checkpoint="x")):
        with pytest.raises(InvalidInput, match="real numbers, not levels"):
            traces.compute(settings, picture)


def test_the_files_of_a_trace(plane, picture):
    for model, name, shape in ((plane, "moons", (1, 2)), (picture, "digits", (8, 8))):
        trace = traces.compute(RnadeSettings(checkpoint="x", data=name, count=9), model)
        made = {label: make() for label, (_, make) in figures.rnade.files(trace).items()}
        with Image.open(io.BytesIO(made["GIF"])) as gif:
            assert gif.n_frames > 15
        with Image.open(io.BytesIO(made["PNG"])) as png:
            assert min(png.size) > 200
        table = list(csv.DictReader(io.StringIO(made["CSV"])))
        assert len(table) == 9 * shape[0] * shape[1]
        assert float(table[1]["value"]) == trace.values[0, 1]
        archive = np.load(io.BytesIO(made["npz"]))
        assert np.array_equal(archive["density"], trace.density)


def test_pictures_are_the_whole_part_clipped_to_the_levels(picture):
    trace = traces.compute(RnadeSettings(checkpoint="x", data="digits", count=9), picture)
    values = trace.examples().reshape(9, 8, 8)
    inside = (values >= 0) & (values < 16)
    assert np.array_equal(trace.pictures()[inside], np.floor(values[inside]))
    assert trace.pictures().max() <= 15
    assert (~inside).any(), "untrained tails leave the levels: the clipping is tried"


# --- The command line ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("description", "dataset"), [(PLANE, "moons"), (PICTURE, "digits-dequantized")])
def test_evaluate_and_sample(tmp_path, description, dataset):
    folder = tmp_path / "mine"
    checkpoints.save(folder, untrained(description, dataset), {"dataset": dataset, "title": "Mine"})
    done = CliRunner().invoke(main, ["evaluate", str(folder), "--split", "test", "--json", "--write-card"])
    assert done.exit_code == 0, done.output
    binarization = "none" if dataset == "moons" else "uniform dequantization"
    assert f'"binarization": "{binarization}"' in done.stdout
    assert f"| binarization | {binarization}: " in (folder / "README.md").read_text()
    done = CliRunner().invoke(main, ["sample", str(folder), "--count", "3", "--out", str(tmp_path / "x.npz")])
    assert done.exit_code == 0, done.output
    images = np.load(tmp_path / "x.npz")["images"]
    assert images.dtype == np.float32
    assert images.shape == (3, description["config"]["height"], description["config"]["width"])
    done = CliRunner().invoke(main, ["sample", str(folder), "--count", "3", "--out", str(tmp_path / "x.png")])
    if dataset == "moons":
        assert done.exit_code == 1
        assert "draws real numbers, not grey levels; write an .npz" in done.stderr
    else:
        assert done.exit_code == 0, done.output
        with Image.open(tmp_path / "x.png") as png:
            assert png.size[0] > 100


def test_levels_and_real_numbers_are_not_mixed_up(tmp_path):
    checkpoints.save(tmp_path / "real", untrained(PICTURE, "digits-dequantized"))
    checkpoints.save(tmp_path / "levels", build({"model": "NADE", "config": {"height": 1, "width": 2, "hidden": 2}}))
    with pytest.raises(DataError, match="digits: holds levels, the checkpoint models real numbers"):
        measure(checkpoints.load(tmp_path / "real"), data.load("digits"))
    with pytest.raises(DataError, match="moons: holds real numbers, the checkpoint models levels"):
        measure(checkpoints.load(tmp_path / "levels"), data.load("moons"))


def test_a_density_of_dequantised_levels_is_a_bound(picture):
    """The mean of −log p over the noise is at least −log of the level's probability, here computed by brute force."""
    one = build({"model": "RNADE", "config": {"height": 1, "width": 1, "hidden": 4, "components": 3}})
    one.requires_grad_(False)
    one.mean.fill_(1.0)
    u = (torch.arange(20_000) + 0.5) / 20_000
    for level in range(3):
        log_p = one.log_prob((level + u).view(-1, 1, 1)).double()
        assert -log_p.mean() >= -log_p.exp().mean().log() > 0
