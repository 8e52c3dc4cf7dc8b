"""A table that is sorted by a click on a heading; no cell of it is cut off, and every number is there in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.widgets.assets import script, style

_component = st.components.v2.component(
    "generative_playground_sorted_table",
    html='<div class="pg pg-sortedtable"></div>',
    css=style("sortedtable"),
    js=script("sortedtable"),
)


@dataclass(frozen=True)
class Column:
    """heading: its words. cells: one a row: what is shown, and what it is sorted by and read as, a text, a number or
    None for what is not there, which always stands last."""

    heading: str
    cells: tuple[tuple[str, str | int | float | None], ...]

    @property
    def numeric(self) -> bool:
        """Whether numbers stand in it, or may once they are measured."""
        return not any(isinstance(exact, str) for _, exact in self.cells)


def sorted_table(
    columns: Mapping[str, Column], *, label: str, key: str, sort: str = "", down: bool = False
) -> tuple[str, bool]:
    """Mount the table and return by which column it is sorted, "" for none, and whether the largest stands first.

    columns: name → column, the first of them the rows' own names. label: of the table, for screen readers. sort, down:
    how it opens; afterwards the browser owns both.
    """
    opened = st.session_state.setdefault(f"{key}:opened", {"sort": sort, "down": down})
    shown = [
        {"name": name, "heading": c.heading, "numeric": c.numeric, "cells": [list(cell) for cell in c.cells]}
        for name, c in columns.items()
    ]
    data = {"label": label, "columns": shown, **opened}
    result = _component(key=key, data=data, default={"order": None}, on_order_change=_nothing)
    heard = _order(result, columns)
    if heard is None:
        return opened["sort"], opened["down"]
    opened.update(sort=heard[0], down=heard[1])  # a table that comes back opens as it was left
    return heard


def _nothing() -> None:
    """Streamlit knows a state by its callback."""


def _order(state: Any, columns: Sequence[str] | Mapping[str, Column]) -> tuple[str, bool] | None:
    """What the browser reported, if it is an order that there is: what it sends is never trusted."""
    order = state.get("order") if isinstance(state, Mapping) else None
    if not isinstance(order, Mapping) or type(order.get("down")) is not bool:
        return None
    known = order.get("sort") == "" or order.get("sort") in tuple(columns)
    return (order["sort"], order["down"]) if known else None
