"""A real Streamlit server and a real Chromium that may speak to this machine only."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route, expect, sync_playwright

expect.set_options(timeout=30_000)  # a busy machine may take its time; what must be fast is a benchmark's business
ROOT = Path(__file__).parents[2]
HERE = {"127.0.0.1", "localhost", "::1", ""}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on two busy cores may miss a deadline: one more try each, a few in all, and the summary shows why."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_healthy(url: str, process: subprocess.Popen, log: Path, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"streamlit did not come up at {url}:\n{log.read_text()[-3000:]}")


def start_server(app: Path | str, log: Path, *options: str) -> tuple[str, subprocess.Popen]:
    """A Streamlit server of its own, once it answers: its address, below the base path of the options, its process."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless", "true"]
    command += ["--server.address", "127.0.0.1", "--server.port", str(port)]
    command += ["--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none", *options]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=out, stderr=subprocess.STDOUT
        )
    base = options[options.index("--server.baseUrlPath") + 1] if "--server.baseUrlPath" in options else ""
    url = f"http://127.0.0.1:{port}/{base}".rstrip("/")
    wait_until_healthy(url, process, log)
    return url, process


def stop_server(process: subprocess.Popen) -> None:
    """End a server; one that does not listen is killed."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()


@contextmanager
def running_server(url: str | None = None) -> Iterator[str]:
    """The address of the app: of `url` if that is given, else of a server that ends with the block."""
    if url:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder:
        found, process = start_server(ROOT / "app.py", Path(folder) / "log.txt")
        try:
            yield found
        finally:
            stop_server(process)


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """serve(app_path, *options) → url. One server per app, options and folder of checkpoints, for the whole session."""
    running: dict[tuple[str, ...], tuple[str, subprocess.Popen]] = {}

    def start(app: Path | str, *options: str) -> str:
        name = (str(app), os.environ.get("PLAYGROUND_CHECKPOINTS", ""), *options)
        if name not in running:
            running[name] = start_server(app, tmp_path_factory.mktemp("server") / "log.txt", *options)
        return running[name][0]

    yield start
    for _, process in running.values():
        stop_server(process)


def chromium() -> str | None:
    """The system's Chromium, or None: then the one that Playwright downloaded."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium for all tests."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def outside_requests() -> list[str]:
    """The addresses on other hosts that pages of this test asked for; every such request was aborted."""
    return []


@pytest.fixture
def console_errors() -> list[str]:
    """The errors that pages of this test wrote to the console or threw, without the 404s that Streamlit itself brings
    about: below a deep link it looks for its health address first, and then finds it at the root; and pictures of a
    page that is left while they load are gone."""
    return []


@pytest.fixture
def quiet_and_at_home(outside_requests: list[str], console_errors: list[str]) -> Iterator[None]:
    """No page of this test asks another host, or writes an error to the console."""
    yield
    assert outside_requests == []
    assert console_errors == []


@pytest.fixture
def new_page(browser: Browser, outside_requests: list[str], console_errors: list[str]) -> Iterator[Callable[..., Page]]:
    """new_page(**options of a browser context) → a page of its own context: a second visitor."""
    contexts: list[BrowserContext] = []

    def at_home_only(route: Route) -> None:
        if (urlsplit(route.request.url).hostname or "") in HERE:
            route.continue_()
        else:
            outside_requests.append(route.request.url)
            route.abort()

    def note(message: ConsoleMessage) -> None:
        missing = "404" in message.text and re.search(r"/.+/_stcore/|/media/", urlsplit(message.location["url"]).path)
        missing = missing or re.match(r"Client Error: Image source error - \S+/media/", message.text)
        if message.type == "error" and not missing:
            console_errors.append(message.text)

    def listen(page: Page) -> None:
        page.on("console", note)
        page.on("pageerror", lambda error: console_errors.append(str(error)))
        page.on("websocket", lambda ws: None if urlsplit(ws.url).hostname in HERE else outside_requests.append(ws.url))

    def make(**options: object) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})
        contexts.append(context)
        context.route("**/*", at_home_only)
        context.on("page", listen)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A fresh visitor at 1280 × 720."""
    return new_page()
