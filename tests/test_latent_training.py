"""Autoencoders, VAEs and GANs: trained, measured, shipped and drawn from, on the command line."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

from playground import checkpoints, data
from playground.models import build
from playground.training import adversarial, bounds
from playground.training.adversarial import AdversarialTrainer
from playground.training.latent import LatentTrainer
from playground.training.loop import load_state, save_state
from playground.training.recipe import Recipe
from playground.training.recipes import RECIPES
from tests.test_cli import play, shelf, write_idx  # noqa: F401

torch.set_num_threads(1)
SIZE = {"height": 28, "width": 28, "hidden": (12,), "features": 2}
SETTINGS = {"batch": 16, "steps": 6, "evaluate_every": 3, "half": False, "warmup": 1}
TINY = {
    "vae-mnist-2d": Recipe("vae-mnist-2d", "VAE", SIZE | {"latent": 2}, "mnist", "t", "s", kl_warmup=4, **SETTINGS),
    "autoencoder-mnist-2d": Recipe(
        "autoencoder-mnist-2d", "Autoencoder", SIZE | {"latent": 2}, "mnist", "t", "s", **SETTINGS
    ),
    "gan-mnist": Recipe("gan-mnist", "GAN", SIZE | {"latent": 3}, "mnist-grey", "t", "s", **SETTINGS),
}


def blocks(count: int = 240, side: int = 8) -> data.Dataset:
    """Binary pictures of two kinds, a lit left half or a lit right half, with a little noise."""
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 2, count)
    images = np.where((np.arange(side) < side // 2)[None, None] == kind[:, None, None].astype(bool), 255, 0)
    images = np.broadcast_to(images, (count, side, side)) ^ (rng.random((count, side, side)) < 0.02) * 255
    grey = images.astype(np.uint8)
    return data.Dataset("mnist", grey[: count - 40], grey[count - 40 :], None, kind.astype(np.uint8), 255, "dynamic")


@pytest.mark.parametrize("name", ["VAE", "Autoencoder"])
def test_a_small_one_learns_its_two_kinds_of_pictures(name):
    config = {"height": 8, "width": 8, "latent": 2, "hidden": (24,)}
    rates = {"muon_lr": 0.04, "adam_lr": 0.02, "warmup": 10, "ema": 0.95}
    recipe = Recipe("x", name, config, "mnist", "t", "s", batch=32, steps=250, evaluate_every=125, half=False, **rates)
    trainer = LatentTrainer(recipe, blocks(), seed=1)
    before = trainer.validation_nll()
    trainer.run()
    entropy = -(0.02 * math.log(0.02) + 0.98 * math.log(0.98)) * 64 + math.log(2)  # the data's own: no model is below
    assert before > 35
    assert trainer.progress.best < before / 3
    if name == "VAE":
        assert 0.8 * entropy < trainer.progress.best < 1.6 * entropy


def test_the_weight_of_the_kl_grows_and_the_bound_that_is_validated_has_all_of_it():
    recipe = Recipe("x", "VAE", {"height": 8, "width": 8}, "mnist", "t", "s", batch=8, half=False, kl_warmup=10)
    trainer = LatentTrainer(recipe, blocks())
    x, losses = trainer.batch(), []
    for trainer.progress.step in (0, 4, 9, 500):
        trainer.generator.manual_seed(3)
        losses.append(trainer.loss(x).item())
    reconstruction, kl = trainer.model.elbo_terms(x, trainer.model.noise(x, trainer.generator.manual_seed(3)))
    for loss, weight in zip(losses, (0.1, 0.5, 1.0, 1.0), strict=True):
        assert loss == pytest.approx((weight * kl.sum(1) - reconstruction).mean().item(), rel=1e-5)
    trainer.progress.step = 0
    assert trainer.validation_nll() == trainer.validation_nll()  # the same draws of z every time


def game(steps: int = 6) -> AdversarialTrainer:
    config = {"height": 8, "width": 8, "latent": 2, "hidden": (24,), "architecture": "mlp"}
    settings = {"batch": 32, "steps": steps, "evaluate_every": steps, "half": False, "ema": 0.9}
    recipe = Recipe("x", "GAN", config, "mnist-grey", "t", "s", muon_lr=0.0, adam_lr=2e-3, **settings)
    grey = blocks()
    return AdversarialTrainer(recipe, data.Dataset("g", grey.train, grey.valid, None, grey.labels, 255, data.GREY))


def test_a_small_generator_comes_nearer_to_its_data():
    trainer = game(400)
    before = trainer.validation_nll()
    trainer.run()
    assert trainer.progress.best < before / 4


def test_each_player_moves_alone():
    trainer = game()
    d, g = trainer.model.discriminator, trainer.model.generator
    weights = {name: p.clone() for name, p in trainer.model.named_parameters()}
    trainer.discriminator_step(trainer.batch())
    assert all(p.grad is None or not p.grad.any() for p in g.parameters())
    trainer._move(d, 1.0)
    changed = {name for name, p in trainer.model.named_parameters() if not torch.equal(p, weights[name])}
    assert {name.split(".")[0] for name in changed} == {"discriminator"}
    weights = {name: p.clone() for name, p in trainer.model.named_parameters()}
    trainer.generator_step(8)
    assert all(p.grad is None or not p.grad.any() for p in d.parameters())
    trainer._move(g, 1.0)
    changed = {name for name, p in trainer.model.named_parameters() if not torch.equal(p, weights[name])}
    assert {name.split(".")[0] for name in changed} == {"generator"}


def by_hand(network: torch.nn.Module, recipe: Recipe, betas: tuple, momentum: float) -> list:
    """The recipe's optimisers of a network without convolutions, written out; each with its learning rate."""
    kernels = [p for p in network.parameters() if recipe.muon_lr and p.ndim == 2 and min(p.shape) > 1]
    rest = [p for p in network.parameters() if not any(p is kernel for kernel in kernels)]
    found = [(torch.optim.AdamW(rest, betas=betas, weight_decay=recipe.adam_decay), recipe.adam_lr)]
    if kernels:
        settings = {"weight_decay": recipe.weight_decay, "adjust_lr_fn": "match_rms_adamw", "momentum": momentum}
        found.append((torch.optim.Muon(kernels, **settings), recipe.muon_lr))
    return found


