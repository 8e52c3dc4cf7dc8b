"""Flip a mask entry and see it by gradient and by sum: the product of the conditionals is a distribution no more."""

import streamlit as st

from playground import figures, ui
from playground.widgets import mask_matrices

VIEW = "made-break"
DARK = st.context.theme.type == "dark"

lab = ui.MadeLab("break_it")


def flipped(entries: list[list[int]]) -> None:
    """The entries that were clicked become the network's."""
    lab.change(flips="_".join(".".join(map(str, entry)) for entry in entries))


IDEA = ui.t("Flip one entry of a mask, and add up the probabilities of every state there is.")
with ui.view(ui.t("Break it"), IDEA) as (controls, stage):
    with controls:
        lab.controls()
    trace = lab.trace()
    lab.link.write()
    with stage:
        ui.notices(lab.link.notices)
        left, right = st.columns([1, 2.4], gap="medium")
        left.html(figures.made_lab.total(trace, DARK, ui.t))
        right.html(figures.made_lab.consequence(trace, DARK, ui.t))
        mask_matrices(trace, key=f"{VIEW}:matrices", on_flips=flipped, gradient=True, height=236)
        left, right = st.columns([1, 2.4], gap="medium")
        with left:
            words = [figures.made_lab.flip_words(trace, n, ui.t) for n in reversed(range(len(trace.flips)))]
            st.caption("  \n".join(words) or ui.t("Nothing is flipped."))
        figure = figures.made_lab.states(trace, t=ui.t)
        right.plotly_chart(figure, key=f"{VIEW}:states", config=figures.style.CONFIG)
        with st.container(horizontal=True, vertical_alignment="center"):
            lab.hand_over()
        ui.take_away(
            lab.settings.stem(), lab.settings.python(), figures.made_lab.files, trace, figures.made_lab.masks_png
        )

ui.lesson(
    VIEW,
    states=f"{trace.probability.size:,}",
    total=f"{trace.total:.6f}",
)
