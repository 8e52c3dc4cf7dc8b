"""The model card of a model of text, of the classifier that reads rows, and of the translator."""

import math

from .card import front_matter, written
from .evaluate import Measurement
from .sequence_figures import ClassifierMeasurement, TextMeasurement, TranslationMeasurement

TEXT = "tinyshakespeare.txt, the last 10 % of its characters"
SAMPLE, TEXTS, PHRASES = (
    "from playground.samplers.ancestral import sample",
    "from playground.texts import written",
    "from playground.phrases import SOURCE, TARGET",
)
USES = {  # what each is imported for, and what goes on from `model`
    TextMeasurement: (
        (SAMPLE, TEXTS),
        "codes = sample(model, 1, torch.Generator().manual_seed(0)).events(model.event_shape)\n"
        "print(written(codes[0].numpy(), model.config.symbols))",
    ),
    ClassifierMeasurement: (
        (),
        "rows = torch.rand(1, *model.event_shape)  # grey values 0 … 1\n"
        "probabilities = model.logits(rows).softmax(-1)  # after every row",
    ),
    TranslationMeasurement: (
        (PHRASES,),
        'source = torch.tensor([[SOURCE.index(c) for c in "the third of may nineteen eighty-seven"]])\n'
        'print("".join(TARGET[code] for code in model.translate(source)[0] if code < model.end))',
    ),
}


def figures(m: Measurement) -> tuple[list[str], list[tuple[str, str, str]]]:
    """The rows of the table, and the metrics of the front matter."""
    nll, error = m.nll_nats, m.nll_standard_error
    if isinstance(m, ClassifierMeasurement):
        rows = [
            f"| accuracy after the last row | **{m.accuracy:.2%}** ± {m.accuracy_standard_error:.2%} (standard "
            "error) |",
            f"| accuracy after half of the rows | {m.by_row[len(m.by_row) // 2 - 1]:.2%} |",
            f"| −log p(class \\| picture) | {nll:.4f} nats |",
        ]
        return rows, [("accuracy", f"{m.accuracy:.4f}", "accuracy")]
    if isinstance(m, TranslationMeasurement):
        rows = [
            f"| exact to the last symbol, sources never trained on | **{m.exact:.2%}** ± {m.exact_standard_error:.2%} "
            "(standard error) |",
            *(f"| the same, {kind}s | {share:.2%} |" for kind, share in m.by_kind.items()),
            f"| −log p(target \\| source) | {nll:.5f} nats |",
        ]
        return rows, [("exact_match", f"{m.exact:.4f}", "exact match")]
    rows = [
        f"| negative log-likelihood, {m.split} ({TEXT}) | **{nll:.3f} nats per character** ± {error:.3f} (standard "
        "error over stretches of 1,000) |",
        f"| the same, bits per character | {nll / math.log(2):.3f} |",
        f"| different characters | {m.characters} |",
    ]
    return rows, [("nll", f"{nll:.4f}", "negative log-likelihood (nats per character)")]


def sequence_card(description: dict, m: Measurement, command: str) -> str:
    """The card of a model that reads sequences, with the arguments of `card.model_card`."""
    rows, metrics = figures(m)
    front = front_matter(m, description.get("dataset", ""), [m.family], False, metrics)
    length = description["config"].get("length", 0)
    window = (
        f"\nEach character is given {length // 2} to {length} before it: windows of {length} that overlap by half.\n"
        if description["model"] == "Transformer"
        else ""
    )
    imports, use = USES[type(m)]
    about = f"""\
{description.get("summary", "")}

| measured on these files, {m.examples:,} {m.split} examples | |
| --- | --- |
{chr(10).join(rows)}
| parameters | {m.parameters:,} |
{window}
The figures are given again by

```
{command}
```

Training kept the weights that were best on validation rows, so the figures are a little optimistic; no test row took
part in any choice.
"""
    stretches = " (the mean of each stretch of 1,000 characters)" if isinstance(m, TextMeasurement) else ""
    return written(
        description,
        m,
        front,
        about,
        reference=f"`nll_nats` of the first 2,000 {m.split} examples{stretches}",
        use=use,
        training="The weights are an exponential moving average, kept at the best validation.",
        imports=imports,
    )
