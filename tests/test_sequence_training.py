"""Training, measuring and shipping of what reads sequences: text, phrases, rows."""

import json
import re

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from playground import checkpoints, data
from playground.__main__ import main
from playground.models import build
from playground.phrases import SOURCE_LENGTH
from playground.texts import SHAKESPEARE
from playground.training import session
from playground.training.loop import Trainer, matrices
from playground.training.recipe import Recipe
from playground.training.recipes import RECIPES
from playground.training.sequences import LabelTrainer, PairTrainer, TextTrainer, split_pairs, text_nats

torch.set_num_threads(1)
QUICK = {"adam_lr": 1e-2, "muon_lr": 1e-2, "warmup": 5, "ema": 0.9, "half": False}
LIVELY = {"adam_lr": 3e-2, "muon_lr": 0.0}
SENTENCE = "to be, or not to be: that is the question.\n"
TINY = {
    "RecurrentModel": {"cell": "gru", "hidden": 24, "embedding": 12},
    "MarkovModel": {"window": 4, "hidden": 32, "embedding": 8},
    "Transformer": {"model_width": 24, "heads": 2, "layers": 1, "dropout": 0.1},
}


def text_recipe(model: str, **more: object) -> Recipe:
    config = TINY[model] | {"symbols": SHAKESPEARE, "length": 24}
    settings = {"batch": 8, "steps": 80, "evaluate_every": 40, "adam_lr": 2e-2, "muon_lr": 0.0, "half": False}
    settings |= {"warmup": 5, "ema": 0.9, "valid_rows": 1_200}
    return Recipe(f"tiny-{model.lower()}", model, config, "shakespeare", "A title", "A summary.", **settings | more)


def blocks(count: int = 200, side: int = 6) -> data.Dataset:
    """Pictures whose class is the row with a line in it."""
    labels = (np.arange(count) % 4).astype(np.uint8)
    images = np.zeros((count, side, side), np.uint8)
    images[np.arange(count), labels] = 255
    return data.Dataset("mnist-grey", images[:160], images[160:], None, labels, 255, data.GREY)


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "book.txt"
    path.write_text(SENTENCE * 600)
    return path


@pytest.mark.parametrize("model", TINY)
def test_a_small_one_learns_a_sentence(model, book):
    trainer = TextTrainer(text_recipe(model), data.load("shakespeare", book))
    before = trainer.validation_nll()
    progress = trainer.run()
    assert progress.best < 0.6 * before
    assert before == pytest.approx(np.log(65), abs=0.6)


def test_a_batch_is_stretches_of_the_text(book):
    dataset = data.load("shakespeare", book)
    trainer = TextTrainer(text_recipe("MarkovModel"), dataset)
    text = dataset.train.tobytes()
    assert all(row.to(torch.uint8).numpy().tobytes() in text for row in trainer.batch())


@pytest.mark.parametrize("model", TINY)
def test_nats_of_a_text_are_those_of_one_character_after_the_other(model):
    torch.manual_seed(0)
    found = build({"model": model, "config": TINY[model] | {"symbols": "abc", "length": 8}}).eval()
    codes = np.random.default_rng(0).integers(0, 3, 30).astype(np.uint8)
    nats = text_nats(found, codes)
    tokens = torch.from_numpy(codes.astype(np.int64))
    expected = []
    for at in range(30):
        first = 0
        if model == "Transformer" and at >= 8:
            first = (at - 4) // 4 * 4  # windows of 8 that overlap by half, of which the later half counts
        logits = found.logits(tokens[None, first : at + 1])[0, -1]
        expected.append(-logits.log_softmax(0)[tokens[at]].item())
    np.testing.assert_allclose(nats, expected, atol=1e-5)


def test_the_averaged_weights_leave_nothing_out(book):
    trainer = TextTrainer(text_recipe("Transformer"), data.load("shakespeare", book))
    assert trainer.model.training
    assert trainer.validation_nll() == trainer.validation_nll()  # no dropout


def test_rows_of_embeddings_are_adams():
    model = build({"model": "RecurrentModel", "config": TINY["RecurrentModel"]})
    pairs, rest = matrices(model)
    assert any(p is model.embed.weight for p in rest)
    assert not any(p is model.embed.weight for p, _ in pairs)


def test_the_classifier_learns_which_row_has_the_line():
    config = {"height": 6, "width": 6, "hidden": 16, "classes": 4}
    recipe = Recipe("tiny-rows", "RowClassifier", config, "mnist-grey", "T", "S", batch=16, steps=150, **QUICK | LIVELY)
    trainer = LabelTrainer(recipe, blocks())
    trainer.run()
    assert trainer.progress.best < 0.1
    opinions = trainer.average.logits(trainer.valid).softmax(-1)
    right = opinions.argmax(-1) == torch.from_numpy(blocks().labels[160:]).long()[:, None]
    assert right[:, -1].all()
    assert not right[:, 0].all()  # the first row alone does not tell them apart


def test_the_translator_learns_pairs_by_heart():
    rows = data.encoded([("one", "1"), ("two", "2"), ("twenty-two", "22"), ("ten", "10")] * 8)
    dataset = data.Dataset("phrases", rows, rows[:4], None, None, 0, "none")
    config = {"source_length": 80, "target_length": 10, "model_width": 32, "heads": 2, "layers": 1}
    recipe = Recipe("tiny-pairs", "Translator", config, "phrases", "T", "S", batch=16, steps=150, **QUICK)
    trainer = PairTrainer(recipe, dataset)
    trainer.run()
    source, target = split_pairs(torch.from_numpy(rows[:4]))
    assert source.shape == (4, len("twenty-two"))
    assert torch.equal(trainer.average.translate(source), target)
    nats = trainer.average.loss(source, target)
    assert nats.mean().item() == pytest.approx(trainer.progress.last, abs=1e-3)


