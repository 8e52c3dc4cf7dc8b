"""Files and words of a fit where every state is listed."""

from ..traces import LikelihoodTrace
from .energy_files import Files, table
from .grid import columns_for, enlarge, png, shades, tile
from .small_world import state_pictures

SHOWN = 64


def files(trace: LikelihoodTrace) -> Files:
    """The likeliest states of the fitted model as pictures, the curves, the three distributions, and all arrays."""
    likeliest = state_pictures(trace.learned[-1].argsort()[::-1][:SHOWN], trace.shape)
    sheet = tile(shades(likeliest, 2), columns_for(len(likeliest)), background=140)
    curves = (trace.steps, trace.train, trace.test, trace.forward, trace.test_kl, trace.reverse, trace.target_kl)
    names = ["step", "train_nll", "test_nll", "kl_data_q", "kl_world_q", "kl_q_target", "kl_target_q"]
    states = zip(range(trace.truth.size), trace.truth, trace.data, trace.target, trace.learned[-1], strict=True)
    return {
        "PNG": ("png", lambda: png(enlarge(sheet, 12))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table([f"{n}_nats" if n != "step" else n for n in names], zip(*curves, strict=True))),
        "states CSV": ("csv", lambda: table(["state", "world", "data", "target", "model"], states)),
    }


def words(trace: LikelihoodTrace) -> dict[str, str]:
    """What the lesson says of the fit."""
    best = int(trace.test.argmin())
    return {
        "parameters": f"{trace.parameters:,}",
        "states": f"{trace.truth.size:,}",
        "entropydata": f"{trace.entropy_data:.4f}",
        "entropyworld": f"{trace.entropy_truth:.4f}",
        "train": f"{trace.train[-1]:.4f}",
        "test": f"{trace.test[-1]:.4f}",
        "forward": f"{trace.forward[-1]:.4f}",
        "testkl": f"{trace.test_kl[-1]:.4f}",
        "reverse": f"{trace.reverse[-1]:.4f}",
        "best": f"{trace.steps[best]:,}",
        "lowest": f"{trace.test[best]:.4f}",
        "last": f"{trace.steps[-1]:,}",
    }
