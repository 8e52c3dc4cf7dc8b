"""How far generated pictures are from real ones, where no likelihood can be computed: distances between two clouds.

All are taken in the space of the first principal components of real pixels, so that they need no other network, and are
comparable only with figures that are made the same way.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

COMPONENTS = 64
NEIGHBOURS = 3  # k of the manifolds' radii, Kynkäänniemi et al. (2019), section 3.1
CHUNK = 1_000  # rows of a distance matrix at a time


@dataclass(frozen=True)
class Space:
    """The first principal components of real pictures: mean (D,), basis (D, COMPONENTS), float64."""

    mean: Tensor
    basis: Tensor

    @classmethod
    def of(cls, pictures: Tensor) -> "Space":
        """The space of pictures (N, H, W); as many components as there are pixels where these are fewer."""
        flat = pictures.flatten(1).double()
        mean = flat.mean(0)
        values, vectors = torch.linalg.eigh((flat - mean).T @ (flat - mean) / len(flat))
        return cls(mean, vectors[:, -min(COMPONENTS, len(values)) :])

    def __call__(self, pictures: Tensor) -> Tensor:
        """(N, H, W) → (N, COMPONENTS) float64."""
        return (pictures.flatten(1).double() - self.mean) @ self.basis


def frechet(a: Tensor, b: Tensor) -> float:
    """The Fréchet distance between the Gaussians fitted to two clouds (N, F) and (M, F): ‖μ − μ'‖² + tr(C + C' −
    2 (C C')^½), in squared units of the space (Heusel et al. 2017, equation 6)."""
    (mean_a, c), (mean_b, d) = ((x.mean(0), torch.cov(x.T)) for x in (a, b))
    values, vectors = torch.linalg.eigh(c)
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    between = torch.linalg.eigvalsh(root @ d @ root).clamp_min(0).sqrt().sum()
    return float((mean_a - mean_b).square().sum() + c.trace() + d.trace() - 2 * between)


def nearest(points: Tensor, among: Tensor, k: int = 1) -> tuple[Tensor, Tensor]:
    """Distances and rows of the k nearest of `among` (M, F) for each point (N, F): (N, k) and (N, k)."""
    found = [torch.cdist(chunk, among).topk(k, largest=False) for chunk in points.split(CHUNK)]
    return torch.cat([f.values for f in found]), torch.cat([f.indices for f in found])


def covered(points: Tensor, by: Tensor) -> float:
    """The share of points (N, F) within the manifold of a cloud (M, F): inside the ball around one of its points that
    reaches to that point's k-th neighbour (Kynkäänniemi et al. 2019, equation 1)."""
    radii = nearest(by, by, NEIGHBOURS + 1)[0][:, -1]  # the nearest of all is the point itself
    inside = [(torch.cdist(chunk, by) <= radii).any(1) for chunk in points.split(CHUNK)]
    return float(torch.cat(inside).double().mean())
