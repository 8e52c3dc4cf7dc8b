"""What is trained, on what, and how: one recipe per bundled checkpoint."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Chain:
    """The negative phase of contrastive divergence: `count` chains are kept, as many as a batch holds go on for `steps`
    steps of size `step_size` before each update, and a share of `restart` of these starts anew."""

    count: int = 4096
    steps: int = 20
    step_size: float = 0.1
    restart: float = 0.01


@dataclass(frozen=True)
class Recipe:
    """How one checkpoint is trained.

    model, config: as in the checkpoint's config.json. dataset: name known to `data.load`.
    batch: images a step. muon_lr: learning rate of Muon (kernels and matrices; 0 for none), adam_lr: of Adam (all the
    rest).
    weight_decay: of Muon; it keeps the kernels from growing under updates of constant size.
    steps: length of the schedule when no time budget is given; after `warmup` steps the rate is constant and falls
    linearly to zero over the last `cooldown` share. ema: decay of the averaged weights, which are what is shipped.
    evaluate_every: steps between validations, each on the first `valid_rows` validation rows. half: bfloat16 autocast.
    adam_decay: weight decay of Adam (decoupled). title, summary: for the model card.
    orderings: members of the ensemble that the checkpoint's figures are made with, by default; 1 for none.
    Of tables alone, whose `config` has no height and width (`fitted` takes them from the table) and whose `steps` are a
    limit, since early stopping ends a training. prior, hidden_prior: standard deviation of a Gaussian prior on the
    weights from inputs straight to outputs, and on those of hidden units. patience: validations without a better one
    before the rate is cut, which happens `cuts` times. candidates: settings that are tried, as changes to the recipe;
    the first one is the safest.
    Of energies alone: chain, their negative phase.
    """

    name: str
    model: str
    config: dict
    dataset: str
    title: str
    summary: str
    batch: int = 32
    muon_lr: float = 4e-3
    weight_decay: float = 0.1
    adam_lr: float = 1e-3
    steps: int = 40_000
    warmup: int = 100
    cooldown: float = 1.0
    ema: float = 0.998
    evaluate_every: int = 1_000
    valid_rows: int = 2_000
    half: bool = True
    adam_decay: float = 0.0
    orderings: int = 1
    prior: float = 1.0
    hidden_prior: float = 1.0
    patience: int = 10
    cuts: int = 2
    candidates: tuple[dict, ...] = ()
    chain: Chain | None = None

    @property
    def shape(self) -> tuple[int, int] | None:
        """(height, width) of its examples; None where they are those of the table."""
        return (self.config["height"], self.config["width"]) if "height" in self.config else None

    def fitted(self, shape: tuple[int, int]) -> "Recipe":
        """The recipe for examples of this (height, width)."""
        return replace(self, config=self.config | {"height": shape[0], "width": shape[1]})

    def variant(self, changes: dict) -> "Recipe":
        """The recipe with some settings of a candidate; `config` is changed field by field."""
        return replace(self, **changes | {"config": self.config | changes.get("config", {})})


def table_recipe(name: str, model: str, config: dict, summary: str, *candidates: dict, **more: object) -> Recipe:
    """A recipe for whatever table of 0/1 rows it is given: Adam, float32, early stopping, and settings to choose from.

    The first candidate is the recipe as it is.
    """
    title = f"{model} on a table"
    settings = {"muon_lr": 0.0, "adam_lr": 3e-3, "ema": 0.99, "warmup": 20, "evaluate_every": 100, "half": False}
    settings |= {"weight_decay": 0.0, "batch": 100, "steps": 20_000, "candidates": ({}, *candidates)} | more
    return Recipe(name, model, config, "table", title, summary, **settings)


PLANE_TRAINING = {
    "batch": 256,
    "muon_lr": 0.0,
    "adam_lr": 5e-3,
    "steps": 8_000,
    "evaluate_every": 500,
    "half": False,
}

RECIPES = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            "pixelcnn-mnist",
            "PixelCNN",
            {"height": 28, "width": 28, "levels": 2, "features": 48, "blocks": 12},
            "mnist",
            "PixelCNN on MNIST",
            "One stack of masked convolutions that writes a 28×28 binary digit pixel by pixel.",
        ),
        Recipe(
            "gated-pixelcnn-mnist",
            "GatedPixelCNN",
            {"height": 28, "width": 28, "levels": 2, "features": 48, "layers": 10},
            "mnist",
            "Gated PixelCNN on MNIST",
            "A vertical and a horizontal stack with gates: 28×28 binary digits, no blind spot.",
        ),
        Recipe(
            "pixelcnn-digits",
            "PixelCNN",
            {"height": 8, "width": 8, "levels": 16, "features": 24, "blocks": 4},
            "digits",
            "PixelCNN on 8×8 digits",
            "A small PixelCNN with a categorical head over 16 grey levels; trains in about a minute.",
            muon_lr=1e-2,
            adam_lr=2e-3,
            steps=1_000,
            evaluate_every=125,
            ema=0.99,
        ),
        Recipe(
            "fvsbn-mnist",
            "FVSBN",
            {"height": 28, "width": 28},
            "mnist",
            "FVSBN on MNIST",
            "784 logistic regressions, each on the pixels before it: one triangular matrix of weights.",
            batch=200,
            muon_lr=0,
            adam_lr=2e-3,
            steps=40_000,
            evaluate_every=2_000,
            half=False,
            ema=0.999,
        ),
        Recipe(
            "nade-mnist",
            "NADE",
            {"height": 28, "width": 28, "hidden": 500, "activation": "relu"},
            "mnist",
            "NADE on MNIST",
            "One hidden layer of 500 units, updated by one column of weights as each pixel is revealed.",
            batch=100,
            evaluate_every=1_000,
            half=False,
            ema=0.999,
        ),
        Recipe(
            "nade-agnostic-mnist",
            "OrderAgnosticNADE",
            {"height": 28, "width": 28, "hidden": (500, 500)},
            "mnist",
            "Order-agnostic NADE on MNIST",
            "One network for every ordering: it predicts any pixels from any others.",
            batch=512,
            evaluate_every=1_000,
            valid_rows=200,
            ema=0.999,
            orderings=8,
        ),
        Recipe(
            "made-mnist",
            "MADE",
            {"height": 28, "width": 28, "hidden": (1000, 1000)},
            "mnist",
            "MADE on MNIST",
            "A masked autoencoder in raster order: all 784 conditionals from one pass through two hidden layers.",
            batch=256,
            weight_decay=0.6,
            evaluate_every=1_000,
            ema=0.999,
        ),
        Recipe(
            "made-ensemble-mnist",
            "MADE",
            {"height": 28, "width": 28, "hidden": (1000, 1000), "mask_sets": 16},
            "mnist",
            "MADE ensemble on MNIST",
            "One set of weights trained under 16 orderings and connectivities, whose probabilities are averaged.",
            batch=256,
            evaluate_every=1_000,
            ema=0.999,
            orderings=16,
        ),
        Recipe(
            "ebm-mnist",
            "EnergyModel",
            {"height": 28, "width": 28, "features": 48},
            "mnist-grey",
            "Energy model on MNIST",
            "A convolutional energy of grey digits: low on digits, high elsewhere; chains walk downhill to them.",
            batch=64,
            muon_lr=3e-3,
            adam_lr=5e-4,
            weight_decay=0.02,
            evaluate_every=500,
            valid_rows=1_000,
            ema=0.999,
            chain=Chain(),
        ),
        table_recipe(
            "fvsbn",
            "FVSBN",
            {},
            "A logistic regression for each column on the columns before it.",
            {"prior": 0.3},
            {"prior": 4.0, "adam_lr": 1e-2},
        ),
        table_recipe(
            "nade",
            "NADE",
            {"hidden": 200},
            "One hidden layer, shared by all columns and updated by one column at a time.",
            {"hidden_prior": 0.3, "muon_lr": 0.0},
            {"hidden_prior": 0.3},
            {"hidden_prior": 3.0},
            muon_lr=1e-2,
        ),
        table_recipe(
            "nade-agnostic",
            "OrderAgnosticNADE",
            {"hidden": (300,)},
            "One network for every ordering of the columns; its figures average eight orderings.",
            {"muon_lr": 0.0, "adam_lr": 1e-3, "batch": 100},
            {"hidden_prior": 0.3},
            {"hidden_prior": 3.0},
            muon_lr=5e-3,
            batch=200,
            ema=0.998,
            orderings=8,
        ),
        table_recipe(
            "made",
            "MADE",
            {"hidden": (300,)},
            "A masked autoencoder with direct connections; one set of masks or sixteen, as the table asks.",
            {"hidden_prior": 0.2, "config": {"mask_sets": 16}, "orderings": 16},
            {"hidden_prior": 1.0, "prior": 4.0, "muon_lr": 1e-2},
            {"hidden_prior": 0.1},
            {"hidden_prior": 0.1, "prior": 0.3},
            hidden_prior=0.2,
        ),
        *(
            Recipe(
                f"rnade-{name}",
                "RNADE",
                {"height": 1, "width": 2, "hidden": 128, "components": components, "kind": kind},
                name,
                f"RNADE on {title}",
                f"p(x₁) and p(x₂ | x₁) as mixtures of {components} {plural}; trains in about a minute.",
                **PLANE_TRAINING,
            )
            for name, title, components, kind, plural in (
                ("moons", "two moons", 10, "gaussian", "Gaussians"),
                ("rings", "rings", 10, "gaussian", "Gaussians"),
                ("spiral", "a spiral", 20, "laplace", "Laplacians"),
            )
        ),
        Recipe(
            "rnade-digits",
            "RNADE",
            {"height": 8, "width": 8, "hidden": 256, "components": 10, "kind": "gaussian"},
            "digits-dequantized",
            "RNADE on 8×8 digits",
            "64 mixtures in a row, one for each pixel of a dequantised grey digit.",
            batch=64,
            muon_lr=0.0,
            adam_lr=2e-3,
            adam_decay=0.05,
            steps=500,
            evaluate_every=50,
            ema=0.995,
            half=False,
        ),
    )
}
