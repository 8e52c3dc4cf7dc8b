"""The VAE against what can be counted: its KL, its bounds, and the log-likelihood below which they stay."""

import itertools
import math

import pytest
import torch

from playground.models import VAE, Autoencoder, AutoencoderConfig, VAEConfig, build
from playground.models.vae import Posterior, log_bernoulli, log_normal
from playground.training.bounds import refine

torch.set_num_threads(1)
EDGE, CELLS = 9.0, 4001  # of the quadrature over one latent dimension


def toy(seed: int = 0, scale: float = 3.0) -> VAE:
    """A VAE of 2×2 pixels and one latent dimension, with random weights, float64: all sixteen x can be counted."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = VAE(VAEConfig(height=2, width=2, latent=1, hidden=(8,))).double()
    for parameter in model.decoder.parameters():
        parameter.data *= scale
    return model.eval().requires_grad_(False)


def states() -> torch.Tensor:
    """(16, 2, 2): every picture."""
    return torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64).reshape(16, 2, 2)


def joint(model: VAE, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(x, z) of each x at the nodes of z: (B, CELLS); and the nodes (CELLS, 1)."""
    z = torch.linspace(-EDGE, EDGE, CELLS, dtype=torch.float64)[:, None]
    return log_bernoulli(model.decode(z), x[:, None]) + log_normal(z), z


def exact(model: VAE, x: torch.Tensor) -> torch.Tensor:
    """log p(x), (B,) nats, by the trapezoid rule, whose error here is far below 1e-9."""
    return joint(model, x)[0].logsumexp(1) + math.log(2 * EDGE / (CELLS - 1))


