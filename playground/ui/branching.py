"""Two futures of one digit: what a link's `force=sample.step.value` asks for."""

from typing import Any

from ..errors import PlaygroundError
from ..traces import AncestralSettings, AncestralTrace, BranchSettings
from .link import Link, numbers
from .resources import run
from .words import t


def branched(link: Link, chosen: dict[str, Any], place: Any) -> tuple[AncestralSettings, AncestralTrace]:
    """The settings and the trace of a run, or of the two futures of one of its samples where a pixel is forced.

    chosen: values of AncestralSettings. place: where progress is shown. A force that this run does not allow becomes a
    notice, and the plain run is shown.
    """
    if forced := link.values["force"] or link.opened("force"):
        try:
            sample, step, value = numbers(forced, 3, "force")
            settings = BranchSettings.checked(**chosen, sample=sample, step=step, value=value)
            trace = run(settings, place)
            link.values["force"] = forced
            return settings, trace
        except PlaygroundError as error:
            words = str(error)
            if not words.startswith("force="):
                words = t("force={wrong!r} is not allowed: {why}", wrong=forced, why=words)
            link.refuse(words)
            link.values["force"] = None
    settings = AncestralSettings.checked(**chosen)
    return settings, run(settings, place)
