"""How long a change of a lecturer takes to those who follow: two browsers, and headless followers beside them.

    python -m benchmarks.rooms --json [--followers 50] [--steps 80] [--settings 20] [--sessions]

A server of its own is started on a free port. One Chromium page leads, one follows; the other followers are headless:
each has a seat in the room. With --sessions each has a session of Streamlit too, and asks the server for other settings
as a browser would: then the server runs the page once for each of them, all at the same moment. The lecturer steps
through a digit of NADE and changes its seed, one change after another, as soon as the follower's browser has shown the
last one.

    steps      in the browsers: from the frame in which the lecturer's canvas has the step to the follower's frame
    settings   in the browsers: from the lecturer's new picture to the follower's
    delivered  to the headless followers: from the lecturer's message, as it leaves the browser, to its arrival
    answered   with --sessions: from a message with other settings to the end of the run in a follower's session

Milliseconds, by the one clock of this machine. The last line is one JSON object.
"""

import asyncio
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import click
from playwright.sync_api import Page
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.browser import chromium, tell
from benchmarks.page import Server, server

VIEW = "belief-networks-nade"
STAGE = ".pg-nade[data-first-paint]"
ROOM = "generative_playground_room"
# Recorded in each page: when the canvas first showed a trace, and a step of it; when a place was first published.
RECORDER = """
window.seen = {};
window.posted = {};
const send = window.fetch;
window.fetch = (address, options) => {
  if (String(address).endsWith("/publish")) posted[options.body] ??= Date.now();
  return send(address, options);
};
const look = () => {
  const found = [];
  document.dispatchEvent(new CustomEvent("pg-stages", { detail: found }));
  const here = found[0]?.standing();
  if (here) {
    seen[here.trace] ??= Date.now();
    seen[`${here.trace}:${found[0].root.dataset.step}`] ??= Date.now();
  }
  requestAnimationFrame(look);
};
look();
"""
GOTO = """(step) => {
  const found = [];
  document.dispatchEvent(new CustomEvent("pg-stages", { detail: found }));
  found[0].goto(step);
  return `${found[0].standing().trace}:${step}`;
}"""


@dataclass
class Headless:
    """A follower without a browser: a session of Streamlit and a seat in a room."""

    address: str  # host:port
    code: str
    sessions: bool
    arrived: dict[str, float] = field(default_factory=dict)  # place → when it came
    answered: list[float] = field(default_factory=list)  # seconds from a place with other settings to the end of a run
    page: str = ""
    room: str = ""
    query: str = ""
    goes: int = 0
    asked: float | None = None

    async def live(self) -> None:
        """Follow until cancelled."""
        if not self.sessions:
            await self._follow(None)
            return
        stream = f"ws://{self.address}/_stcore/stream"
        async with connect(stream, max_size=None, subprotocols=["streamlit"]) as session:
            await self._run(session, None)
            reading = asyncio.create_task(self._read(session))
            try:
                await self._follow(session)
            finally:
                reading.cancel()

    async def _follow(self, session: ClientConnection | None) -> None:
        async with connect(f"ws://{self.address}/room/{self.code}/follow") as seat:
            async for text in seat:
                if place := json.loads(text).get("place"):
                    self.arrived.setdefault(named(place), time.time())
                    if session:
                        await self._go(session, place)

    async def _go(self, session: ClientConnection, place: dict[str, Any]) -> None:
        settings = settings_of(place)
        if settings != self.query and self.room:
            self.query, self.goes, self.asked = settings, self.goes + 1, time.time()
            await self._run(session, {"go": {"id": str(self.goes), "page": place["page"], "query": place["query"]}})

    async def _run(self, session: ClientConnection, state: dict[str, Any] | None) -> None:
        message = BackMsg()
        message.rerun_script.page_script_hash = self.page
        if state:
            widget = message.rerun_script.widget_states.widgets.add()
            widget.id, widget.json_value = self.room, json.dumps(state)
        await session.send(message.SerializeToString())

    async def _read(self, session: ClientConnection) -> None:
        async for data in session:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.page = message.new_session.page_script_hash
            elif kind == "delta" and message.delta.new_element.bidi_component.component_name == ROOM:
                self.room = message.delta.new_element.bidi_component.id
            elif (
                kind == "script_finished" and self.asked and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
            ):
                self.answered.append(time.time() - self.asked)
                self.asked = None


def named(place: dict[str, Any]) -> str:
    """A place as text, to tell one from another."""
    return json.dumps(place, sort_keys=True)


def settings_of(place: dict[str, Any]) -> str:
    """What the server has to be asked for: the page and its settings without the step."""
    names = [part for part in place["query"].split("&") if not part.startswith("step=")]
    return f"{place['page']}?{'&'.join(names)}"


