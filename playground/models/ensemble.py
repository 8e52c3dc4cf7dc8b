"""An ensemble of orderings or sets of masks over one set of weights: the average of their *probabilities*.

p(x) = 1/M Σ_m p_m(x), so log p(x) = logsumexp_m log p_m(x) − log M: normalised, since each p_m is, and at least the
average of the log p_m (Jensen). An average of logits is no distribution over x at all.

1. Uria, Murray, Larochelle (2014). A Deep and Tractable Density Estimator. ICML. Section 4.
2. Germain, Gregor, Murray, Larochelle (2015). MADE. ICML. Section 6.1 (masks averaged when a model is tested).
"""

import math

import torch
from torch import Tensor, nn


def require_members(model: nn.Module, count: int) -> None:
    """Refuse more orderings than the model has. Raises ValueError that says how many are allowed."""
    members = getattr(model, "members", 1)
    if count < 1 or (members and count > members):
        allowed = f"1 to {members}" if members > 1 else "1" if members else "1 or more"
        raise ValueError(
            f"orderings={count}: {type(model).__name__} allows {allowed}, what its weights were trained for"
        )


def average_log_prob(log_p: Tensor) -> Tensor:
    """(M, …) log p of each member → (…) log of the mean of their probabilities."""
    return log_p.logsumexp(0) - math.log(len(log_p))


def ensemble_log_prob(model: nn.Module, x: Tensor, count: int) -> Tensor:
    """(B, height, width) → (B,) log-likelihood in nats of the first `count` members' average. ValueError: see above."""
    require_members(model, count)
    if count == 1:
        return model.log_prob(x)
    return average_log_prob(torch.stack([model.member(i).log_prob(x) for i in range(count)]))
