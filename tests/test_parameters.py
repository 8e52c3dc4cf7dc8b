"""Cost of belief networks: the formulas equal what built models hold and multiply, and the page that shows them."""

import csv
import io
import itertools
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest
from torch.utils._python_dispatch import TorchDispatchMode

from playground.figures import parameters as figures
from playground.models import build
from playground.samplers import ancestral
from playground.traces import ParameterSettings, compute
from playground.traces.parameters import (
    MODELS,
    living_parameters,
    pass_multiplications,
    sample_multiplications,
    stored_parameters,
)
from tests.pages import in_link, lesson_of, notices, open_page, sound

SIZES = [
    (n, hidden, layers, direct)
    for n in (1, 2, 3, 10, 61)
    for hidden in (1, 7, 40)
    for layers in (1, 2, 3)
    for direct in (False, True)
]


def built(n: int, hidden: int, layers: int, direct: bool) -> list[Any]:
    size = {"height": 1, "width": n}
    configs = {}, {"hidden": hidden}, {"hidden": (hidden,) * layers, "direct": direct}
    return [
        build({"model": name, "config": {**size, **config}}).requires_grad_(False)
        for name, config in zip(MODELS, configs, strict=True)
    ]


class Multiplications(TorchDispatchMode):
    """Counts the multiply-adds of every product that torch executes."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = function.overloadpacket.__name__.rstrip("_")
        if name in ("mm", "mv", "addmm", "addmv"):
            left, right = args[-2:]
            self.count += left.numel() * (right.shape[1] if right.dim() == 2 else 1)
        elif name == "linear":
            self.count += args[0].numel() * args[1].shape[0]
        elif name == "addr":
            self.count += args[1].numel() * args[2].numel()
        else:
            assert not any(word in name for word in ("mm", "mv", "matmul", "dot", "conv", "einsum")), name
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_built_models_hold_what_the_formulas_say(size):
    models = built(*size)
    assert stored_parameters(*size) == tuple(sum(p.numel() for p in model.parameters()) for model in models)
    fvsbn, nade, made = models
    for model in models:
        for parameter in model.parameters():
            parameter.fill_(1.0)
    living = int(fvsbn.matrix().sum()) + fvsbn.bias.numel()
    masked = sum(int(weight.sum()) for weight in made.masked_weights()) + sum(
        layer.bias.numel() for layer in [*made.layers, made.out]
    )
    masked += int(made.direct_weight().sum()) if made.config.direct else 0
    assert living_parameters(*size) == (living, sum(p.numel() for p in nade.parameters()), masked)


@pytest.mark.parametrize("size", SIZES[-18:] + SIZES[:6], ids=str)
def test_the_multiply_adds_are_those_that_torch_executes(size):
    for m, model in enumerate(built(*size)):
        with Multiplications() as counted, torch.inference_mode():
            model.conditionals(torch.zeros(1, 1, size[0]))
        assert counted.count == pass_multiplications(*size)[m], MODELS[m]
        with Multiplications() as counted:
            ancestral.sample(model, 1, torch.Generator().manual_seed(0))
        assert counted.count == sample_multiplications(*size)[m], MODELS[m]


def test_the_table_and_where_it_becomes_dearer():
    trace = compute(ParameterSettings(n=10, hidden=5), None)
    assert trace.table == 1023
    np.testing.assert_allclose(10 ** trace.table_log10[:40], 2.0 ** np.arange(1, 41) - 1, rtol=1e-9)
    for m in range(3):
        n = int(trace.crossing[m])
        assert 2**n - 1 > trace.living[m, n - 1]
        assert n == 1 or 2 ** (n - 1) - 1 <= trace.living[m, n - 2]
    assert compute(ParameterSettings(n=784), None).table == 2**784 - 1


def test_numbers_in_words():
    assert figures.approximate(1023) == r"1{,}023"
    assert figures.approximate(2**784 - 1) == r"1.02\cdot 10^{236}"
    assert figures.approximate(10**12 - 1) == r"1.00\cdot 10^{12}"


def test_files_to_take_away():
    trace = compute(ParameterSettings(n=784), None)
    made = {label: make() for label, (_, make) in figures.files(trace).items()}
    rows = list(csv.DictReader(io.StringIO(made["CSV"])))
    assert len(rows) == 1024
    assert int(rows[783]["full_table"]) == 2**784 - 1
    assert int(rows[783]["NADE_stored"]) == 2 * 784 * 500 + 500 + 784
    assert int(rows[783]["FVSBN_living"]) == 784 * 783 // 2 + 784
    assert np.load(io.BytesIO(made["npz"]))["stored"].shape == (3, 1024)
    assert np.asarray(Image.open(io.BytesIO(made["PNG"]))).std() > 10


def opened(**link: str) -> AppTest:
    return open_page("belief_networks/cost", link)


def text(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.code))


def test_the_page_shows_the_numbers_and_follows_its_controls():
    app = opened()
    assert [title.value for title in app.title] == ["Cost"]
    assert notices(app) == ""
    assert f"{2**784 - 1:,}" in text(app)
    assert "785,284" in text(app)
    lesson = lesson_of(app)
    assert "{n}" not in lesson
    app.slider(key="belief-networks-cost:n").set_value(16).run()
    app.toggle(key="belief-networks-cost:direct").set_value(False).run()
    assert sound(app)
    assert "65,535" in text(app)
    assert (in_link(app, "n"), in_link(app, "direct")) == ("16", "False")
    again = opened(n="16", direct="False", hidden="500", layers="1")
    assert text(again) == text(app), "the link shows the same"


def test_wrong_values_of_the_link_are_named():
    app = opened(n="0", hidden="2001", layers="two", direct="perhaps")
    for name in ("n='0'", "hidden='2001'", "layers='two'", "direct='perhaps'"):
        assert name in notices(app)
    assert in_link(app, "n") == "784"


def test_every_size_can_be_drawn():
    for n, hidden, layers in itertools.product((1, 1024), (1, 2000), (1, 3)):
        trace = compute(ParameterSettings(n=n, hidden=hidden, layers=layers, direct=False), None)
        assert figures.growth(trace, dark=False).data
        assert figures.table(trace).count("\n") == 5
        assert figures.to_png(trace)
