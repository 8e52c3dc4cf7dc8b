"""How near the four binary models come to the truth on tables whose distribution is known.

    python -m benchmarks.tables --json [--minutes 5] [--tables dna,nips] [--recipes fvsbn,made] [--seed 0] [--rows 2000]

Every recipe is trained on every stand-in of `benchmarks.worlds` with its default settings within the time budget, and
measured on the first `--rows` test rows, as shipped (float16 weights, its orderings averaged). Beside it: −log p under
the distribution itself, which no model can beat but by luck, the product of the marginals, and the Chow–Liu tree. The
last line is one JSON object.
"""

import json
import tempfile
import time
from pathlib import Path

import click
import torch

from benchmarks import worlds
from playground import checkpoints
from playground.data import Dataset
from playground.training import session
from playground.training.measure import measure
from playground.training.recipes import RECIPES


def measured(name: str, recipe: str, minutes: float, seed: int, rows: int) -> dict:
    """One model on one table."""
    world = worlds.world(name)
    splits = (split[:, None, :] for split in (world.train, world.valid, world.test[:rows]))
    dataset = Dataset(name, *splits, None, 1, "none")
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        progress, _ = session.train(RECIPES[recipe], dataset, Path(folder), minutes, seed=seed)
        seconds = time.perf_counter() - begun
        loaded = checkpoints.load(Path(folder))
        found = measure(loaded, dataset, "test")
        tried = loaded.description["training"]["tried"]
    return {
        "table": name,
        "recipe": recipe,
        "nll_nats": found.nll_nats,
        "nll_standard_error": found.nll_standard_error,
        "truth_nats": float(world.truth[:rows].mean()),
        "independent_nats": worlds.independent(world.train, world.test[:rows]),
        "tree_nats": worlds.chow_liu(world.train, world.test[:rows]),
        "orderings": found.orderings,
        "steps": progress.step,
        "seconds": seconds,
        "tried": tried,
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--minutes", default=5.0, show_default=True, help="Time budget of each training.")
@click.option("--tables", default=",".join(worlds.ROWS), show_default=True)
@click.option("--recipes", default="fvsbn,nade,nade-agnostic,made", show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--rows", default=2000, show_default=True, help="Test rows at most.")
def main(as_json: bool, minutes: float, tables: str, recipes: str, seed: int, rows: int) -> None:
    """Test NLL in nats of every recipe on every stand-in, beside the truth and two baselines."""
    torch.set_num_threads(1)  # as `train` does on a table
    found = []
    click.echo("table       recipe          nats ± error     truth  independent    tree  orderings  seconds")
    for name in tables.split(","):
        for recipe in recipes.split(","):
            row = measured(name, recipe, minutes, seed, rows)
            found.append(row)
            click.echo(
                f"{name:10}  {recipe:13}  {row['nll_nats']:7.2f} ± {row['nll_standard_error']:4.2f}"
                f"  {row['truth_nats']:8.2f}  {row['independent_nats']:11.2f}  {row['tree_nats']:6.2f}"
                f"  {row['orderings']:9}  {row['seconds']:7.0f}"
            )
    if as_json:
        click.echo(
            json.dumps({"benchmark": "tables", "minutes": minutes, "torch": torch.__version__, "results": found})
        )


if __name__ == "__main__":
    main()
