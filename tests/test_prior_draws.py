"""Draws from the prior and from fitted densities: the same numbers in both models, holes counted, EM checked."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from playground.checkpoints.codes import Codes
from playground.errors import InvalidInput
from playground.figures import prior_draws as figures
from playground.traces import JudgeSettings, PriorDrawsSettings, compute, pack_picture
from playground.traces.code_density import fit, standard_normal
from tests.small_checkpoints import small_made
from tests.small_latent import COUNT, SIDE, WIDE, codes_for, small_models

torch.set_num_threads(1)
PLAIN, FLAT, MANY = "autoencoder-mnist-2d", "vae-mnist-2d", "vae-mnist"


@pytest.fixture(scope="module")
def models():
    return {name: (model, codes_for(model)) for name, model in small_models().items() if name != "gan-mnist"}


def run(models, name: str, **values: object):
    return compute(PriorDrawsSettings.checked(checkpoint=name, **{"draws": 12, **values}), models[name])


def test_both_models_get_the_same_codes_and_the_same_coins(models):
    plain, variational = run(models, PLAIN, seed=3), run(models, FLAT, seed=3)
    np.testing.assert_array_equal(plain.z, variational.z)
    assert not np.array_equal(run(models, PLAIN, seed=4).z, plain.z)
    more = run(models, PLAIN, seed=3, draws=30)
    np.testing.assert_array_equal(more.z[:12], plain.z)
    np.testing.assert_array_equal(more.pixels[:12], plain.pixels)
    assert more.holes == plain.holes, "shares are measured with draws of their own"


def test_distances_and_shares_are_those_of_a_plain_count(models):
    trace = run(models, FLAT)
    away = np.linalg.norm(trace.z[:, None] - trace.codes[None], axis=2)
    np.testing.assert_allclose(trace.distance, away.min(1), rtol=1e-4)
    np.testing.assert_array_equal(trace.nearest, away.argmin(1))
    apart = np.linalg.norm(trace.codes[:, None] - trace.codes[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    np.testing.assert_allclose(trace.spacing, apart.min(1), rtol=1e-4)
    assert trace.limit == pytest.approx(np.quantile(apart.min(1), 0.99), rel=1e-4)
    assert trace.holes == (trace.wide_distance > trace.limit).mean()
    assert trace.error(0.5) == pytest.approx(0.5 / math.sqrt(COUNT))


def test_codes_that_are_the_prior_leave_no_holes_and_shifted_ones_are_all_missed(models):
    model, known = models[PLAIN]
    normal = np.random.default_rng(0).normal(size=(3000, 2)).astype(np.float32)
    near = Codes(normal, None, np.zeros(3000, np.uint8))
    settings = PriorDrawsSettings(checkpoint=PLAIN, draws=4)
    trace = compute(settings, (model, near))
    assert trace.holes < 0.03
    assert trace.missed < 0.03
    away = dataclasses.replace(near, mean=normal + 40)
    trace = compute(settings, (model, away))
    assert trace.holes == trace.missed == 1
    fitted = compute(settings.model_copy(update={"source": "gaussian"}), (model, away))
    assert fitted.holes < 0.03, "a density fitted to the codes finds them again"
    assert known.mean.shape[1] == 2


def test_one_gaussian_has_the_codes_mean_and_covariance():
    codes = torch.randn(4000, 3, generator=torch.Generator().manual_seed(0)) @ torch.tensor(
        [[1.0, 0.5, 0.0], [0.0, 2.0, 0.3], [0.0, 0.0, 0.4]]
    ) + torch.tensor([1.0, -2.0, 3.0])
    found = fit(codes, 1)
    torch.testing.assert_close(found.means[0], codes.double().mean(0))
    covariance = found.factors[0] @ found.factors[0].T
    torch.testing.assert_close(covariance, torch.cov(codes.double().T, correction=0), rtol=0.01, atol=0.01)


def test_em_finds_clusters_and_more_gaussians_fit_better():
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[-4.0, 0.0], [4.0, 1.0], [0.0, 5.0]])
    codes = torch.cat([c + 0.5 * torch.randn(300, 2, generator=generator) for c in centres])
    found = fit(codes, 3)
    near = torch.cdist(found.means.float(), centres).min(1)
    assert float(near.values.max()) < 0.15
    assert sorted(near.indices.tolist()) == [0, 1, 2]
    torch.testing.assert_close(found.weights, torch.full((3,), 1 / 3).double(), atol=0.02, rtol=0)
    likelihood = [float(fit(codes, m).log_prob(codes).mean()) for m in (1, 2, 3)]
    assert likelihood == sorted(likelihood)
    assert likelihood[2] > likelihood[0] + 1


@pytest.mark.parametrize("components", [1, 4])
def test_a_mixture_is_normalised_and_draws_what_it_says(components):
    codes = torch.from_numpy(np.random.default_rng(1).normal(size=(500, 2)) * [1, 2]).float()
    found = fit(codes, components)
    side = torch.linspace(-12, 12, 400).double()
    places = torch.cartesian_prod(side, side)
    area = float((side[1] - side[0]) ** 2)
    assert float(found.log_prob(places).exp().sum()) * area == pytest.approx(1, abs=1e-3)
    marginal = found.marginals(side.expand(2, -1))
    assert (marginal.sum(1) * (side[1] - side[0])).tolist() == pytest.approx([1, 1], abs=1e-3)
    generator = torch.Generator().manual_seed(0)
    drawn = found.draw(torch.rand(20_000, generator=generator), torch.randn(20_000, 2, generator=generator))
    torch.testing.assert_close(drawn.mean(0), codes.double().mean(0), atol=0.05, rtol=0)
    torch.testing.assert_close(drawn.std(0), codes.double().std(0), atol=0.05, rtol=0)


def test_the_prior_is_a_mixture_of_one():
    z = torch.tensor([[0.3, -1.2]])
    expected = -math.log(2 * math.pi) - float(z.square().sum()) / 2
    assert float(standard_normal(2).log_prob(z)[0]) == pytest.approx(expected, abs=1e-6)


def test_histograms_count_every_code_and_the_aggregate_posterior_is_a_density(models):
    trace = run(models, FLAT)
    assert trace.counts.sum(1).tolist() == [COUNT, COUNT]
    width = np.diff(trace.places, axis=1)[:, :1]
    assert (trace.density * width).sum(1) == pytest.approx(np.ones(2), abs=0.02)
    assert (trace.aggregate * width).sum(1) == pytest.approx(np.ones(2), abs=0.05)
    assert trace.aggregate.shape == trace.density.shape
    assert run(models, PLAIN).aggregate.shape[0] == 0


def test_draws_of_collapsed_dimensions_are_no_holes(models):
    model, known = models[MANY]
    collapsed = Codes(np.zeros_like(known.mean), np.ones_like(known.mean), known.labels)
    trace = compute(PriorDrawsSettings(checkpoint=MANY), (model, collapsed))
    assert trace.holes < 0.1, "the aggregate of the posteriors is the prior itself"
    assert trace.codes.std() == pytest.approx(1, abs=0.05)


def test_many_dimensions_work_too(models):
    trace = run(models, MANY)
    assert trace.z.shape == (12, WIDE)
    assert 0 <= trace.holes <= 1


def test_models_that_have_no_codes_or_no_decoder_are_refused(models):
    with pytest.raises(InvalidInput, match="carries no codes"):
        compute(PriorDrawsSettings(checkpoint=PLAIN), (models[PLAIN][0], None))
    with pytest.raises(InvalidInput, match="no autoencoder"):
        compute(PriorDrawsSettings(checkpoint="x"), (small_models()["gan-mnist"], models[PLAIN][1]))
    with pytest.raises(InvalidInput, match="draws=0"):
        run(models, PLAIN, draws=0)


def test_a_judge_gives_its_own_log_p():
    model = small_made("made-small")
    pictures = np.random.default_rng(0).integers(0, 2, (40, 8, 8)).astype(np.uint8)
    trace = compute(JudgeSettings(checkpoint="x", count=40, pictures=pack_picture(pictures, 2)), model)
    expected = -model.log_prob(torch.from_numpy(pictures).float()).detach().numpy()
    np.testing.assert_allclose(trace.nats, expected, rtol=1e-5)
    for settings, words in (
        (JudgeSettings(checkpoint="x", count=3, pictures=pack_picture(pictures, 2)), "pictures holds"),
        (JudgeSettings(checkpoint="x", pictures="!!"), "pictures="),
    ):
        with pytest.raises(InvalidInput, match=words):
            compute(settings, model)
    with pytest.raises(InvalidInput, match="no exact log p"):
        compute(JudgeSettings(checkpoint="x"), small_models()[FLAT])


def test_a_file_has_a_row_for_each_draw(models):
    traces = run(models, PLAIN), run(models, MANY)
    rows = figures.to_csv(traces, (None, None)).strip().splitlines()
    assert len(rows) == 1 + 24
    assert rows[0].endswith(f"z{WIDE}")
    files = figures.files(traces, (None, None), True, 5)
    assert files["PNG"][1]()[:4] == b"\x89PNG"
    assert figures.pictures(traces[0], False, 5)[5:].max() == 0
    assert traces[0].pixels.shape == (12, SIDE, SIDE)
