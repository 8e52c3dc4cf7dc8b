"""The ancestral sampler, on stubs whose distribution is known and on small random models."""

import itertools

import pytest
import torch
from torch import Tensor

from playground.samplers.ancestral import draw, sample, sample_naively, uniform_noise
from tests.test_models import SMALL, randomised


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


class Stub:
    """Two pixels in reverse order with known conditionals: x_1 ~ B(0.3); x_0 | x_1 ~ B(0.9) or B(0.2)."""

    event_shape, head = (1, 2), "bernoulli"
    order = torch.tensor([1, 0])

    def begin(self, batch: int) -> int:
        return batch

    def step(self, batch: int, k: int, previous: Tensor | None) -> tuple[Tensor, int]:
        p = torch.full((batch,), 0.3) if k == 0 else torch.where(previous > 0, 0.9, 0.2)
        return torch.logit(p).unsqueeze(1), batch


def test_samples_follow_the_joint_distribution():
    x = sample(Stub(), 40_000, generator()).events((1, 2))
    truth = {(0, 0): 0.7 * 0.8, (1, 0): 0.7 * 0.2, (0, 1): 0.3 * 0.1, (1, 1): 0.3 * 0.9}  # (x_0, x_1)
    for (first, second), p in truth.items():
        share = ((x[:, 0, 0] == first) & (x[:, 0, 1] == second)).float().mean().item()
        assert abs(share - p) < 5 * (p * (1 - p) / 40_000) ** 0.5


def test_steps_follow_the_order_and_the_log_probability_is_of_temperature_one():
    drawn = sample(Stub(), 500, generator(), temperature=0.5)
    assert drawn.order.tolist() == [1, 0]
    p = torch.where(drawn.values[:, 0] > 0, 0.3, 0.7)
    assert torch.allclose(drawn.log_probability[:, 0], p.log(), atol=1e-6)


def test_bernoulli_draw_is_ink_below_p():
    logits = torch.logit(torch.tensor([[0.25], [0.25]]))
    assert draw(logits, torch.tensor([0.249, 0.251]), 1.0).tolist() == [1, 0]


def test_categorical_draw_inverts_the_cumulative_distribution():
    logits = torch.tensor([[0.5, 0.3, 0.2]]).log().repeat(4, 1)
    assert draw(logits, torch.tensor([0.0, 0.49, 0.51, 0.9999999]), 1.0).tolist() == [0, 0, 1, 2]


def test_temperature_sharpens_and_flattens():
    logits = torch.tensor([[0.6, 0.4]]).log().repeat(20_000, 1)
    uniform = torch.rand(20_000, generator=generator())
    cold, hot = (draw(logits, uniform, t).float().mean().item() for t in (0.25, 4.0))
    assert abs(cold - 0.4**4 / (0.4**4 + 0.6**4)) < 0.01
    assert abs(hot - 0.4**0.25 / (0.4**0.25 + 0.6**0.25)) < 0.01


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("kind", ["prefix", "scattered", "all", "per sample"])
def test_given_pixels_are_never_changed(name, kind):
    model = randomised(SMALL[name])
    shape = (3, *model.event_shape) if kind == "per sample" else model.event_shape
    values = torch.randint(model.config.levels, shape, generator=generator(5)).float()
    keep = torch.rand(shape, generator=generator(6)) < 0.5
    if kind == "prefix":
        keep = torch.arange(keep.numel()).view(shape) < keep.numel() // 2
    if kind == "all":
        keep = torch.ones(shape, dtype=torch.bool)
    given = torch.where(keep, values, torch.nan)
    drawn = sample(model, 3, generator(), given=given)
    events = drawn.events(model.event_shape)
    keep, values = keep.expand(events.shape), values.expand(events.shape)
    assert torch.equal(events[keep].float(), values[keep])
    assert torch.equal(drawn.given, keep.reshape(3, -1)[:, model.order])


def test_same_noise_gives_the_same_prefix_and_only_the_forced_pixel_makes_a_difference():
    model = randomised(SMALL["gated binary"], spread=0.6)
    noise = uniform_noise(1, 30, generator(3))
    plain = sample(model, 1, generator(), noise=noise)
    step = 11
    given = torch.full(model.event_shape, torch.nan)
    given.view(-1)[step] = 1 - plain.values[0, step]
    forced = sample(model, 1, generator(), noise=noise, given=given)
    assert torch.equal(plain.values[:, :step], forced.values[:, :step])
    assert forced.values[0, step] != plain.values[0, step]
    torch.testing.assert_close(plain.parameters[:, : step + 1], forced.parameters[:, : step + 1])


def test_more_samples_keep_those_already_seen():
    assert torch.equal(uniform_noise(3, 784, generator(9)), uniform_noise(16, 784, generator(9))[:3])


@pytest.mark.parametrize("name", SMALL)
def test_naive_sampling_draws_the_same(name):
    model = randomised(SMALL[name])
    drawn = sample(model, 2, generator(4))
    naive = sample_naively(model.conditionals, torch.zeros(2, *model.event_shape), drawn.order, drawn.noise)
    assert torch.equal(naive.long(), drawn.events(model.event_shape))


def test_log_probability_is_the_models_own():
    model = randomised(SMALL["plain 5 levels"])
    drawn = sample(model, 4, generator(), temperature=2.0)
    expected = model.log_prob(drawn.events(model.event_shape).float())
    torch.testing.assert_close(drawn.log_probability.sum(1), expected, atol=1e-4, rtol=1e-4)


def test_sampled_frequencies_match_the_enumerated_distribution():
    model = randomised({"model": "PixelCNN", "config": {"height": 2, "width": 2, "features": 5, "blocks": 2}})
    states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4))).view(-1, 2, 2)
    truth = model.log_prob(states).exp()
    x = sample(model, 30_000, generator()).events((2, 2)).flatten(1)
    index = (x * torch.tensor([8, 4, 2, 1])).sum(1)
    share = torch.bincount(index, minlength=16) / 30_000
    assert ((share - truth).abs() < 5 * (truth * (1 - truth) / 30_000).sqrt() + 1e-4).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"count": 0}, "count=0"),
        ({"temperature": 0.0}, r"temperature=0\.0"),
        ({"temperature": -1.0}, r"temperature=-1\.0"),
        ({"temperature": float("nan")}, "temperature=nan"),
        ({"noise": torch.zeros(2, 3)}, r"noise has shape \(2, 3\)"),
        ({"given": torch.zeros(3, 3)}, r"given has shape \(3, 3\)"),
    ],
)
def test_wrong_arguments_are_named(arguments, words):
    with pytest.raises(ValueError, match=words):
        sample(Stub(), **{"count": 2, "generator": generator(), **arguments})


def test_progress_is_told_and_may_cancel():
    class Stop(Exception):
        pass

    def cancel(share: float) -> None:
        raise Stop

    told = []
    sample(Stub(), 1, generator(), progress=told.append)
    assert told
    assert told[0] == 0
    with pytest.raises(Stop):
        sample(Stub(), 1, generator(), progress=cancel)
