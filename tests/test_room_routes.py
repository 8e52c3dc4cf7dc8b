"""The addresses of the rooms, on a running server: HTTP for who leads, WebSockets for who follows."""

import json
import threading
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from playground import roomroutes
from playground.rooms import Limits, Rooms

BASE = "behind/a-proxy"
PLACE = {"page": "made-generate", "query": "seed=3", "stages": [{"trace": "a1", "step": 12, "focus": None}]}


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """host:port of a server with the rooms' routes alone, at most 3 rooms and 2 followers each."""
    rooms = Rooms(Limits(rooms=3, followers=2, rate=2, burst=10))
    app = Starlette(routes=roomroutes.room_routes(rooms, BASE))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="websockets-sansio"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def ask(host: str, path: str, body: Any = None, method: str = "POST", **headers: str) -> tuple[int, Any]:
    """(status, answer) of the rooms."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(f"http://{host}/{BASE}/room/{path}", data if method == "POST" else None, named)
    request.method = method
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


@pytest.fixture
def room(host: str) -> Iterator[tuple[str, str]]:
    """Code and secret of a room that is closed afterwards."""
    status, answer = ask(host, "open")
    assert status == 200
    yield answer["code"], answer["secret"]
    ask(host, f"{answer['code']}/close", x_room_secret=answer["secret"])


def follow(host: str, code: str) -> ClientConnection:
    return connect(f"ws://{host}/{BASE}/room/{code}/follow", open_timeout=10)


def heard(seat: ClientConnection) -> dict[str, Any]:
    return json.loads(seat.recv(timeout=10))


def test_a_follower_hears_where_the_lecturer_stands_now_and_of_every_change(host, room):
    code, secret = room
    with follow(host, code.lower()) as early:
        assert heard(early) == {"version": 0, "place": None}
        assert ask(host, f"{code}/publish", PLACE, x_room_secret=secret) == (200, {"followers": 1})
        assert heard(early) == {"version": 1, "place": PLACE}
        with follow(host, code) as late:
            assert heard(late) == {"version": 1, "place": PLACE}
            moved = PLACE | {"query": "seed=4"}
            assert ask(host, f"{code}/publish", moved, x_room_secret=secret) == (200, {"followers": 2})
            assert heard(early) == heard(late) == {"version": 2, "place": moved}
    deadline = time.monotonic() + 10
    while ask(host, f"{code}/publish", moved, x_room_secret=secret)[1]["followers"]:
        assert time.monotonic() < deadline, "a seat is given back when its follower goes"


def test_forged_steering_is_refused_and_nobody_hears_of_it(host, room):
    code, secret = room
    with follow(host, code) as seat:
        heard(seat)
        for forged in ({}, {"x_room_secret": ""}, {"x_room_secret": "guess"}, {"x_room_secret": secret[:-1]}):
            for act, body in (("publish", PLACE), ("close", None)):
                status, answer = ask(host, f"{code}/{act}", body, **forged)
                assert status == 403
                assert answer["refused"] == "forbidden"
                assert "only the lecturer" in answer["words"]
        status, _ = ask(host, f"{code}/publish", PLACE, x_room_secret=secret, sec_fetch_site="cross-site")
        assert status == 403
        seat.send(json.dumps({"version": 9, "place": PLACE}))  # what a follower says is not listened to
        ask(host, f"{code}/publish", PLACE, x_room_secret=secret)
        assert heard(seat) == {"version": 1, "place": PLACE}


def test_a_closed_room_says_so_and_an_unknown_one_too(host):
    _, room = ask(host, "open")
    with follow(host, room["code"]) as seat:
        heard(seat)
        assert ask(host, f"{room['code']}/close", x_room_secret=room["secret"]) == (200, {})
        assert heard(seat)["refused"] == "over"
        with pytest.raises(ConnectionClosed):
            seat.recv(timeout=10)
    with follow(host, room["code"]) as seat:
        assert heard(seat)["refused"] == "unknown"
    assert ask(host, f"{room['code']}/publish", PLACE, x_room_secret=room["secret"])[0] == 404


def test_full_rooms_and_full_seats_are_refused_in_words(host, room):
    others = [ask(host, "open")[1] for _ in range(2)]
    status, answer = ask(host, "open")
    assert status == 503
    assert answer["refused"] == "full"
    assert "all 3 rooms" in answer["words"]
    for other in others:
        ask(host, f"{other['code']}/close", x_room_secret=other["secret"])
    with follow(host, room[0]) as one, follow(host, room[0]) as two:
        heard(one), heard(two)
        with follow(host, room[0]) as three:
            assert heard(three)["refused"] == "full"
    deadline = time.monotonic() + 10
    while True:
        with follow(host, room[0]) as next_one:
            if "refused" not in heard(next_one):
                return
        assert time.monotonic() < deadline


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[]", b'{"page": "made"}', b"[" * 60_000, b'"' + b"a" * 70_000 + b'"']
)
def test_what_is_no_place_is_refused(host, room, body):
    status, answer = ask(host, f"{room[0]}/publish", body, x_room_secret=room[1])
    assert status == 400
    assert answer["refused"] == "place"
    assert answer["words"]


def test_too_many_changes_are_refused_until_a_moment_later(host, room):
    code, secret = room
    answers = [ask(host, f"{code}/publish", PLACE | {"query": f"step={n}"}, x_room_secret=secret)[0] for n in range(40)]
    assert answers[:10] == [200] * 10
    assert 429 in answers
    time.sleep(1)
    assert ask(host, f"{code}/publish", PLACE, x_room_secret=secret)[0] == 200


def test_a_quiet_room_is_heard_of(host, room, monkeypatch):
    monkeypatch.setattr(roomroutes, "BEAT", 0.05)
    with follow(host, room[0]) as seat:
        assert "place" in heard(seat)
        assert heard(seat) == {"beat": True}
        assert heard(seat) == {"beat": True}


def test_the_picture_of_a_link(host):
    link = "https://somebody.example.org/app/?room=ABCDE"
    address = f"http://{host}/{BASE}/room/qr?link=" + urllib.request.quote(link, safe="")
    with urllib.request.urlopen(address, timeout=10) as answer:
        assert answer.headers["content-type"].startswith("image/svg+xml")
        picture = xml.etree.ElementTree.fromstring(answer.read())
    assert picture.tag.endswith("svg")
    assert len(picture.findall("{*}path")) == 2
    for wrong in ("", "javascript:alert(1)", "https://" + "a" * 400):
        status, answer = ask(host, f"qr?link={urllib.request.quote(wrong, safe='')}", method="GET")
        assert status == 400
        assert "link" in answer["words"]
