"""MADE's masks: which unit may see which, from an ordering and a degree for every hidden unit.

A degree is the number of inputs, counted along the ordering, that a unit may depend on. The input generated at step k
(from 0) has degree k + 1; a hidden unit of degree m may see units of degree ≤ m below it; the output of step k may see
hidden units of degree < k + 1. So no path leads from an input to its own output or to an earlier one.

Germain, Gregor, Murray, Larochelle (2015). MADE. ICML. Section 3, equations 8, 9 and 12 to 14; figure 1.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import Tensor

from .orderings import ranks


def input_degrees(order: Tensor) -> Tensor:
    """(D,) degrees 1 … D of the inputs, by flat position."""
    return ranks(order) + 1


def spread_degrees(positions: int, hidden: Sequence[int]) -> list[Tensor]:
    """Degrees 1 … D − 1, spread evenly over the units of each layer: one (H,) tensor a layer, ascending."""
    top = max(1, positions - 1)
    return [torch.arange(units) * top // units + 1 for units in hidden]


def drawn_degrees(positions: int, hidden: Sequence[int], generator: torch.Generator) -> list[Tensor]:
    """Degrees drawn uniformly from the lowest degree of the layer below to D − 1 (section 3): (H,) a layer, ascending.

    The lowest bound keeps a unit from having nothing to see. Sorting the units changes nothing but their places.
    """
    top, lowest, found = max(1, positions - 1), 1, []
    for units in hidden:
        degrees = torch.randint(lowest, top + 1, (units,), generator=generator).sort().values
        found.append(degrees)
        lowest = int(degrees[0])
    return found


def hidden_mask(below: Tensor, degrees: Tensor) -> Tensor:
    """(H, I) bool: whether a hidden unit may see each unit below, degree(unit) ≥ degree(below) (equation 12)."""
    return degrees.unsqueeze(1) >= below


def output_mask(below: Tensor, degrees: Tensor) -> Tensor:
    """(D, I) bool: whether an output may see each unit below, degree(output) > degree(below) (equation 13)."""
    return degrees.unsqueeze(1) > below


def masks(order: Tensor, degrees: Sequence[Tensor]) -> list[Tensor]:
    """The masks of all layers, bool (units above, units below), from the inputs up to the outputs."""
    inputs = input_degrees(order)
    levels = [inputs, *degrees]
    found = [hidden_mask(below, above) for below, above in itertools.pairwise(levels)]
    return [*found, output_mask(levels[-1], inputs)]
