"""What a visitor can take away: picture, animation, numbers, and the same thing in Python."""

import re
from typing import Any

import streamlit as st

from ..widgets import copy_link


def take_away(name: str, files: dict[str, tuple[str, Any]], python: str) -> None:
    """One row: downloads, the same in Python, and the link to copy.

    files: label → (file extension, callable that makes the bytes when it is clicked).
    """
    types = {"png": "image/png", "gif": "image/gif", "csv": "text/csv", "txt": "text/plain"}
    types["npz"] = "application/octet-stream"
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="take-away"):
        for label, (extension, make) in files.items():
            st.download_button(
                label,
                make,
                file_name=f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.{extension}",
                mime=types[extension],
                key=f"take-away:{label}",
                icon=":material/download:",
                on_click="ignore",
                type="tertiary",
            )
        with st.popover("The same in Python", icon=":material/code:", type="tertiary"):
            st.code(python, language="python")
        copy_link("copy-link")
