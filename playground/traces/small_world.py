"""A training of one autoregressive model on a small world, with its settings: what is learned, by whom, and how."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, Literal

import torch
from pydantic import BeforeValidator, Field, field_validator, model_validator
from torch import nn

from .. import worlds
from ..errors import InvalidInput
from ..models import build
from ..models.orderings import ordering
from .base import Settings
from .world_training import Lesson, Look, SmallWorldTrace, recorded_steps, train

MODELS = {"made": "MADE", "fvsbn": "FVSBN", "nade": "NADE", "nade-agnostic": "OrderAgnosticNADE"}
MOST_LAYERS = {"made": 3, "fvsbn": 3, "nade": 1, "nade-agnostic": 2}  # FVSBN has none, so any number is as good
MOST_MEMBERS = {"made": 16, "fvsbn": 1, "nade": 1, "nade-agnostic": 16}
FRAMES, FEWEST_FRAMES, STATES_HELD = 121, 21, 2**21  # recorded steps: at most, at least; states × members × steps
MOST_IMAGES = 4_096  # in one step


def whole(value: Any) -> Any:
    """A link's text as a whole number, where it is one."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdecimal() else value


class SmallWorldSettings(Settings):
    """A model that is trained on a small world, from its first step on.

    patterns: packed by `worlds.pack_patterns`, for the drawn world alone. layers, units: of the hidden layers, which
    FVSBN has none of. members: orderings or sets of masks that share the weights and whose probabilities are averaged.
    batch: images drawn from the world at each step; 0 takes the exact expectation over all of them.
    """

    kind: ClassVar[str] = "small-world"
    world: Literal[worlds.NAMES] = Field("bars-and-stripes", description="what is to be learned")
    height: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    width: int = Field(3, ge=worlds.SIDES[0], le=worlds.SIDES[1], description="pixels")
    patterns: str = Field("", max_length=400, description="of the drawn world, packed")
    model: Literal[tuple(MODELS)] = Field("made", description="what learns")
    layers: int = Field(1, ge=1, le=3, description="hidden layers")
    units: int = Field(32, ge=1, le=128, description="units of each hidden layer")
    members: Annotated[Literal[1, 2, 4, 8, 16], BeforeValidator(whole)] = Field(1, description="orderings averaged")
    ordering: str = Field("raster", max_length=20, description="of the pixels")
    rate: float = Field(0.02, ge=0.0005, le=0.2, description="Adam's learning rate")
    steps: int = Field(400, ge=20, le=2_000, description="steps of the training")
    batch: Annotated[Literal[0, 16, 64, 256, 1024], BeforeValidator(whole)] = Field(0, description="0: all images")

    @field_validator("ordering")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ordering(name, 2, 2)
        except ValueError as error:
            raise ValueError("known are raster, column, spiral and random-SEED") from error
        return name

    @model_validator(mode="after")
    def _possible(self) -> "SmallWorldSettings":
        for name, most in (("layers", MOST_LAYERS), ("members", MOST_MEMBERS)):
            if getattr(self, name) > most[self.model]:
                raise ValueError(
                    f"{name}={getattr(self, name)} is not allowed: with model={self.model!r} it is 1"
                    + (f" to {most[self.model]}" if most[self.model] > 1 else "")
                )
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W)."""
        return self.height, self.width

    @classmethod
    def fitted(cls, values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The same values where they fit one another; where not, the nearest that do, and words for each change."""
        found, words = dict(values), []

        def give_way(name: str, value: Any, why: str) -> None:
            words.append(f"{name}={str(found[name])[:20]!r} is not allowed: {why}; using {value} instead")
            found[name] = value

        for name, most in (("layers", MOST_LAYERS), ("members", MOST_MEMBERS)):
            if found[name] > most[found["model"]]:
                give_way(name, most[found["model"]], f"too many for model={found['model']!r}")
        if found["world"] == "drawn":
            try:
                worlds.unpack_patterns(found["patterns"], (found["height"], found["width"]))
            except InvalidInput as error:
                words.append(f"{error}; an example is used instead")
                found["patterns"] = worlds.pack_patterns(worlds.example((found["height"], found["width"])))
        try:
            cls(**found).truth()
        except InvalidInput:
            give_way("batch", 256, f"a step over all images of this world, more than {MOST_IMAGES:,}, is too long")
        return found, words

    def truth(self) -> worlds.World:
        """The world. InvalidInput if its patterns cannot be read, or it has too many images for a full expectation."""
        found = worlds.world(self.world, self.shape, self.patterns)
        if self.batch == 0 and found.support.size > MOST_IMAGES:
            raise InvalidInput(
                f"batch=0 is not allowed: a step over all {found.support.size:,} images of this world is too long; "
                "choose a batch of 16 to 1024"
            )
        return found


def make_model(settings: SmallWorldSettings) -> nn.Module:
    """The model before its first step; its weights are drawn from the seed."""
    config: dict[str, Any] = {"height": settings.height, "width": settings.width, "ordering": settings.ordering}
    if settings.model in ("made", "nade-agnostic"):
        config["hidden"] = (settings.units,) * settings.layers
    if settings.model == "nade":
        config["hidden"] = settings.units
    if settings.model == "made":
        config["mask_sets"] = settings.members
    with torch.random.fork_rng(devices=[]):  # layers initialise themselves from the global generator
        torch.manual_seed(settings.seed)
        return build({"model": MODELS[settings.model], "config": config})


def learn(
    settings: SmallWorldSettings, model: None = None, progress: Callable[[float], None] | None = None
) -> SmallWorldTrace:
    """Train a fresh model with Adam (Kingma & Ba 2015) and look at all states along the way.

    Each step minimises Σ p(x) · loss(x), or its estimate from a batch; the loss of a model with several members is
    that of one of them, drawn anew. InvalidInput where the world cannot be made.
    """
    truth = settings.truth()
    learner, generator = make_model(settings), torch.Generator().manual_seed(settings.seed)
    lesson, look = Lesson(truth, settings.batch, generator), Look(truth, generator)
    optimizer = torch.optim.Adam(learner.parameters(), lr=settings.rate, betas=(0.9, 0.99), fused=True)

    def step() -> None:
        images, shares = lesson.next()
        loss = (shares * learner.training_loss(images, generator)).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def write_down() -> None:
        indices = range(settings.members)
        look(torch.stack([learner.member(index).log_prob(lesson.states).double() for index in indices]))

    frames = min(FRAMES, max(FEWEST_FRAMES, STATES_HELD // (len(lesson.states) * settings.members)))
    stops = recorded_steps(settings.steps, frames)
    train(step, write_down, stops, progress)
    parameters = sum(weights.numel() for weights in learner.parameters())
    return SmallWorldTrace(**look.written(settings.world, settings.model, stops, parameters))
