"""Training of a GAN on pictures, one step of the discriminator and one of the generator in turn, and what can be
measured of it.

The generator's loss is the non-saturating one; the discriminator's gradient at real pictures is penalised (R₁,
Mescheder et al. 2018, equation 9) every few steps (Karras et al. 2020, section 4.1), against circling.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn

from ..checkpoints import Loaded
from ..data import Dataset, for_figures
from ..models.gan import GAN, discriminator_loss, generator_loss, gradient_penalty
from .evaluate import Measurement, prepare
from .frechet import Space, covered, frechet, nearest
from .loop import Trainer
from .recipe import Recipe

PENALTY, PENALTY_EVERY = 2.0, 4  # weight of R₁, and steps between two times that it is computed
GENERATED, COVERED = 10_000, 5_000  # pictures behind a figure; those of each kind behind precision and recall
CLASSES = 10


@dataclass(frozen=True)
class AdversarialMeasurement(Measurement):
    """What `evaluate --json` prints of a GAN; kind is "none": its likelihood cannot be computed.

    frechet: distance of 10,000 generated pictures to the split's, in 64 principal components of real pixels.
    frechet_real: the same of as many training pictures, what a perfect generator would have. precision, recall: share
    of generated pictures within the manifold of the real ones, and the other way round. classes: share of generated
    pictures whose nearest training picture is of each class; classes_real: of the split's pictures. verdict_real,
    verdict_generated: mean D(x).
    """

    frechet: float = 0.0
    frechet_real: float = 0.0
    precision: float = 0.0
    recall: float = 0.0
    classes: list[float] = field(default_factory=list)
    classes_real: list[float] = field(default_factory=list)
    verdict_real: float = 0.0
    verdict_generated: float = 0.0

    @property
    def figure(self) -> float:
        """The Fréchet distance; lower is better."""
        return self.frechet

    @property
    def reference(self) -> str:
        """What the examples' figures are called in reference.npz."""
        return "logit"

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        return (
            f"{self.checkpoint}: Fréchet distance {self.frechet:.3f} of {GENERATED:,} generated to {self.examples:,} "
            f"{self.split} {rows} (training {rows}: {self.frechet_real:.3f}), precision {self.precision:.3f}, recall "
            f"{self.recall:.3f}; D(x) {self.verdict_real:.3f} on real and {self.verdict_generated:.3f} on generated"
        )


class AdversarialTrainer(Trainer):
    """A trainer of a GAN: both networks have an optimiser of their own; what is validated is the Fréchet distance."""

    model: GAN
    betas, momentum = (0.5, 0.99), 0.5

    def __init__(self, recipe: Recipe, dataset: Dataset, device: str = "cpu", seed: int = 0):
        super().__init__(recipe, dataset, device, seed)
        self.space = Space.of(self.valid)

    def players(self) -> tuple[nn.Module, ...]:
        """The discriminator and the generator."""
        return self.model.discriminator, self.model.generator

    def discriminator_step(self, x: Tensor) -> Tensor:
        """The discriminator's loss on a batch (B, H, W), with its gradient left in the weights."""
        z = self.model.prior(len(x), self.generator)
        penalised = self.progress.step % PENALTY_EVERY == 0
        x.requires_grad_(penalised)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            with torch.no_grad():
                fake = self.model.generate(z)
            real_logits, fake_logits = self.model.discriminate(x), self.model.discriminate(fake)
            loss = discriminator_loss(real_logits, fake_logits)
            penalty = gradient_penalty(x, real_logits) * (PENALTY * PENALTY_EVERY / 2) if penalised else 0.0
        (loss + penalty).backward()
        return loss.detach()

    def generator_step(self, count: int) -> None:
        """Leave the gradient of the generator's loss, over `count` codes, in its weights."""
        z = self.model.prior(count, self.generator)
        self.model.discriminator.requires_grad_(False)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            loss = generator_loss(self.model.discriminate(self.model.generate(z)))
        loss.backward()
        self.model.discriminator.requires_grad_(True)

    def optimise(self, rate: float) -> float:
        """A step of both networks at `rate` times the recipe's learning rates; returns the discriminator's loss."""
        x = self.batch()
        loss = self.discriminator_step(x)
        self._move(self.model.discriminator, rate)
        self.generator_step(len(x))
        self._move(self.model.generator, rate)
        self.follow()
        return loss.item()

    def validation_nll(self) -> float:
        """The Fréchet distance of as many generated pictures as there are validation rows; no NLL exists."""
        return frechet(self.space(generated(self.average, len(self.valid))), self.space(self.valid))


@torch.inference_mode()
def generated(model: GAN, count: int, seed: int = 0) -> Tensor:
    """(count, H, W) pictures from the prior, on the CPU."""
    z = model.prior(count, torch.Generator().manual_seed(seed))
    return torch.cat([model.generate(chunk).cpu() for chunk in z.split(500)])


@torch.inference_mode()
def assess_gan(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[AdversarialMeasurement, np.ndarray]:
    """The measurement of a loaded GAN against a split, and the discriminator's logits of its examples, (N,).

    Raises DataError as `prepare` does.
    """
    model = loaded.model
    real = torch.from_numpy(prepare(model, dataset, split))
    count = min(GENERATED, len(dataset.train))
    train = torch.from_numpy(for_figures(dataset.train[:count], dataset))
    fake = generated(model, GENERATED)
    space = Space.of(train)
    at_real, at_train, at_fake = space(real), space(train), space(fake)
    progress(len(real) // 2, len(real))
    found = {"frechet": frechet(at_fake, at_real), "frechet_real": frechet(at_train, at_real)}
    found["precision"] = covered(at_fake[:COVERED], at_real[:COVERED])
    found["recall"] = covered(at_real[:COVERED], at_fake[:COVERED])
    if dataset.labels is not None:
        labels = torch.from_numpy(dataset.labels[:count].astype(np.int64))
        for name, points in (("classes", at_fake), ("classes_real", at_real)):
            near = labels[nearest(points, at_train)[1][:, 0]]
            found[name] = (torch.bincount(near, minlength=CLASSES) / len(near)).tolist()
    device = next(model.parameters()).device
    logits = [
        torch.cat([model.discriminate(chunk.to(device)).double().cpu() for chunk in rows.split(500)])
        for rows in (real, fake)
    ]
    found["verdict_real"], found["verdict_generated"] = (float(these.sigmoid().mean()) for these in logits)
    progress(len(real), len(real))
    values = logits[0].numpy()
    return AdversarialMeasurement.of(loaded, dataset, split, values, "none", **found), values
