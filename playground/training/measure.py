"""The figures of a checkpoint on a split, whatever its family."""

from collections.abc import Callable

import numpy as np

from ..checkpoints import Loaded
from ..data import Dataset
from ..models.rbm import RBM
from .boltzmann import assess_rbm
from .energies import assess_energy
from .evaluate import Measurement, examples_nll, orderings_of, summarise


def assess(
    loaded: Loaded,
    dataset: Dataset,
    split: str = "validation",
    progress: Callable[[int, int], None] = lambda done, total: None,
    orderings: int | None = None,
) -> tuple[Measurement, np.ndarray]:
    """The measurement of a loaded checkpoint, and the figures of the examples (N,) that it is made of, in nats: their
    NLL or, where Z is not known, their energies.

    Raises DataError as `prepare` does, InvalidInput as `orderings_of` does.
    """
    if isinstance(loaded.model, RBM):
        return assess_rbm(loaded, dataset, split, progress)
    if loaded.model.family == "energy":
        orderings_of(loaded, orderings)  # has none: more than one is refused
        return assess_energy(loaded, dataset, split, progress)
    nll = examples_nll(loaded, dataset, split, progress, orderings)
    return summarise(loaded, dataset, split, nll, orderings), nll


def measure(
    loaded: Loaded,
    dataset: Dataset,
    split: str = "validation",
    progress: Callable[[int, int], None] = lambda done, total: None,
    orderings: int | None = None,
) -> Measurement:
    """The measurement alone, with the errors of `assess`."""
    return assess(loaded, dataset, split, progress, orderings)[0]
