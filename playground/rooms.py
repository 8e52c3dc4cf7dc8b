"""Rooms of a lecture: where a lecturer stands, kept in memory for those who follow.

A room needs no account. Whoever opens it gets a short code, to be told to everybody, and a secret, to be told to
nobody: the code lets follow, the secret alone lets steer. Everything is bounded: how many rooms there are, how long
each lives, how many follow it, how often it changes and how much it holds. One process holds all rooms.
"""

import hmac
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .errors import PlaygroundError

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # no I, O, 0, 1: a code is read off a wall and typed on a phone
CODE = 5  # letters of a code: 33 million codes
LONGEST_QUERY = 40_000  # characters of a link: several typed texts of 2,000 characters, nine for each in Korean
MOST_STAGES = 8
LARGEST = 10**9  # of a step


class RoomError(PlaygroundError):
    """A room cannot do what was asked. `kind` says why in one word, `status` is the one of HTTP."""

    kind, status = "refused", 400


class BadPlace(RoomError):
    """What should be published is no place in the app, or is too large."""

    kind, status = "place", 400


class NotTheLecturer(RoomError):
    """The secret is not the one of the room."""

    kind, status = "forbidden", 403


class NoSuchRoom(RoomError):
    """No room has this code: mistyped, closed, or older than a room may be."""

    kind, status = "unknown", 404


class TooOften(RoomError):
    """The room was changed too often within a second."""

    kind, status = "often", 429


class NoSpace(RoomError):
    """All rooms, or all seats of a room, are taken."""

    kind, status = "full", 503


@dataclass(frozen=True)
class Stage:
    """Where one canvas stands."""

    trace: str  # names what is on the canvas: only the very same trace takes the step over
    step: int
    focus: int | None


@dataclass(frozen=True)
class Place:
    """Where a lecturer stands: a page of the app, its settings as its link has them, the steps on its canvases."""

    page: str
    query: str
    stages: tuple[Stage, ...] = ()

    @classmethod
    def read(cls, raw: Any) -> "Place":
        """The place that a browser's message is. Raises `BadPlace`, which names what is wrong."""
        if not isinstance(raw, Mapping):
            raise BadPlace("a place is an object with page, query and stages")
        page, query, stages = raw.get("page"), raw.get("query"), raw.get("stages", ())
        if not isinstance(page, str) or not re.fullmatch(r"[a-z0-9-]{0,80}", page):
            raise BadPlace("page: the last part of a view's address is expected")
        if not isinstance(query, str) or not query.isprintable() or len(query) > LONGEST_QUERY:
            raise BadPlace(f"query: at most {LONGEST_QUERY:,} printable characters are expected")
        if not isinstance(stages, list | tuple) or len(stages) > MOST_STAGES:
            raise BadPlace(f"stages: a list of at most {MOST_STAGES} is expected")
        return cls(page, query, tuple(map(_stage, stages)))

    def message(self) -> dict[str, Any]:
        """The place as `read` takes it."""
        return asdict(self)


def _stage(raw: Any) -> Stage:
    if not isinstance(raw, Mapping):
        raise BadPlace("a stage is an object with trace, step and focus")
    trace, step, focus = raw.get("trace"), raw.get("step"), raw.get("focus")
    if not isinstance(trace, str) or not re.fullmatch(r"[\w.:-]{1,64}", trace):
        raise BadPlace("trace: a name of at most 64 letters is expected")
    if type(step) is not int or not 0 <= step <= LARGEST:
        raise BadPlace(f"step: a whole number from 0 to {LARGEST} is expected")
    if focus is not None and (type(focus) is not int or not -1 <= focus <= LARGEST):
        raise BadPlace(f"focus: a whole number from -1 to {LARGEST}, or nothing, is expected")
    return Stage(trace, step, focus)


@dataclass(frozen=True)
class Limits:
    """The bounds of all rooms. Times are in seconds."""

    rooms: int = 200
    followers: int = 400  # of one room
    seats: int = 1_000  # of all rooms together
    age: float = 10 * 3600
    silence: float = 1800  # without a word from the lecturer's browser, which speaks every few seconds
    short_silence: float = 300  # after which a room gives way to a new one when all are taken
    rate: float = 20  # changes a second, on average
    burst: float = 40


