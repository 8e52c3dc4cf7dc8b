"""The rooms of a lecture: who may steer, what is bounded, and who hears of what."""

import threading

import pytest

from playground.rooms import (
    ALPHABET,
    CODE,
    BadPlace,
    Limits,
    NoSpace,
    NoSuchRoom,
    NotTheLecturer,
    Place,
    Rooms,
    Stage,
    TooOften,
)

HERE = Place("made-generate", "seed=3&count=4", (Stage("a1b2", 12, 0),))


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def rooms_of(clock: Clock, **limits: float) -> Rooms:
    return Rooms(Limits(**limits), clock)


def test_a_room_shows_where_its_lecturer_stands(clock):
    rooms = rooms_of(clock)
    code, secret = rooms.open()
    assert len(code) == CODE
    assert set(code) <= set(ALPHABET)
    assert len(secret) >= 40
    assert rooms.look(code) == (0, None)
    assert rooms.publish(code, secret, HERE) == 0
    assert rooms.look(code) == (1, HERE)
    rooms.publish(code, secret, HERE)  # still here: no change
    assert rooms.look(code) == (1, HERE)


def test_codes_and_secrets_differ(clock):
    rooms = rooms_of(clock)
    opened = [rooms.open() for _ in range(100)]
    assert len({code for code, _ in opened}) == len({secret for _, secret in opened}) == 100


@pytest.mark.parametrize("forged", ["", "wrong", "é", "x" * 43])
def test_nobody_else_steers_or_closes(clock, forged):
    rooms = rooms_of(clock)
    code, secret = rooms.open()
    _, other = rooms.open()
    rooms.publish(code, secret, HERE)
    for wrong in (forged, other, secret[:-1], secret + "a"):
        with pytest.raises(NotTheLecturer, match="only the lecturer"):
            rooms.publish(code, wrong, Place("made-break", ""))
        with pytest.raises(NotTheLecturer):
            rooms.close(code, wrong)
    assert rooms.look(code) == (1, HERE)


def test_followers_hear_of_changes_and_of_the_end(clock):
    rooms = rooms_of(clock)
    code, secret = rooms.open()
    heard = []
    seat = rooms.sit(code, lambda: heard.append("first"))
    rooms.sit(code, lambda: heard.append("second"))
    assert rooms.publish(code, secret, HERE) == 2
    assert heard == ["first", "second"]
    rooms.publish(code, secret, HERE)
    assert len(heard) == 2, "the same place is no news"
    rooms.leave(code, seat)
    rooms.close(code, secret)
    assert heard == ["first", "second", "second"]
    for act in (lambda: rooms.look(code), lambda: rooms.sit(code, print), lambda: rooms.publish(code, secret, HERE)):
        with pytest.raises(NoSuchRoom, match="mistyped, or the lecture is over"):
            act()
    rooms.leave(code, seat)  # the room is gone already


def test_rooms_are_bounded_in_number_and_a_silent_one_gives_way(clock):
    rooms = rooms_of(clock, rooms=3)
    opened = [rooms.open() for _ in range(3)]
    with pytest.raises(NoSpace, match="all 3 rooms are taken"):
        rooms.open()
    clock.now += 301
    rooms.publish(*opened[0], HERE)
    rooms.publish(*opened[2], HERE)
    rooms.open()
    assert len(rooms) == 3
    with pytest.raises(NoSuchRoom):
        rooms.look(opened[1][0])
    rooms.look(opened[0][0])
    rooms.look(opened[2][0])


def test_a_room_ends_with_age_or_with_silence(clock):
    rooms = rooms_of(clock, age=1000, silence=100)
    code, secret = rooms.open()
    for _ in range(10):
        clock.now += 99
        rooms.publish(code, secret, HERE)
    assert len(rooms) == 1
    clock.now += 11  # 1,001 s old
    with pytest.raises(NoSuchRoom):
        rooms.look(code)
    code, secret = rooms.open()
    clock.now += 101
    with pytest.raises(NoSuchRoom):
        rooms.publish(code, secret, HERE)
    assert len(rooms) == 0


