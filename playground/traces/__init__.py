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
from .base import Settings, Trace, pack_picture, unpack_picture

COMPUTE: dict[type[Settings], Callable[..., Trace]] = {
    AncestralSettings: generate,
    BranchSettings: branch,
    CompletionSettings: complete,
}


def compute(settings: Settings, model: nn.Module, progress: Callable[[float], None] | None = None) -> Any:
    """The trace of `settings` on `model`: a pure function of the two."""
    return COMPUTE[type(settings)](settings, model, progress)


__all__ = [
    "COMPUTE",
    "AncestralSettings",
    "AncestralTrace",
    "BranchSettings",
    "CompletionSettings",
    "Settings",
    "Trace",
    "compute",
    "pack_picture",
    "unpack_picture",
]
