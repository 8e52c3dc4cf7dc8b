"""Inside a block: one pass holds the features of every step, shares add up, switching off is a true pass."""

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.traces import InsideSettings, compute
from playground.traces.inside import log_prob_without, trunk_steps

from .test_receptive import random_model

KINDS = ["PixelCNN", "GatedPixelCNN"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_final_maps_are_those_of_every_step(kind):
    """At step s the canvas holds s pixels and zeros; its features at positions ≤ s equal the finished digit's."""
    model = random_model(kind, side=6, depth=2, levels=4)
    trace = compute(InsideSettings(checkpoint="tiny", block=2, seed=5), model)
    for step in (0, 1, 7, 20, 36):
        canvas = torch.zeros(1, 36)
        canvas[0, trace.order[:step].tolist()] = torch.tensor(trace.values[:step].tolist(), dtype=torch.float32)
        x, f = list(trunk_steps(model, canvas.view(1, 6, 6)))[1]
        known = trace.order[: step + 1]
        for part, whole in ((x, trace.carried), (f, trace.added)):
            now, final = part[0].flatten(1).numpy()[:, known], whole.reshape(len(whole), -1)[:, known]
            np.testing.assert_allclose(now, final, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_whole_model_is_the_model_itself(kind):
    model = random_model(kind, side=6)
    x = (torch.rand(3, 6, 6, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    np.testing.assert_allclose(log_prob_without(model, x, None), model.log_prob(x), rtol=1e-5)
    for (x_in, f), (_, stage) in zip(trunk_steps(model, x), list(model.stages(x))[1:], strict=True):
        np.testing.assert_allclose(x_in + f, stage, atol=1e-5)


def test_switching_a_block_off_equals_a_model_whose_block_adds_nothing():
    model = random_model("PixelCNN", side=6)
    x = (torch.rand(2, 6, 6, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    without = log_prob_without(model, x, 2)
    model.blocks[1].expand.weight.zero_()
    model.blocks[1].expand.bias.zero_()
    np.testing.assert_allclose(without, model.log_prob(x), rtol=1e-5)
    assert not np.allclose(without, log_prob_without(random_model("PixelCNN", side=6), x, None))


def test_switching_a_gated_layer_off_keeps_the_vertical_stack():
    model = random_model("GatedPixelCNN", side=6)
    x = (torch.rand(2, 6, 6, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    without = log_prob_without(model, x, 1)
    model.layers[0].mix.weight.zero_()
    model.layers[0].mix.bias.zero_()
    np.testing.assert_allclose(without, model.log_prob(x), rtol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_trace_adds_up(kind):
    model = random_model(kind, side=6)
    trace = compute(InsideSettings(checkpoint="tiny", block=3), model)
    digit = np.empty(36, np.float32)
    digit[trace.order] = trace.values
    assert trace.nats == pytest.approx(-model.log_prob(torch.from_numpy(digit).view(1, 6, 6)).item(), rel=1e-5)
    assert trace.nats_without.shape == (3,)
    assert trace.skip_share.shape == (3, 37)
    assert ((trace.skip_share > 0) & (trace.skip_share < 1)).all()
    x, f = (part.reshape(len(part), -1)[:, trace.order[:11]] for part in (trace.carried, trace.added))
    share = np.linalg.norm(x) / (np.linalg.norm(x) + np.linalg.norm(f))
    assert trace.skip_share[2, 10] == pytest.approx(share, rel=1e-5)  # 10 written, 11 computed


def test_unknown_block_is_refused_in_words():
    with pytest.raises(InvalidInput, match="block=9 is not allowed: this model has blocks 1 to 3"):
        compute(InsideSettings(checkpoint="tiny", block=9), random_model("PixelCNN", side=6))
