"""Tiny models of text, of pixels, of rows and of phrases in a folder of their own."""

from pathlib import Path

import torch
from torch import nn

from playground.models.markov import MarkovConfig, MarkovModel
from playground.models.recurrent import RecurrentConfig, RecurrentModel
from playground.models.rows import RowClassifier, RowClassifierConfig
from playground.models.transformer import Transformer, TransformerConfig
from playground.models.translator import Translator, TranslatorConfig
from playground.texts import SHAKESPEARE
from tests.small_checkpoints import shelve, shelve_pixelcnn

SIDE, LENGTH, HIDDEN, WIDTH = 8, 32, 6, 8  # pixels a side, characters of a text, units of a cell, transformer's width
WINDOWS = (1, 2, 4, 8, 16)
CELLS = {"rnn": "rnn-tanh", "lstm": "lstm", "gru": "gru"}
MARKOVS = tuple(f"markov-shakespeare-{window}" for window in WINDOWS)
RECURRENT = tuple(f"{short}-shakespeare" for short in CELLS)
TEXTS = (*MARKOVS, *RECURRENT, "transformer-shakespeare")
NAMES = (*TEXTS, "lstm-mnist", "transformer-mnist", "lstm-rows-mnist", "translator")


def untrained(name: str) -> nn.Module:
    """The model of the bundled checkpoint of this name, much smaller, as it is born."""
    text, picture = {"symbols": SHAKESPEARE, "length": LENGTH}, {"height": SIDE, "width": SIDE, "patch": 2}
    transformer = {"model_width": WIDTH, "heads": 2, "layers": 2, "expansion": 2}
    if name in MARKOVS:
        window = int(name.rpartition("-")[2])
        return MarkovModel(MarkovConfig(**text, window=window, embedding=4, hidden=5 if window > 1 else 0))
    if name in RECURRENT:
        return RecurrentModel(RecurrentConfig(**text, cell=CELLS[name.split("-")[0]], hidden=HIDDEN, embedding=4))
    return {
        "transformer-shakespeare": lambda: Transformer(TransformerConfig(**text, **transformer)),
        "lstm-mnist": lambda: RecurrentModel(RecurrentConfig(**picture, hidden=HIDDEN, embedding=4)),
        "transformer-mnist": lambda: Transformer(TransformerConfig(**picture, **transformer)),
        "lstm-rows-mnist": lambda: RowClassifier(RowClassifierConfig(height=SIDE, width=SIDE, hidden=HIDDEN)),
        "translator": lambda: Translator(TranslatorConfig(source_length=80, target_length=10, **transformer)),
    }[name]()


def small_sequence(name: str, seed: int = 7) -> nn.Module:
    """The same with random weights, large enough that gates move and probabilities differ; ready to be shared."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = untrained(name)
        for parameter in model.parameters():
            parameter.data += torch.randn_like(parameter) * 0.3
    return model.eval().requires_grad_(False)


def shelve_sequences(folder: Path, *names: str) -> None:
    """Save those, or all, in `folder`, which PLAYGROUND_CHECKPOINTS must name, beside what the gallery wants."""
    shelve_pixelcnn(folder)
    for name in names or NAMES:
        shelve(folder, name, small_sequence(name))
