"""Canvas components: each is a Python function, a script and a style sheet."""

from playground.widgets.attentionhand import attention_player, typed_entries
from playground.widgets.attentionpixels import attention_pixels_player
from playground.widgets.belief import fvsbn_sum, nade_bars
from playground.widgets.beta import beta_player
from playground.widgets.cell import cell_player
from playground.widgets.chains import WalkSide, WalkState, chain_walk, placed_starts
from playground.widgets.contrastive import contrastive_player
from playground.widgets.crossattention import cross_attention
from playground.widgets.density import DensityState, density_player, drawn_points
from playground.widgets.dimensions import dimension_player
from playground.widgets.draws import draws_watcher
from playground.widgets.energychain import chain_player, denoise_player
from playground.widgets.familyworlds import family_panels
from playground.widgets.featuremaps import MapsState, feature_maps
from playground.widgets.gangame import gan_game, pressed_moves
from playground.widgets.gansearch import gan_search_player
from playground.widgets.ganwalk import gan_walk_player
from playground.widgets.growth import GrowthState, growth_player
from playground.widgets.halfdigit import half_digit_player
from playground.widgets.headchoice import HeadState
from playground.widgets.heads import heads_player
from playground.widgets.independent import independent_player
from playground.widgets.interpolate import InterpolateState, decoder_kept, interpolate_player, moved_ends
from playground.widgets.language import language_switch
from playground.widgets.latentplanes import PlanesState, heard_planes, latent_planes
from playground.widgets.lecture import copy_link, lecture_keys, lecture_wish
from playground.widgets.likelihood import likelihood_player
from playground.widgets.madegraph import made_graph
from playground.widgets.mademasks import mask_matrices, perturb
from playground.widgets.missingarrows import missing_arrows
from playground.widgets.orderings import OrderPadState, order_pad, order_panels
from playground.widgets.owndigit import own_digit_player
from playground.widgets.pad import PadState, centred, drawing_pad
from playground.widgets.pixeltable import pixel_table_counter
from playground.widgets.player import PlayerState, player
from playground.widgets.positions import positions_player
from playground.widgets.priordraws import DrawsSide, draws_player
from playground.widgets.rankstrips import rank_strips
from playground.widgets.rbm import RbmState, rbm_player
from playground.widgets.rbmworld import rbm_world
from playground.widgets.room import room_asks, room_panel
from playground.widgets.rows import row_reader
from playground.widgets.smallworld import small_world
from playground.widgets.sortedtable import Column, sorted_table
from playground.widgets.statecount import state_counter
from playground.widgets.stepper import StepState
from playground.widgets.windows import window_player
from playground.widgets.write import Future, Wanted, wanted_future, writer

__all__ = [
    "Column",
    "DensityState",
    "DrawsSide",
    "Future",
    "GrowthState",
    "HeadState",
    "InterpolateState",
    "MapsState",
    "OrderPadState",
    "PadState",
    "PlanesState",
    "PlayerState",
    "RbmState",
    "StepState",
    "WalkSide",
    "WalkState",
    "Wanted",
    "attention_pixels_player",
    "attention_player",
    "beta_player",
    "cell_player",
    "centred",
    "chain_player",
    "chain_walk",
    "contrastive_player",
    "copy_link",
    "cross_attention",
    "decoder_kept",
    "denoise_player",
    "density_player",
    "dimension_player",
    "drawing_pad",
    "drawn_points",
    "draws_player",
    "draws_watcher",
    "family_panels",
    "feature_maps",
    "fvsbn_sum",
    "gan_game",
    "gan_search_player",
    "gan_walk_player",
    "growth_player",
    "half_digit_player",
    "heads_player",
    "heard_planes",
    "independent_player",
    "interpolate_player",
    "language_switch",
    "latent_planes",
    "lecture_keys",
    "lecture_wish",
    "likelihood_player",
    "made_graph",
    "mask_matrices",
    "missing_arrows",
    "moved_ends",
    "nade_bars",
    "order_pad",
    "order_panels",
    "own_digit_player",
    "perturb",
    "pixel_table_counter",
    "placed_starts",
    "player",
    "positions_player",
    "pressed_moves",
    "rank_strips",
    "rbm_player",
    "rbm_world",
    "room_asks",
    "room_panel",
    "row_reader",
    "small_world",
    "sorted_table",
    "state_counter",
    "typed_entries",
    "wanted_future",
    "window_player",
    "writer",
]
