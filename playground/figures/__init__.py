"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import average, cost, export, grid, inside, masks, rnade, small_world, style, surprise

__all__ = ["average", "cost", "export", "grid", "inside", "masks", "rnade", "small_world", "style", "surprise"]
