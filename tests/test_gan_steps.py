"""The players' gradients in closed form are those of automatic differentiation; a move is a pure function."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.models import gan, point_gan
from playground.models.point_gan import PlaneNetwork
from playground.traces import gan_steps
from playground.traces.gan_moves import MOST_MOVES, add_moves, format_moves, parse_moves
from playground.traces.gan_steps import MOMENTUM, SQUARES, TINY, Game, Player, Rules
from playground.traces.plane_sources import SHARP, named_source

torch.set_num_threads(1)
RULES = Rules(named_source("eight"), "gaussian", "non-saturating", "none", 3, 0.7, "adam", 0.01, 0.02, 2, 0.2, 8, 5)


@pytest.fixture(autouse=True)
def double():
    """Sixteen digits, so that a wrong term cannot hide."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def normal(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# --- Networks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_first_and_second_derivatives_are_those_of_autograd(seed):
    net = PlaneNetwork(2, 5 + seed, 1 + seed % 2)
    weights = net.initial(torch.Generator().manual_seed(seed), 1.5).requires_grad_()
    x = normal(seed, 6, 2).requires_grad_()
    along, across = normal(seed + 1, net.size), normal(seed + 2, 6, 2)
    ahead, ahead_moved = normal(seed + 3, 6, net.shapes[-1][0]), normal(seed + 4, 6, net.shapes[-1][0])
    for directions in ((along, across), (along, None), (None, across)):
        still = [torch.zeros_like(a) if d is None else d for a, d in zip((weights, x), directions, strict=True)]
        y, moved_y = torch.func.jvp(net, (weights, x), tuple(still))
        expected = torch.autograd.grad((ahead * y + ahead_moved * moved_y).sum(), (weights, x))
        with torch.no_grad():
            done = net.forward(weights, x)
            moved = net.tangent(weights, done, *directions)
            found = net.second(weights, done, moved, directions[0], ahead, ahead_moved)
        assert torch.allclose(moved.y, moved_y)
        for one, other in zip(found, expected, strict=True):
            assert torch.allclose(one, other, atol=1e-12)
    expected = torch.autograd.grad((ahead * net(weights, x)).sum(), (weights, x))
    with torch.no_grad():
        assert torch.allclose(net.backward(weights, done, ahead), expected[0])
        assert torch.allclose(net.slope(weights, done, ahead), expected[1])


def test_many_rows_are_computed_in_parts():
    net = PlaneNetwork(2, 8, 2)
    weights, x = net.initial(torch.Generator().manual_seed(0)), normal(1, 5_000, 2)
    assert torch.allclose(net(weights, x), net.forward(weights, x).y)


def test_the_slopes_of_the_losses_are_those_of_the_losses():
    logits = (4 * normal(0, 9, 1)).requires_grad_()
    loss = gan.discriminator_loss(logits[:4], logits[4:])
    (slope,) = torch.autograd.grad(loss, logits, create_graph=True)
    (bend,) = torch.autograd.grad(slope.sum(), logits)
    with torch.no_grad():
        assert torch.allclose(point_gan.discriminator_slopes(logits, 4), slope)
        assert torch.allclose(point_gan.discriminator_bends(logits, 4), bend)
    for kind in gan.LOSSES:
        (slope,) = torch.autograd.grad(gan.generator_loss(logits, kind), logits)
        assert torch.allclose(point_gan.generator_slopes(logits.detach(), kind) / 9, slope)
    with pytest.raises(ValueError, match=r"kind='hinge': allowed are 'non-saturating', 'minimax'"):
        point_gan.generator_slopes(logits, "hinge")


def test_the_two_losses_of_the_generator_point_the_same_way_and_differ_where_the_discriminator_is_sure():
    """Goodfellow et al. 2014, section 3: one fixed point, where D has no slope, and much stronger gradients early."""
    logits = torch.linspace(-12, 12, 49).unsqueeze(1)
    minimax, other = (point_gan.generator_slopes(logits, kind) for kind in ("minimax", "non-saturating"))
    assert torch.allclose(minimax / other, logits.exp()), "the same sign everywhere"
    assert torch.allclose(minimax[24], other[24]), "as steep where D answers ½"
    assert float(minimax[0]) > -1e-5
    assert float(other[0]) < -0.999
    flat = Game(RULES)
    level = flat.d.initial(torch.Generator().manual_seed(0), 0.0)  # D the same everywhere
    for kind in gan.LOSSES:
        assert not Game(replace(RULES, loss=kind)).push(level, normal(0, 5, 2)).any()


