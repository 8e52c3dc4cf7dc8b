"""A small MADE as a graph: change a degree, the ordering or a rule, and see which paths live and which units die."""

import streamlit as st

from playground import figures, ui
from playground.widgets import made_graph

VIEW = "made-graph"
DARK = st.context.theme.type == "dark"

lab = ui.MadeLab("graph")
IDEA = ui.t("Every unit has a degree; who may see whom follows from comparing two of them.")
with ui.view(ui.t("Network"), IDEA) as (controls, stage):
    with controls:
        lab.controls()
    trace = lab.trace()
    lab.link.write()
    with stage:
        ui.notices(lab.link.notices)
        made_graph(trace, key=f"{VIEW}:graph", on_edit=lab.edit)
        st.html(figures.made_lab.verdict(trace, DARK, ui.t))
        with st.container(horizontal=True, vertical_alignment="center"):
            lab.hand_over()
        ui.take_away(
            lab.settings.stem(), lab.settings.python(), figures.made_lab.files, trace, figures.made_lab.graph_png
        )

dead = figures.made_lab.dead_units(trace)
ui.lesson(
    VIEW,
    inputs=trace.inputs,
    top=trace.inputs - 1,
    paths=f"{int(trace.paths.sum()):,}",
    dead=len(dead),
    hidden=int(trace.hidden.sum()),
)
