"""What is said of chains in numbers: the line above the stage, what the lesson names, and how biased ULA is."""

import numpy as np

from ..traces import ChainTrace, LandscapeTrace


def ula_covariance(covariance: np.ndarray, step_size: float) -> np.ndarray:
    """(D, D) what unadjusted Langevin converges to on a Gaussian of this covariance; NaN where it converges to nothing.

    Along an axis of curvature λ the variance is 1 / (λ (1 − ε²λ/4)), and for ε²λ ≥ 4 there is none.
    """
    variances, axes = np.linalg.eigh(covariance)
    shrunk = 1 - step_size**2 / (4 * variances)
    if (shrunk <= 0).any():
        return np.full_like(covariance, np.nan)
    return axes @ np.diag(variances / shrunk) @ axes.T


def numbers(trace: ChainTrace, landscape: LandscapeTrace, rate: float) -> str:
    """The line above the stage, Markdown. rate: measured steps of every chain in a second, or NaN."""
    draws = trace.draws.shape[0] * trace.draws.shape[1]
    found = [f"accepted **{trace.acceptance[-1]:.1%}** of the proposals"]
    if trace.kernel in ("ula", "gibbs"):
        found = ["every proposal is kept"]
    found.append(f"ESS **x {_count(trace.ess[-1, 0])} · y {_count(trace.ess[-1, 1])}** of {draws:,} draws")
    share = np.nanmin(trace.ess[-1]) / trace.draws.shape[1] if np.isfinite(trace.ess[-1]).any() else np.nan
    if np.isfinite(share):
        second = f", **{share * rate:,.0f} a second**" if np.isfinite(rate) else ""
        found.append(f"**{share:.2f}** effective draws a step{second} (the slower of x and y, all chains)")
    found.append(f"R̂ **{trace.rhat[-1, 0]:.3f} · {trace.rhat[-1, 1]:.3f}**".replace("nan", "–"))
    if trace.diverged.any():
        found.append(f"**{int(trace.diverged.sum()):,}** divergent proposals")
    return " · ".join(found)


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "–"


def bias_words(trace: ChainTrace, landscape: LandscapeTrace, step_size: float) -> str:
    """What unadjusted Langevin gets wrong here, in words; "" for the kernels that are exact."""
    if trace.kernel != "ula":
        return ""
    draws = trace.draws.reshape(-1, 2).astype(np.float64)
    words = (
        "**ULA is biased.** Without the accept step its chains settle on another density; only a smaller ε helps, more "
        f"steps do not. With ε = {step_size:g}"
    )
    if landscape.target != "gaussian":
        measured, truth = draws.var(0), np.diag(landscape.covariance)
        return (
            f"{words} the variances of x and y are {measured[0]:.3f} and {measured[1]:.3f}; the truth is "
            f"{truth[0]:.3f} and {truth[1]:.3f}."
        )
    variances, axes = np.linalg.eigh(landscape.covariance)
    known = ula_covariance(landscape.covariance, step_size)
    if np.isnan(known).any():
        return (
            f"{words} ≥ 2σ = {2 * np.sqrt(variances[0]):.3f} across the ridge there is no limit at all: they fly away."
        )
    across = axes[:, 0]
    return (
        f"{words} the variance across the ridge is **{(draws @ across).var():.3f}**; the truth is {variances[0]:.3f}, "
        f"and 1/(λ(1 − ε²λ/4)) with λ = 1/{variances[0]:.3f} foretells **{across @ known @ across:.3f}**; of x "
        f"{draws[:, 0].var():.3f}, the truth {landscape.covariance[0, 0]:.3f}, foretold {known[0, 0]:.3f} (dotted)."
    )


def words(trace: ChainTrace, landscape: LandscapeTrace, rate: float) -> dict[str, str]:
    """The numbers that the lesson names."""
    size = float(np.nanmin(trace.ess[-1])) if np.isfinite(trace.ess[-1]).any() else np.nan
    draws = trace.draws.shape[0] * trace.draws.shape[1]
    apart = draws / size if size > 0 else np.nan
    return {
        "draws": f"{draws:,}",
        "ess": _count(size),
        "apart": f"{apart:,.1f}" if np.isfinite(apart) else "–",
        "rate": f"{rate:,.0f}",
        "accepted": f"{trace.acceptance[-1]:.0%}",
        "deviation": f"{landscape.deviation[0]:.2f}",
        "naive": f"{landscape.deviation[0] / np.sqrt(draws):.4f}",
        "mcse": f"{trace.mcse[-1, 0]:.4f}".replace("nan", "–"),
    }
