"""Orderings: in which order the positions of an example are generated.

An ordering is a LongTensor (D,), the flat position generated at each step. In a configuration it stands as a name
("raster", "column", "spiral", "random-7") or as the flat positions themselves.
"""

import re
from collections.abc import Sequence

import torch
from torch import Tensor

NAMED = ("raster", "column", "spiral")
RANDOM = re.compile(r"random-([0-9]{1,9})")


def spiral(height: int, width: int) -> Tensor:
    """From the middle outwards, turning right: (height·width,) flat positions."""
    top, left, bottom, right = 0, 0, height - 1, width - 1
    inwards = []
    while top <= bottom and left <= right:
        inwards += [(top, c) for c in range(left, right + 1)]
        inwards += [(r, right) for r in range(top + 1, bottom + 1)]
        if top < bottom and left < right:
            inwards += [(bottom, c) for c in range(right - 1, left - 1, -1)]
            inwards += [(r, left) for r in range(bottom - 1, top, -1)]
        top, left, bottom, right = top + 1, left + 1, bottom - 1, right - 1
    return torch.tensor([r * width + c for r, c in reversed(inwards)])


def ordering(wanted: str | Sequence[int], height: int, width: int) -> Tensor:
    """The ordering that a name or a list of flat positions stands for, LongTensor (height·width,).

    Raises ValueError for an unknown name, and for positions that are no permutation of 0 … height·width − 1.
    """
    positions = height * width
    if not isinstance(wanted, str):
        return permutation(wanted, positions)
    if wanted == "raster":
        return torch.arange(positions)
    if wanted == "column":
        return torch.arange(positions).view(height, width).t().flatten()
    if wanted == "spiral":
        return spiral(height, width)
    if drawn := RANDOM.fullmatch(wanted):
        return torch.randperm(positions, generator=torch.Generator().manual_seed(int(drawn[1])))
    raise ValueError(f"ordering={wanted[:40]!r}: allowed are {', '.join(NAMED)}, random-SEED, or every position once")


def permutation(wanted: Sequence[int], positions: int) -> Tensor:
    """A list of flat positions as an ordering (D,). Raises ValueError that says how it is no permutation."""
    found = list(wanted)
    if any(isinstance(p, bool) or not isinstance(p, int) or not 0 <= p < positions for p in found):
        wrong = next(p for p in found if isinstance(p, bool) or not isinstance(p, int) or not 0 <= p < positions)
        raise ValueError(f"ordering holds {wrong!r}: positions are whole numbers from 0 to {positions - 1}")
    if missing := sorted(set(range(positions)) - set(found)):
        raise ValueError(f"ordering={_shown(found)} is no permutation: position {missing[0]} is missing")
    if len(found) > positions:
        twice = next(p for p in range(positions) if found.count(p) > 1)
        raise ValueError(f"ordering={_shown(found)} is no permutation: position {twice} comes more than once")
    return torch.tensor(found)


def ranks(order: Tensor) -> Tensor:
    """(D,) the step at which each flat position is generated: the inverse of an ordering."""
    found = torch.empty_like(order)
    found[order] = torch.arange(len(order), device=order.device)
    return found


def _shown(positions: list[int]) -> str:
    return f"[{', '.join(map(str, positions[:12]))}{', …' if len(positions) > 12 else ''}]"
