"""The negative log-likelihood of a checkpoint on a split, in float32, as every figure of the project is measured."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import torch
from torch import nn

from ..checkpoints import Loaded
from ..data import Dataset, for_figures
from ..errors import DataError, InvalidInput
from ..models.ensemble import ensemble_log_prob, require_members
from ..models.flat import FlatModel

UNKNOWN = ("none", "reconstruction")  # kinds of measurement without an NLL


def mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """The mean of figures (N,) and its standard error, the sample's standard deviation / √N; 0 for a single figure."""
    spread = values.std(ddof=1) if len(values) > 1 else 0.0
    return float(values.mean()), float(spread) / math.sqrt(len(values))


@dataclass(frozen=True)
class Measurement:
    """What `evaluate --json` prints.

    nll_nats: mean over the split; nll_standard_error: standard deviation of the examples' NLL / √examples; both None
    where Z is not known. kind: "exact" where log p(x) is computed and not bounded, "quadrature" where Z is a sum over a
    grid, "ais" where it was estimated by annealed importance sampling, "elbo" where it is bounded, "none" where it is
    not known, "reconstruction" where there is none.
    binarization: "dynamic" or "uniform dequantization" (one draw, NumPy's `default_rng(0)` over the whole split),
    "grey values" or "none". parameters: number of trained weights.
    orderings: how many orderings or sets of masks the probabilities are averaged over, 1 for none.
    Of a model of real values the NLL is −log of a density, per unit of the data; it may be negative, and under uniform
    dequantisation it is an upper bound of the NLL of the levels.
    """

    checkpoint: str
    family: str
    split: str
    examples: int
    nll_nats: float | None
    nll_standard_error: float | None
    kind: str
    binarization: str
    parameters: int
    orderings: int = 1

    @classmethod
    def of(cls, loaded: Loaded, dataset: Dataset, split: str, values: np.ndarray, kind: str, **more: object) -> Self:
        """What the examples' figures (N,) of a split add up to: their NLL, unless the kind is one that has none.

        more: the fields that a subclass adds, and `orderings`.
        """
        nats, error = (None, None) if kind in UNKNOWN else mean_and_error(values)
        return cls(
            checkpoint=loaded.name,
            family=loaded.model.family,
            split=split,
            examples=len(values),
            nll_nats=nats,
            nll_standard_error=error,
            kind=kind,
            binarization=dataset.binarization,
            parameters=sum(p.numel() for p in loaded.model.parameters()),
            **more,
        )

    def as_dict(self) -> dict:
        """As plain JSON values."""
        return asdict(self)

    @property
    def figure(self) -> float:
        """What shipping compares; lower is better."""
        return self.nll_nats

    @property
    def reference(self) -> str:
        """What the examples' figures are called in reference.npz."""
        return "nll_nats"

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        averaged = f", {self.orderings} orderings averaged" if self.orderings > 1 else ""
        return (
            f"{self.checkpoint}: {self.nll_nats:.3f} ± {self.nll_standard_error:.3f} nats on "
            f"{self.examples:,} {self.split} {rows}{averaged}"
        )


def orderings_of(loaded: Loaded, wanted: int | None = None) -> int:
    """How many members of the ensemble a figure is made with: `wanted`, or what the checkpoint's config.json says.

    Raises InvalidInput if the model does not have as many.
    """
    count = loaded.description.get("orderings", 1) if wanted is None else wanted
    if isinstance(count, bool) or not isinstance(count, int):
        raise InvalidInput(f"{loaded.name}: orderings={count!r} in config.json is no whole number; pass --orderings")
    try:
        require_members(loaded.model, count)
    except ValueError as error:
        raise InvalidInput(f"{loaded.name}: {error}") from error
    return count


def batch_for(model: nn.Module) -> int:
    """Examples at once: many for a model without pictures between its layers, since its steps are small."""
    return 512 if isinstance(model, FlatModel) else 100


def prepare(model: nn.Module, dataset: Dataset, split: str) -> np.ndarray:
    """The rows that a figure on `split` is measured on, (N, H, W), binarized or dequantised once if the data set asks.

    Raises DataError if the split is missing, empty, or of another shape or range than the model's, or if it holds
    levels where the model's values are real numbers, or the other way round.
    """
    images = dataset.split(split)
    if len(images) == 0:
        raise DataError(f"{dataset.name}: the {split} split is empty; pass --data with the files that hold it")
    rows = for_figures(images, dataset)
    if rows.shape[1:] != tuple(model.event_shape):
        raise DataError(
            f"{dataset.name}: its images are {rows.shape[1:]}, the checkpoint's are {tuple(model.event_shape)}"
        )
    if (rows.dtype.kind == "f") != (model.config.levels == 0):
        holds, models = ("real numbers", "levels") if rows.dtype.kind == "f" else ("levels", "real numbers")
        raise DataError(f"{dataset.name}: holds {holds}, the checkpoint models {models}")
    if model.config.levels and int(rows.max()) >= model.config.levels:
        raise DataError(
            f"{dataset.name}: holds the value {rows.max()}, the checkpoint has {model.config.levels} levels"
        )
    return rows


def examples_nll(
    loaded: Loaded,
    dataset: Dataset,
    split: str = "validation",
    progress: Callable[[int, int], None] = lambda done, total: None,
    orderings: int | None = None,
) -> np.ndarray:
    """−log p of every example of a split, (N,) float64 nats; `progress(done, total)` is called after each batch.

    Raises DataError as `prepare` does, InvalidInput as `orderings_of` does.
    """
    model, count = loaded.model, orderings_of(loaded, orderings)
    rows = torch.from_numpy(np.ascontiguousarray(prepare(model, dataset, split)))
    device = next(model.parameters()).device
    nll, done = [], 0
    with torch.inference_mode(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
        for chunk in rows.split(batch_for(model)):
            nll.append(-ensemble_log_prob(model, chunk.float().to(device), count).double().cpu())
            done += len(chunk)
            progress(done, len(rows))
    return torch.cat(nll).numpy()


def summarise(
    loaded: Loaded, dataset: Dataset, split: str, nll: np.ndarray, orderings: int | None = None
) -> Measurement:
    """The measurement that the examples' figures (N,) of a split, made with so many orderings, add up to."""
    return Measurement.of(loaded, dataset, split, nll, "exact", orderings=orderings_of(loaded, orderings))