# --- Moves -----------------------------------------------------------------------------------------------------------


def logit(game: Game, weights: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return game.d(weights, x).squeeze(1)


def test_the_gradients_of_a_plain_and_of_a_penalised_step_are_those_of_the_losses():
    real, fake = normal(0, 7, 2).requires_grad_(), normal(1, 9, 2)
    for cure in ("none", "penalty"):
        game = Game(replace(RULES, cure=cure))
        weights = game.d.initial(torch.Generator().manual_seed(2)).requires_grad_()
        loss = gan.discriminator_loss(logit(game, weights, real), logit(game, weights, fake))
        if cure == "penalty":
            loss = loss + 0.5 * RULES.penalty * gan.gradient_penalty(real, logit(game, weights, real))
        (expected,) = torch.autograd.grad(loss, weights)
        with torch.no_grad():
            assert torch.allclose(game.d_gradient(weights, real, fake), expected, atol=1e-12)


@pytest.mark.parametrize("loss", gan.LOSSES)
@pytest.mark.parametrize("unroll", [1, 4])
def test_unrolling_goes_through_every_step_of_adam(loss, unroll):
    """Metz et al. 2017, equations 7 to 10, the second-order terms included: by autograd through the same steps."""
    game = Game(replace(RULES, loss=loss, unroll=unroll))
    real, fake = normal(0, 6, 2), normal(1, 6, 2).requires_grad_()
    theta = game.d.initial(torch.Generator().manual_seed(3))
    mean, squares, count = 0.1 * normal(4, len(theta)), 0.02 + 0.1 * normal(5, len(theta)).square(), 3
    player = Player(theta, mean, squares, count)
    for _ in range(unroll):
        theta = theta if theta.requires_grad else theta.requires_grad_()
        lost = gan.discriminator_loss(logit(game, theta, real), logit(game, theta, fake))
        (gradient,) = torch.autograd.grad(lost, theta, create_graph=True)
        count += 1
        mean = MOMENTUM * mean + (1 - MOMENTUM) * gradient
        squares = SQUARES * squares + (1 - SQUARES) * gradient.square()
        step = (mean / (1 - MOMENTUM**count)) / ((squares / (1 - SQUARES**count)).sqrt() + TINY)
        theta = theta - RULES.d_rate * step
    (expected,) = torch.autograd.grad(gan.generator_loss(logit(game, theta, fake), loss), fake)
    with torch.no_grad():
        found = game.unrolled_push(player, real, fake)
        plain = game.push(player.weights, fake) / 6
    assert torch.allclose(found, expected, rtol=1e-9, atol=1e-13)
    assert not torch.allclose(plain, expected, rtol=1e-2), "unrolling makes a difference"


def test_adam_is_torchs():
    weights = normal(0, 12)
    player, held = Player.fresh(weights), torch.nn.Parameter(weights.clone())
    optimizer = torch.optim.Adam([held], lr=0.03, betas=(MOMENTUM, SQUARES), eps=TINY)
    for seed in range(5):
        held.grad = normal(seed + 1, 12)
        optimizer.step()
        player = player.moved(held.grad, 0.03)
    assert torch.allclose(player.weights, held.detach(), atol=1e-12)
    plain = player.descended(held.grad, 0.5)
    assert torch.allclose(plain.weights, player.weights - 0.5 * held.grad)


@pytest.mark.parametrize("cure", ["none", "unrolled", "penalty"])
@pytest.mark.parametrize("latent", ["gaussian", "uniform"])
def test_a_move_is_a_pure_function_and_moves_whom_it_says(cure, latent):
    torch.set_default_dtype(torch.float32)
    game = Game(replace(RULES, cure=cure, latent=latent))
    begin = game.start()
    kept = [begin.generator.weights.clone(), begin.discriminator.weights.clone()]
    for move, moved_g, moved_d in ((0, True, True), (1, False, True), (2, True, False)):
        after, again = game.after(begin, move), Game(game.rules).after(begin, move)
        assert torch.equal(after.generator.weights, again.generator.weights)
        assert torch.equal(after.discriminator.weights, again.discriminator.weights)
        assert torch.equal(after.generator.weights, kept[0]) is not moved_g
        assert torch.equal(after.discriminator.weights, kept[1]) is not moved_d
        assert after.step == 1
        assert after.discriminator.count == {0: RULES.d_steps, 1: 1, 2: 0}[move]
    assert torch.equal(begin.generator.weights, kept[0])
    assert torch.equal(begin.discriminator.weights, kept[1])


def test_a_plain_step_is_as_short_as_its_gradient():
    torch.set_default_dtype(torch.float32)
    for rate in (0.01, 0.02):
        game = Game(replace(RULES, g_step="plain", g_rate=rate))
        begin = game.start()
        gradient = game.g_gradient(begin.generator, begin.discriminator, np.random.default_rng([RULES.seed, 0]))
        after = game.after(begin, gan_steps.GENERATOR)
        assert torch.allclose(begin.generator.weights - after.generator.weights, rate * gradient, atol=1e-7)


# --- What was pressed ------------------------------------------------------------------------------------------------


def test_moves_have_one_normal_form():
    random = np.random.default_rng(0)
    for _ in range(20):
        steps = bytes(random.integers(0, 3, random.integers(0, 60)).astype(np.uint8))
        loose = "".join(f"{'bdg'[move]}1" for move in steps)
        assert parse_moves(format_moves(steps)) == parse_moves(loose) == steps
        assert format_moves(parse_moves(loose)) == format_moves(steps)
    assert format_moves(parse_moves("b50b050")) == "b100"
    assert parse_moves("") == b""
    assert add_moves("b100", "b", 20) == "b120"
    assert add_moves("b1490", "d", 20) == "b1490d10", "no more than are allowed"
    longest = "b1d1" * (MOST_MOVES // 2)
    assert format_moves(parse_moves(longest)) == longest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x5", "'x5' is not a letter b"),
        ("b", "'b' is not a letter b"),
        ("5", "'5' is not a letter b"),
        ("b10 d5", "' d5' is not a letter b"),
        ("b-3", "'b-3' is not a letter b"),
        ("b٣", "is not a letter b"),
        ("b0", "'b0': a number of steps is 1 or more"),
        ("b1501", "at most 1500 steps"),
        ("b1000d501", "at most 1500 steps"),
        ("b1000000000", "at most 1500 steps"),
        ("b" + "9" * 2_000, "at most 1500 steps"),
        ("b1" * 5_000, "at most 3000 characters"),
    ],
)
def test_bad_moves_are_refused_in_words(text, words):
    with pytest.raises(ValueError, match=words):
        parse_moves(text)


