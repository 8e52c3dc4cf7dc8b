"""Pictures: NumPy in, Plotly or Altair figures and image files out. Nothing here computes a model."""

from . import cost, export, grid, inside, masks, small_world, style, surprise

__all__ = ["cost", "export", "grid", "inside", "masks", "small_world", "style", "surprise"]
