"""A checkpoint as files: written with float16 weights, read back strictly into a float32 model."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file
from torch import Tensor, nn

from ..errors import CheckpointError
from ..models import build, describe
from .catalogue import CONFIG, WEIGHTS


def save(folder: Path, model: nn.Module, extra: dict | None = None) -> None:
    """Write model.safetensors (float16) and config.json into `folder`, each so that a crash leaves no half file.

    `extra`: more for config.json (title, summary, dataset, recipe …), plain JSON values.
    Raises CheckpointError if a weight is not finite once it is float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: weight.detach().cpu().half().contiguous() for name, weight in model.state_dict().items()}
    for name, weight in halves.items():
        if not weight.isfinite().all():
            raise CheckpointError(f"{folder / WEIGHTS}: {name} is not finite in float16; nothing was written")
    description = describe(model) | {"family": model.family} | (extra or {})
    partial = folder / f"{WEIGHTS}.partial"
    save_file(halves, partial, metadata={"format": "pt"})
    partial.chmod(0o644)  # safetensors leaves it readable by its owner only, and an image runs as somebody else
    partial.replace(folder / WEIGHTS)
    partial = folder / f"{CONFIG}.partial"
    partial.write_text(json.dumps(description, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(folder / CONFIG)


def read_model(weights: Path, config: Path, remedy: str) -> tuple[nn.Module, dict]:
    """The model and its description, in float32, in eval(), without gradients, on the CPU.

    Raises CheckpointError that names the file and ends with `remedy`: missing, empty, truncated or corrupt file, a
    description that makes no model, a weight that is missing, extra, of a wrong shape or type, or not finite.
    """
    description = _description(config, remedy)
    try:
        with torch.device("meta"):  # shapes only: a huge size in the file is refused before any memory is taken
            expected = {name: tuple(p.shape) for name, p in build(description).state_dict().items()}
    except (ValueError, RuntimeError) as error:
        raise CheckpointError(f"{config}: it describes no model ({error}); {remedy}") from error
    state = _weights(weights, expected, remedy)
    with torch.random.fork_rng(devices=[]):  # layers initialise themselves from the global generator
        model = build(description)
    model.load_state_dict(state, strict=True)
    return model.eval().requires_grad_(False), description


def _read(path: Path, remedy: str) -> bytes:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise CheckpointError(f"{path}: the file is missing; {remedy}") from error
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    if not content:
        raise CheckpointError(f"{path}: the file is empty (0 bytes); {remedy}")
    return content


def _description(path: Path, remedy: str) -> dict:
    content = _read(path, remedy)
    try:
        description = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: not valid JSON ({error}); {remedy}") from error
    if not isinstance(description, dict) or not isinstance(description.get("config"), dict):
        raise CheckpointError(f'{path}: it needs an object with "model" and "config"; {remedy}')
    return description


def _weights(path: Path, expected: dict[str, tuple[int, ...]], remedy: str) -> dict[str, Tensor]:
    content = _read(path, remedy)
    try:
        state = load(content)
    except (SafetensorError, ValueError, KeyError, RuntimeError) as error:
        raise CheckpointError(f"{path}: corrupt or truncated safetensors file ({error}); {remedy}") from error
    if missing := sorted(expected.keys() - state.keys()):
        raise CheckpointError(f"{path}: {len(missing)} weights are missing, the first is {missing[0]}; {remedy}")
    if extra := sorted(state.keys() - expected.keys()):
        raise CheckpointError(f"{path}: {len(extra)} weights belong to no layer, the first is {extra[0]}; {remedy}")
    for name, weight in state.items():
        if tuple(weight.shape) != expected[name]:
            raise CheckpointError(
                f"{path}: {name} has shape {tuple(weight.shape)}, the configuration needs {expected[name]}; {remedy}"
            )
        if not weight.is_floating_point() or not weight.isfinite().all():
            raise CheckpointError(f"{path}: {name} holds values that are not finite numbers; {remedy}")
    return {name: weight.float() for name, weight in state.items()}
