"""Files and words of the views in which all models complete or judge the same drawing."""

import numpy as np

from ..traces import VERSIONS, CompareCompleteTrace, CompareScoreSettings, CompareScoreTrace, Standings
from .energy_files import Files, table
from .grid import enlarge, gif, png, shades, stops, tile

FRAMES = 98  # of a completion, after the start
LAST_VERSION = len(VERSIONS) - 1  # of a judgement
SHOWN, MILLISECONDS = 49, 90  # of the GIF
GAP = 2


def completion_sheet(trace: CompareCompleteTrace, frame: int) -> np.ndarray:
    """A row a model, its completions side by side, (rows, columns, 3) uint8."""
    pictures = np.rint(trace.pictures(frame) * 255).astype(np.uint8)  # (M, C, H, W)
    there = np.broadcast_to((trace.there(frame) | trace.keep)[:, None], pictures.shape)
    rows = shades(pictures.reshape(-1, *trace.shape), 256, there.reshape(-1, *trace.shape))
    return tile(rows, pictures.shape[1], GAP)


def completions(trace: CompareCompleteTrace, frame: int) -> Files:
    """Label → (extension, maker) of completions."""
    scale = max(1, 900 // completion_sheet(trace, frame).shape[0])

    def moving() -> bytes:
        shown = stops(trace.made.shape[1] - 1, SHOWN)
        return gif([enlarge(completion_sheet(trace, int(f)), scale).quantize(64) for f in shown], MILLISECONDS)

    def written() -> str:
        names = ["checkpoint", "way", "completion", "frame", "fit", "kept_too_late"]
        models = enumerate(zip(trace.checkpoints, trace.ways, strict=True))
        frames = list(np.ndindex(trace.fit.shape[1:]))
        return table(
            names,
            ([name, way, c + 1, f, trace.fit[m, f, c], trace.later[m]] for m, (name, way) in models for f, c in frames),
        )

    return {
        "PNG": ("png", lambda: png(enlarge(completion_sheet(trace, frame), scale))),
        "GIF": ("gif", moving),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", written),
    }


def completion_words(trace: CompareCompleteTrace) -> dict[str, str]:
    """The numbers that the lesson of the completions names."""
    return {
        "kept": f"{int(trace.keep.sum()):,}",
        "pixels": f"{trace.keep.size:,}",
        "models": str(len(trace.checkpoints)),
        "count": str(trace.fit.shape[2]),
        "late": f"{int(trace.later.max(initial=0)):,}",
    }


def judgements(trace: CompareScoreTrace, ranks: np.ndarray) -> Files:
    """Files of a judgement. ranks: (M, V), shares of more usual real digits, nan where there are none."""
    sheet = tile(shades(np.rint(trace.pictures * 255).astype(np.uint8), 256), len(trace.versions), GAP)
    rows = [
        [name, kind, trace.averaged[m], version, trace.figures[m, v], trace.tighter[m, v], ranks[m, v]]
        for m, (name, kind) in enumerate(zip(trace.checkpoints, trace.kinds, strict=True))
        for v, version in enumerate(trace.versions)
    ]
    names = ["checkpoint", "kind", "orderings", "version", "figure", "tighter_bound", "share_of_digits_more_usual"]
    return {
        "PNG": ("png", lambda: png(enlarge(sheet, max(1, 1_160 // sheet.shape[1])))),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", lambda: table(names, rows)),
    }


def score_python(settings: CompareScoreSettings, trace: CompareScoreTrace) -> str:
    """The judgement and the ranks among real digits as a few lines of Python."""
    lines = "from playground.traces import standings\n" + settings.python()
    lines += "real = {name: engine.reference(name) for name in trace.checkpoints}\n"
    for name, kind in zip(trace.checkpoints, trace.kinds, strict=True):
        if kind == "free energy":  # the figures of real digits are −log p, with log Z
            lines += f"real[{name!r}] = real[{name!r}] - engine.validation({name!r})['log_partition']\n"
    return lines + "ranks = standings(trace, real).ranks\n"


def score_words(trace: CompareScoreTrace, found: Standings, version: int) -> dict[str, str]:
    """The numbers that the lesson of the judgement names."""
    known = found.ranks[found.many > 0, version]
    return {
        "models": str(len(trace.checkpoints)),
        "digits": f"{int(found.many.max(initial=0)):,}",
        "low": f"{known.min():.1%}" if len(known) else "–",
        "high": f"{known.max():.1%}" if len(known) else "–",
    }
