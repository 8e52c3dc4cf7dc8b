"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.madegraph import made_graph
from playground.widgets.mademasks import mask_matrices, perturb
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.player import PlayerState, player

__all__ = [
    "MapsState",
    "PadState",
    "PlayerState",
    "centred",
    "drawing_pad",
    "feature_maps",
    "made_graph",
    "mask_matrices",
    "perturb",
    "player",
]
