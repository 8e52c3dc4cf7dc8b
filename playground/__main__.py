"""The command line: list, train, evaluate, orderings, sample, ship, publish."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import torch
from tqdm import tqdm

from . import checkpoints, data
from .checkpoints.reference import save_orderings
from .errors import InvalidInput, PlaygroundError
from .figures import grid
from .publishing import publish as publish_checkpoint
from .sampling import SAMPLERS, ancestral_samples, joined, require_generator, sheet
from .training import session
from .training.loop import Progress
from .training.measure import measure
from .training.orderings import measure_orderings
from .training.recipes import RECIPES

BAR = "{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
SEED = click.IntRange(0, 2**32 - 1)
DATA_HELP = "Folder with MNIST's IDX files, or an .npz with arrays train, valid, test of 0/1 rows. Default: the Hub's."


class Words(click.Group):
    """A group whose commands end in one line on stderr, and exit code 1, where a PlaygroundError is raised."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; what goes wrong for a known reason is said in words, without a traceback."""
        try:
            return super().invoke(context)
        except PlaygroundError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:  # a full disk, a folder that may not be written to
            raise click.ClickException(f"{error.filename or 'file'}: {error.strerror or error}") from error


class Finite(click.FloatRange):
    """A range of numbers in which "nan" and "inf", which Python reads as numbers, are none."""

    def convert(self, value: object, parameter: click.Parameter | None, context: click.Context | None) -> float:
        """The number; what is not a finite one in the range is a usage error."""
        number = super().convert(value, parameter, context)
        if not np.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", parameter, context)
        return number