def noise(model: VAE, x: torch.Tensor, draws: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(draws, len(x), model.config.latent, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(4))
def test_the_kl_by_formula_is_its_monte_carlo_estimate(seed):
    generator = torch.Generator().manual_seed(seed)
    posterior = Posterior(
        2 * torch.randn(5, 3, generator=generator, dtype=torch.float64),
        2 * torch.randn(5, 3, generator=generator, dtype=torch.float64),
    )
    z = posterior.draw(torch.randn(20_000, 5, 3, generator=generator, dtype=torch.float64))
    drawn = posterior.log_prob(z) - log_normal(z)  # (K, B)
    error = drawn.std(0) / math.sqrt(len(drawn))
    assert ((drawn.mean(0) - posterior.kl().sum(1)).abs() < 5 * error).all()
    assert (posterior.kl() >= 0).all()


def test_the_kl_is_zero_only_at_the_prior():
    assert Posterior(torch.zeros(1, 4), torch.zeros(1, 4)).kl().abs().max() == 0
    assert Posterior(torch.full((1, 4), 0.1), torch.zeros(1, 4)).kl().min() > 0
    assert Posterior(torch.zeros(1, 4), torch.full((1, 4), 0.1)).kl().min() > 0


@pytest.mark.parametrize("seed", range(3))
def test_the_quadrature_is_of_a_normalised_model(seed):
    assert exact(toy(seed), states()).exp().sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_elbo_below_iwae_below_the_exact_value(seed):
    model, x = toy(seed), states()
    log_p, draws = exact(model, x), 40_000
    weights = model.log_weights(x, noise(model, x, draws, seed))  # (K, B)
    bounds, errors = [], []
    for k in (1, 4, 32):
        groups = weights.reshape(-1, k, len(x)).logsumexp(1) - math.log(k)
        bounds.append(groups.mean(0))
        errors.append(groups.std(0) / math.sqrt(len(groups)))
    for (low, low_error), (high, high_error) in itertools.pairwise(zip(bounds, errors, strict=True)):
        assert (low <= high + 4 * (low_error + high_error)).all()
        assert low.mean() < high.mean()  # over all x, the order is clear
    assert (bounds[-1] <= log_p + 4 * errors[-1]).all()
    assert bounds[0].mean() < bounds[-1].mean() < log_p.mean() + 4 * errors[-1].mean()


@pytest.mark.parametrize("seed", range(3))
def test_the_gap_of_the_elbo_is_the_kl_to_the_true_posterior(seed):
    model, x = toy(seed), states()
    log_joint, z = joint(model, x)
    step = 2 * EDGE / (CELLS - 1)
    log_posterior = log_joint - exact(model, x)[:, None]  # (B, CELLS)
    posterior = model.encode(x)
    log_q = Posterior(posterior.mean[:, None], posterior.log_variance[:, None]).log_prob(z)  # (B, CELLS)
    gap = (log_q.exp() * (log_q - log_posterior)).sum(1) * step
    elbo = (log_q.exp() * (log_joint - log_q)).sum(1) * step
    assert torch.allclose(exact(model, x) - elbo, gap, atol=1e-6)
    terms = [model.elbo_terms(x, e) for e in noise(model, x, 4_000, seed)]
    drawn = torch.stack([reconstruction - kl.sum(1) for reconstruction, kl in terms])
    assert ((drawn.mean(0) - elbo).abs() < 5 * drawn.std(0) / math.sqrt(len(drawn)) + 1e-9).all()


def test_a_decoder_that_ignores_its_code_has_the_prior_as_its_posterior():
    model, x = toy(), states()
    for parameter in (*model.decoder.layers[0].parameters(), *model.encoder.layers[-1].parameters()):
        parameter.zero_()  # the encoder then answers N(0, I), which is the true posterior: the bound is tight
    reconstruction, kl = model.elbo_terms(x, noise(model, x, 1)[0])
    assert kl.abs().max() == 0
    assert torch.allclose(reconstruction, exact(model, x), atol=1e-9)
    weights = model.log_weights(x, noise(model, x, 7))
    assert torch.allclose(weights, exact(model, x).expand(7, -1), atol=1e-9)  # every weight is p(x): none better


def test_one_draw_of_the_iwae_bound_is_an_elbo():
    model, x = toy(1), states()
    e = noise(model, x, 2_000)
    iwae = model.log_weights(x, e)
    reconstruction = torch.stack([model.elbo_terms(x, one)[0] - model.elbo_terms(x, one)[1].sum(1) for one in e])
    error = (iwae - reconstruction).std(0) / math.sqrt(len(e))
    assert ((iwae.mean(0) - reconstruction.mean(0)).abs() < 5 * error + 1e-9).all()


def test_iwae_in_chunks_is_iwae_at_once():
    model = toy(2).float()
    x = states().float()
    found = [model.iwae(x, 90, torch.Generator().manual_seed(3), chunk=chunk) for chunk in (7, 90)]
    assert torch.allclose(*found, atol=1e-5)


def test_beta_weighs_the_kl_in_training_alone():
    model = VAE(VAEConfig(height=4, width=4, latent=2, hidden=(8,), beta=4.0))
    x = torch.rand(6, 4, 4, generator=torch.Generator().manual_seed(0)).round()
    loss = model.training_loss(x, torch.Generator().manual_seed(1))
    reconstruction, kl = model.elbo_terms(x, model.noise(x, torch.Generator().manual_seed(1)))
    assert torch.allclose(loss, 4 * kl.sum(1) - reconstruction)
    assert torch.allclose(model.elbo(x, torch.Generator().manual_seed(1)), reconstruction - kl.sum(1))
    assert torch.allclose(model.training_loss(x, torch.Generator().manual_seed(1), 0.0), -reconstruction)


def test_a_posterior_of_its_own_is_between_the_encoders_bound_and_the_exact_value():
    model, x = toy(3), states()
    q = refine(model, x, 300, torch.Generator().manual_seed(0))
    e = noise(model, x, 20_000)
    own = log_bernoulli(model.decode(q.draw(e).flatten(0, 1)).unflatten(0, e.shape[:2]), x) - q.kl().sum(1)
    encoders = torch.stack([model.elbo_terms(x, one)[0] - model.elbo_terms(x, one)[1].sum(1) for one in e[:2_000]])
    error = own.std(0) / math.sqrt(len(own))
    assert (own.mean(0) <= exact(model, x) + 5 * error).all()
    assert own.mean() > encoders.mean() + 0.05  # random weights make a poor encoder
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("name", ["VAE", "Autoencoder", "GAN"])
@pytest.mark.parametrize("architecture", ["mlp", "conv"])
def test_both_architectures_of_all_three_and_one_example_at_a_time(name, architecture):
    config = {"height": 8, "width": 12, "latent": 5, "architecture": architecture, "hidden": [9, 7], "features": 3}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = build({"model": name, "config": config}).eval()
    z = torch.randn(4, 5, generator=torch.Generator().manual_seed(0))
    x = torch.rand(4, 8, 12, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        made = model.generate(z) if name == "GAN" else model.decode(z)
        assert made.shape == (4, 8, 12)
        alone = [model.generate(one[None]) if name == "GAN" else model.decode(one[None]) for one in z]
        assert torch.allclose(torch.cat(alone), made, atol=1e-5)  # no example leaks into another
        if name == "GAN":
            assert model.discriminate(x).shape == (4,)
            assert made.min() >= 0
            assert made.max() <= 1
        elif name == "VAE":
            assert model.encode(x).mean.shape == model.encode(x).deviation.shape == (4, 5)
        else:
            assert model.encode(x).shape == (4, 5)
            assert (model.reconstruction(x.round()) <= 0).all()


@pytest.mark.parametrize(
    ("field", "value"),
    [("latent", 0), ("latent", 2.0), ("architecture", "lstm"), ("hidden", []), ("beta", 0), ("beta", math.nan)],
)
def test_a_field_that_is_not_allowed_is_named(field, value):
    with pytest.raises(ValueError, match=f"VAEConfig: {field}="):
        VAEConfig(**{field: value})


def test_a_picture_that_cannot_be_halved_twice_is_refused_by_convolutions_alone():
    with pytest.raises(ValueError, match="height=30"):
        AutoencoderConfig(height=30, architecture="conv")
    assert Autoencoder(AutoencoderConfig(height=30, hidden=(4,))).event_shape == (30, 28)
