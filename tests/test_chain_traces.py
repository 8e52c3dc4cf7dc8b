"""Traces of chains: what was proposed, decided and kept fits together, and diagnostics are those of the draws."""

import numpy as np
import pytest
import torch
from torch import nn

from playground import diagnostics
from playground.errors import InvalidInput
from playground.figures.chain_words import ula_covariance
from playground.models import build
from playground.targets import TARGETS
from playground.traces import (
    KERNELS,
    LEARNT,
    TARGET_NAMES,
    ChainRateSettings,
    ChainSettings,
    DimensionSettings,
    LandscapeSettings,
    ModesSettings,
    compute,
    drawn_picture,
    example_drawing,
    pack_starts,
    unpack_starts,
)


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    """As the engine has it: threads that wait for each other cost more than these small products."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def walked(**settings):
    return compute(ChainSettings(**{"chains": 3, "steps": 60, "warmup": 0, **settings}), None)


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_step_says_what_was_proposed_and_what_became_of_it(kernel):
    trace = walked(kernel=kernel, warmup=20, leapfrog=5)
    assert trace.positions.shape == (3, 81, 2)
    assert trace.draws.shape == (3, 60, 2)
    assert trace.positions.dtype == np.float32
    for name in ("log_ratio", "uniform", "accepted", "diverged", "proposal_energies"):
        assert getattr(trace, name).shape == (3, 80), name
    swapped = trace.swaps if kernel == "tempering" else np.zeros((3, 80), bool)
    kept = ~trace.accepted & ~swapped
    assert np.array_equal(trace.positions[:, 1:][kept], trace.positions[:, :-1][kept])
    moved = trace.accepted & ~swapped
    assert np.array_equal(trace.positions[:, 1:][moved], trace.proposals[moved])
    energy = TARGETS["gaussian"].energy(torch.tensor(trace.positions.reshape(-1, 2))).view(3, 81)
    assert np.allclose(trace.energies, energy, atol=1e-4)
    if kernel not in ("ula", "gibbs"):
        with np.errstate(divide="ignore"):
            assert np.array_equal(trace.accepted, np.log(trace.uniform) < trace.log_ratio)
        assert not trace.accepted.all(), "a rejected proposal is on record"
        assert (trace.proposals[~trace.accepted] != trace.positions[:, :-1][~trace.accepted]).any(1).all()
    else:
        assert trace.accepted.all()
    assert trace.gradients.shape[1] == (80 if kernel in ("ula", "mala", "hmc") else 0)
    if kernel == "hmc":
        assert trace.path.shape == (3, 80, 6, 2)
        assert np.allclose(trace.path[:, :, 0], trace.positions[:, :-1], atol=0.02, rtol=1e-3)
        assert np.allclose(trace.path[:, :, -1], trace.proposals.clip(-60_000, 60_000), atol=0.02, rtol=1e-3)
    adapted = kernel not in ("ula", "gibbs", "independent")
    assert (np.unique(trace.step_sizes[:20]).size > 1) == adapted
    assert np.unique(trace.step_sizes[20:][~np.isnan(trace.step_sizes[20:])]).size <= 1, "it stays after the warm-up"


def test_a_trace_is_a_pure_function_and_the_seed_places_every_kernel_alike():
    first, again, other = walked(seed=4), walked(seed=4), walked(seed=5)
    assert np.array_equal(first.positions, again.positions)
    assert not np.array_equal(first.positions, other.positions)
    for kernel in KERNELS:
        assert np.array_equal(walked(kernel=kernel, steps=1, seed=4).positions[:, 0], first.positions[:, 0])
    more = walked(seed=4, chains=7)
    assert np.array_equal(more.positions[:3, 0], first.positions[:, 0]), "more chains leave the others' starts alone"


def test_given_starts_come_first():
    window = TARGETS["banana"].window
    wanted = np.array([[-5.0, 7.0], [2.5, -3.0]])
    text = pack_starts(wanted, window)
    assert np.abs(unpack_starts(text, window) - wanted).max() < 0.03
    trace, free = (walked(target="banana", starts=starts, chains=3) for starts in (text, ""))
    assert np.abs(trace.positions[:2, 0] - wanted).max() < 0.03
    assert np.array_equal(trace.positions[2, 0], free.positions[2, 0])
    assert walked(target="banana", starts=text, chains=1).positions.shape[0] == 1


def test_a_start_where_the_density_is_zero_is_refused_and_the_seed_avoids_it():
    wall = {"target": "formula", "formula": "-(x**2 + y**2)/2 + log(x > 0)"}
    assert (walked(**wall, chains=16).positions[..., 0] > 0).all()
    text = pack_starts(np.array([[2.0, 1.0], [-2.0, 1.0]]), (-4, 4, -4, 4))
    with pytest.raises(InvalidInput, match=r"Chain 2 cannot start at x = −1\.99"):
        walked(**wall, starts=text)


@pytest.mark.parametrize("starts", ["!!", "AAAA", "é"])
def test_starts_that_are_no_points_are_refused(starts):
    with pytest.raises(InvalidInput, match="starts"):
        walked(starts=starts)


def test_the_diagnostics_are_those_of_the_draws():
    trace = walked(steps=300, warmup=50, chains=4)
    assert trace.at[-1] == 300
    assert (np.diff(trace.at) > 0).all()
    for index, stop in ((-1, 300), (3, trace.at[3])):
        for axis in (0, 1):
            draws = trace.draws[:, :stop, axis]
            assert trace.ess[index, axis] == pytest.approx(diagnostics.ess(draws))
            assert trace.rhat[index, axis] == pytest.approx(diagnostics.rhat(draws))
            assert trace.mcse[index, axis] == pytest.approx(diagnostics.mcse_mean(draws), rel=1e-6)
            assert trace.means[index, axis] == pytest.approx(draws.mean(), abs=1e-6)
        assert trace.acceptance[index] == pytest.approx(trace.accepted[:, 50 : 50 + stop].mean())
    assert np.allclose(trace.autocorrelation[:, 0], 1)
    short = walked(steps=1, chains=1)
    assert np.isnan(short.ess).all()
    assert short.at.tolist() == [1]


@pytest.mark.parametrize("target", [name for name in TARGET_NAMES if name not in LEARNT])
def test_hmc_finds_the_moments_of_each_density(target):
    landscape = compute(LandscapeSettings(target=target), None)
    trace = walked(target=target, kernel="hmc", step_size=0.35, leapfrog=8, chains=8, steps=250, warmup=50)
    assert landscape.exact == (target in TARGETS)
    near = np.abs(trace.means[-1] - landscape.mean) < 5 * trace.mcse[-1] + 0.05 * landscape.deviation
    assert near.all() or trace.rhat[-1].max() > 1.05, "right, or R̂ says that it is not to be believed"


def test_the_bias_of_unadjusted_langevin_is_the_known_one():
    known = ula_covariance(TARGETS["gaussian"].covariance, 0.5)
    precision, identity = np.linalg.inv(TARGETS["gaussian"].covariance), np.eye(2)
    assert np.allclose(np.linalg.inv(precision @ (identity - 0.25 * precision / 4)), known)
    trace = walked(kernel="ula", step_size=0.5, chains=16, steps=2000, warmup=200)
    found = np.cov(trace.draws.reshape(-1, 2).T)
    assert np.abs(found - known).max() < 0.12
    narrow = np.array([1, -1]) / np.sqrt(2)
    assert narrow @ found @ narrow == pytest.approx(narrow @ known @ narrow, rel=0.05)
    assert narrow @ known @ narrow > 2 * narrow @ TARGETS["gaussian"].covariance @ narrow, "far from the truth"
    assert np.isnan(ula_covariance(TARGETS["gaussian"].covariance, 0.7)).all()


def test_a_drawing_is_unpacked_or_refused():
    assert np.array_equal(drawn_picture(""), drawn_picture(example_drawing()))
    with pytest.raises(InvalidInput, match="drawing"):
        walked(target="drawn", drawing="AAAA")


def test_dimension_shrinks_the_acceptance_unless_the_step_shrinks():
    trace = compute(DimensionSettings(steps=100, chains=2), None)
    assert trace.acceptance.shape == (2, 3, 9, 2)
    assert (trace.acceptance[0, :2, -1] < 0.01).all(), "the same step for every d is never accepted at 256"
    assert 0.15 < trace.acceptance[1, 0, 4:].mean() < 0.35
    assert 0.5 < trace.acceptance[1, 1, 4:].mean() < 0.66
    assert trace.acceptance[1, 2, 4:].mean() > 0.6
    assert (trace.efficiency > 0).all()
    assert np.allclose(trace.step_sizes[1, 0], 2.38 / np.sqrt(trace.dimensions))
    calls = []
    compute(DimensionSettings(steps=100, chains=2, factor=2), None, calls.append)
    assert calls[-1] == 1
    assert len(calls) == 54


def test_the_hills_that_chains_are_on():
    trace = compute(ModesSettings(steps=400, width=0.6), None)
    assert (trace.mode[:, :, 0] == 0).all(), "all start on the first hill"
    assert np.allclose(trace.share.sum(1), 1)
    away = np.linalg.norm(trace.positions - trace.centres[trace.mode.astype(int)], axis=-1)
    near = np.linalg.norm(trace.positions[..., None, :] - trace.centres, axis=-1).min(-1)
    core = near < 2.5 * trace.width
    assert np.array_equal(away[core], near[core]), "in the core of a hill the chain is on that hill"
    assert (np.diff(trace.visited, axis=1) >= 0).all()
    names = trace.kernels.tolist()
    assert trace.jumps[names.index("tempering")] > 3 * trace.jumps[names.index("metropolis")]
    half = TARGETS["eight"].energy
    narrow = compute(ModesSettings(steps=100, width=0.5), None)
    points = torch.tensor(np.stack([narrow.centres[0], narrow.centres[:2].mean(0)]))
    low, high = half(points).tolist()
    assert narrow.barrier == pytest.approx(high - low)


def test_a_rate_is_measured_anew_every_time():
    settings = ChainRateSettings(chains=2)
    assert not settings.cached
    trace = compute(settings, None)
    assert trace.rate > 0
    assert trace.steps >= 20


@pytest.mark.parametrize(
    ("name", "value"),
    [("chains", 17), ("steps", 2001), ("step_size", 0.0), ("kernel", "nuts"), ("formula", "x" * 401), ("target", "")],
)
def test_settings_refuse_what_is_out_of_bounds(name, value):
    with pytest.raises(InvalidInput, match=f"{name}="):
        ChainSettings.checked(**{name: value})


# --- Learned densities ------------------------------------------------------------------------------------------------


def test_chains_walk_on_a_learned_energy():
    model = build({"model": "PointEnergy", "config": {"hidden": 8}}).eval().requires_grad_(False)
    model.initialise(torch.Generator().manual_seed(0))
    settings = ChainSettings(target="ebm-moons", kernel="mala", chains=3, steps=40, step_size=0.3)
    assert settings.model_name == "ebm-moons"
    assert ChainSettings().model_name == ""
    trace = compute(settings, model)
    energies = model.energy(torch.from_numpy(trace.positions.reshape(-1, 2).copy()))
    np.testing.assert_allclose(trace.energies.ravel(), energies.numpy(), atol=1e-4)
    ground = compute(LandscapeSettings(target="ebm-moons"), model)
    cell = np.prod((ground.window[1::2] - ground.window[::2]) / ground.log_density.shape[0])
    assert np.exp(ground.log_density).sum() * cell == pytest.approx(ground.inside, abs=0.01)
    with pytest.raises(InvalidInput, match="target='ebm-moons': the checkpoint of that name is no energy of points"):
        compute(settings, nn.Linear(2, 1))
