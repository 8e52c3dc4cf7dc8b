"""Binary tables from file to figure: checked, freed of row order, trained with early stopping, measured as an ensemble.

Everything runs through the command line on tiny tables, with the shipped recipes made small.
"""

import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from playground import checkpoints, data, tables
from playground.models.ensemble import ensemble_log_prob
from playground.training import recipes, session
from playground.training.selection import Selection
from playground.training.tables import TableTrainer, output_bias, smoothed_log_odds
from tests.test_cli import model, play, refused, shelf  # noqa: F401

torch.set_num_threads(1)
NAMES = ("fvsbn", "nade", "nade-agnostic", "made")
SMALL = {
    "fvsbn": {},
    "nade": {"hidden": 4},
    "nade-agnostic": {"hidden": (4,)},
    "made": {"hidden": (8,), "mask_sets": 3},
}


def small(name, **changes):
    """A recipe of the command line with few steps, few units, and two candidates."""
    settings = {"steps": 40, "evaluate_every": 4, "batch": 8, "warmup": 1, "candidates": ({}, {"prior": 0.3})} | changes
    return replace(recipes.RECIPES[name], config=SMALL[name], **settings)


@pytest.fixture
def little(monkeypatch):
    """The four recipes, small."""
    for name in NAMES:
        monkeypatch.setitem(recipes.RECIPES, name, small(name))


def rows(seed=0, width=7, sizes=(40, 16, 24)):
    """Three splits of 0/1 rows whose columns differ in how often they are 1; the last repeats the first."""
    rng = np.random.default_rng(seed)
    p = 0.1 + 0.8 * rng.random(width)
    found = {}
    for name, count in zip(("train", "valid", "test"), sizes, strict=True):
        found[name] = (rng.random((count, width)) < p).astype(np.uint8)
        found[name][:, -1] = found[name][:, 0]
    return found


def write(path, **arrays):
    np.savez(path, **{name: a for name, a in (rows() | arrays).items() if a is not None})
    return path


def trained(tmp_path, name, table, out="out", *more):
    """The JSON of `evaluate` after `train`, both on the command line."""
    play(tmp_path, "train", name, "--data", table, "--out", tmp_path / out)
    done = play(tmp_path, "evaluate", tmp_path / out, "--data", table, "--split", "test", "--json", *more)
    return json.loads(done.stdout.splitlines()[-1])


# --- From table to figure --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_trained_on_and_measured(tmp_path, little, name):
    table = write(tmp_path / "table.npz")
    found = trained(tmp_path, name, table)
    loaded = checkpoints.load(tmp_path / "out")
    assert loaded.model.event_shape == (1, 7)
    assert (found["split"], found["examples"], found["kind"], found["binarization"]) == ("test", 24, "exact", "none")
    assert found["orderings"] == recipes.RECIPES[name].orderings
    x = torch.from_numpy(rows()["test"]).float().unsqueeze(1)
    expected = -ensemble_log_prob(loaded.model, x, found["orderings"]).mean().item()
    assert found["nll_nats"] == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_probabilities_of_all_rows_sum_to_one_as_measured(tmp_path, little, name):
    trained(tmp_path, name, write(tmp_path / "table.npz"))
    loaded = checkpoints.load(tmp_path / "out")
    every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=7))).unsqueeze(1)
    count = recipes.RECIPES[name].orderings
    assert ensemble_log_prob(loaded.model, every, count).exp().sum().item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_the_rows_makes_no_difference(tmp_path, little, name):
    straight, rng = rows(), np.random.default_rng(5)
    mixed = {split: a[rng.permutation(len(a))] for split, a in straight.items()}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = trained(tmp_path, name, write(tmp_path / "a" / "table.npz", **straight), "a/out")
    second = trained(tmp_path, name, write(tmp_path / "b" / "table.npz", **mixed), "b/out")
    assert first == second
    assert (tmp_path / "a/out/model.safetensors").read_bytes() == (tmp_path / "b/out/model.safetensors").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_column_constant_in_training_costs_what_one_row_in_so_many_would(tmp_path, little, name, monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, name, small(name, steps=200, patience=1000))
    arrays = rows()
    arrays["train"][:, 2] = arrays["valid"][:, 2] = 0
    usual = arrays["test"].copy()
    usual[:, 2] = 0
    arrays["test"][:, 2] = 1
    table = write(tmp_path / "table.npz", **arrays)
    surprised = trained(tmp_path, name, table)
    write(tmp_path / "usual.npz", **arrays | {"test": usual})
    done = play(tmp_path, "evaluate", tmp_path / "out", "--data", "usual.npz", "--split", "test", "--json")
    expected = json.loads(done.stdout.splitlines()[-1])["nll_nats"]
    assert math.isfinite(surprised["nll_nats"])
    assert 1 < surprised["nll_nats"] - expected < 3 * math.log(40 + 2)


