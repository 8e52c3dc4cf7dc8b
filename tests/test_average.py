"""Members of an ensemble: any of them writes, and averaging means averaging probabilities."""

import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from playground import checkpoints
from playground.__main__ import main
from playground.checkpoints.reference import read_orderings, save_orderings
from playground.data import Dataset
from playground.engine import Engine
from playground.errors import CheckpointError, InvalidInput
from playground.figures import average as figures
from playground.traces import (
    AncestralSettings,
    AverageSettings,
    BranchSettings,
    CompletionSettings,
    compute,
    pack_picture,
)
from playground.training import session
from playground.training.orderings import measure_orderings
from playground.training.recipes import Recipe
from playground.worlds import all_states
from tests.small_checkpoints import shelve_mades, small_made
from tests.test_models import SMALL, randomised

TINY = {"height": 2, "width": 3}
ENSEMBLES = {
    "MADE": {"model": "MADE", "config": {**TINY, "hidden": (12,), "mask_sets": 4}},
    "MADE, connectivity": {
        "model": "MADE",
        "config": {**TINY, "hidden": (12, 8), "mask_sets": 4, "agnostic": "connectivity"},
    },
    "OrderAgnosticNADE": {"model": "OrderAgnosticNADE", "config": {**TINY, "hidden": (12,)}},
}


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_mades(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ENSEMBLES)
def test_the_average_is_a_distribution_and_the_mixture_of_its_members(name):
    model = randomised(ENSEMBLES[name], spread=1.0)
    states = all_states((2, 3))
    traces = [compute(AverageSettings(checkpoint="x", picture=pack_picture(s, 2), count=4), model) for s in states]
    alone = np.exp(-np.stack([trace.alone for trace in traces]))  # (S, M)
    expected = np.stack([model.member(i).log_prob(torch.tensor(states).float()).exp().numpy() for i in range(4)], 1)
    assert np.allclose(alone, expected, atol=1e-6)
    average = np.exp(-np.stack([trace.average for trace in traces]))
    assert np.allclose(average, expected.cumsum(1) / np.arange(1, 5), atol=1e-6)
    assert np.allclose(average.sum(0), 1, atol=1e-5)
    for trace in traces:
        assert trace.average[0] == pytest.approx(trace.alone[0])
        means = trace.alone.cumsum() / np.arange(1, 5)
        assert (trace.average <= means + 1e-9).all(), "Jensen"
        assert (trace.average <= np.minimum.accumulate(trace.alone) + np.log(np.arange(1, 5)) + 1e-9).all()


@pytest.mark.parametrize("name", ["MADE", "OrderAgnosticNADE"])
def test_averaged_logits_of_several_orderings_are_no_distribution(name):
    model = randomised(ENSEMBLES[name], spread=1.0)
    asked = (AverageSettings(checkpoint="x", picture=pack_picture(s, 2), count=4) for s in all_states((2, 3)))
    total = np.exp(-np.stack([compute(a, model).logits_averaged for a in asked])).sum(0)
    assert total[0] == pytest.approx(1, abs=1e-5), "one ordering is one"
    assert abs(total[3] - 1) > 0.01


def test_averaged_logits_of_one_ordering_are_another_model():
    model = randomised(ENSEMBLES["MADE, connectivity"], spread=1.0)
    asked = (AverageSettings(checkpoint="x", picture=pack_picture(s, 2), count=4) for s in all_states((2, 3)))
    traces = [compute(a, model) for a in asked]
    assert np.exp(-np.stack([t.logits_averaged for t in traces])).sum(0) == pytest.approx(1, abs=1e-5)
    assert not np.allclose([t.logits_averaged[3] for t in traces], [t.average[3] for t in traces], atol=1e-3)


def test_the_trace_is_pure_and_its_files_hold_it():
    model = small_made("made-small-ensemble")
    asked = AverageSettings(checkpoint="x", count=4, picture=pack_picture(np.eye(8), 2))
    trace = compute(asked, model)
    assert trace.to_bytes() == compute(asked, model).to_bytes()
    assert np.array_equal(trace.orders[3], model.member(3).order.numpy())
    rows = figures.to_csv(trace).splitlines()
    assert len(rows) == 5
    assert float(rows[-1].split(",")[2]) == trace.average[-1]
    names = [curve.name for curve in figures.curve(trace).data]
    assert not any("logits" in name for name in names)
    assert any("wrong" in curve.name for curve in figures.curve(trace, logits=True).data)
    assert len(figures.ordering(trace.orders[0], trace.shape).data[0].z) == 8


@pytest.mark.parametrize("settings", [AncestralSettings, BranchSettings, CompletionSettings])
def test_any_member_writes_in_its_own_ordering(settings):
    model = small_made("made-small-ensemble")
    trace = compute(settings(checkpoint="x", count=3, member=2, seed=1), model)
    assert np.array_equal(trace.order, model.member(2).order.numpy())
    pictures = torch.tensor(trace.pictures()).float()
    expected = model.member(2).log_prob(pictures).numpy()
    assert np.allclose(trace.log_likelihood[:, -1], expected, atol=1e-3)
    assert np.array_equal(trace.noise, compute(settings(checkpoint="x", count=3, seed=1), model).noise)


