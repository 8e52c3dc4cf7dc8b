"""Samples of all families on one axis: they are those of each family's own trace, and none is there before its time."""

import csv
import io

import numpy as np
import pytest
import torch

from playground import figures, traces
from playground.errors import InvalidInput
from playground.traces import (
    AncestralSettings,
    EnergyChainSettings,
    GanDrawsSettings,
    GrowthLinkSettings,
    GrowthSettings,
    PriorDrawsSettings,
    RbmSettings,
    compute,
    way_of,
)
from playground.traces.growth import MOST_MODELS
from tests.small_energy import small_energy
from tests.small_latent import codes_for, small_models
from tests.small_sequences import small_sequence
from tests.test_models import SMALL, randomised

torch.set_num_threads(1)
LATENT = small_models()
MODELS = {
    "NADE": randomised(SMALL["NADE sigmoid"]),
    "grey": randomised(SMALL["plain 5 levels"]),
    "lstm-mnist": small_sequence("lstm-mnist"),
    "transformer-mnist": small_sequence("transformer-mnist"),
    "RBM": randomised({"model": "RBM", "config": {"height": 5, "width": 4, "hidden": 7}}),
    "ebm-mnist": small_energy(),
    **LATENT,
}
WAYS = {"NADE": "pixels", "grey": "pixels", "lstm-mnist": "pixels", "transformer-mnist": "pixels", "RBM": "sweeps"}
WAYS |= {"ebm-mnist": "langevin"} | dict.fromkeys(LATENT, "shot")


def with_codes(name: str) -> tuple:
    model = MODELS[name]
    return model, codes_for(model) if callable(getattr(model, "encode", None)) else None


def grown(name: str, **settings: object) -> traces.GrowthTrace:
    return compute(GrowthSettings(checkpoint=name, **{"count": 3, "seed": 5, **settings}), with_codes(name))


@pytest.mark.parametrize("name", MODELS)
def test_every_family_grows_in_its_own_way(name):
    trace = grown(name)
    assert way_of(MODELS[name]) == trace.way == WAYS[name]
    assert trace.drawn.shape == trace.expected.shape == (len(trace.kept), 3, *MODELS[name].event_shape)
    assert trace.drawn.dtype == trace.expected.dtype == np.uint8
    assert trace.kept[-1] == trace.steps
    assert (np.diff(trace.kept) > 0).all()
    assert trace.scores.shape[1] in (0, trace.steps + 1 if trace.way == "pixels" else len(trace.kept))
    assert np.isfinite(trace.scores).all()
    assert trace.passes >= 1
    assert trace.prior == (name != "autoencoder-mnist-2d")


@pytest.mark.parametrize("name", MODELS)
def test_the_same_settings_give_the_same_samples_and_another_seed_others(name):
    first, second, other = grown(name), grown(name), grown(name, seed=6)
    assert np.array_equal(first.drawn, second.drawn)
    assert not np.array_equal(first.drawn, other.drawn)


@pytest.mark.parametrize("name", MODELS)
def test_a_trace_stays_small(name):
    assert grown(name, count=9).nbytes < 2 * 64 * 9 * np.prod(MODELS[name].event_shape) + 100_000


def test_the_samples_are_those_of_each_familys_own_trace():
    same = {"seed": 5}
    ancestral = compute(AncestralSettings(checkpoint="NADE", count=3, **same), MODELS["NADE"])
    assert np.array_equal(grown("NADE").drawn[0], ancestral.pictures() * 255)
    assert np.allclose(grown("NADE").scores[:, -1], ancestral.log_likelihood[:, -1])
    chain = compute(RbmSettings(checkpoint="RBM", chains=3, sweeps=60, every=10, **same), MODELS["RBM"])
    assert np.array_equal(grown("RBM").drawn[-1], chain.pictures() * 255)
    langevin = compute(EnergyChainSettings(checkpoint="ebm-mnist", chains=3, steps=200, **same), MODELS["ebm-mnist"])
    assert np.allclose(grown("ebm-mnist").drawn[-1] / 255, langevin.pictures[-1].clip(0, 1), atol=0.003)
    assert np.allclose(grown("ebm-mnist").scores[:, -1], langevin.energies[:, -1])
    prior = compute(PriorDrawsSettings(checkpoint="vae-mnist", draws=3, **same), with_codes("vae-mnist"))
    assert np.array_equal(grown("vae-mnist").drawn[0], prior.pixels * 255)
    gan = compute(GanDrawsSettings(checkpoint="gan-mnist", count=3, **same), MODELS["gan-mnist"])
    assert np.allclose(grown("gan-mnist").scores[:, 0], gan.logits)