@pytest.mark.parametrize(
    ("name", "width"), [*itertools.product(NAMES, (1, 2)), ("nade-agnostic", 4096)], ids=lambda value: str(value)
)
def test_the_narrowest_and_the_widest_table(tmp_path, monkeypatch, name, width):
    monkeypatch.setitem(recipes.RECIPES, name, small(name, steps=1, evaluate_every=1, candidates=()))
    arrays = rows(width=width, sizes=(3, 2, 2))
    assert math.isfinite(trained(tmp_path, name, write(tmp_path / "table.npz", **arrays))["nll_nats"])


@pytest.mark.parametrize("dtype", [bool, float, np.float16, np.int64])
def test_zeros_and_ones_of_any_type_are_the_same_table(tmp_path, dtype):
    write(tmp_path / "a.npz")
    write(tmp_path / "b.npz", **{name: a.astype(dtype) for name, a in rows().items()})
    first, second = (tables.binary_table(tmp_path / name) for name in ("a.npz", "b.npz"))
    assert all(np.array_equal(first[split], second[split]) for split in first)


def test_the_rows_that_are_read_are_the_rows_of_the_file(tmp_path):
    arrays = rows(sizes=(300, 16, 24))
    found = tables.binary_table(write(tmp_path / "a.npz", **arrays))
    for split, expected in arrays.items():
        assert sorted(map(bytes, found[split].reshape(len(expected), -1))) == sorted(map(bytes, expected))
    half = found["train"][:150].mean((0, 1))
    assert np.abs(half - arrays["train"].mean(0)).max() < 0.15  # the first rows are a fair sample, not the smallest


# --- Refusals --------------------------------------------------------------------------------------------------------

TWO = rows()["train"].astype(float)
TWO[3, 5] = 2


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"train": TWO}, r"train\[3, 5\] is 2\.0; a table holds only 0 and 1 \(1 of 280 values are neither\)"),
        ({"valid": np.where(TWO == 2, np.nan, TWO)}, r"valid\[3, 5\] is nan"),
        ({"test": np.where(TWO == 2, -1, TWO)}, r"test\[3, 5\] is -1\.0"),
        ({"train": np.where(TWO == 2, 0.5, TWO)}, r"train\[3, 5\] is 0\.5"),
        ({"valid": None}, "no array valid; it needs train, valid and test"),
        ({"train": np.zeros((0, 7))}, "train has 0 rows"),
        ({"valid": np.zeros((0, 7))}, "valid has 0 rows"),
        ({"test": np.zeros((5, 6))}, r"test has shape \(5, 6\), expected \(N, 7\), as train has"),
        ({"valid": np.zeros((5, 8))}, r"valid has shape \(5, 8\), expected \(N, 7\), as train has"),
        ({"train": np.array([["a"] * 7])}, "train is of type <U1, not numbers"),
        ({"train": np.array([[None] * 7])}, "train holds Python objects"),
        ({"train": np.zeros((5, 7), complex)}, "train is of type complex128"),
        ({"train": np.zeros((5, 0))}, "train has 0 columns, allowed are 1 to 4096"),
        ({"train": np.zeros((5, 4097))}, "train has 4097 columns, allowed are 1 to 4096"),
        ({"train": np.zeros(7)}, r"train has shape \(7,\), a table is \(N, columns\)"),
        ({"train": np.zeros((5, 7, 1))}, r"train has shape \(5, 7, 1\), a table is \(N, columns\)"),
        ({"test": np.zeros(7)}, r"test has shape \(7,\), expected \(N, 7\)"),
    ],
)
def test_a_table_that_is_none_is_refused_in_words(tmp_path, arrays, words):
    write(tmp_path / "table.npz", **arrays)
    refused(tmp_path, 1, rf"table\.npz: {words}", "train", "made", "--data", "table.npz")


