"""Cost: both ways draw the same pixels, the formulas count what is executed, a measurement is never cached."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from playground.errors import InvalidInput
from playground.figures import cost as figures
from playground.models import build
from playground.samplers import ancestral
from playground.traces import CostSettings, compute
from playground.traces.cost import cached_multiplications, full_pass_multiplications

from .test_receptive import random_model

CONFIGS = [
    {"model": "PixelCNN", "config": {"height": 9, "width": 7, "features": 6, "blocks": 3}},
    {"model": "PixelCNN", "config": {"height": 5, "width": 8, "features": 4, "blocks": 1, "levels": 16}},
    {"model": "GatedPixelCNN", "config": {"height": 9, "width": 7, "features": 6, "layers": 3}},
    {"model": "GatedPixelCNN", "config": {"height": 5, "width": 8, "features": 4, "layers": 1, "levels": 16}},
]


@pytest.mark.parametrize("description", CONFIGS)
def test_full_pass_formula_equals_a_count_by_hooks(description):
    model, counted = build(description), 0

    def count(module, inputs, output):
        nonlocal counted
        counted += output[0].numel() * module.weight[0].numel()

    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            module.register_forward_hook(count)
    model.conditionals(torch.zeros(1, *model.event_shape))
    assert full_pass_multiplications(model.config) == counted


@pytest.mark.parametrize("description", CONFIGS)
def test_cached_formula_equals_a_count_of_the_sampler_s_products(description):
    """The counter of torch knows addmm, but not addmm_, which adds in place."""

    def in_place(total, left, right, out_shape=None, **options):
        return 2 * left[0] * left[1] * right[1]

    model = build(description).requires_grad_(False)
    with FlopCounterMode(display=False, custom_mapping={torch.ops.aten.addmm_: in_place}) as counter:
        ancestral.sample(model, 1, torch.Generator().manual_seed(0))
    assert cached_multiplications(model.config) == counter.get_total_flops() // 2


@pytest.mark.parametrize("kind", ["PixelCNN", "GatedPixelCNN"])
@pytest.mark.parametrize("batch", [1, 4])
def test_both_ways_draw_the_same_pixels(kind, batch):
    model = random_model(kind, side=6, levels=4)
    trace = compute(CostSettings(checkpoint="tiny", batch=batch, stretch=8, seed=2), model)
    np.testing.assert_array_equal(trace.positions, np.arange(14, 22))
    assert trace.equal_pixels() == 8 * batch
    assert trace.step_seconds.shape == (36,)
    assert trace.pass_seconds.shape == (8,)
    assert trace.naive_seconds == pytest.approx(trace.pass_seconds.mean() * 36)
    assert trace.cached_seconds >= trace.step_seconds.sum()
    assert trace.parameters == sum(p.numel() for p in model.parameters())


def test_a_difference_would_be_seen():
    trace = compute(CostSettings(checkpoint="tiny", stretch=8), random_model("PixelCNN", side=6))
    changed = trace.naive_pictures.copy()
    changed.flat[trace.positions[0]] ^= 1
    assert type(trace)(**{**vars(trace), "naive_pictures": changed}).equal_pixels() == 7


def test_full_passes_are_reported_one_by_one_and_can_be_cancelled():
    seen = []

    class Stop(Exception):
        pass

    def progress(share):
        seen.append(round(share * 8))
        if len(seen) == 4:
            raise Stop

    with pytest.raises(Stop):
        compute(CostSettings(checkpoint="tiny", stretch=8), random_model("PixelCNN", side=6), progress)
    assert seen == [0, 1, 2, 3]


def test_engine_measures_anew_every_time(monkeypatch):
    from playground.engine import Engine

    engine, model = Engine(device="cpu"), random_model("PixelCNN", side=6)
    monkeypatch.setattr(engine, "load", lambda name: type("Loaded", (), {"model": model}))
    settings = CostSettings(checkpoint="tiny", stretch=4)
    assert engine.run(settings) is not engine.run(settings)
    assert not engine.holds(settings)


def test_settings_of_a_link():
    good, notices = CostSettings.from_link({"batch": "16", "stretch": "12"})
    assert (good, notices) == ({"batch": 16, "stretch": 12}, [])
    good, notices = CostSettings.from_link({"batch": "5", "stretch": "1000"})
    assert good == {}
    assert len(notices) == 2
    with pytest.raises(InvalidInput, match="stretch=1000"):
        CostSettings.checked(checkpoint="x", stretch=1000)


def test_words_for_amounts_and_durations():
    assert figures.amount(230_000_000_000) == "230 billion"
    assert figures.duration(0.014) == "14 ms"
    assert figures.duration(7.82) == "7.82 s"
    assert figures.duration(300) == "5 min"
