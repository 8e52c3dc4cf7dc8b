"""The game in the plane: densities against other integrations, one game for one set of moves, what the cures cure."""

import threading
from importlib import import_module

import numpy as np
import pytest
import torch

from playground.engine import Engine
from playground.errors import InvalidInput
from playground.figures import gan_presets
from playground.traces import GanGameSettings, example_points, pack_points
from playground.traces.gan_densities import CELLS, COVERED, LOG2, MODES, Ground, latent_nodes, mixture, noisy_source
from playground.traces.gan_memo import EVERY, Memo
from playground.traces.gan_presets import PRESETS
from playground.traces.gan_steps import PlaneNetwork

torch.set_num_threads(1)
gan_game = import_module("playground.traces.gan_game")  # the package exports the function of this name
DATA = ("eight", "grid", "moons", "ring", "line", "drawn")
FACE = pack_points(example_points())
FRAMES = ("fake", "gradient", "push", "discriminator", "p_generator", "mesh", "js", "loss_d", "loss_g", "value",
          "outside", "mode_shares", "modes")  # fmt: skip
game = gan_game.gan_game


@pytest.fixture(autouse=True)
def forgotten():
    gan_game.MEMO.clear()


def generator(seed: int, gain: float = 2.0) -> tuple[PlaneNetwork, torch.Tensor]:
    net = PlaneNetwork(2, 16, 2)
    return net, net.initial(torch.Generator().manual_seed(seed), gain)


def ground(data: str, noise: float, cells: int = CELLS) -> Ground:
    return Ground(noisy_source(data, FACE, noise), data in MODES, cells)


# --- Densities, against sums that share nothing with them ------------------------------------------------------------


def by_brute_force(net, weights, latent, noise, side):
    """p_g at crossings of `side`, float64: an even net of 200 × 200 codes."""
    if latent == "uniform":
        z = (np.arange(200) + 0.5) / 200 * 2 * 3**0.5 - 3**0.5
        w = np.full(200, 1 / 200)
    else:
        z = np.linspace(-5, 5, 200)
        w = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    codes = torch.from_numpy(np.stack(np.meshgrid(z, z), -1).reshape(-1, 2)).float()
    x, y = net(weights, codes).double().numpy().T
    p = np.zeros((len(side), len(side)))
    for part in np.array_split(np.arange(len(x)), 10):
        along = np.exp(-0.5 * ((side[:, None] - x[part]) / noise) ** 2)
        up = np.exp(-0.5 * ((side[:, None] - y[part]) / noise) ** 2) * np.outer(w, w).reshape(-1)[part]
        p += (torch.from_numpy(up) @ torch.from_numpy(along).t()).numpy()  # NumPy's would take every core
    return p / (2 * np.pi * noise**2)


def source_density(data, noise, side):
    """p_data at the same places: every centre's Gaussian, one by one, the widths added here and not in the source."""
    plain = noisy_source(data, FACE, 0.0)
    variance = plain.sigma**2 + noise**2
    grid = np.stack(np.meshgrid(side, side), -1)
    total = sum(np.exp(-((grid - centre) ** 2).sum(-1) / (2 * variance)) for centre in plain.centres)
    return total / len(plain.centres) / (2 * np.pi * variance)


@pytest.mark.parametrize("data", DATA)
def test_densities_divergence_and_value_are_those_of_a_finer_and_wider_integration(data):
    random = np.random.default_rng(DATA.index(data))
    for latent in (("gaussian",), ("uniform",))[DATA.index(data) % 2]:
        noise, seed = float(random.uniform(0.1, 0.5)), int(random.integers(100))
        net, weights = generator(seed, float(random.uniform(1, 4)))
        here, nodes = ground(data, noise), latent_nodes(latent)
        p_g = here.generated(net(weights, nodes.codes), nodes, noise)
        wide = 2 * here.window[1]
        cells = 3 * CELLS  # two thirds as wide
        side = wide * ((np.arange(cells) + 0.5) / cells * 2 - 1)
        area = (2 * wide / cells) ** 2
        p, q = source_density(data, noise, side), by_brute_force(net, weights, latent, noise, side)
        assert abs(p.sum() * area - 1) < 1e-4
        assert abs(q.sum() * area - 1) < 1e-4
        middle = np.maximum(p + q, 1e-300) / 2
        js = 0.5 * sum((r * np.log(np.maximum(r, 1e-300) / middle)).sum() for r in (p, q)) * area
        assert here.divergence(p_g) == pytest.approx(js, abs=1e-3)
        assert 0 <= here.divergence(p_g) <= LOG2
        # V(D*, G), its two expectations one by one: theorem 1
        best = p / np.maximum(p + q, 1e-300)
        value = ((p * np.log(np.maximum(best, 1e-300))).sum() + (q * np.log(np.maximum(1 - best, 1e-300))).sum()) * area
        assert value == pytest.approx(2 * here.divergence(p_g) - np.log(4), abs=2e-3)
        # and at the middles of its own cells
        own = here.xs.double().numpy()
        exact = by_brute_force(net, weights, latent, noise, own)
        assert np.abs(p_g.numpy() - exact).max() < 0.01 * exact.max()
        there = source_density(data, noise, own)
        assert np.allclose(here.p_data.numpy(), there, rtol=1e-4, atol=1e-9), "single precision of the places"
        mine = gan_game.optimal(there, p_g.numpy())
        assert (np.abs(mine - there / (there + exact)) * (there + exact)).sum() * here.area < 2e-3


