"""The addresses of the rooms: open, publish and close for the lecturer's browser, a WebSocket for each who follows.

They stand beside Streamlit's own, below `server.baseUrlPath`. A WebSocket, not a stream of events: a browser keeps at
most six HTTP connections to one host, and a proxy that lets Streamlit through lets it through too.
"""

import asyncio
import contextlib
import io
import json
from collections.abc import Awaitable, Callable
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from .rooms import BadPlace, NoSuchRoom, NotTheLecturer, Place, RoomError, Rooms

SECRET = "x-room-secret"  # the header that holds it: an address would end up in logs
BEAT = 20  # seconds after which a follower hears that the room is still there
LARGEST_BODY = 64_000  # bytes
LONGEST_LINK = 300  # characters of a link to be drawn


def room_routes(rooms: Rooms, base: str = "") -> list[BaseRoute]:
    """The routes of `rooms` below the path `base`."""
    above = f"/{base.strip('/')}".rstrip("/") + "/room"

    async def opened(request: Request) -> Response:
        code, secret = rooms.open()
        return JSONResponse({"code": code, "secret": secret})

    async def published(request: Request) -> Response:
        place = Place.read(await _body(request))
        return JSONResponse({"followers": rooms.publish(_code(request), request.headers.get(SECRET, ""), place)})

    async def closed(request: Request) -> Response:
        rooms.close(_code(request), request.headers.get(SECRET, ""))
        return JSONResponse({})

    async def followed(socket: WebSocket) -> None:
        await _follow(rooms, socket)

    return [
        Route(f"{above}/open", _answering(opened), methods=["POST"]),
        Route(f"{above}/qr", _answering(_drawn), methods=["GET"]),
        Route(f"{above}/{{code}}/publish", _answering(published), methods=["POST"]),
        Route(f"{above}/{{code}}/close", _answering(closed), methods=["POST"]),
        WebSocketRoute(f"{above}/{{code}}/follow", followed),
    ]


def _answering(route: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """The route, with a refusal as its status and its words, and nothing for another site's pages."""

    async def answer(request: Request) -> Response:
        try:
            if request.headers.get("sec-fetch-site") == "cross-site":
                raise NotTheLecturer("a page of another site asked")
            response = await route(request)
        except RoomError as error:
            response = JSONResponse({"refused": error.kind, "words": str(error)}, error.status)
        response.headers["cache-control"] = "no-store"
        return response

    return answer


def _code(request: Request | WebSocket) -> str:
    return request.path_params["code"].upper()


async def _body(request: Request) -> Any:
    """What the request's JSON says. Raises `BadPlace` where it is too large or none."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise BadPlace(f"at most {LARGEST_BODY:,} bytes are expected")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPlace(f"JSON is expected: {error}") from error


async def _drawn(request: Request) -> Response:
    """The link as a QR picture: an SVG of black squares on white, with the quiet margin that readers need."""
    link = request.query_params.get("link", "")
    if not link.startswith(("http://", "https://")) or len(link) > LONGEST_LINK:
        raise BadPlace(f"link: an address of at most {LONGEST_LINK} characters is expected")
    picture = io.BytesIO()
    segno.make_qr(link).save(picture, kind="svg", border=4, light="#fff", dark="#000", omitsize=True, xmldecl=False)
    return Response(picture.getvalue(), media_type="image/svg+xml")


async def _follow(rooms: Rooms, socket: WebSocket) -> None:
    """Send the place of a room now and at every change, the newest only, until one of the two sides has gone."""
    await socket.accept()
    loop, changed, code = asyncio.get_running_loop(), asyncio.Event(), _code(socket)
    seat, gone = None, asyncio.ensure_future(_gone(socket))
    try:
        seat = rooms.sit(code, lambda: loop.call_soon_threadsafe(changed.set))
        shown = None
        while not gone.done():
            changed.clear()
            version, place = rooms.look(code)
            if version != shown:
                await socket.send_json({"version": version, "place": place and place.message()})
            shown = version
            waiting = asyncio.ensure_future(changed.wait())
            await asyncio.wait({gone, waiting}, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if not changed.is_set() and not gone.done():
                await socket.send_json({"beat": True})
    except RoomError as error:
        over = seat is not None and isinstance(error, NoSuchRoom)
        with contextlib.suppress(WebSocketDisconnect):
            await socket.send_json({"refused": "over" if over else error.kind, "words": str(error)})
            await socket.close(1008)
    except WebSocketDisconnect:
        return
    finally:
        gone.cancel()
        if seat is not None:
            rooms.leave(code, seat)


async def _gone(socket: WebSocket) -> None:
    """Ends when the follower has gone. What a follower says is not listened to."""
    with contextlib.suppress(WebSocketDisconnect):
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