def test_what_follows_the_end_is_not_counted():
    torch.manual_seed(0)
    model = build({"model": "Translator", "config": {"model_width": 16, "heads": 2, "layers": 1}}).eval()
    rows = torch.from_numpy(data.encoded([("one", "1")]))
    source, target = split_pairs(rows)
    log_p = model.logits(model.encode(source), target).log_softmax(-1)
    expected = -(log_p[0, 0, target[0, 0]] + log_p[0, 1, model.end])
    torch.testing.assert_close(model.loss(source, target)[0], expected)


def test_padding_changes_nothing():
    torch.manual_seed(0)
    model = build({"model": "Translator", "config": {"model_width": 16, "heads": 2, "source_length": 80}}).eval()
    rows = torch.from_numpy(data.encoded([("one", "1"), ("twenty-two", "22")]))
    together, target = split_pairs(rows)
    alone, _ = split_pairs(rows[:1])
    torch.testing.assert_close(model.loss(together, target)[0], model.loss(alone, target[:1])[0])
    padded = rows[:1, :SOURCE_LENGTH].long()
    torch.testing.assert_close(model.encode(padded).hidden[:, :3], model.encode(alone).hidden)


@pytest.fixture
def tiny(tmp_path, monkeypatch, book):
    """Recipes of tiny models, and an empty shelf to ship them to. → (name, --data) by kind."""
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path / "shelf"))
    (tmp_path / "shelf").mkdir()
    few = {"batch": 8, "steps": 4, "evaluate_every": 2, "half": False}
    config = {"model_width": 16, "heads": 2, "layers": 1, "source_length": 80}
    pairs = Recipe("tiny-pairs", "Translator", config, "phrases", "T", "S", **few)
    text = text_recipe("Transformer", steps=4, evaluate_every=2)
    config = {"height": 6, "width": 6, "hidden": 8, "classes": 4}
    rows = Recipe("tiny-rows", "RowClassifier", config, "mnist-grey", "T", "S", **few)
    for recipe in (pairs, text, rows):
        monkeypatch.setitem(RECIPES, recipe.name, recipe)
    monkeypatch.setattr(data, "PHRASES", 2_000)
    real = data.load
    monkeypatch.setattr(
        data, "load", lambda name, *rest, **more: blocks() if name == "mnist-grey" else real(name, *rest, **more)
    )
    return {"text": (text.name, ["--data", str(book)]), "pairs": (pairs.name, []), "rows": (rows.name, [])}


@pytest.mark.parametrize(
    ("kind", "words", "keys"),
    [
        ("text", "nats per character on 2,580 validation characters", {"characters": 65}),
        ("pairs", "exact on 20 validation phrases (numbers ", {"exact": 0.0}),
        ("rows", "accuracy ", {"examples": 40}),
    ],
)
def test_one_is_trained_shipped_and_measured_on_the_command_line(kind, words, keys, tiny, tmp_path):
    name, where = tiny[kind]
    run = CliRunner()
    done = run.invoke(main, ["train", name, "--out", str(tmp_path / "run"), *where], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    done = run.invoke(main, ["ship", name, "--from", str(tmp_path / "run"), *where], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert words in done.output
    again = run.invoke(main, ["evaluate", name, "--json", *where], catch_exceptions=False)
    found = json.loads(again.stdout.splitlines()[-1])
    assert found == checkpoints.entry(name).validation
    assert found["kind"] == "exact"
    assert found | keys == found
    worse = run.invoke(main, ["ship", name, "--from", str(tmp_path / "run"), *where])
    assert worse.exit_code == 1
    assert "nothing was changed" in worse.output
    card = (tmp_path / "shelf" / name / "README.md").read_text()
    snippet = re.search(r"```python\n(.*?)```", card, re.DOTALL).group(1)
    snippet = snippet.replace(f"checkpoints/{name}", str(tmp_path / "shelf" / name))
    exec(compile(snippet, "card", "exec"), {})
    assert name in run.invoke(main, ["list"]).output


def test_a_split_without_labels_or_with_too_little_text_is_refused(tiny, tmp_path):
    run = CliRunner()
    for kind in ("text", "rows"):
        name, where = tiny[kind]
        run.invoke(main, ["train", name, "--out", str(tmp_path / kind), *where], catch_exceptions=False)
    short = tmp_path / "short.txt"
    short.write_text(SENTENCE * 40)
    refused = run.invoke(main, ["evaluate", str(tmp_path / "text"), "--data", str(short)])
    assert refused.exit_code == 1
    assert "characters to measure on" in refused.output
    refused = run.invoke(main, ["evaluate", str(tmp_path / "rows"), "--split", "test"])
    assert refused.exit_code == 1
    assert "no labels" in refused.output


def test_recipes_of_equal_size_are_of_equal_size():
    sizes = []
    for name in ("rnn-shakespeare", "lstm-shakespeare", "gru-shakespeare"):
        recipe = RECIPES[name]
        sizes.append(sum(p.numel() for p in build({"model": recipe.model, "config": recipe.config}).parameters()))
    assert max(sizes) / min(sizes) < 1.02
    assert all(isinstance(session.recipe_named(name), Recipe) for name in ("translator", "transformer-mnist"))
    assert issubclass(TextTrainer, Trainer)
