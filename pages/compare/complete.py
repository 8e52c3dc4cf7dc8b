"""Half a digit, drawn by the visitor and completed by every family that can, each in its own way."""

import numpy as np
import streamlit as st

from playground import figures, ui
from playground.traces import CompareCompleteSettings, joined, pack_greys, pack_picture, unpack_greys, unpack_picture
from playground.widgets import drawing_pad, half_digit_player

VIEW = "compare-complete"
OPENED, WAITING = f"{VIEW}:opened", f"{VIEW}:waiting"
NAMES, SHAPE = ui.completers()
MOST = 16
FURTHER = ("nade-agnostic-mnist",)  # beside one of each family: any mask suits it
DEFAULTS = {"checkpoints": "", "count": 3, "seed": 0, "picture": "", "keep": ""}


def press() -> None:
    """Noted in the session: a run that a second message interrupts at once would lose the click."""
    st.session_state[WAITING] = True


link = ui.Link(VIEW, CompareCompleteSettings, DEFAULTS)
idea = ui.t("The same half digit for every family: what is kept, what is made up, and how.")
with ui.view(ui.t("Complete"), idea) as (controls, stage):
    link.mend("picture", lambda text: unpack_greys(text, SHAPE), ui.t("an example is shown"))
    link.mend("keep", lambda text: unpack_picture(text, SHAPE, 2, "keep"), ui.t("the upper half is kept"))
    half = np.broadcast_to(np.arange(SHAPE[0])[:, None] < SHAPE[0] // 2, SHAPE)
    link.values["picture"] = link.values["picture"] or pack_greys(ui.example(SHAPE))
    link.values["keep"] = link.values["keep"] or pack_picture(half, 2)
    with controls:
        st.button(ui.t("Complete"), type="primary", icon=":material/play_arrow:", width="stretch", on_click=press)
        progress, place = st.empty(), st.container()
        with st.popover(ui.t("Upload a picture"), icon=":material/upload:", width="stretch"):
            new = ui.uploaded_picture(link, SHAPE)
        names = ui.models_chosen(link, NAMES, MOST, FURTHER)
        count = ui.number_setting(link, CompareCompleteSettings, "count", ui.t("Completions by each model"))
        link.follow(count=count, seed=ui.seed_setting(link, CompareCompleteSettings))
        if new is not None:
            st.session_state[OPENED] = (new, half)
        kept = unpack_picture(link.values["keep"], SHAPE, 2).astype(bool)
        value, keep = st.session_state.setdefault(OPENED, (unpack_greys(link.values["picture"], SHAPE), kept))
        with place:
            pad = drawing_pad(key=f"{VIEW}:pad", shape=SHAPE, value=value, keep=keep, mode="complete", height=300)
        if st.session_state.pop(WAITING, False) or new is not None:
            picture = pad.picture if new is None else new
            link.apply(picture=pack_greys(picture), keep=pack_picture(pad.keep if new is None else half, 2))
    settings = CompareCompleteSettings.checked(**link.values | {"checkpoints": ",".join(names)})
    step = link.opened_number("step", 0, figures.compare_drawn.FRAMES)
    focus = link.opened_number("focus", 0, len(names) * count - 1)
    with stage:
        ui.notices(link.notices)
        titles, parts = [ui.title_of(name) for name in names], []
        for title, alone in zip(titles, settings.each(), strict=True):  # each is kept: another model costs its own time

            def words(share: float, name: str = title) -> str:
                return ui.t("{name} completes … {share}", name=name, share=f"{share:.0%}")

            parts.append(ui.run(alone, progress, words))
        trace = joined(parts)
        state = half_digit_player(trace, key=f"{VIEW}:stage", titles=titles, step=step, focus=focus)
        link.write(step=state.step, focus=state.focus)
        if cannot := ui.who_cannot(SHAPE):
            st.caption(cannot)
        ui.take_away(settings.stem(), settings.python(), figures.compare_drawn.completions, trace, state.step)

ui.lesson(VIEW, **figures.compare_drawn.completion_words(trace))
