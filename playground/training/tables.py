"""Training on a binary table: from the marginals, under a prior, stopped early on the validation rows.

Three things make default settings fit a few hundred rows as well as tens of thousands. 1. The output biases start at
the training log-odds with add-one smoothing and the weights into the outputs near 0: training starts at the product of
the marginals. 2. The loss is a posterior's: −log p of the rows, plus a Gaussian prior on every weight and two
pseudo-rows, one 0 and one 1, on every output bias, all divided by the number of rows. So a column that is constant in
the training rows gives its other value a probability of about 1/(rows + 2), however long the training. 3. When the
validation NLL has not improved for a while the best weights are taken up again at a lower rate; after a few such cuts
the training ends.
"""

import hashlib
import time
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..data import Dataset
from ..models.ensemble import ensemble_log_prob
from .loop import Trainer
from .recipe import Recipe

START = 0.1  # factor on the first weights into the outputs
EPOCHS, FEWEST = 5, 20  # a small table is validated after as many epochs, but not before so many steps
CUT = 0.25  # factor on the learning rate
DRAWS = 4  # orderings drawn for each validation row of a model of any ordering
CHUNK = 500  # validation rows at once


def output_bias(model: nn.Module) -> nn.Parameter:
    """The (D,) biases of the logits, by flat position."""
    return model.out.bias if hasattr(model, "out") else model.bias


def direct_weight(model: nn.Module) -> nn.Parameter | None:
    """The (D, D) weights from the inputs straight to the logits; None for a model without them."""
    found = getattr(model, "weight", getattr(model, "direct", None))
    return found if isinstance(found, nn.Parameter) else None


def output_weight(model: nn.Module) -> nn.Parameter | None:
    """The (D, H) weights from the last hidden layer to the logits; None for a model without hidden units."""
    return model.out.weight if hasattr(model, "out") else getattr(model, "decode", None)


def smoothed_log_odds(rows: Tensor) -> Tensor:
    """(N, …) of 0/1 → (D,) log-odds of each column with one pseudo-row of ones and one of zeros."""
    ones = rows.flatten(1).double().sum(0) + 1
    return torch.log(ones / (len(rows) + 2 - ones)).float()


def fingerprint(dataset: Dataset) -> str:
    """SHA-256 of what training sees: the training and the validation rows."""
    digest = hashlib.sha256(repr((dataset.train.shape, dataset.valid.shape)).encode())
    digest.update(dataset.train.tobytes())
    digest.update(dataset.valid.tobytes())
    return digest.hexdigest()


class TableTrainer(Trainer):
    """Trains one candidate of a recipe on a table."""

    def __init__(
        self, recipe: Recipe, dataset: Dataset, device: str = "cpu", seed: int = 0, changes: dict | None = None
    ):
        """changes: what the candidate changes in the recipe."""
        self.changes = changes or {}
        super().__init__(recipe.variant(self.changes), dataset, device, seed)
        self.limit = self.recipe.steps
        epochs = EPOCHS * len(self.train) // self.recipe.batch
        self.every = max(1, min(self.recipe.evaluate_every, max(FEWEST, epochs)))  # steps between validations
        start = smoothed_log_odds(self.train).to(self.device)
        with torch.no_grad():
            for model in (self.model, self.average):
                output_bias(model).copy_(start)
                if (weight := output_weight(model)) is not None:
                    weight.mul_(START)
        self.best = {k: v.clone() for k, v in self.average.state_dict().items()}
        self.waited = self.cut = 0
        bias, direct = output_bias(self.model), direct_weight(self.model)
        self.hidden = [p for p in self.model.parameters() if p is not bias and p is not direct]

    @property
    def finished(self) -> bool:
        """Whether early stopping, or the recipe's number of steps, has ended this training."""
        return self.cut > self.recipe.cuts or self.progress.step >= self.limit

    def loss(self, x: Tensor) -> Tensor:
        """The batch's mean NLL plus −log prior / rows, nats; constants left out."""
        bias, direct = output_bias(self.model), direct_weight(self.model)
        surprise = (F.softplus(bias) + F.softplus(-bias)).sum()
        if direct is not None:
            surprise = surprise + direct.square().sum() / (2 * self.recipe.prior**2)
        for weight in self.hidden:
            surprise = surprise + weight.square().sum() / (2 * self.recipe.hidden_prior**2)
        return super().loss(x) + surprise / len(self.train)

    def validation_nll(self) -> float:
        """Mean NLL in nats of the averaged weights on the first validation rows, as the recipe's ensemble.

        For a model of any ordering: an unbiased estimate of the mean over all orderings, from the same draws each time.
        """
        generator, total = torch.Generator().manual_seed(0), 0.0
        with torch.inference_mode():
            for rows in self.valid.split(CHUNK):
                x = rows.float().to(self.device)
                if self.average.members == 0:
                    draws = [self.average.training_loss(x, generator) for _ in range(DRAWS)]
                    nll = torch.stack(draws).mean(0)
                else:
                    nll = -ensemble_log_prob(self.average, x, self.recipe.orderings)
                total += nll.double().sum().item()
        return total / len(self.valid)

    def validate(self) -> None:
        """As every training does; what does not improve for long enough is begun again from the best, more slowly."""
        before = self.progress.best
        super().validate()
        self.waited = 0 if self.progress.best < before else self.waited + 1
        if self.waited > self.recipe.patience:
            self.waited, self.cut = 0, self.cut + 1
            for model in (self.model, self.average):
                model.load_state_dict(self.best)

    def advance(
        self,
        steps: int,
        stop: Callable[[], bool] = lambda: False,
        report: Callable[[float], None] = lambda loss: None,
        cooling: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Take steps until there are `steps` in all, `stop()` is true, or the training is finished.

        `report(batch loss)` is called after each step; `cooling()` is a factor on the learning rate.
        """
        begun, before = time.monotonic(), self.progress.seconds
        while not self.finished and self.progress.step < steps and not stop():
            rate = min(1.0, (self.progress.step + 1) / self.recipe.warmup) * CUT**self.cut * cooling()
            loss = self.optimise(rate)
            if self.progress.step % self.every == 0:
                self.validate()
            self.progress.seconds = before + time.monotonic() - begun
            report(loss)

    def settle(self) -> None:
        """Validate the weights as they stand, unless that has been done."""
        if not self.progress.history or self.progress.history[-1][0] != self.progress.step:
            self.validate()

    def reopen(self) -> None:
        """Let a training that early stopping has ended go on, at its last rate."""
        self.cut = min(self.cut, self.recipe.cuts)
        self.waited = 0
        self.limit += self.recipe.steps

    def state_dict(self) -> dict:
        """As of every training, with what early stopping remembers."""
        return super().state_dict() | {
            "waited": self.waited,
            "cut": self.cut,
            "changes": self.changes,
            "table": fingerprint(self.dataset),
        }

    def load(self, state: dict) -> None:
        """Go on from a saved state. Raises ValueError if it belongs to another recipe, size or table."""
        if state.get("table") != fingerprint(self.dataset):
            raise ValueError("the saved training is of another table")
        super().load(state)
        self.waited, self.cut = state["waited"], state["cut"]
