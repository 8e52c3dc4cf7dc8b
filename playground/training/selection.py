"""Choosing a recipe's settings for a table: its candidates are trained in rounds, and the better half goes on.

Successive halving (Jamieson and Talwalkar 2016): 1. every candidate trains for a short while; 2. the better half of
them for longer; 3. these, the best first, until early stopping ends each. What is kept is the best validation of *any*
candidate at any time. A round is counted in steps, so that without a time budget, or with one that is not reached, the
same seed gives the same weights; a time budget only cuts rounds short, and one that is too short to judge every
candidate tries fewer of them, the first of the recipe's list, and the others where early stopping leaves time.

Jamieson, Talwalkar (2016). Non-stochastic best arm identification and hyperparameter optimization. AISTATS.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from ..data import Dataset
from .loop import Progress
from .recipe import Recipe
from .tables import TableTrainer

ROUNDS = ((0.4, 0.1), (0.4, 0.25), (1.0, 1.0))  # share of the time that is left; steps as a share of the recipe's
FAIR = 6  # validations after which two candidates can be told apart
COOLED = 0.3  # last share of a time budget over which the learning rate falls to 0
MEASURED = 20  # steps after which a candidate's speed is known


class Selection:
    """Trains the candidates of one recipe on a table; to a session it looks like one trainer."""

    def __init__(self, recipe: Recipe, dataset: Dataset, device: str = "cpu", seed: int = 0):
        self.recipe, self.dataset, self.device, self.seed = recipe, dataset, device, seed
        self.changes = list(recipe.candidates) or [{}]
        self.trainers = [self._trainer(self.changes[0])]

    def _trainer(self, changes: dict) -> TableTrainer:
        return TableTrainer(self.recipe, self.dataset, self.device, self.seed, changes)

    @property
    def best(self) -> TableTrainer:
        """The trainer with the best validation so far, the first of them at a tie."""
        return min(self.trainers, key=lambda trainer: trainer.progress.best)

    @property
    def progress(self) -> Progress:
        """The best candidate's progress, with the steps and the seconds of all."""
        steps = sum(trainer.progress.step for trainer in self.trainers)
        seconds = sum(trainer.progress.seconds for trainer in self.trainers)
        return replace(self.best.progress, step=steps, seconds=seconds)

    @property
    def finished(self) -> bool:
        """Whether early stopping has ended the training that a saved state goes on with."""
        return self.best.finished

    def run(
        self,
        minutes: float | None = None,
        steps: int | None = None,
        report: Callable[[float, Progress, float], None] = lambda share, progress, loss: None,
        save: Callable[["Selection"], None] = lambda selection: None,
        save_every: float = 180.0,
        stop: Callable[[], bool] = lambda: False,
    ) -> Progress:
        """Train until early stopping has ended the best candidates, or the time budget is spent.

        Arguments as of `Trainer.run`; `steps` is not looked at, each candidate has at most the recipe's.
        """
        begun = saved = time.monotonic()
        end = begun + 60 * minutes if minutes else float("inf")
        planned = sum(share for _, share in ROUNDS) * self.recipe.steps * len(self.changes)

        def tick(loss: float) -> None:
            nonlocal saved
            now = time.monotonic()
            if now - saved > save_every:
                save(self)
                saved = now
            progress = self.progress
            share = (now - begun) / (end - begun) if minutes else progress.step / planned
            report(min(1.0, share), progress, loss)

        def train(trainer: TableTrainer, limit: int, until: float, last: bool = False) -> None:
            now = time.monotonic()

            def cooling() -> float:
                return (until - time.monotonic()) / (COOLED * (until - now)) if last and minutes else 1.0

            trainer.advance(
                limit, lambda: stop() or time.monotonic() >= until, tick, lambda: min(1.0, max(0.0, cooling()))
            )

        if len(self.trainers) == 1 and self.best.progress.step:  # a saved training goes on
            if minutes:
                self.best.reopen()
            train(self.best, self.best.limit, end, True)
        else:
            self._rounds(train, end, stop)
        if not self.best.progress.history:  # stopped before anything was validated
            self.best.validate()
        save(self)
        return self.progress

    def _rounds(self, train: Callable[..., None], end: float, stop: Callable[[], bool]) -> None:
        """Successive halving, within the time that is left until `end`."""
        first = self.trainers[0]
        train(first, MEASURED, end)
        field = [first, *map(self._trainer, self.changes[1 : self._affordable(end)])]
        for number, (time_share, step_share) in enumerate(ROUNDS):
            last = number == len(ROUNDS) - 1
            if len(field) == 1 and not last:
                continue  # nothing to choose
            if number:
                field = sorted(field, key=lambda trainer: trainer.progress.best)
                field = field[: -(-len(field) // 2)] if number == 1 else field
            begun = time.monotonic()
            until = begun + time_share * (end - begun)
            for place, trainer in enumerate(field):
                if trainer not in self.trainers:
                    self.trainers.append(trainer)
                now = time.monotonic()
                share = end if last else now + (until - now) / (len(field) - place)
                train(trainer, int(step_share * self.recipe.steps), share, last)
                if stop():
                    return
                trainer.settle()
        for changes in self.changes[len(self.trainers) :]:  # early stopping left some of the time
            if stop() or time.monotonic() >= end:
                return
            self.trainers.append(self._trainer(changes))
            train(self.trainers[-1], self.recipe.steps, end, True)
            self.trainers[-1].settle()

    def _affordable(self, end: float) -> int:
        """How many candidates the time until `end` is enough for, from the speed of the first."""
        if end == float("inf"):
            return len(self.changes)
        first = self.trainers[0]
        progress = first.progress
        steps = ROUNDS[0][0] * (end - time.monotonic()) * progress.step / max(progress.seconds, 1e-9)
        return max(1, min(len(self.changes), int(steps / (FAIR * first.every))))

    def start_from(self, model: object) -> None:
        """Refused: a table's candidates have sizes of their own."""
        raise RuntimeError("the settings for a table are chosen by training each anew")

    def state_dict(self) -> dict:
        """Everything that `load` needs to go on with the best candidate, and what was tried."""
        best = self.best
        tried = [
            {"changes": t.changes, "steps": t.progress.step, "validation_nats": t.progress.best}
            for t in self.trainers
            if t.progress.history
        ]
        return best.state_dict() | {"tried": tried}

    def load(self, state: dict) -> None:
        """Go on with the best candidate of a saved state. Raises ValueError if it is of another recipe or table."""
        if state["recipe"] != self.recipe.name:
            raise ValueError(f"the saved training is of {state['recipe']}, not of {self.recipe.name}")
        trainer = self._trainer(state["changes"])
        trainer.load(state)
        self.trainers = [trainer]
