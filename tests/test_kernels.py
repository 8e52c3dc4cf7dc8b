"""The kernels' mechanics: verdicts, reversibility, detailed balance, seeds, shapes, what is not finite, the runner."""

import dataclasses
import itertools
import math

import numpy as np
import pytest
import torch
from torch import Tensor

from playground.samplers.adapt import DualAveraging
from playground.samplers.gibbs import BlockGibbs, GridGibbs
from playground.samplers.hamiltonian import HMC, kinetic, leapfrog
from playground.samplers.kernel import State, run
from playground.samplers.langevin import MALA, ULA
from playground.samplers.metropolis import BoxProposal, GaussianProposal, Independent, RandomWalk
from playground.samplers.parts import evaluate_with_gradient, start
from playground.samplers.tempering import Tempering, ladder
from tests.mcmc_targets import banana, gaussian, mixture

METROPOLIS = {
    "random walk": RandomWalk(0.7),
    "independent": Independent(GaussianProposal(0.3, 1.7)),
    "MALA": MALA(0.8),
    "HMC": HMC(0.3, 4, keep_path=True),
}
KERNELS = {
    **METROPOLIS,
    "ULA": ULA(0.3),
    "box": Independent(BoxProposal(-4.0, 4.0)),
    "tempering": Tempering(MALA(0.6), ladder(3, 0.2)),
}