def test_no_test_rows_are_needed_until_they_are_measured(tmp_path, little):
    write(tmp_path / "table.npz", test=np.zeros((0, 7)))
    play(tmp_path, "train", "fvsbn", "--data", "table.npz", "--out", "out")
    play(tmp_path, "evaluate", "out", "--data", "table.npz")
    refused(tmp_path, 1, r"table\.npz: test has 0 rows", "evaluate", "out", "--data", "table.npz", "--split", "test")


@pytest.mark.parametrize("name", NAMES)
def test_a_table_must_be_named(tmp_path, name):
    refused(tmp_path, 1, r"pass --data TABLE\.npz with arrays train, valid and test", "train", name)
    (tmp_path / "folder").mkdir()
    refused(tmp_path, 1, r"folder: not a table; pass --data TABLE\.npz", "train", name, "--data", "folder")
    refused(tmp_path, 1, r"gone\.npz: .*[Nn]o such file", "train", name, "--data", "gone.npz")


def test_a_checkpoint_refuses_a_table_of_another_width(tmp_path, little):
    play(tmp_path, "train", "fvsbn", "--data", write(tmp_path / "table.npz"), "--out", "out")
    write(tmp_path / "wide.npz", **rows(width=9))
    refused(tmp_path, 1, r"train has shape \(40, 9\), expected \(N, 7\)", "evaluate", "out", "--data", "wide.npz")
    refused(tmp_path, 1, r"pass --data TABLE\.npz", "evaluate", "out")


def test_a_training_refuses_another_table_and_another_start(tmp_path, little):
    table = write(tmp_path / "table.npz")
    play(tmp_path, "train", "fvsbn", "--data", table, "--out", "out")
    other = write(tmp_path / "other.npz", **rows(seed=1))
    again = ("train", "fvsbn", "--out", "out", "--data")
    refused(tmp_path, 1, r"training\.pt: the saved training is of another table", *again, other, "--minutes", 1)
    refused(tmp_path, 1, "early stopping has ended this training; pass --minutes to train on", *again, table)
    begun = ("train", "fvsbn", "--out", "new", "--data", table, "--from", "out")
    refused(tmp_path, 1, "the settings for a table are chosen by training each anew", *begun)


# --- Ensembles -------------------------------------------------------------------------------------------------------


def ensemble(mask_sets=4):
    made = model({"model": "MADE", "config": {"height": 1, "width": 5, "hidden": [8], "mask_sets": mask_sets}}, 3)
    with torch.no_grad():
        made.direct.copy_(3 * torch.randn(5, 5, generator=torch.Generator().manual_seed(0)))
    return made


def test_an_ensemble_averages_probabilities():
    x = torch.tensor(list(itertools.product((0.0, 1.0), repeat=5))).unsqueeze(1)
    made = ensemble()
    by_hand = torch.stack([made.member(i).log_prob(x).exp() for i in range(4)]).mean(0).log()
    found = ensemble_log_prob(made, x, 4)
    torch.testing.assert_close(found, by_hand)
    assert found.exp().sum().item() == pytest.approx(1, abs=1e-5)
    logits = torch.stack([made.member(i).conditionals(x) for i in range(4)]).mean(0).squeeze(-1)
    wrong = -torch.nn.functional.binary_cross_entropy_with_logits(logits, x.squeeze(1), reduction="none").sum(1)
    assert wrong.exp().sum().item() != pytest.approx(1, abs=1e-3)  # an average of logits is no distribution


