"""Every family trained on the same small world from the same seed: each one's exact distribution beside the truth."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
import torch
from pydantic import BeforeValidator, Field, field_validator, model_validator

from .. import worlds
from .base import Settings
from .small_world import whole
from .world_families import FAMILIES, GRADIENTS, FamilyRules, learner
from .world_training import Lesson, Look, SmallWorldTrace, recorded_steps, train

FAMILY_NAMES = tuple(FAMILIES)
MOST_PIXELS = 12  # 4,096 states
OWN = {"gradient": ("rbm", "energy"), "latent": ("vae",), "bits": ("gan",)}  # settings that some families alone have
FRAMES, STATES_HELD = 51, 2**17  # recorded steps at most; states × recorded steps


class CompareWorldLinkSettings(Settings):
    """What all families on stage have in common. One of them, in `CompareWorldSettings`, makes a trace.

    families: names of `FAMILY_NAMES` joined by commas; "" for all. steps: updates of each. batch: images of an update,
    the same for every family; 0 takes the exact expectation over all that can happen. rate: of Adam, for every family.
    gradient: of the two energy models, "exact" (Z summed over all states) or "cd" (one sweep from the batch). latent:
    dimensions of the VAE's code. bits: of the GAN's code.
    """

    kind: ClassVar[str] = "compare-world"
    families: str = Field("", max_length=120, description="on stage")
    world: Literal[tuple(worlds.WORLDS)] = Field("bars-and-stripes", description="what is to be learned")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    steps: int = Field(300, ge=20, le=1_000, description="updates of each family")
    batch: Annotated[Literal[0, 16, 64, 256], BeforeValidator(whole)] = Field(64, description="images of an update")
    rate: float = Field(0.02, ge=0.001, le=0.1, allow_inf_nan=False, description="Adam's learning rate")
    gradient: Literal[GRADIENTS] = Field("exact", description="of the energy models")
    latent: int = Field(2, ge=1, le=2, description="dimensions of the VAE's code")
    bits: int = Field(6, ge=2, le=8, description="bits of the GAN's code")

    @field_validator("families")
    @classmethod
    def _known(cls, names: str) -> str:
        if unknown := [name for name in names.split(",") if name and name not in FAMILIES]:
            raise ValueError(f"{unknown[0]!r} is no family; known are {', '.join(FAMILIES)}")
        return names

    @model_validator(mode="after")
    def _countable(self) -> "CompareWorldLinkSettings":
        if self.height * self.width > MOST_PIXELS:
            raise ValueError(
                f"height={self.height}, width={self.width} is not allowed: with all families a world has at most "
                f"{MOST_PIXELS} pixels, {2**MOST_PIXELS:,} states"
            )
        return self

    @property
    def chosen(self) -> tuple[str, ...]:
        """The families on stage, in the order of `FAMILY_NAMES`."""
        names = self.families.split(",")
        return tuple(name for name in FAMILY_NAMES if name in names) or FAMILY_NAMES

    def each(self) -> list["CompareWorldSettings"]:
        """The settings of every family on stage; what a family has no use for stands at its default."""
        shared = self.model_dump(exclude={"families", *OWN})
        own = {
            name: {field: getattr(self, field) for field, users in OWN.items() if name in users} for name in FAMILIES
        }
        return [CompareWorldSettings(family=name, **shared, **own[name]) for name in self.chosen]

    def python(self) -> str:
        """The same trainings as a few lines of Python."""
        shared = "".join(f"    {name}={value!r},\n" for name, value in self.model_dump().items())
        return (
            "from playground.engine import Engine\nfrom playground.traces import CompareWorldLinkSettings\n\n"
            f"engine = Engine()\nsettings = CompareWorldLinkSettings(\n{shared})\n"
            "traces = [engine.run(one) for one in settings.each()]\n"
            "for trace in traces:\n    print(trace.model, trace.kl[-1])\n"
        )


class CompareWorldSettings(CompareWorldLinkSettings):
    """One family on the world; a shared seed gives every family the same batches in the same order."""

    families: Literal[""] = ""
    family: Literal[FAMILY_NAMES] = "made"

    python = Settings.python

    @property
    def rules(self) -> FamilyRules:
        """What a learner needs of it."""
        return FamilyRules((self.height, self.width), self.rate, self.gradient, self.latent, self.bits, self.seed)


@dataclass(frozen=True)
class CompareWorldTrace(SmallWorldTrace):
    """As `SmallWorldTrace` (one member), of any family; all states are listed, whatever the world. R recorded steps.

    bound: (R,) float64, of a VAE the expected −ELBO, nats: its distance above nll is what the bound misses; NaN for a
    family without a bound. jensen_shannon: (R,) float64, JS(p ‖ q), nats, 0 to log 2: what a GAN with the best possible
    discriminator goes down.
    """

    bound: np.ndarray
    jensen_shannon: np.ndarray


def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """JS(p ‖ q) = H((p + q) / 2) − (H(p) + H(q)) / 2 nats, of two distributions (S,): between 0 and log 2."""

    def entropy(r: np.ndarray) -> float:
        some = r[r > 0]
        return float(-(some * np.log(some)).sum())

    return max(0.0, entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2)


def compare_world(
    settings: CompareWorldSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> CompareWorldTrace:
    """Train one family from its first update and look at all states along the way."""
    truth = worlds.world(settings.world, (settings.height, settings.width))
    lesson = Lesson(truth, settings.batch, torch.Generator().manual_seed(settings.seed))
    look = Look(truth, torch.Generator().manual_seed(settings.seed))
    one = learner(settings.family, settings.rules, lesson)
    bounds, distances = [], []

    def write_down() -> None:
        log_q = look(one.log_q()[None])
        bounds.append(one.bound(truth))
        distances.append(jensen_shannon(truth.probabilities, np.exp(log_q)))

    states = len(lesson.states)
    stops = recorded_steps(settings.steps, min(FRAMES, max(21, STATES_HELD // states)))
    train(lambda: one.update(*lesson.next()), write_down, stops, progress)
    fields = look.written(settings.world, settings.family, stops, one.parameters, every=states)
    return CompareWorldTrace(**fields, bound=np.array(bounds), jensen_shannon=np.array(distances))
