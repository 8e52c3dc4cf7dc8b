"""Half a picture given, the rest made up: how each family of models does it, in F frames of one run.

`completing_way` says which way a model has, `way_to` goes it. What is given is a picture (H, W) and a mask of kept
pixels; what comes back is what the model itself says at *every* pixel, so that it can be held against the kept ones.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..models import OrderAgnosticNADE
from ..models.autoencoder import Autoencoder
from ..models.energy import EnergyModel
from ..models.gan import GAN
from ..models.rbm import RBM
from ..models.rows import RowClassifier
from ..models.vae import VAE
from ..samplers import ancestral
from ..samplers.gibbs import BlockGibbs, bernoulli
from ..samplers.langevin import ULA
from .energy_pictures import denoised, device_of

Progress = Callable[[float], None]
Energy = Callable[[Tensor], Tensor]
WAYS = ("conditionals", "ordering", "gibbs", "langevin", "posterior", "nearest")
REASONS = ("no prior", "labels", "other data")
FRAMES = 98  # after the start: of 784 pixels, 8 in each
SWEEPS = 5  # of Gibbs, from frame to frame
LANGEVIN = 4  # steps from frame to frame
STEP_SIZE = 0.1  # ε of Langevin, as the chains of the energy views have it
RATE, BETAS = 0.2, (0.9, 0.99)  # of Adam; the rate falls to 0
PULL = 0.002  # weight of mean z² in a GAN's search, as in `gan_search`


@dataclass(frozen=True)
class Course:
    """One model's run. F + 1 frames, the start first; C completions.

    made: (F+1, C, H, W) float32: drawn values, grey values or p(x = 1); at kept pixels p(x = 1) or what the model would
    have there. fit: (F+1, C) float32, the way's own measure of how well the kept pixels fit. written: (D,) int64, the
    frame in which a pixel is first there. later: kept pixels that come after the first drawn one, so that a drawn pixel
    did not know of them. steps: of the algorithm, over all frames.
    """

    made: Tensor
    fit: Tensor
    written: Tensor
    later: int
    steps: int


def completing_way(model: nn.Module) -> str:
    """The way in which a model of pictures completes one, "" where it has none."""
    if isinstance(model, OrderAgnosticNADE):
        return "ordering"
    for kind, way in ((RBM, "gibbs"), (EnergyModel, "langevin"), (VAE, "posterior"), (GAN, "nearest")):
        if isinstance(model, kind):
            return way
    autoregressive = hasattr(model, "step") and hasattr(model, "order") and getattr(model, "head", "") == "bernoulli"
    return "conditionals" if autoregressive else ""


def no_completion(model: nn.Module, shape: tuple[int, int]) -> str:
    """Why a model does not complete pictures of this shape, one of REASONS; "" where it does."""
    if tuple(model.event_shape) != shape:
        return "other data"
    if isinstance(model, Autoencoder):
        return "no prior"
    if isinstance(model, RowClassifier):
        return "labels"
    return "" if completing_way(model) else "other data"


def way_to(model: nn.Module, picture: Tensor, keep: Tensor, count: int, seed: int, progress: Progress | None) -> Course:
    """Go the model's way. picture (H, W) 0 … 1 in the model's own values, keep (H, W) bool, both on its device."""
    generator = torch.Generator().manual_seed(seed)
    ways = {"gibbs": _gibbs, "langevin": _langevin, "posterior": _posterior, "nearest": _nearest}
    return ways.get(completing_way(model), _conditionals)(model, picture, keep, count, generator, progress)


def binary_way(model: nn.Module) -> bool:
    """Whether the model's pixels are 0 or 1; else they are grey values."""
    return completing_way(model) not in ("langevin", "nearest")


# --- Autoregressive models -------------------------------------------------------------------------------------------


@torch.inference_mode()
def _conditionals(
    model: nn.Module, picture: Tensor, keep: Tensor, count: int, generator: torch.Generator, progress: Progress | None
) -> Course:
    """Pixel by pixel; kept pixels are written down instead of drawn. Where any ordering will do, they come first."""
    if isinstance(model, OrderAgnosticNADE):
        kept = keep.flatten()[model.order]
        model = model.under(torch.cat([model.order[kept], model.order[~kept]]))
    given = torch.where(keep, picture, torch.nan)
    drawn = ancestral.sample(model, count, generator, given=given, progress=progress)
    order, positions = drawn.order, drawn.order.numel()
    known = drawn.given[0]  # (K,)
    first = int(known.int().argmin())  # 0 where nothing is given
    after = known & (torch.arange(positions) > first)
    made = torch.empty(count, positions)
    believed = torch.where(drawn.given, drawn.parameters[..., 0].sigmoid(), drawn.values.float())
    made[:, order] = believed
    stops = (torch.arange(FRAMES + 1) * positions / FRAMES).round().long()  # pixels written in each frame
    written = torch.empty(positions, dtype=torch.long)
    written[order] = torch.searchsorted(stops, torch.arange(1, positions + 1))
    running = F.pad((drawn.log_probability.double() * after).cumsum(1), (1, 0))  # (C, K+1)
    made = made.view(count, *keep.shape).expand(FRAMES + 1, *([-1] * 3))
    return Course(made, running[:, stops].T.float(), written, int(after.sum()), positions)


# --- Chains with the kept pixels held --------------------------------------------------------------------------------


