"""What is said of chains in numbers: the line above the stage, what the lesson names, and how biased ULA is."""

import numpy as np

from ..traces import ChainTrace, LandscapeTrace
from ..words import Say, english


def ula_covariance(covariance: np.ndarray, step_size: float) -> np.ndarray:
    """(D, D) what unadjusted Langevin converges to on a Gaussian of this covariance; NaN where it converges to nothing.

    Along an axis of curvature λ the variance is 1 / (λ (1 − ε²λ/4)), and for ε²λ ≥ 4 there is none.
    """
    variances, axes = np.linalg.eigh(covariance)
    shrunk = 1 - step_size**2 / (4 * variances)
    if (shrunk <= 0).any():
        return np.full_like(covariance, np.nan)
    return axes @ np.diag(variances / shrunk) @ axes.T


def numbers(trace: ChainTrace, rate: float, t: Say = english) -> str:
    """The line above the stage, Markdown. rate: measured steps of every chain in a second, or NaN."""
    draws = trace.draws.shape[0] * trace.draws.shape[1]
    found = [t("accepted **{share:.1%}** of the proposals", share=trace.acceptance[-1])]
    if trace.kernel in ("ula", "gibbs"):
        found = [t("every proposal is kept")]
    x, y = (_count(value) for value in trace.ess[-1])
    found.append(t("ESS **x {x} · y {y}** of {draws:,} draws", x=x, y=y, draws=draws))
    share = np.nanmin(trace.ess[-1]) / trace.draws.shape[1] if np.isfinite(trace.ess[-1]).any() else np.nan
    if np.isfinite(share):
        words = t("**{share:.2f}** effective draws a step (the slower of x and y, all chains)", share=share)
        if np.isfinite(rate):
            words = t(
                "**{share:.2f}** effective draws a step, **{rate:,.0f} a second** (the slower of x and y, all chains)",
                share=share,
                rate=share * rate,
            )
        found.append(words)
    found.append(f"R̂ **{trace.rhat[-1, 0]:.3f} · {trace.rhat[-1, 1]:.3f}**".replace("nan", "–"))
    if trace.diverged.any():
        found.append(t("**{count:,}** divergent proposals", count=int(trace.diverged.sum())))
    return " · ".join(found)


def _count(value: float) -> str:
    return f"{value:,.0f}" if np.isfinite(value) else "–"


def bias_words(trace: ChainTrace, landscape: LandscapeTrace, step_size: float, t: Say = english) -> str:
    """What unadjusted Langevin gets wrong here, in words; "" for the kernels that are exact."""
    if trace.kernel != "ula":
        return ""
    draws = trace.draws.reshape(-1, 2).astype(np.float64)
    words = t(
        "**ULA is biased.** Without the accept step its chains settle on another density; only a smaller ε helps, more "
        "steps do not."
    )
    if landscape.target != "gaussian":
        measured, truth = draws.var(0), np.diag(landscape.covariance)
        return f"{words} " + t(
            "With ε = {size:g} the variances of x and y are {x:.3f} and {y:.3f}; the truth is {true_x:.3f} and "
            "{true_y:.3f}.",
            size=step_size,
            x=measured[0],
            y=measured[1],
            true_x=truth[0],
            true_y=truth[1],
        )
    variances, axes = np.linalg.eigh(landscape.covariance)
    known = ula_covariance(landscape.covariance, step_size)
    if np.isnan(known).any():
        return f"{words} " + t(
            "With ε = {size:g} ≥ 2σ = {most:.3f} across the ridge there is no limit at all: they fly away.",
            size=step_size,
            most=2 * np.sqrt(variances[0]),
        )
    across = axes[:, 0]
    return f"{words} " + t(
        "With ε = {size:g} the variance across the ridge is **{found:.3f}**; the truth is {truth:.3f}, and "
        "1/(λ(1 − ε²λ/4)) with λ = 1/{truth:.3f} foretells **{foretold:.3f}**; of x {x:.3f}, the truth {true_x:.3f}, "
        "foretold {foretold_x:.3f} (dotted).",
        size=step_size,
        found=(draws @ across).var(),
        truth=variances[0],
        foretold=across @ known @ across,
        x=draws[:, 0].var(),
        true_x=landscape.covariance[0, 0],
        foretold_x=known[0, 0],
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