@pytest.mark.parametrize("latent", ["gaussian", "uniform"])
def test_the_generators_density_converges_and_holds_all_its_mass(latent):
    for seed in range(3):
        net, weights = generator(seed)
        here = ground("eight", 0.1)
        found = {}
        for side in (20, 40, 80, 240):
            nodes = latent_nodes(latent, side)
            assert float(nodes.weights.sum()) == pytest.approx(1, abs=1e-5)
            found[side] = here.generated(net(weights, nodes.codes), nodes, 0.1)
        errors = [float((found[side] - found[240]).abs().max() / found[240].max()) for side in (20, 40, 80)]
        assert errors[0] > errors[1] > errors[2]
        assert errors[2] < 0.01
        places = net(weights, latent_nodes(latent).codes)
        inside = float((places.abs() < here.window[1]).all(1).float() @ latent_nodes(latent).weights)
        assert abs((1 - here.outside(found[80])) - inside) < 0.02, "what is not in the window is beyond it"


@pytest.mark.parametrize("latent", ["gaussian", "uniform"])
def test_the_generators_density_is_that_of_its_samples(latent):
    net, weights = generator(4, 1.5)
    here, count, noise = ground("ring", 0.2), 200_000, 0.2
    draws = torch.Generator().manual_seed(0)
    codes = torch.randn(count, 2, generator=draws)
    if latent == "uniform":
        codes = 3**0.5 * (2 * torch.rand(count, 2, generator=draws) - 1)
    points = (net(weights, codes) + noise * torch.randn(count, 2, generator=draws)).numpy()
    edges = np.linspace(*here.window[:2], CELLS // 4 + 1)
    counted = np.histogram2d(points[:, 1], points[:, 0], [edges, edges])[0]
    nodes = latent_nodes(latent)
    p = here.generated(net(weights, nodes.codes), nodes, noise).numpy() * here.area * count
    expected = p.reshape(CELLS // 4, 4, CELLS // 4, 4).sum((1, 3))
    many = expected > 25
    z = (counted - expected)[many] / np.sqrt(expected[many])
    assert many.sum() > 10
    assert np.abs(z).max() < 5
    assert 0.5 < z.std() < 1.6


def test_no_discriminator_has_a_higher_value_than_the_best_one():
    for seed in range(12):
        random = np.random.default_rng(seed)
        noise = float(random.uniform(0.1, 0.5))
        here, nodes = ground(DATA[seed % len(DATA)], noise), latent_nodes("gaussian", 40)
        net, weights = generator(seed, float(random.uniform(0.5, 5)))
        p_g = here.generated(net(weights, nodes.codes), nodes, noise)
        best = 2 * here.divergence(p_g) - np.log(4)
        for gain in (0.0, 1.0, 10.0):
            d = PlaneNetwork(2, 16, 1)
            logits = d(d.initial(torch.Generator().manual_seed(seed), gain), here.points).squeeze(1)
            assert here.value(logits, p_g) <= best + 1e-9
        p, q = here.p_data, p_g.double()
        optimal = (p.log() - q.log()).clamp(-200, 200).reshape(-1)
        assert here.value(optimal, p_g) == pytest.approx(best, abs=1e-5)


def test_the_divergence_of_equal_densities_is_none_and_of_far_ones_its_bound():
    here = ground("eight", 0.1)
    assert here.divergence(here.p_data) == pytest.approx(0, abs=1e-5)
    nodes = latent_nodes("gaussian", 20)
    for away in (0.0, 50.0):  # in the middle of the ring; beyond the window, where no cell is
        far = here.generated(0.01 * nodes.codes + away, nodes, 0.1)
        assert here.divergence(far) == pytest.approx(LOG2, abs=1e-4)
    assert here.outside(far) == pytest.approx(1, abs=1e-6)
    assert here.value(torch.zeros(CELLS**2), here.p_data.float()) == pytest.approx(-np.log(4), abs=1e-4)


@pytest.mark.parametrize("data", MODES)
def test_modes_are_counted_from_the_density(data):
    here = ground(data, 0.1)
    count = len(here.centres)
    assert count == {"eight": 8, "grid": 25}[data]
    shares = here.mode_shares(here.p_data.float())
    assert np.allclose(shares, here.fair)
    assert 0.85 < shares.sum() <= 1
    assert here.covered(shares) == count
    held = torch.from_numpy(here.centres[: count // 2].copy()).float()
    some = mixture(held, torch.full((len(held),), 1 / len(held)), here.source.sigma, here.xs, here.xs)
    assert here.covered(here.mode_shares(some)) == count // 2
    assert here.covered(COVERED * 1.01 * here.fair.numpy()) == count
    assert here.covered(COVERED * 0.99 * here.fair.numpy()) == 0


# --- Traces ----------------------------------------------------------------------------------------------------------


def same(one, other) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FRAMES)


@pytest.mark.parametrize("data", DATA)
def test_a_trace_holds_what_its_lines_say(data):
    settings = GanGameSettings(data=data, points=FACE, moves="b3d2g1", cure="penalty", seed=3)
    trace = game(settings)
    assert trace.steps == 6
    assert trace.moves.tolist() == [0, 0, 0, 1, 1, 2]
    for name in FRAMES:
        values = getattr(trace, name)
        assert len(values) == 7
        assert np.isfinite(values.astype(np.float64)).all()
        assert not values.flags.writeable
    assert trace.fake.dtype == trace.gradient.dtype == trace.discriminator.dtype == np.float16
    assert trace.p_generator.dtype == trace.mesh.dtype == np.float16
    assert trace.p_data.shape == trace.p_generator.shape[1:] == trace.discriminator.shape[1:]
    assert trace.fake.shape == trace.gradient.shape
    assert trace.mesh.shape[3] == 2
    assert np.allclose(trace.value_optimal, 2 * trace.js - np.log(4))
    assert (trace.value <= trace.value_optimal + 1e-9).all()
    assert ((trace.js >= 0) & (trace.js <= LOG2)).all()
    assert np.array_equal(trace.fake[3], trace.fake[4]), "a step of D moves no point"
    assert np.array_equal(trace.discriminator[5], trace.discriminator[6]), "a step of G leaves D as it is"
    assert not np.array_equal(trace.discriminator[3], trace.discriminator[4])
    assert not np.array_equal(trace.fake[5], trace.fake[6])
    assert trace.optimal.shape == trace.discriminator.shape
    assert trace.data_outside < 1e-3
    cell = (trace.window[1] - trace.window[0]) / CELLS
    assert trace.p_data.sum() * cell**2 == pytest.approx(1, abs=1e-3)
    assert trace.mode_shares.shape == (7, len(trace.centres))


def test_the_gradient_at_the_fakes_is_the_slope_of_the_loss_there():
    for loss in ("minimax", "non-saturating"):
        settings = GanGameSettings(moves="b20", loss=loss)
        board, trace = gan_game.Board(settings), game(settings)
        state = board.game.start()
        for move in settings.steps:
            state = board.game.after(state, move)
        x = torch.from_numpy(trace.fake[-1].astype(np.float32)).requires_grad_()
        lost = gan_game.generator_loss(board.game.d(state.discriminator.weights.clone(), x).squeeze(1), loss)
        (slope,) = torch.autograd.grad(lost, x)
        expected = -slope.numpy() * len(x)
        assert np.allclose(trace.gradient[-1], expected, atol=0.02 * np.abs(expected).max())


def test_the_same_moves_give_the_same_game_however_they_were_pressed():
    first = game(GanGameSettings(moves="b60"))
    assert GanGameSettings(moves="b30b030") == GanGameSettings(moves="b60")
    gan_game.MEMO.clear()
    assert same(first, game(GanGameSettings(moves="b30b30")))
    other = game(GanGameSettings(moves="b60", seed=1))
    assert not np.array_equal(first.fake[-1], other.fake[-1])


@pytest.mark.parametrize("cure", ["none", "unrolled"])
def test_a_longer_game_goes_on_from_the_kept_one_with_the_very_same_numbers(cure, monkeypatch):
    """Continued, branched off in between, shortened: as if it had been computed anew."""
    begun = EVERY + 10
    paths = [f"b{begun}", f"b{begun}d3", f"b{begun}d3b4", f"b{EVERY + 4}g2", f"b{EVERY - 5}d1", f"b{EVERY}", "", "d2"]
    others = {"cure": cure, "unroll": 2, "hidden": 8}
    traces = [game(GanGameSettings(moves=moves, **others)) for moves in paths]
    for moves, trace in zip(paths, traces, strict=True):
        gan_game.MEMO.clear()
        assert same(trace, game(GanGameSettings(moves=moves, **others))), moves
    gan_game.MEMO.clear()
    made = []
    real = gan_game.Board.frame
    monkeypatch.setattr(
        gan_game.Board, "frame", lambda self, state, *more: made.append(state.step) or real(self, state, *more)
    )
    game(GanGameSettings(moves="b30"))
    made.clear()
    game(GanGameSettings(moves="b30d2"))
    assert made == [31, 32], "only what is new is looked at"
    made.clear()
    game(GanGameSettings(moves="b28g1"))
    assert made == [29]
    made.clear()
    game(GanGameSettings(moves="b30"))
    assert made == [], "the beginning of a kept game"
    assert len(gan_game.MEMO._games) == 2


def test_the_memo_is_bounded_and_safe():
    settings = GanGameSettings(moves="b4", hidden=4)
    size = 0
    memo = Memo(most_bytes=10**9)
    gan_game.MEMO, old = memo, gan_game.MEMO
    try:
        game(settings)
        size = sum(g.nbytes for g in memo._games.values())
        memo.most_bytes = 3 * size
        threads = [
            threading.Thread(target=game, args=(GanGameSettings(moves="b4", hidden=4, seed=s),)) for s in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(g.nbytes for g in memo._games.values()) <= memo.most_bytes
        assert len(memo._games) == 3
        game(settings.model_copy(update={"moves": "b5"}))
        game(settings.model_copy(update={"moves": "b6"}))
        assert len([key for key in memo._games if key[0] == settings.start_key()]) == 1, "beginnings need no place"
    finally:
        gan_game.MEMO = old


def test_a_cancelled_game_leaves_nothing_behind():
    class Stop(Exception):
        pass

    def cancel(share: float) -> None:
        assert 0 <= share < 1
        if share > 0:
            raise Stop

    with pytest.raises(Stop):
        game(GanGameSettings(moves="b30"), None, cancel)
    assert not gan_game.MEMO._games


def test_the_engine_plays_it():
    engine = Engine(device="cpu", jobs=1)
    assert engine.run(GanGameSettings(moves="b2")) is engine.run(GanGameSettings(moves="b1b1"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"moves": "x5"}, "moves='x5' is not allowed: 'x5' is not a letter b"),
        ({"moves": "b0"}, "moves='b0' is not allowed"),
        ({"moves": "b1000000000"}, "moves='b1000000000' is not allowed: a game has at most 1500 steps"),
        ({"moves": "b1" * 3_000}, "moves="),
        ({"d_rate": 1.0}, "d_rate=1.0 is not allowed"),
        ({"noise": float("nan")}, "noise=nan is not allowed"),
        ({"unroll": 11}, "unroll=11 is not allowed"),
        ({"data": "nine"}, "data='nine' is not allowed"),
        ({"loss": "wasserstein"}, "loss='wasserstein' is not allowed"),
    ],
)
def test_bad_settings_are_refused_in_words(values, words):
    with pytest.raises(InvalidInput, match=words):
        GanGameSettings.checked(**values)
    good, notices = GanGameSettings.from_link({name: str(value) for name, value in values.items()})
    assert not good
    assert len(notices) == 1


def test_drawn_points_that_are_too_few_or_no_points_are_refused():
    with pytest.raises(InvalidInput, match="points holds 0 points: at least 8 are needed"):
        game(GanGameSettings(data="drawn"))
    with pytest.raises(InvalidInput, match="is not a packed set of points"):
        game(GanGameSettings(data="drawn", points="§§"))


def test_the_fastest_rates_give_finite_numbers():
    for cure in ("none", "unrolled", "penalty"):
        trace = game(
            GanGameSettings(moves="b40", d_rate=0.1, g_rate=0.1, cure=cure, penalty=10.0, unroll=10, noise=0.1)
        )
        for name in FRAMES:
            assert np.isfinite(getattr(trace, name).astype(np.float64)).all(), (cure, name)
        assert (trace.value <= trace.value_optimal + 1e-9).all()


def test_the_push_is_the_gradient_that_the_generator_started_from():
    """At the fakes of the frame before, for D after its own move: with D still, the gradient of that frame."""
    trace = game(GanGameSettings(moves="b4g2d2", hidden=8))
    assert np.array_equal(trace.push[0], trace.gradient[0])
    still, moved = trace.push[5:7].astype(np.float64), trace.gradient[4:6].astype(np.float64)
    assert np.allclose(still, moved, atol=0.01), "G alone moved: D is as it was"
    assert np.array_equal(trace.fake[7], trace.fake[6])
    assert np.allclose(trace.push[7].astype(np.float64), trace.gradient[7].astype(np.float64), atol=0.01)
    assert not np.allclose(trace.push[7].astype(np.float64), trace.gradient[6].astype(np.float64), atol=0.01)
    longer = game(GanGameSettings(moves="b4g2d2b1", hidden=8))  # from where the first one ended
    gan_game.MEMO.clear()
    assert np.array_equal(longer.push, game(GanGameSettings(moves="b4g2d2b1", hidden=8)).push)


# --- Presets ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def played():
    """Every preset, played once."""
    return {name: game(GanGameSettings.checked(**values)) for name, values in PRESETS.items()}


def late(trace, values: np.ndarray) -> float:
    """The mean over the second half of a game."""
    return float(values[trace.steps // 2 :].mean())


def steepness(trace, frame: int) -> float:
    """How long the gradients at the fakes are, on average."""
    return float(np.linalg.norm(trace.gradient[frame].astype(np.float64), axis=1).mean())


def test_the_presets_say_what_one_sees(played):
    told = gan_presets.words()
    assert list(told) == list(PRESETS)
    for name, values in PRESETS.items():
        assert 60 < len(told[name][1]) < 300, name
        assert played[name].steps > 0
        assert set(values) <= set(GanGameSettings.model_fields)


def test_a_fair_fight_finds_all_modes(played):
    trace = played["A fair fight"]
    assert trace.js[0] > 0.65
    assert late(trace, trace.js) < 0.15
    assert late(trace, trace.modes) > 7.5
    assert late(trace, trace.value_optimal - trace.value) < 0.3


def test_d_alone_becomes_the_best_one(played):
    trace = played["D alone"]
    gap = trace.value_optimal - trace.value
    assert gap[0] > 0.5
    assert gap[-50:].mean() < 0.04
    weight = trace.p_data + trace.p_generator[-1].astype(np.float64)
    away = np.abs(trace.discriminator[-1].astype(np.float64) - trace.optimal[-1]) * weight
    assert away.sum() / weight.sum() < 0.05, "D is D* where there is anything"


def test_modes_are_lost_and_the_cures_keep_them(played):
    """Metz et al. 2017, figure 1; the same rates and seed with and without."""
    collapsed, unrolled, penalty = (played[name] for name in ("Mode collapse", "Unrolled", "Penalty"))
    assert late(collapsed, collapsed.modes) < 6
    assert late(unrolled, unrolled.modes) > 7
    assert late(penalty, penalty.modes) > 6.5
    for cured in (unrolled, penalty):
        assert late(cured, cured.modes) > late(collapsed, collapsed.modes) + 1.5
        assert late(cured, cured.js) < late(collapsed, collapsed.js) - 0.1


def test_the_minimax_generator_stalls_where_the_discriminator_is_sure_and_the_other_does_not(played):
    stalled, moves, noisy = (played[name] for name in ("Saturation", "Not saturating", "More noise"))
    assert stalled.js[200] > 0.68
    assert np.array_equal(stalled.p_generator[200], moves.p_generator[200]), "the same start"
    assert steepness(stalled, 200) < 0.1 < 3 < steepness(moves, 200)
    assert stalled.js[-1] > 0.6
    assert stalled.modes[-1] <= 1
    assert moves.js[-1] < 0.42
    assert moves.modes[-1] >= 3
    moved = [np.abs(t.fake[-1].astype(np.float64) - t.fake[200]).mean() for t in (stalled, moves)]
    assert moved[0] < 0.25 * moved[1]
    assert steepness(noisy, 200) > 0.3
    assert noisy.js[-1] < 0.15 < 0.35 < noisy.js[200]


def test_more_steps_of_d_hold_more_modes(played):
    trace = played["Twenty-five modes"]
    assert late(trace, trace.modes) > 22
