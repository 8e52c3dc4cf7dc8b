"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import (
    average,
    belief,
    cost,
    energy,
    energy_files,
    export,
    grid,
    inside,
    made_lab,
    masks,
    orderings,
    parameters,
    rnade,
    small_world,
    style,
    surprise,
)

__all__ = [
    "average",
    "belief",
    "cost",
    "energy",
    "energy_files",
    "export",
    "grid",
    "inside",
    "made_lab",
    "masks",
    "orderings",
    "parameters",
    "rnade",
    "small_world",
    "style",
    "surprise",
]