def pick_device(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The torch device of `--device`."""
    if value == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if value == "cuda" and not torch.cuda.is_available():
        raise click.BadParameter("no CUDA device is available here; use --device cpu")
    return value


device_option = click.option(
    "--device", type=click.Choice(["auto", "cpu", "cuda"]), default="auto", show_default=True, callback=pick_device
)
data_option = click.option("--data", "data_path", type=click.Path(path_type=Path), help=DATA_HELP)


def counting(label: str) -> Callable[[int, int], None]:
    """A progress bar on stderr for functions that report (done, total)."""
    bar = tqdm(desc=label, unit=" examples")

    def update(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return update


def card_sheet(pictures: np.ndarray) -> bytes:
    """What the card of an energy shows, as PNG."""
    return grid.png(sheet(pictures))


@click.group(cls=Words, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """A visual playground for deep generative models: its checkpoints on the command line."""


@main.command("list")
def list_checkpoints() -> None:
    """Show the checkpoints that are shipped, and the recipes that make them."""
    names = checkpoints.names()
    for name in names:
        found = checkpoints.entry(name)
        nll, auroc = found.validation.get("nll_nats"), found.validation.get("auroc")
        figure = f"{nll:.2f} nats ({found.validation['split']})" if nll is not None else "not measured"
        if nll is None and auroc:
            figure = f"AUROC against rotated digits {auroc['rotated']:.3f} ({found.validation['split']})"
        click.echo(f"{name:24} {found.title:28} {figure}")
    for name in (r for r in RECIPES if r not in names):
        table = RECIPES[name].dataset == "table"
        state, more = ("for a table of yours", " --data TABLE.npz") if table else ("not shipped", "")
        click.echo(f"{name:24} {RECIPES[name].title:28} {state}; python -m playground train {name}{more}")


@main.command()
@click.argument("recipe")
@data_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Default: runs/RECIPE.")
@click.option("--minutes", type=Finite(0, min_open=True), help="Time budget; else the recipe's steps.")
@click.option("--from", "source", help="A checkpoint, name or folder, whose weights a new training begins with.")
@device_option
@click.option("--seed", type=SEED, default=0, show_default=True)
@click.option("--threads", type=click.IntRange(1, 1024), help="Processor threads; default: torch's choice.")
def train(
    recipe: str,
    data_path: Path | None,
    out: Path | None,
    minutes: float | None,
    source: str | None,
    device: str,
    seed: int,
    threads: int | None,
) -> None:
    """Train RECIPE, or go on where the training in --out stands. Ctrl-C saves."""
    chosen = session.recipe_named(recipe)
    if threads or chosen.dataset == "table":  # a table's steps are too small to share
        torch.set_num_threads(threads or 1)
    folder = out or Path("runs") / recipe
    dataset = data.load(chosen.dataset, data_path, chosen.shape)
    with tqdm(total=1000, desc=recipe, bar_format=f"{BAR} {{postfix}}") as bar:

        def report(share: float, progress: Progress, loss: float) -> None:
            bar.update(int(share * 1000) - bar.n)
            best = f"{progress.best:.2f}" if progress.best < float("inf") else "–"
            bar.set_postfix_str(f"step {progress.step:,}, batch {loss:.2f} nats, best validation {best}", refresh=False)

        start = load(source, "cpu") if source else None
        progress, stopped = session.train(chosen, dataset, folder, minutes, device, seed, report, start=start)
    state = f"{progress.step:,} steps, {progress.seconds / 60:.1f} minutes"
    if stopped:
        click.echo(f"Stopped at {state}; saved in {folder}. The same command goes on from there.")
    else:
        how = f"{min(len(dataset.valid), chosen.valid_rows):,} rows" + (", bfloat16" if chosen.half else "")
        click.echo(f"{state}, best validation NLL {progress.best:.2f} nats ({how}); saved in {folder}.")
        more = f" --data {data_path}" if data_path else ""
        click.echo(f"python -m playground evaluate {folder}{more}   measures it")
        click.echo(f"python -m playground ship {recipe} --from {folder}{more}   ships it")


@main.command()
@click.argument("checkpoint")
@data_option
@click.option("--split", type=click.Choice(["validation", "test"]), default="validation", show_default=True)
@click.option("--orderings", type=click.IntRange(1, 1024), help="Orderings averaged; default: the checkpoint's.")
@device_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--write-card", is_flag=True, help="Write README.md, the model card, beside the weights.")
def evaluate(
    checkpoint: str,
    data_path: Path | None,
    split: str,
    orderings: int | None,
    device: str,
    as_json: bool,
    write_card: bool,
) -> None:
    """Measure the negative log-likelihood of CHECKPOINT, a name or a folder, in float32."""
    loaded = load(checkpoint, device)
    name = loaded.description.get("dataset", "mnist")
    dataset = data.load(name, data_path, loaded.model.event_shape, test=split == "test")
    measured = measure(loaded, dataset, split, counting("evaluate"), orderings)
    if write_card:
        if loaded.source == "hub":
            raise InvalidInput("--write-card: the checkpoint came from the Hub's cache; unset PLAYGROUND_HUB_REPO")
        words = [f"python -m playground evaluate {checkpoint}"]
        words += [f"--data {data_path}"] if name == "table" else []
        words += [f"--orderings {orderings}"] if orderings else []
        session.write_card(loaded, measured, " ".join([*words, f"--split {split} --json"]))
    click.echo(measured.words("rows" if name == "table" else "images"))
    if as_json:
        click.echo(json.dumps(measured.as_dict()))


@main.command()
@click.argument("checkpoint")
@data_option
@click.option("--examples", type=click.IntRange(1), help="Default: 2,000; 200 where the model knows any ordering.")
@device_option
@click.option("--write", is_flag=True, help="Write orderings.json beside the weights, for the page that shows it.")
def orderings(checkpoint: str, data_path: Path | None, examples: int | None, device: str, write: bool) -> None:
    """Measure CHECKPOINT on validation examples with 1, 2, 4, 8 and 16 orderings or sets of masks averaged."""
    loaded = load(checkpoint, device)
    dataset = data.load(loaded.description.get("dataset", "mnist"), data_path, loaded.model.event_shape)
    found = measure_orderings(loaded, dataset, examples=examples, progress=counting("orderings"))
    for count, nats, error in zip(found["counts"], found["nll_nats"], found["nll_standard_error"], strict=True):
        click.echo(f"{count:3} averaged: {nats:.3f} ± {error:.3f} nats on {found['examples']:,} validation examples")
    if write:
        if loaded.source == "hub":
            raise InvalidInput("--write: the checkpoint came from the Hub's cache; unset PLAYGROUND_HUB_REPO")
        save_orderings(loaded.folder, found)


@main.command()
@click.argument("checkpoint")
@click.option("--count", type=click.IntRange(1, 4096), default=16, show_default=True)
@click.option("--seed", type=SEED, default=0, show_default=True)
@click.option("--temperature", type=Finite(0.01, 100), default=1.0, show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="FILE.png or FILE.npz; of a model of text FILE.txt or FILE.npz, and without it the text is printed.",
)
@device_option
def sample(checkpoint: str, count: int, seed: int, temperature: float, out: Path | None, device: str) -> None:
    """Draw samples from CHECKPOINT, a name or a folder, into a picture, a table or a text."""
    if out is not None and out.suffix not in (".png", ".npz", ".txt"):
        raise click.BadParameter(f"{out.name!r}: the name must end in .png, .npz or .txt", param_hint="--out")
    if out is not None and not out.absolute().parent.is_dir():
        raise click.BadParameter(f"{out.absolute().parent}: no such folder", param_hint="--out")
    loaded = load(checkpoint, device)
    require_generator(loaded)
    if not getattr(loaded.model.config, "symbols", ""):
        if out is None:
            raise click.UsageError("Missing option '--out': FILE.png or FILE.npz.")
        if out.suffix == ".txt":
            raise click.BadParameter(
                f"{checkpoint} draws no text: the name must end in .png or .npz", param_hint="--out"
            )
    pictures = out is not None and out.suffix == ".png"
    torch.set_num_threads(1)  # a step is too small to share: more threads wait for each other
    with tqdm(total=100, desc="sample", bar_format=BAR) as bar:

        def update(share: float) -> None:
            bar.update(int(share * 100) - bar.n)

        draw = SAMPLERS.get(loaded.model.family, ancestral_samples)
        found = draw(loaded, count, seed, temperature, update, pictures)
        bar.update(100 - bar.n)
    if out is None:
        click.echo(joined(found["texts"]), nl=False)
        return
    if pictures:
        found.save(out)
    elif out.suffix == ".txt":
        out.write_text(joined(found["texts"]), encoding="utf-8")
    else:
        np.savez_compressed(out, **found, seed=seed, temperature=temperature)
    click.echo(f"{out}: {count} samples of {checkpoint}, seed {seed}, temperature {temperature:g}")


@main.command()
@click.argument("recipe")
@click.option("--from", "source", type=click.Path(path_type=Path, file_okay=False), help="Default: runs/RECIPE.")
@data_option
@click.option("--force", is_flag=True, help="Ship even if the shipped checkpoint is better.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Processor threads; default: torch's choice.")
def ship(recipe: str, source: Path | None, data_path: Path | None, force: bool, threads: int | None) -> None:
    """Make the best weights of a training the bundled checkpoint, with card and catalogue, if they are better."""
    if threads:
        torch.set_num_threads(threads)
    chosen = session.recipe_named(recipe)
    dataset = data.load(chosen.dataset, data_path, chosen.shape)
    source = source or Path("runs") / recipe
    done = session.ship(chosen, source, dataset, force, counting("measure as shipped"), card_sheet)
    after = f"{done.measured.figure:.3f}"
    if not done.replaced:
        raise InvalidInput(
            f"{recipe}: {after}, but the shipped one has {done.before.figure:.3f}, and lower is better; nothing was "
            "changed (--force ships it)"
        )
    click.echo(done.measured.words())
    click.echo(f"{recipe}: shipped at {after}" + (f", before {done.before.figure:.3f}" if done.before else ""))


@main.command()
@click.argument("name")
@click.option("--repo", required=True, help="OWNER/NAME on the Hugging Face Hub.")
@click.option("--revision", help="Branch to commit to; default: the main one.")
def publish(name: str, repo: str, revision: str | None) -> None:
    """Upload a bundled checkpoint to the Hub, and pin the commit in the catalogue."""
    commit = publish_checkpoint(name, repo, revision)
    click.echo(f"{name} is in {repo}; the catalogue now pins this commit:")
    click.echo(commit)


def load(text: str, device: str) -> checkpoints.Loaded:
    """The checkpoint that a person typed the name or the folder of; its notice, if any, goes to stderr."""
    loaded = checkpoints.load(checkpoints.resolve(text), device)
    if loaded.notice:
        click.echo(f"Note: {loaded.notice}.", err=True)
    return loaded


if __name__ == "__main__":
    main(prog_name="python -m playground")
