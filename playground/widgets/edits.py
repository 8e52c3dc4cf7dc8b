"""Who changed it last: a canvas that edits what Python also edits.

The browser numbers its edits and sends the whole of what it wants, so that the newest message contains all earlier
ones and none is lost when it interrupts a run. A change that Python makes starts a new revision, and messages about an
older one are no longer heard.
"""

from collections.abc import Mapping
from typing import Any

MOST_EDITS = 1_000_000


class Edits:
    """The memory of one canvas, kept in the session: `revision` and `edit` go into its payload."""

    def __init__(self) -> None:
        self.revision, self.edit, self.content = 0, 0, None

    def show(self, content: Any) -> dict[str, int]:
        """`content` is what is shown from now on; what the payload says of it."""
        if content != self.content:
            self.revision, self.edit, self.content = self.revision + 1, 0, content
        return {"revision": self.revision, "edit": self.edit}

    def heard(self, raw: Any) -> bool:
        """Whether the browser's message is a new edit of what is shown; what a browser sends is never trusted."""
        if not isinstance(raw, Mapping) or type(raw.get("edit")) is not int or raw.get("revision") != self.revision:
            return False
        return self.edit < raw["edit"] <= MOST_EDITS

    def accept(self, raw: Mapping[str, Any], content: Any) -> None:
        """The message is taken over: `content` is what it makes of what is shown."""
        self.edit, self.content = raw["edit"], content


def whole_rows(raw: Any, widths: list[int], low: int, high: int) -> list[list[int]] | None:
    """Lists of whole numbers from low to high, of these lengths, or None."""
    if not isinstance(raw, list) or len(raw) != len(widths):
        return None
    for row, width in zip(raw, widths, strict=True):
        if not isinstance(row, list) or len(row) != width:
            return None
        if any(type(value) is not int or not low <= value <= high for value in row):
            return None
    return raw
