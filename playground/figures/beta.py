"""Words and files of trainings with a chosen β."""

import numpy as np
from PIL import Image

from ..traces import BetaTrace
from .energy import number
from .energy_files import Files, animated, sheet, table
from .grid import PAPER, png

ACTIVE = 0.01  # nats
COLUMNS = 6


def frame_picture(trace: BetaTrace, frame: int, pixels: int = 640) -> Image.Image:
    """Draws from the prior, then a row of held-out digits above their reconstructions."""
    rows = np.concatenate([trace.samples[frame], trace.shown, trace.reconstructions[frame]]).astype(np.float32)
    return sheet(rows, COLUMNS, pixels)


def beside(images: list[Image.Image]) -> Image.Image:
    """Pictures of one height side by side."""
    gap = 16
    wide = Image.new("RGB", (sum(i.width + gap for i in images) - gap, images[0].height), tuple(int(c) for c in PAPER))
    left = 0
    for image in images:
        wide.paste(image, (left, 0))
        left += image.width + gap
    return wide


def files(traces: list[BetaTrace], frame: int) -> Files:
    """Label → (extension, maker), of one training or of two."""
    found: Files = {
        "PNG": ("png", lambda: png(beside([frame_picture(trace, frame) for trace in traces]))),
        "GIF": (
            "gif",
            lambda: animated(beside([frame_picture(t, f, 320) for t in traces]) for f in range(len(traces[0].kept))),
        ),
    }
    for trace in traces:
        found["npz" if len(traces) == 1 else f"npz, β = {trace.beta:g}"] = ("npz", trace.to_bytes)
    return found | {"CSV": ("csv", lambda: to_csv(traces))}


def to_csv(traces: list[BetaTrace]) -> str:
    """One row per training and kept step."""
    latent = traces[0].kl.shape[1]
    names = ["beta", "step", "negative_elbo_nats", "reconstruction_nats", "kl_nats", "active_dimensions"]
    rows = (
        [t.beta, t.kept[f], t.negative_elbo[f], t.reconstruction[f], t.kl[f].sum(), (t.kl[f] >= ACTIVE).sum(), *t.kl[f]]
        for t in traces
        for f in range(len(t.kept))
    )
    return table([*names, *(f"kl_{d + 1}_nats" for d in range(latent))], rows)


def words(trace: BetaTrace | None) -> dict[str, str]:
    """The numbers that the lesson names, of the first training at its end."""
    if trace is None:
        return dict.fromkeys(("beta", "bound", "reconstruction", "kl", "active", "latent", "steps", "spread"), "–")
    kl = trace.kl[-1]
    return {
        "beta": f"{trace.beta:g}",
        "bound": number(float(trace.negative_elbo[-1]), 2),
        "reconstruction": number(float(trace.reconstruction[-1]), 2),
        "kl": number(float(kl.sum()), 2),
        "active": str(int((kl >= ACTIVE).sum())),
        "latent": str(len(kl)),
        "steps": str(int(trace.kept[-1])),
        "spread": f"{trace.spread[-1].max():.2f}",
    }