@dataclass
class _Room:
    secret: str
    opened: float
    heard: float  # when the lecturer's browser last spoke
    left: float  # changes that may follow at once
    place: Place | None = None
    version: int = 0  # counts the changes
    seats: dict[object, Callable[[], None]] = field(default_factory=dict)  # who follows → how to wake


class Rooms:
    """All rooms of this process. Every method may be called from any thread."""

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic):
        self.limits = limits or Limits()
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[str, _Room] = {}

    def __len__(self) -> int:
        with self._lock:
            self._sweep()
            return len(self._rooms)

    def open(self) -> tuple[str, str]:
        """A new room: its code and its secret. Raises `NoSpace` where there are as many as may be."""
        with self._lock:
            self._sweep()
            now = self._clock()
            if len(self._rooms) >= self.limits.rooms:
                code = min(self._rooms, key=lambda code: self._rooms[code].heard)
                if now - self._rooms[code].heard < self.limits.short_silence:
                    raise NoSpace(f"all {self.limits.rooms} rooms are taken; try again when a lecture is over")
                self._end(code)
            code = _code()
            while code in self._rooms:
                code = _code()
            self._rooms[code] = _Room(secrets.token_urlsafe(32), now, now, self.limits.burst)
            return code, self._rooms[code].secret

    def publish(self, code: str, secret: str, place: Place) -> int:
        """The lecturer stands here now. Returns how many follow. The same place again only says: still here.

        Raises `NoSuchRoom`, `NotTheLecturer`, `TooOften`.
        """
        with self._lock:
            room = self._steered(code, secret)
            now = self._clock()
            room.left = min(self.limits.burst, room.left + (now - room.heard) * self.limits.rate)
            room.heard = now
            if place != room.place:
                if room.left < 1:
                    raise TooOften(f"more than {self.limits.rate:g} changes a second")
                room.left -= 1
                room.place, room.version = place, room.version + 1
                self._wake(room)
            return len(room.seats)

    def close(self, code: str, secret: str) -> None:
        """End the room; everybody who follows is told. Raises `NoSuchRoom`, `NotTheLecturer`."""
        with self._lock:
            self._steered(code, secret)
            self._end(code)

    def sit(self, code: str, wake: Callable[[], None]) -> object:
        """Take a seat: `wake` is called at every change from now on, and at the end. Returns the seat, for `leave`.

        Raises `NoSuchRoom`, and `NoSpace` where all seats are taken.
        """
        with self._lock:
            room = self._room(code)
            if len(room.seats) >= self.limits.followers or self._seats() >= self.limits.seats:
                raise NoSpace(f"all {min(self.limits.followers, self.limits.seats)} seats of this room are taken")
            seat = object()
            room.seats[seat] = wake
            return seat

    def leave(self, code: str, seat: object) -> None:
        """Give a seat back, whether or not the room is still there."""
        with self._lock:
            if code in self._rooms:
                self._rooms[code].seats.pop(seat, None)

    def look(self, code: str) -> tuple[int, Place | None]:
        """(version, place) of a room; version 0 with no place before the lecturer's first word. Raises `NoSuchRoom`."""
        with self._lock:
            room = self._room(code)
            return room.version, room.place

    # ----------------------------------------------------------------------------------------------- under the lock

    def _room(self, code: str) -> _Room:
        self._sweep()
        if code not in self._rooms:
            raise NoSuchRoom("no room has this code: it is mistyped, or the lecture is over")
        return self._rooms[code]

    def _steered(self, code: str, secret: str) -> _Room:
        room = self._room(code)
        if not hmac.compare_digest(secret.encode(), room.secret.encode()):
            raise NotTheLecturer("only the lecturer who opened this room can steer it")
        return room

    def _seats(self) -> int:
        return sum(len(room.seats) for room in self._rooms.values())

    def _sweep(self) -> None:
        now, limits = self._clock(), self.limits
        for code, room in list(self._rooms.items()):
            if now - room.opened > limits.age or now - room.heard > limits.silence:
                self._end(code)

    def _end(self, code: str) -> None:
        self._wake(self._rooms.pop(code))

    def _wake(self, room: _Room) -> None:
        for wake in room.seats.values():
            wake()


def _code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE))
