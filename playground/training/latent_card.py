"""The model card of a VAE or of an autoencoder."""

from .bounds import LatentMeasurement
from .card import BINARIZATION, front_matter, written


def latent_card(description: dict, m: LatentMeasurement, command: str) -> str:
    """The card of a model with codes, with the arguments of `card.model_card`."""
    dataset, variational = description.get("dataset", ""), m.nll_nats is not None
    metrics = [("reconstruction", f"{m.reconstruction_nats:.3f}", "−log p(x|z) (nats)")]
    if variational:
        metrics += [
            ("elbo", f"{m.nll_nats:.3f}", "−ELBO (nats)"),
            ("iwae", f"{m.iwae['nats']:.3f}", "importance-weighted bound (nats)"),
        ]
    tag = "variational-autoencoder" if variational else "autoencoder"
    front = front_matter(m, dataset, [tag], variational, metrics)
    figure = f"{m.reconstruction_nats:.2f} nats"
    rows = [f"| reconstruction, −log p(x\\|z), z from the encoder | {figure if variational else f'**{figure}**'} |"]
    if variational:
        rows = [
            f"| −ELBO, an upper bound of −log p(x) | **{m.nll_nats:.2f} nats** ± {m.nll_standard_error:.2f} "
            "(standard error) |",
            *rows,
            f"| KL(q(z\\|x) ‖ p(z)) | {m.kl_nats:.2f} nats |",
            f"| importance-weighted bound, {m.iwae['draws']:,} draws, first {m.iwae['examples']:,} examples | "
            f"**{m.iwae['nats']:.2f} nats** ± {m.iwae['standard_error']:.2f} |",
            f"| −ELBO of the same, each with μ, σ of its own after {m.refined['steps']} gradient steps | "
            f"{m.refined['nats']:.2f} nats ± {m.refined['standard_error']:.2f} |",
            f"| dimensions in use (mean KL ≥ 0.01 nats) | {m.active} of {description['config']['latent']} |",
        ]
    note = (
        "Both are bounds, not likelihoods."
        if variational
        else "This is no likelihood: an autoencoder has none, and no rule by which codes are drawn."
    )
    use = (
        "z = model.prior(16, torch.Generator().manual_seed(0))\nprobabilities = model.decode(z).sigmoid()"
        if variational
        else "x = torch.zeros(1, *model.event_shape)\nprobabilities = model.decode(model.encode(x)).sigmoid()"
    )
    kept = "−ELBO" if variational else "−log p(x\\|z)"
    arrays = f"`mean` (N, Z), {'`deviation` (N, Z), ' if variational else ''}`labels` (N,)"
    about = f"""\
{description.get("summary", "")}

| measured on these files, {m.examples:,} {m.split} examples | |
| --- | --- |
{chr(10).join(rows)}
| binarization | {m.binarization}: {BINARIZATION.get(m.binarization, "")} |
| parameters | {m.parameters:,} |

{note} The figures are given again by

```
{command}
```

Training kept the weights that were best on validation rows, so the figures are a little optimistic; no test row took
part in any choice.
"""
    return written(
        description,
        m,
        front,
        about,
        reference=f"{kept} in nats of the first 2,000 {m.split} examples",
        use=use,
        training="The weights are an exponential moving average, kept at the best validation.",
        files=(f"`codes.npz`: codes of the first validation examples, {arrays}; no example itself",),
    )
