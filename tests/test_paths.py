"""Paths between codes: their ends, their norms, their speed, and ends that have no direction between them."""

import math

import pytest
import torch

from playground.samplers.paths import angle_between, bilinear, lerp, slerp, spherical

torch.set_num_threads(1)
T = torch.linspace(0, 1, 21, dtype=torch.float64)
SIZES = [1, 2, 3, 32, 256]
BOTH = [torch.float32, torch.float64]


def ends(size: int, dtype: torch.dtype, count: int = 50, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(count, size, generator=generator, dtype=dtype) for _ in range(2))


def close(dtype: torch.dtype) -> dict[str, float]:
    return {"rtol": 1e-5, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 1e-12, "atol": 1e-12}


@pytest.mark.parametrize("path", [lerp, slerp])
@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES)
def test_both_ends_are_the_ends_to_the_last_bit(path, dtype, size):
    a, b = ends(size, dtype)
    found = path(a, b, T)
    assert found.shape == (21, 50, size)
    assert found.dtype == dtype
    assert torch.equal(found[0], a)
    assert torch.equal(found[-1], b)
    torch.testing.assert_close(path(b, a, T.flip(0)), found, **close(dtype))


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES)
def test_a_straight_path_is_the_weighted_mean(dtype, size):
    a, b = ends(size, dtype)
    for t, found in zip(T.tolist(), lerp(a, b, T), strict=True):
        torch.testing.assert_close(found, (1 - t) * a + t * b, **close(dtype))


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES[1:])
def test_a_great_circle_keeps_the_norm_of_ends_of_one_norm(dtype, size):
    a, b = (3.7 * end / end.norm(dim=-1, keepdim=True) for end in ends(size, dtype))
    norms = slerp(a, b, T).norm(dim=-1)
    torch.testing.assert_close(norms, torch.full_like(norms, 3.7), **close(dtype))
    straight = lerp(a, b, T).norm(dim=-1)
    assert (straight[1:-1] < 3.7).all(), "the chord is inside the sphere"


@pytest.mark.parametrize("dtype", BOTH)
def test_between_unequal_norms_the_radius_is_their_weighted_mean(dtype):
    a, b = ends(8, dtype)
    b = 4 * b
    expected = (1 - T[:, None]) * a.norm(dim=-1) + T[:, None] * b.norm(dim=-1)
    torch.testing.assert_close(slerp(a, b, T).norm(dim=-1), expected.to(dtype), **close(dtype))


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES[1:])
def test_the_angle_grows_evenly_and_the_path_stays_in_the_plane_of_its_ends(dtype, size):
    a, b = ends(size, dtype)
    path = slerp(a, b, T)
    whole = angle_between(a, b)
    steps = angle_between(path[:-1], path[1:])
    loose = {"rtol": 1e-3, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 1e-9, "atol": 1e-11}
    torch.testing.assert_close(steps, (whole / 20).expand_as(steps), **loose)
    torch.testing.assert_close(angle_between(a.expand_as(path), path), whole * T[:, None], **loose)
    basis = torch.linalg.qr(torch.stack([a, b], -1).double())[0]  # (N, Z, 2)
    inside = torch.einsum("nzk,nyk,tny->tnz", basis, basis, path.double())
    torch.testing.assert_close(inside, path.double(), rtol=0, atol=1e-4 if dtype == torch.float32 else 1e-10)


def test_between_unit_ends_it_is_shoemakes_formula():
    a, b = (end / end.norm(dim=-1, keepdim=True) for end in ends(5, torch.float64))
    omega = (a * b).sum(-1).acos()[:, None]
    for t, found in zip(T.tolist(), slerp(a, b, T), strict=True):
        formula = (((1 - t) * omega).sin() * a + (t * omega).sin() * b) / omega.sin()
        torch.testing.assert_close(found, formula, rtol=1e-10, atol=1e-10)


