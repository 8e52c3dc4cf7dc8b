"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.player import PlayerState, player
from playground.widgets.smallworld import small_world

__all__ = [
    "MapsState",
    "PadState",
    "PlayerState",
    "centred",
    "drawing_pad",
    "feature_maps",
    "player",
    "small_world",
]
