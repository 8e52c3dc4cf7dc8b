"""Traces are pure functions of settings and model; settings refuse in words."""

import io
import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.figures import export
from playground.traces import (
    AncestralSettings,
    BranchSettings,
    CompletionSettings,
    compute,
    in_python,
    pack_picture,
    unpack_picture,
)
from tests.test_models import SMALL, randomised

NAMES = sorted(SMALL)


def settings(**values) -> AncestralSettings:
    return AncestralSettings.checked(**{"checkpoint": "small", "count": 3, "seed": 5, **values})


@pytest.mark.parametrize("name", NAMES)
def test_a_trace_is_a_pure_function_of_its_settings(name):
    model = randomised(SMALL[name])
    state = torch.random.get_rng_state()
    first, second = (compute(settings(), model) for _ in range(2))
    assert torch.equal(state, torch.random.get_rng_state()), "the global generator was used"
    for field in ("values", "parameters", "noise", "log_likelihood"):
        assert np.array_equal(getattr(first, field), getattr(second, field))
    other = compute(settings(seed=6), model)
    assert not np.array_equal(first.noise, other.noise)


def test_running_log_likelihood_ends_at_the_models():
    model = randomised(SMALL["plain 5 levels"])
    trace = compute(settings(temperature=0.5), model)
    expected = model.log_prob(torch.from_numpy(trace.pictures()).float())
    assert np.allclose(trace.log_likelihood[:, -1], expected.numpy(), atol=1e-3)


def test_arrays_are_read_only():
    trace = compute(settings(), randomised(SMALL["plain binary"]))
    with pytest.raises(ValueError, match="read-only"):
        trace.values[0, 0] = 1


def test_npz_holds_every_field():
    trace = compute(settings(), randomised(SMALL["plain binary"]))
    with np.load(io.BytesIO(trace.to_bytes()), allow_pickle=False) as archive:
        assert set(archive.files) == set(vars(trace))
        assert np.array_equal(archive["values"], trace.values)
        assert archive["temperature"] == 1.0


@pytest.mark.parametrize("name", NAMES)
def test_branch_has_one_prefix_and_two_futures(name):
    model = randomised(SMALL[name], spread=0.6)
    base = compute(settings(), model)
    step = 7
    value = (int(base.values[1, step]) + 1) % model.config.levels
    trace = compute(
        BranchSettings.checked(checkpoint="small", count=3, seed=5, sample=1, step=step, value=value), model
    )
    assert np.array_equal(trace.values[0], base.values[1]), "the first future is the sample as it was drawn"
    assert np.array_equal(trace.values[1, :step], base.values[1, :step])
    assert trace.values[1, step] == value
    assert np.array_equal(trace.noise[0], trace.noise[1])
    assert trace.given.sum() == 1


def test_branch_refuses_steps_and_values_that_do_not_exist():
    model = randomised(SMALL["plain binary"])
    with pytest.raises(InvalidInput, match=r"step=30 is not allowed: this model has steps 0 to 29"):
        compute(BranchSettings(checkpoint="small", step=30), model)
    with pytest.raises(InvalidInput, match=r"value=2 is not allowed: levels are 0 to 1"):
        compute(BranchSettings(checkpoint="small", value=2), model)
    with pytest.raises(InvalidInput, match="with count=3 they are 0 to 2"):
        BranchSettings.checked(checkpoint="small", count=3, sample=3)


@pytest.mark.parametrize("name", NAMES)
def test_completion_keeps_the_given_region_and_draws_the_rest(name):
    model = randomised(SMALL[name])
    random = np.random.default_rng(0)
    picture = random.integers(0, model.config.levels, model.event_shape)
    keep = random.random(model.event_shape) < 0.5
    asked = CompletionSettings.checked(
        checkpoint="small", count=5, picture=pack_picture(picture, model.config.levels), keep=pack_picture(keep, 2)
    )
    trace = compute(asked, model)
    assert (trace.pictures()[:, keep] == picture[keep]).all()
    assert len({p.tobytes() for p in trace.pictures()}) > 1
    assert np.array_equal(trace.given[0], keep.ravel()[trace.order]), "given is told by step"


def test_fit_counts_only_given_pixels_after_the_first_free_one():
    model = randomised(SMALL["plain binary"])
    width = model.event_shape[1]
    picture = np.ones(model.event_shape, np.uint8)
    top = np.zeros(model.event_shape, np.uint8)
    top[:2] = 1
    packed = {"picture": pack_picture(picture, 2), "checkpoint": "small", "count": 4}
    prefix = compute(CompletionSettings(keep=pack_picture(top, 2), **packed), model)
    assert not prefix.nats_after().any(), "an exact conditional needs no weights"
    trace = compute(CompletionSettings(keep=pack_picture(1 - top, 2), **packed), model)
    by_hand = trace.log_probabilities()[:, 2 * width :].sum(1)
    assert np.allclose(trace.nats_after(), by_hand, atol=1e-4)
    assert (np.diff(trace.best_first().nats_after()) <= 0).all()


