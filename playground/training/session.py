"""One training as a person runs it: resumed from its folder, stopped by Ctrl-C or SIGTERM, shipped when measured."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType

import numpy as np
import torch

from .. import data
from ..checkpoints import Entry, Loaded, catalogue, load, save
from ..checkpoints.codes import CODES, save_codes
from ..checkpoints.reference import ORDERINGS, REFERENCE, save_orderings, save_reference
from ..errors import CheckpointError, InvalidInput
from ..models import build
from .adversarial import AdversarialMeasurement, AdversarialTrainer, generated
from .boltzmann import BoltzmannMeasurement, BoltzmannTrainer
from .bounds import LatentMeasurement, codes_of
from .card import model_card
from .contrastive import ContrastiveTrainer
from .energies import EnergyMeasurement, denoised, dreams
from .energy_card import energy_card
from .evaluate import Measurement
from .gan_card import gan_card
from .latent import LatentTrainer
from .latent_card import latent_card
from .loop import Progress, Trainer, load_state, save_state
from .measure import assess
from .orderings import measure_orderings
from .rbm_card import rbm_card
from .recipes import RECIPES, Recipe
from .selection import Selection
from .sequence_card import sequence_card
from .sequence_figures import ClassifierMeasurement, TextMeasurement, TranslationMeasurement
from .sequences import LabelTrainer, PairTrainer, TextTrainer

# of models with a trainer of their own
TRAINERS = {
    "Autoencoder": LatentTrainer,
    "VAE": LatentTrainer,
    "GAN": AdversarialTrainer,
    "RowClassifier": LabelTrainer,
    "Translator": PairTrainer,
}
SHOWN = 32  # chains on the card of an energy, and half the pictures on that of a GAN
CARDS = {
    EnergyMeasurement: energy_card,
    BoltzmannMeasurement: rbm_card,
    LatentMeasurement: latent_card,
    AdversarialMeasurement: gan_card,
    ClassifierMeasurement: sequence_card,
    TextMeasurement: sequence_card,
    TranslationMeasurement: sequence_card,
}  # of measurements with a card of their own


def recipe_named(name: str) -> Recipe:
    """Raises InvalidInput that lists the recipes if there is none of this name."""
    if name not in RECIPES:
        raise InvalidInput(f"recipe {name!r} is not known; there are: {', '.join(RECIPES)}")
    return RECIPES[name]


def saved_state(folder: Path) -> dict | None:
    """The training state in `folder`, or None if there is none. Raises CheckpointError if it is damaged."""
    path = folder / "training.pt"
    try:
        state = load_state(folder)
    except Exception as error:
        # torch.load has no error of its own: a damaged file ends in RuntimeError, UnpicklingError, EOFError, KeyError …
        raise CheckpointError(
            f"{path}: damaged or not a saved training ({type(error).__name__}); remove it to start anew"
        ) from error
    if state is not None and not {"recipe", "config", "model", "average", "best", "progress"} <= state.keys():
        raise CheckpointError(f"{path}: not a saved training of this project; remove it to start anew")
    return state


@contextmanager
def stop_signals() -> Iterator[Callable[[], bool]]:
    """Inside, Ctrl-C and SIGTERM only set a flag that the yielded function reads; a second Ctrl-C ends at once."""
    caught: list[int] = []

    def catch(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("stopping after this step, then saving …", file=sys.stderr)

    before = {number: signal.signal(number, catch) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield lambda: bool(caught)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def train(
    recipe: Recipe,
    dataset: data.Dataset,
    folder: Path,
    minutes: float | None = None,
    device: str = "cpu",
    seed: int = 0,
    report: Callable[[float, Progress, float], None] = lambda share, progress, loss: None,
    save_every: float = 180.0,
    start: Loaded | None = None,
) -> tuple[Progress, bool]:
    """Train in `folder`, going on from training.pt there; its best weights are kept beside it as a checkpoint.

    start: a checkpoint whose weights a *new* training begins with (training.pt does not travel with a clone).

    Without `minutes`, as many steps as the recipe has left. Returns where it stands, and whether it was stopped.
    Raises CheckpointError if training.pt is damaged or of another recipe, InvalidInput if there is nothing to do.
    """
    on_table = recipe.dataset == "table"
    if on_table:
        recipe = recipe.fitted(dataset.train.shape[1:])
    energies = BoltzmannTrainer if recipe.model == "RBM" else ContrastiveTrainer
    of_model = TextTrainer if recipe.config.get("symbols") else TRAINERS.get(recipe.model, Trainer)
    kind = Selection if on_table else energies if recipe.chain else of_model
    trainer = kind(recipe, dataset, device, seed)
    state = saved_state(folder)
    if state is not None:
        try:
            trainer.load(state)
        except (ValueError, KeyError, TypeError, RuntimeError) as error:
            raise CheckpointError(
                f"{folder / 'training.pt'}: {error}; pass another --out, or remove the file to start anew"
            ) from error
    elif start is not None:
        try:
            trainer.start_from(start.model)
        except RuntimeError as error:
            raise CheckpointError(f"{start.name} does not fit the recipe {recipe.name}: {error}") from error
    left = recipe.steps - trainer.progress.step
    if minutes is None and on_table and trainer.finished:
        raise InvalidInput(f"{folder}: early stopping has ended this training; pass --minutes to train on")
    if minutes is None and left <= 0:
        raise InvalidInput(f"{folder}: all {recipe.steps} steps are done; pass --minutes to train on")

    def keep(trainer: Trainer | Selection) -> None:
        save_state(trainer, folder)
        if trainer.progress.best < float("inf"):
            _save_best(folder, recipe, trainer.state_dict())

    with stop_signals() as stop:
        progress = trainer.run(minutes=minutes, steps=left, report=report, save=keep, save_every=save_every, stop=stop)
        return progress, stop()


def _save_best(folder: Path, recipe: Recipe, state: dict) -> None:
    """The best weights of a training state as a checkpoint in `folder`. Raises CheckpointError if they do not fit."""
    with torch.random.fork_rng(devices=[]):
        model = build({"model": recipe.model, "config": state["config"]})
    try:
        model.load_state_dict(state["best"])
    except RuntimeError as error:
        raise CheckpointError(f"the saved training does not fit the recipe {recipe.name}: {error}") from error
    progress = state["progress"]
    extra = {
        "title": recipe.title,
        "summary": recipe.summary,
        "dataset": recipe.dataset,
        "recipe": recipe.name,
        "orderings": state.get("changes", {}).get("orderings", recipe.orderings),
        **({"chain": asdict(recipe.chain)} if recipe.chain else {}),
        "training": {"steps": progress["step"], "seconds": round(progress["seconds"]), "batch": recipe.batch},
    }
    if "tried" in state:
        extra["training"]["tried"] = state["tried"]
    save(folder, model, extra)


@dataclass(frozen=True)
class Shipped:
    """What `ship` did. measured: of the new files. before: of the shipped ones, or None. replaced: whether the new
    files are now the shipped ones."""

    measured: Measurement
    before: Measurement | None
    replaced: bool


def write_card(loaded: Loaded, measured: Measurement, command: str) -> None:
    """Write the model card beside a checkpoint's files."""
    text = CARDS.get(type(measured), model_card)(loaded.description, measured, command)
    (loaded.folder / catalogue.CARD).write_text(text, encoding="utf-8")


