"""Contrastive divergence in the plane: the gradients, what a step does, what goes wrong without negative phase."""

import csv
import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from playground import figures
from playground.errors import InvalidInput
from playground.models.energy import PointEnergy, PointEnergyConfig
from playground.traces import ContrastiveSettings, compute, pack_points
from playground.traces.contrastive_steps import (
    REACH,
    Adam,
    Grid,
    agreement,
    energies,
    estimated_gradient,
    exact_gradient,
    flat,
    langevin,
    partition,
    put,
)
from playground.traces.plane_sources import SOURCES, drawn_source, named_source

SHORT = {"steps": 12, "k": 3, "chains": 32}


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """As in the app: these tensors are too small to be shared among cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def trace():
    return compute(ContrastiveSettings(**SHORT), None)


def small_model(seed: int = 0) -> PointEnergy:
    model = PointEnergy(PointEnergyConfig(8, 2, spread=1.2))
    model.initialise(torch.Generator().manual_seed(seed))
    return model


def moons(count: int) -> torch.Tensor:
    return torch.from_numpy(named_source("moons").sample(count, 0)).unsqueeze(1)


# --- Sources ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*SOURCES, "drawn"])
def test_a_source_is_standardised_and_its_density_is_that_of_its_samples(name):
    drawn = np.random.default_rng(3).uniform(-1, 1, (9, 2))
    source = drawn_source(drawn) if name == "drawn" else named_source(name)
    points = source.sample(10_000, 1).astype(np.float64)
    assert np.abs(points.mean(0)).max() < 0.05
    assert abs(points.var(0).mean() - 1) < 0.05
    grid = Grid.over()
    density = np.exp(source.log_density(grid.points.squeeze(1).numpy()))
    assert abs(density.sum() * grid.area - 1) < 2e-3, "the window holds it and the cells are fine enough"
    entropy = -(density * np.log(np.maximum(density, 1e-300))).sum() * grid.area
    error = source.log_density(points)
    assert abs(-error.mean() - entropy) < 5 * error.std() / 100


def test_points_on_one_spot_stay_finite():
    source = drawn_source(np.full((8, 2), 0.5))
    assert np.isfinite(source.sample(100, 0)).all()
    assert np.isfinite(source.log_density(np.zeros((3, 2)))).all()


# --- Gradients -------------------------------------------------------------------------------------------------------


def test_the_exact_gradient_is_the_slope_of_the_quadrature_nll():
    model, data, grid = small_model().double(), moons(60).double(), Grid.over()
    fine = Grid(grid.points.double(), grid.area)
    weights = flat(model.parameters())

    def nll(change: torch.Tensor) -> float:
        put(model, weights + change)
        with torch.no_grad():
            found = float(model.layers[-1](hidden(model, data)).mean()) + bowl(data)
        return found + partition(precise(model, fine), fine)[0]

    put(model, weights)
    gradient = exact_gradient(model, data, fine, partition(precise(model, fine), fine)[1])
    for seed in range(3):
        direction = torch.randn(len(weights), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        slope = (nll(1e-4 * direction) - nll(-1e-4 * direction)) / 2e-4
        assert abs(slope - float(gradient @ direction)) < 1e-3 * max(1.0, abs(slope))


def hidden(model: PointEnergy, x: torch.Tensor) -> torch.Tensor:
    y = x.flatten(1)
    for layer in model.layers[:-1]:
        y = nn.functional.silu(layer(y))
    return y


def bowl(x: torch.Tensor) -> float:
    return float(x.flatten(1).square().sum(1).mean()) / (2 * 1.2**2)


def precise(model: PointEnergy, grid: Grid) -> torch.Tensor:
    """E without the model's own rounding to float32."""
    with torch.no_grad():
        x = grid.points.flatten(1)
        return model.layers[-1](hidden(model, x)).squeeze(1) + x.square().sum(1) / (2 * 1.2**2)


def test_the_estimated_gradient_tends_to_the_exact_one_as_chains_get_longer():
    model, data, grid = small_model(1), moons(400), Grid.over()
    with torch.no_grad():
        model.layers[-1].weight.mul_(5.0)  # hills high enough that the gradient stands out of the chains' noise
    exact = exact_gradient(model, data, grid, partition(energies(model, grid), grid)[1])
    path = langevin(model, moons(4000), 200, 0.2, torch.Generator().manual_seed(0))
    found = [estimated_gradient(model, data, path[k]) for k in (1, 20, 60, 200)]
    errors = [float((gradient - exact).norm() / exact.norm()) for gradient in found]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 1
    assert errors[-1] < 0.05
    cosine, length = agreement(found[-1], exact, [])
    assert cosine[-1] > 0.998
    assert abs(length[-1] - 1) < 0.03


def test_langevin_walks_as_its_formula_says():
    model, start = small_model(), moons(5)
    path = langevin(model, start, 2, 0.3, torch.Generator().manual_seed(4))
    noise = torch.randn(2, *start.shape, generator=torch.Generator().manual_seed(4))
    x = start.clone().requires_grad_(True)
    (slope,) = torch.autograd.grad(model.energy(x).sum(), x)
    assert torch.equal(path[0], start)
    assert torch.allclose(path[1], start - 0.045 * slope + 0.3 * noise[0], atol=1e-6)


def test_adam_is_torchs():
    weights = nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    theirs = torch.optim.Adam([weights], 0.01, betas=(0.8, 0.99))
    ours, here = Adam(3, 0.01, 0.8), weights.detach().clone()
    for seed in range(5):
        gradient = torch.randn(3, generator=torch.Generator().manual_seed(seed))
        weights.grad = gradient.clone()
        theirs.step()
        here = here + ours.take(gradient)
    assert torch.allclose(here, weights.detach(), atol=1e-6)


