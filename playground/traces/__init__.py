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
from .cost import CostSettings, CostTrace, measure
from .inside import InsideSettings, InsideTrace, inside
from .made_lab import MadeLabTrace, made_lab
from .made_settings import MadeLabSettings
from .orderings import OrderingsSettings, OrderingsTrace, complete_under, pack_order, parse_order
from .parameters import ParameterSettings, ParameterTrace, parameters
from .points import MOST_POINTS, PLANE_EDGE, example_points, pack_points, point_bytes, unpack_points
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
from .small_world import SmallWorldSettings, SmallWorldTrace, learn
from .surprise import SurpriseSettings, SurpriseTrace, surprise

COMPUTE: dict[type[Settings], Callable[..., Trace]] = {
    AisSettings: anneal,
    AncestralSettings: generate,
    AverageSettings: average,
    BranchSettings: branch,
    CompletionSettings: complete,
    CostSettings: measure,
    FvsbnSettings: fvsbn,
    InsideSettings: inside,
    KernelSettings: kernels,
    NadeSettings: nade,
    OrderingsSettings: complete_under,
    MadeLabSettings: made_lab,
    ParameterSettings: parameters,
    RbmSettings: gibbs,
    RbmWorldSettings: teach,
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
    "FEWEST_POINTS",
    "MOST_POINTS",
    "PLANE_EDGE",
    "AisSettings",
    "AisTrace",
    "AncestralSettings",
    "AncestralTrace",
    "AverageSettings",
    "AverageTrace",
    "BranchSettings",
    "CompletionSettings",
    "CostSettings",
    "CostTrace",
    "DigitTrace",
    "FvsbnSettings",
    "FvsbnTrace",
    "InsideSettings",
    "InsideTrace",
    "KernelSettings",
    "KernelTrace",
    "MadeLabSettings",
    "MadeLabTrace",
    "ModelSettings",
    "NadeSettings",
    "NadeTrace",
    "OrderingsSettings",
    "OrderingsTrace",
    "ParameterSettings",
    "ParameterTrace",
    "RbmSettings",
    "RbmTrace",
    "RbmWorldSettings",
    "RbmWorldTrace",
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
    "compute",
    "example_points",
    "pack_order",
    "pack_picture",
    "pack_points",
    "parse_order",
    "point_bytes",
    "unpack_picture",
    "unpack_points",
]
