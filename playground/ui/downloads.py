"""What a visitor can take away: picture, animation, numbers, and the same thing in Python."""

import re
from typing import Any

import streamlit as st

from ..widgets import copy_link
from .words import t


def take_away(name: str, files: dict[str, tuple[str, Any]], python: str) -> None:
    """One row: downloads, the same in Python, and the link to copy.

    files: label → (file extension, callable that makes the bytes when it is clicked).
    """
    types = {"png": "image/png", "gif": "image/gif", "csv": "text/csv", "txt": "text/plain"}
    types["npz"] = "application/octet-stream"
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="take-away"):
        for label, (extension, make) in files.items():
            st.download_button(
                _said(label),
                make,
                file_name=f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.{extension}",
                mime=types[extension],
                key=f"take-away:{label}",
                icon=":material/download:",
                on_click="ignore",
                type="tertiary",
            )
        with st.popover(t("The same in Python"), icon=":material/code:", type="tertiary"):
            st.code(python, language="python")
        copy_link("copy-link")


def _said(label: str) -> str:
    """What a file is called in the visitor's language; a bare format such as PNG is called so everywhere."""
    return {
        "CSV of the codes": t("CSV of the codes"),
        "CSV of √d_k": t("CSV of √d_k"),
        "PNG of the manifolds": t("PNG of the manifolds"),
        "PNG of the planes": t("PNG of the planes"),
        "PNG, learned": t("PNG, learned"),
        "Text": t("Text"),
        "Weights": t("Weights"),
        "bounds CSV": t("bounds CSV"),
        "code CSV": t("code CSV"),
        "denoised PNG": t("denoised PNG"),
        "generated PNG": t("generated PNG"),
        "moves CSV": t("moves CSV"),
        "npz of the second kernel": t("npz of the second kernel"),
        "npz, fresh": t("npz, fresh"),
        "npz, trained": t("npz, trained"),
        "this picture": t("this picture"),
    }.get(label, label)