def sheet_pictures(loaded: Loaded, measured: Measurement) -> np.ndarray | None:
    """Grey pictures (N, H, W) for the card, or None: where an energy's chains end, and the same without noise; or a
    GAN's."""
    if isinstance(measured, AdversarialMeasurement):
        return generated(loaded.model, 2 * SHOWN, seed=1).numpy()
    if not isinstance(measured, EnergyMeasurement) or not measured.chains:
        return None
    ends = dreams(loaded, SHOWN, measured.chains["steps"], seed=1)
    return torch.cat([ends, denoised(loaded, ends)]).cpu().numpy()


def ship(
    recipe: Recipe,
    source: Path,
    dataset: data.Dataset,
    force: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    sheet: Callable[[np.ndarray], bytes] | None = None,
) -> Shipped:
    """Make the best weights of the training in `source` the bundled checkpoint, if they are measured to be better.

    They are written as they will be shipped, read back, and measured on the whole validation split; only then do they
    replace what is there, card and catalogue with them. With `force` they do so even if they are worse.
    sheet: (N, H, W) grey pictures → PNG, of what an energy's chains reach, for its card.
    Raises CheckpointError if there is no usable training in `source`.
    """
    state = saved_state(source)
    if state is None:
        raise CheckpointError(f"{source / 'training.pt'}: no such file; run `python -m playground train {recipe.name}`")
    if state["recipe"] != recipe.name:
        raise CheckpointError(f"{source / 'training.pt'}: a training of {state['recipe']}, not of {recipe.name}")
    target = catalogue.root() / recipe.name
    staging = catalogue.root() / f".{recipe.name}.partial" / recipe.name  # the last part names the checkpoint
    _save_best(staging, recipe, state)
    loaded = load(staging)
    measured, values = assess(loaded, dataset, "validation", progress=progress)
    entries = catalogue.read() if (catalogue.root() / "catalogue.json").exists() else {}
    old = entries.get(recipe.name)
    before = type(measured)(**old.validation) if old and old.validation else None
    replaced = force or before is None or measured.figure < before.figure
    if replaced:
        write_card(loaded, measured, f"python -m playground evaluate {recipe.name} --json")
        save_reference(staging, values, measured.reference)
        filenames = [catalogue.WEIGHTS, catalogue.CONFIG, catalogue.CARD, REFERENCE]
        pictures = sheet_pictures(loaded, measured)
        if pictures is not None and sheet is not None:
            (staging / catalogue.SHEET).write_bytes(sheet(pictures))
            filenames.append(catalogue.SHEET)
        if isinstance(measured, LatentMeasurement) and dataset.labels is not None:
            save_codes(staging, codes_of(loaded, dataset))
            filenames.append(CODES)
        if getattr(loaded.model, "members", 1) != 1:
            save_orderings(staging, measure_orderings(loaded, dataset, progress=progress))
            filenames.append(ORDERINGS)
        target.mkdir(parents=True, exist_ok=True)
        for filename in filenames:
            (staging / filename).replace(target / filename)
        catalogue.write(
            Entry(
                name=recipe.name,
                title=recipe.title,
                summary=recipe.summary,
                family=loaded.model.family,
                dataset=recipe.dataset,
                files={name: catalogue.sha256(target / name) for name in (catalogue.WEIGHTS, catalogue.CONFIG)},
                validation=measured.as_dict(),
            )
        )
    for leftover in staging.iterdir():
        leftover.unlink()
    staging.rmdir()
    staging.parent.rmdir()
    return Shipped(measured, before, replaced)
