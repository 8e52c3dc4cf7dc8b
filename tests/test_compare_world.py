"""All families on one small world: every distribution is exact, every family learns, and a trace is its settings'."""

import csv
import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import worlds
from playground.errors import InvalidInput
from playground.figures import compare_world as figures
from playground.traces import (
    FAMILY_NAMES,
    CompareWorldLinkSettings,
    CompareWorldSettings,
    CompareWorldTrace,
    SmallWorldSettings,
    compute,
)
from playground.traces.compare_world import jensen_shannon
from playground.traces.world_families import FamilyRules, LatentLearner, learner, mixture
from playground.traces.world_training import Lesson

QUICK = {"height": 2, "width": 2, "steps": 20, "batch": 16}
RULES = FamilyRules((2, 2), 0.02, "exact", 2, 4, 0)


def learned(family: str, **values) -> CompareWorldTrace:
    return compute(CompareWorldSettings(family=family, **QUICK | values), None)


def fresh(family: str, **changed):
    truth = worlds.one_bar((2, 2))
    lesson = Lesson(truth, 16, torch.Generator().manual_seed(0))
    return learner(family, FamilyRules(**vars(RULES) | changed), lesson), lesson, truth


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_the_same_settings_give_the_same_bytes(family):
    state = torch.random.get_rng_state()
    first, second = (learned(family, seed=3) for _ in range(2))
    assert torch.equal(state, torch.random.get_rng_state()), "the global generator was used"
    assert first.to_bytes() == second.to_bytes()
    assert not np.array_equal(first.learned, learned(family, seed=4).learned)


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_every_distribution_sums_to_one_and_every_number_is_of_it(family):
    trace = learned(family, width=3, world="bars-and-stripes")
    truth = worlds.bars_and_stripes((2, 3))
    assert np.abs(trace.total - 1).max() < 1e-6
    assert sorted(trace.listed) == list(range(64))
    q = np.empty((trace.steps.size, 64))
    q[:, trace.listed] = trace.learned
    assert np.allclose(q.sum(1), 1, atol=1e-5)
    p = truth.probabilities
    assert np.allclose(-np.log(q[:, truth.support]) @ p[truth.support], trace.nll, atol=1e-4)
    assert np.allclose(trace.kl, trace.nll - trace.entropy)
    assert np.allclose(q[:, p == 0].sum(1), trace.forbidden, atol=1e-5)
    middle = (p + q[-1]) / 2
    halves = [(r[r > 0] * np.log(r[r > 0] / middle[r > 0])).sum() / 2 for r in (p, q[-1])]
    assert trace.jensen_shannon[-1] == pytest.approx(sum(halves), abs=1e-5)
    assert (trace.jensen_shannon <= np.log(2) + 1e-9).all()


@pytest.mark.parametrize("family", FAMILY_NAMES)
def test_every_family_learns_an_easy_world(family):
    trace = learned(family, world="one-bar", width=3, steps=200, batch=64)
    assert trace.kl[0] > 2.3
    assert trace.kl[-1] < {"independent": 2.45, "fvsbn": 1}.get(family, 0.65)


def test_the_independent_model_ends_at_the_product_of_the_marginals():
    trace = learned("independent", world="checkerboard", steps=200, batch=0)
    assert trace.parameters == 4
    assert trace.kl[-1] == pytest.approx(3 * np.log(2), abs=1e-3), "four fair coins, where the world has one"


@pytest.mark.parametrize("family", ["independent", "fvsbn"])
def test_what_has_no_hidden_unit_stays_at_log_2_on_parity(family):
    assert learned(family, world="parity", steps=100, batch=0).kl[-1] == pytest.approx(np.log(2), abs=2e-3)


def test_all_families_see_the_same_batches_in_the_same_order():
    seen = []
    for family in ("made", "vae", "gan"):
        one, lesson, _ = fresh(family)
        batches = []
        for _ in range(3):
            batches.append(lesson.next()[0])
            one.update(batches[-1], lesson.equal)
        seen.append(torch.stack(batches))
    assert torch.equal(seen[0], seen[1])
    assert torch.equal(seen[0], seen[2])


# --- How each distribution is had ------------------------------------------------------------------------------------


def test_a_mixture_is_the_sum_over_its_codes():
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(3, 4, generator=generator, dtype=torch.float64)
    weights = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    states = torch.from_numpy(worlds.all_states((2, 2)).reshape(16, 4)).double()
    found = mixture(logits, weights.log(), states).exp()
    p = logits.sigmoid()
    by_hand = [(weights * torch.where(x > 0, p, 1 - p).prod(1)).sum() for x in states]
    assert torch.allclose(found, torch.stack(by_hand))
    assert float(found.sum()) == pytest.approx(1)


@pytest.mark.parametrize("latent", [1, 2])
def test_the_sum_over_codes_is_settled_and_the_bound_is_one(latent, monkeypatch):
    one, lesson, truth = fresh("vae", latent=latent)
    with torch.enable_grad():
        for _ in range(150):
            one.update(*lesson.next())
    q = one.log_q()
    bound = one.bound(truth)
    assert bound >= worlds.expected_nll(truth, q.numpy()) - 1e-6, "an ELBO above log p"
    noise = torch.Generator().manual_seed(1)
    images = lesson.images.repeat(4_000, 1, 1)
    estimate = -float(one.model.elbo(images, noise).detach().mean())  # all bars are equally probable
    assert bound == pytest.approx(estimate, abs=0.03)
    monkeypatch.setattr("playground.traces.world_families.CELLS", {1: 1_601, 2: 181})
    finer = LatentLearner(one.model, one.rules, one.states).log_q()
    assert torch.allclose(q, finer, atol=2e-3)


