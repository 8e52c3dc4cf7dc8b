"""A training on a small world: a pure function of its settings, exact at every step, and it learns what it can."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import worlds
from playground.errors import InvalidInput
from playground.figures import small_world as figures
from playground.traces import SmallWorldSettings, SmallWorldTrace, compute
from playground.traces.small_world import MODELS

QUICK = {"steps": 20, "units": 8}


def learned(**values) -> SmallWorldTrace:
    return compute(SmallWorldSettings.checked(**values), None)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("batch", [0, 16])
def test_the_same_settings_give_the_same_bytes(model, batch):
    state = torch.random.get_rng_state()
    first, second = (learned(model=model, batch=batch, seed=3, **QUICK) for _ in range(2))
    assert torch.equal(state, torch.random.get_rng_state()), "the global generator was used"
    assert first.to_bytes() == second.to_bytes()
    assert not np.array_equal(first.samples, learned(model=model, batch=batch, seed=4, **QUICK).samples)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("world", worlds.WORLDS)
def test_every_number_is_exact_at_every_step(model, world):
    trace = learned(model=model, world=world, height=2, **QUICK)
    truth = worlds.world(world, (2, 3))
    assert trace.listed.size == 64, "every state of a small world is kept"
    assert sorted(trace.listed) == list(range(64))
    assert np.allclose(trace.total, 1, atol=1e-5), "trained or not, the model is a distribution"
    assert np.allclose(trace.nll, trace.entropy + trace.kl)
    assert (trace.nll >= trace.entropy - 1e-6).all(), "no model passes the entropy"
    q = np.empty((trace.steps.size, 64))
    q[:, trace.listed] = trace.learned
    assert np.allclose(q.sum(1), trace.total, atol=1e-5)
    assert np.allclose(q[:, truth.probabilities == 0].sum(1), trace.forbidden, atol=1e-5)
    assert np.allclose(-np.log(q[:, truth.support]) @ truth.probabilities[truth.support], trace.nll, atol=1e-4)
    assert np.allclose(q[-1], trace.final, atol=1e-6)
    assert np.allclose(trace.mean[-1], np.tensordot(trace.final, truth.states, 1), atol=1e-5)
    assert trace.steps[[0, -1]].tolist() == [0, QUICK["steps"]]
    assert trace.samples.max() < 64
    allowed = truth.probabilities[trace.listed] > 0
    assert allowed[: trace.possible].all()
    assert not allowed[trace.possible :].any()


def test_bars_and_stripes_are_learned_with_the_default_settings():
    trace = learned()
    assert trace.kl[0] > 1
    assert trace.kl[-1] < 0.05
    assert trace.forbidden[-1] < 0.05


@pytest.mark.parametrize("shape", [(2, 2), (3, 3)])
@pytest.mark.parametrize("ordering", ["raster", "spiral", "random-3"])
def test_a_linear_model_never_gets_below_log_2_on_parity(shape, ordering):
    trace = learned(model="fvsbn", world="parity", height=shape[0], width=shape[1], ordering=ordering, steps=200)
    assert trace.kl[-1] == pytest.approx(np.log(2), abs=1e-3)
    noisy = learned(model="fvsbn", world="parity", height=shape[0], width=shape[1], steps=60, batch=16, rate=0.1)
    assert noisy.kl.min() >= np.log(2) - 1e-5
    assert noisy.kl.max() > np.log(2) + 1e-3, "the batches did move the weights"


def test_a_hidden_layer_learns_parity():
    assert learned(world="parity", height=2, width=2).kl[-1] < 0.05


@pytest.mark.parametrize("model", ["made", "nade-agnostic"])
def test_averaged_probabilities_are_never_worse_than_the_members_in_the_mean(model):
    trace = learned(model=model, members=4, **QUICK)
    assert trace.members_kl.shape == (trace.steps.size, 4)
    assert np.ptp(trace.members_kl[-1]) > 1e-3, "the members are different distributions"
    assert (trace.kl <= trace.members_kl.mean(1) + 1e-9).all()
    assert np.allclose(trace.total, 1, atol=1e-5)


def test_a_large_world_keeps_its_likeliest_states_and_little_memory():
    trace = learned(height=4, width=4, members=2, **QUICK)
    assert trace.nbytes < 2**21
    assert trace.listed.size <= 192
    assert trace.possible == 30
    assert set(worlds.bars_and_stripes((4, 4)).support) <= set(trace.listed)
    shown = trace.final[trace.listed[trace.possible :]]
    rest = np.setdiff1d(np.arange(65_536), trace.listed)
    assert shown.sum() > trace.final[rest].mean() * shown.size, "those listed are likelier than the others"
    assert trace.total[-1] == pytest.approx(1, abs=1e-4)


def test_drawn_patterns_are_learned_in_their_shares():
    patterns = np.stack([np.eye(3), np.ones((3, 3)), np.ones((3, 3))]).astype(np.uint8)
    trace = learned(world="drawn", patterns=worlds.pack_patterns(patterns), steps=300)
    assert trace.kl[-1] < 0.05
    assert trace.final[-1] == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"model": "nade", "layers": 2}, r"layers=2 is not allowed: with model='nade' it is 1$"),
        ({"model": "nade-agnostic", "layers": 3}, "layers=3 is not allowed: with model='nade-agnostic' it is 1 to 2"),
        ({"model": "fvsbn", "members": 4}, "members=4 is not allowed: with model='fvsbn' it is 1$"),
        ({"ordering": "zigzag"}, "ordering='zigzag' is not allowed: .*known are raster, column"),
        ({"members": 3}, "members=3 is not allowed"),
        ({"height": 5}, "height=5 is not allowed"),
        ({"rate": float("nan")}, "rate=nan is not allowed"),
        ({"steps": 10**9}, "steps=1000000000 is not allowed"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(values, words):
    with pytest.raises(InvalidInput, match=words):
        SmallWorldSettings.checked(**values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"world": "drawn"}, "at least one"),
        ({"world": "drawn", "patterns": "3.AA"}, "take 4 bytes"),
        ({"world": "parity", "height": 4, "width": 4}, "batch=0 is not allowed: a step over all 32,768 images"),
    ],
)
def test_a_world_that_cannot_be_made_is_refused_in_words(values, words):
    with pytest.raises(InvalidInput, match=words):
        learned(**values)


def test_what_does_not_fit_gives_way_with_a_word_for_each():
    default = SmallWorldSettings().model_dump()
    assert SmallWorldSettings.fitted(default) == (default, [])
    wrong = {"model": "nade", "layers": 3, "members": 8, "world": "drawn", "patterns": "!!"}
    found, words = SmallWorldSettings.fitted(default | wrong)
    assert (found["layers"], found["members"]) == (1, 1)
    assert len(words) == 3
    SmallWorldSettings.checked(**found).truth()
    found, words = SmallWorldSettings.fitted(default | {"world": "parity", "height": 4, "width": 4})
    assert found["batch"] == 256
    assert "batch='0' is not allowed" in words[0]


def test_progress_is_told_and_may_cancel():
    told = []
    compute(SmallWorldSettings(**QUICK), None, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] < 1

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(SmallWorldSettings(**QUICK), None, stop)


def test_the_files_hold_the_training():
    trace = learned(members=2, **QUICK)
    files = {label: make() for label, (_, make) in figures.files(trace).items()}
    rows = files["CSV"].splitlines()
    assert len(rows) == 1 + trace.steps.size
    assert rows[0].endswith("kl_member_0_nats,kl_member_1_nats")
    assert float(rows[-1].split(",")[3]) == trace.kl[-1]
    with np.load(io.BytesIO(files["npz"]), allow_pickle=False) as archive:
        assert set(archive.files) == set(vars(trace))
    with Image.open(io.BytesIO(files["GIF"])) as gif:
        assert gif.n_frames == trace.steps.size
    first, last = (np.asarray(figures.picture(trace, row)) for row in (0, -1))
    assert (first != last).any()


def test_a_bar_is_as_high_as_its_probability():
    trace = learned(**QUICK)
    picture = np.asarray(figures.picture(trace)).astype(int)
    colour = np.array([0xA0, 0x4A, 0x80])
    shown = figures.bars_of(trace)
    slot = (figures.WIDTH - figures.LEFT - 8) / len(shown)
    tall = []
    for place in range(trace.possible):
        column = picture[:, int(figures.LEFT + (place + 0.5) * slot)]
        tall.append((np.abs(column - colour).sum(1) < 10).sum())
    shares = trace.learned[-1, shown[: trace.possible]]
    assert np.corrcoef(tall, shares)[0, 1] > 0.99
