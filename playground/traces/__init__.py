"""Settings + model + sampler → frozen dataclasses of NumPy arrays. The last place that sees torch.

`compute` is the one door: it finds the function that belongs to a settings class.
"""

from collections.abc import Callable
from typing import Any

from torch import nn

from .abilities import Abilities, abilities_of
from .attention_hand import (
    AttentionHandSettings,
    AttentionHandTrace,
    attention_hand,
    format_edits,
    parse_edits,
)
from .attention_pixels import AttentionPixelsSettings, AttentionPixelsTrace, attention_pixels
from .attention_scale import AttentionScaleSettings, AttentionScaleTrace, attention_scale
from .autoregressive import (
    AncestralSettings,
    AncestralTrace,
    BranchSettings,
    CompletionSettings,
    branch,
    complete,
    generate,
)
from .average import AverageSettings, AverageTrace, average
from .base import ModelSettings, Settings, Trace, in_python, pack_picture, unpack_picture
from .belief import DigitTrace, FvsbnSettings, FvsbnTrace, NadeSettings, NadeTrace, fvsbn, nade
from .beta import BetaLinkSettings, BetaSettings, BetaTrace, beta_training
from .binary_pixels import (
    BinaryLinkSettings,
    CountSettings,
    CountTrace,
    IndependentSettings,
    IndependentTrace,
    count_states,
    independent,
)
from .cell import CellSettings, CellTrace, cell_steps
from .chain_rate import ChainRateSettings, ChainRateTrace, chain_rate
from .chains import (
    KERNELS,
    ChainSettings,
    ChainTrace,
    WalkSettings,
    pack_starts,
    run_chains,
    unpack_starts,
)
from .codes import MAX_CODE, format_code, parse_code
from .compare_complete import CompareCompleteSettings, CompareCompleteTrace, compare_complete, joined
from .compare_score import (
    CompareScoreSettings,
    CompareScoreTrace,
    Standings,
    compare_score,
    scoring_kind,
    standings,
)
from .compare_ways import completing_way, no_completion
from .compare_world import (
    FAMILY_NAMES,
    CompareWorldLinkSettings,
    CompareWorldSettings,
    CompareWorldTrace,
    compare_world,
)
from .contrastive import ContrastiveSettings, ContrastiveTrace, contrastive
from .cost import CostSettings, CostTrace, measure
from .decoders import decoder_weights
from .dimension import DimensionSettings, DimensionTrace, dimension
from .draw_cost import DrawCostLinkSettings, DrawCostSettings, DrawCostTrace, draw_cost
from .energy_anomaly import VERSIONS, AnomalySettings, AnomalyTrace, anomaly
from .energy_denoise import DenoiseSettings, DenoiseTrace, denoise
from .energy_digits import EnergyChainSettings, EnergyChainTrace, energy_chains
from .energy_pictures import pack_greys, unpack_greys
from .energy_ratios import RatioSettings, RatioTrace, flipped, ratios
from .features import FeatureSettings, FeatureTrace, features
from .gan_draws import GanDrawsSettings, GanDrawsTrace, gan_draws
from .gan_game import GanGameSettings, GanGameTrace, gan_game
from .gan_moves import MOST_MOVES, add_moves, format_moves, parse_moves
from .gan_search import GanSearchSettings, GanSearchTrace, gan_search
from .gan_verdict import GanVerdictSettings, GanVerdictTrace, gan_verdict, probability
from .gan_walk import GanWalkSettings, GanWalkTrace, gan_walk
from .growth import GrowthLinkSettings, GrowthSettings, GrowthTrace, growth, way_of
from .heads import HeadsSettings, HeadsTrace, heads
from .inside import InsideSettings, InsideTrace, inside
from .interpolate import InterpolateSettings, InterpolateTrace, end_content, interpolate, kind_of, read_end
from .judge import MOST_PICTURES, JudgeSettings, JudgeTrace, judge
from .landscape import (
    DRAWN_LEVELS,
    FORMULA,
    LEARNT,
    TARGET_NAMES,
    TITLES,
    DensitySettings,
    LandscapeSettings,
    LandscapeTrace,
    drawn_picture,
    example_drawing,
    landscape,
    read_formula,
)
from .likelihood import LikelihoodSettings, LikelihoodTrace, fit
from .made_lab import MadeLabTrace, made_lab
from .made_settings import MadeLabSettings
from .missing_arrows import GraphSettings, GraphTrace, pairs, preset, project
from .modes import ModesSettings, ModesTrace, modes
from .one_variable import (
    DrawsSettings,
    DrawsTrace,
    OneVariableLinkSettings,
    PixelTableSettings,
    PixelTableTrace,
    draws,
    format_weights,
    parse_weights,
    pixel_table,
)
from .orderings import OrderingsSettings, OrderingsTrace, complete_under, pack_order, parse_order
from .own_digit import INK, OwnDigitSettings, OwnDigitTrace, own_digit
from .parameters import ParameterSettings, ParameterTrace, parameters
from .plane import (
    DecodeSettings,
    DecodeTrace,
    PlaneLinkSettings,
    PlaneSettings,
    PlaneSide,
    PlaneTrace,
    decode,
    plane,
    window_of,
)
from .points import MOST_POINTS, PLANE_EDGE, example_points, pack_points, point_bytes, unpack_points
from .position import (
    MOST_SHUFFLED,
    EncodingSettings,
    EncodingTrace,
    PositionLinkSettings,
    ShuffleSettings,
    ShuffleTrace,
    encodings,
    shuffle,
)
from .prior_draws import PriorDrawsSettings, PriorDrawsTrace, prior_draws
from .prior_pair import PriorPairLinkSettings
from .rbm import AisSettings, AisTrace, RbmSettings, RbmTrace, anneal, gibbs
from .rbm_world import RbmWorldSettings, RbmWorldTrace, teach
from .receptive import (
    KernelSettings,
    KernelTrace,
    ReceptiveFieldSettings,
    ReceptiveFieldTrace,
    kernels,
    receptive_field,
)
from .rnade import FEWEST_POINTS, RnadeFitSettings, RnadeLinkSettings, RnadeSettings, RnadeTrace, rnade, rnade_fit
from .rows import RowsSettings, RowsTrace, read_rows
from .sequence_cost import LENGTHS, SequenceCostSettings, SequenceCostTrace, sequence_cost
from .small_world import SmallWorldSettings, learn
from .surprise import SurpriseSettings, SurpriseTrace, surprise
from .through_time import FreshTimeSettings, TextTimeSettings, fresh_time, text_time
from .translate import TranslateSettings, TranslateTrace, example_phrases, translate
from .traversal import DimensionFigures, TraversalSettings, TraversalTrace, dimension_figures, traverse
from .walk import WalkLinkSettings
from .windows import WindowSettings, read_windows
from .world_training import SmallWorldTrace
from .write import WriteLinkSettings, WriteSettings, WriteTrace, format_force, parse_branches, write

