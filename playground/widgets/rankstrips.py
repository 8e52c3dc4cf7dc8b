"""Where one picture stands among real digits under every model: strips on one scale, and ranks."""

from collections.abc import Sequence

import streamlit as st

from playground.traces import CompareScoreTrace, Standings
from playground.widgets.assets import HERE, script, style
from playground.widgets.dimensions import as_bytes
from playground.widgets.stepper import mount_stepper

_component = st.components.v2.component(
    "generative_playground_rankstrips",
    html='<div class="pg pg-rankstrips" role="group" aria-label="One picture among real digits, by every model"></div>',
    css=style() + "\n" + (HERE / "rankstrips.css").read_text("utf-8"),
    js=script("rankstrips"),
)


def rank_strips(
    trace: CompareScoreTrace, found: Standings, *, key: str, titles: Sequence[str], version: int | None = None
) -> int:
    """Mount the table and return the number of the version whose places are shown; the browser owns it.

    titles: of the models. version: where a trace that is new to this canvas opens, None for the picture as drawn.
    """
    arrays = {
        "pictures": as_bytes(trace.pictures).reshape(len(trace.versions), -1),
        "binary": trace.binary.reshape(len(trace.versions), -1),
        "averaged": trace.averaged,
        "figures": trace.figures,
        "tighter": trace.tighter,
        "edges": found.edges,
        "counts": found.counts,
        "places": found.places,
        "ranks": found.ranks,
        "many": found.many,
    }
    state = mount_stepper(
        _component,
        arrays,
        key=key,
        limits=(len(trace.versions) - 1, 1),
        start=(version or 0, None),
        shape=list(trace.shape),
        titles=list(titles),
        kinds=list(trace.kinds),
        versions=list(trace.versions),
    )
    return state.step
