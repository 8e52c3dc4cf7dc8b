"""NADE writes a digit; its hidden layer moves with every pixel of ink, and the update is written out in numbers."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.traces import NadeSettings
from playground.widgets import nade_bars

VIEW = "belief-networks-nade"

IDEA = ui.t("One hidden layer, brought up to date with one column of weights as each pixel is revealed.")
with ui.view(ui.t("NADE"), IDEA) as (controls, stage):
    names = ui.checkpoints_of("NADE")
    defaults = {"checkpoint": names[0], "temperature": 1.0, "seed": 0}
    link = ui.Link(VIEW, NadeSettings, defaults, {"checkpoint": names})
    with controls:
        chosen = ui.digit_controls(link, NadeSettings, names)
        st.caption(
            ui.t(
                "Point at a bar for the unit's weights; a click pins it. Click a pixel of the digit to go to its step. "
                "Blue rose, orange fell, with the last pixel."
            )
        )
        progress = st.empty()
    link.follow(**chosen)
    with stage:
        settings = NadeSettings.checked(**chosen)
        trace = ui.run(settings, progress)
        steps, units = trace.pre.shape
        moving = np.flatnonzero(trace.values[:-1]) + 1  # steps whose update moves the layer
        opening = int(moving[len(moving) * 3 // 5]) if moving.size else steps * 3 // 5
        step = link.opened_number("step", 0, steps, default=opening)
        focus = link.opened_number("focus", 0, units - 1)
        ui.notices(link.notices)
        state = nade_bars(trace, key=f"{VIEW}:canvas", step=step, focus=focus)
        link.write(step=state.step, focus=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.belief.files, trace)

ui.lesson(
    VIEW,
    pixels=steps,
    units=units,
    activation="\\max(0, a)" if trace.activation == "relu" else "\\sigma(a)",
    ink=int(trace.values.sum()),
    cheap=f"{steps * units:,}",
    dear=f"{steps * (steps - 1) // 2 * units:,}",
    parameters=f"{2 * steps * units + steps + units:,}",
    nats=f"{trace.log_likelihood()[-1]:.2f}",
)
