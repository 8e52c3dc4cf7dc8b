"""The trace of chains under an energy model of pictures: from noise, or from a drawing, to digits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..samplers.langevin import MALA, ULA
from .base import ModelSettings, Trace
from .energy_pictures import PACKED, denoised, device_of, given, picture_model

Progress = Callable[[float], None]
FRAMES = 3_200  # pictures kept of one run: 16 chains × 200
REPORTS = 10  # steps between two reports of progress
FARTHEST = 100.0  # a chain that has run away is drawn no farther than this


class EnergyChainSettings(ModelSettings):
    """C chains of a Langevin kernel on E/T, T the temperature.

    start: "noise" is uniform in [0, 1] for every pixel; "drawing" is `picture`, packed by `pack_greys`, in every chain.
    At temperature T the kernel's step is ε√T: the drift is −ε²/2 ∇E at every T, only the noise shrinks or grows.
    """

    kind: ClassVar[str] = "energy-digits"
    kernel: Literal["ula", "mala"] = "ula"
    start: Literal["noise", "drawing"] = "noise"
    picture: str = Field("", max_length=PACKED, description="the drawing, packed")
    chains: int = Field(9, ge=1, le=16, description="C, chains that run together")
    steps: int = Field(300, ge=1, le=2_000, description="S, steps of each chain")
    step_size: float = Field(0.1, ge=0.005, le=0.5, allow_inf_nan=False, description="ε at temperature 1")
    temperature: float = Field(1.0, ge=0.02, le=4.0, allow_inf_nan=False, description="T; the chain's target is E/T")


@dataclass(frozen=True)
class EnergyChainTrace(Trace):
    """Chains in the space of pictures. C chains, S steps, F kept frames, an image of H×W.

    checkpoint, kernel: of the run. shape: (H, W). noise: σ of the data's noise. step_size, temperature: ε, T.
    kept: (F,) int32, the steps whose pictures are kept, the first and the last among them. pictures: (F, C, H, W)
    float16, x after these steps. gradients: (F, C, H, W) float16, ∇E(x), not divided by T. proposals: (F, C, H, W)
    float16, what was proposed in these very steps, accepted or not; (0, C, H, W) where a kernel never rejects.
    energies: (C, S+1) float32, E(x) in nats, not divided by T. denoised_energies: (C, F) float32, E(x − σ²∇E).
    proposal_energies, log_ratio, uniform: (C, S) float32, E of the proposal, log of the acceptance ratio (at
    temperature T), the uniform number; accepted: (C, S) bool; all four (C, 0) where a kernel never rejects.
    failed: (C,) int32, the first step that led nowhere finite, so that the chain stood still; −1 for none.
    """

    checkpoint: str
    kernel: str
    shape: tuple[int, int]
    noise: float
    step_size: float
    temperature: float
    kept: np.ndarray
    pictures: np.ndarray
    gradients: np.ndarray
    proposals: np.ndarray
    energies: np.ndarray
    denoised_energies: np.ndarray
    proposal_energies: np.ndarray
    log_ratio: np.ndarray
    uniform: np.ndarray
    accepted: np.ndarray
    failed: np.ndarray

    def frame(self, step: int) -> int:
        """The number of the newest kept frame at a step."""
        return int(np.searchsorted(self.kept, step, "right")) - 1

    def denoised(self, frame: int) -> np.ndarray:
        """(C, H, W) float32: x − σ²∇E(x) of one frame."""
        return self.pictures[frame].astype(np.float32) - self.noise**2 * self.gradients[frame].astype(np.float32)

    def best(self) -> np.ndarray:
        """(H, W) uint8: the denoised last picture whose energy is lowest, 0 paper … 255 ink."""
        last = np.nan_to_num(self.denoised_energies[:, -1], nan=np.inf)
        return np.rint(self.denoised(-1)[last.argmin()].clip(0, 1) * 255).astype(np.uint8)


def kept_steps(steps: int, chains: int) -> np.ndarray:
    """(F,) int32: evenly spaced steps from 0, and the last one, such that F · chains pictures stay in the budget."""
    stride = -(-steps * chains // (FRAMES - 2 * chains))
    return np.union1d(np.arange(0, steps + 1, max(1, stride)), [steps]).astype(np.int32)


def energy_chains(
    settings: EnergyChainSettings, model: nn.Module, progress: Progress | None = None
) -> EnergyChainTrace:
    """Run the chains: unadjusted Langevin, or MALA, which corrects it by accepting or rejecting.

    Roberts and Tweedie (1996), "Exponential convergence of Langevin distributions", sections 1.4.1 and 1.4.2.
    InvalidInput if the checkpoint is no energy model of pictures, or the drawing does not fit it.
    """
    model = picture_model(settings, model)
    device, temperature, count = device_of(model), settings.temperature, settings.chains
    generator = torch.Generator(device).manual_seed(settings.seed)
    x = torch.rand(count, *model.event_shape, generator=generator, device=device)
    if settings.start == "drawing":
        x = given(model, settings.picture).expand_as(x).clone()
    rejects = settings.kernel == "mala"
    kernel = (MALA if rejects else ULA)(step_size=settings.step_size * temperature**0.5)
    kept = kept_steps(settings.steps, count)
    wanted, record = set(kept.tolist()), _Record(model.energy, model.config.noise, temperature, rejects)

    def tempered(y: Tensor) -> Tensor:
        return model.energy(y) / temperature

    state = kernel.init(x, tempered)
    record.add(state, None, True)
    for step in range(1, settings.steps + 1):
        state, info = kernel.step(state, tempered, generator)
        record.add(state, info, step in wanted)
        if progress is not None and step % REPORTS == 0:
            progress(step / settings.steps)
    return EnergyChainTrace(
        settings.checkpoint,
        settings.kernel,
        tuple(model.event_shape),
        model.config.noise,
        settings.step_size,
        temperature,
        kept,
        *record.arrays(),
    )


class _Record:
    """What is kept of the chains while they run."""

    def __init__(self, energy: Callable[[Tensor], Tensor], noise: float, temperature: float, rejects: bool):
        self.energy, self.noise, self.temperature, self.rejects = energy, noise, temperature, rejects
        self.pictures, self.gradients, self.proposals, self.denoised = [], [], [], []
        self.energies, self.infos, self.diverged = [], [], []

    def add(self, state: object, info: object | None, keep: bool) -> None:
        """The state after a step; with `keep`, its pictures too."""
        self.energies.append(state.energy * self.temperature)
        if info is not None:
            self.diverged.append(info.diverged)
        if self.rejects and info is not None:
            numbers = (info.proposal_energy * self.temperature, info.log_ratio, info.uniform, info.accepted)
            self.infos.append(torch.stack([n.float() for n in numbers]))
        if not keep:
            return
        gradient = state.gradient * self.temperature
        self.pictures.append(_halved(state.position))
        self.gradients.append(_halved(gradient))
        if self.rejects:
            self.proposals.append(_halved(state.position if info is None else info.proposal))
        with torch.no_grad():
            self.denoised.append(self.energy(denoised(state.position, gradient, self.noise)))

    def arrays(self) -> tuple[np.ndarray, ...]:
        """The fields of the trace from `pictures` on."""
        pictures, gradients = np.stack(self.pictures), np.stack(self.gradients)
        proposals = np.stack(self.proposals) if self.rejects else np.zeros((0, *pictures.shape[1:]), np.float16)
        energies = torch.stack(self.energies, 1).cpu().float().numpy()
        count = len(energies)
        infos = torch.stack(self.infos, 2).cpu().numpy() if self.infos else np.zeros((4, count, 0), np.float32)
        wrong = torch.stack(self.diverged, 1).cpu().numpy()  # (C, S)
        failed = np.where(wrong.any(1), wrong.argmax(1) + 1, -1).astype(np.int32)
        after = torch.stack(self.denoised, 1).cpu().float().numpy()
        return (
            pictures,
            gradients,
            proposals,
            energies,
            after,
            infos[0].copy(),
            infos[1].copy(),
            infos[2].copy(),
            infos[3] > 0.5,
            failed,
        )


def _halved(x: Tensor) -> np.ndarray:
    """float16, with numbers that are none or beyond it brought inside: only a chain that ran away has any."""
    wide = torch.nan_to_num(x.detach(), nan=0.0, posinf=FARTHEST, neginf=-FARTHEST)
    return wide.clamp(-6e4, 6e4).half().cpu().numpy()
