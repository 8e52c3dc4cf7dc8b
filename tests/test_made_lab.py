"""The laboratory's masks follow the paper, its paths are counted right, and what breaks is what must break."""

import csv
import io
import itertools
import subprocess
import sys

import numpy as np
import pytest
import torch
from pydantic import ValidationError

from playground.errors import InvalidInput
from playground.models import MADE, MADEConfig, made_masks
from playground.models.masked_network import MaskedNetwork, all_states, drawn_weights
from playground.traces import MadeLabSettings, compute

from .test_layers import ROOT

SHAPES = [(2, "1"), (3, "2.1"), (4, "5"), (5, "6.4"), (6, "8.8"), (7, "5.9.3"), (9, "12.12")]
ORDERINGS = ("raster", "reverse", "random")


def lab(**values):
    return compute(MadeLabSettings.checked(**values), None)


def brute_force_paths(trace):
    """(D, D) [output, input], counted one by one."""
    layers = [trace.nodes(n) for n in range(trace.hidden.size + 2)]
    found = np.zeros((trace.inputs, trace.inputs), int)
    for route in itertools.product(*layers):
        if all(trace.open[above, below] for below, above in itertools.pairwise(route)):
            found[trace.unit[route[-1]], trace.unit[route[0]]] += 1
    if trace.direct:
        found += trace.mask(0)
    return found


