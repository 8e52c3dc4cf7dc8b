"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.belief import fvsbn_sum, nade_bars
from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.orderings import OrderPadState, order_pad, order_panels
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.player import PlayerState, player
from playground.widgets.stepper import StepState

__all__ = [
    "MapsState",
    "OrderPadState",
    "PadState",
    "PlayerState",
    "StepState",
    "centred",
    "drawing_pad",
    "feature_maps",
    "fvsbn_sum",
    "nade_bars",
    "order_pad",
    "order_panels",
    "player",
]
