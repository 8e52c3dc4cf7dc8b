"""One ordering, drawn on a pad or typed beside it."""

import streamlit as st

from ..errors import PlaygroundError
from ..traces import pack_order, parse_order
from ..widgets import order_pad
from .frame import plain
from .held import held
from .link import Link
from .words import t


def drawn_order(link: Link, shape: tuple[int, int]) -> str:
    """The pad and the text of one ordering, kept equal; a text that is no ordering is refused, the last one stays."""
    key, positions = f"{link.view}:drawn", shape[0] * shape[1]
    problem, current = None, parse_order(link.values["drawn"], positions)
    try:
        wanted = parse_order(st.session_state.setdefault(key, link.values["drawn"]), positions)
    except PlaygroundError as error:
        problem, wanted = error, current
    found = order_pad(key=f"{link.view}:orderpad", shape=shape, value=wanted).order
    if found != tuple(wanted):
        problem, st.session_state[key] = None, pack_order(found)
    runs = t("Flat positions from 0, and runs: 406-420 434 or 783-0.")
    held(st.text_input, t("Positions that come first"), key=key, help=runs)
    if problem:
        st.warning(plain(str(problem)), icon=":material/rule:")
    return pack_order(found) or "0"  # a cleared pad is raster, and a link leaves out what is empty
