"""Training of models of text, of the translator, and of the classifier that reads rows."""

import numpy as np
import torch
from torch import Tensor

from ..models.markov import MarkovModel
from ..models.recurrent import RecurrentModel
from ..models.sequence import SequenceModel, token_nats
from ..models.transformer import Transformer
from ..phrases import SOURCE_LENGTH
from .loop import Trainer

PART = 2_048  # characters of a text that are read at once
ROWS = 16  # parts that validation reads side by side


@torch.inference_mode()
def text_nats(model: SequenceModel, codes: np.ndarray) -> np.ndarray:
    """−log p of each character of a text given all that the model can see of what is before it: (N,) → (N,) nats.

    A recurrent net reads the text from its start to its end with one state, a window model sees its last τ characters.
    A transformer sees its `length` at most: it reads windows that overlap by half and counts the later half of each
    (all of the first), so that a character has at least half a window before it.
    """
    device = next(model.parameters()).device
    tokens = torch.from_numpy(codes.astype(np.int64)).unsqueeze(0).to(device)  # (1, N)
    read = {Transformer: _windows, RecurrentModel: _carried, MarkovModel: _slid}[type(model)]
    return read(model, tokens).double().cpu().numpy()


def _windows(model: Transformer, tokens: Tensor) -> Tensor:
    length, count = model.config.length, tokens.shape[1]
    half, found = max(1, length // 2), []
    for first in range(0, max(1, count - length + half), half):
        window = tokens[:, first : first + length]
        nats = token_nats(model.logits(window), window)[0]
        found.append(nats if first == 0 else nats[length - half :])
    return torch.cat(found)


def _carried(model: RecurrentModel, tokens: Tensor) -> Tensor:
    inputs, states, found = model.shifted(tokens), model.start(1), []
    for part, wanted in zip(inputs.split(PART, 1), tokens.split(PART, 1), strict=True):
        hidden, states = model.read(part, states)
        found.append(token_nats(model.out(hidden), wanted)[0])
    return torch.cat(found)


def _slid(model: MarkovModel, tokens: Tensor) -> Tensor:
    windows = model.windows(tokens)
    parts = zip(windows.split(PART, 1), tokens.split(PART, 1), strict=True)
    return torch.cat([token_nats(model.read_out(window), wanted)[0] for window, wanted in parts])


class TextTrainer(Trainer):
    """A trainer of character models: batches are stretches of the text, figures are nats per character."""

    def batch(self) -> Tensor:
        """(batch, length) characters, int64, from anywhere in the text."""
        length = self.recipe.config["length"]
        first = torch.randint(len(self.train) - length + 1, (self.recipe.batch, 1), generator=self.generator)
        return self.train[first + torch.arange(length)].long().to(self.device)

    def loss(self, x: Tensor) -> Tensor:
        """The mean over a batch of −log p per character, nats."""
        return super().loss(x) / x.shape[1]

    @torch.inference_mode()
    def validation_nll(self) -> float:
        """Nats per character of the averaged weights on the first `valid_rows` characters, read in stretches."""
        length = self.recipe.config["length"]
        stretches = self.valid[: len(self.valid) // length * length].view(-1, length).long()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            nats = [-self.average.log_prob(chunk.to(self.device)) for chunk in stretches.split(64)]
        return torch.cat(nats).mean().item() / length


class PairTrainer(Trainer):
    """A trainer of the translator: rows are sources and targets side by side."""

    def loss(self, x: Tensor) -> Tensor:
        """The mean over a batch of −log p(target | source), nats."""
        return self.model.loss(*split_pairs(x)).mean()

    @torch.inference_mode()
    def validation_nll(self) -> float:
        """Nats per target of the averaged weights on the recipe's first `valid_rows` validation pairs."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            nats = [self.average.loss(*split_pairs(chunk.to(self.device))) for chunk in self.valid.split(256)]
        return torch.cat(nats).mean().item()


def split_pairs(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Rows as `phrases.encoded` makes them → sources (B, S) up to the longest of them, and targets (B, T), int64."""
    source, target = rows[:, :SOURCE_LENGTH].long(), rows[:, SOURCE_LENGTH:].long()
    longest = int((source != source.max()).sum(1).max()) if len(source) else SOURCE_LENGTH
    return source[:, : max(1, longest)], target


class LabelTrainer(Trainer):
    """A trainer of classifiers: a batch carries its rows' classes."""

    def batch(self) -> Tensor:
        """(batch, H, W) grey values 0 … 1; their classes are kept for `loss`."""
        rows = torch.randint(len(self.train), (self.recipe.batch,), generator=self.generator)
        self.classes = torch.from_numpy(self.dataset.labels[rows.numpy()]).long().to(self.device)
        return (self.train[rows].float() / self.dataset.peak).to(self.device)

    def loss(self, x: Tensor) -> Tensor:
        """The mean over a batch of what the classifier minimises, nats."""
        return self.model.loss(x, self.classes).mean()

    @torch.inference_mode()
    def validation_nll(self) -> float:
        """−log p(class | picture) of the averaged weights on the first `valid_rows` validation pictures, nats."""
        labels = torch.from_numpy(self.dataset.labels[len(self.train) :][: len(self.valid)]).long()
        logits = torch.cat([self.average.logits(x.float().to(self.device))[:, -1] for x in self.valid.split(500)])
        return torch.nn.functional.cross_entropy(logits.float().cpu(), labels).item()
