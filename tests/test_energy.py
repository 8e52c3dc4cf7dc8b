"""Energies: what they are, how they are trained and measured, and the command line on them."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from playground import checkpoints, data, sampling
from playground.corruptions import BLUR, CORRUPTIONS, corrupted
from playground.models import build
from playground.models.energy import EnergyModelConfig, PointEnergyConfig
from playground.training import energies
from playground.training.contrastive import ContrastiveTrainer, log_partition_by_quadrature
from playground.training.energies import EnergyMeasurement, auroc
from playground.training.loop import load_state, save_state
from playground.training.recipe import Chain, Recipe
from playground.training.recipes import RECIPES
from tests.test_cli import play, shelf, write_idx  # noqa: F401

torch.set_num_threads(1)
SMALL = {"height": 28, "width": 28, "features": 2}
CHAIN = Chain(count=32, steps=3, step_size=0.1, restart=0.25)
SETTINGS = {"batch": 16, "steps": 5, "evaluate_every": 5, "half": False, "chain": CHAIN, "warmup": 1}
PICTURES = Recipe("ebm-mnist", "EnergyModel", SMALL, "mnist-grey", "t", "s", **SETTINGS)
POINTS = Recipe("ebm-moons", "PointEnergy", {"hidden": 8}, "moons", "t", "s", **SETTINGS | {"muon_lr": 0.0})


def grey(count=60, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return data.Dataset("mnist-grey", images[:50], images[50:], None, None, 255, data.GREY)


def flat(model):
    """The model with f = 0: only the Gaussian below it is left."""
    for parameter in model.parameters():
        torch.nn.init.zeros_(parameter)
    return model.eval().requires_grad_(False)


def test_without_its_network_an_energy_is_the_gaussian_below():
    x = torch.rand(5, 28, 28, generator=torch.Generator().manual_seed(0))
    energy = flat(build({"model": "EnergyModel", "config": SMALL | {"spread": 0.3}})).energy(x)
    torch.testing.assert_close(energy, ((x - 0.5) ** 2).sum((1, 2)) / (2 * 0.3**2))
    points = torch.randn(5, 1, 2, generator=torch.Generator().manual_seed(0))
    model = flat(build({"model": "PointEnergy", "config": {"spread": 1.5}}))
    torch.testing.assert_close(model.energy(points), (points**2).sum((1, 2)) / (2 * 1.5**2))
    assert log_partition_by_quadrature(model) == pytest.approx(math.log(2 * math.pi * 1.5**2), abs=1e-5)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_closed_form_of_a_small_energy_is_its_gradient(layers):
    model = build({"model": "PointEnergy", "config": {"hidden": 16, "layers": layers, "spread": 1.3}}).double()
    model.initialise(torch.Generator().manual_seed(1))
    x = torch.randn(7, 1, 2, generator=torch.Generator().manual_seed(2), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(model.energy(x).double().sum(), x)
    energy, gradient = model.energy_and_gradient(x)
    torch.testing.assert_close(gradient, slope, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(energy, model(x).detach())
    assert torch.equal(model.gradient(x), gradient)
    assert gradient.grad_fn is None


@pytest.mark.parametrize("name", ["EnergyModel", "PointEnergy"])
def test_far_away_the_gaussian_wins(name):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = build({"model": name, "config": {}}).requires_grad_(False)
    for parameter in model.parameters():
        parameter.mul_(5)
    far = torch.randn(20, *model.event_shape, generator=torch.Generator().manual_seed(1)) * 1e4
    assert (model.energy(far) > 0).all()


@pytest.mark.parametrize("side", [(4, 4), (5, 9), (8, 8), (28, 31)])
def test_an_energy_takes_pictures_of_any_size(side):
    model = build({"model": "EnergyModel", "config": {"height": side[0], "width": side[1], "features": 2}})
    assert model.energy(torch.rand(3, *side, generator=torch.Generator().manual_seed(0))).shape == (3,)


@pytest.mark.parametrize(
    ("config", "field", "value"),
    [
        (EnergyModelConfig, "noise", 0), (EnergyModelConfig, "spread", math.inf), (EnergyModelConfig, "height", 3),
        (EnergyModelConfig, "features", True), (PointEnergyConfig, "noise", math.nan), (PointEnergyConfig, "layers", 0),
        (PointEnergyConfig, "spread", "wide"),
    ],
)  # fmt: skip
def test_a_configuration_that_makes_no_energy_is_refused(config, field, value):
    with pytest.raises(ValueError, match=f"{config.__name__}: {field}={value!r}: allowed are"):
        config(**{field: value})


def test_a_seed_makes_the_same_small_energy():
    made = [build({"model": "PointEnergy", "config": {}}) for _ in range(2)]
    for model in made:
        model.initialise(torch.Generator().manual_seed(3))
    for one, other in zip(*(m.parameters() for m in made), strict=True):
        assert torch.equal(one, other)
        assert one.abs().max() > 0


# --- Training ---------------------------------------------------------------------------------------------------------


def test_the_loss_pulls_data_down_and_pushes_the_chains_up():
    trainer = ContrastiveTrainer(PICTURES, grey())
    x = trainer.batch()
    before = trainer.chains.positions.clone()
    loss = trainer.loss(x)
    moved = (trainer.chains.positions != before).flatten(1).any(1)
    assert moved.sum() == len(x)
    assert set(trainer.chains.ages[moved].tolist()) == {CHAIN.steps}
    assert (trainer.chains.ages[~moved] == 0).all()
    with torch.no_grad():
        dreams = trainer.model.energy(trainer.chains.positions[moved])
        assert loss.item() == pytest.approx((trainer.model.energy(x).mean() - dreams.mean()).item(), abs=1e-3)
    weights = [p for p in trainer.model.parameters()]
    found = torch.autograd.grad(loss, weights)
    data_slope = torch.autograd.grad(trainer.model.energy(x).mean(), weights)
    chain_slope = torch.autograd.grad(trainer.model.energy(trainer.chains.positions[moved]).mean(), weights)
    for whole, pulled, pushed in zip(found, data_slope, chain_slope, strict=True):
        torch.testing.assert_close(whole, pulled - pushed, rtol=1e-3, atol=1e-4)


def test_data_carry_the_noise_of_the_configuration():
    images = np.zeros((50, 28, 28), np.uint8)
    blank = data.Dataset("mnist-grey", images, images[:5], None, None, 255, data.GREY)
    x = ContrastiveTrainer(PICTURES, blank).batch()
    assert x.std().item() == pytest.approx(0.15, rel=0.05)
    assert abs(x.mean().item()) < 0.01


def test_chains_go_on_and_some_start_anew():
    trainer = ContrastiveTrainer(PICTURES, grey())
    for _ in range(30):
        trainer.loss(trainer.batch())
    ages = trainer.chains.ages
    assert (ages % CHAIN.steps == 0).all()
    assert CHAIN.steps * 4 < ages.max() <= CHAIN.steps * 30
    assert len(set(ages.tolist())) > 3  # one in four starts anew each time


def test_a_training_resumes_with_its_chains(tmp_path):
    trainer = ContrastiveTrainer(PICTURES, grey())
    trainer.run(steps=3)
    save_state(trainer, tmp_path)
    again = ContrastiveTrainer(PICTURES, grey(), seed=9)
    again.load(load_state(tmp_path))
    assert torch.equal(again.chains.positions, trainer.chains.positions)
    assert torch.equal(again.chains.ages, trainer.chains.ages)
    assert again.optimise(1.0) == pytest.approx(trainer.optimise(1.0), abs=1e-6)
    fewer = ContrastiveTrainer(Recipe("ebm-mnist", "EnergyModel", SMALL, "mnist-grey", "t", "s",
                                      **SETTINGS | {"chain": Chain(count=64)}), grey())  # fmt: skip
    with pytest.raises(ValueError, match=r"the saved chains are \(32, 28, 28\), not \(64, 28, 28\)"):
        fewer.load(load_state(tmp_path))


def test_a_small_energy_learns_where_the_points_are():
    recipe = Recipe("ebm-moons", "PointEnergy", {"hidden": 32, "noise": 0.05}, "moons", "t", "s",
                    **SETTINGS | {"muon_lr": 0.0, "adam_lr": 1e-2, "batch": 256, "evaluate_every": 50, "ema": 0.98,
                                  "chain": Chain(1024, 15, 0.1, 0.05)})  # fmt: skip
    trainer = ContrastiveTrainer(recipe, data.load("moons"))
    before = trainer.validation_nll()
    trainer.run(steps=200)
    assert trainer.progress.best < min(before - 0.5, 1.9)  # a Gaussian of the same covariance has 2.0 nats
    assert trainer.progress.best == min(nats for _, _, nats in trainer.progress.history)


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_auroc_counts_pairs():
    assert auroc(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 1
    assert auroc(np.array([0.0, 2.0]), np.array([1.0, 3.0])) == 0.75
    assert auroc(np.array([1.0]), np.array([1.0])) == 0.5


def test_each_corruption_keeps_what_it_says():
    images = np.random.default_rng(0).random((6, 28, 28), np.float32)
    found = {kind: corrupted(images, kind, seed=1) for kind in CORRUPTIONS}
    for kind, pictures in found.items():
        assert pictures.dtype == np.float32, kind
        assert pictures.shape == images.shape, kind
        np.testing.assert_array_equal(pictures, corrupted(images, kind, seed=1))
    np.testing.assert_allclose(found["inverted"] + images, 1, rtol=1e-6)
    np.testing.assert_array_equal(np.sort(found["shuffled"].reshape(6, -1)), np.sort(images.reshape(6, -1)))
    assert not np.array_equal(np.argsort(found["shuffled"][0].ravel()), np.argsort(found["shuffled"][1].ravel()))
    np.testing.assert_array_equal(corrupted(found["rotated"], "rotated"), images[:, ::-1, ::-1])
    point = np.zeros((1, 28, 28), np.float32)
    point[0, 14, 14] = 1
    blurred = corrupted(point, "blurred")[0]
    assert blurred.sum() == pytest.approx(1, abs=1e-4)
    rows = (blurred.sum(1) * (np.arange(28) - 14) ** 2).sum()
    assert rows == pytest.approx(BLUR**2, rel=0.01)


def test_energies_on_the_command_line(tmp_path, monkeypatch):
    """train, evaluate, ship, list and sample of an energy of pictures, on a tiny MNIST."""
    monkeypatch.setitem(RECIPES, "ebm-mnist", PICTURES)
    monkeypatch.setattr(energies, "STEPS", 40)
    monkeypatch.setattr(sampling, "STEPS", 40)
    write_idx(tmp_path / "idx", "train", 24)
    where = ("--data", tmp_path / "idx")
    play(tmp_path, "train", "ebm-mnist", *where, "--device", "cpu")
    done = play(tmp_path, "ship", "ebm-mnist", *where)
    assert "ebm-mnist: shipped at 0." in done.stdout
    again = play(tmp_path, "evaluate", "ebm-mnist", *where, "--device", "cpu", "--json")
    measured = json.loads(again.stdout.splitlines()[-1])
    assert measured == checkpoints.entry("ebm-mnist").validation
    assert measured["kind"] == "none"
    assert measured["nll_nats"] is None
    assert set(measured["auroc"]) == set(CORRUPTIONS)
    assert all(0 <= area <= 1 for area in measured["auroc"].values())
    assert measured["chains"]["finite"]
    assert measured["chains"]["steps"] == 40
    folder = checkpoints.load("ebm-mnist").folder
    assert Image.open(folder / "samples.png").size == (16 * 29 * 2 - 2, 4 * 29 * 2 - 2)
    card = (folder / "README.md").read_text()
    assert f"**{measured['auroc']['rotated']:.4f}**" in card
    assert "samples.png" in card
    snippet = card.split("```python\n")[1].split("```")[0].replace("checkpoints/ebm-mnist", str(folder))
    names = {}
    exec(compile(snippet, "card", "exec"), names)
    assert names["pictures"].shape == (4, 28, 28)
    from playground.checkpoints.reference import read_reference

    assert read_reference(folder).mean() == pytest.approx(measured["energy_mean"], rel=1e-4)
    assert "AUROC against rotated digits" in play(tmp_path, "list").stdout
    worse = play(tmp_path, "ship", "ebm-mnist", *where, code=1)
    assert "lower is better" in worse.stderr
    play(tmp_path, "sample", "ebm-mnist", "--count", "3", "--out", tmp_path / "x.npz", "--device", "cpu")
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["images"].shape == (3, 28, 28)
        model = checkpoints.load("ebm-mnist").model
        found = model.energy(torch.from_numpy(arrays["images"])).numpy()
        np.testing.assert_allclose(arrays["energies"], found, rtol=1e-4)
    play(tmp_path, "sample", "ebm-mnist", "--count", "3", "--out", tmp_path / "x.png", "--device", "cpu")
    assert Image.open(tmp_path / "x.png").size[0] > 300


def test_energies_of_points_have_a_likelihood(tmp_path, monkeypatch):
    monkeypatch.setitem(RECIPES, "ebm-moons", POINTS)
    play(tmp_path, "train", "ebm-moons", "--device", "cpu")
    play(tmp_path, "ship", "ebm-moons")
    again = play(tmp_path, "evaluate", "ebm-moons", "--json", "--device", "cpu")
    measured = json.loads(again.stdout.splitlines()[-1])
    assert measured["kind"] == "quadrature"
    assert math.isfinite(measured["nll_nats"])
    assert measured["auroc"] == {}
    refused = play(tmp_path, "sample", "ebm-moons", "--out", tmp_path / "x.png", "--device", "cpu", code=1)
    assert "real numbers" in refused.stderr
    play(tmp_path, "sample", "ebm-moons", "--count", "5", "--out", tmp_path / "x.npz", "--device", "cpu")
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["images"].shape == (5, 1, 2)


def test_a_measurement_without_a_likelihood_is_compared_by_its_auroc():
    settings = {"checkpoint": "a", "family": "energy", "split": "validation", "examples": 3, "nll_nats": None,
                "nll_standard_error": None, "kind": "none", "binarization": "grey values", "parameters": 1}  # fmt: skip
    chains = {"count": 2, "steps": 5, "finite": False}
    measured = EnergyMeasurement(**settings, auroc={"noise": 1.0, "rotated": 0.8}, chains=chains)
    assert measured.figure == pytest.approx(0.1)
    assert "did not stay finite" in measured.words()