def test_followers_are_woken_when_age_ends_their_room(clock):
    rooms = rooms_of(clock, silence=100)
    code, _ = rooms.open()
    heard = []
    rooms.sit(code, lambda: heard.append("end"))
    clock.now += 101
    rooms.open()
    assert heard == ["end"]


def test_seats_are_bounded_in_a_room_and_in_all(clock):
    rooms = rooms_of(clock, followers=2, seats=3)
    one, two = rooms.open()[0], rooms.open()[0]
    seats = [rooms.sit(one, print) for _ in range(2)]
    with pytest.raises(NoSpace, match="all 2 seats"):
        rooms.sit(one, print)
    rooms.sit(two, print)
    with pytest.raises(NoSpace):
        rooms.sit(two, print)
    rooms.leave(one, seats[0])
    rooms.sit(two, print)


def test_changes_are_bounded_in_a_second(clock):
    rooms = rooms_of(clock, rate=2, burst=4)
    code, secret = rooms.open()
    places = [Place("made-generate", f"step={n}") for n in range(20)]
    for place in places[:4]:
        rooms.publish(code, secret, place)
    with pytest.raises(TooOften, match="2 changes a second"):
        rooms.publish(code, secret, places[4])
    rooms.publish(code, secret, places[3])  # to say that one is still here is always allowed
    clock.now += 1
    rooms.publish(code, secret, places[5])
    rooms.publish(code, secret, places[6])
    with pytest.raises(TooOften):
        rooms.publish(code, secret, places[7])
    assert rooms.look(code) == (6, places[6])


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "object"),
        ([], "object"),
        ({}, "page"),
        ({"page": "../admin", "query": ""}, "page"),
        ({"page": "https://x", "query": ""}, "page"),
        ({"page": "a" * 81, "query": ""}, "page"),
        ({"page": "a\n", "query": ""}, "page"),
        ({"page": "made", "query": 3}, "query"),
        ({"page": "made", "query": "a\nb"}, "query"),
        ({"page": "made", "query": "a" * 40_001}, "query"),
        ({"page": "made", "query": "", "stages": "x"}, "stages"),
        ({"page": "made", "query": "", "stages": [{}] * 9}, "stages"),
        ({"page": "made", "query": "", "stages": [7]}, "stage"),
        ({"page": "made", "query": "", "stages": [{"trace": "<b>", "step": 1, "focus": 0}]}, "trace"),
        ({"page": "made", "query": "", "stages": [{"trace": "a", "step": 1.5, "focus": 0}]}, "step"),
        ({"page": "made", "query": "", "stages": [{"trace": "a", "step": True, "focus": 0}]}, "step"),
        ({"page": "made", "query": "", "stages": [{"trace": "a", "step": -1, "focus": 0}]}, "step"),
        ({"page": "made", "query": "", "stages": [{"trace": "a", "step": 1, "focus": -2}]}, "focus"),
    ],
)
def test_what_is_no_place_is_refused_by_name(raw, words):
    with pytest.raises(BadPlace, match=words):
        Place.read(raw)


def test_a_place_is_read_as_it_was_written():
    for place in (
        HERE,
        Place("", ""),
        Place("recurrent-write", "text=" + "%EC" * 13_000, (Stage("a-1.b:2", 0, None),)),
    ):
        assert Place.read(place.message()) == place


def test_many_threads_at_once(clock):
    rooms = rooms_of(clock, rate=1e9, burst=1e9)
    code, secret = rooms.open()
    counted = []

    def sit_and_leave() -> None:
        for _ in range(200):
            seat = rooms.sit(code, lambda: counted.append(1))
            rooms.leave(code, seat)

    def publish() -> None:
        for n in range(200):
            rooms.publish(code, secret, Place("made", f"step={n}"))

    threads = [threading.Thread(target=task) for task in (sit_and_leave, sit_and_leave, publish)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rooms.look(code)[0] == 200
    assert rooms.publish(code, secret, Place("made", "")) == 0, "every seat was given back"