@pytest.fixture(autouse=True)
def one_thread():
    """Small tensors: a second thread only waits for the first."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def square(x: Tensor) -> Tensor:
    """A standard normal of any event shape."""
    return 0.5 * x.square().flatten(1).sum(1)


def flat(x: Tensor) -> Tensor:
    """Accepts everything that is proposed symmetrically."""
    return 0.0 * x.flatten(1).sum(1)


class Cliff:
    """Energy 0 where the chains stand when it is asked first, and `height` everywhere else."""

    def __init__(self, height: float):
        self.height, self.home = height, None

    def __call__(self, x: Tensor) -> Tensor:
        self.home = x.detach().clone() if self.home is None else self.home
        away = (x != self.home).flatten(1).any(1)
        return torch.where(away, self.height, 0.0) + 0.0 * x.flatten(1).sum(1)


@pytest.mark.parametrize("name", ["random walk", "MALA", "HMC"])
def test_a_flat_energy_accepts_everything(name):
    history = run(METROPOLIS[name], flat, torch.zeros(5, 2), 40, generator())
    assert history.info.accepted.all()
    torch.testing.assert_close(history.info.log_ratio, torch.zeros(40, 5), atol=1e-5, rtol=0)
    assert torch.equal(history.positions[1:], history.info.proposal)


@pytest.mark.parametrize("name", METROPOLIS)
@pytest.mark.parametrize("height", [200.0, math.inf, math.nan])
def test_a_cliff_rejects_everything_and_the_proposal_is_kept(name, height):
    begin = torch.randn(5, 2, generator=generator(1))
    history = run(METROPOLIS[name], Cliff(height), begin, 40, generator())
    assert not history.info.accepted.any()
    assert torch.equal(history.positions, begin.expand(41, 5, 2))
    assert (history.info.proposal != begin).any(-1).all()
    assert (history.info.log_ratio < -100).all()
    assert (history.info.diverged == (not math.isfinite(height))).all()
    assert (history.energies == 0).all()


@pytest.mark.parametrize("name", METROPOLIS)
def test_verdict_position_and_energy_fit_the_info(name):
    energy = mixture().energy
    history = run(METROPOLIS[name], energy, torch.zeros(6, 2), 200, generator())
    info = history.info
    assert torch.equal(info.accepted, info.uniform.log() < info.log_ratio)
    assert 0 < info.accepted.float().mean() < 1
    expected = torch.where(info.accepted.unsqueeze(-1), info.proposal, history.positions[:-1])
    assert torch.equal(history.positions[1:], expected)
    torch.testing.assert_close(history.energies, energy(history.positions.flatten(0, 1)).view(201, 6))
    torch.testing.assert_close(info.proposal_energy, energy(info.proposal.flatten(0, 1)).view(200, 6))
    if info.gradient is not None:
        _, gradient = evaluate_with_gradient(energy, history.positions[:-1].flatten(0, 1))
        torch.testing.assert_close(info.gradient.flatten(0, 1), gradient)
    if info.path is not None:
        assert torch.equal(info.path[:, :, 0], history.positions[:-1])
        assert torch.equal(info.path[:, :, -1], info.proposal)


def log_density(x: Tensor, mean: Tensor, scale: float) -> Tensor:
    return -0.5 * ((x - mean) / scale).square().sum(-1)


@pytest.mark.parametrize("name", ["independent", "MALA"])
def test_the_ratio_holds_both_proposal_densities(name):
    """log α = E − E′ + log q(x|x′) − log q(x′|x), with q written out."""
    known = banana()
    x = known.draw(400, generator())
    state = METROPOLIS[name].init(x, known.energy)
    _, info = METROPOLIS[name].step(state, known.energy, generator(1))
    y = info.proposal
    if name == "MALA":
        step = METROPOLIS[name].step_size
        gx, gy = (evaluate_with_gradient(known.energy, z)[1] for z in (x, y))
        forth, back = log_density(y, x - step**2 / 2 * gx, step), log_density(x, y - step**2 / 2 * gy, step)
    else:
        forth, back = (log_density(z, torch.tensor(0.3), 1.7) for z in (y, x))
    torch.testing.assert_close(info.log_ratio, known.energy(x) - known.energy(y) + back - forth)


@pytest.mark.parametrize("name", [*METROPOLIS, "ULA"])
def test_moves_between_cells_balance_in_both_directions(name):
    """From exact draws, one step: as many go from cell i to cell j as from j to i. Unadjusted Langevin fails this."""
    known, cells = mixture(), 6
    x = known.draw(200_000, generator())
    kernel = ULA(1.2) if name == "ULA" else METROPOLIS[name]
    after, _ = kernel.step(kernel.init(x, known.energy), known.energy, generator(1))
    numbers = [
        ((z.clamp(-2.999, 2.999) + 3) / 6 * cells).long() @ torch.tensor([cells, 1]) for z in (x, after.position)
    ]
    counts = torch.bincount(numbers[0] * cells**2 + numbers[1], minlength=cells**4).view(cells**2, cells**2).double()
    there, back = (t[np.triu_indices(cells**2, 1)] for t in (counts, counts.T))
    z = (there - back) / (there + back).clamp(min=1).sqrt()
    assert (there + back > 50).sum() > 100
    assert (z.abs().max() < 5) == (name != "ULA")


@pytest.mark.parametrize("weights", [(0.2, 0.2, 0.2, 0.2, 0.2), (0.4, 0.1, 0.2, 0.05, 0.25)])
def test_the_exact_transition_matrix_of_metropolis_is_in_detailed_balance(weights):
    """Five states, the proposal forced to each in turn: π_i P_ij = π_j P_ji, P read off the log ratios."""
    energies, q = torch.tensor([0.3, 2.0, 1.1, 0.0, 3.0], dtype=torch.float64), torch.tensor(weights).double()

    class Forced:
        def draw(self, like: Tensor, generator: torch.Generator) -> Tensor:
            return torch.arange(5, dtype=torch.float64).repeat(5).unsqueeze(1)

        def log_density(self, x: Tensor) -> Tensor:
            return q.log()[x[:, 0].long()]

    def energy(x: Tensor) -> Tensor:
        return energies[x[:, 0].long()]

    kernel = Independent(Forced())
    origin = torch.arange(5, dtype=torch.float64).repeat_interleave(5).unsqueeze(1)
    _, info = kernel.step(kernel.init(origin, energy), energy, generator())
    moves = info.log_ratio.clamp(max=0).exp().view(5, 5) * q
    moves = moves - moves.diag().diag()
    flow = energies.neg().softmax(0).unsqueeze(1) * moves
    assert (flow > 0).sum() == 20
    torch.testing.assert_close(flow, flow.T)


def test_the_exact_transition_matrix_of_gibbs_is_in_detailed_balance():
    """A 4 × 4 grid of random energies: each coordinate's move balances, both in turn leave the distribution alone."""
    table = torch.randn(4, 4, dtype=torch.float64, generator=generator()) * 2
    kernel = GridGibbs((0.0, 0.0), (4.0, 4.0), cells=4, inside=False)

    def energy(x: Tensor) -> Tensor:
        return table[x[:, 0].long(), x[:, 1].long()]

    states = torch.tensor(list(itertools.product(range(4), repeat=2)), dtype=torch.float64) + 0.5
    target = energy(states).neg().softmax(0)
    matrices = []
    for coordinate in (0, 1):
        probabilities = kernel.conditional(states, energy, coordinate)  # (16, 4)
        moves = torch.zeros(16, 16, dtype=torch.float64)
        for i, value in itertools.product(range(16), range(4)):
            pair = states[i].long().tolist()
            pair[coordinate] = value
            moves[i, pair[0] * 4 + pair[1]] = probabilities[i, value]
        flow = target.unsqueeze(1) * moves
        torch.testing.assert_close(flow, flow.T)
        matrices.append(moves)
    torch.testing.assert_close(target @ matrices[0] @ matrices[1], target)

    # and `step` draws from just that matrix
    many = states.repeat_interleave(4000, 0)
    after, info = kernel.step(kernel.init(many, energy), energy, generator(2))
    assert after.coordinate == 1
    assert info.accepted.all()
    reached = (after.position.long() @ torch.tensor([4, 1])).view(16, 4000)
    shares = torch.stack([torch.bincount(row, minlength=16) / 4000 for row in reached]).double()
    assert ((shares - matrices[0]).abs() <= 5 * (matrices[0] * (1 - matrices[0]) / 4000).sqrt() + 1e-12).all()


