"""Traces of RNADE: samples with every conditional's mixture, and the joint density of points in the plane."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from ..data import DEQUANTIZED_LEVELS
from ..densities import PLANE
from ..errors import InvalidInput
from ..models.rnade import RNADE, RNADEConfig
from ..samplers.ancestral import log_probabilities, sample
from .base import ModelSettings, Settings, Trace
from .points import FEWEST_POINTS, MAX_TEXT, PLANE_EDGE, unpack_points

Progress = Callable[[float], None]
CELLS = 200  # of the density's grid, along each side of the window
FINER = 4  # how many times finer the cells are that the density is summed over in the window
FAR = 5  # how many times as wide the larger window is
HALF = 2.4  # half a side of the window, in standard deviations of the data
SHOWN = 600  # points of a named set that are drawn
LEARNT, BATCH, STEPS, RATE = 2_000, 256, 400, 1e-2  # of the training in front of the visitor
JITTER = 0.04  # standard deviation of the noise on drawn points, in those of the data: few points, no spikes


class RnadeSettings(ModelSettings):
    """`count` samples of a trained RNADE; of points in the plane, the joint density too.

    data: what it was trained on: a set of `densities.PLANE`, whose points are shown, or "digits"; "" shows no points.
    """

    kind: ClassVar[str] = "rnade"
    data: Literal["", "moons", "rings", "spiral", "digits"] = ""
    count: int = Field(200, ge=1, le=500, description="samples drawn together")


class RnadeFitSettings(Settings):
    """An RNADE trained here and now on a set of points: 400 steps of Adam from the seed, then `count` samples of it.

    points: a drawn set, packed by `pack_points`; it counts only where data is "drawn". first: which of the two
    coordinates is generated first.
    """

    kind: ClassVar[str] = "rnade-fit"
    data: Literal["moons", "rings", "spiral", "drawn"] = "moons"
    points: str = Field("", max_length=MAX_TEXT)
    mixture: Literal["gaussian", "laplace"] = "gaussian"
    components: int = Field(8, ge=1, le=20, description="K, components of each mixture")
    hidden: int = Field(64, ge=1, le=256, description="H, hidden units")
    first: int = Field(1, ge=1, le=2, description="the coordinate that is generated first")
    count: int = Field(200, ge=1, le=500, description="samples drawn together")


class RnadeLinkSettings(RnadeFitSettings):
    """What the link of the page may hold: a data set, and whether its model is the shipped one or trained here."""

    data: Literal["moons", "rings", "spiral", "digits", "drawn"] = "moons"
    model: Literal["shipped", "here"] = "shipped"


@dataclass(frozen=True)
class RnadeTrace(Trace):
    """N samples, D steps, K components; everything in the data's own units.

    source: the checkpoint, or what was trained here. head: "gaussian-mixture" or "laplace-mixture". hidden, parameters:
    hidden units, and numbers that were trained. shape: (H, W), (1, 2) for points. levels: of grey, 0 for points.
    order: (D,) int32, flat position of each step. values: (N, D) float32, drawn at each step. noise: (N, D) float32,
    the uniform numbers. weights, means, scales: (N, D, K) float32, of each step's mixture. log_likelihood: (N, D)
    float32, nats, running sum of the log-density.
    window: (4,) float64, lowest and highest x₁, lowest and highest x₂. density: (G, G) float32, p at the middle of each
    cell, [row = x₂ upwards, column = x₁]. mass, far_mass: ∫ p over the window, and over one FAR times as wide, by the
    midpoint rule, in the window on finer cells. points: (M, 2) float32, data. nats: mean −log p of `points`.
    history: (S, 2) float32, step and nats of the training in front of the visitor. All of these are empty or 0 for
    pictures.
    """

    source: str
    head: str
    hidden: int
    parameters: int
    shape: tuple[int, int]
    levels: int
    order: np.ndarray
    values: np.ndarray
    noise: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    log_likelihood: np.ndarray
    window: np.ndarray
    density: np.ndarray
    mass: float
    far_mass: float
    points: np.ndarray
    nats: float
    history: np.ndarray

    def examples(self) -> np.ndarray:
        """(N, D) float32: the samples by flat position."""
        flat = np.empty_like(self.values)
        flat[:, self.order] = self.values
        return flat

    def pictures(self) -> np.ndarray:
        """(N, H, W) uint8: the samples as grey levels, the whole part of each value, clipped to the levels."""
        whole = np.floor(self.examples()).clip(0, max(self.levels - 1, 0))
        return whole.astype(np.uint8).reshape(-1, *self.shape)


def rnade(settings: RnadeSettings, model: nn.Module, progress: Progress | None = None) -> RnadeTrace:
    """Samples of a trained model, and its density over the plane. InvalidInput if it is no RNADE."""
    if not isinstance(model, RNADE):
        raise InvalidInput(f"checkpoint={settings.checkpoint!r} is not an RNADE")
    points = np.zeros((0, 2), np.float32)
    if settings.data in PLANE and model.config.positions == 2:
        points = PLANE[settings.data](SHOWN, 1)
    levels = DEQUANTIZED_LEVELS["digits-dequantized"] if settings.data == "digits" else 0
    return _trace(settings.checkpoint, model, settings, points, levels, None, [], progress)


def rnade_fit(settings: RnadeFitSettings, model: None = None, progress: Progress | None = None) -> RnadeTrace:
    """Train on the points, then the same as `rnade`. InvalidInput if they are too few or are no packed points."""
    if settings.data == "drawn":
        learnt = unpack_points(settings.points)
        if len(learnt) < FEWEST_POINTS:
            raise InvalidInput(f"points holds {len(learnt)} points: at least {FEWEST_POINTS} are needed to learn from")
        shown, jitter, window = learnt, JITTER, np.array([-PLANE_EDGE, PLANE_EDGE] * 2)
    else:
        learnt, shown, jitter, window = PLANE[settings.data](LEARNT, 0), PLANE[settings.data](SHOWN, 1), 0.0, None
    fitted, history = fit(settings, torch.from_numpy(learnt), jitter, progress)
    return _trace(settings.data, fitted, settings, shown, 0, window, history, progress)


def fit(
    settings: RnadeFitSettings, points: Tensor, jitter: float, progress: Progress | None = None
) -> tuple[RNADE, list[tuple[int, float]]]:
    """An RNADE after STEPS steps of Adam on points (n, 2), and (step, nats of the batch) along the way.

    jitter: standard deviation of fresh noise on each batch, in standard deviations of the points.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    config = RNADEConfig(
        1, 2, (0, 1) if settings.first == 1 else (1, 0), settings.hidden, settings.components, settings.mixture
    )
    with torch.random.fork_rng(devices=[]):  # the constructor draws weights that are drawn again below
        model = RNADE(config)
    model.initialise(generator)
    model.whiten(points.unsqueeze(1))
    optimizer = torch.optim.Adam(model.parameters(), RATE, betas=(0.9, 0.99))
    history = []
    for step in range(STEPS):
        rows = torch.randint(len(points), (BATCH,), generator=generator)
        noise = torch.randn(BATCH, 2, generator=generator) * model.scale * jitter
        with torch.enable_grad():
            loss = -model.log_prob((points[rows] + noise).unsqueeze(1)).mean()
            optimizer.zero_grad()
            loss.backward()
        optimizer.param_groups[0]["lr"] = RATE * min(1.0, (step + 1) / 20, 1.25 * (1 - step / STEPS))
        optimizer.step()
        if step % 10 == 0 or step == STEPS - 1:
            history.append((step + 1, loss.item()))
            if progress is not None:
                progress(0.9 * step / STEPS)
    return model.eval().requires_grad_(False), history


