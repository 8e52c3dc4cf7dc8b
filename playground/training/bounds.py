"""What can be measured of a model with codes: of a VAE the ELBO and the importance-weighted bound, of an autoencoder
how well examples come back. And the codes of real digits, which travel with a checkpoint in place of the digits."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from ..checkpoints import Loaded
from ..checkpoints.codes import Codes
from ..data import Dataset
from ..models.vae import VAE, Posterior, log_bernoulli
from .evaluate import Measurement, mean_and_error, prepare

DRAWS = 8  # of z for each example, of which its ELBO is the mean
IWAE_DRAWS, IWAE_EXAMPLES = 1_000, 1_000  # of the tighter bound: draws of z, and how many examples from the first on
REFINE_STEPS, REFINE_RATE = 200, 0.03  # of Adam on each example's own μ and log σ²
PLANE_CODES, CODES = 5_000, 2_000  # that travel with a model of two dimensions, and of more
MORE = 2  # dimensions beyond which the codes are no plane
CHUNK = 250  # examples at a time
ACTIVE = 0.01  # nats: a dimension whose mean KL is below is collapsed


@dataclass(frozen=True)
class LatentMeasurement(Measurement):
    """What `evaluate --json` prints of a VAE or an autoencoder.

    kind: "elbo": nll_nats is the mean of −ELBO, an upper bound of the NLL; "reconstruction": nll_nats is None, since an
    autoencoder has no likelihood. reconstruction_nats: mean of −log p(x|z), z drawn from q(z|x) or the code. kl_nats:
    mean KL(q(z|x) ‖ p(z)), active: dimensions whose share of it is at least 0.01 nats; None for an autoencoder.
    iwae: {kind "iwae", nats, standard_error, draws, examples}: the importance-weighted bound of so many draws, over the
    first examples of the split, again as an upper bound of the NLL. refined: {kind "elbo", nats, standard_error, steps,
    examples}: −ELBO of the same examples when each has its own μ and σ, improved by gradient steps from the encoder's
    answer: what one network for all of them loses (the amortization gap, Cremer, Li and Duvenaud 2018, section 3).
    """

    reconstruction_nats: float = 0.0
    kl_nats: float | None = None
    active: int | None = None
    iwae: dict | None = None
    refined: dict | None = None

    @property
    def figure(self) -> float:
        """Lower is better: −ELBO, or the reconstruction's −log p(x|z)."""
        return self.reconstruction_nats if self.nll_nats is None else self.nll_nats

    @property
    def reference(self) -> str:
        """What the examples' figures are called in reference.npz."""
        return "reconstruction_nats" if self.nll_nats is None else "bound_nats"

    def words(self, rows: str = "images") -> str:
        """The measurement as a sentence; `rows` is what its examples are called."""
        over = f"on {self.examples:,} {self.split} {rows}"
        if self.nll_nats is None:
            return f"{self.checkpoint}: reconstruction, −log p(x|z) {self.reconstruction_nats:.3f} nats {over}"
        return (
            f"{self.checkpoint}: −ELBO {self.nll_nats:.3f} ± {self.nll_standard_error:.3f} nats {over} (−log p(x|z) "
            f"{self.reconstruction_nats:.3f}, KL {self.kl_nats:.3f}); IWAE with {self.iwae['draws']:,} draws "
            f"{self.iwae['nats']:.3f} ± {self.iwae['standard_error']:.3f} on the first {self.iwae['examples']:,}"
        )


def assess_latent(
    loaded: Loaded, dataset: Dataset, split: str, progress: Callable[[int, int], None]
) -> tuple[LatentMeasurement, np.ndarray]:
    """The measurement of a loaded VAE or autoencoder on a split, and its examples' −ELBO or −log p(x|z), (N,) nats.

    Raises DataError as `prepare` does.
    """
    model = loaded.model
    rows = torch.from_numpy(np.ascontiguousarray(prepare(model, dataset, split)))
    parts = _elbos(model, rows, progress) if isinstance(model, VAE) else _reconstructions(model, rows, progress)
    reconstruction = parts[0].mean(0)  # (N,)
    values, found = -reconstruction, {"reconstruction_nats": -float(reconstruction.mean())}
    if isinstance(model, VAE):
        kl = parts[1]  # (N, Z)
        values = values + kl.sum(1)
        found |= {"kl_nats": float(kl.sum(1).mean()), "active": int((kl.mean(0) >= ACTIVE).sum())}
        first = rows[:IWAE_EXAMPLES]
        found["refined"] = _refined(model, first)
        found["iwae"] = _iwae(model, first, lambda share: progress(int(share * len(rows)), len(rows)))
    progress(len(rows), len(rows))
    kind, values = "elbo" if isinstance(model, VAE) else "reconstruction", values.numpy()
    return LatentMeasurement.of(loaded, dataset, split, values, kind, **found), values


