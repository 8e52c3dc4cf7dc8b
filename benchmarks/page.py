"""What a visitor waits for, in a real browser: page load, first frame, playback, interactions, pointing.

    python -m benchmarks.page --json [--checkpoint pixelcnn-mnist] [--repeats 7] [--starts 3]

A server of its own is started on a free port, Chromium (the system's when there is one) visits it at 1280 × 720 with an
empty cache. All times are taken in the page by one clock, `performance.now()`: the click as its event arrives, messages
as the WebSocket hands them over, the first frame as the player marks it drawn. The sampling is what the server's log
says of that same computation. A move of the pointer begins when the browser dates its event and ends when the frame
with the new picture is painted. Medians over the repeats. The last line is one JSON object.
"""

import contextlib
import math
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import click
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, tell

ROOT = Path(__file__).resolve().parents[1]
DRAWN = "[data-trace][data-first-paint]"
COMPUTED = re.compile(r"computed in ([\d.]+) s")

# Recorded in the page, before any of its own scripts: messages both ways, addresses, clicks.
RECORDER = """
window.record = {received: [], sent: [], addresses: [], clicks: []};
const now = () => performance.now();
const size = (data) => data.byteLength ?? data.size ?? data.length;
window.WebSocket = class extends WebSocket {
  constructor(...given) {
    super(...given);
    this.addEventListener("message", ({data}) => {
      const message = [now(), size(data), null];
      record.received.push(message);
      requestAnimationFrame(() => requestAnimationFrame(() => { message[2] = now(); })); // the one after it is drawn
    });
  }
  send(data) { record.sent.push([now(), size(data)]); super.send(data); }
};
for (const name of ["pushState", "replaceState"]) {
  const real = history[name].bind(history);
  history[name] = (...given) => { record.addresses.push(now()); real(...given); };
}
document.addEventListener("click", () => record.clicks.push(now()), {capture: true});
"""
# The player's own frame rate, read four times a second by the page itself.
FRAME_RATES = """(root, milliseconds) => new Promise((done) => {
  const rates = [];
  const before = [record.sent.length, record.received.length];
  const timer = setInterval(() => rates.push(Number(root.dataset.fps)), 250);
  setTimeout(() => {
    clearInterval(timer);
    done({rates, playing: root.dataset.playing === "true",
          sent: record.sent.length - before[0], received: record.received.length - before[1]});
  }, milliseconds);
})"""
# Each move of the pointer over a plane, from the time that the browser dates the event to the first task after the
# frame that holds the new picture; then from the event's arrival, and the scripts' own part. Moves that change nothing
# are left out. The root hears of a move before its canvas does (capture), and again after.
MOVES = """(root) => {
  const [moves, now] = [record.moves = [], () => performance.now()];
  const channel = new MessageChannel();
  const waiting = [];
  let begun, before;
  channel.port1.onmessage = () => { waiting.shift()(); };
  root.addEventListener("pointermove", () => { [begun, before] = [now(), root.dataset.picture1]; }, {capture: true});
  root.addEventListener("pointermove", ({timeStamp}) => {
    const [heard, handled] = [begun, now()];
    if (root.dataset.picture1 === before) return;
    requestAnimationFrame(() => {
      waiting.push(() => moves.push([now() - timeStamp, now() - heard, handled - heard]));
      channel.port2.postMessage(0);
    });
  });
}"""
MOVE_COUNT = 200
PLAYED_MS = 4500  # a trace of 784 pixels plays for 6 s at 1 ×


@dataclass
class Server:
    """A running server: its address, its process and its log."""

    url: str
    process: subprocess.Popen
    log: Path
    ready_s: float = 0.0
    read: int = field(default=0, repr=False)

    def computed_ms(self) -> float:
        """Milliseconds of computing that the log reports since the last call."""
        text = self.log.read_text()
        fresh, self.read = text[self.read :], len(text)
        return sum(1000 * float(seconds) for seconds in COMPUTED.findall(fresh))

    def resident_mb(self) -> float | None:
        """Resident memory of the server in MB (2²⁰ bytes); None where there is no /proc."""
        with contextlib.suppress(OSError):
            found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.process.pid}/status").read_text())
            return int(found[1]) / 1024 if found else None
        return None


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The app as `streamlit run app.py` serves it, ended afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--logger.level", "info"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        begun = time.monotonic()
        with log.open("w") as out:
            process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=dict(os.environ))
        try:
            started = Server(f"http://127.0.0.1:{port}", process, log)
            while not healthy(started.url):
                if process.poll() is not None or time.monotonic() - begun > 120:
                    raise click.ClickException(f"the server did not start:\n{log.read_text()[-3000:]}")
                time.sleep(0.05)
            started.ready_s = time.monotonic() - begun
            yield started
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def healthy(url: str) -> bool:
    """Whether the server answers."""
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
        return answer.status == 200
    return False


