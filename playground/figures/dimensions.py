"""Words and files of a VAE's dimensions: what each is worth, and each of them moved from −3 to 3."""

import numpy as np

from ..traces import DimensionFigures, TraversalTrace
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


def files(trace: TraversalTrace, figures: DimensionFigures | None, dimension: int, step: int) -> Files:
    """Label → (extension, maker). The PNG has a row for each dimension, by KL; the GIF moves the one in focus."""
    order = np.arange(len(trace.z)) if figures is None else figures.order
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
        "CSV": ("csv", lambda: to_csv(trace, figures)),
    }


def to_csv(trace: TraversalTrace, figures: DimensionFigures | None) -> str:
    """One row per dimension, by KL; what is not known is empty."""
    names = ["dimension", "kl_nats", "variance_of_mean", "mean_deviation", "collapsed", "code", "pixel_reach"]

    def row(d: int) -> list:
        known = ["", "", "", ""]
        if figures is not None:
            known = [figures.kl[d], figures.activity[d], figures.deviation[d], int(figures.collapsed[d])]
        return [d + 1, *known, trace.z[d], trace.reach[d]]

    order = range(len(trace.z)) if figures is None else figures.order
    return table(names, (row(int(d)) for d in order))


def words(trace: TraversalTrace, figures: DimensionFigures | None) -> dict[str, str]:
    """The numbers that the lesson names."""
    if figures is None:
        return dict.fromkeys(("kl", "collapsed", "best", "share", "idle_reach", "best_reach"), "–") | {
            "dimensions": str(len(trace.z))
        }
    best, worst = int(figures.order[0]), int(figures.order[-1])
    return {
        "dimensions": str(len(trace.z)),
        "kl": f"{figures.kl.sum():.1f}",
        "collapsed": str(int(figures.collapsed.sum())),
        "best": str(best + 1),
        "share": number(100 * figures.kl[best] / max(figures.kl.sum(), 1e-9), 0) + " %",
        "best_reach": f"{trace.reach[best]:.4f}",
        "idle_reach": f"{trace.reach[worst]:.4f}",
    }
