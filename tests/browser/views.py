"""How to open a view in a browser and know that it has settled."""

from playwright.sync_api import Page

BUSY = "[data-testid='stSkeleton'], [data-testid='stStatusWidget'], [data-testid='stProgress']"
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
