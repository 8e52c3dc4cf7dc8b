"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import (
    average,
    belief,
    cost,
    export,
    grid,
    inside,
    made_lab,
    masks,
    orderings,
    parameters,
    rbm,
    rnade,
    small_world,
    style,
    surprise,
)

__all__ = [
    "average",
    "belief",
    "cost",
    "export",
    "grid",
    "inside",
    "made_lab",
    "masks",
    "orderings",
    "parameters",
    "rbm",
    "rnade",
    "small_world",
    "style",
    "surprise",
]
