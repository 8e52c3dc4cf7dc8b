"""Masks and receptive fields: the gradient agrees with the masks, the blind spot is where it must be."""

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.models import build
from playground.traces import KernelSettings, ReceptiveFieldSettings, compute
from playground.traces.receptive import input_images, mask_reach


def random_model(kind, side=12, depth=3, levels=2):
    """A small model with random weights everywhere: fresh ones start as the identity, and nothing would spread."""
    size = {"blocks": depth} if kind == "PixelCNN" else {"layers": depth}
    model = build({"model": kind, "config": {"height": side, "width": side, "features": 8, "levels": levels, **size}})
    generator = torch.Generator().manual_seed(1)
    for parameter in model.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator) * 0.3
    return model.eval().requires_grad_(False)


def field(model, **values):
    return compute(ReceptiveFieldSettings(checkpoint="tiny", **values), model)


@pytest.mark.parametrize("kind", ["PixelCNN", "GatedPixelCNN"])
@pytest.mark.parametrize("pixel", [(6, 5), (0, 0), (0, 7), (11, 0), (9, 11), (11, 11)])
def test_gradient_and_masks_agree(kind, pixel):
    trace = field(random_model(kind), row=pixel[0], column=pixel[1], inputs=16)
    np.testing.assert_array_equal(trace.reached(), trace.reach)


@pytest.mark.parametrize("kind", ["PixelCNN", "GatedPixelCNN"])
def test_reach_is_what_a_changed_input_changes(kind):
    """Independent of both: flip every input pixel in several images and see whether the activation moves."""
    model, row, column = random_model(kind, side=9, depth=2), 5, 4
    images = input_images(6, (9, 9), 2, torch.Generator().manual_seed(3))
    last = lambda x: list(model.stages(x))[-1][1][:, :, row, column]  # noqa: E731
    before = last(images)
    moved = np.zeros((9, 9), bool)
    for r, c in np.ndindex(9, 9):
        flipped = images.clone()
        flipped[:, r, c] = 1 - flipped[:, r, c]
        moved[r, c] = bool((last(flipped) != before).any())
    np.testing.assert_array_equal(moved, mask_reach(model, row, column)[-1])


def test_plain_is_blind_and_gated_is_not():
    plain, gated = (field(random_model(kind), row=8, column=5, inputs=16) for kind in ("PixelCNN", "GatedPixelCNN"))
    np.testing.assert_array_equal(plain.blind().sum((1, 2)), [0, 1, 3, 6])  # the wedge grows by one more at each block
    assert gated.blind()[1:].sum() == 0
    np.testing.assert_array_equal(gated.reached()[1:], gated.box[1:])
    wedge = np.argwhere(plain.blind()[3])
    assert (wedge[:, 0] < 8).all()
    assert (wedge[:, 1] > 5 + 3).all()  # above and to the right


def test_nothing_later_reaches_and_the_model_is_untouched():
    model = random_model("PixelCNN")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    trace = field(model, row=4, column=6)
    later = np.arange(144).reshape(12, 12) >= 4 * 12 + 6
    assert trace.gradient[:, later].max() == 0
    assert all(p.grad is None and not p.requires_grad for p in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_inputs_of_rows_below_do_not_matter_to_the_measurement():
    """The trace leaves rows below the pixel out; the gradient through whole images is the same."""
    model, settings = random_model("GatedPixelCNN"), ReceptiveFieldSettings(checkpoint="tiny", row=5, column=5, seed=4)
    trace = compute(settings, model)
    generator = torch.Generator().manual_seed(4)
    x = input_images(settings.inputs, (12, 12), 2, generator).requires_grad_(True)
    for stage, (_, activations) in enumerate(model.stages(x)):
        at_pixel = activations[:, :, 5, 5]
        signs = torch.randint(0, 2, at_pixel.shape, generator=generator).float() * 2 - 1
        (slope,) = torch.autograd.grad((at_pixel * signs).sum(), x, retain_graph=True)
        np.testing.assert_allclose(trace.gradient[stage], slope.square().mean(0).sqrt(), atol=1e-6)


def test_kernels_show_masks_and_norms():
    model = random_model("PixelCNN")
    trace = compute(KernelSettings(checkpoint="tiny", layer=2), model)
    assert trace.mask[0].sum() == 24
    assert not trace.mask[0, 3, 3]
    assert trace.mask[1].sum() == 5
    assert trace.mask[1, 3, 3]
    assert trace.inside[1].sum() == 9
    expected = model.blocks[1].spatial.weight[:, :, 0, 1].norm()
    assert trace.norm[1, 2, 3] == pytest.approx(expected.item(), rel=1e-6)
    assert (trace.norm[~trace.mask] == 0).all()


def test_gated_kernels_have_no_masked_taps():
    trace = compute(KernelSettings(checkpoint="tiny", layer=1), random_model("GatedPixelCNN"))
    assert [int(m.sum()) for m in trace.mask] == [21, 3, 6, 2]
    np.testing.assert_array_equal(trace.mask, trace.inside)
    assert not trace.mask[0, 3:].any()  # the vertical stack sees rows above only
    assert not trace.mask[1, 3, 3:].any()  # the first horizontal kernel never sees the pixel itself


def test_wrong_pixel_and_layer_are_refused_in_words():
    model = random_model("PixelCNN")
    with pytest.raises(InvalidInput, match="row=12 is not allowed: this model's images have rows 0 to 11"):
        field(model, row=12, column=0)
    with pytest.raises(InvalidInput, match="layer=4 is not allowed: this model has layers 1 to 3"):
        compute(KernelSettings(checkpoint="tiny", layer=4), model)


def test_same_settings_same_trace():
    model = random_model("GatedPixelCNN")
    one, two = field(model, row=5, column=5, seed=3), field(model, row=5, column=5, seed=3)
    np.testing.assert_array_equal(one.gradient, two.gradient)
    assert not np.array_equal(one.gradient, field(model, row=5, column=5, seed=4).gradient)
