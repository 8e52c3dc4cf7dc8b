"""Rules that hold everywhere, checked on the syntax tree: no global randomness, nothing unpickled, types in public."""

import ast
import re

import pytest

from playground.ui.frame import STYLE
from playground.widgets.assets import style
from tests.test_layers import ROOT, files

RANDOM_OBJECTS = {"Random", "SystemRandom"}
NUMPY_OBJECTS = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64"}
TORCH_DRAWS = {
    "rand", "randn", "randint", "randperm", "normal", "bernoulli", "multinomial", "poisson",
}  # fmt: skip
GLOBAL_SEEDS = {"torch.seed", "torch.cuda.manual_seed", "torch.cuda.manual_seed_all", "torch.set_rng_state"}
CONTROLS = {
    "slider", "select_slider", "selectbox", "number_input", "toggle", "checkbox", "radio", "pills",
    "segmented_control", "multiselect", "text_input", "text_area",
}  # fmt: skip
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}


def dotted(node: ast.AST) -> str:
    """`a.b.c` as text, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := dotted(node.value)):
        return f"{base}.{node.attr}"
    return ""


def loose_controls(tree: ast.AST) -> list[ast.Attribute]:
    """Controls of Streamlit, on whatever container, that neither go to `held` nor are called at once without a key."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    held = [call.args[0] for call in calls if call.args and dotted(call.func).split(".")[-1] == "held"]
    keyless = [call.func for call in calls if not {"key", None} & {keyword.arg for keyword in call.keywords}]
    fine = {id(inner) for first in held for inner in ast.walk(first)} | set(map(id, keyless))
    return [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in CONTROLS and id(n) not in fine]


def sins(source: str, page: bool = False) -> list[str]:
    """What a source does that the project refuses, "line: what"."""
    tree = ast.parse(source)
    aliases = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases |= {
                a.asname or a.name.split(".")[0]: a.name if a.asname else a.name.split(".")[0] for a in node.names
            }
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            aliases |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    forked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        and any("fork_rng" in dotted(getattr(i.context_expr, "func", None) or i.context_expr) for i in node.items)
        for inner in ast.walk(node)
    }
    found = [f"{node.lineno}: {node.attr} not by ui.held" for node in loose_controls(tree)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            found += [f"{node.lineno}: imports {name}" for name in names if name.split(".")[0] in UNPICKLERS]
        if not isinstance(node, ast.Call):
            continue
        head, _, rest = dotted(node.func).partition(".")
        name = ".".join(filter(None, (aliases.get(head, head), rest)))
        keywords = {k.arg: k.value for k in node.keywords}
        where = f"{node.lineno}: {name}"
        first, last = name.split(".")[0], name.split(".")[-1]
        if (name == "torch.manual_seed" and id(node) not in forked) or name in GLOBAL_SEEDS:
            found.append(f"{where} sets the global generator outside fork_rng")
        elif first == "torch" and last in TORCH_DRAWS and "generator" not in keywords:
            found.append(f"{where} draws without a generator")
        elif name.startswith("numpy.random.") and last not in NUMPY_OBJECTS:
            found.append(f"{where} uses NumPy's global generator")
        elif name == "numpy.random.default_rng" and not node.args:
            found.append(f"{where} has no seed")
        elif first == "random" and aliases.get(head, "").startswith("random") and last not in RANDOM_OBJECTS:
            found.append(f"{where} uses Python's global generator")
        elif name == "torch.load" and getattr(keywords.get("weights_only"), "value", None) is not True:
            found.append(f"{where} without weights_only=True")
        elif name == "numpy.load" and getattr(keywords.get("allow_pickle"), "value", False) is not False:
            found.append(f"{where} with allow_pickle")
        elif name in ("eval", "exec", "builtins.eval", "builtins.exec"):
            found.append(f"{where} runs text as code")
        elif page and name == "time.sleep":
            found.append(f"{where} sleeps in a page")
    return found


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_keeps_the_rules(path):
    assert not sins(path.read_text(encoding="utf-8"), page="playground" not in path.relative_to(ROOT).parts)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\ntorch.manual_seed(0)",
        "import torch as t\nt.manual_seed(0)",
        "from torch import manual_seed\nmanual_seed(0)",
        "import torch\ntorch.rand(3)",
        "import torch\ntorch.bernoulli(p)",
        "import numpy as np\nnp.random.rand(3)",
        "import numpy as np\nnp.random.seed(3)",
        "import numpy as np\nnp.random.default_rng()",
        "from numpy import random\nrandom.rand(3)",
        "import random\nrandom.random()",
        "from random import choice\nchoice(x)",
        "import torch\ntorch.load(p)",
        "import torch\ntorch.load(p, weights_only=False)",
        "import numpy as np\nnp.load(p, allow_pickle=True)",
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "exec(text)",
        "import streamlit as st\nst.slider('σ', 0, 1, key='sigma')",
        "place.selectbox('kernel', names, **options)",
        "halves[0].slider('weight', 0, 20, key=key)",
        "box = st.text_input if short else st.text_area",
        "import time\ntime.sleep(1)",
        "from time import sleep as nap\nnap(1)",
    ],
)
def test_each_sin_is_seen(source):
    assert sins(source, page=True)


