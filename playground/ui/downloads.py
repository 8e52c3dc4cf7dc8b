"""What a visitor can take away: picture, animation, numbers, and the same thing in Python."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import streamlit as st

from ..widgets import copy_link
from .words import t

Files = dict[str, tuple[str, Callable[[], bytes | str]]]

TYPES = {"png": "image/png", "gif": "image/gif", "csv": "text/csv", "txt": "text/plain"}
TYPES["npz"] = "application/octet-stream"
SHOWN = ("png", "gif", "csv", "txt", "npz")  # endings, the picture on the screen or what comes nearest to it first


def take_away(name: str, python: str, make: Callable[..., Files], *given: Any) -> None:
    """One row: downloads, the same in Python, and the link to copy.

    name: what the files are called, without their endings. make: a function of `figures` that takes `given` and returns
    the files, label → (file extension, callable that makes the content when it is clicked). python: lines that compute
    whatever among `given` cannot be written down, each under the name of its parameter of `make`, as `in_python` does.
    The code on the page is made from this very call, so it writes what the button gives. Words in the code are English
    in every language, as are those in the files but for titles that the page passes on.
    """
    files = make(*given)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="take-away"):
        for label, (extension, content) in files.items():
            st.download_button(
                _said(label),
                content,
                file_name=_file_name(name, extension),
                mime=TYPES[extension],
                key=f"take-away:{label}",
                icon=":material/download:",
                on_click="ignore",
                type="tertiary",
            )
        with st.popover(t("The same in Python"), icon=":material/code:", type="tertiary"):
            st.code(_written(name, python, make, given, files), language="python")
        copy_link("copy-link")


def _file_name(name: str, extension: str) -> str:
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.{extension}"


def _written(name: str, python: str, make: Callable[..., Files], given: tuple, files: Files) -> str:
    """The lines of Python, and then those that write the first file of the kind that comes first in `SHOWN`."""
    parameters = zip(inspect.signature(make).parameters, given, strict=False)
    known = [n if re.search(rf"^{n} = ", python, re.MULTILINE) else f"{n}={_literal(value)}" for n, value in parameters]
    call = f"figures.{make.__module__.rpartition('.')[2]}.{make.__name__}({', '.join(known)})"
    label = min(files, key=lambda label: SHOWN.index(files[label][0]))
    extension, file = files[label][0], f"files[{label!r}][1]()"
    write = f"write_bytes({file})" if extension in ("png", "gif") else f"write_text({file}, 'utf-8', newline='')"
    return (
        f"from pathlib import Path\n\nfrom playground import figures\n{python}\n"
        f"files = {call}  # {', '.join(files)}\n"
        f"Path({_file_name(name, extension)!r}).{write}\n"
    )


def _literal(value: Any) -> str:
    """A value as Python writes it; a function of `figures` by its name."""
    if callable(value):
        return f"figures.{value.__module__.rpartition('.')[2]}.{value.__name__}"
    return repr(value.item() if hasattr(value, "item") else value)


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
        "arrows CSV": t("arrows CSV"),
        "bounds CSV": t("bounds CSV"),
        "code CSV": t("code CSV"),
        "denoised PNG": t("denoised PNG"),
        "features npz": t("features npz"),
        "generated PNG": t("generated PNG"),
        "moves CSV": t("moves CSV"),
        "npz, VAE": "npz, VAE",
        "npz of the second kernel": t("npz of the second kernel"),
        "npz, fresh": t("npz, fresh"),
        "npz, trained": t("npz, trained"),
        "samples npz": t("samples npz"),
        "score npz": t("score npz"),
        "states CSV": t("states CSV"),
        "this picture": t("this picture"),
    }.get(label, label)
