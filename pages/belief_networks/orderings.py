"""One picture, completed under several orderings from the same random numbers; an ordering may be drawn."""

import numpy as np
import streamlit as st

from playground import figures, pictures, ui
from playground.errors import PlaygroundError
from playground.traces import (
    AncestralSettings,
    OrderingsSettings,
    pack_picture,
    parse_order,
    unpack_picture,
)
from playground.widgets import drawing_pad, order_panels

VIEW = "belief-networks-orderings"
OPENED = f"{VIEW}:opened"


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
        chosen["first"] = ui.held(st.toggle, ui.t("Given pixels first"), key=f"{VIEW}:first", help=words)
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
    link.mend("picture", lambda text: unpack_picture(text, shape, 2), ui.t("an example is shown instead"))
    link.mend("keep", lambda text: unpack_picture(text, shape, 2, "keep"), ui.t("the lower half is kept instead"))
    half = np.broadcast_to(np.arange(shape[0])[:, None] >= shape[0] // 2, shape)  # what a raster ordering meets last
    if uploaded is not None or not (link.values["picture"] and link.values["keep"]):
        st.session_state.pop(OPENED, None)
    if uploaded is not None:
        link.values.update(picture=pack_picture(pictures.to_levels(uploaded, 2), 2), keep=pack_picture(half, 2))
    if not link.values["picture"]:
        example = AncestralSettings(checkpoint=link.values["checkpoint"], count=4, seed=0)
        link.values["picture"] = pack_picture(ui.run(example, progress).pictures()[3], 2)
    link.values["keep"] = link.values["keep"] or pack_picture(half, 2)
    picture, keep = (unpack_picture(link.values[name], shape, 2, name) for name in ("picture", "keep"))
    value, kept = st.session_state.setdefault(OPENED, (pictures.from_levels(picture, 2), keep.astype(bool)))

    step = link.opened_number("step", 0, shape[0] * shape[1])
    focus = link.opened_number("focus", 0, shape[0] * shape[1] - 1)
    with stage:
        ui.notices(link.notices)
        left, right = st.columns([1, 2.15], gap="medium")
        with left:
            names = {"Picture": ui.t("Picture"), "Ordering": ui.t("Ordering")}
            choice = ui.held(
                st.segmented_control,
                ui.t("Draw"),
                list(names),
                default="Picture",
                key=f"{VIEW}:draw",
                format_func=names.get,
            )
            if choice == "Ordering":
                link.values["drawn"] = ui.drawn_order(link, shape)
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
