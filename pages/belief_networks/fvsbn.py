"""FVSBN writes a digit; every logit can be read as the sum that it is, and all weights as one triangular matrix."""

import streamlit as st

from playground import figures, ui
from playground.traces import FvsbnSettings
from playground.widgets import fvsbn_sum

VIEW = "belief-networks-fvsbn"

with ui.view(ui.t("FVSBN"), ui.t("Each pixel is a logistic regression on the pixels before it.")) as (controls, stage):
    names = ui.checkpoints_of("FVSBN")
    defaults = {"checkpoint": names[0], "temperature": 1.0, "seed": 0}
    link = ui.Link(VIEW, FvsbnSettings, defaults, {"checkpoint": names})
    with controls:
        chosen = ui.digit_controls(link, FvsbnSettings, names)
        st.caption(
            ui.t(
                "Point at a pixel of the digit for *its* sum, at a weight for its number, at the matrix to look "
                "closer; a click pins a pixel. Dots in the weight image mark the ink: those weights count."
            )
        )
        progress = st.empty()
    link.follow(**chosen)
    with stage:
        settings = FvsbnSettings.checked(**chosen)
        trace = ui.run(settings, progress)
        steps = trace.order.size
        step = link.opened_number("step", 0, steps, default=steps * 3 // 5)
        focus = link.opened_number("focus", 0, steps - 1)
        ui.notices(link.notices)
        state = fvsbn_sum(trace, key=f"{VIEW}:canvas", step=step, focus=focus)
        link.write(step=state.step, focus=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.belief.files, trace)

ui.lesson(
    VIEW,
    pixels=steps,
    weights=f"{steps * (steps - 1) // 2:,}",
    parameters=f"{steps * (steps + 1) // 2:,}",
    above=f"{steps * (steps + 1) // 2:,}",
    nonzero=trace.not_allowed(),
    nats=f"{trace.log_likelihood()[-1]:.2f}",
)
