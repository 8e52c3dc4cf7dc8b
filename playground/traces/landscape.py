"""The density that chains are sent over: one of the catalogue, a typed or a drawn one, with what it adds up to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from torch import Tensor, nn

from ..drawn import HALF, LEVELS, SIDE, Drawn, example
from ..errors import InvalidInput
from ..formula import LONGEST, parse
from ..models.energy import PointEnergy
from ..quadrature import Window, quadrature
from ..targets import TARGETS
from .base import Settings, Trace, pack_picture, unpack_picture

LEARNT = {  # energies that a network has learned, whose checkpoints have the same names
    "ebm-moons": ("Learned: two moons", (-2.0, 3.0, -2.0, 2.5)),
    "ebm-rings": ("Learned: rings", (-2.0, 2.0, -2.0, 2.0)),
    "ebm-spiral": ("Learned: a spiral", (-1.6, 1.6, -1.6, 1.6)),
}
TARGET_NAMES = (*TARGETS, *LEARNT, "formula", "drawn")
TITLES = {name: target.title for name, target in TARGETS.items()}
TITLES |= {name: title for name, (title, _) in LEARNT.items()} | {"formula": "A formula", "drawn": "Drawn by you"}
FORMULA = "-(x**2 + y**2)/4 + 2*sin(2*x)*cos(2*y)"
DRAWN_LEVELS = LEVELS
PACKED = 600  # characters that a packed picture takes, and a little
CELLS = 160  # of the grid that is shown, a side


class DensitySettings(Settings):
    """Which density. formula: log p(x, y) up to a constant, where target is "formula". drawing: a packed picture of
    28×28 pixels with 16 levels, where target is "drawn"; "" is an example. Both lie in the window −4 … 4."""

    target: Literal[TARGET_NAMES] = Field("gaussian", description="the density that is sampled")
    formula: str = Field(FORMULA, max_length=LONGEST, description="log p(x, y), up to a constant")
    drawing: str = Field("", max_length=PACKED, description="the drawn density, packed")

    @property
    def model_name(self) -> str:
        """The checkpoint whose energy is the target, if it is a learned one."""
        return self.target if self.target in LEARNT else ""

    def density(self, model: nn.Module | None = None) -> tuple[Callable[[Any], Any], Window]:
        """The energy (B, 2) → (B,) and the window. InvalidInput where the formula or the drawing cannot be read, or
        where the checkpoint of a learned density is no energy of points."""
        if self.target in LEARNT:
            if not isinstance(model, PointEnergy):
                raise InvalidInput(f"target={self.target!r}: the checkpoint of that name is no energy of points")
            return Learnt(model), LEARNT[self.target][1]
        if self.target == "formula":
            return parse(self.formula), (-HALF, HALF, -HALF, HALF)
        if self.target == "drawn":
            return Drawn(drawn_picture(self.drawing)), (-HALF, HALF, -HALF, HALF)
        return TARGETS[self.target].energy, TARGETS[self.target].window


class Learnt:
    """The energy of a trained model, of points in any precision, with its gradient in closed form beside it."""

    def __init__(self, model: PointEnergy):
        self.model = model

    def __call__(self, points: Tensor) -> Tensor:
        """E (B,)."""
        return self.model.energy(points.float()).to(points.dtype)

    def energy_and_gradient(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """E (B,) and ∇E (B, 2)."""
        energy, gradient = self.model.energy_and_gradient(points.float())
        return energy.to(points.dtype), gradient.to(points.dtype)

    def gradient(self, points: Tensor) -> Tensor:
        """∇E (B, 2)."""
        return self.energy_and_gradient(points)[1]


def read_formula(text: str) -> None:
    """InvalidInput in one sentence where the text, of any length, is no formula; its values are not looked at."""
    parse(text)


def drawn_picture(text: str) -> np.ndarray:
    """(28, 28) uint8 of 16 levels from a link's text, or the example for "". InvalidInput where it is not readable."""
    return unpack_picture(text, (SIDE, SIDE), LEVELS, "drawing") if text else example()


def example_drawing() -> str:
    """The example, packed."""
    return pack_picture(example(), LEVELS)


class LandscapeSettings(DensitySettings):
    """The density on a grid, normalised by quadrature. The seed plays no part."""

    kind: ClassVar[str] = "landscape"


@dataclass(frozen=True)
class LandscapeTrace(Trace):
    """A density over a window, and what is known of all of it. G = 160 cells a side.

    target, title: of the density. formula: its energy in words, or the log p that was typed, "" where it was drawn.
    window: (4,) float64, lowest and highest x, lowest and highest y. log_density: (G, G) float32, log p in nats,
    normalised, at the middle of each cell, [row = y upwards, column = x], −inf where the density is zero; the energy is
    E = −log p − log Z. marginals: (2, G) float32, p(x) and p(y) at the middle of each column and row of cells.
    log_partition: log Z, nats. mean: (2,) float64. covariance: (2, 2) float64. exact: whether log Z, mean and
    covariance are known in closed form, otherwise they are summed. inside: share of the mass in the window. modes:
    (M, 2) float64, centres of separate hills of equal mass, or none.
    """

    target: str
    title: str
    formula: str
    window: np.ndarray
    log_density: np.ndarray
    marginals: np.ndarray
    log_partition: float
    mean: np.ndarray
    covariance: np.ndarray
    exact: bool
    inside: float
    modes: np.ndarray

    @property
    def deviation(self) -> np.ndarray:
        """(2,) standard deviations of x and y."""
        return np.sqrt(np.diag(self.covariance))


def landscape(
    settings: DensitySettings, model: nn.Module | None = None, progress: Callable[[float], None] | None = None
) -> LandscapeTrace:
    """The grid and the moments. InvalidInput in one sentence where the density cannot be read or is none."""
    energy, window = settings.density(model)
    known = TARGETS.get(settings.target)
    try:
        found = quadrature(energy, window, CELLS)
    except InvalidInput as error:
        raise InvalidInput(f"This is no density to sample from: {error}.") from error
    return LandscapeTrace(
        settings.target,
        TITLES[settings.target],
        known.formula if known else settings.formula if settings.target == "formula" else "",
        np.array(window),
        found.log_density.astype(np.float32),
        found.marginals.astype(np.float32),
        known.log_partition if known else found.log_partition,
        known.mean if known else found.mean,
        known.covariance if known else found.covariance,
        known is not None,
        found.inside,
        known.modes if known else np.zeros((0, 2)),
    )