@contextlib.contextmanager
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of a new browser context: nothing is cached."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.add_init_script(RECORDER)
    yield page
    context.close()


def settle(page: Page, quiet_ms: int = 600) -> None:
    """Wait until no message went either way for a while."""
    page.wait_for_function(
        "ms => performance.now() - Math.max(0, ...record.sent.map(s => s[0]), ...record.received.map(r => r[0])) > ms",
        arg=quiet_ms,
        polling=50,
    )


def load(page: Page, address: str) -> dict[str, float]:
    """Open a link; milliseconds from the start of the navigation to the player's first frame, and open dialogs."""
    page.goto(address)
    page.wait_for_selector(DRAWN)
    painted = float(page.locator(DRAWN).get_attribute("data-first-paint"))
    page.wait_for_timeout(1000)
    return {"first_frame_ms": painted, "dialogs": page.get_by_role("dialog").count()}


def press_generate(page: Page, seed: int, running: Server) -> dict[str, float]:
    """Choose a seed nobody asked for, press Generate; what followed, in milliseconds after the click."""
    page.get_by_role("spinbutton", name="Seed").fill(str(seed))
    page.keyboard.press("Enter")
    page.get_by_text("to use the new settings").wait_for()
    settle(page)
    running.computed_ms()
    root = page.locator(DRAWN).element_handle()
    before = root.get_attribute("data-trace")
    page.get_by_role("button", name="Generate").click()
    fresh = "([root, before]) => root.dataset.trace !== before && root.dataset.firstPaint"
    page.wait_for_function(fresh, arg=[root, before], polling=20)
    painted = float(root.get_attribute("data-first-paint"))
    clicked, received = page.evaluate("[record.clicks.at(-1), record.received]")
    arrived, size, _ = max((message for message in received if message[0] > clicked), key=lambda message: message[1])
    sampling = running.computed_ms()
    return {
        "click_to_first_frame_ms": painted - clicked,
        "sampling_ms": sampling,
        "first_frame_beyond_sampling_ms": painted - clicked - sampling,
        "click_to_trace_received_ms": arrived - clicked,
        "trace_received_to_first_frame_ms": painted - arrived,
        "trace_message_bytes": size,
    }


def go_to(page: Page, step: int) -> None:
    """Scrub the player to a step; at rest it stops playing and reports where it stands."""
    page.locator(DRAWN).evaluate("(root, step) => root.__player.goto(step)", step)


def rerun(page: Page, act: Callable[[], None]) -> dict[str, float]:
    """Act on a control that needs no model; from the browser's message to the answer's end, in milliseconds.

    The time a control waits before it sends anything (a slider 0.2 s, the player at rest 0.25 s) is reported apart.
    """
    settle(page)
    before = page.evaluate("[record.sent.length, record.received.length, record.addresses.length, performance.now()]")
    act()
    page.wait_for_function("n => record.sent.length > n", arg=before[0])
    settle(page)
    seen = page.evaluate("record")
    sent, received = seen["sent"][before[0] :], seen["received"][before[1] :]
    return {
        "control_waits_ms": sent[0][0] - before[3],
        "answered_ms": received[-1][0] - sent[0][0],
        "drawn_ms": received[-1][2] - sent[0][0],
        "address_changed_ms": seen["addresses"][-1] - sent[0][0] if len(seen["addresses"]) > before[2] else None,
        "messages_sent": len(sent),
        "bytes_received": sum(size for _, size, _ in received),
    }


