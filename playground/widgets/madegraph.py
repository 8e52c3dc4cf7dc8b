"""A small MADE as a graph: units with their degrees, living paths and dead ones, and degrees that can be changed.

Hovering is answered in the browser from the trace. A changed degree, or an input moved in the ordering, comes back as
an edit, and a new trace answers it.
"""

from collections.abc import Callable

import streamlit as st

from playground.traces import MadeLabTrace
from playground.widgets.assets import script, style
from playground.widgets.edits import Edits, whole_rows
from playground.widgets.payload import pack

HTML = '<div class="pg pg-graph" role="group" aria-label="The network as a graph"></div>'
_component = st.components.v2.component(
    "generative_playground_made_graph", html=HTML, css=style("madegraph"), js=script("madelab", "madegraph")
)
SENT = ("layer", "unit", "degree", "slot", "rule", "flipped", "open", "leaking", "sees", "reaches", "living", "through")


def made_graph(
    trace: MadeLabTrace, *, key: str, on_edit: Callable[[list[list[int]], list[int]], None], height: int = 440
) -> None:
    """Mount the graph of a network. `on_edit(degrees of each hidden layer, ordering)` hears of an edit before the
    script runs, so that one run shows it. `height` is of the drawing, in CSS pixels."""
    edits: Edits = st.session_state.setdefault(f"{key}:edits", Edits())
    hidden, order = trace.hidden.tolist(), trace.order.tolist()
    degrees = [trace.degree[trace.nodes(layer)].tolist() for layer in range(1, len(hidden) + 1)]
    meta = edits.show((degrees, order)) | {
        "hidden": hidden,
        "order": order,
        "strict": trace.strict.tolist(),
        "paths": int(trace.paths.sum()),
        "height": height,
    }
    arrays = {name: getattr(trace, name).astype("int32" if name == "through" else "uint8") for name in SENT}

    def changed() -> None:
        raw = st.session_state[key].get("wanted")
        if not edits.heard(raw):
            return
        wanted = whole_rows(raw.get("degrees"), hidden, 1, len(order) - 1)
        moved = whole_rows([raw.get("order")], [len(order)], 0, len(order) - 1)
        if wanted and moved and sorted(moved[0]) == sorted(order):
            edits.accept(raw, (wanted, moved[0]))
            on_edit(wanted, moved[0])

    _component(key=key, data=pack(arrays, **meta), default={"wanted": None}, on_wanted_change=changed)