@pytest.mark.parametrize(
    ("model", "member", "words"),
    [
        (small_made("made-small-ensemble"), 4, r"^member=4 is not allowed: allowed are 0 to 3"),
        (small_made("made-small"), 1, r"^member=1 is not allowed: allowed are 0 to 0"),
        (randomised(SMALL["plain binary"]), 1, "^member=1 is not allowed: PixelCNN has one ordering, number 0"),
    ],
)
def test_a_member_that_is_not_there_is_refused_in_words(model, member, words):
    with pytest.raises(InvalidInput, match=words):
        compute(AncestralSettings(checkpoint="x", count=1, member=member), model)
    with pytest.raises(InvalidInput, match=words):
        compute(BranchSettings(checkpoint="x", count=1, member=member), model)


def test_pictures_and_models_that_do_not_fit_are_refused_in_words():
    model = small_made("made-small-ensemble")
    with pytest.raises(InvalidInput, match="picture holds 3 bytes"):
        compute(AverageSettings(checkpoint="x", picture="AAAA", count=4), model)
    with pytest.raises(InvalidInput, match="member=4 is not allowed"):
        compute(AverageSettings(checkpoint="x", count=5), model)
    with pytest.raises(InvalidInput, match="are not 0 or 1"):
        compute(AverageSettings(checkpoint="x", count=1), randomised(SMALL["plain 5 levels"]))


def rows(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 2, (count, 8, 8)).astype(np.uint8)


def test_what_averaging_is_worth_is_measured_by_probabilities(shelf):
    loaded = checkpoints.load("made-small-ensemble")
    dataset = Dataset("table", rows(5), rows(150), None, None, 1, "none")
    found = measure_orderings(loaded, dataset)
    x = torch.tensor(rows(150)).float()
    log_p = torch.stack([loaded.model.member(i).log_prob(x).double() for i in range(4)])
    assert (found["counts"], found["examples"], found["split"]) == ([1, 2, 4], 150, "validation")
    assert found["members_nll_nats"] == pytest.approx((-log_p.mean(1)).tolist())
    assert found["nll_nats"][2] == pytest.approx(float(np.log(4) - log_p.logsumexp(0).mean()))
    assert found["nll_nats"][0] == pytest.approx(found["members_nll_nats"][0])
    assert measure_orderings(loaded, dataset, examples=7)["examples"] == 7
    with pytest.raises(InvalidInput, match="MADE has one ordering"):
        measure_orderings(checkpoints.load("made-small"), dataset)


def test_the_command_measures_and_writes_what_the_page_reads(shelf):
    assert Engine(device="cpu").orderings("made-small-ensemble") is None
    np.savez(shelf / "table.npz", train=rows(4), valid=rows(20), test=rows(4))
    arguments = ["orderings", "made-small-ensemble", "--data", str(shelf / "table.npz"), "--write"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "4 averaged" in done.stdout
    found = Engine(device="cpu").orderings("made-small-ensemble")
    assert found["examples"] == 20
    assert f"{found['nll_nats'][2]:.3f}" in done.stdout
    refused = CliRunner().invoke(main, ["orderings", "made-small", "--data", str(shelf / "table.npz")])
    assert refused.exit_code == 1
    assert "nothing to average" in refused.stderr
    figure = figures.validation(found)
    assert list(figure.data[1].y) == found["nll_nats"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda good: "{",
        lambda good: "[]",
        lambda good: json.dumps({**good, "nll_nats": [1.0]}),
        lambda good: json.dumps({**good, "members_nll_nats": []}),
        lambda good: json.dumps({**good, "nll_standard_error": [0.1, None, 0.1]}),
        lambda good: json.dumps({**good, "counts": []}),
        lambda good: json.dumps({name: value for name, value in good.items() if name != "split"}),
    ],
)
def test_damaged_figures_are_refused_in_words(tmp_path, damage):
    dataset = Dataset("table", rows(5), rows(9), None, None, 1, "none")
    model = small_made("made-small-ensemble")
    good = measure_orderings(checkpoints.Loaded("x", model, {}, "folder", None, tmp_path), dataset)
    assert read_orderings(tmp_path) is None
    save_orderings(tmp_path, good)
    assert read_orderings(tmp_path) == good
    (tmp_path / "orderings.json").write_text(damage(good))
    with pytest.raises(CheckpointError, match=r"orderings\.json: damaged"):
        read_orderings(tmp_path)


def test_an_ensemble_is_shipped_with_what_averaging_is_worth(shelf, tmp_path):
    config = {"height": 8, "width": 8, "hidden": (6,), "mask_sets": 2}
    recipe = Recipe("tiny", "MADE", config, "none", "Tiny", "Tiny.", batch=4, steps=2, evaluate_every=1, half=False)
    dataset = Dataset("table", rows(8), rows(30), None, None, 1, "none")
    session.train(recipe, dataset, tmp_path / "out", None, "cpu", 0, lambda *told: None)
    session.ship(recipe, tmp_path / "out", dataset)
    engine = Engine(device="cpu")
    assert engine.orderings("tiny")["counts"] == [1, 2]
    assert engine.orderings("tiny")["examples"] == 30
