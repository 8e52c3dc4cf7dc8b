"""Step-size adaptation in a warm-up: dual averaging drives the mean acceptance to a target, then the step is frozen.

Hoffman, Gelman (2014). The No-U-Turn Sampler. JMLR 15. Section 3.2, equation (6) and the constants after it.
"""

import math
from dataclasses import dataclass, replace

SHRINKAGE, DELAY, FORGETTING = 0.05, 10.0, 0.75  # γ, t₀, κ
SMALLEST, GREATEST = 1e-10, 1e10


@dataclass(frozen=True)
class DualAveraging:
    """The state of the adaptation after `count` steps.

    target: mean acceptance probability aimed at. centre: μ = log(10 ε₀), towards which log ε is shrunk.
    error: H̄, the running mean of target − acceptance. log_step: log ε of the next step. log_average: log ε̄.
    """

    target: float
    centre: float
    log_step: float
    error: float = 0.0
    log_average: float = 0.0
    count: int = 0

    @classmethod
    def start(cls, step_size: float, target: float) -> "DualAveraging":
        """Before the first step, which is made with `step_size`. target: in (0, 1)."""
        if not 0 < target < 1:
            raise ValueError(f"target={target}: an acceptance rate between 0 and 1")
        return cls(target, math.log(10 * step_size), math.log(step_size))

    def update(self, acceptance: float) -> "DualAveraging":
        """After a step whose mean acceptance probability was `acceptance`; NaN counts as 0."""
        count = self.count + 1
        miss = self.target - (0.0 if math.isnan(acceptance) else acceptance)
        share = 1 / (count + DELAY)
        error = (1 - share) * self.error + share * miss
        log_step = self.centre - math.sqrt(count) / SHRINKAGE * error
        log_step = min(max(log_step, math.log(SMALLEST)), math.log(GREATEST))
        weight = count**-FORGETTING
        average = weight * log_step + (1 - weight) * self.log_average
        return replace(self, count=count, error=error, log_step=log_step, log_average=average)

    @property
    def step_size(self) -> float:
        """ε of the next warm-up step."""
        return math.exp(self.log_step)

    @property
    def final(self) -> float:
        """ε̄, the averaged step size to freeze after the warm-up."""
        return math.exp(self.log_average if self.count else self.log_step)
