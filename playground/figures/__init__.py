"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import (
    belief,
    cost,
    export,
    grid,
    inside,
    made_lab,
    masks,
    orderings,
    parameters,
    rnade,
    style,
    surprise,
)

__all__ = [
    "belief",
    "cost",
    "export",
    "grid",
    "inside",
    "made_lab",
    "masks",
    "orderings",
    "parameters",
    "rnade",
    "style",
    "surprise",
]