def moved(network: torch.nn.Module, optimizers: list, rate: float) -> None:
    """A step of all of them at `rate` times their learning rates."""
    for optimizer, base in optimizers:
        optimizer.param_groups[0]["lr"] = base * rate
        optimizer.step()
    network.zero_grad()


@pytest.mark.parametrize("muon_lr", [0.0, 2e-3])
@pytest.mark.parametrize("family", ["GAN", "VAE"])
def test_steps_are_those_of_adam_and_muon_to_the_bit(family, muon_lr):
    config = {"height": 8, "width": 8, "latent": 2, "hidden": (24, 24), "architecture": "mlp"}
    recipe = Recipe("x", family, config, "mnist", "t", "s", batch=32, half=False, muon_lr=muon_lr, adam_decay=0.01)
    kind = {"GAN": AdversarialTrainer, "VAE": LatentTrainer}[family]
    trainer, other = kind(recipe, blocks(), seed=2), kind(recipe, blocks(), seed=2)
    start = [p.clone() for p in trainer.model.parameters()]
    if family == "GAN":
        d, g = other.model.discriminator, other.model.generator
        first, second = by_hand(d, recipe, (0.5, 0.99), 0.5), by_hand(g, recipe, (0.5, 0.99), 0.5)
    else:
        first = by_hand(other.model, recipe, (0.9, 0.99), 0.95)
    for rate in (0.1, 1.0, 0.6):
        trainer.optimise(rate)
        x = other.batch()
        if family == "GAN":
            other.discriminator_step(x)
            moved(d, first, rate)
            other.generator_step(len(x))
            moved(g, second, rate)
        else:
            other.loss(x).backward()
            moved(other.model, first, rate)
        other.follow()
    for before, a, b in zip(start, trainer.model.parameters(), other.model.parameters(), strict=True):
        assert not torch.equal(a, before)
        assert torch.equal(a, b)
    assert all(map(torch.equal, trainer.average.parameters(), other.average.parameters()))


def test_a_game_goes_on_where_it_was_saved(tmp_path):
    through, stopped = game(), game()
    for _ in range(5):
        through.optimise(1.0)
    for _ in range(2):
        stopped.optimise(1.0)
    save_state(stopped, tmp_path)
    resumed = game()
    resumed.load(load_state(tmp_path))
    for _ in range(3):
        resumed.optimise(1.0)
    for a, b in zip(through.model.parameters(), resumed.model.parameters(), strict=True):
        torch.testing.assert_close(a, b)


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A tiny MNIST, tiny recipes, small counts; the arguments that name the data."""
    for name, recipe in TINY.items():
        monkeypatch.setitem(RECIPES, name, recipe)
    monkeypatch.setattr(bounds, "IWAE_DRAWS", 30)
    monkeypatch.setattr(bounds, "REFINE_STEPS", 5)
    monkeypatch.setattr(bounds, "PLANE_CODES", 7)
    monkeypatch.setattr(adversarial, "GENERATED", 40)
    monkeypatch.setattr(adversarial, "COVERED", 20)
    write_idx(tmp_path / "idx", "train", 60)
    return "--data", tmp_path / "idx"


def shipped(tmp_path, name, where):
    """Train, ship and evaluate it; the measurement, and the checkpoint's folder."""
    play(tmp_path, "train", name, *where, "--device", "cpu")
    play(tmp_path, "ship", name, *where)
    again = play(tmp_path, "evaluate", name, *where, "--device", "cpu", "--json")
    measured = json.loads(again.stdout.splitlines()[-1])
    assert measured == checkpoints.entry(name).validation
    assert name in play(tmp_path, "list").stdout
    return measured, checkpoints.load(name).folder


def snippet_of(folder):
    """The names that the card's Python leaves behind."""
    names: dict = {}
    text = (folder / "README.md").read_text().split("```python\n")[1].split("```")[0]
    exec(compile(text.replace(f"checkpoints/{folder.name}", str(folder)), "card", "exec"), names)
    return names


