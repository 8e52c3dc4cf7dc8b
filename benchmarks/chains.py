"""Our kernels against blackjax's: the same target, step size and number of chains, in one process, taking turns.

    python -m benchmarks.chains --json [--threads 2] [--chains 16,64] [--image-chains 1,64,256] [--repeats 3]

It needs what requirements-bench.txt pins beside the app's own packages. The plane's targets are the app's catalogue,
the picture's is a random convolutional network on 28×28 (5×5, 3×3, 3×3 convolutions of stride 2 to 32, 64, 128
channels, SiLU, one output, plus ½‖x‖²); each is written in torch and in JAX, and their energies are compared first.
blackjax is compiled (jit over scan over vmap) before it is timed; both keep the same draws (positions in the plane,
energies of pictures) and ours keeps its verdicts too. Steps are steps of all chains at once. The seconds are the best
of `--repeats` rounds; `ours_over_blackjax` is the median of the rounds' ratios of steps per second (above 1: ours is
faster), so that it holds where the seconds do not. Effective draws: the least of both coordinates in the plane, those
of the energy for pictures, after the first fifth. The last line is one JSON object.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable

import click
import numpy as np
import torch
from torch import Tensor, nn

from playground import diagnostics
from playground.samplers.hamiltonian import HMC
from playground.samplers.kernel import run
from playground.samplers.langevin import MALA
from playground.samplers.metropolis import RandomWalk
from playground.targets import TARGETS

LEAPFROG = 10
STEP_SIZES = {  # random walk, MALA, HMC
    "gaussian": (0.8, 0.6, 0.3),
    "banana": (1.0, 0.6, 0.3),
    "funnel": (1.0, 0.5, 0.2),
    "ring": (0.8, 0.4, 0.25),
    "eight": (1.0, 0.6, 0.3),
    "moons": (0.6, 0.35, 0.2),
    "picture": (0.08, 0.3, 0.08),
}
REASON = (
    "In the plane a step is about twenty operations on a few numbers, and each costs torch a microsecond or two of "
    "Python and dispatch; blackjax's loop is compiled and pays neither. At the size of pictures the network's "
    "arithmetic is all that counts."
)


class Picture:
    """The random network's energy: (C, 1, 28, 28) → (C,)."""

    def __init__(self) -> None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.network = nn.Sequential(
                nn.Conv2d(1, 32, 5, 2, 2), nn.SiLU(), nn.Conv2d(32, 64, 3, 2, 1), nn.SiLU(),
                nn.Conv2d(64, 128, 3, 2, 1), nn.SiLU(), nn.Flatten(), nn.Linear(128 * 16, 1),
            )  # fmt: skip
        self.network.requires_grad_(False).to(memory_format=torch.channels_last)

    def __call__(self, x: Tensor) -> Tensor:
        return self.network(x).squeeze(1) + 0.5 * x.square().flatten(1).sum(1)


def kernels(name: str, leapfrog: int) -> dict[str, object]:
    """Kernel by name, at the step sizes of a target."""
    walk, langevin, hamiltonian = STEP_SIZES[name]
    return {"random walk": RandomWalk(walk), "MALA": MALA(langevin), "HMC": HMC(hamiltonian, leapfrog)}


def ours(kernel: object, energy: Callable, begin: Tensor, steps: int, keep: bool) -> Callable:
    """A function of the seed: (seconds, draws (S, C, …) or energies (S, C), mean acceptance probability)."""

    def measured(seed: int) -> tuple[float, np.ndarray, float]:
        generator = torch.Generator().manual_seed(seed)
        begun = time.perf_counter()
        history = run(kernel, energy, begin, steps, generator, keep="positions" if keep else "scalars")
        seconds = time.perf_counter() - begun
        draws = history.positions if keep else history.energies
        return seconds, draws[1:].numpy(), history.info.log_ratio.clamp(max=0).exp().mean().item()

    measured(0)
    return measured


