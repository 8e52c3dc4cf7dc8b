"""Annealed importance sampling: log Z of a density that is known up to a constant, with an error of its own.

A path of densities p*_β leads from one whose Z is known (β = 0) to the wanted one (β = 1). A run starts as a draw from
the first, and at each β_k it (1) collects log p*_{β_k}(x) − log p*_{β_{k−1}}(x) into its log weight and (2) moves by a
transition that leaves p_{β_k} alone. The mean of the weights of many runs is an unbiased estimate of Z₁ / Z₀.

1. Neal (2001). Annealed importance sampling. Statistics and Computing 11. Equations 3–9; section 4 (accuracy).
2. Salakhutdinov, Murray (2008). On the quantitative analysis of deep belief networks. ICML. Sections 3 and 4.1.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

LogDensity = Callable[[Tensor, Tensor], Tensor]  # positions (R, *event), betas (K,) → (K, R), nats, unnormalised
Transition = Callable[[Tensor, float, torch.Generator], Tensor]  # positions at β → positions at β
WIDE = 1.96  # standard deviations on either side of a 95 % interval


@dataclass(frozen=True)
class Estimate:
    """log Z from R runs.

    log_partition: log Z₀ + log of the mean weight, nats. standard_error: of that log, nats, by the delta method from
    the weights' spread. log_weights: (R, K) float64, every run's log weight after each β. betas: (K,) from 0 to 1.
    effective: (Σw)² / Σw², how many equal weights the runs are worth, 1 to R. positions: (R, *event), where they ended.
    """

    log_partition: float
    standard_error: float
    log_weights: Tensor
    betas: Tensor
    effective: float
    positions: Tensor

    @property
    def interval(self) -> tuple[float, float]:
        """log Z ± 1.96 standard errors."""
        return (
            self.log_partition - WIDE * self.standard_error,
            self.log_partition + WIDE * self.standard_error,
        )


def schedule(count: int, edge: float = 0.0) -> Tensor:
    """β from 0 to 1 in `count` values, float64; an `edge` of e bends them so that steps near 0 and 1 are e smaller.

    Bent as a sigmoid is: the first weights of a machine matter most near β = 0, the sharp valleys near β = 1.
    """
    if count < 2:
        raise ValueError(f"count={count}: a path has at least 2 values of β, 0 and 1")
    line = torch.linspace(0, 1, count, dtype=torch.float64)
    if edge == 0:
        return line
    bent = (edge * (2 * line - 1)).sigmoid()
    return (bent - bent[0]) / (bent[-1] - bent[0])


def estimate(
    log_density: LogDensity,
    transition: Transition,
    start: Tensor,
    log_start: float,
    betas: Tensor,
    generator: torch.Generator,
    progress: Callable[[float], None] | None = None,
) -> Estimate:
    """Run R independent annealings at once.

    start: (R, *event), exact draws at β = 0, whose log normalising constant is `log_start`. betas: (K,) increasing from
    0 to 1. progress: called with the share that is done, now and then. All sums of weights are in float64.
    """
    if betas[0] != 0 or betas[-1] != 1 or bool((betas.diff() <= 0).any()):
        raise ValueError("betas must increase from 0 to 1")
    position, weights = start, torch.zeros(len(betas), len(start), dtype=torch.float64)
    for k in range(1, len(betas)):
        low, high = log_density(position, betas[k - 1 : k + 1])
        weights[k] = weights[k - 1] + (high - low).double().cpu()
        position = transition(position, float(betas[k]), generator)
        if progress is not None and k % 50 == 0:
            progress(k / len(betas))
    log_mean, error, effective = summary(weights[-1])
    return Estimate(log_start + log_mean, error, weights.T.contiguous(), betas, effective, position)


def summary(log_weights: Tensor) -> tuple[float, float, float]:
    """Of the log weights (R,): the log of the weights' mean, its standard error, and the effective sample size."""
    runs = len(log_weights)
    log_mean = log_weights.logsumexp(0) - math.log(runs)
    ratio = (log_weights - log_mean).exp()  # weights over their mean: the standard error of a log is that of the ratio
    error = ratio.std() / math.sqrt(runs) if runs > 1 else torch.tensor(math.inf)
    return log_mean.item(), error.item(), (ratio.sum() ** 2 / (ratio**2).sum()).item()