def test_leapfrog_comes_back_and_keeps_volume():
    for dtype, energy in itertools.product(
        (torch.float32, torch.float64), (mixture().energy, gaussian(50, 0.2).energy)
    ):
        size = 2 if energy is not square and dtype and "mixture" in energy.__qualname__ else 50
        x = torch.randn(8, size, generator=generator(), dtype=torch.float64).to(dtype)
        p = torch.randn(8, size, generator=generator(1), dtype=torch.float64).to(dtype)
        begin = start(x, energy, with_gradient=True)
        end, q, _ = leapfrog(energy, begin, p, 0.1, 25)
        assert (end.position - x).abs().max() > 0.5
        home, r, path = leapfrog(energy, end, -q, 0.1, 25, keep_path=True)
        assert (home.position - x).abs().max() < 1e-5
        assert (r + p).abs().max() < 1e-5
        assert path.shape == (8, 26, size)

    energy = banana().energy

    def motion(z: Tensor) -> Tensor:
        begin = State(
            z[:2].unsqueeze(0), energy(z[:2].unsqueeze(0)), evaluate_with_gradient(energy, z[:2].unsqueeze(0))[1]
        )
        end, q, _ = leapfrog(energy, begin, z[2:].unsqueeze(0), 0.2, 5)
        return torch.cat([end.position[0], q[0]])

    z, h = torch.tensor([0.4, -0.3, 0.8, 0.5], dtype=torch.float64), 1e-5
    columns = [(motion(z + h * e) - motion(z - h * e)) / (2 * h) for e in torch.eye(4, dtype=torch.float64)]
    assert abs(torch.linalg.det(torch.stack(columns, 1)).item() - 1) < 1e-7


@pytest.mark.parametrize("known", [gaussian(10, 0.5), mixture(), banana()], ids=["gaussian", "mixture", "banana"])
def test_the_error_of_the_energy_falls_with_the_square_of_the_step(known):
    x = known.draw(200, generator())
    p = torch.randn(x.shape, generator=generator(1), dtype=torch.float64)
    begin = start(x, known.energy, with_gradient=True)

    def error(step: float) -> float:
        end, q, _ = leapfrog(known.energy, begin, p, step, round(0.96 / step))
        return (end.energy + kinetic(q) - begin.energy - kinetic(p)).abs().mean().item()

    errors = [error(step) for step in (0.08, 0.04, 0.02)]
    assert all(3.7 < a / b < 4.3 for a, b in itertools.pairwise(errors)), errors


