"""The trace of a corrupted picture that goes down the energy: descent, cold Langevin, one Tweedie step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..samplers.langevin import ULA
from .base import ModelSettings, Trace
from .energy_pictures import PACKED, denoised, energies_of, given, picture_model

METHODS = ("gradient descent", "cold Langevin", "one Tweedie step")
REPORTS = 10
FARTHEST = 100.0


class DenoiseSettings(ModelSettings):
    """A picture, packed by `pack_greys`, corrupted and then repaired in S steps.

    corruption: "gaussian" adds noise of standard deviation `sigma`; "salt" sets a `share` of the pixels to 0 or 1;
    "occlusion" covers a square of `share` of the area with grey. hold: pixels that the corruption left alone stay as
    they are; it has no meaning for "gaussian", which leaves none alone. temperature: of the Langevin chain alone.
    """

    kind: ClassVar[str] = "energy-denoise"
    picture: str = Field("", max_length=PACKED, description="the clean picture, packed")
    corruption: Literal["gaussian", "salt", "occlusion"] = "gaussian"
    sigma: float = Field(0.3, ge=0.02, le=1.0, allow_inf_nan=False, description="of the added noise")
    share: float = Field(0.15, ge=0.02, le=0.6, allow_inf_nan=False, description="of the pixels that are corrupted")
    hold: bool = False
    steps: int = Field(200, ge=1, le=1_000, description="S, steps downhill")
    step_size: float = Field(0.08, ge=0.005, le=0.5, allow_inf_nan=False, description="ε: the drift is −ε²/2 ∇E")
    temperature: float = Field(0.05, ge=0.005, le=1.0, allow_inf_nan=False, description="T of the Langevin chain")


@dataclass(frozen=True)
class DenoiseTrace(Trace):
    """M = 3 ways out of a corrupted picture, named by `methods`, over S steps; an image of H×W.

    checkpoint: of the run. shape: (H, W). noise: σ of the model's Tweedie step. clean, corrupted: (H, W) float32.
    touched: (H, W) bool, where the corruption was. clean_energy: E of the clean picture, nats.
    pictures: (S+1, M, H, W) float16; the Tweedie step is taken once, at step 1. gradients: (S+1, M, H, W) float16, ∇E.
    energies: (M, S+1) float32, E nats. rmse: (M, S+1) float32, root of the mean squared distance to the clean picture.
    failed: (M,) int32, the first step that led nowhere finite, −1 for none.
    """

    checkpoint: str
    shape: tuple[int, int]
    noise: float
    methods: tuple[str, ...]
    clean: np.ndarray
    corrupted: np.ndarray
    touched: np.ndarray
    clean_energy: float
    pictures: np.ndarray
    gradients: np.ndarray
    energies: np.ndarray
    rmse: np.ndarray
    failed: np.ndarray


def corrupt(settings: DenoiseSettings, clean: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(H, W) corrupted, and (H, W) bool: which pixels were touched."""
    clean = clean.cpu()
    if settings.corruption == "gaussian":
        noise = torch.randn(clean.shape, generator=generator)
        return clean + settings.sigma * noise, torch.ones_like(clean, dtype=torch.bool)
    if settings.corruption == "salt":
        touched = torch.rand(clean.shape, generator=generator) < settings.share
        salt = (torch.rand(clean.shape, generator=generator) < 0.5).float()
        return torch.where(touched, salt, clean), touched
    height, width = clean.shape
    sides = [max(1, round(side * settings.share**0.5)) for side in (height, width)]
    corner = [
        int(torch.randint(size - side + 1, (1,), generator=generator))
        for size, side in zip((height, width), sides, strict=True)
    ]
    touched = torch.zeros_like(clean, dtype=torch.bool)
    touched[corner[0] : corner[0] + sides[0], corner[1] : corner[1] + sides[1]] = True
    return torch.where(touched, torch.full_like(clean, 0.5), clean), touched


def denoise(
    settings: DenoiseSettings, model: nn.Module, progress: Callable[[float], None] | None = None
) -> DenoiseTrace:
    """Corrupt the picture, then descend: x − ε²/2 ∇E; the same plus ε√T ξ; and x − σ²∇E, once.

    Saremi, Hyvärinen (2019), "Neural empirical Bayes", section 2. InvalidInput if the picture does not fit the model.
    """
    model = picture_model(settings, model)
    clean = given(model, settings.picture)
    generator = torch.Generator().manual_seed(settings.seed)
    corrupted, touched = (part.to(clean.device) for part in corrupt(settings, clean, generator))
    generator = torch.Generator(clean.device).manual_seed(settings.seed)
    held = ~touched if settings.hold else torch.zeros_like(touched)
    start = corrupted.unsqueeze(0)

    def masked(y: Tensor) -> Tensor:
        return torch.where(held, start, y)

    def energy(y: Tensor) -> Tensor:
        """E of the free pixels, the held ones being as they are: their part of ∇E is 0."""
        return model.energy(masked(y))

    kernels = (ULA(settings.step_size, noise=0.0), ULA(settings.step_size, noise=settings.temperature**0.5))
    states = [kernel.init(start, energy) for kernel in kernels]
    begin = states[0]
    once = kernels[0].init(masked(denoised(start, begin.gradient, model.config.noise)), energy)
    pictures, gradients, energies, failed = [], [], [], [-1] * len(METHODS)
    for step in range(settings.steps + 1):
        three = [*states, once if step else begin]
        pictures.append(masked(torch.cat([state.position for state in three])))
        gradients.append(torch.cat([state.gradient for state in three]))
        energies.append(torch.cat([state.energy for state in three]))
        if step == settings.steps:
            break
        for number, kernel in enumerate(kernels):
            states[number], info = kernel.step(states[number], energy, generator)
            if bool(info.diverged) and failed[number] < 0:
                failed[number] = step + 1
        if progress is not None and step % REPORTS == 0:
            progress(step / settings.steps)
    shown = torch.stack(pictures)  # (S+1, M, H, W)
    return DenoiseTrace(
        settings.checkpoint,
        tuple(model.event_shape),
        model.config.noise,
        METHODS,
        clean.cpu().numpy(),
        corrupted.cpu().numpy(),
        touched.cpu().numpy(),
        float(energies_of(model, clean.unsqueeze(0))[0]),
        shown.clamp(-FARTHEST, FARTHEST).half().cpu().numpy(),
        torch.stack(gradients).clamp(-6e4, 6e4).half().cpu().numpy(),
        torch.stack(energies, 1).cpu().numpy(),
        (shown - clean).square().mean((2, 3)).sqrt().T.cpu().contiguous().numpy(),
        np.array(failed, np.int32),
    )
