"""Which layer, which head and which thing is looked at, as the one number that a stepping canvas reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HeadState:
    """Where the visitor stands. layer, head, pinned: from 0; head None is the mean, pinned None nothing."""

    step: int
    layer: int
    head: int | None
    pinned: int | None


@dataclass(frozen=True)
class HeadChoice:
    """layers, heads: of the model. things: how many can be pinned."""

    layers: int
    heads: int
    things: int

    @property
    def count(self) -> int:
        """How many numbers there are."""
        return self.layers * (self.heads + 1) * (self.things + 1)

    def packed(self, layer: int, head: int | None, pinned: int | None) -> int:
        """The number of a choice."""
        which = self.heads if head is None else head
        return (layer * (self.heads + 1) + which) * (self.things + 1) + (0 if pinned is None else pinned + 1)

    def state(self, step: int, number: int) -> HeadState:
        """The reverse."""
        rest, pinned = divmod(number, self.things + 1)
        layer, head = divmod(rest, self.heads + 1)
        return HeadState(step, layer, None if head == self.heads else head, pinned - 1 if pinned else None)
