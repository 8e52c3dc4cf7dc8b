"""All views, by the addresses that the navigation gives them, and how to open one and know that it has settled."""

import re

from playwright.sync_api import Page

from tests.test_layers import ROOT

ENTRY = re.compile(r'view_page\(\s*"([^"]+)",\s*t\("[^"]+"\)(?:,\s*"([^"]+)")?')
BUSY = "[data-testid='stSkeleton'], [data-testid='stStatusWidget'], [data-testid='stProgress']"


def addresses() -> list[str]:
    """The URL path of every view, the home page first."""
    source = (ROOT / "playground" / "ui" / "frame.py").read_text("utf-8")
    return ["", *(url or re.sub("[/_]", "-", path) for path, url in ENTRY.findall(source))]


MOUNTED = """() => [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
  .every((host) => host.shadowRoot?.querySelector('.pg'))"""


def settle(page: Page, milliseconds: int = 120_000) -> None:
    """Wait until the page has its title, the server has nothing more to say, and every canvas is there."""
    page.wait_for_selector("h1", timeout=milliseconds)
    page.wait_for_function(
        f"""() => document.querySelector('.stApp')?.dataset.testConnectionState !== 'CONNECTING'
            && document.querySelector('[data-test-script-state="notRunning"]')
            && !document.querySelector("{BUSY}, [data-stale='true']")""",
        timeout=milliseconds,
    )
    page.wait_for_function(MOUNTED, timeout=milliseconds)