class Crowd:
    """Headless followers in a thread of their own."""

    def __init__(self, address: str, code: str, count: int, sessions: bool):
        self.followers = [Headless(address, code, sessions) for _ in range(count)]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._tasks = [asyncio.run_coroutine_threadsafe(follower.live(), self._loop) for follower in self.followers]

    def settle(self, seconds: float) -> None:
        """Wait until every session has run and every follower has the room's place."""
        deadline = time.monotonic() + seconds
        while not all((f.room or not f.sessions) and f.arrived and f.asked is None for f in self.followers):
            for task in self._tasks:
                if task.done():
                    task.result()
                    raise click.ClickException("a headless follower was sent away")
            if time.monotonic() > deadline:
                raise click.ClickException("the headless followers did not arrive")
            time.sleep(0.05)

    def end(self) -> None:
        """All of them go."""
        for task in self._tasks:
            task.cancel()
        time.sleep(0.5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()


def shares(seconds: list[float]) -> dict[str, float | None]:
    """Median, 95th percentile, largest, in ms, and how many there are."""
    if not seconds:
        return {"p50_ms": None, "p95_ms": None, "max_ms": None, "count": 0}
    ordered = sorted(1000 * s for s in seconds)
    at = {"p50_ms": 0.5, "p95_ms": 0.95, "max_ms": 1}
    return {name: round(ordered[int(share * (len(ordered) - 1))], 1) for name, share in at.items()} | {
        "count": len(ordered)
    }


def visit(page: Page, address: str) -> None:
    """Open an address and wait for the canvas."""
    page.goto(address)
    page.locator(STAGE).wait_for()


def seen(page: Page, name: str) -> float:
    """When the page first showed it, in seconds."""
    return page.wait_for_function("(name) => window.seen[name]", arg=name).json_value() / 1000


def measured(running: Server, followers: int, steps: int, settings: int, sessions: bool) -> tuple[dict[str, dict], str]:
    """The figures, and Chromium's version."""
    with chromium() as browser:
        pages = []
        for _ in range(2):
            context = browser.new_context(viewport={"width": 1280, "height": 720})
            context.add_init_script(RECORDER)
            context.set_default_timeout(120_000)
            pages.append(context.new_page())
        leader, follower = pages
        visit(leader, f"{running.url}/{VIEW}?seed=1&step=1")
        leader.get_by_test_id("stExpandSidebarButton").click()
        leader.locator(".pg-room [data-action=open]").click()
        room = leader.locator(".pg-room[data-role=leader]")
        room.wait_for()
        code = room.get_attribute("data-code")
        crowd = Crowd(running.url.removeprefix("http://"), code, followers - 1, sessions)
        visit(follower, f"{running.url}/?room={code}")
        crowd.settle(300)
        follower.wait_for_timeout(2000)

        delays: dict[str, list[float]] = {"steps": [], "settings": []}
        for number in range(steps):
            name = leader.evaluate(GOTO, 10 + 7 * (number % 100))
            delays["steps"].append(seen(follower, name) - seen(leader, name))
        for number in range(settings):
            before = leader.locator(STAGE).get_attribute("data-trace")
            seed = leader.get_by_role("spinbutton", name="Seed")
            seed.fill(str(100 + number))
            seed.press("Enter")
            leader.locator(f'{STAGE}:not([data-trace="{before}"])').wait_for()
            name = leader.locator(STAGE).get_attribute("data-trace")
            delays["settings"].append(seen(follower, name) - seen(leader, name))
            crowd.settle(120)
        posted = leader.evaluate("window.posted").items()
        sent = {named(json.loads(body)): when / 1000 for body, when in posted}
        delays["delivered"] = [
            when - sent[place] for f in crowd.followers for place, when in f.arrived.items() if place in sent
        ]
        delays["answered"] = [s for f in crowd.followers for s in f.answered]
        crowd.end()
        return {name: shares(found) for name, found in delays.items()}, browser.version


@click.command(help=__doc__.splitlines()[0])
@click.option("--followers", default=50, show_default=True, help="One in a browser, the others headless.")
@click.option("--steps", default=80, show_default=True)
@click.option("--settings", default=20, show_default=True)
@click.option("--sessions", is_flag=True, help="Give each headless follower a session of Streamlit.")
@click.option("--json", "as_json", is_flag=True)
def main(followers: int, steps: int, settings: int, sessions: bool, as_json: bool) -> None:
    """Measure and print."""
    with server() as running:
        results, version = measured(running, followers, steps, settings, sessions)
    tell("rooms", results, version, as_json, followers=followers, sessions=sessions)


if __name__ == "__main__":
    main()