def test_hamiltonian_costs_one_gradient_a_leapfrog_step_and_langevin_one_a_step():
    calls = []

    def energy(x: Tensor) -> Tensor:
        calls.append(len(x))
        return square(x)

    for kernel, cost in ((HMC(0.1, 7), 7), (MALA(0.1), 1), (ULA(0.1), 1), (RandomWalk(0.1), 1)):
        calls.clear()
        run(kernel, energy, torch.zeros(3, 2), 10, generator())
        assert len(calls) == 1 + 10 * cost


@pytest.mark.parametrize("name", KERNELS)
def test_the_seed_decides_everything_and_nothing_given_is_written_to(name):
    begin = torch.randn(4, 2, generator=generator(3))
    copy, before = begin.clone(), torch.random.get_rng_state()
    energy = banana().energy
    first, again, other = (run(KERNELS[name], energy, begin, 30, generator(s), warmup=5) for s in (1, 1, 2))
    assert torch.equal(begin, copy)
    assert torch.equal(torch.random.get_rng_state(), before)
    for field in dataclasses.fields(first.info):
        a, b = (getattr(h.info, field.name) for h in (first, again))
        assert a is b is None or torch.equal(a, b)
    assert torch.equal(first.positions, again.positions)
    assert not torch.equal(first.positions, other.positions)

    state = KERNELS[name].init(begin, energy)
    kept = [None if (v := getattr(state, f)) is None else v.clone() for f in ("position", "energy", "gradient")]
    for _ in range(3):
        KERNELS[name].step(state, energy, generator())
    for value, now in zip(kept, (state.position, state.energy, state.gradient), strict=True):
        assert value is now is None or torch.equal(value, now)


