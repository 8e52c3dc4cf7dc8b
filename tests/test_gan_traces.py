"""Walk, verdict and search in a GAN: corners, lengths, logits and distances are what they are called."""

import math

import numpy as np
import pytest
import torch

from playground.corruptions import corrupted
from playground.errors import InvalidInput
from playground.figures import gan as words
from playground.figures import gan_files
from playground.traces import (
    GanSearchSettings,
    GanVerdictSettings,
    GanWalkSettings,
    compute,
    format_code,
    pack_greys,
    probability,
)
from playground.traces.gan_verdict import SEEDS_KEPT, _kept
from tests.small_latent import SIDE, WIDE, small_models

torch.set_num_threads(1)
NAME = "gan-mnist"
DRAWING = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PICTURE = pack_greys(DRAWING)


@pytest.fixture(scope="module")
def model():
    return small_models()[NAME]


@pytest.fixture(scope="module", params=["spherical", "linear"])
def walk(request, model):
    return compute(GanWalkSettings(checkpoint=NAME, seed=4, seed_b=5, seed_c=6, geometry=request.param), model)


def at(walk, u, v):
    row, column = (int(np.abs(walk.axis - value).argmin()) for value in (v, u))
    return row, column


def test_the_corners_are_the_seeds_draws_and_lie_on_the_plane(walk, model):
    for n, seed in enumerate((4, 5, 6)):
        np.testing.assert_array_equal(walk.corners[n], model.prior(1, torch.Generator().manual_seed(seed))[0].numpy())
    for n, (u, v) in enumerate([(0, 0), (1, 0), (0, 1)]):
        np.testing.assert_allclose(walk.codes[at(walk, u, v)], walk.corners[n], atol=1e-5)
    np.testing.assert_array_equal(walk.line[[0, -1]], walk.corners[:2])


def test_pictures_and_logits_are_the_models(walk, model):
    for row, column in [(0, 0), (7, 20), (32, 32)]:
        made = model.generate(torch.from_numpy(walk.codes[row, column][None].copy()))
        np.testing.assert_allclose(walk.pictures[row, column], made[0], atol=1e-3)
        assert walk.logits[row, column] == pytest.approx(float(model.discriminate(made)), abs=1e-4)
    made = model.generate(torch.from_numpy(walk.line[20:21].copy()))
    np.testing.assert_allclose(walk.line_pictures[20], made[0], atol=1e-3)
    assert walk.line_logits[20] == pytest.approx(float(model.discriminate(made)), abs=1e-4)


def test_on_the_sphere_lengths_are_kept_and_straight_lines_are_shorter(model):
    values = {"checkpoint": NAME, "seed": 4, "seed_b": 5, "seed_c": 6}
    round_, straight = (compute(GanWalkSettings(**values, geometry=g), model) for g in ("spherical", "linear"))
    lengths = np.linalg.norm(round_.corners, axis=1)
    found = np.linalg.norm(round_.line, axis=1)
    assert found.min() >= lengths[:2].min() - 1e-4
    assert found.max() <= lengths[:2].max() + 1e-4
    middle = at(round_, 0.5, 0)
    assert np.linalg.norm(round_.codes[middle]) == pytest.approx(lengths[:2].mean(), rel=1e-4)
    assert np.linalg.norm(straight.codes[middle]) < np.linalg.norm(round_.codes[middle])
    flat = straight.corners[0] + 0.5 * (straight.corners[1] - straight.corners[0])
    np.testing.assert_allclose(straight.codes[middle], flat, atol=1e-5)
    np.testing.assert_allclose(straight.line_place, np.linspace(0, 1, 61), atol=1e-4)
    assert (np.diff(round_.line_place) > 0).all()


def test_a_code_takes_the_place_of_a_seed(model):
    code = np.linspace(-1, 1, WIDE, dtype=np.float32)
    trace = compute(GanWalkSettings(checkpoint=NAME, code_b=format_code(code)), model)
    np.testing.assert_allclose(trace.corners[1], code, atol=5e-4)


@pytest.mark.parametrize(("code", "found"), [("1,2", "2 coordinates"), ("1,2,3,4,5,nan", "'nan'"), ("a", "1 coord")])
def test_a_wrong_code_is_named(model, code, found):
    with pytest.raises(InvalidInput, match=f"code_c=.*{found}"):
        compute(GanWalkSettings(checkpoint=NAME, code_c=code), model)


def test_the_verdict_judges_the_drawing_its_corruptions_and_the_generators_digits(model):
    trace = compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE, seed=7), model)
    x = DRAWING.astype(np.float32) / 255
    for name, picture, logit in zip(trace.versions, trace.pictures, trace.logits, strict=True):
        wanted = x if name == "as drawn" else corrupted(x[None], name, 7)[0]
        np.testing.assert_allclose(picture, wanted, atol=1e-6)
        assert logit == pytest.approx(float(model.discriminate(torch.from_numpy(wanted[None]))), abs=1e-4)
    made = model.generate(model.prior(len(trace.generated), torch.Generator().manual_seed(7)))
    np.testing.assert_allclose(trace.generated, made, atol=1e-3)
    np.testing.assert_allclose(trace.generated_logits, model.discriminate(made), atol=1e-4)
    inked = torch.from_numpy(x)[None].double().requires_grad_()
    (wanted,) = torch.autograd.grad(model.double().discriminator(inked - 0).sum(), inked)
    model.float()
    np.testing.assert_allclose(trace.gradient, wanted[0], atol=1e-4)


