"""Half a picture completed by every family, and one picture judged by all: the numbers are those of the models."""

import numpy as np
import pytest
import torch

from playground.corruptions import corrupted
from playground.errors import InvalidInput
from playground.figures import compare_drawn
from playground.models.ensemble import ensemble_log_prob
from playground.traces import (
    CompareCompleteSettings,
    CompareScoreSettings,
    CompletionSettings,
    completing_way,
    compute,
    joined,
    no_completion,
    pack_greys,
    pack_picture,
    scoring_kind,
    standings,
)
from playground.traces.compare_ways import FRAMES
from tests.small_drawn import COMPLETE, JUDGE, SIDE, small_drawn
from tests.test_models import SMALL, randomised

torch.set_num_threads(1)
SHAPE = (SIDE, SIDE)
DRAWING = np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)
UPPER = np.broadcast_to(np.arange(SIDE)[:, None] < SIDE // 2, SHAPE)
MASKS = {"upper": UPPER, "lower": ~UPPER, "scattered": np.random.default_rng(1).random(SHAPE) < 0.3}
WAYS = ("conditionals", "conditionals", "ordering", "conditionals", "gibbs", "langevin", "posterior", "nearest")
DISTANCES = ("langevin", "nearest")


@pytest.fixture(scope="module")
def models():
    return small_drawn()


def completed(models, mask, names=COMPLETE, picture=DRAWING, **more):
    settings = CompareCompleteSettings(
        checkpoints=",".join(names), picture=pack_greys(picture), keep=pack_picture(mask, 2), **{"count": 2, **more}
    )
    return compute(settings, {name: models[name] for name in settings.model_names})


@pytest.fixture(scope="module")
def traces(models):
    return {name: completed(models, mask) for name, mask in MASKS.items()}


# --- Completing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mask", MASKS)
def test_kept_pixels_are_untouched_in_every_frame_and_for_every_family(traces, mask):
    trace = traces[mask]
    assert trace.ways == WAYS
    binary = (DRAWING >= 128).astype(np.float32)
    for m, way in enumerate(trace.ways):
        wanted = DRAWING / 255 if way in DISTANCES else binary
        for frame in (0, 1, FRAMES // 2, FRAMES):
            shown = trace.pictures(frame)[m]
            np.testing.assert_allclose(shown[:, MASKS[mask]], np.tile(wanted[MASKS[mask]], (2, 1)), atol=1e-6)


@pytest.mark.parametrize("name", COMPLETE)
def test_what_is_not_kept_is_not_looked_at_and_what_is_kept_is(models, traces, name):
    other = np.where(UPPER, DRAWING, 255 - DRAWING).astype(np.uint8)
    number = COMPLETE.index(name)
    same = completed(models, UPPER, (name,), other)
    np.testing.assert_array_equal(same.made[0], traces["upper"].made[number])
    changed = completed(models, UPPER, (name,), (255 - DRAWING).astype(np.uint8))
    assert not np.array_equal(changed.pictures()[:, :, ~UPPER], same.pictures()[:, :, ~UPPER])


def test_a_model_completes_alone_as_in_company_and_by_the_seed(models, traces):
    alone = [completed(models, UPPER, (name,)) for name in COMPLETE]
    for field in ("made", "given", "written", "fit", "later", "steps", "keep", "checkpoints", "ways"):
        np.testing.assert_array_equal(getattr(joined(alone), field), getattr(traces["upper"], field))
    again, other = completed(models, UPPER), completed(models, UPPER, seed=1)
    np.testing.assert_array_equal(again.made, traces["upper"].made)
    for m in range(len(COMPLETE)):
        assert not np.array_equal(other.pictures()[m], again.pictures()[m])


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("name", ["made-mnist", "pixelcnn-mnist", "lstm-mnist"])
def test_pixel_by_pixel_is_the_completion_of_the_ancestral_sampler(models, traces, mask, name):
    trace, number = traces[mask], COMPLETE.index(name)
    settings = CompletionSettings(
        checkpoint=name,
        count=2,
        picture=pack_picture((DRAWING >= 128).astype(np.uint8), 2),
        keep=pack_picture(MASKS[mask], 2),
    )
    wanted = compute(settings, models[name])
    np.testing.assert_array_equal(trace.pictures()[number], wanted.pictures())
    np.testing.assert_allclose(trace.fit[number, -1], wanted.nats_after(), atol=1e-3)
    late = wanted.given[0] & (np.arange(SIDE**2) > wanted.given[0].argmin())
    assert trace.later[number] == late.sum()
    flat = np.empty(SIDE**2)
    flat[wanted.order] = 1 / (1 + np.exp(-wanted.parameters[0, :, 0]))
    believed = trace.made[number, -1, 0]
    np.testing.assert_allclose(believed[MASKS[mask]], flat.reshape(SHAPE)[MASKS[mask]], atol=1e-3)


def test_in_raster_order_an_upper_half_is_known_to_all_and_a_lower_half_to_nobody(traces):
    raster = COMPLETE.index("pixelcnn-mnist")
    assert traces["upper"].later[raster] == 0
    assert traces["lower"].later[raster] == SIDE**2 // 2
    assert (traces["upper"].fit[raster] == 0).all()
    assert (traces["lower"].fit[raster, -1] < 0).all()
    assert (np.diff(traces["lower"].fit[raster], axis=0) <= 0).all()


@pytest.mark.parametrize("mask", MASKS)
def test_where_any_ordering_will_do_no_kept_pixel_comes_too_late(models, traces, mask):
    trace, number = traces[mask], COMPLETE.index("nade-agnostic-mnist")
    assert trace.later[number] == 0
    steps = trace.written[number].reshape(SHAPE)
    assert steps[MASKS[mask]].max() <= steps[~MASKS[mask]].min()


def test_pixels_come_once_and_stay(traces):
    trace = traces["lower"]
    before = trace.there(0)
    for m, way in enumerate(trace.ways):
        assert before[m].all() == (way not in ("conditionals", "ordering"))
    for frame in range(1, FRAMES + 1):
        now = trace.there(frame)
        assert (now | ~before).all()
        before = now
    assert before.all()
    assert trace.steps[0] == SIDE**2


@pytest.mark.parametrize("mask", MASKS)
def test_the_fit_is_the_ways_own_measure_of_what_the_model_has_at_the_kept_pixels(traces, mask):
    trace, keep = traces[mask], MASKS[mask]
    for m, way in enumerate(trace.ways):
        made = trace.made[m][:, :, keep].astype(np.float64)  # (F+1, C, K)
        given = trace.given[m][keep]
        if way in ("gibbs", "posterior"):
            log_p = np.log(np.where(given > 0.5, made, 1 - made).clip(1e-4)).sum(2)
            np.testing.assert_allclose(trace.fit[m], log_p, rtol=2e-2, atol=0.3)
        elif way in DISTANCES:
            np.testing.assert_allclose(trace.fit[m], np.sqrt(((made - given) ** 2).mean(2)), atol=2e-3)


def test_a_search_comes_nearer_to_the_kept_pixels(traces):
    trace = traces["scattered"]
    vae, gan = COMPLETE.index("vae-mnist"), COMPLETE.index("gan-mnist")
    assert (trace.fit[vae, -1] > trace.fit[vae, 0]).all()
    assert (trace.fit[gan, -1] < trace.fit[gan, 0]).all()
    best = trace.best()
    assert best[vae] == trace.fit[vae, -1].argmax()
    assert best[gan] == trace.fit[gan, -1].argmin()


def test_a_picture_that_is_kept_whole_stays_and_its_chains_stand_still(models):
    trace = completed(models, np.ones(SHAPE, bool))
    number = COMPLETE.index("ebm-mnist")
    np.testing.assert_array_equal(trace.fit[number], np.broadcast_to(trace.fit[number, :1], trace.fit[number].shape))
    np.testing.assert_allclose(
        trace.pictures(), np.broadcast_to(trace.given[:, None], trace.pictures().shape), atol=1e-6
    )


def test_without_a_kept_pixel_every_model_just_generates(models):
    trace = completed(models, np.zeros(SHAPE, bool))
    assert np.isfinite(trace.fit).all()
    assert (trace.later == 0).all()


def test_who_cannot_complete_is_refused_with_the_reason(models):
    assert no_completion(models["autoencoder-mnist-2d"], SHAPE) == "no prior"
    assert no_completion(randomised(SMALL["plain binary"]), SHAPE) == "other data"
    assert all(no_completion(models[name], SHAPE) == "" for name in COMPLETE)
    assert completing_way(models["autoencoder-mnist-2d"]) == ""
    with pytest.raises(InvalidInput, match="no distribution over codes"):
        completed(models, UPPER, ("made-mnist", "autoencoder-mnist-2d"))
    with pytest.raises(InvalidInput, match="at least one"):
        compute(CompareCompleteSettings(), {})
    with pytest.raises(InvalidInput, match="picture"):
        compute(CompareCompleteSettings(checkpoints="made-mnist", picture="AAAA"), {"made-mnist": models["made-mnist"]})


def test_files_of_completions(traces):
    trace = traces["lower"]
    files = compare_drawn.completions(trace, FRAMES)
    rows = files["CSV"][1]().splitlines()
    assert len(rows) == 1 + trace.fit.size
    assert rows == files["CSV"][1]().splitlines()
    assert files["PNG"][1]()[:4] == b"\x89PNG"
    assert compare_drawn.completion_words(trace)["late"] == str(trace.later.max())


# --- Judging ---------------------------------------------------------------------------------------------------------


def judged(models, names=JUDGE, picture=DRAWING, **more):
    text = ",".join(f"{name}*4" if name == "made-mnist" else name for name in names)
    settings = CompareScoreSettings(checkpoints=text, picture=pack_greys(picture), **more)
    return compute(settings, {name: models[name] for name in settings.model_names})


@pytest.mark.parametrize("binarization", ["coins", "threshold"])
def test_every_figure_is_the_models_own(models, binarization):
    trace = judged(models, binarization=binarization, seed=3)
    greys = torch.from_numpy(np.array(trace.pictures))
    binary = torch.from_numpy(np.array(trace.binary)).float()
    for m, name in enumerate(JUDGE):
        model, kind = models[name], trace.kinds[m]
        if kind == "bound":
            continue
        wanted = {
            "exact": lambda model=model, m=m: -ensemble_log_prob(model, binary, int(trace.averaged[m])),
            "free energy": lambda model=model: model.energy(binary),
            "energy": lambda model=model: model.energy(greys),
            "reconstruction": lambda model=model: -model.reconstruction(binary),
            "logit": lambda model=model: model.discriminate(greys),
        }[kind]()
        np.testing.assert_allclose(trace.figures[m], wanted, rtol=1e-4, atol=1e-4, err_msg=name)
    assert trace.averaged[0] == 4
    alone = -models["made-mnist"].log_prob(binary)
    assert not np.allclose(trace.figures[0], alone, atol=1e-2)


def test_a_bound_is_above_the_tighter_bound_and_both_are_of_many_draws(models):
    trace = judged(models, ("vae-mnist",), draws=1_000)
    assert trace.kinds == ("bound",)
    assert (trace.tighter[0] <= trace.figures[0] + 0.5).all()
    x = torch.from_numpy(np.array(trace.binary)).float()
    generator = torch.Generator().manual_seed(9)
    elbo = torch.stack([models["vae-mnist"].elbo(x, generator) for _ in range(200)])
    error = elbo.std(0) / 8**0.5
    assert ((torch.tensor(trace.figures[0]) + elbo.mean(0)).abs() < 5 * error + 0.1).all()
    assert np.isnan(judged(models, ("made-mnist",)).tighter).all()


def test_versions_are_the_corruptions_and_coins_fall_by_the_greys(models):
    trace = judged(models, ("rbm-mnist",), seed=5)
    x = DRAWING.astype(np.float32) / 255
    for name, picture in zip(trace.versions[1:], trace.pictures[1:], strict=True):
        np.testing.assert_allclose(picture, corrupted(x[None], name, 5)[0], atol=1e-6)
    assert (trace.binary[trace.pictures == 0] == 0).all()
    assert (trace.binary[trace.pictures == 1] == 1).all()
    assert trace.binary.mean() == pytest.approx(trace.pictures.mean(), abs=0.05)
    sharp = judged(models, ("rbm-mnist",), binarization="threshold")
    np.testing.assert_array_equal(sharp.binary[0], DRAWING >= 128)


def test_a_rank_grows_with_strangeness_and_is_turned_for_a_logit(models):
    trace = judged(models)
    real = np.sort(np.random.default_rng(2).normal(0, 1e3, 500))
    for m, kind in enumerate(trace.kinds):
        order = np.argsort(trace.figures[m], kind="stable")
        ranks = [trace.rank(m, v, real) for v in order]
        assert ranks == sorted(ranks, reverse=kind == "logit")
        far = np.array([1e9])
        assert trace.rank(m, 0, -far) == (0.0 if kind == "logit" else 1.0)
        assert trace.rank(m, 0, far) == (1.0 if kind == "logit" else 0.0)


def test_strips_have_one_scale_on_which_right_is_strange(models):
    trace = judged(models)
    real = {name: np.random.default_rng(3).normal(trace.figures[m, 0], 5, 301) for m, name in enumerate(JUDGE)}
    del real["pixelcnn-mnist"]
    found = standings(trace, real)
    missing = JUDGE.index("pixelcnn-mnist")
    assert np.isnan(found.ranks[missing]).all()
    assert found.many.tolist() == [0 if m == missing else 301 for m in range(len(JUDGE))]
    np.testing.assert_array_equal(found.counts.sum(1), found.many)
    for m, name in enumerate(JUDGE):
        if m == missing:
            continue
        order = np.argsort(found.places[m], kind="stable")
        assert (np.diff(found.ranks[m, order]) >= 0).all()
        sign = -1 if trace.kinds[m] == "logit" else 1
        shift = sign * (trace.figures[m, 0] - np.median(real[name]))
        assert np.sign(found.places[m, 0]) == np.sign(shift)
        assert found.places[m, 0] * 5 == pytest.approx(shift, rel=0.2)


def test_an_empty_picture_is_judged_too(models):
    trace = judged(models, picture=np.zeros(SHAPE, np.uint8))
    assert np.isfinite(trace.figures).all()


@pytest.mark.parametrize("text", ["made-mnist*0", "made-mnist*x", "made-mnist*65", "made-mnist*"])
def test_a_wrong_number_of_orderings_is_named(text):
    with pytest.raises(InvalidInput, match=r"checkpoints=.*orderings are averaged, 1 to 64"):
        CompareScoreSettings.checked(checkpoints=text)


def test_who_has_nothing_to_say_is_refused(models):
    assert scoring_kind(randomised(SMALL["plain binary"])) == "exact"
    with pytest.raises(InvalidInput, match="judges no pictures"):
        compute(
            CompareScoreSettings(checkpoints="a,b"), {"a": models["made-mnist"], "b": randomised(SMALL["plain binary"])}
        )
    with pytest.raises(InvalidInput, match="orderings=8"):
        compute(CompareScoreSettings(checkpoints="made-mnist*8"), {"made-mnist": models["made-mnist"]})
    with pytest.raises(InvalidInput, match="at least one"):
        compute(CompareScoreSettings(), {})


def test_files_and_words_of_a_judgement(models):
    trace = judged(models)
    found = standings(trace, {})
    files = compare_drawn.judgements(trace, found.ranks)
    rows = files["CSV"][1]().splitlines()
    assert len(rows) == 1 + trace.figures.size
    assert rows[1].startswith("made-mnist,exact,4,as drawn,")
    assert files["PNG"][1]()[:4] == b"\x89PNG"
    assert compare_drawn.score_words(trace, found, 0)["low"] == "–"
