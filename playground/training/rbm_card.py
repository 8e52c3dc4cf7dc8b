"""The model card of a restricted Boltzmann machine."""

import math

from .boltzmann import BoltzmannMeasurement
from .card import BINARIZATION, front_matter, written


def rbm_card(description: dict, m: BoltzmannMeasurement, command: str) -> str:
    """The card, with the arguments of `card.model_card`."""
    dataset = description.get("dataset", "")
    config, ais = description["config"], m.ais or {}
    named = "negative log-likelihood (nats), log Z by annealed importance sampling"
    tags = ["energy-based-model", "restricted-boltzmann-machine"]
    front = front_matter(m, dataset, tags, True, [("nll", f"{m.nll_nats:.3f}", named)])
    bits = m.nll_nats / math.log(2) / (config["height"] * config["width"])
    about = f"""\
{description.get("summary", "")} p(v) = exp(−F(v)) / Z with the free energy F(v) = −bᵀv − Σ log(1 + exp(c + W v)).

| measured on these files | |
| --- | --- |
| {m.split} NLL: mean F + log Z | **{m.nll_nats:.2f} nats** ± {m.nll_standard_error:.2f} (examples) |
| the same, bits per dimension | {bits:.4f} |
| log Z, annealed importance sampling | {m.log_partition:.2f} ± {m.log_partition_error:.2f} nats (standard error) |
| {ais["runs"]} runs of {ais["betas"]:,} values of β | worth {ais["effective"]} equal weights |
| examples | {m.examples:,} |
| kind | {m.kind} |
| binarization | {m.binarization}: {BINARIZATION.get(m.binarization, "")} |
| parameters | {m.parameters:,} |

log Z is an estimate, and one that is rather too small than too large: annealings that miss a part of the distribution
leave out its share, and their spread does not tell. The true NLL may be higher than the figure. It is given again by

```
{command}
```
"""
    return written(
        description,
        m,
        front,
        about,
        reference=f"`nll_nats`, −log p in nats of the first 2,000 {m.split} examples, with the same log Z",
        use="""\
generator = torch.Generator().manual_seed(0)
start = (torch.rand(4, *model.event_shape, generator=generator) < 0.5).float()
kernel = BlockGibbs(model.hidden_given, model.visible_given)
pictures = run(kernel, model.energy, start, 500, generator, keep="scalars").state.position""",
        training=f"""\
Persistent contrastive divergence with {description["chain"]["count"]} chains and a centred gradient, after a longer
training of the same kind. The weights are an exponential moving average, kept at the best validation.""",
        imports=("from playground.samplers.gibbs import BlockGibbs", "from playground.samplers.kernel import run"),
    )
