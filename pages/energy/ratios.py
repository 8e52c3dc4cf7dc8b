"""Two pictures and the ratio of their probabilities, which needs no Z; and what every pixel would change."""

import streamlit as st

from playground import figures, ui
from playground.traces import RatioSettings, flipped, unpack_greys
from playground.widgets import drawing_pad

VIEW = "energy-ratios"
ENGINE = ui.engine()
NAMES = ui.checkpoints_of("EnergyModel")
DEFAULTS = {"checkpoint": NAMES[0], "seed": 0, "first": "", "second": ""}
MAP, FLIPS, WANTED, PUSHED, MOVES = (f"{VIEW}:{name}" for name in ("map", "flips", "wanted", "pushed", "moves"))
MOST_MOVES = 12

link = ui.Link(VIEW, RatioSettings, DEFAULTS, {"checkpoint": NAMES})


def map_key() -> str:
    """Another key after each flip: the same pixel can be clicked again, and is no longer selected."""
    return f"{MAP}:{st.session_state.get(FLIPS, 0)}"


def click() -> None:
    """A click on the map flips that pixel of x′."""
    if points := st.session_state[map_key()]["selection"]["points"]:
        row, column = int(points[0]["y"]), int(points[0]["x"])
        st.session_state[WANTED] = (row * shape[1] + column, f"({row + 1}, {column + 1})")


def want(position: int | None, words: str) -> None:
    """A flip of one pixel of x′, or x itself, from a button."""
    st.session_state[WANTED] = (position, words)


def remember(words: str) -> None:
    """The move that led from the last x′ to this one, with its ratio; drawing on goes on with the same move."""
    state = st.session_state.setdefault(MOVES, {"at": None, "energy": None, "moves": []})
    here = (settings.checkpoint, link.values["second"])
    if state["at"] is None or state["at"][0] != here[0]:
        state.update(at=here, energy=float(trace.energies[1]), moves=[])
    elif state["at"] != here:
        change = state["energy"] - float(trace.energies[1])
        state["moves"] = [*state["moves"], (words, change)][-MOST_MOVES:]
        state.update(at=here, energy=float(trace.energies[1]))


with ui.view("Ratios", "log p(x′)/p(x) = E(x) − E(x′): Z is the same for both and cancels.") as (controls, stage):
    with controls:
        checkpoint = ui.checkpoint_choice(link, NAMES)
        shape = tuple(ENGINE.load(checkpoint).model.event_shape)
        seed = ui.seed_setting(link, RatioSettings)
        take = st.button("Two digits from chains", icon=":material/casino:", width="stretch")
        moves = st.container()
        uploaded = ui.uploaded_picture(link, shape)
        progress = st.empty()
    if shape != tuple(ENGINE.load(link.values["checkpoint"]).model.event_shape):
        link.values.update(first="", second="")
    link.follow(checkpoint=checkpoint, seed=seed)
    pushed, words = st.session_state.pop(PUSHED, (None, "drawn"))
    first = None
    if uploaded is not None:
        pushed, words = uploaded, "uploaded"
    if take:
        first, pushed = (ui.chain_sample(checkpoint, seed + more, progress) for more in (0, 1))
        words = "another digit"
        st.session_state.pop(MOVES, None)

    with stage:
        above, line = st.container(), st.empty()
        columns = st.columns([1, 1, 1.12], gap="medium")
        for place, name, new, digit, title in (
            (columns[0], "first", first, 3, "x"),
            (columns[1], "second", pushed, 8, "x′, which the map changes"),
        ):
            with place:
                st.caption(f"**{title}**")
                ui.picture_on_pad(link, shape, new, drawing_pad, name, ui.example(shape, digit), height=318)
        if WANTED in st.session_state:  # only now, when the strokes that were on their way are in the link
            position, words = st.session_state.pop(WANTED)
            now = unpack_greys(link.values["first" if position is None else "second"], shape)
            st.session_state[PUSHED] = (now if position is None else flipped(now, position), words)
            st.session_state[FLIPS] = st.session_state.get(FLIPS, 0) + 1
            st.rerun()
        with above:
            ui.notices(link.notices)
        settings = RatioSettings.checked(**link.values)
        trace = ui.run(settings, progress, "Flipping every pixel … {:.0%}")
        remember(words)
        line.markdown(figures.energy.ratio_line(trace))
        with columns[2]:
            st.caption("**Click a pixel** of x′: what flipping it adds")
            st.plotly_chart(
                figures.energy.flips(trace, st.context.theme.type == "dark", 292),
                key=map_key(),
                config=figures.style.CONFIG,
                on_select=click,
                selection_mode="points",
            )
        with moves:
            st.button(
                "Flip the best pixel", on_click=want, args=(int(trace.flips.argmax()), "best pixel"), width="stretch"
            )
            st.button("x′ := x", on_click=want, args=(None, "x′ := x"), width="stretch")
        found = st.session_state[MOVES]["moves"]
        if found:
            st.plotly_chart(figures.energy.moves(found), key=f"{VIEW}:moves:chart", config=figures.style.CONFIG)
        else:
            st.caption("Each change of x′ becomes a move here; the log ratios of a chain of moves add up.")
        link.write()
        ui.take_away(settings.stem(), figures.energy_files.ratio(trace, found), settings.python())

ui.lesson(VIEW, ratio=figures.energy.number(trace.log_ratio, 2, plus=True), pixels=trace.flips.size)
