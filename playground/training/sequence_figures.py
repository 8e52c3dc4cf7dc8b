"""What is measured of the models that read sequences and have no pictures to be likely: text, phrases, opinions."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch

from ..checkpoints import Loaded
from ..data import Dataset
from ..errors import DataError
from ..models.rows import RowClassifier
from ..models.translator import Translator
from ..phrases import KINDS
from .evaluate import Measurement, mean_and_error, prepare
from .sequences import split_pairs, text_nats

STRETCH = 1_000  # characters; neighbours are alike, so a standard error is that of means over stretches
CHUNK = 250  # pictures or phrases at once


@dataclass(frozen=True)
class TextMeasurement(Measurement):
    """What `evaluate --json` prints of a model of text: nll_nats is the mean over the split's characters, `examples` of
    them, each given all that the model can see before it. Its standard error is that of the mean over stretches of
    1,000 characters. characters: how many different ones the model knows."""

    characters: int = 0

    def words(self, rows: str = "characters") -> str:
        """The measurement as a sentence."""
        return (
            f"{self.checkpoint}: {self.nll_nats:.4f} ± {self.nll_standard_error:.4f} nats per character on "
            f"{self.examples:,} {self.split} characters"
        )


@dataclass(frozen=True)
class ClassifierMeasurement(Measurement):
    """What `evaluate --json` prints of a classifier: nll_nats is the mean of −log p(class | picture) after the last
    row; accuracy: the share of pictures whose likeliest class is theirs, with its standard error; by_row: that share
    after every row."""

    accuracy: float = 0.0
    accuracy_standard_error: float = 0.0
    by_row: list[float] = field(default_factory=list)

    @property
    def figure(self) -> float:
        """The share of mistakes; lower is better."""
        return 1 - self.accuracy

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        return (
            f"{self.checkpoint}: accuracy {self.accuracy:.2%} ± {self.accuracy_standard_error:.2%} on "
            f"{self.examples:,} {self.split} {rows}"
        )


@dataclass(frozen=True)
class TranslationMeasurement(Measurement):
    """What `evaluate --json` prints of a translator: nll_nats is the mean of −log p(target, end | source); exact: the
    share of sources whose likeliest symbols, one after the other, are the target to the last; by_kind: the same of
    numbers and of dates."""

    exact: float = 0.0
    exact_standard_error: float = 0.0
    by_kind: dict[str, float] = field(default_factory=dict)

    @property
    def figure(self) -> float:
        """The share that is not exact; lower is better."""
        return 1 - self.exact

    def words(self, rows: str = "phrases") -> str:
        """The measurement as a sentence."""
        kinds = ", ".join(f"{kind}s {share:.2%}" for kind, share in self.by_kind.items())
        return (
            f"{self.checkpoint}: {self.exact:.2%} ± {self.exact_standard_error:.2%} exact on {self.examples:,} "
            f"{self.split} phrases ({kinds})"
        )


def assess_text(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[TextMeasurement, np.ndarray]:
    """The measurement of a model of text on a split, and −log p of each stretch's characters on average, nats.

    Raises DataError if the split is missing or has fewer than 2,000 characters.
    """
    codes = dataset.split(split)
    if len(codes) < 2 * STRETCH:
        raise DataError(f"{dataset.name}: {len(codes)} characters to measure on; allowed are {2 * STRETCH:,} and more")
    nats = text_nats(loaded.model, codes)
    stretches = nats[: len(nats) // STRETCH * STRETCH].reshape(-1, STRETCH).mean(1)
    progress(len(codes), len(codes))
    measured = TextMeasurement.of(loaded, dataset, split, nats, "exact", characters=len(loaded.model.config.symbols))
    error = mean_and_error(stretches)[1]
    return TextMeasurement(**measured.as_dict() | {"nll_standard_error": error}), stretches


@torch.inference_mode()
def assess_rows(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[ClassifierMeasurement, np.ndarray]:
    """The measurement of the classifier on a split, and −log p(class | picture) of its examples, nats.

    Raises DataError where the data set has no labels for the split.
    """
    if dataset.labels is None or split == "test":
        raise DataError(f"{dataset.name}: has no labels for its {split} split here")
    rows = torch.from_numpy(prepare(loaded.model, dataset, split))
    labels = torch.from_numpy(dataset.labels[len(dataset.train) :][: len(rows)]).long()
    device = next(loaded.model.parameters()).device
    parts = []
    for chunk in rows.split(CHUNK):
        parts.append(loaded.model.logits(chunk.float().to(device)).log_softmax(-1).cpu())
        progress(sum(map(len, parts)), len(rows))
    log_p = torch.cat(parts)  # (N, rows, classes)
    right = (log_p.argmax(-1) == labels[:, None]).double().numpy()  # (N, rows)
    nats = -log_p[:, -1].gather(1, labels[:, None]).squeeze(1).double().numpy()
    accuracy, error = mean_and_error(right[:, -1])
    more = {"accuracy": accuracy, "accuracy_standard_error": error, "by_row": right.mean(0).round(4).tolist()}
    return ClassifierMeasurement.of(loaded, dataset, split, nats, "exact", **more), nats


@torch.inference_mode()
def assess_translator(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[TranslationMeasurement, np.ndarray]:
    """The measurement of the translator on a split, and −log p(target | source) of its pairs, nats."""
    model, device = loaded.model, next(loaded.model.parameters()).device
    nats, exact = [], []
    rows = torch.from_numpy(dataset.split(split))
    for chunk in rows.split(CHUNK):
        source, target = split_pairs(chunk.to(device))
        nats.append(model.loss(source, target).double().cpu())
        exact.append((model.translate(source) == target).all(1).double().cpu())
        progress(sum(map(len, nats)), len(rows))
    nll, right = torch.cat(nats).numpy(), torch.cat(exact).numpy()
    share, error = mean_and_error(right)
    by_kind = {kind: float(right[place :: len(KINDS)].mean()) for place, kind in enumerate(KINDS)}
    more = {"exact": share, "exact_standard_error": error, "by_kind": by_kind}
    return TranslationMeasurement.of(loaded, dataset, split, nll, "exact", **more), nll


OWN_FIGURES = {RowClassifier: assess_rows, Translator: assess_translator}


def assess_sequence(loaded: Loaded) -> Callable | None:
    """The function that measures a model of text, the classifier or the translator; None for all other models."""
    if getattr(loaded.model.config, "symbols", ""):
        return assess_text
    return OWN_FIGURES.get(type(loaded.model))
