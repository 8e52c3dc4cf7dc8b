"""One picture under several orderings: given pixels stay, noise belongs to positions, drawn orderings are checked."""

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from playground.errors import InvalidInput
from playground.models import build
from playground.models.orderings import permutation
from playground.traces import (
    AncestralSettings,
    OrderingsSettings,
    compute,
    pack_order,
    pack_picture,
    parse_order,
)
from playground.traces.orderings import completed

from .test_belief import random_model

RNG = np.random.default_rng(0)
PICTURE = (RNG.random((5, 4)) < 0.5).astype(np.uint8)
KEEP = (RNG.random((5, 4)) < 0.4).astype(np.uint8)
ALL = "raster,column,spiral,random-5"


def agnostic():
    return random_model("OrderAgnosticNADE", hidden=(6, 5), scale=0.8)


def under(model=None, **values):
    settings = {"picture": pack_picture(PICTURE, 2), "keep": pack_picture(KEEP, 2), "orderings": ALL, **values}
    return compute(OrderingsSettings(checkpoint="tiny", **settings), model or agnostic())


@pytest.mark.parametrize("first", [True, False])
def test_given_pixels_are_never_changed(first):
    trace = under(first=first, seed=3)
    for picture in trace.pictures():
        np.testing.assert_array_equal(picture[KEEP > 0], PICTURE[KEEP > 0])
    np.testing.assert_array_equal(trace.given, KEEP.ravel() > 0)


@pytest.mark.parametrize("first", [True, False])
def test_every_ordering_is_a_permutation_and_the_given_come_first_where_asked(first):
    trace = under(first=first)
    for order, name in zip(trace.order, trace.names, strict=True):
        assert sorted(order) == list(range(20)), name
        given = trace.given[order]
        assert (np.diff(given.astype(int)) <= 0).all() == first, name
    assert (trace.unheard() == 0).all() == first
    np.testing.assert_array_equal(np.take_along_axis(trace.ranks(), trace.order.astype(np.int64), 1)[0], np.arange(20))


def test_a_position_has_the_same_uniform_number_in_every_ordering():
    trace = under(seed=8)
    for order, values, logits in zip(trace.order, trace.values, trace.logits, strict=True):
        free = ~trace.given[order]
        p = 1 / (1 + np.exp(-logits.astype(np.float64)))
        np.testing.assert_array_equal(values[free], (trace.noise[order] < p)[free])


def test_under_raster_with_nothing_given_it_is_the_plain_sample_of_the_seed():
    model = agnostic()
    plain = compute(AncestralSettings(checkpoint="tiny", count=1, seed=4), model)
    np.testing.assert_array_equal(under(model, keep="", orderings="raster", seed=4).pictures(), plain.pictures())


def test_with_the_given_first_the_nats_are_the_exact_conditional():
    """log p(drawn | given) = log p(all) − log p(given), the latter by summing over every completion."""
    model = random_model("OrderAgnosticNADE", hidden=(6,), scale=0.8)
    keep = np.ones((5, 4), np.uint8)
    keep.ravel()[[2, 7, 11, 18]] = 0
    trace = under(model, keep=pack_picture(keep, 2), orderings="raster,spiral", seed=1)
    for m in range(2):
        view = model.under(torch.from_numpy(trace.order[m].astype(np.int64)))
        every = torch.from_numpy(PICTURE.copy()).float().flatten().repeat(16, 1)
        every[:, [2, 7, 11, 18]] = torch.tensor([[float(n >> b & 1) for b in range(4)] for n in range(16)])
        total = view.log_prob(every.view(16, 5, 4)).logsumexp(0)
        mine = view.log_prob(torch.from_numpy(trace.pictures()[m].copy()).float().unsqueeze(0))[0]
        assert trace.nats()[m] == pytest.approx(float(mine - total), abs=1e-3)
        assert trace.log_likelihood[m, -1] == pytest.approx(float(mine), abs=1e-3)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("", []),
        ("7", [7]),
        ("3-6", [3, 4, 5, 6]),
        ("6-3.9", [6, 5, 4, 3, 9]),
        (" 1, 2;\n3 ", [1, 2, 3]),
        ("19-0", list(range(19, -1, -1))),
    ],
)
def test_a_drawn_ordering_is_read_and_packed(text, order):
    assert parse_order(text, 20) == order
    assert parse_order(pack_order(order), 20) == order
    whole = completed(order, 20)
    assert permutation(whole.tolist(), 20).tolist()[: len(order)] == order
    assert whole.tolist()[len(order) :] == sorted(set(range(20)) - set(order))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_is_drawn_survives_the_link(seed):
    rng = np.random.default_rng(seed)
    order = rng.permutation(40)[: rng.integers(0, 41)].tolist()
    order = sorted(order) if seed % 3 == 0 else order
    assert parse_order(pack_order(order), 40) == order


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("abc", "'abc' in the ordering is neither a position nor a run"),
        ("-3", "neither a position"),
        ("1--2", "neither a position"),
        ("1e3", "neither a position"),
        ("٣", "neither a position"),
        ("20", "position 20 in the ordering does not exist: there are 0 to 19"),
        ("3-999999", "position 999999 in the ordering does not exist"),
        ("9" * 500, "neither a position"),
        ("3.3", "position 3 comes more than once in the ordering: it is no permutation"),
        ("0-19.0-19.0-19", "position 0 comes more than once"),
        ("1-5.4", "position 4 comes more than once"),
    ],
)
def test_what_is_no_permutation_is_refused_in_words(text, words):
    with pytest.raises(InvalidInput, match=words):
        parse_order(text, 20)
    with pytest.raises(InvalidInput, match=words):
        under(orderings="drawn", drawn=text)


@pytest.mark.parametrize(
    "names", ["", "raster,", "up", "raster,raster", "random-x", "raster,column,spiral,random-1,drawn"]
)
def test_wrong_names_of_orderings_are_refused(names):
    with pytest.raises(ValidationError):
        OrderingsSettings(checkpoint="tiny", orderings=names)


def test_a_model_of_one_ordering_is_refused():
    with pytest.raises(InvalidInput, match="it was not trained for any ordering"):
        under(random_model("NADE", hidden=3))


def test_the_shared_weights_keep_their_own_ordering():
    model = agnostic()
    before = model.order.clone()
    under(model, orderings="spiral")
    assert torch.equal(model.order, before)
    assert build({"model": "OrderAgnosticNADE", "config": {"height": 5, "width": 4}}).order.tolist() == list(range(20))