@torch.no_grad()
def _gibbs(
    model: RBM, picture: Tensor, keep: Tensor, count: int, generator: torch.Generator, progress: Progress | None
) -> Course:
    """v → h → v, the kept pixels written anew into each v. Fit: log p(kept pixels | h), nats, under the h before."""
    held = keep.flatten()
    flat = picture.flatten()
    start = bernoulli(torch.full((count, held.numel()), 0.5).to(picture), generator)[0]
    kernel = BlockGibbs(model.hidden_given, lambda h: torch.where(held, flat, model.visible_given(h).flatten(1)))
    state = kernel.init(torch.where(held, flat, start), model.energy)
    believed = torch.full_like(start, 0.5)  # p(v = 1 | h)
    made, fit = [], []
    for frame in range(FRAMES + 1):
        made.append(torch.where(held, believed, state.position))
        fit.append((_log_bernoulli(believed, flat) * held).sum(1))
        if frame == FRAMES:
            break
        for _ in range(SWEEPS):
            state, info = kernel.step(state, model.energy, generator)
        believed = model.visible_given(info.hidden).flatten(1)
        _tell(progress, frame)
    return _course(made, fit, keep, FRAMES * SWEEPS)


def _langevin(
    model: EnergyModel, picture: Tensor, keep: Tensor, count: int, generator: torch.Generator, progress: Progress | None
) -> Course:
    """Langevin on the free pixels from uniform noise, the kept ones held with the noise that the model knows its data
    by. Shown is the mean of the clean picture, x − σ²∇E. Fit: its root mean squared distance to the kept pixels."""
    noise = model.config.noise
    shape = (count, *keep.shape)
    held = picture + noise * torch.randn(shape, generator=generator).to(picture)
    start = torch.rand(shape, generator=generator).to(picture)

    def energy(y: Tensor) -> Tensor:
        """E with the kept pixels as they are held; its gradient at y is ∇E there, at the kept pixels too, so that one
        pass serves both the step and the denoising."""
        return model.energy(torch.where(keep, held + (y - y.detach()), y))

    kernel = ULA(STEP_SIZE)
    state = kernel.init(start, energy)
    made, fit = [], []
    for frame in range(FRAMES + 1):
        clean = denoised(torch.where(keep, held, state.position), state.gradient, noise).clamp(0, 1)
        made.append(clean)
        fit.append(_distance(clean, picture, keep))
        if frame == FRAMES:
            break
        for _ in range(LANGEVIN):
            state, _ = kernel.step(state, energy, generator)
        _tell(progress, frame)
    return _course(made, fit, keep, FRAMES * LANGEVIN)


# --- A search for the code -------------------------------------------------------------------------------------------


def _posterior(
    model: VAE, picture: Tensor, keep: Tensor, count: int, generator: torch.Generator, progress: Progress | None
) -> Course:
    """From draws of the prior to the most probable z given the kept pixels: up log p(kept | z) + log p(z). Shown is
    p(x = 1 | z). Fit: log p(kept | z), nats."""

    def decoded(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits = model.decode(z).float()
        fit = -(F.binary_cross_entropy_with_logits(logits, picture.expand_as(logits), reduction="none") * keep)
        fit = fit.flatten(1).sum(1)
        return logits.sigmoid(), fit, z.square().sum(1) / 2 - fit

    return _search(model, decoded, keep, count, generator, progress)


def _nearest(
    model: GAN, picture: Tensor, keep: Tensor, count: int, generator: torch.Generator, progress: Progress | None
) -> Course:
    """From draws of the prior to a z whose picture is near the kept pixels. Fit: root mean squared distance to them."""

    def decoded(z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        made = model.generate(z)
        squares = ((made - picture).square() * keep).flatten(1).sum(1) / _count(keep)
        return made, _distance(made, picture, keep), squares + PULL * z.square().mean(1)

    return _search(model, decoded, keep, count, generator, progress)


def _search(
    model: nn.Module,
    decoded: Callable[[Tensor], tuple[Tensor, Tensor, Tensor]],
    keep: Tensor,
    count: int,
    generator: torch.Generator,
    progress: Progress | None,
) -> Course:
    """Adam on z, down what `decoded` gives beside the pictures and the fit, one step a frame."""
    z = model.prior(count, generator).to(device_of(model)).requires_grad_(True)
    optimiser = torch.optim.Adam([z], RATE, betas=BETAS)
    made, fit = [], []
    for frame in range(FRAMES + 1):
        pictures, measure, loss = decoded(z)
        made.append(pictures.detach())
        fit.append(measure.detach())
        if frame == FRAMES:
            break
        (z.grad,) = torch.autograd.grad(loss.sum(), z)
        optimiser.param_groups[0]["lr"] = RATE * (1 - frame / FRAMES)
        optimiser.step()
        _tell(progress, frame)
    return _course(made, fit, keep, FRAMES)


def _course(made: list[Tensor], fit: list[Tensor], keep: Tensor, steps: int) -> Course:
    pictures = torch.stack(made).view(FRAMES + 1, -1, *keep.shape)
    written = torch.zeros(keep.numel(), dtype=torch.long)
    return Course(pictures.float().cpu(), torch.stack(fit).float().cpu(), written, 0, steps)


def _log_bernoulli(p: Tensor, x: Tensor) -> Tensor:
    """log p(x) of pixels x under probabilities p of ink."""
    return torch.where(x > 0.5, p, 1 - p).clamp_min(1e-30).log()


def _count(keep: Tensor) -> int:
    return max(1, int(keep.sum()))


def _distance(made: Tensor, picture: Tensor, keep: Tensor) -> Tensor:
    """(C,) root of the mean squared difference over the kept pixels; 0 where none is kept."""
    return (((made - picture).square() * keep).flatten(1).sum(1) / _count(keep) + 1e-12).sqrt()


def _tell(progress: Progress | None, frame: int) -> None:
    if progress is not None and frame % 5 == 0:
        progress(frame / FRAMES)
