"""checkpoints/catalogue.json: which checkpoints there are, what their files hash to, and where the Hub holds them."""

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..errors import CheckpointError

WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
SHEET = "samples.png"  # what a card shows of an energy's chains
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ROOT_VARIABLE = "PLAYGROUND_CHECKPOINTS"


@dataclass(frozen=True)
class Entry:
    """One checkpoint of the catalogue.

    files: SHA-256 of model.safetensors and config.json. hub_repo, hub_revision: where `publish` put it, and the
    commit that is fetched from there; None before. validation: what `evaluate --json` printed for the files as
    shipped, {} where it was not measured.
    """

    name: str
    title: str
    summary: str
    family: str
    dataset: str
    files: dict[str, str]
    hub_repo: str | None = None
    hub_revision: str | None = None
    validation: dict = field(default_factory=dict)


def root() -> Path:
    """The folder of the bundled checkpoints: PLAYGROUND_CHECKPOINTS, or checkpoints/ beside the package."""
    return Path(os.environ.get(ROOT_VARIABLE) or Path(__file__).resolve().parents[2] / "checkpoints")


def read() -> dict[str, Entry]:
    """All entries by name, in the file's order. Raises CheckpointError if the catalogue is missing or damaged."""
    path = root() / "catalogue.json"
    remedy = "restore it with `git checkout -- checkpoints`"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = {name: Entry(name=name, **fields) for name, fields in content.items()}
        damaged = [name for name, e in entries.items() if not NAME.fullmatch(name) or not _whole(e)]
    except FileNotFoundError as error:
        raise CheckpointError(f"{path}: the catalogue of checkpoints is missing; {remedy}") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CheckpointError(f"{path}: the catalogue of checkpoints is damaged ({error}); {remedy}") from error
    if damaged:
        raise CheckpointError(f"{path}: the entry {damaged[0]!r} of the catalogue is damaged; {remedy}")
    return entries


def _whole(entry: Entry) -> bool:
    return (
        isinstance(entry.files, dict)
        and {WEIGHTS, CONFIG} <= set(entry.files)
        and all(isinstance(text, str) for text in (entry.title, entry.summary, *entry.files.values()))
    )


def write(entry: Entry) -> None:
    """Add or replace one entry, so that a crash never leaves half a file. Raises CheckpointError."""
    folder = root()
    path = folder / "catalogue.json"
    entries = read() if path.exists() else {}
    entries[entry.name] = entry
    content = {name: {k: v for k, v in asdict(e).items() if k != "name"} for name, e in entries.items()}
    folder.mkdir(parents=True, exist_ok=True)
    partial = path.with_name("catalogue.json.partial")
    partial.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(path)


def sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
