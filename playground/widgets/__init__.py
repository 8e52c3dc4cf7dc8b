"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.density import DensityState, density_player, drawn_points
from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.player import PlayerState, player
from playground.widgets.smallworld import small_world

__all__ = [
    "DensityState",
    "MapsState",
    "PadState",
    "PlayerState",
    "centred",
    "density_player",
    "drawing_pad",
    "drawn_points",
    "feature_maps",
    "player",
    "small_world",
]