def effective(draws: np.ndarray) -> float:
    """The least effective size of any coordinate of draws (S, C) or (S, C, D), after the first fifth."""
    kept = draws[len(draws) // 5 :].reshape(len(draws) - len(draws) // 5, draws.shape[1], -1)
    return min(diagnostics.ess(kept[:, :, d].T) for d in range(kept.shape[2]))


def measure(target: str, energy: Callable, log_density: Callable, begin: Tensor, steps: int, repeats: int) -> list:
    """Rows of one target at one number of chains."""
    from . import chains_jax

    theirs = chains_jax.log_densities(log_density, begin.numpy())
    if not np.allclose(energy(begin).numpy(), -theirs + (energy(begin[:1]).item() + theirs[0]), rtol=1e-3, atol=2e-3):
        raise RuntimeError(f"{target}: the two energies differ by more than a constant")
    keep, rows = begin.ndim == 2, []
    for name, kernel in kernels(target, LEAPFROG if keep else 5).items():
        leapfrog = getattr(kernel, "leapfrog", 1)
        count = max(10, steps // leapfrog) if not keep else steps
        sides = {
            "ours": ours(kernel, energy, begin, count, keep),
            "blackjax": chains_jax.compiled(
                name, log_density, kernel.step_size, leapfrog, begin.numpy(), count, keep
            ),
        }  # fmt: skip
        rounds = [{side: measured(seed) for side, measured in sides.items()} for seed in range(1, repeats + 1)]
        row = {"target": target, "kernel": name, "chains": len(begin), "steps": count, "step_size": kernel.step_size}
        for side in sides:
            best = min(each[side][0] for each in rounds)
            row[side] = {
                "steps_per_second": count / best,
                "effective_draws_per_second": statistics.median(effective(each[side][1]) for each in rounds) / best,
                "acceptance": statistics.mean(each[side][2] for each in rounds),
            }
        ratios = [each["blackjax"][0] / each["ours"][0] for each in rounds]
        row |= {"ours_over_blackjax": statistics.median(ratios), "range": [min(ratios), max(ratios)]}
        click.echo(
            f"{target:9} {name:12} {len(begin):6} {row['ours']['steps_per_second']:12.1f}"
            f" {row['blackjax']['steps_per_second']:12.1f} {row['ours_over_blackjax']:8.3f}"
            f" {row['ours']['effective_draws_per_second']:12.1f}"
            f" {row['blackjax']['effective_draws_per_second']:12.1f}"
            f" {row['ours']['acceptance']:6.2f} {row['blackjax']['acceptance']:6.2f}"
        )
        rows.append(row)
    return rows


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--threads", default=2, show_default=True, help="Processor cores that both sides may use.")
@click.option("--chains", default="16,64", show_default=True, help="Numbers of chains in the plane.")
@click.option("--image-chains", default="1,64,256", show_default=True)
@click.option("--steps", default=1000, show_default=True, help="Steps in the plane.")
@click.option("--image-steps", default=50, show_default=True, help="Steps of pictures (HMC: a fifth of them).")
@click.option("--repeats", default=3, show_default=True)
@click.option("--only", default="", help="Only targets whose name holds this text.")
def main(
    as_json: bool, threads: int, chains: str, image_chains: str, steps: int, image_steps: int, repeats: int, only: str
) -> None:
    """Steps and effective draws per second of random walk, MALA and HMC, ours beside blackjax's."""
    if hasattr(os, "sched_setaffinity"):  # XLA makes as many threads as it sees cores, so it is told before it looks
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    torch.set_num_threads(threads)
    try:
        from . import chains_jax
    except ImportError as error:
        click.echo(f"{error}. This benchmark compares with blackjax: pip install -r requirements-bench.txt", err=True)
        sys.exit(1)
    import blackjax
    import jax

    rows = []
    click.echo(
        "target    kernel       chains  ours steps/s  blackjax st/s  ratio  ours ESS/s  blackjax ESS/s  accepted"
    )
    generator = torch.Generator().manual_seed(0)
    for name in (name for name in TARGETS if only in name):
        for count in (int(text) for text in chains.split(",") if text):
            begin = torch.randn(count, 2, generator=generator)
            rows += measure(name, TARGETS[name].energy, chains_jax.plane(name), begin, steps, repeats)
    if only in "picture":
        energy = Picture()
        log_density = chains_jax.picture({k: v.contiguous().numpy() for k, v in energy.network.state_dict().items()})
        for count in (int(text) for text in image_chains.split(",") if text):
            begin = torch.randn(count, 1, 28, 28, generator=generator)
            rows += measure("picture", energy, log_density, begin, image_steps, repeats)
    click.echo(REASON)
    if as_json:
        versions = {"torch": torch.__version__, "jax": jax.__version__, "blackjax": blackjax.__version__}
        load = os.getloadavg()[0]
        click.echo(
            json.dumps(
                {"benchmark": "chains", "threads": threads, "load": load, "versions": versions, "reason": REASON,
                 "results": rows}
            )
        )  # fmt: skip


if __name__ == "__main__":
    main()
