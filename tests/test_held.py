"""A control says in every run what the session holds, not only in the run that put it there."""

import pytest
from streamlit.testing.v1 import AppTest

SCRIPT = """
import streamlit as st
from playground.ui import held

for key, value in {values}.items():
    st.session_state.setdefault(key, value)
held(st.slider, "slider", 0, 9, key="slider")
held(st.select_slider, "select_slider", [1, 4, 9], key="select_slider")
held(st.number_input, "number_input", 0, 99, key="number_input")
held(st.number_input, "nothing", 0, 99, key="nothing")
held(st.selectbox, "selectbox", ["a", "b", "c"], key="selectbox")
held(st.selectbox, "none", ["a", "b", "c"], key="none")
held(st.radio, "radio", range(3), key="radio")
held(st.toggle, "toggle", key="toggle")
held(st.text_input, "text_input", key="text_input")
held(st.text_area, "text_area", key="text_area")
held(st.segmented_control, "segmented_control", [1, 2, 3], key="segmented_control", required=True)
held(st.pills, "pills", ["x", "y", "z"], selection_mode="multi", key="pills")
"""
VALUES = {
    "slider": 7, "select_slider": 9, "number_input": 3, "nothing": None, "selectbox": "c", "none": None, "radio": 2,
    "toggle": True, "text_input": "1, 2", "text_area": "한글", "segmented_control": 2, "pills": ["x", "z"],
}  # fmt: skip
STARTS = {
    "slider": [7.0], "select_slider": [2.0], "number_input": 3.0, "nothing": None, "selectbox": 2, "none": None,
    "radio": 2, "toggle": True, "text_input": "1, 2", "text_area": "한글", "segmented_control": [1], "pills": [0, 2],
}  # fmt: skip


def starts(app: AppTest) -> dict:
    """What each control starts with in a browser that meets it first in this run; None: with nothing."""
    found = {}
    for block in app.main.children.values():
        proto = block.proto
        unset = proto.DESCRIPTOR.fields_by_name["default"].has_presence and not proto.HasField("default")
        default = proto.default
        listed = not isinstance(default, str) and hasattr(default, "__len__")
        found[block.key] = None if unset else list(default) if listed else default
    return found


@pytest.mark.parametrize("run", [1, 2, 3])
def test_every_run_says_where_each_control_starts(run: int) -> None:
    app = AppTest.from_string(SCRIPT.format(values=VALUES), default_timeout=60)
    for _ in range(run):
        app.run()
    assert not app.exception
    assert starts(app) == STARTS


def test_a_change_is_what_the_next_run_starts_with() -> None:
    app = AppTest.from_string(SCRIPT.format(values=VALUES), default_timeout=60).run()
    app.slider(key="slider").set_value(2)
    app.selectbox(key="selectbox").set_value("b")
    app.run().run()
    assert starts(app) == STARTS | {"slider": [2.0], "selectbox": 1}
    assert app.session_state["slider"] == 2