def test_a_vae_on_the_command_line(tmp_path, tiny):
    measured, folder = shipped(tmp_path, "vae-mnist-2d", tiny)
    assert measured["kind"] == "elbo"
    assert measured["iwae"]["kind"] == "iwae"
    assert measured["iwae"]["draws"] == 30
    assert measured["nll_nats"] == pytest.approx(measured["reconstruction_nats"] + measured["kl_nats"], rel=1e-6)
    assert measured["iwae"]["nats"] < measured["nll_nats"] + measured["nll_standard_error"]
    assert measured["refined"]["kind"] == "elbo"
    assert measured["refined"]["nats"] < measured["nll_nats"] + measured["nll_standard_error"]
    card = (folder / "README.md").read_text()
    assert f"**{measured['nll_nats']:.2f} nats**" in card
    assert f"**{measured['iwae']['nats']:.2f} nats**" in card
    assert snippet_of(folder)["probabilities"].shape == (16, 28, 28)
    from playground.engine import Engine

    engine = Engine("cpu")
    codes = engine.codes("vae-mnist-2d")
    assert codes.mean.shape == codes.deviation.shape == (7, 2)
    dataset = data.load("mnist", tiny[1])
    x = torch.from_numpy(data.for_figures(dataset.valid, dataset)[:7]).float()
    with torch.inference_mode():
        posterior = engine.load("vae-mnist-2d").model.encode(x)
    np.testing.assert_allclose(codes.mean, posterior.mean, atol=2e-3)
    np.testing.assert_allclose(codes.deviation, posterior.deviation, rtol=2e-3)
    assert (codes.labels == dataset.labels[len(dataset.train) :][:7]).all()
    assert engine.reference("vae-mnist-2d").mean() == pytest.approx(measured["nll_nats"], rel=1e-4)
    play(tmp_path, "sample", "vae-mnist-2d", "--count", "3", "--out", tmp_path / "x.npz", "--device", "cpu")
    with np.load(tmp_path / "x.npz") as arrays:
        assert arrays["codes"].shape == (3, 2)
        assert set(np.unique(arrays["images"])) <= {0, 1}
        model = checkpoints.load("vae-mnist-2d").model
        made = model.decode(torch.from_numpy(arrays["codes"])).sigmoid().numpy()
        np.testing.assert_allclose(arrays["probabilities"], made, atol=1e-5)
    play(tmp_path, "sample", "vae-mnist-2d", "--count", "3", "--out", tmp_path / "x.png", "--device", "cpu")
    assert Image.open(tmp_path / "x.png").size[0] > 300
    assert "allows 1" in play(tmp_path, "evaluate", "vae-mnist-2d", *tiny, "--orderings", "2", code=1).stderr


def test_an_autoencoder_on_the_command_line(tmp_path, tiny):
    measured, folder = shipped(tmp_path, "autoencoder-mnist-2d", tiny)
    assert measured["kind"] == "reconstruction"
    assert measured["nll_nats"] is None
    assert measured["reconstruction_nats"] > 0
    assert "no likelihood" in (folder / "README.md").read_text()
    assert snippet_of(folder)["probabilities"].shape == (1, 28, 28)
    refused = play(tmp_path, "sample", "autoencoder-mnist-2d", "--out", tmp_path / "x.png", "--device", "cpu", code=1)
    assert "no distribution of codes" in refused.stderr


def test_a_gan_on_the_command_line(tmp_path, tiny):
    measured, folder = shipped(tmp_path, "gan-mnist", tiny)
    assert measured["kind"] == "none"
    assert measured["nll_nats"] is None
    assert measured["frechet"] > 0
    assert measured["frechet_real"] > 0
    assert 0 <= measured["precision"] <= 1 and 0 <= measured["recall"] <= 1  # noqa: PT018
    assert sum(measured["classes"]) == pytest.approx(1)
    card = (folder / "README.md").read_text()
    assert f"**{measured['frechet']:.3f}**" in card
    assert "samples.png" in card
    assert Image.open(folder / "samples.png").size == (16 * 29 * 2 - 2, 4 * 29 * 2 - 2)
    assert snippet_of(folder)["pictures"].shape == (16, 28, 28)
    from playground.engine import Engine

    logits = torch.from_numpy(np.array(Engine("cpu").reference("gan-mnist")))
    assert logits.sigmoid().mean().item() == pytest.approx(measured["verdict_real"], rel=1e-4)
    play(tmp_path, "sample", "gan-mnist", "--count", "3", "--out", tmp_path / "x.npz", "--device", "cpu")
    with np.load(tmp_path / "x.npz") as arrays:
        model = build({"model": "GAN", "config": TINY["gan-mnist"].config})
        model.load_state_dict(checkpoints.load("gan-mnist").model.state_dict())
        made = model.generate(torch.from_numpy(arrays["codes"])).detach().numpy()
        np.testing.assert_allclose(arrays["images"], made, atol=1e-5)
