"""Words and files of a VAE's dimensions: what each is worth, and each of them moved from −3 to 3."""

import numpy as np

from ..traces import DimensionFigures, TraversalSettings, TraversalTrace
from ..words import Say, english
from .energy import number
from .energy_files import Files, animated, sheet, table
from .grid import png

EVERY = 2  # of the values: the tiles of a picture


def summary(figures: DimensionFigures | None, t: Say = english) -> str:
    """The line above the map."""
    if figures is None:
        return t("This checkpoint carries no codes of real digits: KL and the variance of μ are not known.")
    count, collapsed, idle = len(figures.kl), int(figures.collapsed.sum()), int(figures.idle.sum())
    return t(
        "{active} of {count} dimensions active by KL ≥ 0.01 nats, {collapsed} collapsed; {moving} active by "
        "Var(μ) ≥ 0.01. KL of all {kl:.2f} nats, mean over {digits:,} digits.",
        active=count - collapsed,
        count=count,
        collapsed=collapsed,
        moving=count - idle,
        kl=figures.kl.sum(),
        digits=figures.digits,
    )


def python(settings: TraversalSettings) -> str:
    """The trace, and what each dimension is worth, as a few lines of Python."""
    return (
        f"from playground.traces import dimension_figures\n{settings.python()}"
        f"codes = engine.codes({settings.checkpoint!r})\nworth = dimension_figures(codes.mean, codes.deviation)\n"
    )


def files(trace: TraversalTrace, worth: DimensionFigures | None, dimension: int, step: int) -> Files:
    """Label → (extension, maker). The PNG has a row for each dimension, by KL; the GIF moves the one in focus."""
    order = np.arange(len(trace.z)) if worth is None else worth.order
    along = trace.pictures[dimension].astype(np.float32)
    there_and_back = [*range(len(along)), *range(len(along) - 2, 0, -1)]
    return {
        "PNG": (
            "png",
            lambda: png(sheet(trace.pictures[order, ::EVERY].reshape(-1, *trace.shape), len(trace.values[::EVERY]))),
        ),
        "this picture": ("png", lambda: png(sheet(along[step][None], 1, 560))),
        "GIF": ("gif", lambda: animated(sheet(along[frame][None], 1, 336) for frame in there_and_back)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: to_csv(trace, worth)),
    }


def to_csv(trace: TraversalTrace, worth: DimensionFigures | None) -> str:
    """One row per dimension, by KL; what is not known is empty."""
    names = ["dimension", "kl_nats", "variance_of_mean", "mean_deviation", "collapsed", "code", "pixel_reach"]

    def row(d: int) -> list:
        known = ["", "", "", ""]
        if worth is not None:
            known = [worth.kl[d], worth.activity[d], worth.deviation[d], int(worth.collapsed[d])]
        return [d + 1, *known, trace.z[d], trace.reach[d]]

    order = range(len(trace.z)) if worth is None else worth.order
    return table(names, (row(int(d)) for d in order))


def words(trace: TraversalTrace, worth: DimensionFigures | None) -> dict[str, str]:
    """The numbers that the lesson names."""
    if worth is None:
        return dict.fromkeys(("kl", "collapsed", "best", "share", "idle_reach", "best_reach"), "–") | {
            "dimensions": str(len(trace.z))
        }
    best, worst = int(worth.order[0]), int(worth.order[-1])
    return {
        "dimensions": str(len(trace.z)),
        "kl": f"{worth.kl.sum():.1f}",
        "collapsed": str(int(worth.collapsed.sum())),
        "best": str(best + 1),
        "share": number(100 * worth.kl[best] / max(worth.kl.sum(), 1e-9), 0) + " %",
        "best_reach": f"{trace.reach[best]:.4f}",
        "idle_reach": f"{trace.reach[worst]:.4f}",
    }
