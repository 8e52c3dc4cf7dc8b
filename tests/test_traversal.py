"""The dimensions of a VAE: what each is worth by formula and by sampling, and each of them moved."""

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.models import VAE, VAEConfig
from playground.traces import TraversalSettings, compute, dimension_figures, format_code, pack_greys
from playground.traces.traversal import END, VALUES
from tests.small_latent import SIDE, WIDE, small_models

torch.set_num_threads(1)
NAME = "vae-mnist"


@pytest.fixture(scope="module")
def model():
    return small_models()[NAME]


def drawing():
    picture = np.zeros((SIDE, SIDE), np.uint8)
    picture[2:10, 5:7] = 255
    return picture


def test_the_kl_of_each_dimension_is_its_monte_carlo_mean():
    generator = np.random.default_rng(0)
    mean, deviation = generator.normal(0, 1.5, (40, 3)), generator.uniform(0.1, 1.5, (40, 3))
    z = mean + deviation * generator.standard_normal((20_000, 40, 3))
    log_q = -(((z - mean) / deviation) ** 2) / 2 - np.log(deviation)
    estimate = (log_q + z**2 / 2).mean((0, 1))
    found = dimension_figures(mean, deviation)
    np.testing.assert_allclose(found.kl, estimate, atol=0.02)
    np.testing.assert_allclose(found.activity, mean.var(0))
    assert list(found.order) == list(np.argsort(-found.kl))
    assert found.digits == 40


def test_a_dimension_that_says_nothing_is_collapsed_by_both_criteria_and_one_that_speaks_by_neither():
    generator = np.random.default_rng(1)
    mean = np.stack([generator.normal(0, 1, 500), generator.normal(0, 0.01, 500)], 1)
    deviation = np.stack([np.full(500, 0.2), np.full(500, 0.999)], 1)
    found = dimension_figures(mean, deviation)
    assert list(found.collapsed) == list(found.idle) == [False, True]
    assert found.kl[1] < 1e-3 < found.kl[0]


def test_codes_that_do_not_fit_are_refused():
    for mean, deviation in [((3, 2), (3, 3)), ((3,), (3,)), ((0, 2), (0, 2))]:
        with pytest.raises(InvalidInput, match=r"mean .* and deviation"):
            dimension_figures(np.ones(mean), np.ones(deviation))


def test_every_row_moves_one_coordinate_and_no_other(model):
    trace = compute(TraversalSettings(checkpoint=NAME, seed=3), model)
    assert trace.pictures.shape == (WIDE, VALUES, SIDE, SIDE)
    assert trace.values[0] == -END
    assert trace.values[-1] == END
    assert trace.values[VALUES // 2] == 0
    np.testing.assert_array_equal(trace.z, model.prior(1, torch.Generator().manual_seed(3))[0].numpy())
    for dimension, value in [(0, 0), (3, 20), (WIDE - 1, 12)]:
        z = torch.from_numpy(trace.z.copy())
        z[dimension] = float(trace.values[value])
        wanted = model.decode(z[None]).sigmoid()[0].numpy()
        np.testing.assert_allclose(trace.pictures[dimension, value], wanted, atol=1e-3)
    np.testing.assert_allclose(trace.base, model.decode(torch.from_numpy(trace.z.copy())[None]).sigmoid()[0], atol=1e-6)


def test_a_dimension_that_the_decoder_does_not_hear_changes_nothing():
    model = VAE(VAEConfig(height=4, width=4, latent=3, hidden=(8,))).eval().requires_grad_(False)
    model.decoder.layers[0].weight[:, 1] = 0
    trace = compute(TraversalSettings(checkpoint="x"), model)
    assert trace.reach[1] == 0
    assert (trace.reach[[0, 2]] > 0).all()
    assert (trace.pictures[1] == trace.pictures[1, :1]).all()


def test_a_drawing_is_encoded_and_a_code_is_taken_as_it_is(model):
    settings = TraversalSettings(checkpoint=NAME, start="drawing", picture=pack_greys(drawing()))
    trace = compute(settings, model)
    posterior = model.encode(torch.from_numpy(drawing() >= 128).float()[None])
    np.testing.assert_allclose(trace.z, posterior.mean[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(trace.deviation, posterior.deviation[0], rtol=1e-5)
    text = format_code(trace.z)
    again = compute(TraversalSettings(checkpoint=NAME, start="code", z=text), model)
    assert format_code(again.z) == text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start": "code", "z": "1,2"}, "2 coordinates: the latent space has 6"),
        ({"start": "code", "z": "1,2,nan,0,0,0"}, "'nan' is not allowed"),
        ({"start": "code", "z": "1,2,3,4,5,inf"}, "'inf' is not allowed"),
        ({"start": "code"}, "coordinates"),
        ({"start": "drawing", "picture": pack_greys(np.zeros((SIDE, SIDE), np.uint8))}, "picture is empty"),
        ({"start": "drawing"}, "picture is empty"),
        ({"start": "drawing", "picture": "AAAA"}, "pixels of 256 levels"),
    ],
)
def test_what_is_no_start_is_refused_in_words(model, values, words):
    with pytest.raises(InvalidInput, match=words):
        compute(TraversalSettings(checkpoint=NAME, **values), model)


def test_another_family_is_refused():
    with pytest.raises(InvalidInput, match="no variational autoencoder"):
        compute(TraversalSettings(checkpoint="gan-mnist"), small_models()["gan-mnist"])
