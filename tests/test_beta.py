"""The training with a chosen β: a pure function of its settings, and what β does to it."""

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput
from playground.figures import beta as figures
from playground.traces import BetaLinkSettings, BetaSettings, compute
from playground.traces.beta import FRAMES, kept_steps, pictures

torch.set_num_threads(1)


def trained(beta: float = 1.0, **values: object):
    return compute(BetaSettings(beta=beta, **{"steps": 150, "latent": 6, **values}), None)


@pytest.fixture(scope="module")
def plain():
    return trained()


def test_the_same_settings_give_the_same_training_to_the_last_bit(plain):
    again = trained()
    for name, array in vars(plain).items():
        np.testing.assert_array_equal(getattr(again, name), array, err_msg=name)
    assert not np.array_equal(trained(seed=1, steps=50).samples[0], plain.samples[0])


def test_two_values_of_beta_start_from_the_same_weights(plain):
    other = trained(4.0, steps=50)
    np.testing.assert_array_equal(plain.kl[0], other.kl[0])
    np.testing.assert_array_equal(plain.samples[0], other.samples[0])
    assert plain.reconstruction[0] == other.reconstruction[0]


def test_training_lowers_the_bound_and_the_bound_is_the_sum_of_its_terms(plain):
    np.testing.assert_allclose(plain.negative_elbo, plain.reconstruction + plain.kl.sum(1), rtol=1e-6)
    assert plain.negative_elbo[-1] < 0.6 * plain.negative_elbo[0]
    assert (plain.kl >= -1e-5).all()
    assert plain.loss.shape == (150,)
    assert plain.kept[0] == 0
    assert plain.kept[-1] == 150


def test_a_large_beta_collapses_every_dimension_and_beta_zero_none():
    loose, tight = trained(0.0), trained(10.0)
    assert (tight.kl[-1] < 0.01).all()
    assert (loose.kl[-1] > 0.5).all()
    assert loose.reconstruction[-1] < tight.reconstruction[-1]
    assert loose.spread[-1].max() > 1.5, "nothing keeps the codes near the prior"
    np.testing.assert_allclose(tight.spread[-1], 1, atol=0.1)
    spread = tight.samples[-1].astype(np.float32)
    assert spread.std(0).max() < 0.05, "every draw decodes to the mean digit"


def test_the_figures_are_the_models_on_held_out_digits_of_two_values():
    train, held = pictures()
    assert train.shape == (1600, 8, 8)
    assert held.shape == (197, 8, 8)
    assert set(np.unique(train)) == {0, 1}


@pytest.mark.parametrize("steps", [50, 500, 1000])
def test_kept_steps_begin_and_end_with_the_training(steps):
    kept = kept_steps(steps)
    assert kept[0] == 0
    assert kept[-1] == steps
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= FRAMES + 1


def test_progress_is_told_and_can_cancel():
    shares = []
    compute(BetaSettings(steps=50), None, shares.append)
    assert shares[-1] == 1
    assert shares == sorted(shares)

    def cancel(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compute(BetaSettings(steps=50), None, cancel)


@pytest.mark.parametrize(
    "values", [{"beta": -1}, {"beta": 10.5}, {"beta": float("nan")}, {"latent": 0}, {"latent": 17}, {"steps": 5_000}]
)
def test_settings_out_of_bounds_are_named(values):
    with pytest.raises(InvalidInput, match=next(iter(values))):
        BetaSettings.checked(**values)


def test_a_link_may_hold_a_second_beta():
    good, notices = BetaLinkSettings.from_link({"beta": "2", "other": "0.5"})
    assert good == {"beta": 2.0, "other": 0.5}
    assert notices == []
    good, notices = BetaLinkSettings.from_link({"other": "11"})
    assert good == {}
    assert "other=" in notices[0]


def test_the_files_hold_every_kept_step(plain):
    lines = figures.to_csv([plain, trained(4.0)]).strip().splitlines()
    assert len(lines) == 1 + 2 * len(plain.kept)
    assert float(lines[len(plain.kept)].split(",")[2]) == pytest.approx(float(plain.negative_elbo[-1]))
    for name in ("PNG", "GIF"):
        assert figures.files([plain], 3)[name][1]()[:4] in (b"\x89PNG", b"GIF8")