@pytest.mark.parametrize(
    "source",
    [
        "import torch\nwith torch.random.fork_rng(devices=[]):\n    torch.manual_seed(0)",
        "import torch\ntorch.rand(3, generator=g)\ntorch.Generator().manual_seed(0)",
        "import numpy as np\nnp.random.default_rng(0).random(3)",
        "import random\nrandom.Random(0).random()",
        "import torch\ntorch.load(p, weights_only=True)",
        "model.eval()",
        "import streamlit as st\nui.held(st.slider, 'σ', 0, 1, key='sigma')\nst.slider('σ', 0, 1, 1)",
    ],
)
def test_what_is_allowed_is_let_through(source):
    assert not sins(source, page=True)


@pytest.mark.parametrize("path", files(), ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_have_types_and_words(path):
    bare = []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree) or not tree.body, "the file says nothing about itself"
    scopes = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_"))]
    for scope in scopes:
        for node in scope.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            untyped = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls")]
            if untyped or node.returns is None:
                bare.append(f"{node.lineno}: {node.name} has no types for {', '.join(untyped) or 'its result'}")
    assert not bare


def test_no_file_grew_past_its_room():
    long = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in files()}
    assert not {name: count for name, count in long.items() if count > 300}, "at most 300 lines: find another room"


def test_no_page_or_style_asks_another_host():
    outside = re.compile(r"(src|href)=[\"']https?://|@import\s|url\([\"']?https?://|fetch\([\"']https?://")
    for suffix in ("js", "css", "html"):
        for path in (ROOT / "playground").rglob(f"*.{suffix}"):
            assert not outside.search(path.read_text(encoding="utf-8")), path


MOTION = re.compile(r"(?<![\w-])(transition|animation|scroll-behavior)(?:-[\w-]+)?\s*:\s*([^;}]+)")
STILL = {"transition": "none !important", "animation": "none !important"}


def test_reduced_motion_stops_every_movement_of_the_styles():
    blocks = {
        "frame": re.search(
            r"@media \(prefers-reduced-motion: reduce\) \{\s*\*, \*::before, \*::after \{([^}]*)\}", STYLE
        ),
        "canvases": re.search(
            r"@media \(prefers-reduced-motion: reduce\) \{ \.pg, \.pg \*, \.pg \*::before, \.pg \*::after \{([^}]*)\}",
            style("lecture"),  # as for every canvas: common.css, then its own
        ),
    }
    for place, block in blocks.items():
        assert block, place
        assert dict(MOTION.findall(block[1])).items() >= STILL.items(), place
    for path in (ROOT / "playground").rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        forced = [what for what in MOTION.findall(text) if "!important" in what[1] and not what[1].startswith("none")]
        assert not forced, path


def test_scripts_move_nothing_smoothly_by_themselves():
    for path in (ROOT / "playground").rglob("*.js"):
        assert not re.search(r"\.animate\(|behavior: *[\"']smooth", path.read_text(encoding="utf-8")), path
