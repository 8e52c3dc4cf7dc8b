"""Controls that keep their value in a browser that draws them late."""

from collections.abc import Callable
from typing import Any

import streamlit as st

INDEX, DEFAULT = ("selectbox", "radio"), ("pills", "segmented_control", "multiselect")


def held(widget: Callable[..., Any], label: str, *given: Any, key: str, **options: Any) -> Any:
    """A control of Streamlit, such as `st.slider`, that starts in the browser with what the session holds for `key`.

    What a script puts into the session is sent to the browser in that run alone. The browser loads the code of each
    kind of control when it first needs it: where a second run ends before that, as it does on a slow network, the
    control would start with Streamlit's own default, and the next run would take this for the visitor's choice.
    """
    if key in st.session_state:
        value, kind = st.session_state[key], widget.__name__
        if kind in INDEX:
            choices = list(given[0])
            options["index"] = None if value is None else choices.index(value) if value in choices else 0
        elif kind in DEFAULT:
            options["default"] = value
        else:
            options["value"] = value
    return widget(label, *given, key=key, **options)