def test_orderings_on_the_command_line(tmp_path):
    checkpoints.save(tmp_path / "four", ensemble(), {"dataset": "table", "orderings": 4, "title": "Four"})
    write(tmp_path / "table.npz", **rows(width=5))
    command = ("evaluate", "four", "--data", "table.npz", "--split", "test", "--json")
    found = {
        count: json.loads(play(tmp_path, *command, *more).stdout.splitlines()[-1])
        for count, more in ((None, ()), (1, ("--orderings", 1)), (4, ("--orderings", 4)))
    }
    assert found[None] == found[4]
    assert (found[4]["orderings"], found[1]["orderings"]) == (4, 1)
    made = checkpoints.load(tmp_path / "four").model
    x = torch.from_numpy(rows(width=5)["test"]).float().unsqueeze(1)
    members = torch.stack([made.member(i).log_prob(x) for i in range(4)])
    assert found[4]["nll_nats"] == pytest.approx(-(members.logsumexp(0) - math.log(4)).mean().item(), abs=1e-5)
    assert found[1]["nll_nats"] == pytest.approx(-members[0].mean().item(), abs=1e-5)
    refused(tmp_path, 1, "orderings=5: MADE allows 1 to 4", *command, "--orderings", 5)
    play(tmp_path, *command, "--write-card")
    card = (tmp_path / "four" / "README.md").read_text()
    assert "| orderings | 4, their probabilities averaged" in card
    assert "image" not in card


def test_a_model_of_one_ordering_refuses_an_ensemble(tmp_path, little):
    table = write(tmp_path / "table.npz")
    play(tmp_path, "train", "nade", "--data", table, "--out", "out")
    refused(tmp_path, 1, "orderings=2: NADE allows 1, ", "evaluate", "out", "--data", table, "--orderings", 2)
    refused(tmp_path, 2, "--orderings", "evaluate", "out", "--data", table, "--orderings", 0)


def test_a_damaged_number_of_orderings_is_named(tmp_path):
    checkpoints.save(tmp_path / "four", ensemble(), {"dataset": "table", "orderings": "many"})
    write(tmp_path / "table.npz", **rows(width=5))
    refused(tmp_path, 1, "orderings='many' in config.json", "evaluate", "four", "--data", "table.npz")


# --- Training --------------------------------------------------------------------------------------------------------


def dataset(**arrays):
    held = {name: a.reshape(len(a), 1, -1) for name, a in (rows() | arrays).items()}
    return data.Dataset("rows", held["train"], held["valid"], held["test"], None, 1, "none")


@pytest.mark.parametrize("name", NAMES)
def test_a_model_begins_as_the_product_of_the_smoothed_marginals(name):
    found = dataset()
    trainer = TableTrainer(small(name).fitted((1, 7)), found)
    p = (rows()["train"].sum(0) + 1) / 42
    torch.testing.assert_close(torch.sigmoid(smoothed_log_odds(trainer.train)), torch.tensor(p).float())
    torch.testing.assert_close(output_bias(trainer.average).data, smoothed_log_odds(trainer.train))
    with torch.no_grad():
        logits = trainer.average.conditionals(torch.zeros(1, 1, 7)).flatten()
    assert (logits - output_bias(trainer.average)).abs().max() < 3  # what the hidden units add


