"""The gradient through time: how much a late loss still depends on each earlier state, by automatic differentiation.

∂L_T/∂h_{T−k} is a product of k Jacobians, ∏ ∂h_{t+1}/∂h_t. Its norm falls or grows geometrically with the lag k
(Bengio, Simard, Frasconi 1994, section III; Pascanu, Mikolov, Bengio 2013, section 2.1). Two remedies are shown as they
are done: the norm of the weights' gradient is clipped (Pascanu et al., section 3.2, algorithm 1), and the state is
detached some steps before the loss (truncated backpropagation through time: Williams, Peng 1990).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn

from .. import texts
from ..errors import InvalidInput
from ..models.cells import CELLS, Cell, cell
from ..models.recurrent import RecurrentModel
from ..models.sequence import token_nats
from .base import Settings, Trace
from .through_time_steps import Net, gradients

INPUTS, SEQUENCES = 16, 8  # numbers in an input, and sequences, of freshly initialised cells
PLACES = 8  # characters of a text whose losses are taken


class _LagSettings(Settings):
    """What both kinds of nets share."""

    length: int = Field(150, ge=2, le=200, description="steps that are read before the loss")
    cut: int = Field(0, ge=0, le=200, description="steps before the loss at which the state is detached; 0: nowhere")
    clip: float = Field(1.0, ge=0.05, le=10.0, description="largest norm of the weights' gradient")


class FreshTimeSettings(_LagSettings):
    """Untrained cells of all kinds on random inputs x_t ~ N(0, drive² I), the loss vᵀh_T with a random unit vector v.

    matrix "orthogonal": every recurrent block is gain times an orthogonal matrix; "gaussian": a matrix of Gaussian
    numbers, scaled so that its spectral radius is the gain. forget: bias of an LSTM's forget gate.
    """

    kind: ClassVar[str] = "fresh-through-time"
    matrix: Literal["orthogonal", "gaussian"] = "orthogonal"
    gain: float = Field(1.0, ge=0.1, le=3.0, description="scale of the recurrent weights")
    drive: float = Field(0.5, ge=0.0, le=2.0, description="standard deviation of the inputs")
    forget: float = Field(1.0, ge=0.0, le=6.0, description="bias of the LSTM's forget gate")
    hidden: int = Field(64, ge=8, le=128, description="units")


class TextTimeSettings(_LagSettings):
    """Trained models of characters on a text; the loss is −log p of a character, at up to eight places of the text.

    The seed is not used: nothing is drawn.
    """

    kind: ClassVar[str] = "text-through-time"
    text: str = Field("", max_length=100_000, description="what is read")
    checkpoints: tuple[str, ...] = Field((), max_length=16, description="recurrent models of characters")

    @property
    def model_names(self) -> tuple[str, ...]:
        """All of them take part."""
        return self.checkpoints


class TimeLinkSettings(FreshTimeSettings):
    """The link of the view: both kinds of nets at once."""

    text: str = Field("", max_length=100_000, description="what trained nets read")


@dataclass(frozen=True)
class ThroughTimeTrace(Trace):
    """Norms of gradients. M nets, C curves (a net's h; an LSTM's c besides), B losses, K lags, the lag 0 first.

    nets: their cells' kinds. names: of the checkpoints, "" for fresh nets. curves: (net, "h" or "c") each. norms:
    (C, B, K) float64, ‖∂L/∂h_{T−k}‖; an LSTM's c acts also through the h of its own step. With a cut, exactly 0 from
    the lag `cut` on. weights: (M,) float64, norm of the mean loss's gradient with respect to the recurrent cell's
    weights. clipped: (M,), the same after clipping. clip, cut: as asked for. ends: (B,) int64, the places in the text
    of the characters whose losses are taken, and targets, those characters; empty for fresh nets.
    """

    nets: tuple[str, ...]
    names: tuple[str, ...]
    curves: tuple[tuple[str, str], ...]
    norms: np.ndarray
    weights: np.ndarray
    clipped: np.ndarray
    clip: float
    cut: int
    ends: np.ndarray
    targets: str

    @property
    def lags(self) -> int:
        """K."""
        return self.norms.shape[2]

    def middle(self) -> np.ndarray:
        """(C, K): the geometric mean over the losses; exactly 0 where all are."""
        with np.errstate(divide="ignore"):
            return np.exp(np.log(self.norms).mean(1))


def clipped(norm: np.ndarray, threshold: float) -> np.ndarray:
    """The norm after g ← g · θ/‖g‖ wherever ‖g‖ > θ (Pascanu et al. 2013, algorithm 1)."""
    return np.minimum(norm, threshold)


def fresh_cell(settings: FreshTimeSettings, kind: str) -> Cell:
    """A cell in float64 with weights drawn from the seed; the simple ones of all activations have the same."""
    with torch.random.fork_rng(devices=[]):  # the constructor draws weights that are drawn again below
        found = cell(kind, INPUTS, settings.hidden).double()
    generator = torch.Generator().manual_seed(settings.seed)
    size, found = settings.hidden, found.requires_grad_(False)
    found.weight_ih.normal_(0, INPUTS**-0.5, generator=generator)
    for block in found.weight_hh.split(size):
        block.copy_(_recurrent(settings, torch.randn(size, size, generator=generator, dtype=torch.float64)))
    if kind == "lstm":
        found.bias_ih[size : 2 * size] = settings.forget
    return found


def _recurrent(settings: FreshTimeSettings, gaussian: Tensor) -> Tensor:
    """A recurrent block from (H, H) standard normal numbers."""
    if settings.matrix == "gaussian":
        return gaussian * (settings.gain / radius(gaussian))
    q, r = torch.linalg.qr(gaussian)
    return settings.gain * q * r.diagonal().sign()  # the signs make it uniform over the orthogonal matrices


def radius(matrix: Tensor) -> float:
    """The spectral radius: the largest size of an eigenvalue."""
    return float(torch.linalg.eigvals(matrix).abs().max())


def fresh_time(
    settings: FreshTimeSettings, model: None, progress: Callable[[float], None] | None = None
) -> ThroughTimeTrace:
    """All five kinds on the same inputs."""
    generator = torch.Generator().manual_seed(settings.seed + 1)
    sizes = settings.length, SEQUENCES, INPUTS
    x = settings.drive * torch.randn(sizes, generator=generator, dtype=torch.float64)
    v = torch.randn(settings.hidden, generator=generator, dtype=torch.float64)
    v = v / v.norm()
    rows = []
    for n, kind in enumerate(CELLS):
        if progress is not None:
            progress(n / len(CELLS))
        net = Net(kind, [fresh_cell(settings, kind)])
        rows.append(gradients(net, x, lambda h: h @ v, settings.cut))
    return _trace(settings, CELLS, ("",) * len(CELLS), rows)


def text_time(
    settings: TextTimeSettings, models: dict[str, RecurrentModel], progress: Callable[[float], None] | None = None
) -> ThroughTimeTrace:
    """Trained nets on a text. InvalidInput for fewer than two characters that they know, or no recurrent model."""
    if not models:
        raise InvalidInput("checkpoints=() is not allowed: name at least one recurrent model of characters")
    symbols = next(iter(models.values())).config.symbols
    for name, model in models.items():
        if not isinstance(model, RecurrentModel) or not symbols or model.config.symbols != symbols:
            raise InvalidInput(f"checkpoints: {name!r} is no recurrent model of the characters of the first one")
    found = texts.read(settings.text, symbols)
    if len(found.codes) < 2:
        raise InvalidInput(f"text: holds {len(found.codes)} characters that the models know; at least 2 are needed")
    tokens = torch.from_numpy(found.codes).unsqueeze(0)  # (1, N)
    count, steps = tokens.shape[1], min(settings.length, tokens.shape[1])
    places = np.unique(np.linspace(steps - 1, count - 1, min(PLACES, count - steps + 1)).round().astype(int))
    places[-1] = count - 1
    rows = []
    for n, model in enumerate(models.values()):
        if progress is not None:
            progress(n / len(models))
        rows.append(_of_text(model, tokens, places, steps, settings.cut))
    kinds = tuple(model.config.cell for model in models.values())
    trace = _trace(settings, kinds, tuple(models), rows)
    ends = {"ends": found.at[places], "targets": "".join(symbols[found.codes[place]] for place in places)}
    return ThroughTimeTrace(**{**vars(trace), **ends})


def _of_text(model: RecurrentModel, tokens: Tensor, places: np.ndarray, steps: int, cut: int) -> tuple:
    """`gradients` of the losses at these places, each after `steps` characters."""
    tokens = tokens.to(model.order.device)
    with torch.no_grad():
        read = model.shifted(tokens)[0]
        x = torch.stack([model.embed(read[end + 1 - steps : end + 1]) for end in places.tolist()], 1)  # (S, B, E)
    wanted = tokens[0, torch.from_numpy(places)].unsqueeze(1)  # (B, 1)
    weight, bias = model.out.weight, model.out.bias

    def loss(h: Tensor) -> Tensor:
        return token_nats(nn.functional.linear(h, weight, bias).unsqueeze(1), wanted)[:, 0]

    return gradients(Net(model.config.cell, model.cells), x.clone(), loss, cut)


def _trace(
    settings: _LagSettings, kinds: tuple[str, ...], names: tuple[str, ...], rows: list[tuple]
) -> ThroughTimeTrace:
    curves = [(kind, part) for kind, (norms, _) in zip(kinds, rows, strict=True) for part in norms]
    norms = np.stack([each.double().cpu().numpy() for norms, _ in rows for each in norms.values()])
    weights = np.array([float(weight) for _, weight in rows])
    return ThroughTimeTrace(
        kinds,
        names,
        tuple(curves),
        norms,
        weights,
        clipped(weights, settings.clip),
        settings.clip,
        settings.cut,
        np.zeros(0, np.int64),
        "",
    )
