"""Moves of a second picture away from a first one: pixels flipped by a click or a button, each with its log ratio."""

from typing import Any

import numpy as np
import streamlit as st

from ..traces import flipped, unpack_greys
from .link import Link
from .words import t

MOST_MOVES = 12


class Moves:
    """The moves of x′, the picture that the link holds as `second`; x is held as `first`.

    A click or a button says what is wanted before the page runs; `settle` does it once the strokes that were on their
    way are in the link, and runs the page again, which finds the changed picture with `pushed`.
    """

    def __init__(self, link: Link, shape: tuple[int, int]):
        self.link, self.shape = link, shape
        self._flips, self._wanted, self._pushed, self._moves = (
            f"{link.view}:{name}" for name in ("flips", "wanted", "pushed", "moves")
        )

    @property
    def map_key(self) -> str:
        """Of the map: another one after each flip, so that the same pixel can be clicked again and is not selected."""
        return f"{self.link.view}:map:{st.session_state.get(self._flips, 0)}"

    @property
    def found(self) -> list[tuple[str, float]]:
        """What was done and what it added to the log ratio, oldest first."""
        return st.session_state[self._moves]["moves"]

    def click(self) -> None:
        """A click on the map flips that pixel of x′."""
        if points := st.session_state[self.map_key]["selection"]["points"]:
            row, column = int(points[0]["y"]), int(points[0]["x"])
            self.want(row * self.shape[1] + column, f"({row + 1}, {column + 1})")

    def want(self, position: int | None, words: str) -> None:
        """A flip of one pixel of x′; None: x itself."""
        st.session_state[self._wanted] = (position, words)

    def pushed(self) -> tuple[np.ndarray | None, str]:
        """The picture that a move has made of x′, once, and its words; None where it was drawn."""
        return st.session_state.pop(self._pushed, (None, t("drawn")))

    def settle(self) -> None:
        """Do what is wanted. Only after the pads: by then the strokes that were on their way are in the link."""
        if self._wanted not in st.session_state:
            return
        position, words = st.session_state.pop(self._wanted)
        now = unpack_greys(self.link.values["first" if position is None else "second"], self.shape)
        st.session_state[self._pushed] = (now if position is None else flipped(now, position), words)
        st.session_state[self._flips] = st.session_state.get(self._flips, 0) + 1
        st.rerun()

    def remember(self, trace: Any, words: str) -> None:
        """The move that led from the last x′ to that of a ratio's trace; drawing on goes on with the same move."""
        new = {"at": None, "energy": None, "moves": []}
        state, energy = st.session_state.setdefault(self._moves, new), float(trace.energies[1])
        here = (trace.checkpoint, self.link.values["second"])
        if state["at"] is None or state["at"][0] != here[0]:
            state.update(at=here, energy=energy, moves=[])
        elif state["at"] != here:
            state["moves"] = [*state["moves"], (words, state["energy"] - energy)][-MOST_MOVES:]
            state.update(at=here, energy=energy)

    def forget(self) -> None:
        """Begin anew: both pictures were replaced."""
        st.session_state.pop(self._moves, None)