COMPUTE: dict[type[Settings], Callable[..., Trace]] = {
    AisSettings: anneal,
    AncestralSettings: generate,
    AnomalySettings: anomaly,
    AttentionPixelsSettings: attention_pixels,
    AttentionHandSettings: attention_hand,
    AttentionScaleSettings: attention_scale,
    AverageSettings: average,
    BetaSettings: beta_training,
    BranchSettings: branch,
    CellSettings: cell_steps,
    ChainRateSettings: chain_rate,
    ChainSettings: run_chains,
    CompareCompleteSettings: compare_complete,
    CompareScoreSettings: compare_score,
    CompareWorldSettings: compare_world,
    CompletionSettings: complete,
    ContrastiveSettings: contrastive,
    CountSettings: count_states,
    CostSettings: measure,
    DimensionSettings: dimension,
    DecodeSettings: decode,
    DenoiseSettings: denoise,
    DrawCostSettings: draw_cost,
    DrawsSettings: draws,
    EncodingSettings: encodings,
    EnergyChainSettings: energy_chains,
    FeatureSettings: features,
    FreshTimeSettings: fresh_time,
    FvsbnSettings: fvsbn,
    GanSearchSettings: gan_search,
    GanDrawsSettings: gan_draws,
    GanVerdictSettings: gan_verdict,
    GanWalkSettings: gan_walk,
    GanGameSettings: gan_game,
    GraphSettings: project,
    GrowthSettings: growth,
    HeadsSettings: heads,
    IndependentSettings: independent,
    InsideSettings: inside,
    InterpolateSettings: interpolate,
    JudgeSettings: judge,
    KernelSettings: kernels,
    LandscapeSettings: landscape,
    NadeSettings: nade,
    LikelihoodSettings: fit,
    OrderingsSettings: complete_under,
    MadeLabSettings: made_lab,
    ModesSettings: modes,
    OwnDigitSettings: own_digit,
    ParameterSettings: parameters,
    PixelTableSettings: pixel_table,
    PlaneSettings: plane,
    PriorDrawsSettings: prior_draws,
    RatioSettings: ratios,
    RbmSettings: gibbs,
    RbmWorldSettings: teach,
    ReceptiveFieldSettings: receptive_field,
    RnadeFitSettings: rnade_fit,
    RnadeSettings: rnade,
    RowsSettings: read_rows,
    SequenceCostSettings: sequence_cost,
    ShuffleSettings: shuffle,
    SmallWorldSettings: learn,
    SurpriseSettings: surprise,
    TextTimeSettings: text_time,
    TranslateSettings: translate,
    TraversalSettings: traverse,
    WindowSettings: read_windows,
    WriteSettings: write,
}


def compute(settings: Settings, model: nn.Module | None, progress: Callable[[float], None] | None = None) -> Any:
    """The trace of `settings` on `model`: a pure function of the two. Without a checkpoint to name, model is None."""
    return COMPUTE[type(settings)](settings, model, progress)