@pytest.mark.parametrize("name", KERNELS)
def test_chains_do_not_feel_each_other(name):
    """Another start of chain 0 changes chain 0 alone: all others are what they were, bit for bit."""
    begin = torch.randn(4, 2, generator=generator(3))
    moved = begin.clone()
    moved[0] += 0.5
    energy = mixture().energy
    one, two = (run(KERNELS[name], energy, x, 30, generator(1)) for x in (begin, moved))
    torch.testing.assert_close(one.positions[:, 1:], two.positions[:, 1:], atol=1e-6, rtol=0)
    assert not torch.equal(one.positions[:, 0], two.positions[:, 0]) or name in ("independent", "box")


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("shape", [(1, 28, 28), (3,), (1,)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_any_event_shape_and_both_precisions(name, shape, dtype):
    begin = torch.zeros(2, *shape, dtype=dtype)
    history = run(KERNELS[name], square, begin, 3, generator())
    assert history.positions.shape == (4, 2, *shape)
    assert history.info.proposal.shape == (3, 2, *shape)
    assert history.info.accepted.shape == history.info.log_ratio.shape == history.info.uniform.shape == (3, 2)
    for tensor in (history.positions, history.energies, history.info.log_ratio):
        assert tensor.dtype == dtype
    if name == "HMC":
        assert history.info.path.shape == (3, 2, 5, *shape)


@pytest.mark.parametrize("name", KERNELS)
def test_what_is_not_finite_is_a_marked_divergence_and_never_a_position(name):
    def holes(x: Tensor) -> Tensor:
        """NaN, infinite density and overflow in three quarters of the plane."""
        a, b = x.unbind(-1)
        broken = torch.where(b < 0, torch.log(a), -torch.inf * a.abs())
        return torch.where((a > -0.5) & (b > -0.5), 0.5 * (a * a + b * b), broken)

    history = run(KERNELS[name], holes, torch.full((8, 2), 0.1), 100, generator())
    assert history.positions.isfinite().all()
    assert history.energies.isfinite().all()
    assert history.info.diverged.any()
    assert not (history.info.diverged & history.info.accepted).any()
    assert not history.info.log_ratio.isnan().any()


@pytest.mark.parametrize("name", ["random walk", "MALA", "HMC", "ULA"])
def test_a_chain_that_starts_in_a_hole_walks_out_of_it(name):
    def hole(x: Tensor) -> Tensor:
        return torch.where(x.abs().amax(1) < 0.2, torch.nan, square(x))

    history = run(KERNELS[name], hole, torch.zeros(8, 2), 100, generator())
    assert history.energies[0].isinf().all()
    assert history.energies[-1].isfinite().all()


def test_an_exploding_motion_is_a_divergence():
    history = run(HMC(3.0, 20), square, torch.ones(4, 2), 5, generator())
    assert history.info.diverged.all()
    assert torch.equal(history.positions, torch.ones(6, 4, 2))


def test_warmup_finds_the_target_acceptance_and_is_marked():
    for kernel in (RandomWalk(0.01), MALA(5.0), HMC(0.001, 3), Tempering(RandomWalk(0.01), ladder(2, 0.5))):
        history = run(kernel, gaussian(10, 0.5).energy, torch.zeros(32, 10), 300, generator(), warmup=300)
        assert history.warmup == 300
        assert len(history.step_sizes) == len(history.info.accepted) == len(history.positions) - 1 == 600
        assert (history.step_sizes[300:] == history.kernel.step_size).all()
        assert len(history.step_sizes[:300].unique()) > 250
        rate = history.info.log_ratio[300:].clamp(max=0).exp().mean()
        assert abs(rate - kernel.target_acceptance) < 0.08
    still = run(ULA(0.1), square, torch.zeros(2, 2), 5, generator(), warmup=5)
    assert (still.step_sizes == 0.1).all()
    assert run(GridGibbs((-1.0,), (1.0,)), square, torch.zeros(2, 1), 2, generator()).step_sizes.isnan().all()


def test_dual_averaging_is_equation_6_of_hoffman_and_gelman():
    adapted, mean, log_average = DualAveraging.start(0.5, 0.65), 0.0, 0.0
    for t, acceptance in enumerate((0.9, 0.2, 0.7), 1):
        adapted = adapted.update(acceptance)
        mean = (1 - 1 / (t + 10)) * mean + (0.65 - acceptance) / (t + 10)
        log_step = math.log(5) - math.sqrt(t) / 0.05 * mean
        log_average = t**-0.75 * log_step + (1 - t**-0.75) * log_average
        assert adapted.step_size == pytest.approx(math.exp(log_step))
        assert adapted.final == pytest.approx(math.exp(log_average))


def test_what_is_kept_is_what_was_asked():
    begin = torch.zeros(2, 1, 28, 28)
    full = run(HMC(0.1, 2, keep_path=True), square, begin, 10, generator())
    for keep, every, kept in (("positions", 1, range(11)), ("positions", 4, (0, 4, 8, 10)), ("scalars", 1, (0, 10))):
        part = run(HMC(0.1, 2, keep_path=True), square, begin, 10, generator(), keep=keep, every=every)
        assert part.kept_steps.tolist() == list(kept)
        assert torch.equal(part.positions, full.positions[list(kept)])
        assert part.info.proposal is part.info.gradient is part.info.path is None
        assert torch.equal(part.info.log_ratio, full.info.log_ratio)
        assert torch.equal(part.energies, full.energies)


def test_a_run_reports_its_progress_and_can_be_stopped_by_it():
    shares = []
    run(RandomWalk(0.1), square, torch.zeros(2, 2), 400, generator(), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert 40 <= len(shares) <= 60

    def stop(share: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        run(RandomWalk(0.1), square, torch.zeros(2, 2), 400, generator(), progress=stop)


def test_block_gibbs_draws_both_layers_from_their_probabilities():
    weight = torch.randn(6, 3, generator=generator(4))

    def hidden(v: Tensor) -> Tensor:
        return torch.sigmoid(v.flatten(1) @ weight)

    def visible(h: Tensor) -> Tensor:
        return torch.sigmoid(h @ weight.T).view(-1, 2, 3)

    def energy(v: Tensor) -> Tensor:
        return -torch.nn.functional.softplus(v.flatten(1) @ weight).sum(1)

    history = run(BlockGibbs(hidden, visible), energy, torch.zeros(4000, 2, 3), 12, generator())
    info = history.info
    assert torch.equal(info.hidden, (info.hidden_uniform < info.hidden_probability).float())
    assert torch.equal(info.proposal, (info.visible_uniform < info.visible_probability).float())
    assert torch.equal(info.hidden_probability[3], hidden(history.positions[3]))
    states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6))).view(-1, 2, 3)
    truth = energy(states).neg().softmax(0)
    numbers = (history.positions[-1].flatten(1) @ torch.tensor([32.0, 16, 8, 4, 2, 1])).long()
    shares = torch.bincount(numbers, minlength=64) / 4000
    assert ((shares - truth).abs() < 5 * (truth * (1 - truth) / 4000).sqrt() + 1e-3).all()


def test_swaps_are_between_neighbours_and_their_ratio_is_the_formula():
    betas = ladder(4, 0.1)
    energy = mixture().energy
    kernel = Tempering(RandomWalk(0.5), betas)
    state = kernel.init(torch.randn(6, 2, generator=generator(1)), energy)
    seen = 0
    for step in range(40):
        moved, _ = RandomWalk(0.5).step(state.replicas, energy_at(energy, betas, 6), generator(step))
        state, info = kernel.step(state, energy, generator(step))
        before = energy(moved.position).view(6, 4)
        expected = -torch.tensor(betas).diff() * -before.diff(dim=1)
        proposed = info.swap_proposed
        assert proposed.tolist() == [t % 2 == step % 2 for t in range(3)]
        torch.testing.assert_close(info.swap_log_ratio[:, proposed], expected[:, proposed], atol=1e-4, rtol=1e-4)
        assert torch.equal(info.swapped, (info.swap_uniform.log() < info.swap_log_ratio) & proposed)
        places = moved.position.view(6, 4, 2).clone()
        for chain, pair in info.swapped.nonzero().tolist():
            places[chain, [pair, pair + 1]] = places[chain, [pair + 1, pair]]
            seen += 1
        assert torch.equal(info.replicas, places)
        assert torch.equal(state.position, places[:, 0])
        torch.testing.assert_close(info.replica_energies, energy(places.flatten(0, 1)).view(6, 4), atol=1e-4, rtol=1e-4)
    assert seen > 20


def energy_at(energy: object, betas: tuple[float, ...], chains: int) -> object:
    factors = torch.tensor(betas).repeat(chains)
    return lambda x: factors * energy(x)


@pytest.mark.parametrize("name", ["MALA", "HMC"])
def test_swapped_replicas_carry_the_right_gradient(name):
    energy = mixture().energy
    kernel = Tempering(METROPOLIS[name], ladder(3, 0.2))
    history = run(kernel, energy, torch.zeros(5, 2), 20, generator())
    factors = torch.tensor(kernel.inverse_temperatures).repeat(5)
    found, gradient = evaluate_with_gradient(lambda x: factors * energy(x), history.state.replicas.position)
    torch.testing.assert_close(history.state.replicas.energy, found, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(history.state.replicas.gradient, gradient, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: RandomWalk(0.0), "step_size=0.0"),
        (lambda: MALA(math.nan), "step_size=nan"),
        (lambda: ULA(0.1, noise=-1.0), "noise=-1.0"),
        (lambda: HMC(0.1, 0), "leapfrog=0"),
        (lambda: Independent(-2.0), "proposal=-2.0"),
        (lambda: GridGibbs((0.0,), (0.0,)), "low"),
        (lambda: GridGibbs((0.0,), (1.0,), cells=1), "cells=1"),
        (lambda: Tempering(RandomWalk(0.1), (1.0, 0.5, 0.7)), "inverse_temperatures"),
        (lambda: ladder(1, 0.5), "count=1"),
        (lambda: run(RandomWalk(0.1), square, torch.zeros(2, 2), -1, generator()), "steps=-1"),
        (lambda: run(RandomWalk(0.1), square, torch.zeros(2, 2), 1, generator(), keep="none"), "keep='none'"),
        (lambda: RandomWalk(0.1).init(torch.zeros(2, 2, dtype=torch.long), square), "position"),
        (lambda: RandomWalk(0.1).init(torch.full((2, 2), math.nan), square), "finite"),
        (lambda: RandomWalk(0.1).init(torch.zeros(2, 2), lambda x: x), "shape"),
        (lambda: GridGibbs((0.0,), (1.0,)).init(torch.zeros(2, 2), square), "2 coordinates"),
        (lambda: DualAveraging.start(0.1, 1.0), "target=1.0"),
    ],
)
def test_wrong_arguments_are_named(wrong, words):
    with pytest.raises(ValueError, match=words):
        wrong()
