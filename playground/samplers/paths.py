"""Paths and surfaces between codes: straight ones, and ones that keep the distance from the origin.

A draw from N(0, I) in Z dimensions lies near a sphere of radius √Z (its norm is χ-distributed), so the middle of a
straight line between two draws is nearer to the origin, by up to √2, than any draw is likely to be. A great circle
stays where the prior puts its mass.

1. Shoemake (1985). Animating rotation with quaternion curves. SIGGRAPH. Section 3.3 (slerp).
2. White (2016). Sampling generative networks. arXiv:1609.04468. Section 2.1 (slerp between codes).

Shapes: Z dimensions of a code, T points along a path, R rows and C columns of a surface. The angle is worked out in
float64; what comes back has the dtype of the ends. t is 0 at the first end and 1 at the second, where each path gives
its end to the last bit.
"""

import torch
from torch import Tensor

NOTHING = 64  # units in the last place: a direction that is no longer than this is none


def lerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """(1 − t) a + t b: ends (…, Z), t (T,) in 0 … 1 → (T, …, Z)."""
    weight = _weights(a, b, t)
    first, second = a.double(), b.double()
    return _with_ends(a, b, weight, torch.lerp(first, second, weight))


def slerp(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """Along the great circle through both directions, at constant angular speed: ends (…, Z), t (T,) → (T, …, Z).

    The direction is (sin((1 − t)Ω) a/‖a‖ + sin(tΩ) b/‖b‖) / sin Ω, Ω the angle between the ends (reference 1), the
    radius (1 − t)‖a‖ + t‖b‖: between ends of one norm that norm throughout, otherwise between the two norms. That is
    where it differs from reference 2, which puts a and b themselves into the formula, so that the norm may leave their
    range.

    Parallel ends, and an end at the origin, which has no direction: the straight line, as `lerp`. Opposite ends: of all
    half circles, the one over the coordinate axis that is farthest from them; with Z = 1 there is none, and the path is
    straight, through the origin.
    """
    weight = _weights(a, b, t)
    first, second = a.double(), b.double()
    tiny = torch.finfo(torch.float64).tiny
    norms = [end.norm(dim=-1, keepdim=True) for end in (first, second)]
    u, v = first / norms[0].clamp_min(tiny), second / norms[1].clamp_min(tiny)
    cosine = (u * v).sum(-1, keepdim=True)
    across = v - cosine * u  # what of v is perpendicular to u; its length is sin Ω
    sine = across.norm(dim=-1, keepdim=True)
    none = sine <= NOTHING * torch.finfo(a.dtype).eps
    opposite = none & (cosine < 0)
    w = torch.where(opposite, _perpendicular(u), across / sine.clamp_min(tiny))
    angle = torch.where(opposite, torch.pi, torch.atan2(sine, cosine))
    direction = (weight * angle).cos() * u + (weight * angle).sin() * w
    radius = (1 - weight) * norms[0] + weight * norms[1]
    lost = (norms[0] == 0) | (norms[1] == 0) | (none & ~opposite)
    if a.shape[-1] == 1:
        lost = torch.ones_like(lost)
    return _with_ends(a, b, weight, torch.where(lost, torch.lerp(first, second, weight), radius * direction))


def bilinear(corners: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """A surface between four corners, straight along both axes: corners (4, Z), down (R,), across (C,) → (R, C, Z).

    The corners are upper left, upper right, lower left, lower right.
    """
    upper_left, upper_right, lower_left, lower_right = _four(corners)
    left, right = lerp(upper_left, lower_left, down), lerp(upper_right, lower_right, down)  # (R, Z)
    return lerp(left, right, across).transpose(0, 1)  # (C, R, Z) → (R, C, Z)


def spherical(corners: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """The same with great circles: its four edges are `slerp`s, and the norm of corners of one norm is kept throughout.

    Down the two sides and then across, and across and then down, differ in the middle (a sphere is curved); a point is
    half-way between the two, so that exchanging rows and columns exchanges those of the surface.
    """
    upper_left, upper_right, lower_left, lower_right = _four(corners)
    left, right = slerp(upper_left, lower_left, down), slerp(upper_right, lower_right, down)  # (R, Z)
    top, bottom = slerp(upper_left, upper_right, across), slerp(lower_left, lower_right, across)  # (C, Z)
    half = torch.full((1,), 0.5, dtype=down.dtype)
    return slerp(slerp(left, right, across).transpose(0, 1), slerp(top, bottom, down), half)[0]  # (R, C, Z)


def angle_between(a: Tensor, b: Tensor) -> Tensor:
    """Ω, radians, 0 … π: ends (…, Z) → (…). 0 where an end is the origin."""
    first, second = a.double(), b.double()
    product = first.norm(dim=-1, keepdim=True) * second
    other = second.norm(dim=-1, keepdim=True) * first
    return 2 * torch.atan2((product - other).norm(dim=-1), (product + other).norm(dim=-1))


def _weights(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    """t as float64, (T, 1, …): ValueError if the ends do not fit one another or t is not within 0 … 1."""
    if a.shape != b.shape or not a.ndim or a.dtype != b.dtype or not a.is_floating_point():
        raise ValueError(
            f"ends of shape {tuple(a.shape)} {a.dtype} and {tuple(b.shape)} {b.dtype}: they must be alike, (…, Z) of "
            "real numbers"
        )
    if t.ndim != 1 or not bool(((t >= 0) & (t <= 1)).all()):
        raise ValueError(f"t of shape {tuple(t.shape)}: a row of numbers from 0 to 1 is allowed")
    return t.to(a.device, torch.float64).view(-1, *[1] * a.ndim)


def _with_ends(a: Tensor, b: Tensor, weight: Tensor, between: Tensor) -> Tensor:
    """The path in the ends' own dtype, the ends themselves where the weight is 0 and 1."""
    return torch.where(weight == 0, a, torch.where(weight == 1, b, between.to(a.dtype)))


def _perpendicular(u: Tensor) -> Tensor:
    """A unit vector perpendicular to each unit vector u (…, Z), from the coordinate axis in which u is smallest."""
    axis = torch.zeros_like(u).scatter(-1, u.abs().argmin(-1, keepdim=True), 1.0)
    found = axis - (axis * u).sum(-1, keepdim=True) * u
    return found / found.norm(dim=-1, keepdim=True).clamp_min(torch.finfo(torch.float64).tiny)


def _four(corners: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    if corners.ndim != 2 or len(corners) != 4:
        raise ValueError(f"corners of shape {tuple(corners.shape)}: (4, Z) is allowed")
    return tuple(corners)
