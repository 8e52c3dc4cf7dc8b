"""The model card of a GAN."""

from .adversarial import COVERED, GENERATED, PENALTY, PENALTY_EVERY, AdversarialMeasurement
from .card import front_matter, written
from .frechet import COMPONENTS, NEIGHBOURS


def gan_card(description: dict, m: AdversarialMeasurement, command: str) -> str:
    """The card of a GAN, with the arguments of `card.model_card`."""
    dataset = description.get("dataset", "")
    names = (("frechet", "Fréchet distance"), ("precision", "precision"), ("recall", "recall"))
    metrics = [(kind, f"{getattr(m, kind):.4f}", name) for kind, name in names]
    front = front_matter(m, dataset, ["gan"], True, metrics)
    classes = ""
    if m.classes:
        heads = " | ".join(map(str, range(len(m.classes))))
        rows = "\n".join(
            f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |"
            for name, shares in (("generated", m.classes), (m.split, m.classes_real))
        )
        classes = (
            f"\nClass of the nearest training picture, so that a lost mode would be seen:\n\n| | {heads} |\n"
            f"|{' --- |' * (len(m.classes) + 1)}\n{rows}\n"
        )
    about = f"""\
{description.get("summary", "")}

![Sixty-four pictures from sixty-four codes of the prior, none left out](samples.png)

| measured on these files, {GENERATED:,} generated against {m.examples:,} {m.split} pictures | |
| --- | --- |
| Fréchet distance | **{m.frechet:.3f}** |
| the same of training pictures, what a perfect generator would have | {m.frechet_real:.3f} |
| precision, recall ({NEIGHBOURS} neighbours, {COVERED:,} of each) | {m.precision:.3f}, {m.recall:.3f} |
| mean D(x) on real, on generated pictures | {m.verdict_real:.3f}, {m.verdict_generated:.3f} |
| parameters, of both networks | {m.parameters:,} |

All distances are taken between the first {COMPONENTS} principal components of training pixels: no FID, and comparable
only with figures made the same way. A GAN has no likelihood that could be computed. The figures are given again by

```
{command}
```
{classes}"""
    return written(
        description,
        m,
        front,
        about,
        reference=f"`logit`, of the first 2,000 {m.split} pictures; D = 1 / (1 + exp(−logit))",
        use="pictures = model.generate(model.prior(16, torch.Generator().manual_seed(0)))",
        training=f"""\
Non-saturating loss; R₁ of weight {PENALTY:g} on real pictures, every {PENALTY_EVERY} steps. The weights are an
exponential moving average, kept at the best Fréchet distance to validation pictures.""",
        weights="the weights of both networks",
    )
