"""How much memory NADE's log-likelihood takes, forward and with the backward pass: never the (B, D, H) tensor.

    python -m benchmarks.memory --json [--batch 512] [--hidden 500] [--side 28]

Each way is run in a process of its own, after a pass over one example, and the process's high-water mark (resident
memory, as the kernel counts it) is compared with what it held before. For comparison the textbook way is measured too,
which makes the hidden units of all positions at once. The last line is one JSON object.
"""

import json
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import torch

from playground.models import NADE, NADEConfig

ROOT = Path(__file__).parents[1]
STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def forward(model: NADE, x: torch.Tensor) -> None:
    """log p alone."""
    with torch.inference_mode():
        model.log_prob(x)


def backward(model: NADE, x: torch.Tensor) -> None:
    """log p and the gradients of all weights, as a step of training needs them."""
    model.log_prob(x).sum().backward()


def textbook(model: NADE, x: torch.Tensor) -> None:
    """log p with the hidden units of all positions at once, (B, D, H): what is to be avoided."""
    with torch.inference_mode():
        x = x.flatten(1)
        a = (x.unsqueeze(-1) * model.encode).cumsum(1).roll(1, dims=1)  # (B, D, H), raster order
        a[:, 0] = 0
        logits = (a.add_(model.hidden_bias).relu_() * model.decode).sum(-1) + model.bias
        torch.nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="none").sum(1)


WAYS: dict[str, Callable[[NADE, torch.Tensor], None]] = {
    "forward": forward,
    "forward and backward": backward,
    "textbook forward": textbook,
}


def resident() -> tuple[int, int]:
    """Bytes of resident memory (now, at most so far). Where there is no /proc, both are the most so far."""
    if not STATUS.exists():
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return most, most
    text = STATUS.read_text(encoding="ascii")
    now, most = (int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) * 1024 for name in ("VmRSS", "VmHWM"))
    return now, most


def run(way: str, batch: int, hidden: int, side: int) -> int:
    """Bytes by which this process's memory rises while it goes `way`."""
    torch.set_num_threads(1)
    model = NADE(NADEConfig(height=side, width=side, hidden=hidden, activation="relu"))
    x = (torch.rand(batch, side, side, generator=torch.Generator().manual_seed(0)) < 0.2).float()
    WAYS[way](model, x[:1])
    if RESET.exists():
        RESET.write_text("5", encoding="ascii")  # the high-water mark starts anew
    before, _ = resident()
    WAYS[way](model, x)
    return resident()[1] - before


def measure(way: str, batch: int, hidden: int = 500, side: int = 28) -> int:
    """`run` in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", "--way", way]
    command += ["--batch", str(batch), "--hidden", str(hidden), "--side", str(side)]
    return int(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--batch", default=512, show_default=True)
@click.option("--hidden", default=500, show_default=True)
@click.option("--side", default=28, show_default=True, help="Height and width; D is its square.")
@click.option("--way", type=click.Choice(list(WAYS)), help="Run this one here and print its bytes.")
def main(as_json: bool, batch: int, hidden: int, side: int, way: str | None) -> None:
    """Peak memory of NADE's log-likelihood beyond the model and its input."""
    if way:
        click.echo(run(way, batch, hidden, side))
        return
    whole = 4 * batch * side * side * hidden
    click.echo(f"one (B, D, H) tensor, {batch} × {side * side} × {hidden} float32: {whole / 1e6:,.1f} MB")
    rows = []
    for name in WAYS:
        peak = measure(name, batch, hidden, side)
        rows.append({"way": name, "peak_bytes": peak, "share_of_bdh": peak / whole})
        click.echo(f"{name:22}  {peak / 1e6:9,.1f} MB  {peak / whole:8.1%} of it")
    if as_json:
        found = {"benchmark": "memory", "model": "NADE", "batch": batch, "positions": side * side, "hidden": hidden}
        click.echo(json.dumps({**found, "bdh_bytes": whole, "torch": torch.__version__, "results": rows}))


if __name__ == "__main__":
    main()
