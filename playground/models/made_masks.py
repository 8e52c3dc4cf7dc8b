"""MADE's masks: which unit may see which, from an ordering and a degree for every hidden unit.

A degree is the number of inputs, counted along the ordering, that a unit may depend on. The input generated at step k
(from 0) has degree k + 1; a hidden unit of degree m may see units of degree ≤ m below it; the output of step k may see
hidden units of degree < k + 1. So no path leads from an input to its own output or to an earlier one.

The comparisons may be chosen, to see what they are for: a strict one among the hidden units wastes paths, a loose one
at the output lets an output see its own input.

Germain, Gregor, Murray, Larochelle (2015). MADE. ICML. Section 3, equations 8, 9 and 12 to 14; figure 1.
"""

from collections.abc import Sequence
from itertools import pairwise

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


def mask(below: Tensor, degrees: Tensor, strict: bool) -> Tensor:
    """(H, I) bool: whether each unit may see each unit below: degree(below) < degree(unit) if strict, else ≤."""
    above = degrees.unsqueeze(1)
    return above > below if strict else above >= below


def hidden_mask(below: Tensor, degrees: Tensor, strict: bool = False) -> Tensor:
    """(H, I) bool: whether a hidden unit may see each unit below, degree(unit) ≥ degree(below) (equation 12)."""
    return mask(below, degrees, strict)


def output_mask(below: Tensor, degrees: Tensor, strict: bool = True) -> Tensor:
    """(D, I) bool: whether an output may see each unit below, degree(output) > degree(below) (equation 13)."""
    return mask(below, degrees, strict)


def masks(
    order: Tensor, degrees: Sequence[Tensor], hidden_strict: bool = False, output_strict: bool = True
) -> list[Tensor]:
    """The masks of all layers, bool (units above, units below), from the inputs up to the outputs."""
    inputs = input_degrees(order)
    levels = [inputs, *degrees]
    found = [hidden_mask(below, above, hidden_strict) for below, above in pairwise(levels)]
    return [*found, output_mask(levels[-1], inputs, output_strict)]


def direct_mask(order: Tensor, output_strict: bool = True) -> Tensor:
    """(D, D) bool [output, input]: the mask of direct connections, under the rule of the output (equation 10)."""
    inputs = input_degrees(order)
    return output_mask(inputs, inputs, output_strict)


def path_counts(layers: Sequence[Tensor]) -> Tensor:
    """(units of the last layer, units of the first), int64: paths through masks, their matrix product (section 3)."""
    found = layers[0].long()
    for layer in layers[1:]:
        found = layer.long() @ found
    return found


def strictly_triangular(seen: Tensor, order: Tensor) -> bool:
    """Whether (D, D) `seen` [output, input], its rows and columns put in the ordering, has nothing on or above the
    diagonal: no output sees its own input or a later one."""
    return not seen[order][:, order].triu().any()


def acyclic_order(seen: Tensor) -> list[int] | None:
    """An ordering under which no output sees its own input or a later one, given (D, D) `seen` [output, input].

    None where there is none: then some input reaches itself by way of the outputs, and the product of the conditionals
    is no distribution. Of all such orderings the one that takes the lowest free position at each step.
    """
    left, found = set(range(len(seen))), []
    while left:
        free = next((i for i in sorted(left) if not any(seen[i, j] for j in left)), None)
        if free is None:
            return None
        found.append(free)
        left.remove(free)
    return found