@pytest.mark.parametrize("levels", [2, 3, 16, 256])
def test_packed_pictures_come_back(levels):
    picture = np.random.default_rng(1).integers(0, levels, (7, 5)).astype(np.uint8)
    assert np.array_equal(unpack_picture(pack_picture(picture, levels), (7, 5), levels), picture)


@pytest.mark.parametrize(
    ("text", "words"),
    [("%%%", "not a packed picture"), ("AAAA", "holds 3 bytes; 28×28"), ("é", "not a packed picture")],
)
def test_a_wrong_packed_picture_is_named(text, words):
    with pytest.raises(InvalidInput, match=words):
        unpack_picture(text, (28, 28), 2)


def test_a_packed_level_out_of_range_is_named():
    with pytest.raises(InvalidInput, match="holds level 3; allowed are 0 to 2"):
        unpack_picture(pack_picture(np.full((2, 2), 3), 4), (2, 2), 3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"seed": "abc"}, r"seed='abc' is not allowed: .*valid integer.*; using 0 instead"),
        ({"seed": "-1"}, r"seed='-1' is not allowed: .*greater than or equal to 0"),
        ({"temperature": "-1"}, r"temperature='-1' is not allowed: .*greater than or equal to 0.1"),
        ({"temperature": "nan"}, r"temperature='nan' is not allowed"),
        ({"count": "1000"}, r"count='1000' is not allowed: .*less than or equal to 64"),
    ],
)
def test_a_wrong_value_in_a_link_is_named_and_left_out(values, words):
    good, notices = AncestralSettings.from_link({"temperature": "0.5", **values})
    assert set(good) == {"temperature"} - set(values)
    assert len(notices) == 1
    assert re.search(words, notices[0]), notices[0]


def test_right_values_of_a_link_become_numbers():
    good, notices = AncestralSettings.from_link({"seed": "12", "temperature": "0.5", "utm": "x"})
    assert good == {"seed": 12, "temperature": 0.5}
    assert notices == []


def test_the_python_of_a_trace_makes_the_same_settings():
    asked = settings(temperature=0.7)
    assert asked_by(asked.python())["trace"] == asked


def asked_by(source: str) -> dict:
    """What a snippet asks the engine for, by the names that it gives to the traces."""
    scope: dict = {"engine": SimpleNamespace(run=lambda settings: settings)}
    assert "\nengine = Engine()\n" in source
    exec(source.replace("engine = Engine()\n", ""), scope)
    return scope


@pytest.mark.parametrize(
    "each",
    [
        [{}],
        [{}, {}],
        [{"seed": 1}, {"seed": 2}, {"seed": 1}],
        [{"seed": 1, "checkpoint": "a'b"}, {"seed": 2}],
    ],
    ids=["one", "alike", "one differs", "two differ"],
)
def test_the_python_of_several_traces_makes_the_same_settings(each):
    wanted = [settings(**values) for values in each]
    scope = asked_by(in_python(traces=wanted, trace=CompletionSettings(checkpoint="b")))
    assert scope["traces"] == wanted
    assert scope["trace"] == CompletionSettings(checkpoint="b")


def test_gif_grows_from_nothing_to_the_finished_samples():
    from PIL import Image

    trace = compute(settings(), randomised(SMALL["plain binary"]))
    with Image.open(io.BytesIO(export.to_gif(trace))) as gif:
        frames = gif.n_frames
        assert frames == 31
        gif.seek(0)
        assert len(np.unique(np.asarray(gif.convert("L")))) == 2, "unwritten pixels and the gap"
        gif.seek(frames - 1)
        last = np.asarray(gif.convert("RGB")).astype(int)
    finished = np.asarray(Image.open(io.BytesIO(export.to_png(trace))).resize(last.shape[1::-1], 0)).astype(int)
    assert np.abs(last - finished).max() < 12


def test_csv_has_a_row_for_every_sample_and_step():
    trace = compute(settings(), randomised(SMALL["plain 5 levels"]))
    lines = export.to_csv(trace).splitlines()
    assert len(lines) == 1 + trace.values.size
    assert lines[0].endswith("logit_0,logit_1,logit_2,logit_3,logit_4")
    first = lines[1].split(",")
    assert [int(v) for v in first[:6]] == [0, 0, 0, 0, trace.values[0, 0], 0]