@torch.inference_mode()
def _trace(
    source: str,
    model: RNADE,
    settings: RnadeSettings | RnadeFitSettings,
    points: np.ndarray,
    levels: int,
    window: np.ndarray | None,
    history: list[tuple[int, float]],
    progress: Progress | None,
) -> RnadeTrace:
    generator = torch.Generator().manual_seed(settings.seed)
    drawn = sample(model, settings.count, generator, progress=None if history else progress)
    logits, means, log_scales = (part.numpy() for part in drawn.parameters.chunk(3, -1))  # (N, D, K)
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    cells, mass, far_mass, nats = np.zeros((0, 0), np.float32), 0.0, 0.0, 0.0
    if model.config.positions == 2:
        window = around(model) if window is None else window
        cells, _ = density(model, window, CELLS)
        mass = density(model, window, FINER * CELLS)[1]
        middle, half = (window[::2] + window[1::2]) / 2, (window[1::2] - window[::2]) / 2
        far = np.stack([middle - FAR * half, middle + FAR * half], 1).ravel()
        wide, _ = density(model, far, FAR * CELLS)
        inside = slice((FAR - 1) * CELLS // 2, (FAR + 1) * CELLS // 2)
        outside = wide.sum(dtype=np.float64) - wide[inside, inside].sum(dtype=np.float64)
        far_mass = mass + outside * float(4 * half.prod()) / CELLS**2  # peaks are in the window, tails outside
    if len(points):
        nats = -float(model.log_prob(torch.from_numpy(points).unsqueeze(1).to(model.order.device)).mean())
    return RnadeTrace(
        source,
        model.head,
        model.config.hidden,
        sum(p.numel() for p in model.parameters()),
        tuple(model.event_shape),
        levels,
        drawn.order.numpy().astype(np.int32),
        drawn.values.numpy(),
        drawn.noise.numpy(),
        weights / weights.sum(-1, keepdims=True),
        means.copy(),
        np.exp(log_scales),
        drawn.log_probability.double().cumsum(1).float().numpy(),
        np.zeros(4) if window is None else window,
        cells,
        mass,
        far_mass,
        points,
        nats,
        np.array(history, np.float32).reshape(-1, 2),
    )


def around(model: RNADE) -> np.ndarray:
    """(4,) float64: a window of HALF standard deviations of the data to either side of their mean."""
    middle, half = model.mean.cpu().double().numpy(), HALF * model.scale.cpu().double().numpy()
    return np.stack([middle - half, middle + half], 1).ravel()


@torch.inference_mode()
def density(model: RNADE, window: np.ndarray, cells: int) -> tuple[np.ndarray, float]:
    """p at the middle of cells × cells rectangles of a window (4,), (x₂, x₁) float32; and its sum times their area.

    p(x) = p(x_first) p(x_second | x_first): the network is asked once for each value of the first coordinate.
    """
    device = model.order.device
    sides = [torch.from_numpy(_middles(*window[2 * axis : 2 * axis + 2], cells)).to(device) for axis in (0, 1)]
    first, second = model.order.tolist()
    x = torch.zeros(cells, 1, 2, device=device)
    x[:, 0, first] = sides[first]
    parameters = model.conditionals(x)  # (cells, 2, P): the second one's depend on the first's value only
    start = log_probabilities(parameters[:, first], sides[first], model.head)  # (cells,)
    joint = torch.empty(cells, cells, device=device)  # (first, second)
    for rows in torch.arange(cells, device=device).split(50):
        rest = log_probabilities(parameters[rows, None, second], sides[second].expand(len(rows), -1), model.head)
        joint[rows] = (start[rows, None] + rest).exp()
    area = (window[1] - window[0]) * (window[3] - window[2]) / cells**2
    found = joint if first == 1 else joint.t()  # (x₂, x₁)
    return found.contiguous().cpu().numpy(), float(joint.sum(dtype=torch.float64)) * float(area)


def _middles(low: float, high: float, cells: int) -> np.ndarray:
    return (low + (high - low) * (np.arange(cells) + 0.5) / cells).astype(np.float32)