def test_the_generated_digits_are_those_of_the_seed_whatever_was_asked_before(model):
    first = compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE, seed=1), model)
    for seed in range(2, 8):
        compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE, seed=seed), model)
    again = compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE, seed=1), model)
    np.testing.assert_array_equal(again.generated_logits, first.generated_logits)
    assert len(_kept[model]) <= SEEDS_KEPT
    other = small_models()[NAME]
    other.generator.first.weight *= 2
    changed = compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE, seed=1), other)
    assert not np.array_equal(changed.generated_logits, first.generated_logits)


@pytest.mark.parametrize("logit", [-800.0, -3.0, 0.0, 0.5, 800.0])
def test_a_probability_is_the_sigmoid_at_any_logit(logit):
    wanted = 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
    assert probability(logit) == pytest.approx(wanted)


def test_the_search_begins_at_draws_of_the_prior_and_comes_nearer(model):
    settings = GanSearchSettings(checkpoint=NAME, picture=PICTURE, starts=3, steps=40, seed=2)
    trace = compute(settings, model)
    np.testing.assert_array_equal(trace.codes[0], model.prior(3, torch.Generator().manual_seed(2)).numpy())
    made = model.generate(torch.from_numpy(trace.codes[-1].copy()))
    np.testing.assert_allclose(trace.pictures[-1], made, atol=1e-3)
    wanted = np.sqrt(np.square(made.numpy() - trace.target).mean((1, 2)))
    np.testing.assert_allclose(trace.rmse[-1], wanted, rtol=1e-4)
    np.testing.assert_allclose(trace.logits[-1], model.discriminate(made), atol=1e-4)
    assert (trace.rmse[-1] < trace.rmse[0]).all()
    assert trace.best == int(trace.rmse[-1].argmin())
    again = compute(settings, model)
    np.testing.assert_array_equal(again.codes, trace.codes)


def test_a_picture_of_the_generator_is_found_again(model):
    z = model.prior(1, torch.Generator().manual_seed(9))
    picture = np.rint(model.generate(z)[0].numpy() * 255).astype(np.uint8)
    trace = compute(
        GanSearchSettings(checkpoint=NAME, picture=pack_greys(picture), steps=150, pull=0.0, rate=0.2), model
    )
    assert trace.rmse[-1].min() < 0.15 * trace.rmse[0].min()


def test_a_strong_pull_shortens_the_code(model):
    near, far = (
        compute(GanSearchSettings(checkpoint=NAME, picture=PICTURE, steps=60, pull=pull), model) for pull in (0.1, 0.0)
    )
    assert near.norm[-1].mean() < far.norm[-1].mean()


@pytest.mark.parametrize("kind", [GanVerdictSettings, GanSearchSettings])
@pytest.mark.parametrize(("picture", "found"), [("", "picture is empty"), ("AAAA", "pixels"), ("!!", "not a packed")])
def test_an_empty_or_broken_drawing_is_refused_in_words(model, kind, picture, found):
    with pytest.raises(InvalidInput, match=found):
        compute(kind(checkpoint=NAME, picture=picture), model)


@pytest.mark.parametrize("kind", [GanVerdictSettings, GanSearchSettings, GanWalkSettings])
def test_another_family_is_refused(kind):
    with pytest.raises(InvalidInput, match="is no GAN"):
        compute(kind(checkpoint="vae-mnist"), small_models()["vae-mnist"])


def test_progress_can_cancel(model):
    def cancel(share: float) -> None:
        assert 0 <= share <= 1
        raise KeyboardInterrupt

    for settings in (GanWalkSettings(checkpoint=NAME), GanSearchSettings(checkpoint=NAME, picture=PICTURE)):
        with pytest.raises(KeyboardInterrupt):
            compute(settings, model, cancel)


def test_figures_and_files_without_and_with_real_digits(model):
    walk = compute(GanWalkSettings(checkpoint=NAME), model)
    trace = compute(GanVerdictSettings(checkpoint=NAME, picture=PICTURE), model)
    real = np.random.default_rng(0).normal(0, 1, 50).astype(np.float32)
    for reference in (None, real):
        table = words.verdicts(trace, reference)
        assert table.count("<tr>") == 1 + len(trace.versions) + 3
        assert len(words.histogram(trace, reference).data) == 1 + (reference is not None)
        assert ("real" in words.verdict_line(trace, reference).split("above")[1]) == (reference is not None)
        for extension, make in gan_files.verdict(trace, reference).values():
            assert len(make()) > 100, extension
    rows = gan_files.verdict(trace, real)["CSV"][1]().strip().splitlines()
    assert len(rows) == 1 + len(trace.versions) + len(trace.generated) + len(real)
    assert len(gan_files.walk_csv(walk).strip().splitlines()) == 1 + walk.logits.size + len(walk.line)
    assert gan_files.walk(walk, 3)["GIF"][1]()[:4] == b"GIF8"


@pytest.mark.parametrize(
    ("logit", "text"), [(0.0, "0.5000"), (-12.0, "6.1e−06"), (12.0, "1 − 6.1e−06"), (2.0, "0.8808")]
)
def test_a_probability_near_0_or_1_keeps_its_digits(logit, text):
    assert words.odds(logit) == text
