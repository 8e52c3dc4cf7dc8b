"""A shelf of small random checkpoints, under the names of those that are shipped."""

from pathlib import Path

import torch

from playground.checkpoints import Entry, catalogue, save
from playground.models import build

SIDE = 6
SMALL = {
    "fvsbn-mnist": ("FVSBN", {}),
    "nade-mnist": ("NADE", {"hidden": 12, "activation": "relu"}),
    "nade-agnostic-mnist": ("OrderAgnosticNADE", {"hidden": (10, 8)}),
    "pixelcnn-digits": ("PixelCNN", {"levels": 16, "features": 4, "blocks": 1}),
}


def stock(*names: str) -> None:
    """Write these checkpoints, 6×6 with random weights, into the shelf that PLAYGROUND_CHECKPOINTS names."""
    for name in names:
        kind, config = SMALL[name]
        with torch.random.fork_rng(devices=[]):
            model = build({"model": kind, "config": {"height": SIDE, "width": SIDE, **config}})
        generator = torch.Generator().manual_seed(1)
        for parameter in model.parameters():
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.5
        folder: Path = catalogue.root() / name
        save(folder, model, {"title": f"Small {kind}"})
        files = {part: catalogue.sha256(folder / part) for part in (catalogue.WEIGHTS, catalogue.CONFIG)}
        measured = {"nll_nats": 12.5, "parameters": 345} if kind == "NADE" else {}
        catalogue.write(Entry(name, f"Small {kind}", "random", model.family, "mnist", files, validation=measured))
