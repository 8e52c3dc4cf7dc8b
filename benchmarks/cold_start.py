"""From nothing to a moving picture: a newcomer who knows only "digits, please", in a real browser.

    python -m benchmarks.cold_start --json [--starts 3]

For each start a server of its own, and a browser whose cache is empty, at 1280 × 720. The home page is opened; PixelCNN
is clicked as soon as its card is there, then Play, where nothing moves yet. Times run from the navigation's start in
milliseconds: the first card's picture, the link, the player, and a picture that has changed twice. Another server and
another visitor, who waits for all cards, give `home_complete_ms`.
Medians over the starts; the last line is one JSON object.
"""

import time

import click
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium, tell
from benchmarks.page import DRAWN, medians, server, visitor

MODEL = "PixelCNN"
# Resolves once the picture has changed twice: a picture that moves.
MOVING = """async (root) => {
  const picture = () => [...root.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join();
  let before = picture();
  for (let changes = 0; changes < 2;) {
    await new Promise(requestAnimationFrame);
    const now = picture();
    if (now !== before) changes += 1;
    before = now;
  }
}"""


def visit(page: Page, url: str) -> dict[str, float]:
    """From the home page to a digit that writes itself: what has passed at each point, in milliseconds, and clicks."""
    begun = time.monotonic()
    passed = {}

    def note(name: str) -> None:
        passed[f"{name}_ms"] = 1000 * (time.monotonic() - begun)

    page.goto(url, wait_until="commit")
    page.wait_for_selector(".st-key-gallery img")
    note("first_picture")
    link = page.locator(".st-key-gallery a[href*='pixelcnn-generate']").first
    link.wait_for()
    note("link")
    link.click()
    root = page.locator(DRAWN)
    root.wait_for()
    note("player")
    clicks = 1
    if root.get_attribute("data-playing") != "true":
        root.locator("[data-action='play']").click()
        clicks += 1
    root.evaluate(MOVING)
    note("moving")
    return passed | {"clicks": clicks}


def complete(page: Page, url: str) -> dict[str, float]:
    """How long the home page takes until its last words are there, in milliseconds."""
    begun = time.monotonic()
    page.goto(url, wait_until="commit")
    page.get_by_role("link", name="Surprise").wait_for()
    return {"home_complete_ms": 1000 * (time.monotonic() - begun)}


def measure(browser: Browser, starts: int) -> dict[str, dict]:
    """Newcomers on fresh servers, then others who come to a home page that nobody has opened."""
    rows, homes, ready = [], [], []
    for _ in range(starts):
        with server() as running, visitor(browser) as page:
            rows.append(visit(page, running.url))
            ready.append({"server_ready_ms": 1000 * running.ready_s})
        with server() as running, visitor(browser) as page:
            homes.append(complete(page, running.url))
    worst = {"moving_ms_slowest": round(max(row["moving_ms"] for row in rows), 1)}
    return {"newcomer": medians(rows) | worst, "home": medians(homes), "server": medians(ready)}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--starts", default=3, show_default=True, help="Starts of the server.")
def main(as_json: bool, starts: int) -> None:
    """Home page to moving picture, from a cold start."""
    with chromium() as browser:
        results, version = measure(browser, starts), browser.version
    tell("cold_start", results, version, as_json, model=MODEL, starts=starts)


if __name__ == "__main__":
    main()
