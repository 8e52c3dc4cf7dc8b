"""What goes with draws from the prior: files, the numbers that the lesson names, and the same in Python."""

import numpy as np

from ..traces import JudgeSettings, JudgeTrace, PriorDrawsSettings, PriorDrawsTrace, in_python, pack_picture
from ..words import Say, english
from .energy_files import Files, animated, sheet, table
from .grid import png

COLUMNS = 12


def source_words(settings: PriorDrawsSettings, t: Say = english) -> str:
    """What an autoencoder's codes are drawn from."""
    if settings.source == "mixture":
        return t("z from {count} Gaussians fitted to its codes", count=settings.components)
    if settings.source == "gaussian":
        return t("z from one Gaussian fitted to its codes")
    return t("z from N(0, I), though it has no p(z)")


def pictures(trace: PriorDrawsTrace, drawn: bool, step: int | None = None) -> np.ndarray:
    """(N, H, W) 0 … 1: drawn pixels, or the probabilities; those of draws after `step` are empty."""
    found = (trace.pixels if drawn else trace.probability).astype(np.float32)
    if step is not None:
        found = found.copy()
        found[step:] = 0
    return found


def judged(checkpoint: str, trace: PriorDrawsTrace, drawn: bool) -> JudgeSettings:
    """What asks a model for −log p of the drawn pixels, or of the pictures of the more likely ones (p > ½)."""
    chosen = trace.pixels if drawn else (trace.probability > 0.5).astype(np.uint8)
    return JudgeSettings(checkpoint=checkpoint, count=len(chosen), pictures=pack_picture(chosen, 2))


def files(
    traces: tuple[PriorDrawsTrace, PriorDrawsTrace],
    judges: tuple[JudgeTrace | None, JudgeTrace | None],
    drawn: bool,
    step: int,
) -> Files:
    """Files of both sides: the pictures, one after the other as well, every number."""

    def both(until: int) -> np.ndarray:
        rows = [pictures(trace, drawn, until) for trace in traces]
        short = -len(rows[0]) % COLUMNS
        padded = [np.concatenate([row, np.zeros((short, *row.shape[1:]), row.dtype)]) for row in rows]
        return np.concatenate([p.reshape(-1, COLUMNS, *p.shape[1:]) for p in padded], 1).reshape(-1, *rows[0].shape[1:])

    count = len(traces[0].z)
    stops = np.unique(np.linspace(0, count, 61).round().astype(int))
    return {
        "PNG": ("png", lambda: png(sheet(both(step), 2 * COLUMNS, 1_392))),
        "GIF": ("gif", lambda: animated(sheet(both(int(n)), 2 * COLUMNS, 700) for n in stops)),
        "npz": ("npz", traces[0].to_bytes),
        "npz, VAE": ("npz", traces[1].to_bytes),
        "CSV": ("csv", lambda: to_csv(traces, judges)),
    }


def to_csv(traces: tuple[PriorDrawsTrace, ...], judges: tuple[JudgeTrace | None, ...]) -> str:
    """One row per checkpoint and draw: its code, the nearest code of a real digit, −log p of the drawn pixels."""
    latent = max(trace.z.shape[1] for trace in traces)
    names = ["checkpoint", "draw", "nearest_class", "distance", "limit", "in_a_hole", "drawn_pixels_nll_nats"]

    def rows() -> list[list]:
        found = []
        for trace, judge in zip(traces, judges, strict=True):
            for n, z in enumerate(trace.z.tolist()):
                nats = "" if judge is None else judge.nats[n]
                near, far = trace.labels[trace.nearest[n]], trace.distance[n]
                here = [trace.checkpoint, n + 1, near, far, trace.limit, int(far > trace.limit), nats]
                found.append(here + z + [""] * (latent - len(z)))
        return found

    return table(names + [f"z{i + 1}" for i in range(latent)], rows())


def python(settings: tuple[PriorDrawsSettings, PriorDrawsSettings], judge: str) -> str:
    """Both traces, and the judgements of what was drawn, as a few lines of Python."""
    lines = in_python(traces=settings)
    if judge:
        asked = f"figures.prior_draws.judged({judge!r}, trace, drawn=True)"
        lines += f"judges = [engine.run({asked}) for trace in traces]\n"
    return lines


def words(
    settings: PriorDrawsSettings,
    traces: tuple[PriorDrawsTrace, PriorDrawsTrace],
    judges: tuple[tuple[JudgeTrace | None, JudgeTrace | None], ...],
    reference: np.ndarray | None,
    judge: str,
    t: Say = english,
) -> dict[str, str]:
    """The numbers that the lesson names. settings: of the autoencoder; judges: of each side's drawn pixels and of its
    more likely ones."""
    plain, variational = traces
    verdict = t("No model with an exact log p was asked what it thinks of them.")
    if all(j is not None for side in judges for j in side):
        first, second = (
            t(
                "{drawn:.1f} nats in the median ({likely:.1f} with p > ½)",
                drawn=np.median(drawn.nats),
                likely=np.median(likely.nats),
            )
            for drawn, likely in judges
        )
        values = {"judge": judge, "first": first, "second": second}
        if reference is None:
            verdict = t(
                "{judge} has an exact log p: there the autoencoder's drawn pixels cost {first}, the VAE's {second}.",
                **values,
            )
        else:
            verdict = t(
                "{judge} has an exact log p: there the autoencoder's drawn pixels cost {first}, the VAE's {second}; "
                "real digits {real:.1f}.",
                real=np.median(reference),
                **values,
            )
    return {
        "source": source_words(settings, t),
        "holes": f"{plain.holes:.1%}",
        "missed": f"{plain.missed:.1%}",
        "vae_holes": f"{variational.holes:.1%}",
        "vae_missed": f"{variational.missed:.1%}",
        "count": f"{len(plain.codes):,}",
        "verdict": verdict,
    }
