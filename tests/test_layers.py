"""Who may import whom: the table of the design, read off the imports themselves."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
COMMAND_LINE = {
    "click", "huggingface_hub", "httpx2", "numpy", "torch", "tqdm", "figures",
    "checkpoints", "data", "errors", "hub", "models", "publishing", "samplers", "sampling", "traces", "training",
}  # fmt: skip

# The design's table: what a layer may import beside the standard library and itself. A name that is a module of
# playground/ means that module.
ALLOWED = {
    "app": {"streamlit", "ui", "figures", "widgets", "engine", "traces"},
    "pages": {"streamlit", "ui", "figures", "widgets", "engine", "traces"},
    "ui": {"streamlit", "engine", "checkpoints", "errors"},
    "widgets": {"streamlit", "numpy", "traces"},
    "figures": {"numpy", "plotly", "altair", "PIL", "traces"},
    "engine": {"traces", "checkpoints", "errors"},
    "traces": {"torch", "numpy", "pydantic", "models", "samplers", "data", "errors"},
    "samplers": {"torch"},
    "models": {"torch", "huggingface_hub"},
    "training": {"torch", "accelerate", "models", "samplers", "data", "checkpoints"},
    # Modules that the table does not name
    "checkpoints": {"torch", "safetensors", "models", "hub", "errors"},
    "hub": {"huggingface_hub", "httpx2", "errors"},
    "publishing": {"huggingface_hub", "httpx2", "checkpoints", "hub", "errors"},
    "data": {"numpy", "sklearn", "pyarrow", "PIL", "hub", "tables", "errors"},
    "tables": {"numpy", "errors"},
    # samples as the command line writes them
    "sampling": {"numpy", "torch", "PIL", "checkpoints", "data", "errors", "figures", "models", "samplers", "texts"},
    "densities": {"numpy", "sklearn"},
    "corruptions": {"numpy"},
    "diagnostics": {"numpy", "arviz_stats", "errors"},
    "pictures": {"numpy", "PIL", "errors"},
    "worlds": {"numpy", "errors"},  # small worlds that can be enumerated: pure functions, no torch
    "targets": {"torch", "numpy", "errors"},  # densities to sample from, with known moments
    "texts": {"numpy", "errors"},  # an alphabet, and what of a typed text it knows
    "phrases": {"numpy"},  # pairs for the translator, from a few rules
    "formula": {"torch", "simpleeval", "errors"},  # a density that a visitor typed
    "drawn": {"torch", "numpy", "errors"},  # a density that a visitor drew
    "quadrature": {"torch", "numpy", "errors"},
    "lessons": set(),
    "rooms": {"errors"},  # of a lecture: who follows whom
    "roomroutes": {"starlette", "segno", "rooms"},  # their addresses, beside Streamlit's own
    "words": set(),  # the texts of each language
    "errors": set(),
    "__init__": set(),
    "__main__": COMMAND_LINE,
}
# What goes beyond the table, and why.
BEYOND = {
    "pages": {"errors", "numpy", "pictures"},  # a drawn or uploaded picture is read, and refused in words
    # uploads; the packed pictures and drawn patterns of a link; typed text
    # the frame mounts canvases on every page; the rooms of a lecture
    "ui": {"pictures", "traces", "worlds", "numpy", "texts", "words", "widgets", "rooms", "roomroutes"},
    "widgets": {"errors", "words"},  # what comes back from a browser is refused in words
    "figures": {"words"},  # what is written in a figure is said in the visitor's language
    "engine": {"torch", "numpy"},  # finds the device, sets the threads; reads a checkpoint's reference figures
    # refuses in words; data sets are numpy arrays; ROC; what is no digit; text and phrases are data too
    "training": {"errors", "numpy", "sklearn", "corruptions", "texts", "phrases"},
    "checkpoints": {"numpy"},
    "data": {"densities", "texts", "phrases"},  # the sets of points in the plane are data sets too, and so is text
    # points and small worlds, to train on in front of the visitor; densities for chains, and what chains are worth;
    # what is done to a digit so that it is none
    "traces": {"densities", "worlds", "targets", "formula", "drawn", "quadrature", "diagnostics", "corruptions"}
    | {"texts", "phrases"},  # typed text, and what the translator is asked
}


def layer_of(path: Path) -> str:
    """The row of the table that a file belongs to."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "playground" else parts[0]


def imported(source: str, package: tuple[str, ...]) -> set[str]:
    """The layers and outside packages that a module in `package` imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            targets = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = list(package[: len(package) - node.level + 1]) if node.level else []
            base += node.module.split(".") if node.module else []
            targets = [[*base, alias.name] for alias in node.names]
        else:
            continue
        for target in targets:
            if target[0] == "playground":
                found.add(target[1] if len(target) > 1 else "__init__")
            elif target[0] not in sys.stdlib_module_names:
                found.add(target[0])
    return found


def files() -> list[Path]:
    return sorted(p for part in ("app.py", "pages", "playground") for p in [ROOT / part, *ROOT.glob(f"{part}/**/*.py")]
                  if p.suffix == ".py" and p.is_file())  # fmt: skip


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_what_its_layer_may(path):
    layer = layer_of(path)
    assert layer in ALLOWED, f"{layer} has no row in the table of layers"
    package = path.relative_to(ROOT).parent.parts
    refused = imported(path.read_text(encoding="utf-8"), package) - ALLOWED[layer] - BEYOND.get(layer, set()) - {layer}
    assert not refused, f"{layer} may not import {', '.join(sorted(refused))}"


@pytest.mark.parametrize(
    ("source", "package", "expected"),
    [
        ("import os, torch.nn", (), {"torch"}),
        ("from ..models import build", ("playground", "traces"), {"models"}),
        ("from .. import data, hub", ("playground", "training"), {"data", "hub"}),
        ("from . import files", ("playground", "checkpoints"), {"checkpoints"}),
        ("from .errors import DataError", ("playground",), {"errors"}),
        ("from playground.engine import Engine", ("pages",), {"engine"}),
        ("import playground.models.layers", (), {"models"}),
        ("def f():\n    from streamlit import cache_data", (), {"streamlit"}),
    ],
)
def test_the_reader_of_imports(source, package, expected):
    assert imported(source, package) == expected