@torch.inference_mode()
def _elbos(model: VAE, rows: torch.Tensor, progress: Callable[[int, int], None]) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(x|z) of DRAWS draws (DRAWS, N) and the KL by formula (N, Z), float64; noise from seed 0."""
    generator = torch.Generator().manual_seed(0)
    device = next(model.parameters()).device
    likelihoods, kls = [], []
    for chunk in rows.split(CHUNK):
        x = chunk.float().to(device)
        draws = [model.elbo_terms(x, model.noise(x, generator)) for _ in range(DRAWS)]
        likelihoods.append(torch.stack([likelihood for likelihood, _ in draws]).double().cpu())
        kls.append(draws[0][1].double().cpu())
        progress(len(kls) * CHUNK // 2, len(rows))
    return torch.cat(likelihoods, 1), torch.cat(kls)


@torch.inference_mode()
def _reconstructions(
    model: torch.nn.Module, rows: torch.Tensor, progress: Callable[[int, int], None]
) -> tuple[torch.Tensor]:
    """log p(x|z) at an autoencoder's codes, (1, N) float64."""
    device = next(model.parameters()).device
    parts = [model.reconstruction(chunk.float().to(device)).double().cpu() for chunk in rows.split(CHUNK)]
    return (torch.cat(parts)[None],)


@torch.inference_mode()
def _iwae(model: VAE, rows: torch.Tensor, progress: Callable[[float], None]) -> dict:
    """The importance-weighted bound of IWAE_DRAWS draws on rows (N, H, W), as an upper bound of the NLL; seed 1."""
    generator = torch.Generator().manual_seed(1)
    device = next(model.parameters()).device
    bounds = []
    for number, chunk in enumerate(rows.split(20)):
        bounds.append(-model.iwae(chunk.float().to(device), IWAE_DRAWS, generator).double().cpu())
        progress(0.5 + 0.5 * (number + 1) * 20 / len(rows))
    return _bound("iwae", bounds) | {"draws": IWAE_DRAWS, "examples": len(rows)}


def _refined(model: VAE, rows: torch.Tensor) -> dict:
    """−ELBO of rows (N, H, W) with a posterior of each row's own; draws from seed 2, and fresh ones for the figure."""
    device = next(model.parameters()).device
    bounds = []
    for chunk in rows.split(CHUNK):
        generator = torch.Generator().manual_seed(2)
        x = chunk.float().to(device)
        with torch.no_grad():
            q = refine(model, x, REFINE_STEPS, generator)
            likelihoods = [log_bernoulli(model.decode(q.draw(model.noise(x, generator))), x) for _ in range(DRAWS)]
            bounds.append((q.kl().sum(1) - torch.stack(likelihoods).mean(0)).double().cpu())
    return _bound("elbo", bounds) | {"steps": REFINE_STEPS, "examples": len(rows)}


def _bound(kind: str, chunks: list[torch.Tensor]) -> dict:
    """The mean of a bound over its examples, nats, with its standard error."""
    nats, error = mean_and_error(torch.cat(chunks).numpy())
    return {"kind": kind, "nats": nats, "standard_error": error}


def refine(model: VAE, x: torch.Tensor, steps: int, generator: torch.Generator) -> Posterior:
    """The Gaussian of each example (B, H, W), after so many steps of Adam that raise its ELBO from the encoder's answer
    (Kim et al. 2018, section 3.1). The rate falls linearly to zero; the model's weights stay as they are."""
    with torch.enable_grad():
        parameters = [part.detach().clone().requires_grad_() for part in model.encode(x)]
        optimizer = torch.optim.Adam(parameters, lr=REFINE_RATE)
        for step in range(steps):
            q = Posterior(*parameters)
            loss = (q.kl().sum(1) - log_bernoulli(model.decode(q.draw(model.noise(x, generator))), x)).sum()
            for parameter, slope in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
                parameter.grad = slope
            optimizer.param_groups[0]["lr"] = REFINE_RATE * (1 - step / steps)
            optimizer.step()
    return Posterior(*(parameter.detach() for parameter in parameters))


@torch.inference_mode()
def codes_of(loaded: Loaded, dataset: Dataset) -> Codes:
    """The codes of the first validation examples under a checkpoint: the same examples for models of the same size.

    Raises DataError as `prepare` does, ValueError if the data set has no labels.
    """
    if dataset.labels is None:
        raise ValueError(f"{dataset.name} has no labels, and codes are shown by class")
    model = loaded.model
    count = PLANE_CODES if model.config.latent <= MORE else CODES
    rows = torch.from_numpy(prepare(model, dataset, "validation")[:count])
    device = next(model.parameters()).device
    answers = [model.encode(chunk.float().to(device)) for chunk in rows.split(CHUNK)]
    labels = dataset.labels[len(dataset.train) :][:count]
    if isinstance(model, VAE):
        mean = torch.cat([answer.mean for answer in answers])
        deviation = torch.cat([answer.deviation for answer in answers]).cpu().numpy()
        return Codes(mean.cpu().numpy(), deviation, labels)
    return Codes(torch.cat(answers).cpu().numpy(), None, labels)
