"""Files and words of the GAN views' traces: pictures, animations and tables to take away."""

import numpy as np

from ..traces import GanSearchTrace, GanVerdictTrace, GanWalkTrace, probability
from .energy import number
from .energy_files import Files, animated, sheet, table
from .gan import odds, share_below
from .grid import png

EVERY = 3  # points of the plane: the PNG shows 11 × 11 of 33 × 33


def walk(trace: GanWalkTrace, step: int) -> Files:
    """Label → (extension, maker). PNG: the plane, v upwards; GIF: the line, there and back."""
    tiles = trace.pictures[::-EVERY, ::EVERY].astype(np.float32)
    frames = [*range(len(trace.line)), *range(len(trace.line) - 2, 0, -1)]
    return {
        "PNG": ("png", lambda: png(sheet(tiles.reshape(-1, *trace.shape), tiles.shape[1], 960))),
        "this picture": ("png", lambda: png(sheet(trace.line_pictures[step][None], 1, 560))),
        "GIF": ("gif", lambda: animated(sheet(trace.line_pictures[f][None], 1, 336) for f in frames)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: walk_csv(trace)),
    }


def walk_csv(trace: GanWalkTrace) -> str:
    """One row per point of the plane, then one per picture of the line (t instead of u and v)."""
    names = ["u", "v", "t", "logit", "D", "norm"]
    norms = np.linalg.norm(trace.codes, axis=2)
    rows: list[list] = []
    for r, c in np.ndindex(trace.logits.shape):
        logit = float(trace.logits[r, c])
        rows.append([trace.axis[c], trace.axis[r], "", logit, probability(logit), norms[r, c]])
    last = len(trace.line) - 1
    for s, logit in enumerate(trace.line_logits.tolist()):
        rows.append(["", "", s / last, logit, probability(logit), np.linalg.norm(trace.line[s])])
    return table(names, rows)


def walk_words(trace: GanWalkTrace) -> dict[str, str]:
    """The numbers that the lesson of the walk names."""
    lengths = np.linalg.norm(trace.corners, axis=1)
    middle = trace.line[len(trace.line) // 2]
    return {
        "latent": str(trace.corners.shape[1]),
        "a": f"{lengths[0]:.2f}",
        "b": f"{lengths[1]:.2f}",
        "middle": f"{np.linalg.norm(middle):.2f}",
        "straight": f"{np.linalg.norm(trace.corners[:2].mean(0)):.2f}",
        "low": number(float(trace.logits.min()), 1),
        "high": number(float(trace.logits.max()), 1),
        "real": f"{float((trace.logits >= 0).mean()):.0%}",
    }


def verdict(trace: GanVerdictTrace, reference: np.ndarray | None) -> Files:
    """Files of a verdict: the versions, some generated digits, and every logit."""
    rows = [["drawing", name, logit] for name, logit in zip(trace.versions, trace.logits.tolist(), strict=True)]
    rows += [["generated", n, logit] for n, logit in enumerate(trace.generated_logits.tolist())]
    rows += [["real", n, logit] for n, logit in enumerate([] if reference is None else reference.tolist())]
    return {
        "PNG": ("png", lambda: png(sheet(trace.pictures, len(trace.versions), 1_160))),
        "generated PNG": ("png", lambda: png(sheet(trace.generated[:64].astype(np.float32), 8, 640))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(["kind", "which", "logit", "D"], ([*r, probability(r[2])] for r in rows))),
    }


def verdict_words(trace: GanVerdictTrace, reference: np.ndarray | None) -> dict[str, str]:
    """The numbers that the lesson of the verdict names."""
    return {
        "logit": number(trace.logit, 2),
        "odds": odds(trace.logit),
        "generated": share_below(0.0, trace.generated_logits),
        "real": "–" if reference is None else share_below(0.0, reference),
        "ratio": number(trace.logit, 2),
    }


def search(trace: GanSearchTrace, step: int, start: int) -> Files:
    """Files of a search: the drawing beside all starts at a step, the chosen one moving, every number."""
    shown = np.concatenate([trace.target[None], trace.pictures[step].astype(np.float32)])
    pairs = np.stack([np.broadcast_to(trace.target, (len(trace.rmse), *trace.shape)), trace.pictures[:, start]], 1)
    return {
        "PNG": ("png", lambda: png(sheet(shown, len(shown), 1_160))),
        "GIF": ("gif", lambda: animated(sheet(pair.astype(np.float32), 2, 560) for pair in pairs[::2])),
        "npz": ("npz", trace.to_bytes),
        "CSV": (
            "csv",
            lambda: table(
                ["step", "start", "rmse", "norm", "logit", "D"],
                (
                    [s, r + 1, trace.rmse[s, r], trace.norm[s, r], trace.logits[s, r], probability(trace.logits[s, r])]
                    for s, r in np.ndindex(trace.rmse.shape)
                ),
            ),
        ),
    }


def search_words(trace: GanSearchTrace) -> dict[str, str]:
    """The numbers that the lesson of the search names."""
    ends = np.sort(trace.rmse[-1])
    return {
        "starts": str(trace.rmse.shape[1]),
        "steps": str(len(trace.rmse) - 1),
        "begin": f"{trace.rmse[0].mean():.3f}",
        "best": f"{ends[0]:.3f}",
        "worst": f"{ends[-1]:.3f}",
        "logit": number(trace.target_logit, 2),
        "found": number(float(trace.logits[-1, trace.best]), 2),
        "norm": f"{trace.norm[-1, trace.best]:.2f}",
        "usual": f"{trace.codes.shape[2] ** 0.5:.2f}",
    }