# --- Data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHARP)
def test_the_narrow_sources_are_standardised_and_drawn_as_their_density_says(name):
    source = named_source(name)
    points = source.sample(5_000, 1).astype(np.float64)
    assert np.abs(points.mean(0)).max() < 0.05
    assert abs(points.var(0).mean() - 1) < 0.05
    near = source.log_density(points)
    side = np.linspace(-3, 3, 201)
    density = np.exp(source.log_density(np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)))
    area = (side[1] - side[0]) ** 2
    assert abs(density.sum() * area - 1) < 1e-3
    entropy = -(density * np.log(np.maximum(density, 1e-300))).sum() * area
    assert abs(-near.mean() - entropy) < 5 * near.std() / np.sqrt(len(near)) + 1e-3


def test_the_discriminator_sees_what_the_densities_say():
    """Real points have the variance of p_data with the noise in it, codes that of their law."""
    torch.set_default_dtype(torch.float32)
    noisy = replace(RULES.source, sigma=float(np.hypot(RULES.source.sigma, RULES.noise)))
    for latent in ("gaussian", "uniform"):
        game = Game(replace(RULES, source=noisy, latent=latent))
        draws = np.random.default_rng(0)
        real, codes = game.reals(draws, 20_000), game.codes(draws, 20_000)
        assert abs(float(real.var(0).mean()) - (1 + RULES.noise**2)) < 0.03
        assert abs(float(codes.var(0).mean()) - 1) < 0.03
    assert float(codes.abs().max()) <= 3**0.5