def test_the_middle_of_a_straight_path_between_two_draws_is_too_near_the_origin():
    a, b = ends(256, torch.float64, count=400)
    middle = torch.tensor([0.5])
    typical = math.sqrt(256)
    assert lerp(a, b, middle).norm(dim=-1).mean().item() == pytest.approx(typical / math.sqrt(2), rel=0.02)
    assert slerp(a, b, middle).norm(dim=-1).mean().item() == pytest.approx(typical, rel=0.02)


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_parallel_ends_and_an_end_at_the_origin_give_the_straight_line(dtype, size, scale):
    a, _ = ends(size, dtype)
    zero = torch.zeros_like(a)
    for one, other in ((a, scale * a), (a, zero), (zero, a), (zero, zero)):
        found = slerp(one, other, T)
        assert found.isfinite().all()
        torch.testing.assert_close(found, lerp(one, other, T), **close(dtype))


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("size", SIZES[1:])
@pytest.mark.parametrize("scale", [1.0, 2.7])
def test_opposite_ends_are_joined_by_half_a_circle(dtype, size, scale):
    a, _ = ends(size, dtype)
    path = slerp(a, -scale * a, T)
    assert torch.equal(path[-1], -scale * a)
    expected = (1 + (scale - 1) * T[:, None]) * a.norm(dim=-1)
    torch.testing.assert_close(path.norm(dim=-1), expected.to(dtype), **close(dtype))
    steps = angle_between(path[:-1], path[1:])
    torch.testing.assert_close(steps, torch.full_like(steps, math.pi / 20), rtol=1e-3, atol=1e-5)
    assert torch.equal(path, slerp(a, -scale * a, T)), "the same half circle every time"


def test_in_one_dimension_opposite_ends_are_joined_through_the_origin():
    a, b = torch.tensor([2.0]), torch.tensor([-1.0])
    torch.testing.assert_close(slerp(a, b, T), lerp(a, b, T))


@pytest.mark.parametrize("surface", [bilinear, spherical])
@pytest.mark.parametrize("dtype", BOTH)
def test_a_surface_has_the_corners_the_edges_and_the_symmetry_of_its_path(surface, dtype):
    a, b = ends(6, dtype, count=2)
    corners = torch.cat([a, b])
    path = {bilinear: lerp, spherical: slerp}[surface]
    down, across = T[::4], T[::2]
    found = surface(corners, down, across)
    assert found.shape == (6, 11, 6)
    assert found.dtype == dtype
    for corner, (row, column) in zip(corners, ((0, 0), (0, -1), (-1, 0), (-1, -1)), strict=True):
        assert torch.equal(found[row, column], corner)
    for row, (one, other) in ((0, (0, 1)), (-1, (2, 3))):
        torch.testing.assert_close(found[row], path(corners[one], corners[other], across), **close(dtype))
    for column, (one, other) in ((0, (0, 2)), (-1, (1, 3))):
        torch.testing.assert_close(found[:, column], path(corners[one], corners[other], down), **close(dtype))
    turned = surface(corners[[0, 2, 1, 3]], across, down)
    torch.testing.assert_close(turned, found.transpose(0, 1), **close(dtype))


@pytest.mark.parametrize("dtype", BOTH)
def test_a_surface_of_great_circles_keeps_the_norm_of_its_corners(dtype):
    a, b = ends(9, dtype, count=2)
    corners = torch.cat([a, b])
    corners = 5 * corners / corners.norm(dim=-1, keepdim=True)
    norms = spherical(corners, T, T).norm(dim=-1)
    torch.testing.assert_close(norms, torch.full_like(norms, 5.0), **close(dtype))


def test_one_corner_four_times_is_one_point():
    corner = torch.tensor([[1.0, -2.0, 0.5]]).expand(4, 3)
    for surface in (bilinear, spherical):
        torch.testing.assert_close(surface(corner, T, T), corner[0].expand(21, 21, 3))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((torch.zeros(2), torch.zeros(3), T), "must be alike"),
        ((torch.zeros(2), torch.zeros(2).double(), T), "must be alike"),
        ((torch.zeros(2).long(), torch.zeros(2).long(), T), "real numbers"),
        ((torch.zeros(2), torch.zeros(2), T + 1), "from 0 to 1"),
        ((torch.zeros(2), torch.zeros(2), torch.tensor([math.nan])), "from 0 to 1"),
        ((torch.zeros(2), torch.zeros(2), torch.tensor(0.5)), "a row"),
    ],
)
def test_what_is_no_path_is_refused(arguments, words):
    for path in (lerp, slerp):
        with pytest.raises(ValueError, match=words):
            path(*arguments)


def test_corners_are_four():
    for surface in (bilinear, spherical):
        with pytest.raises(ValueError, match="corners of shape"):
            surface(torch.zeros(3, 2), T, T)