@pytest.mark.parametrize("name", ["NADE", "grey", "transformer-mnist"])
def test_an_expected_value_is_the_mean_of_what_the_model_says(name):
    model, trace = MODELS[name], grown(name)
    levels = model.config.levels
    x = torch.from_numpy(trace.drawn[0] / 255 * (levels - 1)).round().float()
    logits = model.conditionals(x)
    p = torch.cat([torch.zeros_like(logits), logits], 2).softmax(2) if levels == 2 else logits.softmax(2)
    mean = p @ torch.linspace(0, 1, levels)
    assert np.allclose(trace.expected[0].reshape(3, -1), mean * 255, atol=0.6)


def test_a_patch_is_one_pass_and_a_pixel_of_the_others_is_one():
    assert grown("transformer-mnist").passes == MODELS["transformer-mnist"].config.tokens < grown("lstm-mnist").steps
    assert grown("NADE").passes == grown("NADE").steps == 12
    assert grown("RBM").passes == 2 * grown("RBM").steps
    assert [grown(name).passes for name in LATENT] == [1] * len(LATENT)


@pytest.mark.parametrize(
    ("name", "changes"), [("NADE", True), ("ebm-mnist", True), ("RBM", False), ("vae-mnist", False)]
)
def test_temperature_reaches_what_has_one(name, changes):
    cold, warm = grown(name, temperature=0.2), grown(name, temperature=3.0)
    assert np.array_equal(cold.drawn, warm.drawn) != changes
    assert np.isnan(cold.temperature) != changes


def test_pixels_appear_in_their_order_and_one_shot_with_the_first_tick():
    trace = grown("NADE")
    for share in (0, 0.5, 1):
        _, there = trace.at(share)
        assert there.sum() == 12 * share
        assert set(np.flatnonzero(there)) == set(trace.order[: int(12 * share)])
    shot = grown("gan-mnist")
    assert not shot.at(0)[1].any()
    assert shot.at(0.001)[1].all()
    chain = grown("RBM")
    assert chain.at(0)[1].all()
    assert np.array_equal(chain.at(0)[0], chain.drawn[0])
    assert np.array_equal(chain.at(0.5)[0], chain.drawn[30])
    assert np.array_equal(chain.at(1, expected=True)[0], chain.expected[-1])


@pytest.mark.parametrize(
    "model",
    [
        small_sequence("lstm-shakespeare"),
        small_sequence("lstm-rows-mnist"),
        small_sequence("translator"),
        randomised({"model": "RNADE", "config": {"height": 4, "width": 4, "hidden": 5}}),
        randomised({"model": "PointEnergy", "config": {}}),
    ],
    ids=lambda model: type(model).__name__,
)
def test_what_draws_no_pictures_is_refused_in_words(model):
    assert way_of(model) == ""
    with pytest.raises(InvalidInput, match="draws no pictures"):
        compute(GrowthSettings(checkpoint="it"), (model, None))


def test_the_names_of_a_link():
    assert GrowthLinkSettings(checkpoints="a,b").names == ("a", "b")
    assert GrowthLinkSettings().names == ()
    for wrong in ("a,a", ",".join(map(str, range(MOST_MODELS + 1)))):
        good, notices = GrowthLinkSettings.from_link({"checkpoints": wrong})
        assert not good
        assert "at most" in notices[0]


def test_files():
    found, titles = [grown(name) for name in ("NADE", "RBM", "gan-mnist", "vae-mnist")], ["a", "b", "c", "d"]
    made = {label: make() for label, (_, make) in figures.growth.files(found, titles, 0.5, False).items()}
    assert made["PNG"].startswith(b"\x89PNG")
    assert made["GIF"].startswith(b"GIF8")
    with np.load(io.BytesIO(made["npz"])) as archive:
        assert np.array_equal(archive["RBM.drawn"], found[1].drawn)
        assert archive["NADE.passes"] == 12
    rows = list(csv.DictReader(io.StringIO(made["CSV"])))
    last = [row for row in rows if row["checkpoint"] == "NADE"][-1]
    assert (last["sample"], last["steps_done"], last["score"]) == ("3", "12", "log p")
    assert float(last["value"]) == pytest.approx(float(found[0].scores[2, -1]))
    assert [row["score"] for row in rows if row["checkpoint"] == "vae-mnist"] == [""] * 3


def test_the_half_way_sheet_differs_from_the_finished_one():
    found = [grown("NADE"), grown("RBM")]
    half, done = (np.asarray(figures.growth.sheet(found, ["a", "b"], share, False)) for share in (0.5, 1.0))
    assert half.shape == done.shape
    assert not np.array_equal(half, done)
