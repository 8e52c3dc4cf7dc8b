"""Binary pixels: counts, the best independent model, graphs with missing arrows; all by sums over every state."""

import itertools

import numpy as np
import pytest
import torch

from playground import figures, worlds
from playground.errors import InvalidInput
from playground.traces import (
    CountSettings,
    GraphSettings,
    GraphTrace,
    IndependentSettings,
    PixelTableSettings,
    compute,
    pairs,
    preset,
)
from playground.traces.binary_pixels import WORLDS, ancestral, log_independent

SHAPES = [(2, 2), (2, 3), (3, 2)]


def weighed(**settings: object) -> GraphTrace:
    return compute(GraphSettings(**settings), None)


@pytest.mark.parametrize("pixels", [1, 9, 784])
def test_the_chain_rule_adds_up_to_all_states_less_one(pixels):
    trace = compute(CountSettings(pixels=pixels), None)
    assert int(trace.full) == sum(2**i for i in range(pixels))
    assert len(trace.log10_states) == pixels + 1
    assert trace.log10_states[-1] == pytest.approx(len(trace.full) - 1, abs=1.01)


def test_a_long_number_is_shortened_in_words():
    assert figures.binary_pixels.spelt("511") == "511"
    assert figures.binary_pixels.spelt(str(2**784 - 1)) == "1.017… × 10^236"


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("shape", [(2, 2), (3, 3), (2, 4)])
def test_independent_pixels_are_a_distribution_with_the_worlds_marginals(name, shape):
    trace = compute(IndependentSettings(world=name, height=shape[0], width=shape[1]), None)
    states = worlds.all_states(shape).reshape(trace.truth.size, -1)
    assert trace.model.sum() == pytest.approx(1)
    assert trace.model @ states == pytest.approx(trace.truth @ states)
    assert trace.kl >= -1e-12


@pytest.mark.parametrize("name", WORLDS)
def test_its_kl_is_the_total_correlation_and_no_other_product_is_nearer(name):
    trace = compute(IndependentSettings(world=name), None)
    m = trace.marginals.clip(1e-300, 1 - 1e-16)
    entropies = -(m * np.log(m) + (1 - m) * np.log1p(-m)).sum()
    assert trace.kl == pytest.approx(entropies - trace.entropy)
    world = worlds.world(name, trace.shape)
    generator = np.random.default_rng(3)
    for _ in range(20):
        other = (m + generator.normal(0, 0.05, m.size)).clip(0.01, 0.99)
        assert worlds.kl_divergence(world, log_independent(other, world.states.reshape(-1, m.size))) >= trace.kl - 1e-12


def test_both_samples_use_the_same_numbers_and_the_true_ones_can_happen():
    trace = compute(IndependentSettings(seed=5), None)
    assert ((trace.uniforms < trace.truth_p) == trace.true_samples).all()
    assert ((trace.uniforms < trace.marginals) == trace.samples).all()
    assert trace.possible(trace.true_samples).all()
    assert not trace.possible(trace.samples).all()


def test_ancestral_samples_of_a_table_have_its_frequencies():
    p = worlds.world("bars-and-stripes", (2, 2)).probabilities
    uniforms = torch.rand(20_000, 4, generator=torch.Generator().manual_seed(1)).numpy()
    values, _ = ancestral(p, uniforms)
    shares = np.bincount(worlds.numbers(values.reshape(-1, 2, 2)), minlength=16) / 20_000
    assert (np.abs(shares - p) <= 4.5 * np.sqrt(p * (1 - p) / 20_000)).all()


# --- Graphs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", WORLDS)
def test_the_full_graph_is_the_world_and_every_graph_is_a_distribution(name, shape):
    size = shape[0] * shape[1]
    for arrows in ("", *(preset(one, size) for one in ("full", "markov-2", "markov-1", "none"))):
        trace = weighed(world=name, height=shape[0], width=shape[1], arrows=arrows)
        assert trace.model.sum() == pytest.approx(1)
        with np.errstate(divide="ignore"):
            exact = worlds.kl_divergence(worlds.world(name, shape), np.log(trace.model))
        assert trace.kl == pytest.approx(exact, abs=1e-9)
        assert (trace.terms >= -1e-12).all()
        assert trace.parameters.sum() == sum(2 ** int(row.sum()) for row in trace.parents)
    full = weighed(world=name, height=shape[0], width=shape[1])
    assert full.kl == pytest.approx(0, abs=1e-12)
    assert full.model == pytest.approx(full.truth)
    assert full.parameters.sum() == 2**size - 1


def test_no_arrow_is_the_independent_model():
    trace = weighed(height=2, width=3, arrows=preset("none", 6))
    alone = compute(IndependentSettings(height=2, width=3), None)
    assert trace.model == pytest.approx(alone.model)
    assert trace.kl == pytest.approx(alone.kl)
    assert trace.parameters.tolist() == [1] * 6