def point(browser: Browser, address: str) -> dict[str, float | int]:
    """Move the pointer over the plane of a VAE; what passes until the new picture is painted, in milliseconds."""
    with visitor(browser) as page:
        page.goto(address)
        page.wait_for_selector(".pg-planes[data-first-paint]")
        settle(page, 2000)
        root = page.locator(".pg-planes")
        box = root.locator("canvas.pg-plane").nth(1).bounding_box()
        root.evaluate(MOVES)
        before = page.evaluate("[record.sent.length, record.received.length]")
        for move in range(2 * MOVE_COUNT):
            turn = 0.19 * move  # a spiral over the whole plane
            far = 0.1 + 0.3 * (move % MOVE_COUNT) / MOVE_COUNT
            x, y = 0.52 + far * math.cos(turn), 0.48 + far * math.sin(turn)
            page.mouse.move(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
            if page.evaluate("record.moves.length") >= MOVE_COUNT:
                break
        page.wait_for_timeout(200)
        moves = page.evaluate("record.moves")[:MOVE_COUNT]
        after = page.evaluate("[record.sent.length, record.received.length]")
    painted, heard, handled = ([row[i] for row in moves] for i in range(3))
    return {
        "moves": len(moves),
        "painted_ms_median": round(statistics.median(painted), 1),
        "painted_ms_95": round(percentile(painted, 0.95), 1),
        "painted_ms_max": round(max(painted), 1),
        "heard_to_painted_ms_median": round(statistics.median(heard), 1),
        "heard_to_painted_ms_95": round(percentile(heard, 0.95), 1),
        "script_ms_median": round(statistics.median(handled), 2),
        "messages_sent": after[0] - before[0],
        "messages_received": after[1] - before[1],
        "load_average": round(os.getloadavg()[0], 2),
    }


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies, the nearest rank."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def medians(rows: list[dict[str, float]]) -> dict[str, float | None]:
    """The median of each field, over the rows that have it."""
    result = {}
    for name in rows[0]:
        values = [row[name] for row in rows if row[name] is not None]
        result[name] = round(statistics.median(values), 1) if values else None
    return result


def measure(browser: Browser, checkpoint: str, count: int, repeats: int, starts: int) -> dict[str, dict]:
    """All figures, by topic."""
    link = f"/pixelcnn-generate?checkpoint={checkpoint}&count={count}"
    cold, warm = [], []
    for start in range(starts):
        with server() as running:
            running.computed_ms()
            with visitor(browser) as page:
                row = load(page, f"{running.url}{link}&seed=1")
                cold.append(row | {"sampling_ms": running.computed_ms(), "server_ready_ms": 1000 * running.ready_s})
            for _ in range(repeats if start == starts - 1 else 0):
                with visitor(browser) as page:
                    warm.append(load(page, f"{running.url}{link}&seed=1"))
            if start < starts - 1:
                continue
            with visitor(browser) as page:
                load(page, f"{running.url}{link}&seed=1")
                pressed, played = [], []
                for repeat in range(repeats):
                    pressed.append(press_generate(page, 100 + repeat, running))
                    if repeat < 3:
                        page.wait_for_timeout(600)  # the player's rate is a mean over its last 60 frames
                        played.append(page.locator(DRAWN).evaluate(FRAME_RATES, PLAYED_MS))
                go_to(page, 5)
                slider = page.get_by_role("slider", name="Temperature").first
                slider.focus()
                moved = [rerun(page, lambda: page.keyboard.press("ArrowRight")) for _ in range(repeats)]
                stepped = [rerun(page, partial(go_to, page, 10 + 7 * repeat)) for repeat in range(repeats)]
            pointed = point(browser, f"{running.url}/autoencoders-plane")
            rates = [rate for run in played for rate in run["rates"]]
            return {
                "page_load_cold": medians(cold),
                "page_load_warm": medians(warm),
                "generate": medians(pressed),
                "playback": {
                    "fps_median": statistics.median(rates),
                    "fps_min": min(rates),
                    "seconds": len(played) * PLAYED_MS / 1000,
                    "played_throughout": all(run["playing"] for run in played),
                    "messages_sent": sum(run["sent"] for run in played),
                    "messages_received": sum(run["received"] for run in played),
                },
                "slider_without_model": medians(moved),
                "step_without_model": medians(stepped),
                "pointer_on_the_plane": pointed,
                "server": {"resident_mb": running.resident_mb()},
            }
    raise click.BadParameter("at least one start of the server is needed")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--checkpoint", default="pixelcnn-mnist", show_default=True)
@click.option("--count", default=16, show_default=True, help="Digits of a trace.")
@click.option("--repeats", default=7, show_default=True, help="Of everything but cold loads.")
@click.option("--starts", default=3, show_default=True, help="Starts of the server, one cold load each.")
def main(as_json: bool, checkpoint: str, count: int, repeats: int, starts: int) -> None:
    """Page load, click → first frame, playback and interactions without a model, in a real Chromium."""
    with chromium() as browser:
        results, version = measure(browser, checkpoint, count, repeats, starts), browser.version
    context = {"checkpoint": checkpoint, "digits": count, "repeats": repeats, "starts": starts}
    tell("page", results, version, as_json, **context)


if __name__ == "__main__":
    main()
