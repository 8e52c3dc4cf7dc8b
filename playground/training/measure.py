"""The figures of a checkpoint on a split, whatever its family."""

from collections.abc import Callable

import numpy as np

from ..checkpoints import Loaded
from ..data import Dataset
from ..models.rbm import RBM
from .adversarial import assess_gan
from .boltzmann import assess_rbm
from .bounds import assess_latent
from .energies import assess_energy
from .evaluate import Measurement, examples_nll, orderings_of, summarise
from .sequence_figures import assess_sequence

ASSESSED = {
    "energy": assess_energy,
    "autoencoder": assess_latent,
    "vae": assess_latent,
    "gan": assess_gan,
}  # families with figures of their own


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
    own = assess_rbm if isinstance(loaded.model, RBM) else ASSESSED.get(loaded.model.family) or assess_sequence(loaded)
    if own is not None:
        orderings_of(loaded, orderings)  # has none: more than one is refused
        return own(loaded, dataset, split, progress)
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
