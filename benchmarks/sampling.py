"""How long sampling takes: cached, naive, and one parallel pass, for every autoregressive checkpoint.

    python -m benchmarks.sampling --json [--threads 1] [--batches 1,16,64] [--positions 8] [--repeats 4] [--fresh]

Cached sampling is measured whole (every position). Naive sampling, one full parallel pass per position, is measured
over a stretch of `--positions` positions spread evenly over the picture and **scaled** to all of them. The three are
measured in turn, `--repeats` times after a warm-up, the pass and the cached run as the better of two. The seconds are
the best of all rounds; `cached_over_one_pass` is the median of the rounds' ratios, so that it holds where the seconds
do not, and both extremes stand beside it.

`--fresh` measures freshly initialised models of the usual sizes instead of checkpoints: time does not depend on what
was learned. Order-agnostic NADE has another bound than the others: its layers above the first are recomputed at every
position, in sampling *and* in `conditionals`, whose one pass therefore is D passes through those layers. Models that
read tokens of several pixels need no more full passes than there are tokens: `naive_by_token_over_cached` says what is
left of `naive_over_cached` then. The last line is one JSON object.
"""

import json
import statistics
import time
from collections.abc import Callable

import click
import torch
from torch import nn

from playground import checkpoints
from playground.models import build
from playground.samplers.ancestral import sample, sample_naively, uniform_noise
from playground.training.sequence_recipes import SEQUENCES

FRESH = {
    "FVSBN": {"model": "FVSBN"},
    "NADE 500": {"model": "NADE", "config": {"hidden": 500, "activation": "relu"}},
    "agnostic NADE 500, 500": {"model": "OrderAgnosticNADE", "config": {"hidden": (500, 500)}},
    "MADE 1000, 1000": {"model": "MADE", "config": {"hidden": (1000, 1000)}},
    "MADE 2000, 2000": {"model": "MADE", "config": {"hidden": (2000, 2000)}},
    "MADE 4000": {"model": "MADE", "config": {"hidden": (4000,)}},
    "MADE 2000, 2000 × 16": {"model": "MADE", "config": {"hidden": (2000, 2000), "mask_sets": 16}},
    **{
        f"{recipe.name}, fresh": {"model": recipe.model, "config": recipe.config}
        for recipe in SEQUENCES
        if recipe.model in ("MarkovModel", "RecurrentModel", "Transformer")
    },
}
RECOMPUTED = {"OrderAgnosticNADE": "layers above the first are computed anew at each position, both ways"}


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def discrete_models(fresh: bool) -> dict[str, nn.Module]:
    """Name → model: freshly initialised ones, or the checkpoints of binary and grey pictures and of text."""
    if fresh:
        return {name: build(d).eval().requires_grad_(False) for name, d in FRESH.items()}
    loaded = {name: checkpoints.load(name).model for name in checkpoints.names()}
    return {name: model for name, model in loaded.items() if getattr(model, "head", "") in ("bernoulli", "categorical")}


def measure(name: str, model: nn.Module, batch: int, positions: int, repeats: int) -> dict:
    """One row of the table: one model at one batch size."""
    generator = torch.Generator().manual_seed(0)
    total = len(model.order)
    stretch = model.order[torch.linspace(0, total - 1, min(positions, total)).long()]
    noise = uniform_noise(batch, total, generator)
    x = sample(model, batch, generator, noise=noise).events(model.event_shape).float()  # also the warm-up
    part = noise[:, : len(stretch)]
    rounds = []
    with torch.inference_mode():
        for _ in range(repeats + 1):
            one_pass = min(seconds(lambda: model.conditionals(x)) for _ in range(2))
            cached = min(seconds(lambda: sample(model, batch, generator, noise=noise)) for _ in range(2))
            naive = seconds(lambda: sample_naively(model.conditionals, x, stretch, part)) * total / len(stretch)
            rounds.append((one_pass, cached, naive))
    one_pass, cached, naive = (min(column) for column in zip(*rounds[1:], strict=True))
    ratios = [each_cached / each_pass for each_pass, each_cached, _ in rounds[1:]]
    row = {
        "checkpoint": name,
        "batch": batch,
        "cached_seconds": cached,
        "naive_seconds": naive,
        "one_pass_seconds": one_pass,
        "cached_over_one_pass": statistics.median(ratios),
        "cached_over_one_pass_range": [min(ratios), max(ratios)],
        "naive_over_cached": naive / cached,
        "naive_positions_measured": len(stretch),
        "positions": total,
    }
    if tokens := getattr(model.config, "tokens", 0):
        row |= {"tokens": tokens, "naive_by_token_over_cached": naive * tokens / total / cached}
    note = RECOMPUTED.get(type(model).__name__)
    return {**row, "note": note} if note else row


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--threads", default=1, show_default=True, help="Processor threads of torch; the app takes one a job.")
@click.option("--batches", default="1,16,64", show_default=True)
@click.option("--positions", default=8, show_default=True, help="Positions of the naive loop that are measured.")
@click.option("--repeats", default=4, show_default=True)
@click.option("--fresh", is_flag=True, help="Freshly initialised models of the usual sizes, not the checkpoints.")
@click.option("--only", default="", help="Only models whose name holds this text.")
def main(as_json: bool, threads: int, batches: str, positions: int, repeats: int, fresh: bool, only: str) -> None:
    """Seconds of cached sampling, naive sampling (scaled from a stretch) and one parallel pass, for each model."""
    torch.set_num_threads(threads)
    rows = []
    click.echo("model                    batch   cached s   naive s (scaled)   one pass s   cached/pass   naive/cached")
    for name, model in discrete_models(fresh).items():
        for batch in (int(text) for text in batches.split(",") if only in name):
            row = measure(name, model, batch, positions, repeats)
            rows.append(row)
            click.echo(
                f"{name:23}  {batch:5}  {row['cached_seconds']:9.3f}  {row['naive_seconds']:17.1f}"
                f"  {row['one_pass_seconds']:11.4f}  {row['cached_over_one_pass']:12.2f}"
                f"  {row['naive_over_cached']:13.0f}"
            )
    if as_json:
        click.echo(
            json.dumps({"benchmark": "sampling", "threads": threads, "torch": torch.__version__, "results": rows})
        )


if __name__ == "__main__":
    main()
