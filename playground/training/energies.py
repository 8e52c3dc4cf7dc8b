"""What can be measured of an energy without its Z: how well it tells digits from what is none, and whether its chains
stay among the digits; and, of points in the plane, the likelihood, with Z by quadrature."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ..checkpoints import Loaded
from ..corruptions import CORRUPTIONS, corrupted
from ..data import Dataset
from ..samplers.parts import gradient_of
from .contrastive import log_partition_by_quadrature, walk
from .evaluate import Measurement, prepare

CHAINS, STEPS = 64, 2_000  # of the check that chains from noise stay finite


@dataclass(frozen=True)
class EnergyMeasurement(Measurement):
    """What `evaluate --json` prints of an energy.

    auroc: for each of CORRUPTIONS, the area under the ROC curve of E as the score of "no digit": the share of pairs
    (a real digit, a corrupted one) in which the corrupted one has the higher energy, ties counting half.
    energy_mean, energy_deviation: E over the split, nats up to log Z. chains: {steps, count, finite, energy,
    data_energy}: chains of unadjusted Langevin from uniform noise, whether all stayed finite, the mean E at their ends,
    and that of data with the same noise. log_partition: log Z, None where it is not known.
    """

    auroc: dict[str, float] = field(default_factory=dict)
    energy_mean: float = 0.0
    energy_deviation: float = 0.0
    chains: dict[str, float] = field(default_factory=dict)
    log_partition: float | None = None

    @property
    def figure(self) -> float:
        """Lower is better: the NLL, or, without one, the share of pairs that the energy puts in the wrong order."""
        return 1 - float(np.mean(list(self.auroc.values()))) if self.nll_nats is None else self.nll_nats

    @property
    def reference(self) -> str:
        """What the examples' figures are called in reference.npz."""
        return "energy" if self.nll_nats is None else "nll_nats"

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        if self.nll_nats is not None:
            return super().words(rows)
        areas = ", ".join(f"{name} {area:.4f}" for name, area in self.auroc.items())
        ends = "stayed finite" if self.chains["finite"] else "did not stay finite"
        return (
            f"{self.checkpoint}: AUROC against {self.examples:,} {self.split} {rows} {areas}; "
            f"{self.chains['count']} chains of {self.chains['steps']:,} steps from noise {ends}"
        )


@torch.inference_mode()
def energies(loaded: Loaded, rows: np.ndarray) -> np.ndarray:
    """E of each example (N, H, W): (N,) float64 nats, without any noise added."""
    device = next(loaded.model.parameters()).device
    parts = [
        loaded.model.energy(chunk.float().to(device)).double().cpu() for chunk in torch.from_numpy(rows).split(500)
    ]
    return torch.cat(parts).numpy()


def auroc(real: np.ndarray, fake: np.ndarray) -> float:
    """The share of pairs in which the fake example's energy is above the real one's, (N,) and (M,)."""
    from sklearn.metrics import roc_auc_score

    labels = np.concatenate([np.zeros(len(real)), np.ones(len(fake))])
    return float(roc_auc_score(labels, np.concatenate([real, fake])))


def dreams(loaded: Loaded, count: int, steps: int, seed: int = 0) -> Tensor:
    """(count, H, W) float32: where chains of unadjusted Langevin are after `steps` steps from uniform noise."""
    generator = torch.Generator().manual_seed(seed)
    device = next(loaded.model.parameters()).device
    start = torch.rand((count, *loaded.model.event_shape), generator=generator).to(device)
    return walk(loaded.model.energy, start, steps, loaded.description["chain"]["step_size"], generator)


def denoised(loaded: Loaded, x: Tensor) -> Tensor:
    """(B, H, W): the mean of the clean picture given the noisy one x, x − σ² ∇E(x) (Miyasawa 1961; Tweedie)."""
    return x.detach() - loaded.model.config.noise**2 * gradient_of(loaded.model.energy, x)


def assess_energy(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[EnergyMeasurement, np.ndarray]:
    """The measurement of a loaded energy on a split, and its examples' energies or, where Z is known, their NLL.

    Raises DataError as `prepare` does.
    """
    rows = prepare(loaded.model, dataset, split)
    model, found = loaded.model, {}
    real = energies(loaded, rows)
    progress(len(rows) // 2, len(rows))
    noise = np.random.default_rng(0).standard_normal(rows.shape, np.float32)
    noisy = energies(loaded, rows + model.config.noise * noise)
    found["energy_mean"], found["energy_deviation"] = float(real.mean()), float(real.std())
    kind, values = "none", real
    if model.event_shape == (1, 2):
        log_z = log_partition_by_quadrature(model)
        kind, values, found["log_partition"] = "quadrature", noisy + log_z, log_z
    else:
        found["auroc"] = {name: auroc(real, energies(loaded, corrupted(rows, name))) for name in CORRUPTIONS}
        ends = dreams(loaded, CHAINS, STEPS)
        found["chains"] = {
            "steps": STEPS,
            "count": len(ends),
            "finite": bool(ends.isfinite().all()),
            "energy": float(energies(loaded, ends.cpu().numpy()).mean()),
            "data_energy": float(noisy.mean()),
        }
    progress(len(rows), len(rows))
    return EnergyMeasurement.of(loaded, dataset, split, values, kind, **found), values
