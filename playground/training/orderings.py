"""What averaging 1, 2, 4, 8 or 16 orderings or sets of masks is worth, measured on real examples once and kept."""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from ..checkpoints import Loaded
from ..data import Dataset
from ..errors import InvalidInput
from ..models.ensemble import average_log_prob
from .evaluate import mean_and_error, prepare

COUNTS = (1, 2, 4, 8, 16)
EXAMPLES, FEWER = 2_000, 200  # FEWER where a pass is D times as dear
BATCH = 100


def examples_for(model: nn.Module) -> int:
    """How many examples are measured: a model of any ordering computes its second layer anew for each position."""
    return FEWER if model.members == 0 else EXAMPLES


@torch.inference_mode()
def measure_orderings(
    loaded: Loaded,
    dataset: Dataset,
    split: str = "validation",
    examples: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict:
    """−log p of the first examples of a split with 1, 2, 4, 8 and 16 members averaged, as plain JSON values.

    counts: how many were averaged, as far as the model has as many. nll_nats, nll_standard_error: for each of them.
    members_nll_nats: of each member alone. split, examples, binarization: what was measured.
    Raises InvalidInput for a model with one ordering, DataError as `evaluate.prepare` does.
    """
    model = loaded.model
    if getattr(model, "members", 1) == 1:
        raise InvalidInput(f"{loaded.name}: {type(model).__name__} has one ordering, there is nothing to average")
    counts = [count for count in COUNTS if model.members == 0 or count <= model.members]
    rows = torch.from_numpy(np.ascontiguousarray(prepare(model, dataset, split)[: examples or examples_for(model)]))
    members = [model.member(index) for index in range(counts[-1])]
    found, done = [], 0
    for chunk in rows.split(BATCH):
        x = chunk.float().to(model.order.device)
        found.append(torch.stack([member.log_prob(x).double().cpu() for member in members]))  # (M, B)
        done += len(chunk)
        progress(done, len(rows))
    log_p = torch.cat(found, 1)  # (M, N)
    nll = -torch.stack([average_log_prob(log_p[:count]) for count in counts])  # (counts, N)
    means, errors = zip(*map(mean_and_error, nll.numpy()), strict=True)
    return {
        "split": split,
        "examples": len(rows),
        "binarization": dataset.binarization,
        "counts": counts,
        "nll_nats": list(means),
        "nll_standard_error": list(errors),
        "members_nll_nats": (-log_p.mean(1)).tolist(),
    }
