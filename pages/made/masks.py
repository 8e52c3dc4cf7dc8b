"""The masks of a small MADE as matrices, their product, the claim that it is triangular; and one input changed."""

import streamlit as st

from playground import figures, ui
from playground.widgets import mask_matrices, perturb

VIEW = "made-masks"
DARK = st.context.theme.type == "dark"

lab = ui.MadeLab("masks")
IDEA = ui.t("One matrix of 0s and 1s a layer; their product counts the paths from every input.")
with ui.view(ui.t("Masks"), IDEA) as (controls, stage):
    with controls:
        lab.controls()
    trace = lab.trace()
    opened = lab.link.opened_number("input", 0, trace.inputs - 1, default=0)
    with stage:
        ui.notices(lab.link.notices)
        mask_matrices(trace, key=f"{VIEW}:matrices", height=262)
        st.html(figures.made_lab.verdict(trace, DARK, ui.t))
        selected = perturb(trace, key=f"{VIEW}:perturb", selected=opened, on_keep=lambda bits: lab.change(x=bits))
        lab.link.write(input=selected)
        with st.container(horizontal=True, vertical_alignment="center"):
            lab.hand_over()
        ui.take_away(
            lab.settings.stem(), lab.settings.python(), figures.made_lab.files, trace, figures.made_lab.masks_png
        )

moved = figures.made_lab.listed([i for i in trace.order if trace.change[i, selected] != 0])
ui.lesson(
    VIEW,
    inputs=trace.inputs,
    masks=len(trace.numbers()),
    forbidden=int(trace.forbidden().sum()),
    selected=selected,
    moved=moved or ui.t("no output"),
)
