"""Traces of restricted Boltzmann machines, their figures, and the trainer, on machines small enough to be checked."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import data, figures
from playground.errors import InvalidInput
from playground.models.rbm import RBM, RBMConfig
from playground.traces import (
    AisSettings,
    RbmSettings,
    RbmTrace,
    RbmWorldSettings,
    RbmWorldTrace,
    compute,
    pack_picture,
)
from playground.training.boltzmann import BoltzmannMeasurement, BoltzmannTrainer, log_partition
from playground.training.rbm_card import rbm_card
from playground.training.recipe import Chain, Recipe

SHAPE = (4, 3)
CROSS = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1], [0, 1, 0]], np.uint8)
HALF = np.arange(4)[:, None] * np.ones((1, 3), int) < 2
QUICK = {"steps": 500, "runs": 20, "betas": 20, "height": 2, "width": 2, "hidden": 4, "rate": 1.0}


@pytest.fixture(scope="module")
def model() -> RBM:
    generator = torch.Generator().manual_seed(0)
    found = RBM(RBMConfig(*SHAPE, 7)).requires_grad_(False).eval()
    for parameter in found.parameters():
        parameter.copy_(torch.randn(parameter.shape, generator=generator))
    return found


def gibbs(model: RBM, **values: object) -> RbmTrace:
    return compute(RbmSettings(**{"checkpoint": "small", "chains": 3, "sweeps": 6} | values), model)


def world(**values: object) -> RbmWorldTrace:
    return compute(RbmWorldSettings(**QUICK | values), None)


# --- Chains ----------------------------------------------------------------------------------------------------------


def test_every_number_of_the_chains_is_the_models_own(model):
    trace = gibbs(model)
    v, h = torch.from_numpy(trace.visible.copy()).float(), torch.from_numpy(trace.hidden.copy()).float()
    for chain in range(3):
        assert np.allclose(trace.inputs[chain], model.inputs(v[chain, :-1]), atol=1e-6)
        assert np.allclose(trace.probabilities[chain], model.visible_given(h[chain]).flatten(1), atol=1e-6)
        assert np.allclose(trace.free_energy[chain], model.energy(v[chain]), atol=1e-5)
    assert set(np.unique(trace.visible)) <= {0, 1}
    assert not np.array_equal(trace.visible[0], trace.visible[1])


def test_the_same_seed_gives_the_same_chains_and_another_seed_others(model):
    assert np.array_equal(gibbs(model).visible, gibbs(model).visible)
    assert not np.array_equal(gibbs(model).visible, gibbs(model, seed=1).visible)


def test_longer_strides_are_the_same_chain_seen_less_often(model):
    often, seldom = gibbs(model, sweeps=6), gibbs(model, sweeps=2, every=3)
    assert np.array_equal(often.visible[:, ::3], seldom.visible)
    assert np.array_equal(often.hidden[:, ::3], seldom.hidden)
    assert np.allclose(often.probabilities[:, 2::3], seldom.probabilities)


def test_chains_from_a_drawing_begin_there_and_leave_it(model):
    trace = gibbs(model, start="drawing", picture=pack_picture(CROSS, 2))
    assert (trace.pictures(0) == CROSS).all()
    assert (trace.pictures() != CROSS).any()


def test_clamped_pixels_stay_and_the_others_follow_their_conditional(model):
    trace = gibbs(
        model,
        start="clamped",
        picture=pack_picture(CROSS, 2),
        keep=pack_picture(HALF, 2),
        chains=16,
        sweeps=120,
        every=5,
    )
    states = trace.visible.reshape(16, 121, *SHAPE)
    assert (states[:, :, HALF] == CROSS[HALF]).all()
    numbers = np.arange(64)[:, None] >> np.arange(6) & 1  # all completions, enumerated
    every = np.tile(CROSS, (64, 1, 1))
    every[:, ~HALF] = numbers
    exact = (-model.energy(torch.from_numpy(every).float())).double().softmax(0).numpy()
    means = states[:, 21:, ~HALF].reshape(-1, 6).mean(0)
    assert np.allclose(means, exact @ numbers, atol=0.06)


@pytest.mark.parametrize("values", [{"picture": "AAAA"}, {"picture": "!"}, {"keep": "AAAA"}])
def test_a_picture_of_another_size_is_refused_in_words(model, values):
    with pytest.raises(InvalidInput, match=next(iter(values))):
        gibbs(model, start="clamped", **values)


@pytest.mark.parametrize("values", [{"chains": 17}, {"sweeps": 0}, {"every": 101}, {"start": "zero"}, {"seed": -1}])
def test_settings_out_of_range_are_refused(values):
    with pytest.raises(InvalidInput, match=f"{next(iter(values))}="):
        RbmSettings.checked(checkpoint="small", **values)


def test_another_model_is_refused_in_words():
    with pytest.raises(InvalidInput, match="is not an RBM"):
        compute(RbmSettings(checkpoint="other"), torch.nn.Linear(2, 2))


def test_annealing_agrees_with_counting_and_reports_its_error(model):
    trace = compute(AisSettings(checkpoint="small", runs=100, betas=300), model)
    assert trace.exact == pytest.approx(model.log_partition_exact(), abs=1e-9)
    assert trace.log_partition == pytest.approx(trace.exact, abs=max(0.1, 4 * trace.standard_error))
    assert trace.low < trace.log_partition < trace.high
    assert trace.log_weights.shape == (100, 300)
    assert 1 <= trace.effective <= 100.001
    assert "Counted" in figures.rbm.words(trace)
    assert len(figures.rbm.weights(trace).data) == figures.rbm.MOST_LINES + 1


def test_files_of_the_chains(model):
    trace = gibbs(model)
    made = {label: make() for label, (_, make) in figures.rbm.files(trace, 2).items()}
    assert Image.open(io.BytesIO(made["PNG"])).size[0] > 100
    assert Image.open(io.BytesIO(made["GIF"])).n_frames == 7
    rows = made["CSV"].splitlines()
    assert len(rows) == 8
    assert float(rows[1].split(",")[1]) == pytest.approx(trace.free_energy[0, 0], abs=1e-5)
    assert np.load(io.BytesIO(made["npz"]))["visible"].shape == (3, 7, 12)


# --- Small worlds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gradient", ["exact", "cd", "pcd"])
def test_a_small_world_is_learned_and_counted(gradient):
    trace = world(gradient=gradient)
    assert np.allclose(trace.total, 1, atol=1e-6)
    assert trace.kl[-1] < 0.7 * trace.kl[0]
    assert (trace.kl > -1e-9).all()
    off = np.abs(trace.estimated - trace.log_partition)
    assert (off < np.maximum(0.5, 5 * trace.error)).all()
    listed = -trace.free - trace.log_partition[:, None]
    assert np.allclose(np.exp(listed), trace.learned, atol=1e-4)
    if gradient == "exact":
        assert np.allclose(trace.agreement, 1, atol=1e-5)
    else:
        assert (trace.agreement < 1 - 1e-6).any()


def test_the_exact_gradient_never_raises_the_divergence_in_small_steps():
    trace = world(gradient="exact", rate=0.05)
    assert (np.diff(trace.kl) <= 1e-6).all()


def test_many_sweeps_are_nearer_to_the_exact_gradient_than_one():
    one, many = (world(gradient="cd", k=k, height=3, width=3, hidden=6, steps=600) for k in (1, 30))
    assert many.agreement[20:].mean() > one.agreement[20:].mean()
    assert many.kl[-1] < one.kl[-1]


def test_annealing_does_not_disturb_the_training():
    assert np.array_equal(world(runs=5, betas=3).kl, world(runs=20, betas=50).kl)


def test_an_exact_gradient_that_takes_too_long_is_refused_with_what_is_allowed():
    with pytest.raises(InvalidInput, match=r"steps=5000 is not allowed: .* at most 2048, or choose cd or pcd"):
        world(gradient="exact", height=4, width=4, hidden=16, steps=5000)


def test_files_of_a_small_world():
    trace = world()
    rows = figures.rbm.world_csv(trace).splitlines()
    assert rows[0].startswith("step,kl_nats,log_z_counted_nats,log_z_ais_nats")
    assert len(rows) == trace.steps.size + 1
    assert set(figures.rbm.world_files(trace)) == {"PNG", "GIF", "npz", "CSV"}


# --- The trainer -----------------------------------------------------------------------------------------------------


def small_training() -> tuple[Recipe, data.Dataset]:
    rows = np.repeat(np.stack([CROSS, 1 - CROSS, HALF.astype(np.uint8)]), 20, 0) * 255
    recipe = Recipe(
        "rbm-small", "RBM", {"height": 4, "width": 3, "hidden": 8}, "mnist", "small", "small",
        batch=20, muon_lr=0.0, adam_lr=0.2, weight_decay=0.0, steps=400, evaluate_every=200, valid_rows=60, ema=0.9,
        half=False, chain=Chain(count=40, steps=1),
    )  # fmt: skip
    return recipe, data.Dataset("mnist", rows, rows, None, None, 255, "dynamic")


def test_the_trainer_learns_and_goes_on_where_it_stopped():
    recipe, rows = small_training()
    trainer = BoltzmannTrainer(recipe, rows)
    before = trainer.validation_nll()
    trainer.run(steps=400)
    assert trainer.progress.best < before - 2
    exact = trainer.average.energy(trainer.valid.float()).mean().item() + trainer.average.log_partition_exact()
    assert trainer.validation_nll() == pytest.approx(exact, abs=0.3)

    again = BoltzmannTrainer(recipe, rows)
    again.load(trainer.state_dict())
    assert torch.equal(again.chains, trainer.chains)
    assert again.progress.step == 400
    fresh = BoltzmannTrainer(recipe, rows)
    fresh.start_from(trainer.average)
    assert fresh.chains.shape == (40, 12)
    assert fresh.validation_nll() == pytest.approx(trainer.validation_nll(), abs=1e-4)


def test_saved_chains_of_another_number_are_refused():
    recipe, rows = small_training()
    state = BoltzmannTrainer(recipe, rows).state_dict()
    state["chains"] = state["chains"][:3]
    with pytest.raises(ValueError, match=r"\(3, 12\), not \(40, 12\)"):
        BoltzmannTrainer(recipe, rows).load(state)


def test_the_estimate_behind_a_figure_is_the_counted_one(model):
    found = log_partition(model, 60, 300)
    assert found.log_partition == pytest.approx(model.log_partition_exact(), abs=0.2)
    assert log_partition(model, 60, 300).log_partition == found.log_partition


def test_the_card_names_the_estimate_and_its_error():
    measured = BoltzmannMeasurement(
        "rbm-small", "energy", "validation", 60, 5.0, 0.1, "ais", "dynamic", 100, 1, 12.345, 0.067,
        {"runs": 100, "betas": 5000, "effective": 43.2},
    )  # fmt: skip
    description = {"model": "RBM", "config": {"height": 4, "width": 3, "hidden": 8}, "dataset": "mnist"}
    card = rbm_card(description | {"chain": {"count": 100}}, measured, "python -m playground evaluate rbm-small --json")
    assert "12.35 ± 0.07 nats" in card or "12.34 ± 0.07 nats" in card
    assert "100 runs of 5,000 values of β | worth 43.2 equal weights" in card
    assert "log Z = 12.3" in measured.words()
