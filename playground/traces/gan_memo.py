"""Games that were played a moment ago, so that the next move costs one move and not all of them.

A memo and nothing else: a game is a pure function of its settings, and what is taken from here are the very numbers
that would be computed anew. It holds the frames of whole games and some states on the way, within a number of bytes.
"""

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .gan_steps import State

MEMO_BYTES = 48 * 2**20
EVERY = 25  # moves between the states that are kept; the last one is kept too


@dataclass(frozen=True)
class Known:
    """A game that begins alike: `shared` moves are the same; `state` is the last one kept among them."""

    frames: Mapping[str, np.ndarray]
    states: Mapping[int, State]
    shared: int
    state: State


@dataclass(frozen=True)
class _Game:
    frames: Mapping[str, np.ndarray]
    states: Mapping[int, State]

    @property
    def nbytes(self) -> int:
        return sum(a.nbytes for a in self.frames.values()) + sum(s.nbytes for s in self.states.values())


class Memo:
    """Safe to use from many threads; the games that were asked for longest ago are let go."""

    def __init__(self, most_bytes: int = MEMO_BYTES):
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._games: OrderedDict[tuple[str, bytes], _Game] = OrderedDict()

    def nearest(self, start: str, steps: bytes) -> Known | None:
        """The kept game of this start that shares most moves with `steps`, or None."""
        with self._lock:
            games = [(_shared(key[1], steps), key) for key in self._games if key[0] == start]
            if not games:
                return None
            shared, key = max(games, key=lambda found: found[0])
            self._games.move_to_end(key)
            game = self._games[key]
        states = {step: state for step, state in game.states.items() if step <= shared}
        return Known(game.frames, states, shared, states[max(states)]) if states else None

    def keep(self, start: str, steps: bytes, frames: Mapping[str, np.ndarray], states: Mapping[int, State]) -> None:
        """Keep a game; the beginning of a game needs no place beside it."""
        some = {step: state for step, state in states.items() if step % EVERY == 0 or step == len(steps)}
        with self._lock:
            if any(key[0] == start and key[1].startswith(steps) and key[1] != steps for key in self._games):
                return
            for key in [k for k in self._games if k[0] == start and steps.startswith(k[1])]:
                del self._games[key]
            self._games[start, steps] = _Game(frames, some)
            while self._games and sum(game.nbytes for game in self._games.values()) > self.most_bytes:
                self._games.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._games.clear()


def _shared(one: bytes, other: bytes) -> int:
    """How many moves two games begin with alike."""
    most = min(len(one), len(other))
    differ = np.frombuffer(one[:most], np.uint8) != np.frombuffer(other[:most], np.uint8)
    return int(differ.argmax()) if differ.any() else most
