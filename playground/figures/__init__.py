"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import export, grid

__all__ = ["export", "grid"]