# --- The trace -------------------------------------------------------------------------------------------------------


def test_a_trace_is_a_pure_function_of_its_settings(trace):
    state = torch.random.get_rng_state()
    again = compute(ContrastiveSettings(**SHORT), None)
    assert torch.equal(torch.random.get_rng_state(), state)
    other = compute(ContrastiveSettings(**SHORT, seed=1), None)
    for name, value in vars(trace).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(again, name)), name
    assert not np.array_equal(trace.energy, other.energy)


def test_the_parts_of_a_trace_fit_one_another(trace):
    energy = trace.energy.astype(np.float64)
    assert trace.paths.shape == (12, 32, 4, 2)
    assert np.abs(energy[1:] - energy[:-1] - trace.push.astype(np.float64)).max() < 0.02
    cell = (2 * REACH / energy.shape[1]) ** 2
    assert np.abs(np.log(np.exp(-energy).sum((1, 2)) * cell) - trace.log_z).max() < 0.01
    assert np.allclose(trace.nll, trace.data_energy + trace.log_z)
    assert (trace.kl > 0).all()
    kept = ~trace.restarted[1:]
    assert np.array_equal(trace.paths[1:, :, 0][kept], trace.paths[:-1, :, -1][kept]), "persistent chains go on"
    assert 0 < trace.restarted[1:].mean() < 0.3
    assert np.abs(trace.cosine).max() <= 1 + 1e-6
    assert trace.layers == ("layer 1", "layer 2", "layer 3", "all")


def test_without_momentum_a_step_is_its_own_gradients():
    trace = compute(ContrastiveSettings(**SHORT, momentum=0.0), None)
    assert np.abs(trace.push.astype(np.float64) - trace.estimated_push).max() < 0.01


@pytest.mark.parametrize("start", ["data", "noise"])
def test_chains_start_where_the_setting_says(start):
    trace = compute(ContrastiveSettings(**SHORT, start=start), None)
    points = {tuple(p) for p in trace.points.astype(np.float16)}
    found = [tuple(p) in points for p in trace.paths[:, :, 0].reshape(-1, 2)]
    assert all(found) if start == "data" else not any(found)
    assert trace.restarted.all() == (start == "noise")


def test_without_the_negative_phase_energy_falls_and_the_likelihood_gets_worse():
    trace = compute(ContrastiveSettings(start="none", steps=60, k=3, chains=16), None)
    assert (np.diff(trace.data_energy) < 0).all()
    assert trace.data_energy[-1] < trace.data_energy[0] - 20
    assert trace.nll[-1] > trace.nll[0] + 1
    learnt = compute(ContrastiveSettings(start="data", steps=60, k=10, chains=64), None)
    assert learnt.nll[-1] < learnt.nll[0]


def test_chains_that_run_away_are_counted_and_nothing_becomes_nan():
    trace = compute(ContrastiveSettings(steps=40, k=20, chains=16, step_size=0.5, rate=0.05), None)
    for name in ("energy", "push", "paths", "kl", "cosine", "length", "chain_energy"):
        assert np.isfinite(getattr(trace, name).astype(np.float64)).all(), name


def test_what_is_drawn_is_learnt_and_bad_points_are_refused():
    points = np.random.default_rng(0).normal([1.0, -1.0], 0.3, (40, 2))
    trace = compute(ContrastiveSettings(**SHORT, data="drawn", points=pack_points(points)), None)
    assert trace.source == "drawn"
    for text, words in (
        ("", "at least 8 are needed"),
        ("!!", "not a packed set"),
        (pack_points(points[:7]), "holds 7"),
    ):
        with pytest.raises(InvalidInput, match=words):
            compute(ContrastiveSettings(data="drawn", points=text), None)


@pytest.mark.parametrize(
    ("name", "value"), [("k", 0), ("k", 61), ("step_size", 0.0), ("rate", float("nan")), ("start", "there")]
)
def test_wrong_settings_are_refused_in_words(name, value):
    with pytest.raises(InvalidInput, match=name):
        ContrastiveSettings.checked(**{name: value})


def test_progress_is_told_and_can_cancel():
    told = []
    compute(ContrastiveSettings(**SHORT), None, told.append)
    assert told == sorted(told)
    assert told[0] == 0

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(ContrastiveSettings(**SHORT), None, stop)


# --- What is taken away ----------------------------------------------------------------------------------------------


def test_the_files_hold_every_step_and_the_signs(trace):
    made = {name: make() for name, (_, make) in figures.contrastive.files(trace, 5).items()}
    assert Image.open(io.BytesIO(made["PNG"])).size[0] == 4 * 384 + 3 * 12
    assert Image.open(io.BytesIO(made["GIF"])).n_frames == 13
    rows = list(csv.DictReader(io.StringIO(made["CSV"])))
    assert [int(row["step"]) for row in rows] == list(range(13))
    assert rows[0]["cosine_all"] == ""
    assert float(rows[5]["cosine_all"]) == pytest.approx(float(trace.cosine[4, -1]))
    with np.load(io.BytesIO(made["npz"])) as stored:
        assert np.array_equal(stored["push"], trace.push)
    picture = np.asarray(figures.contrastive.push_picture(np.array([[-1.0, -1], [1, 1]]), 1.0)).astype(int)
    assert picture[-1, 0, 0] > picture[-1, 0, 2] + 100, "down is orange, and the first row is the lowest"
    assert picture[0, 0, 2] > picture[0, 0, 0] + 100, "up is blue"


def test_the_lesson_is_filled_with_and_without_a_training(trace):
    assert set(figures.contrastive.words(trace)) == set(figures.contrastive.words(None))
