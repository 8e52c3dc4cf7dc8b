"""The model card of an energy whose chains are Langevin's, of pictures or of points."""

from .card import front_matter, written
from .energies import EnergyMeasurement


def energy_card(description: dict, m: EnergyMeasurement, command: str) -> str:
    """The card of an energy, with the arguments of `card.model_card`."""
    dataset = description.get("dataset", "")
    points = m.nll_nats is not None
    figures = [("nll", "negative log-likelihood (nats), Z by quadrature", m.nll_nats)] if points else []
    figures += [("auroc", f"AUROC against {name} digits", area) for name, area in m.auroc.items()]
    metrics = [(kind, f"{value:.4f}", name) for kind, name, value in figures]
    front = front_matter(m, dataset, ["energy-based-model"], not points, metrics)
    rows = [f"| {name} | **{value:.4f}** |" for kind, name, value in figures if kind == "auroc"]
    rows += [f"| E of the examples, up to log Z | {m.energy_mean:.1f} ± {m.energy_deviation:.1f} nats (deviation) |"]
    if points:
        rows += [
            f"| negative log-likelihood, {m.split} | **{m.nll_nats:.2f} nats** ± {m.nll_standard_error:.2f} "
            "(standard error) |",
            f"| log Z, by quadrature over the plane | {m.log_partition:.4f} nats |",
        ]
    chain = description["chain"]
    if m.chains:
        c, finite = m.chains, "yes" if m.chains["finite"] else "no"
        rows += [
            f"| {c['count']} chains of {c['steps']:,} steps from noise | all finite: {finite} |",
            f"| mean E at their ends, and of examples with the same noise | {c['energy']:.1f} and "
            f"{c['data_energy']:.1f} nats |",
        ]
    sheet = ""
    if m.chains:
        steps = f"{m.chains['steps']:,} steps"
        sheet = (
            f"\n![Where 32 chains are after {steps} of Langevin from uniform noise](samples.png)\n\n"
            f"Above, 32 chains after {steps} of unadjusted Langevin from uniform noise, as they are; below, the same "
            "without the noise that\nthe model is trained with, x − σ²∇E(x).\n"
        )
    about = f"""\
{description.get("summary", "")} p(x) = exp(−E(x)) / Z at temperature 1; low energy means likely.

| measured on these files, {m.examples:,} {m.split} examples | |
| --- | --- |
{chr(10).join(rows)}
| parameters | {m.parameters:,} |

AUROC: the share of pairs of a real and a corrupted example in which the corrupted one has the higher E. The figures are
given again by

```
{command}
```
{sheet}"""
    return written(
        description,
        m,
        front,
        about,
        reference=f"`{'nll_nats' if points else 'energy'}`, nats, of the first 2,000 {m.split} examples",
        use=f"""\
start = torch.rand(4, *model.event_shape, generator=torch.Generator().manual_seed(0))
chains = run(ULA({chain["step_size"]}), model.energy, start, 500, torch.Generator().manual_seed(1), keep="scalars")
pictures = chains.state.position""",
        training=f"""\
Persistent contrastive divergence on examples with Gaussian noise of standard deviation
{description["config"]["noise"]}: {chain["count"]:,} chains, {chain["steps"]} Langevin steps of size
{chain["step_size"]} before each update, {chain["restart"]:.0%} of the chains anew from noise. The weights are an
exponential moving average.""",
        imports=("from playground.samplers.kernel import run", "from playground.samplers.langevin import ULA"),
    )
