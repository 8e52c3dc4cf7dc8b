"""The game in the plane: seconds for a hundred moves of both players, with the whole history, and for what goes on.

    python -m benchmarks.game --json [--repeats 5] [--processor]

One thread. Every data set is played with the plain game, every loss and every cure on the first of them. "training" is
the moves alone; "all" the trace, from nothing; "next" ten moves more, where a hundred were played before. The least of
the repeats, each of which starts with nothing kept. The last line is one JSON object.
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any, get_args

import click
import torch

from playground.traces import GanGameSettings, example_points, pack_points
from playground.traces.gan_game import MEMO, Board, gan_game


def cases() -> dict[str, dict[str, Any]]:
    """What is measured, by its title."""
    fields = GanGameSettings.model_fields
    data, losses, cures = (get_args(fields[name].annotation) for name in ("data", "loss", "cure"))
    found: dict[str, dict[str, Any]] = {name: {"data": name} for name in data}
    found["drawn"]["points"] = pack_points(example_points())
    found |= {f"{cure}, {loss}": {"cure": cure, "loss": loss} for cure in cures for loss in losses}
    found["unrolled by 10"] = {"cure": "unrolled", "unroll": 10}
    found["5 steps of D"] = {"d_steps": 5}
    found["64 hidden units"] = {"hidden": 64}
    return found


@torch.inference_mode()
def training(settings: GanGameSettings) -> None:
    """The moves, and nothing kept."""
    game = Board(settings).game
    state = game.start()
    for move in settings.steps:
        state = game.after(state, move)


def seconds(values: dict[str, Any], steps: int, now: Callable[[], float]) -> dict[str, float]:
    """One measurement of one case, by the clock `now`."""
    settings, longer = (GanGameSettings(moves=f"b{count}", **values) for count in (steps, steps + 10))
    MEMO.clear()
    clock = [now()]
    for work in (lambda: training(settings), lambda: gan_game(settings), lambda: gan_game(longer)):
        work()
        clock.append(now())
    return {name: clock[n + 1] - clock[n] for n, name in enumerate(("training", "all", "next"))}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--steps", default=100, show_default=True)
@click.option("--repeats", default=5, show_default=True)
@click.option("--processor", is_flag=True, help="Processor time instead of the wall clock's, on a busy machine.")
def main(as_json: bool, steps: int, repeats: int, processor: bool) -> None:
    """Seconds for the game in the plane, on one thread."""
    now = time.thread_time if processor else time.perf_counter
    torch.set_num_threads(1)
    click.echo(f"{'':28} training      all  10 more   seconds; {steps} moves")
    results = {}
    for title, values in cases().items():
        rows = [seconds(values, steps, now) for _ in range(repeats)]
        results[title] = {name: round(min(row[name] for row in rows), 4) for name in rows[0]}
        click.echo(f"{title:28} " + " ".join(f"{value:8.3f}" for value in results[title].values()))
    if as_json:
        context = {
            "steps": steps,
            "repeats": repeats,
            "clock": now.__name__,
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
        }
        click.echo(json.dumps({"benchmark": "game", **context, "results": results}))


if __name__ == "__main__":
    main()
