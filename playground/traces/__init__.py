"""Settings + model + sampler → frozen dataclasses of NumPy arrays. The last place that sees torch.

`compute` is the one door: it finds the function that belongs to a settings class.
"""

from collections.abc import Callable
from typing import Any

from torch import nn

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
from .base import ModelSettings, Settings, Trace, pack_picture, unpack_picture
from .belief import DigitTrace, FvsbnSettings, FvsbnTrace, NadeSettings, NadeTrace, fvsbn, nade
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
from .cost import CostSettings, CostTrace, measure
from .dimension import DimensionSettings, DimensionTrace, dimension
from .inside import InsideSettings, InsideTrace, inside
from .landscape import (
    DRAWN_LEVELS,
    FORMULA,
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
from .made_lab import MadeLabTrace, made_lab
from .made_settings import MadeLabSettings
from .modes import ModesSettings, ModesTrace, modes
from .orderings import OrderingsSettings, OrderingsTrace, complete_under, pack_order, parse_order
from .parameters import ParameterSettings, ParameterTrace, parameters
from .points import MOST_POINTS, PLANE_EDGE, example_points, pack_points, point_bytes, unpack_points
from .receptive import (
    KernelSettings,
    KernelTrace,
    ReceptiveFieldSettings,
    ReceptiveFieldTrace,
    kernels,
    receptive_field,
)
from .rnade import FEWEST_POINTS, RnadeFitSettings, RnadeLinkSettings, RnadeSettings, RnadeTrace, rnade, rnade_fit
from .small_world import SmallWorldSettings, SmallWorldTrace, learn
from .surprise import SurpriseSettings, SurpriseTrace, surprise
from .walk import WalkLinkSettings

COMPUTE: dict[type[Settings], Callable[..., Trace]] = {
    AncestralSettings: generate,
    AverageSettings: average,
    BranchSettings: branch,
    ChainRateSettings: chain_rate,
    ChainSettings: run_chains,
    CompletionSettings: complete,
    CostSettings: measure,
    DimensionSettings: dimension,
    FvsbnSettings: fvsbn,
    InsideSettings: inside,
    KernelSettings: kernels,
    LandscapeSettings: landscape,
    NadeSettings: nade,
    OrderingsSettings: complete_under,
    MadeLabSettings: made_lab,
    ModesSettings: modes,
    ParameterSettings: parameters,
    ReceptiveFieldSettings: receptive_field,
    RnadeFitSettings: rnade_fit,
    RnadeSettings: rnade,
    SmallWorldSettings: learn,
    SurpriseSettings: surprise,
}


def compute(settings: Settings, model: nn.Module | None, progress: Callable[[float], None] | None = None) -> Any:
    """The trace of `settings` on `model`: a pure function of the two. Without a checkpoint to name, model is None."""
    return COMPUTE[type(settings)](settings, model, progress)


__all__ = [
    "COMPUTE",
    "DRAWN_LEVELS",
    "FEWEST_POINTS",
    "FORMULA",
    "KERNELS",
    "MOST_POINTS",
    "PLANE_EDGE",
    "TARGET_NAMES",
    "TITLES",
    "AncestralSettings",
    "AncestralTrace",
    "AverageSettings",
    "AverageTrace",
    "BranchSettings",
    "ChainRateSettings",
    "ChainRateTrace",
    "ChainSettings",
    "ChainTrace",
    "CompletionSettings",
    "CostSettings",
    "CostTrace",
    "DensitySettings",
    "DigitTrace",
    "DimensionSettings",
    "DimensionTrace",
    "FvsbnSettings",
    "FvsbnTrace",
    "InsideSettings",
    "InsideTrace",
    "KernelSettings",
    "KernelTrace",
    "LandscapeSettings",
    "LandscapeTrace",
    "MadeLabSettings",
    "MadeLabTrace",
    "ModelSettings",
    "ModesSettings",
    "ModesTrace",
    "NadeSettings",
    "NadeTrace",
    "OrderingsSettings",
    "OrderingsTrace",
    "ParameterSettings",
    "ParameterTrace",
    "ReceptiveFieldSettings",
    "ReceptiveFieldTrace",
    "RnadeFitSettings",
    "RnadeLinkSettings",
    "RnadeSettings",
    "RnadeTrace",
    "Settings",
    "SmallWorldSettings",
    "SmallWorldTrace",
    "SurpriseSettings",
    "SurpriseTrace",
    "Trace",
    "WalkLinkSettings",
    "WalkSettings",
    "compute",
    "drawn_picture",
    "example_drawing",
    "example_points",
    "pack_order",
    "pack_picture",
    "pack_points",
    "pack_starts",
    "parse_order",
    "point_bytes",
    "read_formula",
    "unpack_picture",
    "unpack_points",
    "unpack_starts",
]