def test_what_a_click_would_do_is_what_it_does():
    arrows = preset("markov-1", 6)
    trace = weighed(arrows=arrows)
    for place, (j, i) in enumerate(pairs(6)):
        other = arrows[:place] + ("0" if arrows[place] == "1" else "1") + arrows[place + 1 :]
        assert trace.changed[i, j] == pytest.approx(weighed(arrows=other).kl, abs=1e-12)


def test_a_missing_arrow_never_lowers_the_divergence():
    generator = np.random.default_rng(0)
    for _ in range(20):
        arrows = "".join(generator.choice(["0", "1"], 15))
        trace = weighed(arrows=arrows)
        for j, i in pairs(6):
            sign = 1 if trace.parents[i, j] else -1  # taken away: no lower; put back: no higher
            assert sign * (trace.changed[i, j] - trace.kl) >= -1e-12


def test_every_graph_of_four_pixels_is_weighed():
    trace = weighed(height=2, width=2)
    found: dict[int, list[float]] = {}
    for marks in itertools.product("01", repeat=6):
        one = weighed(height=2, width=2, arrows="".join(marks))
        found.setdefault(int(one.parameters.sum()), []).append(one.kl)
    assert trace.sizes.tolist() == sorted(found)
    assert trace.least == pytest.approx([min(found[size]) for size in sorted(found)], abs=1e-12)
    assert trace.most == pytest.approx([max(found[size]) for size in sorted(found)], abs=1e-12)
    assert trace.graphs.tolist() == [len(found[size]) for size in sorted(found)]
    assert weighed().graphs.sum() == 2**15


def test_its_conditionals_are_the_best_for_its_arrows():
    """Any other numbers at the same arrows cost more: the gradient of KL at the projection is 0, and KL is convex."""
    trace = weighed(height=2, width=2, arrows=preset("markov-1", 4))
    states = worlds.all_states((2, 2)).reshape(16, 4)
    logits = torch.zeros(4, 2, dtype=torch.float64)
    for i in range(4):
        for before in (0, 1):
            rows = np.ones(16, bool) if i == 0 else states[:, i - 1] == before
            ones = trace.model[rows & (states[:, i] == 1)].sum() / trace.model[rows].sum()
            logits[i, before] = float(np.log(ones / (1 - ones)))
    logits.requires_grad_()
    before = torch.from_numpy(np.concatenate([np.zeros((16, 1), int), states[:, :-1]], 1).astype(np.int64))
    chosen = logits[torch.arange(4), before]
    log_q = torch.nn.functional.logsigmoid((2 * torch.from_numpy(states.astype(float)) - 1) * chosen).sum(1)
    assert log_q.exp().detach().numpy() == pytest.approx(trace.model)
    (slope,) = torch.autograd.grad(-(torch.from_numpy(trace.truth.copy()) * log_q).sum(), logits)
    assert slope.abs().max() < 1e-12


@pytest.mark.parametrize(
    "values", [{"arrows": "01"}, {"height": 3, "width": 3}, {"height": 2, "width": 2, "arrows": "1" * 15}]
)
def test_a_graph_that_cannot_be_is_refused_in_words(values):
    with pytest.raises(InvalidInput, match=r"arrows=|height=3"):
        weighed(**values)
    with pytest.raises(InvalidInput, match="arrows="):
        GraphSettings.checked(arrows="0120")


def test_the_files_hold_the_numbers():
    trace = weighed(height=2, width=2)
    files = figures.missing_arrows.files(trace)
    assert len(files["CSV"][1]().splitlines()) == 17
    assert files["arrows CSV"][1]().splitlines()[1].startswith("1,2,1,")
    assert files["PNG"][1]()[:4] == b"\x89PNG"
    world = figures.binary_pixels.world_files(compute(IndependentSettings(height=2, width=2), None))
    assert world["GIF"][1]()[:3] == b"GIF"
    assert figures.binary_pixels.count_files(compute(CountSettings(pixels=60), None))["CSV"][1]().splitlines()[-1] == (
        f"60,{2**60},{2**60 - 1},60"
    )


def test_a_table_can_be_downloaded_twice():
    world = compute(IndependentSettings(height=2, width=2), None)
    for files in (
        figures.missing_arrows.files(weighed(height=2, width=2)),
        figures.binary_pixels.world_files(world),
        figures.binary_pixels.count_files(compute(CountSettings(pixels=4), None)),
        figures.one_variable.table_files(compute(PixelTableSettings(levels=4), None)),
    ):
        for extension, make in files.values():
            if extension == "csv":
                assert len(make().splitlines()) > 1
                assert make() == make()
