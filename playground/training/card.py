"""Model cards: the README.md of a checkpoint, written from what was measured on the very files beside it."""

import json
import math

from .evaluate import Measurement

HUB_DATASETS = {"mnist": "ylecun/mnist", "mnist-grey": "ylecun/mnist"}
MADE_FOR = """Made to be looked at in a visual playground for deep generative models: small, quick to sample on a
processor, and not meant for anything that depends on what it draws.
"""
BINARIZATION = {
    "dynamic": "each pixel drawn once with probability value / 255 by NumPy's `default_rng(0)` over the whole split "
    "(dynamic binarization; figures on the fixed binarization of Larochelle and Murray are not comparable)",
    "none": "values as they are",
    "uniform dequantization": "value + u, u uniform in [0, 1), drawn once by NumPy's `default_rng(0)` over the whole "
    "split; the figure is −log of a density and bounds −log p of the grey levels from above",
}


def length_of(description: dict) -> str:
    """How long a checkpoint was trained, as a sentence."""
    training = description.get("training", {})
    if not {"steps", "batch", "seconds"} <= training.keys():
        return "length not recorded."
    return f"{training['steps']:,} steps of {training['batch']} examples in {training['seconds'] / 3600:.1f} hours."


def front_matter(
    m: Measurement, dataset: str, tags: list[str], pictures: bool, metrics: list[tuple[str, str, str]]
) -> list[str]:
    """The lines of YAML before a card, as the Hub reads them.

    dataset: its name in a recipe, "" where it is not known. pictures: whether the checkpoint draws pictures. metrics:
    (type, value, name) of each figure.
    """
    hub_name, task = HUB_DATASETS.get(dataset), "unconditional-image-generation"
    return [
        "---",
        "library_name: pytorch",
        *([f"pipeline_tag: {task}"] if pictures else []),
        "tags:",
        *(f"- {tag}" for tag in tags),
        *(["datasets:", f"- {hub_name}"] if hub_name else []),
        "model-index:",
        f"- name: {m.checkpoint}",
        "  results:",
        "  - task:",
        f"      type: {task if pictures else 'other'}",
        "    dataset:",
        f"      name: {dataset or 'unknown'}",
        f"      type: {hub_name or dataset or 'unknown'}",
        f"      split: {m.split}",
        "    metrics:",
        *(f"    - type: {kind}\n      value: {value}\n      name: {name}" for kind, value, name in metrics),
        "---",
    ]


def written(
    description: dict,
    m: Measurement,
    front: list[str],
    about: str,
    reference: str,
    use: str,
    training: str,
    imports: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    weights: str = "the weights",
    options: str = "",
) -> str:
    """A card from the parts in which families differ.

    front: lines of `front_matter`. about: what stands below the title, figures and command among it. reference: what
    reference.npz holds. use: Python that goes on from `model`, with these imports. training: what is said below the
    command, to which `options` belong. files: what is beside weights, reference.npz and config.json, a line each.
    """
    body = f"""
# {description.get("title", m.checkpoint)}

{about}
## Files

- `model.safetensors`: {weights} in float16, used in float32.
{"".join(f"- {line}.{chr(10)}" for line in files)}- `reference.npz`: {reference}.
- `config.json`: what rebuilds the model, `{json.dumps(description["config"])}` of `{description["model"]}`.

## Use

```python
from pathlib import Path

import torch

{chr(10).join(("from playground import checkpoints", *imports))}

model = checkpoints.load(Path("checkpoints/{m.checkpoint}")).model
{use}
```

## Training

`python -m playground train {description.get("recipe", m.checkpoint)}{options}`: {length_of(description)}
{training}

{MADE_FOR}"""
    return "\n".join(front) + "\n" + body


def model_card(description: dict, measured: Measurement, command: str) -> str:
    """The card of a checkpoint, Markdown with the Hub's front matter.

    description: config.json. measured: from the files as shipped. command: what gives the figure again.
    """
    m = measured
    dataset = description.get("dataset", "")
    table = dataset == "table"
    positions = description["config"]["height"] * description["config"]["width"]
    bits = m.nll_nats / math.log(2) / positions
    real = description["model"] == "RNADE"  # its values are real numbers
    what = "−log density per unit of the data" if real else "negative log-likelihood"
    front = front_matter(
        m,
        dataset,
        [m.family, "autoregressive"],
        positions > 2 and not table,
        [("nll", f"{m.nll_nats:.3f}", "negative log-likelihood (nats)")],
    )
    averaged = (
        f"| orderings | {m.orderings}, their probabilities averaged: log p = logsumexp − log {m.orderings} |\n"
        if m.orderings > 1
        else ""
    )
    about = f"""\
{description.get("summary", "")}

| measured on these files | |
| --- | --- |
| {what}, {m.split} | **{m.nll_nats:.2f} nats** ± {m.nll_standard_error:.2f} (standard error) |
| the same, bits per dimension | {bits:.4f} |
| examples | {m.examples:,} |
| kind | {m.kind} |
| binarization | {m.binarization}: {BINARIZATION.get(m.binarization, "")} |
{averaged}| parameters | {m.parameters:,} |

The figure is given again by

```
{command}
```

Training kept the weights that were best on validation rows, so the figure is a little optimistic; no test row took
part in any choice.
"""
    return written(
        description,
        m,
        front,
        about,
        reference=f"`nll_nats`, −log p in nats of the first 2,000 {m.split} examples (float32, no example itself)",
        use="examples = sample(model, 16, torch.Generator().manual_seed(0)).events(model.event_shape)",
        training="The weights are an exponential moving average, kept at the best validation.",
        imports=("from playground.samplers.ancestral import sample",),
        options=" --data TABLE.npz" if table else "",
    )
