"""One picture, completed under several orderings from the same random numbers; an ordering may be drawn."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.errors import PlaygroundError
from playground.traces import (
    AncestralSettings,
    OrderingsSettings,
    pack_order,
    pack_picture,
    parse_order,
    unpack_picture,
)
from playground.widgets import drawing_pad, order_pad, order_panels

VIEW = "belief-networks-orderings"
OPENED, TEXT = f"{VIEW}:opened", f"{VIEW}:drawn"


def lower_half() -> np.ndarray:
    """(H, W) bool: what is given until the visitor says otherwise; the half that a raster ordering meets last."""
    return np.broadcast_to(np.arange(shape[0])[:, None] >= shape[0] // 2, shape)


def unpacked(name: str, instead: str) -> np.ndarray | None:
    """The link's picture or mask, (H, W) of 0 and 1; None where there is none, or none that fits, which is said."""
    try:
        return unpack_picture(link.values[name], shape, 2, name) if link.values[name] else None
    except PlaygroundError as error:
        link.refuse(f"{error}; {instead}")
        return None


def drawn_order() -> str:
    """The pad and the text of one ordering, kept equal; a text that is no ordering is refused, the last one stays."""
    problem, current = None, parse_order(link.values["drawn"], shape[0] * shape[1])
    try:
        wanted = parse_order(st.session_state.setdefault(TEXT, link.values["drawn"]), shape[0] * shape[1])
    except PlaygroundError as error:
        problem, wanted = error, current
    found = order_pad(key=f"{VIEW}:orderpad", shape=shape, value=wanted).order
    if found != tuple(wanted):
        problem, st.session_state[TEXT] = None, pack_order(found)
    runs = ui.t("Flat positions from 0, and runs: 406-420 434 or 783-0.")
    st.text_input(ui.t("Positions that come first"), key=TEXT, help=runs)
    if problem:
        st.warning(ui.plain(str(problem)), icon=":material/rule:")
    return pack_order(found) or "0"  # a cleared pad is raster, and a link leaves out what is empty


IDEA = ui.t("One picture, completed under several orderings from the same random numbers.")
with ui.view(ui.t("Any ordering"), IDEA) as (controls, stage):
    names = ui.checkpoints_of("OrderAgnosticNADE")
    positions = ui.engine().load(names[0]).model.config.positions
    defaults = {"checkpoint": names[0], "orderings": "raster,column,spiral,drawn", "drawn": f"{positions - 1}-0"}
    defaults |= {"first": True, "temperature": 1.0, "seed": 0, "picture": "", "keep": ""}
    link = ui.Link(VIEW, OrderingsSettings, defaults, {"checkpoint": names})
    shape = tuple(ui.engine().load(link.values["checkpoint"]).model.event_shape)
    with controls:
        chosen = {"orderings": ui.orderings_choice(link, OrderingsSettings)}
        st.session_state.setdefault(f"{VIEW}:first", link.values["first"])
        words = ui.t("Every ordering begins with the pixels that you keep: then each completion knows all of them.")
        chosen["first"] = st.toggle(ui.t("Given pixels first"), key=f"{VIEW}:first", help=words)
        chosen |= ui.digit_controls(link, OrderingsSettings, names)
        with st.popover(ui.t("Upload a picture"), icon=":material/upload:", width="stretch"):
            uploaded = ui.uploaded_picture(link, shape)
        progress = st.empty()
    link.follow(**chosen)

    try:
        parse_order(link.values["drawn"], shape[0] * shape[1])
    except PlaygroundError as error:
        link.refuse(
            ui.t(
                "drawn={wrong!r} is not allowed: {error}; using the reverse of raster instead",
                wrong=link.values["drawn"][:40],
                error=error,
            )
        )
        link.values["drawn"] = f"{shape[0] * shape[1] - 1}-0"
    picture, keep = (
        unpacked("picture", ui.t("an example is shown instead")),
        unpacked("keep", ui.t("the lower half is kept instead")),
    )
    if picture is None or keep is None:
        st.session_state.pop(OPENED, None)
        example = AncestralSettings(checkpoint=link.values["checkpoint"], count=4, seed=0)
        picture = ui.run(example, progress).pictures()[3] if picture is None else picture
        keep = lower_half() if keep is None else keep
    if uploaded is not None:
        picture, keep = pictures.to_levels(uploaded, 2), lower_half()
        st.session_state.pop(OPENED, None)
    value, kept = st.session_state.setdefault(OPENED, (pictures.from_levels(picture, 2), keep.astype(bool)))
    link.values.update(picture=pack_picture(picture, 2), keep=pack_picture(keep, 2))

    step = link.opened_number("step", 0, shape[0] * shape[1])
    focus = link.opened_number("focus", 0, shape[0] * shape[1] - 1)
    with stage:
        ui.notices(link.notices)
        left, right = st.columns([1, 2.15], gap="medium")
        with left:
            names = {"Picture": ui.t("Picture"), "Ordering": ui.t("Ordering")}
            choice = st.segmented_control(
                ui.t("Draw"), list(names), default="Picture", key=f"{VIEW}:draw", format_func=names.get
            )
            if choice == "Ordering":
                link.values["drawn"] = drawn_order()
            else:
                pad = drawing_pad(key=f"{VIEW}:pad", shape=shape, value=value, keep=kept, mode="complete", height=380)
                drawn = pictures.to_levels(pad.picture, 2)
                link.values.update(picture=pack_picture(drawn, 2), keep=pack_picture(pad.keep, 2))
        settings = OrderingsSettings.checked(**link.values)
        trace = ui.run(settings, progress, ui.t("Completing … {:.0%}"))
        with right:
            state = order_panels(trace, key=f"{VIEW}:panels", step=step, focus=focus)
        link.write(step=state.step, focus=state.focus)
        ui.take_away(settings.stem(), settings.python(), figures.orderings.files, trace)

unheard = trace.unheard()
ui.lesson(
    VIEW,
    given=int(trace.given.sum()),
    unheard=" · ".join(f"{ui.ordering_name(name)} {count}" for name, count in zip(trace.names, unheard, strict=True)),
    nats=" · ".join(
        f"{ui.ordering_name(name)} {value:.2f}" for name, value in zip(trace.names, trace.nats(), strict=True)
    ),
)
