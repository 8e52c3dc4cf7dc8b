"""A density fitted to the codes of a trained autoencoder, so that there is something to draw codes from.

Mixtures of Gaussians with full covariances by expectation maximisation.

1. Dempster, Laird, Rubin (1977). Maximum likelihood from incomplete data via the EM algorithm.
2. Arthur, Vassilvitskii (2007). k-means++. The start.
3. Ghosh et al. (2020). From variational to deterministic autoencoders. ICLR. Section 4: ex-post density estimation,
   with one Gaussian and with a mixture of ten.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

ROUNDS, ENOUGH = 100, 1e-4  # of EM, at most; nats a code that a round must bring
FLOOR = 1e-3  # share of the codes' variance that is added to each dimension of a component


@dataclass(frozen=True)
class Mixture:
    """M Gaussians in Z dimensions: weights (M,), means (M, Z), factors (M, Z, Z) lower Cholesky, all float64."""

    weights: Tensor
    means: Tensor
    factors: Tensor

    def log_prob(self, z: Tensor) -> Tensor:
        """(N, Z) → (N,) nats."""
        return self._joint(z).logsumexp(1)

    def draw(self, uniform: Tensor, noise: Tensor) -> Tensor:
        """(N, Z) codes: uniform (N,) numbers choose the component, noise (N, Z), standard normal, the place in it."""
        chosen = torch.searchsorted(self.weights.cumsum(0), uniform.double()).clamp(max=len(self.weights) - 1)
        return self.means[chosen] + torch.einsum("nij,nj->ni", self.factors[chosen], noise.double())

    def marginals(self, places: Tensor) -> Tensor:
        """The density of each dimension on its own: places (Z, P) → (Z, P)."""
        deviation = self.factors.square().sum(2).sqrt()  # (M, Z): root of the covariance's diagonal
        standard = (places[None] - self.means[..., None]) / deviation[..., None]  # (M, Z, P)
        density = (-standard.square() / 2).exp() / (deviation[..., None] * math.sqrt(2 * math.pi))
        return (self.weights[:, None, None] * density).sum(0)

    def _joint(self, z: Tensor) -> Tensor:
        """log (weight · Gaussian), (N, M)."""
        difference = (z.double()[None] - self.means[:, None]).transpose(1, 2)  # (M, Z, N)
        solved = torch.linalg.solve_triangular(self.factors, difference, upper=False)
        scale = self.factors.diagonal(dim1=1, dim2=2).log().sum(1)[:, None]
        constant = z.shape[1] * math.log(2 * math.pi) / 2
        return (self.weights.log()[:, None] - solved.square().sum(1) / 2 - scale - constant).T


def standard_normal(latent: int) -> Mixture:
    """The prior N(0, I) in Z dimensions."""
    one = torch.ones(1, dtype=torch.float64)
    return Mixture(one, torch.zeros(1, latent).double(), torch.eye(latent).double()[None])


def fit(codes: Tensor, components: int, rounds: int = ROUNDS) -> Mixture:
    """The mixture of so many Gaussians that EM ends at, from the same start every time: codes (N, Z).

    With one component it is the Gaussian with the codes' mean and covariance.
    """
    codes = codes.double()
    generator = torch.Generator().manual_seed(0)
    floor = FLOOR * codes.var(0).clamp(min=1e-12)
    shares = torch.nn.functional.one_hot(_start(codes, components, generator), components).double()
    before = -math.inf
    for _ in range(rounds):
        mixture = _maximised(codes, shares, floor)
        joint = mixture._joint(codes)
        total = joint.logsumexp(1, keepdim=True)
        shares = (joint - total).exp()
        if components == 1 or float(total.mean()) - before < ENOUGH:
            break
        before = float(total.mean())
    return mixture


def _start(codes: Tensor, components: int, generator: torch.Generator) -> Tensor:
    """(N,) the nearest of k-means++'s centres: each next one is far from those there are, with chance ∝ distance²."""
    chosen = [int(torch.randint(len(codes), (1,), generator=generator))]
    for _ in range(components - 1):
        far = torch.cdist(codes, codes[chosen]).min(1).values.square()
        chosen.append(int(torch.multinomial(far + 1e-12, 1, generator=generator)))
    return torch.cdist(codes, codes[chosen]).argmin(1)


def _maximised(codes: Tensor, shares: Tensor, floor: Tensor) -> Mixture:
    """The M step: shares (N, M) of each code's components → the mixture they make most likely."""
    count = shares.sum(0).clamp(min=1e-9)  # (M,)
    means = shares.T @ codes / count[:, None]
    centred = codes[None] - means[:, None]  # (M, N, Z)
    weighted = shares.T[..., None] * centred
    covariance = weighted.transpose(1, 2) @ centred / count[:, None, None]  # (M, Z, Z)
    return Mixture(count / count.sum(), means, torch.linalg.cholesky(covariance + floor.diag()))
