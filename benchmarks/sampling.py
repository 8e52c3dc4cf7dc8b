"""How long sampling takes: cached, naive, and one parallel pass.

    python -m benchmarks.sampling --json [--threads 2] [--batches 1,16,64] [--positions 8] [--repeats 4]

Cached sampling is measured whole (every position). Naive sampling, one full parallel pass per position, is measured
over a stretch of `--positions` positions spread evenly over the picture and **scaled** to all of them. The three are
measured in turn, `--repeats` times after a warm-up, and the best of each is taken, so that the ratios hold where the
seconds do not. The last line is one JSON object.
"""

import json
import time
from collections.abc import Callable

import click
import torch

from playground import checkpoints
from playground.samplers.ancestral import sample, sample_naively, uniform_noise


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure(name: str, batch: int, positions: int, repeats: int) -> dict:
    """One row of the table: one checkpoint at one batch size."""
    model = checkpoints.load(name).model
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
            cached = seconds(lambda: sample(model, batch, generator, noise=noise))
            naive = seconds(lambda: sample_naively(model.conditionals, x, stretch, part)) * total / len(stretch)
            rounds.append((one_pass, cached, naive))
    one_pass, cached, naive = (min(column) for column in zip(*rounds[1:], strict=True))
    return {
        "checkpoint": name,
        "batch": batch,
        "cached_seconds": cached,
        "naive_seconds": naive,
        "one_pass_seconds": one_pass,
        "cached_over_one_pass": cached / one_pass,
        "naive_over_cached": naive / cached,
        "naive_positions_measured": len(stretch),
        "positions": total,
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--threads", default=2, show_default=True, help="Processor threads of torch.")
@click.option("--batches", default="1,16,64", show_default=True)
@click.option("--positions", default=8, show_default=True, help="Positions of the naive loop that are measured.")
@click.option("--repeats", default=4, show_default=True)
def main(as_json: bool, threads: int, batches: str, positions: int, repeats: int) -> None:
    """Seconds of cached sampling, naive sampling (scaled from a stretch) and one parallel pass, for each PixelCNN."""
    torch.set_num_threads(threads)
    rows = []
    click.echo("checkpoint              batch   cached s   naive s (scaled)   one pass s   cached/pass   naive/cached")
    for name in checkpoints.names():
        if checkpoints.load(name).model.family != "pixelcnn":
            continue
        for batch in (int(text) for text in batches.split(",")):
            row = measure(name, batch, positions, repeats)
            rows.append(row)
            click.echo(
                f"{name:22}  {batch:5}  {row['cached_seconds']:9.3f}  {row['naive_seconds']:17.1f}"
                f"  {row['one_pass_seconds']:11.4f}  {row['cached_over_one_pass']:12.2f}"
                f"  {row['naive_over_cached']:13.0f}"
            )
    if as_json:
        click.echo(
            json.dumps({"benchmark": "sampling", "threads": threads, "torch": torch.__version__, "results": rows})
        )


if __name__ == "__main__":
    main()