def some(count, seed=0):
    """Settings of many shapes, orderings and rules that keep the order."""
    found = []
    for n in range(count):
        inputs, hidden = SHAPES[n % len(SHAPES)]
        found.append({
            "inputs": inputs,
            "hidden": hidden,
            "ordering": ORDERINGS[n % 3],
            "degrees": ("drawn", "spread")[n // 3 % 2],
            "hidden_rule": ("loose", "strict")[n // 5 % 2],
            "direct": bool(n // 2 % 2),
            "seed": seed + n,
        })  # fmt: skip
    return found


def flips_of(trace, opened):
    """All entries that a flip would open (or close)."""
    for number in trace.numbers():
        for row, column in np.argwhere(trace.mask(number) != opened):
            yield f"{number}.{row}.{column}"


# --- Masks and paths -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("values", some(12), ids=str)
def test_masks_follow_the_papers_equations(values):
    trace = lab(**values)
    step = np.argsort(trace.order) + 1
    strict = values["hidden_rule"] == "strict"
    for number in range(1, trace.hidden.size + 2):
        above, below = trace.nodes(number), trace.nodes(number - 1)
        last = number == trace.hidden.size + 1
        for (row, a), (column, b) in itertools.product(enumerate(above), enumerate(below)):
            high, low = trace.degree[a], trace.degree[b]
            assert trace.mask(number)[row, column] == (high > low if last or strict else high >= low)
    np.testing.assert_array_equal(trace.degree[trace.nodes(0)], step)
    np.testing.assert_array_equal(trace.degree[trace.nodes(-1)], step)
    if values["direct"]:
        np.testing.assert_array_equal(trace.mask(0), step[:, None] > step[None, :])


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_laboratory_is_the_model_that_is_trained(ordering):
    trace = lab(inputs=6, hidden="7.5", ordering=ordering, degrees="spread", direct=True, seed=4)
    model = MADE(MADEConfig(1, 6, tuple(trace.order.tolist()), hidden=(7, 5), direct=True, degrees="spread")).double()
    weights, biases, direct = drawn_weights([6, 7, 5, 6], torch.Generator().manual_seed(1))
    with torch.no_grad():
        for linear, weight, bias in zip([*model.layers, model.out], weights, biases, strict=True):
            linear.weight.copy_(weight)
            linear.bias.copy_(bias)
        model.direct.copy_(direct)
    masks = [torch.tensor(trace.mask(n)) for n in (1, 2, 3)]
    assert all(torch.equal(a, b) for a, b in zip(masks, model.masks(), strict=True))
    network = MaskedNetwork(weights, biases, direct, masks, torch.tensor(trace.mask(0)), torch.relu)
    states = all_states(6)
    torch.testing.assert_close(network.logits(states), model.conditionals(states.view(-1, 1, 6)).squeeze(-1))


@pytest.mark.parametrize("values", some(14), ids=str)
def test_the_product_of_the_masks_counts_the_paths(values):
    intact = lab(**values)
    flips = "_".join([*list(flips_of(intact, True))[::5][:2], *list(flips_of(intact, False))[::7][:2]])
    for trace in (intact, lab(**values, flips=flips)):
        paths = brute_force_paths(trace)
        np.testing.assert_array_equal(trace.paths, paths)
        product = np.linalg.multi_dot([trace.mask(n).astype(int) for n in range(trace.hidden.size + 1, 0, -1)])
        np.testing.assert_array_equal(product + (trace.mask(0) if trace.direct else 0), paths)
        for layer in range(1, trace.hidden.size + 1):
            assert trace.through[trace.nodes(layer)].sum() == paths.sum() - (trace.mask(0).sum() if trace.direct else 0)


def test_every_ordering_and_every_drawing_of_degrees_is_strictly_triangular():
    for values in some(60, seed=100):
        trace = lab(**values)
        assert trace.triangular
        assert not (trace.paths[trace.forbidden()]).any()
        assert not trace.leaking.any()
        sorted_paths = trace.paths[np.ix_(trace.order, trace.order)]
        np.testing.assert_array_equal(sorted_paths, np.tril(sorted_paths, -1))
    for order in itertools.permutations(range(4)):
        assert lab(inputs=4, hidden="5", ordering=".".join(map(str, order)), seed=7).triangular


def test_dead_units_are_those_without_a_path():
    trace = lab(inputs=5, hidden="3.4", degrees="2.4.4_1.1.2.3")
    # h2,0 and h2,1 (degree 1) see no unit of degree ≤ 1; h1,1 and h1,2 (degree 4) are seen by none of degree ≥ 4
    dead = {trace.name(n) for n in np.flatnonzero(~trace.living) if 0 < trace.layer[n] < 3}
    assert dead == {"h2,0", "h2,1", "h1,1", "h1,2"}
    for node in range(trace.layer.size):
        reached, front = {node}, [node]
        while front:
            here = front.pop()
            new = set(np.flatnonzero(trace.open[:, here])) - reached
            reached |= new
            front += new
        ends = [trace.unit[n] for n in reached if trace.layer[n] == 3]
        assert sorted(ends) == np.flatnonzero(trace.reaches[node]).tolist()
    assert (trace.living == (trace.sees.any(1) & trace.reaches.any(1))).all()


def test_a_strict_rule_among_hidden_units_only_wastes_paths():
    loose, strict = (lab(hidden="8.8.8", hidden_rule=rule, degrees="spread") for rule in ("loose", "strict"))
    assert strict.triangular
    assert strict.paths.sum() < loose.paths.sum()
    assert (strict.open <= loose.open).all()
    assert (~strict.living).sum() > (~loose.living).sum()


# --- The wrong rule and the flipped entries --------------------------------------------------------------------------


@pytest.mark.parametrize("values", some(24), ids=str)
def test_the_wrong_rule_at_the_output_breaks_exactly_what_is_predicted(values):
    trace = lab(**values, output_rule="loose")
    diagonal = np.array([
        int(values["direct"])
        + (values["hidden_rule"] == "loose")
        * np.prod([(trace.degree[trace.nodes(n)] == degree).sum() for n in range(1, trace.hidden.size + 1)])
        for degree in trace.degree[trace.nodes(0)]
    ])  # fmt: skip
    np.testing.assert_array_equal(trace.paths.diagonal(), diagonal)
    off = trace.paths.copy()
    np.fill_diagonal(off, 0)
    assert not off[trace.forbidden()].any(), "≤ lets an output see its own input, and no later one"
    assert trace.triangular == (diagonal == 0).all()
    assert (abs(trace.total - 1) < 1e-9) == trace.triangular
    assert trace.mended_total == pytest.approx(1, abs=1e-9)


def test_unbroken_networks_sum_to_one_and_their_gradients_are_their_paths():
    for values in some(120, seed=500):
        trace = lab(**values)
        assert trace.total == pytest.approx(1, abs=1e-9)
        assert trace.agrees()
        assert ((trace.change != 0) == (trace.paths > 0)).all()
        assert trace.probability.size == 2**trace.inputs
        assert (trace.probability > 0).all()
        np.testing.assert_array_equal(trace.probability, trace.mended)


@pytest.mark.parametrize("direct", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_every_single_flip_does_what_is_said_of_it(direct, seed):
    base = {"inputs": 4, "hidden": "4.5", "direct": direct, "seed": seed, "ordering": "random"}
    intact = lab(**base)
    seen = {"broken": 0, "harmless": 0, "closed": 0}
    for flip in [*flips_of(intact, True), *flips_of(intact, False)]:
        trace = lab(**base, flips=flip)
        number, row, column = map(int, flip.split("."))
        opened = trace.mask(number)[row, column]
        assert trace.agrees()
        assert trace.flipped.sum() == 1
        assert trace.paths.sum() - intact.paths.sum() == (1 if opened else -1) * trace.gained[0]
        assert trace.leaked[0] == (trace.paths[trace.forbidden()] > 0).sum()
        cyclic = trace.fits.size == 0
        assert cyclic == bool(trace.cycle())
        assert (abs(trace.total - 1) > 1e-9) == cyclic
        assert trace.mended_total == pytest.approx(1, abs=1e-9)
        seen["closed" if not opened else "broken" if cyclic else "harmless"] += 1
        if not opened:
            assert trace.triangular
    assert all(seen.values()), "each kind was met"


def test_a_leak_that_closes_no_circle_is_a_distribution_in_another_order():
    # one hidden unit of degree 2 that sees x0 and x1 and feeds x2; it is opened to x2, whose output then sees itself …
    closed = lab(inputs=3, hidden="1", degrees="2", flips="1.0.2")
    assert closed.cycle() == [2]
    # … but if x0's output is opened to it instead, x1 is seen before its time, and nothing leads back
    base = {"inputs": 3, "hidden": "1.1", "degrees": "2_2", "flips": "1.0.0_3.0.0"}
    trace = lab(**base)
    assert not trace.triangular
    assert trace.paths[0, 1] == 1
    assert trace.cycle() == []
    assert trace.fits.tolist() == [1, 0, 2]
    assert trace.total == pytest.approx(1, abs=1e-12)
    assert lab(**{**base, "ordering": "1.0.2", "flips": ""}).triangular


def test_two_outputs_that_see_each_other_sum_to_what_the_lesson_says():
    trace = lab(inputs=2, hidden="1", direct=True, flips="0.0.1")
    assert set(trace.cycle()) == {0, 1}
    p = {}
    for state, row in enumerate(trace.states):
        x0, x1 = row
        one = lab(inputs=2, hidden="1", direct=True, flips="0.0.1", x=f"{x0}{x1}")
        p[x0, x1] = one.conditional
        each = np.where(row == 1, one.conditional, 1 - one.conditional)
        assert trace.probability[state] == pytest.approx(each.prod(), rel=1e-12)
    a, b, c, d = p[0, 1][0], p[0, 0][0], p[1, 0][1], p[0, 0][1]
    assert trace.total == pytest.approx(1 + (a - b) * (c - d), abs=1e-12)
    assert abs(trace.total - 1) > 1e-3, "weights are so large that it is seen"


def test_the_gradient_is_the_difference_that_a_step_makes():
    settings = {"inputs": 5, "hidden": "6.6", "direct": True, "flips": "1.0.4"}
    trace = lab(**settings)
    weights = [torch.tensor(trace.block(n, trace.weight)) for n in (1, 2, 3)]
    biases = [torch.tensor(trace.bias[trace.nodes(n)]) for n in (1, 2, 3)]
    masks = [torch.tensor(trace.mask(n)) for n in (1, 2, 3)]
    direct, mask = torch.tensor(trace.block(0, trace.weight)), torch.tensor(trace.mask(0))
    network = MaskedNetwork(weights, biases, direct, masks, mask)
    states, h = all_states(5), 1e-5
    for j in range(5):
        step = h * torch.eye(5, dtype=torch.float64)[j]
        slope = (network.logits(states + step) - network.logits(states - step)) / (2 * h)
        np.testing.assert_allclose(trace.jacobian[:, j], slope.square().mean(0).sqrt(), atol=1e-7)


def test_weights_stay_when_degrees_ordering_rule_or_flips_change():
    one = lab(direct=True)
    for change in ({"ordering": "reverse"}, {"degrees": "spread"}, {"output_rule": "loose"}, {"flips": "1.0.3"}):
        np.testing.assert_array_equal(lab(direct=True, **change).weight, one.weight)
    assert (lab(direct=True, seed=1).weight != one.weight).any()


def test_acyclic_order_finds_one_where_there_is_one():
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        order = torch.randperm(6, generator=generator)
        seen = torch.rand(6, 6, generator=generator) < 0.4
        seen[order[:, None], order[None, :]] &= torch.ones(6, 6).tril(-1).bool()
        found = made_masks.acyclic_order(seen)
        assert made_masks.strictly_triangular(seen, torch.tensor(found))
        seen[order[0], order[5]] = seen[order[5], order[0]] = True
        assert made_masks.acyclic_order(seen) is None


# --- Settings --------------------------------------------------------------------------------------------------------

REFUSED = [
    ({"inputs": "1"}, "inputs='1' is not allowed"),
    ({"inputs": "13"}, "inputs='13' is not allowed"),
    ({"hidden": "4.4.4.4"}, "1 to 3 layers of 1 to 16 units"),
    ({"hidden": "17"}, "1 to 3 layers of 1 to 16 units"),
    ({"hidden": "0"}, "1 to 3 layers of 1 to 16 units"),
    ({"hidden": "²"}, "whole numbers joined by dots"),
    ({"ordering": "0.1.2.3.4.4"}, "is no permutation: position 5 is missing"),
    ({"ordering": "0.1.2.3.4.5.5"}, "position 5 comes more than once"),
    ({"ordering": "0.1.2.3.4.9"}, "positions are whole numbers from 0 to 5"),
    ({"ordering": "spiral"}, "one of raster, reverse, random"),
    ({"inputs": "4", "ordering": "3.1.0.2.4"}, "from 0 to 3"),
    ({"hidden": "3.2", "degrees": "1.2.6_1.1"}, "layer 1, unit 2 has degree 6; allowed are 1 to D − 1 = 5"),
    ({"hidden": "3.2", "degrees": "1.2.3_0.1"}, "layer 2, unit 0 has degree 0; allowed are 1 to D − 1 = 5"),
    ({"hidden": "3.2", "degrees": "1.2.3"}, "2 lists, one for each hidden layer"),
    ({"hidden": "3.2", "degrees": "1.2_1.1"}, "hidden layer 1 has 3 units, but 2 degrees are given"),
    ({"degrees": "-1"}, "degrees='-1' is not allowed"),
    ({"hidden_rule": "<"}, "hidden_rule='<' is not allowed"),
    ({"output_rule": "less"}, "output_rule='less' is not allowed"),
    ({"direct": "perhaps"}, "direct='perhaps' is not allowed"),
    ({"seed": "-1"}, "seed='-1' is not allowed"),
    ({"flips": "1.2"}, "'1.2' is no mask entry"),
    ({"flips": "4.0.0"}, "is no mask entry"),
    ({"flips": "1.8.0"}, "1.8.0 is outside mask 1, which has 8 rows and 6 columns"),
    ({"flips": "0.1.1"}, "is a direct connection, and this network has none"),
    ({"flips": "1.0.0_1.0.0"}, "named twice"),
    ({"flips": "_".join(f"2.{n // 8}.{n % 8}" for n in range(64)) + "_1.0.0"}, "at most 64"),
    ({"x": "0101"}, "6 characters, each 0 or 1"),
    ({"x": "01012x"}, "6 characters, each 0 or 1"),
]


@pytest.mark.parametrize(("values", "words"), REFUSED, ids=str)
def test_a_wrong_value_of_a_link_is_refused_in_words_and_the_rest_is_kept(values, words):
    good, notices = MadeLabSettings.from_link({**values, "unknown": "1"})
    name = list(values)[-1]
    assert name not in good
    assert len(notices) == 1
    assert words in notices[0], notices[0]
    assert len(notices[0]) < 300
    MadeLabSettings(**good)
    with pytest.raises((InvalidInput, ValidationError)):
        MadeLabSettings.checked(**values)


def test_a_link_says_the_whole_network():
    values = {
        "inputs": "4", "hidden": "3.2", "ordering": "3.1.0.2", "degrees": "1.2.3_1.3", "hidden_rule": "strict",
        "output_rule": "loose", "direct": "True", "seed": "12", "flips": "0.1.1_3.0.1", "x": "0110",
    }  # fmt: skip
    good, notices = MadeLabSettings.from_link(dict(reversed(values.items())))
    assert notices == []
    assert {name: str(value) for name, value in MadeLabSettings(**good).model_dump().items()} == values


def test_a_network_that_is_resized_keeps_what_fits():
    settings = MadeLabSettings.checked(
        ordering="3.1.5.0.2.4", hidden="3.2", degrees="1.2.5_3.5", flips="1.2.5_2.1.1", x="011001"
    )
    smaller, words = settings.fitted(inputs=4)
    assert smaller.ordering == "3.1.0.2"
    assert smaller.degrees == "1.2.3_3.3"
    assert smaller.x == "0110"
    assert smaller.flips == "2.1.1"
    assert words == ["flips: 1.2.5 has no place in this network"]
    wider, words = settings.fitted(inputs=8, hidden="2.4.1")
    assert wider.ordering == "3.1.5.0.2.4.6.7"
    assert wider.degrees == "1.2_3.5.7.7_7"
    assert words == ["flips: 1.2.5 has no place in this network"]
    with pytest.raises(InvalidInput, match="is no permutation"):
        settings.fitted(ordering="0.1.2.3.4.4")


# --- What is taken away ----------------------------------------------------------------------------------------------


def test_files_hold_the_masks():
    trace = lab(direct=True, flips="1.0.3_0.0.0")
    archive = np.load(io.BytesIO(trace.to_bytes()))
    for number in (0, 1, 2, 3):
        np.testing.assert_array_equal(archive[f"mask_{number}"], trace.mask(number))
    assert archive["total"] == trace.total
    rows = list(csv.DictReader(io.StringIO(trace.to_csv())))
    assert len(rows) == 8 * 6 + 8 * 8 + 6 * 8 + 6 * 6
    for row in rows:
        assert int(row["entry"]) == trace.mask(int(row["mask"]))[int(row["row"]), int(row["column"])]
        assert int(row["entry"]) ^ int(row["by_rule"]) == int(row["flipped"])
    assert [(r["mask"], r["row"], r["column"]) for r in rows if r["flipped"] == "1"] == [
        ("1", "0", "3"),
        ("0", "0", "0"),
    ]


def test_the_python_that_is_offered_rebuilds_the_network():
    settings = MadeLabSettings.checked(inputs=4, hidden="5", flips="1.0.3", seed=2)
    command = [sys.executable, "-c", settings.python()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert f"total probability of all states: {compute(settings, None).total:.6f}" in done.stdout