def test_an_update_of_the_game_raises_d_on_data_and_then_g_raises_what_d_likes():
    one, lesson, _ = fresh("gan")
    images, shares = lesson.next()
    before = one.log_prob(one.model, one.states).exp()
    value = one.model.discriminate(images).mean() - before @ one.model.discriminate(one.states)
    with torch.enable_grad():
        for _ in range(20):
            one.update(images, shares)
    after = one.log_prob(one.model, one.states).exp().detach()
    told = one.model.discriminate(images).mean() - before.detach() @ one.model.discriminate(one.states)
    assert told > value, "D tells the batch from what G gave at first"
    assert not torch.allclose(before, after)
    assert float(after.min()) > 0, "no pixel is ever certain"


@pytest.mark.parametrize("family", ["rbm", "energy"])
def test_a_sweep_leaves_the_model_as_it_is(family):
    one, _, _ = fresh(family, gradient="cd")
    with torch.no_grad():
        for weights in one.model.parameters():
            weights.mul_(2)
        q = one.log_q()
        start = torch.multinomial(q.exp(), 40_000, replacement=True, generator=torch.Generator().manual_seed(5))
        swept = one.sweep(one.states[start])
    counts = np.bincount(worlds.numbers(swept.numpy().astype(np.uint8)), minlength=16) / 40_000
    assert np.abs(counts - q.exp().numpy()).max() < 0.01


@pytest.mark.parametrize("family", ["rbm", "energy"])
def test_cd_learns_too_and_otherwise(family):
    exact, cd = (learned(family, world="one-bar", steps=100, batch=64, gradient=g) for g in ("exact", "cd"))
    assert cd.kl[-1] < cd.kl[0]
    assert not np.array_equal(exact.learned[-1], cd.learned[-1])


# --- Settings and files -----------------------------------------------------------------------------------------------


def test_a_family_is_trained_anew_only_for_what_concerns_it():
    before, after = (CompareWorldLinkSettings(gradient=g, bits=b).each() for g, b in (("exact", 6), ("cd", 4)))
    changed = {one.family for one, other in zip(before, after, strict=True) if one.key() != other.key()}
    assert changed == {"rbm", "energy", "gan"}
    assert [one.family for one in CompareWorldLinkSettings(families="gan,made").each()] == ["made", "gan"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"families": "made,magic"}, "'magic' is no family; known are independent"),
        ({"height": 4, "width": 4}, "height=4, width=4 is not allowed: .* at most 12 pixels"),
        ({"world": "drawn"}, "world='drawn' is not allowed"),
        ({"latent": 3}, "latent=3 is not allowed"),
        ({"batch": 7}, "batch=7 is not allowed"),
        ({"rate": float("nan")}, "rate=nan is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(values, words):
    with pytest.raises(InvalidInput, match=words):
        CompareWorldLinkSettings.checked(**values)


def test_jensen_shannon_is_0_of_the_same_and_log_2_of_what_never_meets():
    p, q = np.array([0.5, 0.5, 0, 0]), np.array([0, 0, 0.25, 0.75])
    assert jensen_shannon(p, p) == 0
    assert jensen_shannon(p, q) == pytest.approx(np.log(2))


def test_progress_is_told_and_may_cancel():
    told = []
    compute(CompareWorldSettings(family="fvsbn", **QUICK), None, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] < 1

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(CompareWorldSettings(family="fvsbn", **QUICK), None, stop)


def test_one_family_of_both_pages_learns_alike():
    """The shared parts are shared: MADE here ends where the page of MADE ends, but for its batches."""
    here = learned("made", world="one-bar", steps=200, batch=0)
    there = compute(SmallWorldSettings(height=2, width=2, world="one-bar", steps=200, rate=0.02), None)
    assert here.parameters == there.parameters
    assert np.allclose(here.kl[[0, -1]], there.kl[[0, -1]], atol=1e-3)


def test_the_files_hold_the_trainings():
    traces = [learned(name) for name in ("made", "vae", "gan")]
    files = {label: make() for label, (_, make) in figures.files(traces, ["MADE", "VAE", "GAN"], 3).items()}
    rows = list(csv.DictReader(io.StringIO(files["CSV"])))
    assert len(rows) == 3 * traces[0].steps.size
    assert float(rows[-1]["kl_nats"]) == traces[2].kl[-1]
    assert [row["bound_nats"] == "" for row in rows if row["step"] == "0"] == [True, False, True]
    with np.load(io.BytesIO(files["npz"]), allow_pickle=False) as archive:
        assert np.array_equal(archive["vae.bound"], traces[1].bound)
    with Image.open(io.BytesIO(files["GIF"])) as gif:
        assert gif.n_frames == traces[0].steps.size
    first, last = (np.asarray(figures.sheet(traces, ["a", "b", "c"], row)) for row in (0, -1))
    assert (first != last).any()
    assert figures.frame_at(traces[0], 7) == 7
