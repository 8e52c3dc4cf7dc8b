"""What a recipe says: which model is trained, on what, and how."""

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
    Of energies alone: chain, their negative phase. Of variational autoencoders alone: kl_warmup, steps over which the
    weight of the KL grows from 0 to the model's β, so that dimensions are not given up at the start.
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
    kl_warmup: int = 0

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
