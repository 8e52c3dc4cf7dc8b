"""Features without labels: class means among codes, and the distance of one picture's code to each."""

import numpy as np
import pytest
import torch

from playground import figures
from playground.errors import InvalidInput
from playground.traces import FeatureSettings, compute, pack_greys
from playground.traces.features import class_means, distances
from tests.small_latent import SIDE, codes_for, small_models

MODELS = small_models()
PICTURE = np.zeros((SIDE, SIDE), np.uint8)
PICTURE[3:9, 4:8] = 255


@pytest.mark.parametrize("name", ["vae-mnist-2d", "vae-mnist"])
def test_the_code_is_the_encoders_and_the_distances_are_to_the_class_means(name):
    model, codes = MODELS[name], codes_for(MODELS[name])
    trace = compute(FeatureSettings(checkpoint=name, picture=pack_greys(PICTURE)), (model, codes))
    with torch.inference_mode():
        expected = model.encode(torch.from_numpy(PICTURE / 255).float()[None]).mean[0]
    assert trace.code == pytest.approx(expected.numpy())
    for place, one in enumerate(trace.classes):
        mean = codes.mean[codes.labels == one].mean(0)
        assert trace.means[place] == pytest.approx(mean, abs=1e-5)
        assert trace.distances[place] == pytest.approx(np.linalg.norm((trace.code - mean) / trace.spread), rel=1e-4)
    assert trace.nearest == trace.classes[trace.distances.argmin()]
    assert 0 <= trace.accuracy <= 1
    assert len(set(trace.shown.tolist())) == 2
    assert len(figures.uses.plane(trace).data) == 3


def test_classes_that_lie_apart_are_told_apart():
    generator = np.random.default_rng(0)
    labels = np.arange(200, dtype=np.uint8) % 2
    codes = generator.normal(0, 1, (200, 3)) + 20 * labels[:, None]
    classes, means, spread = class_means(codes, labels)
    assert spread == pytest.approx(np.ones(3), abs=0.2)
    assert (classes[distances(codes, means, spread).argmin(1)] == labels).all()


def test_what_has_no_codes_or_no_ink_is_refused_in_words():
    settings = FeatureSettings(checkpoint="vae-mnist-2d", picture=pack_greys(PICTURE))
    model = MODELS["vae-mnist-2d"]
    with pytest.raises(InvalidInput, match="carries no codes"):
        compute(settings, (model, None))
    with pytest.raises(InvalidInput, match="no variational autoencoder"):
        compute(settings, (MODELS["gan-mnist"], None))
    empty = FeatureSettings(checkpoint="vae-mnist-2d", picture=pack_greys(PICTURE * 0))
    with pytest.raises(InvalidInput, match="no ink"):
        compute(empty, (model, codes_for(model)))
