"""The canvas of windows and summaries: a text, and what each of its characters costs each model.

The whole reading is sent once; stepping, hovering and comparing happen in the browser. What comes back, at rest, is the
character reached and the model that was chosen.
"""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from playground.traces.windows import WindowTrace
from playground.widgets.assets import HERE, script, style
from playground.widgets.stepper import StepState, mount_stepper

HTML = '<div class="pg pg-stepper pg-windows" role="group" aria-label="A text read by every model"></div>'
_component = st.components.v2.component(
    "generative_playground_windows",
    html=HTML,
    css=style("stepper") + "\n" + (HERE / "windows.css").read_text("utf-8"),
    js=script("stepper", "latentparts", "windowsstage", "windows"),
)
SENT = ("codes", "nats", "likely", "likely_p", "seen")


def window_player(
    trace: WindowTrace,
    held_out: Sequence[float | None],
    *,
    key: str,
    step: int | None = None,
    focus: int | None = None,
) -> StepState:
    """Mount the reading and return where the visitor stands: characters read, and the number of the model chosen.

    held_out: (M,) nats a character of a text that no model was trained on, None where that is not known. `step` and
    `focus` are where a reading that is new to this canvas opens; step None plays it.
    """
    means = trace.mean_nats()
    known = [np.inf if value is None else value for value in held_out]
    others = [m for m, kind in enumerate(trace.kinds) if kind != "window"] or [len(trace.names) - 1]
    windows = [m for m, kind in enumerate(trace.kinds) if kind == "window"] or [0]
    figures = [known[m] if np.isfinite(known[m]) else means[m] for m in others]
    best = others[int(np.argmin(np.nan_to_num(figures, nan=np.inf)))]
    return mount_stepper(
        _component,
        {name: getattr(trace, name) for name in SENT},
        key=key,
        limits=(len(trace.codes), len(trace.names)),
        start=(step, focus),
        labels=list(trace.labels),
        kinds=list(trace.kinds),
        tints=list(trace.cells),
        windows=trace.windows.tolist(),
        parameters=trace.parameters.tolist(),
        symbols=trace.symbols,
        held=[value if value is not None and np.isfinite(value) else None for value in held_out],
        means=[float(value) if np.isfinite(value) else None for value in means],
        base=max(windows, key=lambda m: trace.windows[m]),
        focus=best,
    )
