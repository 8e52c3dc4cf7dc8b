"""Look at the masks, click an output pixel, and see which inputs reach it, layer by layer."""

import streamlit as st

from playground import figures, ui
from playground.traces import KernelSettings, ReceptiveFieldSettings, in_python

VIEW = "pixelcnn-masks"
ENGINE = ui.engine()
NAMES = [n for n in ENGINE.names("pixelcnn") if ENGINE.load(n).description["model"] == "PixelCNN"]
GATED = [n for n in ENGINE.names("pixelcnn") if ENGINE.load(n).description["model"] == "GatedPixelCNN"]
DEFAULTS = {"checkpoint": NAMES[0], "row": 14, "column": 10, "seed": 0}
PICTURE = f"{VIEW}:picture-widest"
DARK = st.context.theme.type == "dark"


def clicked() -> None:
    """The pixel that was clicked becomes the output pixel."""
    if points := st.session_state[PICTURE]["selection"]["points"]:
        st.session_state[f"{VIEW}:row"], st.session_state[f"{VIEW}:column"] = int(points[0]["y"]), int(points[0]["x"])


def shape_of(name: str) -> tuple[int, int]:
    return tuple(ENGINE.load(name).model.event_shape)


link = ui.Link(VIEW, ReceptiveFieldSettings, DEFAULTS, {"checkpoint": tuple(NAMES)})
IDEA = ui.t("What a pixel may look at, and what truly reaches it.")
NUMBERS = {"row": ui.t("Row"), "column": ui.t("Column")}
with ui.view(ui.t("Masks and receptive field"), IDEA) as (controls, stage):
    with controls:
        chosen = {"checkpoint": ui.checkpoint_choice(link, tuple(NAMES))}
        shape = shape_of(chosen["checkpoint"])
        for name, size in zip(("row", "column"), shape, strict=True):
            key = f"{VIEW}:{name}"
            default = DEFAULTS[name] if DEFAULTS[name] < size else size // 2
            if size <= link.values[name] != DEFAULTS[name] and key not in st.session_state:
                link.refuse(
                    ui.t(
                        "{name}={wrong} is not allowed: 0 to {last}; using {default} instead",
                        name=name,
                        wrong=link.values[name],
                        last=size - 1,
                        default=default,
                    )
                )
            wanted = st.session_state.setdefault(key, link.values[name])
            st.session_state[key] = wanted if wanted < size else default
        for place, name, size in zip(st.columns(2, gap="small"), ("row", "column"), shape, strict=True):
            chosen[name] = ui.held(place.number_input, NUMBERS[name], 0, size - 1, key=f"{VIEW}:{name}")
        st.caption(ui.t("Or click a pixel in a picture."))
        chosen["seed"] = ui.seed_setting(link, ReceptiveFieldSettings)
        st.html(figures.masks.legend(DARK, ui.t))
        progress = st.empty()
    if any(link.values[name] != value for name, value in chosen.items()):
        notices = list(link.notices)
        link.apply(**chosen)
        link.notices.extend(notices)

    partner = [n for n in GATED if shape_of(n) == shape][:1]
    pair = [ReceptiveFieldSettings.checked(**chosen | {"checkpoint": n}) for n in [chosen["checkpoint"], *partner]]
    traces = [ui.run(settings, progress, ui.t("Gradients … {:.0%}")) for settings in pair]
    deepest = len(traces[0].stages) - 1
    key = f"{VIEW}:depth"
    st.session_state.setdefault(key, link.opened_number("depth", 0, deepest, default=min(4, deepest)))

    def show() -> None:
        """The stage at one depth; while playing, one layer deeper at each run."""
        if any(st.session_state[f"{VIEW}:{name}"] != chosen[name] for name in ("row", "column")):
            st.rerun()  # a click: it reruns this fragment only, but the traces are of another pixel now
        playing = st.session_state.get(f"{VIEW}:playing", False)
        st.session_state[key] = min(st.session_state[key] + playing, deepest)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            label = ui.t("Stop") if playing else ui.t("Play")
            if st.button(label, icon=":material/stop:" if playing else ":material/play_arrow:"):
                st.session_state[f"{VIEW}:playing"] = not playing
                st.session_state[key] = st.session_state[key] if playing else 0
                st.rerun()
            depth = ui.held(st.slider, ui.t("Depth: layers after the first kernels"), 0, deepest, key=key)
        figure = figures.masks.receptive_fields(traces, depth, DARK, t=ui.t)
        st.plotly_chart(figure, key=PICTURE, on_select=clicked, selection_mode="points", config=figures.style.CONFIG)
        kernels = [
            ui.run(KernelSettings(checkpoint=s.checkpoint, layer=max(1, min(depth, len(t.stages) - 1))))
            for s, t in zip(pair, traces, strict=True)
        ]
        st.plotly_chart(
            figures.masks.kernels(kernels, DARK, t=ui.t), key=f"{VIEW}:kernels-widest", config=figures.style.CONFIG
        )
        link.write(depth=depth)
        if playing and depth == deepest:
            st.session_state[f"{VIEW}:playing"] = False
            st.rerun()

    with stage:
        ui.notices(link.notices)
        st.fragment(show, run_every=1.0 if st.session_state.get(f"{VIEW}:playing") else None)()
        ui.take_away(pair[0].stem(), in_python(traces=pair), figures.masks.files, traces)

ui.lesson(VIEW, row=chosen["row"], column=chosen["column"], inputs=traces[0].inputs, blocks=deepest)