def test_early_stopping_stops_and_keeps_the_best():
    rng = np.random.default_rng(1)
    noise = {name: rng.integers(0, 2, (20, 7)).astype(np.uint8) for name in ("train", "valid", "test")}
    recipe = small("made", steps=5000, adam_lr=0.02, patience=3, prior=100.0, candidates=()).fitted((1, 7))
    trainer = TableTrainer(recipe, dataset(**noise))
    trainer.advance(5000)
    assert trainer.finished
    assert trainer.progress.step < 5000
    nats = [nll for _, _, nll in trainer.progress.history]
    assert trainer.progress.best == min(nats)
    trainer.average.load_state_dict(trainer.best)
    assert trainer.validation_nll() == pytest.approx(min(nats), abs=1e-9)
    assert nats.index(min(nats)) < len(nats) - 1


def test_a_selection_keeps_the_best_candidate_and_says_what_was_tried(tmp_path):
    recipe = small("fvsbn", candidates=({"adam_lr": 1e-9}, {"adam_lr": 0.05}, {"adam_lr": 1e-8}))
    progress, stopped = session.train(recipe, dataset(), tmp_path / "out")
    state = session.saved_state(tmp_path / "out")
    assert (stopped, state["changes"]) == (False, {"adam_lr": 0.05})
    assert [tried["changes"] for tried in state["tried"]] == list(recipe.candidates)
    assert progress.best == min(tried["validation_nats"] for tried in state["tried"])
    assert state["tried"][2]["steps"] < state["tried"][1]["steps"]  # the worst was given up earlier


def test_a_selection_is_a_function_of_the_seed(tmp_path):
    def weights(seed):
        selection = Selection(small("made").fitted((1, 7)), dataset(), seed=seed)
        selection.run()
        return torch.cat([weight.flatten() for weight in selection.best.best.values()])

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


def test_a_short_budget_tries_fewer_candidates_and_still_gives_a_checkpoint(tmp_path):
    table = write(tmp_path / "table.npz")
    play(tmp_path, "train", "made", "--data", table, "--out", "out", "--minutes", "0.002")
    state = session.saved_state(tmp_path / "out")
    assert len(state["tried"]) == 1 < len(recipes.RECIPES["made"].candidates)
    assert math.isfinite(state["progress"]["best"])
    play(tmp_path, "train", "made", "--data", table, "--out", "out", "--minutes", "0.002")  # goes on
    assert session.saved_state(tmp_path / "out")["progress"]["step"] > state["progress"]["step"]


def test_a_stop_keeps_the_best_so_far(tmp_path):
    selection = Selection(small("made", steps=1000).fitted((1, 7)), dataset())
    saved = []
    selection.run(stop=lambda: selection.progress.step >= 30, save=lambda s: saved.append(s.state_dict()))
    assert selection.progress.step == 30
    assert saved[-1]["progress"]["best"] == selection.progress.best < float("inf")


def test_a_shipped_table_checkpoint_keeps_its_orderings(tmp_path, shelf, little):  # noqa: F811
    table = write(tmp_path / "table.npz")
    play(tmp_path, "train", "nade-agnostic", "--data", table, "--out", "out")
    play(tmp_path, "ship", "nade-agnostic", "--from", "out", "--data", table)
    expected = recipes.RECIPES["nade-agnostic"].orderings
    assert expected > 1
    assert checkpoints.entry("nade-agnostic").validation["orderings"] == expected
    assert checkpoints.load("nade-agnostic").description["orderings"] == expected


# --- Samples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_drawn_from_a_table_model(tmp_path, little, name):
    play(tmp_path, "train", name, "--data", write(tmp_path / "table.npz"), "--out", "out")
    play(tmp_path, "sample", "out", "--count", 5, "--out", "x.npz")
    drawn = np.load(tmp_path / "x.npz")["images"]
    assert (drawn.shape, drawn.dtype) == ((5, 1, 7), np.uint8)
    play(tmp_path, "sample", "out", "--count", 5, "--out", "x.png")


def test_the_list_says_how_a_table_recipe_is_used(tmp_path):
    assert "for a table of yours; python -m playground train made --data TABLE.npz" in play(tmp_path, "list").stdout
