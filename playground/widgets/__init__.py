"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.belief import fvsbn_sum, nade_bars
from playground.widgets.chains import WalkSide, WalkState, chain_walk, placed_starts
from playground.widgets.contrastive import contrastive_player
from playground.widgets.density import DensityState, density_player, drawn_points
from playground.widgets.energychain import chain_player, denoise_player
from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.gangame import gan_game, pressed_moves
from playground.widgets.madegraph import made_graph
from playground.widgets.mademasks import mask_matrices, perturb
from playground.widgets.orderings import OrderPadState, order_pad, order_panels
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.player import PlayerState, player
from playground.widgets.rbm import RbmState, rbm_player
from playground.widgets.rbmworld import rbm_world
from playground.widgets.smallworld import small_world
from playground.widgets.stepper import StepState

__all__ = [
    "DensityState",
    "MapsState",
    "OrderPadState",
    "PadState",
    "PlayerState",
    "RbmState",
    "StepState",
    "WalkSide",
    "WalkState",
    "centred",
    "chain_player",
    "chain_walk",
    "contrastive_player",
    "denoise_player",
    "density_player",
    "drawing_pad",
    "drawn_points",
    "feature_maps",
    "fvsbn_sum",
    "gan_game",
    "made_graph",
    "mask_matrices",
    "nade_bars",
    "order_pad",
    "order_panels",
    "perturb",
    "placed_starts",
    "player",
    "pressed_moves",
    "rbm_player",
    "rbm_world",
    "small_world",
]
