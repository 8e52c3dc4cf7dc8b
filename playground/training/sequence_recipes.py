"""Recipes of the models that read sequences: text, digits token by token or row by row, phrases."""

from ..texts import SHAKESPEARE
from .recipe import Recipe

LENGTH = 128  # characters of a stretch that a recurrent net or a window model is trained on
WINDOWS = (1, 2, 4, 8, 16)  # τ
# Equal size: about 720,000 weights each.
CELLS = {
    "rnn": ("rnn-tanh", 784, "The oldest cell: h' = tanh(W x + U h + b), 784 units."),
    "lstm": ("lstm", 384, "384 units with a memory and three gates each."),
    "gru": ("gru", 448, "448 units with two gates each."),
}


def text_recipe(name: str, model: str, config: dict, title: str, summary: str, **more: object) -> Recipe:
    """A recipe for Shakespeare's characters; `more` are its other settings."""
    config = {"symbols": SHAKESPEARE, "length": LENGTH, **config}
    settings = {"batch": 64, "ema": 0.998, "evaluate_every": 200, "valid_rows": 32_768, "steps": 6_000, **more}
    return Recipe(name, model, config, "shakespeare", title, summary, **settings)


SEQUENCES = (
    *(
        text_recipe(
            f"markov-shakespeare-{window}",
            "MarkovModel",
            {"window": window, "hidden": 1024 if window > 1 else 0},
            f"AR({window}) on Shakespeare",
            f"The next character from the last {window}." if window > 1 else "The next character from the last one.",
            adam_lr=1e-2,
            muon_lr=2e-3,
            steps=3_000,
        )
        for window in WINDOWS
    ),
    *(
        text_recipe(
            f"{short}-shakespeare",
            "RecurrentModel",
            {"cell": cell, "hidden": hidden, "embedding": 64, "dropout": 0.2},
            f"{short.upper()} on Shakespeare",
            summary,
            adam_lr=2e-3,
            muon_lr=4e-3,
        )
        for short, (cell, hidden, summary) in CELLS.items()
    ),
    text_recipe(
        "transformer-shakespeare",
        "Transformer",
        {"length": 256, "model_width": 160, "heads": 4, "layers": 4, "dropout": 0.1},
        "Transformer on Shakespeare",
        "Four layers of four heads over the last 256 characters.",
        batch=24,
        adam_lr=2e-3,
        muon_lr=4e-3,
        ema=0.999,
        steps=12_000,
    ),
    Recipe(
        "lstm-mnist",
        "RecurrentModel",
        {"height": 28, "width": 28, "patch": 2, "cell": "lstm", "hidden": 320, "embedding": 64},
        "mnist",
        "LSTM on MNIST",
        "Reads and writes a digit in 196 patches of 2×2 pixels with one layer of 320 units.",
        batch=64,
        adam_lr=2e-3,
        muon_lr=4e-3,
        evaluate_every=250,
    ),
    Recipe(
        "transformer-mnist",
        "Transformer",
        {"height": 28, "width": 28, "patch": 2, "model_width": 128, "heads": 4, "layers": 4},
        "mnist",
        "Transformer on MNIST",
        "Writes a digit in 196 patches of 2×2 pixels; each looks back at all before.",
        batch=32,
        adam_lr=2e-3,
        muon_lr=4e-3,
        ema=0.999,
        evaluate_every=500,
        valid_rows=1_000,
    ),
    Recipe(
        "lstm-rows-mnist",
        "RowClassifier",
        {"height": 28, "width": 28, "hidden": 128},
        "mnist-grey",
        "LSTM that reads a digit by rows",
        "28 rows, one opinion after each: a classifier, to see a summary form.",
        batch=100,
        adam_lr=2e-3,
        muon_lr=4e-3,
        half=False,
        valid_rows=10_000,
        evaluate_every=500,
        steps=10_000,
    ),
    Recipe(
        "translator",
        "Translator",
        {"source_length": 80, "target_length": 10, "model_width": 96, "heads": 4, "layers": 2},
        "phrases",
        "Translator from words to digits",
        "Written-out numbers and dates in, digits out: an encoder and a decoder.",
        batch=128,
        adam_lr=2e-3,
        muon_lr=4e-3,
        evaluate_every=250,
        steps=8_000,
    ),
)
