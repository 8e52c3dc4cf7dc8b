"""The trace of a search for the code whose picture is nearest to a drawing: a GAN has no encoder."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import nn

from .base import ModelSettings, Trace
from .energy_pictures import PACKED, device_of
from .gan_pictures import Progress, drawing_of, gan_of, logits_of

BETAS = (0.9, 0.99)  # of Adam
REPORTS = 5


class GanSearchSettings(ModelSettings):
    """Gradient descent on z by Adam, from several draws of the prior at once, on mean (G(z) − x)² + pull · mean z².

    Zhu et al. (2016), "Generative visual manipulation on the natural image manifold", section 3.2; Creswell and
    Bharath (2018), "Inverting the generator of a generative adversarial network". picture: packed by `pack_greys`.
    """

    kind: ClassVar[str] = "gan-search"
    picture: str = Field("", max_length=PACKED, description="the picture, packed")
    starts: int = Field(6, ge=1, le=8, description="R, draws of the prior that the descent starts from")
    steps: int = Field(100, ge=10, le=200, description="S, steps of each")
    rate: float = Field(0.2, ge=0.01, le=0.5, allow_inf_nan=False, description="learning rate of Adam, falls to 0")
    pull: float = Field(0.002, ge=0.0, le=0.1, allow_inf_nan=False, description="weight of mean z²")


@dataclass(frozen=True)
class GanSearchTrace(Trace):
    """R starts, S steps, Z latent dimensions, pictures of H×W. Axis 0 has the start and the S steps after it.

    checkpoint: of the run. shape: (H, W). target: (H, W) float32, the drawing, and target_logit, D's of it. codes:
    (S + 1, R, Z) float32. pictures: (S + 1, R, H, W) float16, G(z). rmse: (S + 1, R) float32, root of the mean squared
    difference of a pixel. norm: (S + 1, R) float32, ‖z‖; of a draw of the prior about √Z. logits: (S + 1, R) float32,
    of D(G(z)).
    """

    checkpoint: str
    shape: tuple[int, int]
    target: np.ndarray
    target_logit: float
    codes: np.ndarray
    pictures: np.ndarray
    rmse: np.ndarray
    norm: np.ndarray
    logits: np.ndarray

    @property
    def best(self) -> int:
        """The start that ends nearest to the drawing."""
        return int(self.rmse[-1].argmin())


def gan_search(settings: GanSearchSettings, model: nn.Module, progress: Progress | None = None) -> GanSearchTrace:
    """Descend from every start. InvalidInput if the checkpoint is no GAN, the picture is empty or does not fit."""
    model = gan_of(settings, model)
    target = drawing_of(model, settings.picture)
    z = model.prior(settings.starts, torch.Generator().manual_seed(settings.seed)).to(device_of(model))
    z.requires_grad_(True)
    optimiser = torch.optim.Adam([z], settings.rate, betas=BETAS)
    codes, pictures = [], []
    for step in range(settings.steps + 1):
        made = model.generate(z)  # (R, H, W)
        codes.append(z.detach().clone())
        pictures.append(made.detach())
        if step == settings.steps:
            break
        loss = (made - target).square().mean((1, 2)) + settings.pull * z.square().mean(1)
        (z.grad,) = torch.autograd.grad(loss.sum(), z)
        optimiser.param_groups[0]["lr"] = settings.rate * (1 - step / settings.steps)
        optimiser.step()
        if progress is not None and step % REPORTS == 0:
            progress(0.8 * step / settings.steps)
    path, shown = torch.stack(codes), torch.stack(pictures).cpu().numpy()
    shape, x = tuple(model.event_shape), target.cpu().numpy()
    logits = logits_of(model, shown.reshape(-1, *shape)).reshape(shown.shape[:2])
    return GanSearchTrace(
        settings.checkpoint,
        shape,
        x,
        float(logits_of(model, x[None])[0]),
        path.cpu().numpy(),
        shown.astype(np.float16),
        np.sqrt(np.square(shown - x).mean((2, 3))),
        path.norm(dim=2).cpu().numpy(),
        logits,
    )
