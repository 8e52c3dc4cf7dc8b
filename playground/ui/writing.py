"""What the page of writing needs beside its controls: which futures its link keeps, and how many candidates may win."""

import streamlit as st

from ..traces import WriteSettings, parse_branches
from .controls import number_setting, seed_setting
from .held import held
from .link import Link
from .words import t


def writing_controls(link: Link, symbols: str) -> dict[str, float | int]:
    """Temperature, top-k, length and seed, applied as soon as they are changed."""
    words = t("Divides every logit before the draw.")
    heat = number_setting(link, WriteSettings, "temperature", t("Temperature"), 0.05, help=words)
    key, most = f"{link.view}:top_k", len(symbols)
    st.session_state[key] = min(st.session_state.get(key, link.values["top_k"]), most)
    words = t("Only the k likeliest characters may be drawn. 0: all.")
    cut = held(st.number_input, t("Top-k (0: all)"), 0, most, step=1, key=key, help=words)
    length = number_setting(link, WriteSettings, "length", t("Characters to write"), 1)
    return {
        "temperature": round(heat, 2),
        "top_k": cut,
        "length": length,
        "seed": seed_setting(link, WriteSettings),
    }


def kept_futures(link: Link, symbols: str) -> list[str]:
    """The forces of all futures of a link, "" first. What its alphabet or its list does not have becomes a notice."""
    forces = ["", *filter(None, link.values["branches"].split(";"))]
    good = [f for f in forces if all(code < len(symbols) for part in parse_branches(f) for _, code in part)]
    if len(good) < len(forces):
        link.refuse(
            t(
                "branches={wrong} is not allowed: places in the alphabet are 0 to {last}; those futures are left out",
                wrong=repr(link.values["branches"][:40]),
                last=len(symbols) - 1,
            )
        )
        link.values.update(branches=";".join(good[1:]), branch=0)
    if link.values["branch"] >= len(good):
        words = t(
            "branch={branch} is not allowed: 0 to {last}; showing 0 instead",
            branch=link.values["branch"],
            last=len(good) - 1,
        )
        link.refuse(words)
        link.values["branch"] = 0
    return good
