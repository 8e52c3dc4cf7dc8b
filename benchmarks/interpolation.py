"""Interpolation in a real browser: frames a second while it plays, messages meanwhile, and how long a new end takes.

    python -m benchmarks.interpolation --json [--checkpoints vae-mnist-2d,vae-mnist,gan-mnist] [--repeats 10]

A server of its own is started on a free port, Chromium visits it at 1280 × 720. The rate is read from the canvas four
times a second while the path plays to and fro; `script_ms` is what drawing one frame takes of the page. For models
with a plane an end is set by clicks, and the time is taken from the click to the frame that shows the new path, as the
page sees it and without what the server computed. The last line is one JSON object.
"""

import statistics

import click
from playwright.sync_api import Browser, Locator, Page

from benchmarks.browser import chromium, tell
from benchmarks.page import FRAME_RATES, Server, server, settle, visitor

DRAWN = ".pg-interpolate[data-first-paint]"
PLAYED_MS = 6_000
TIMED = """root => {
  const canvas = root.__interpolate, draw = canvas.draw.bind(canvas);
  canvas.spent = [];
  canvas.draw = () => { const begun = performance.now(); draw(); canvas.spent.push(performance.now() - begun); };
  canvas.loop = true;
  canvas.goto(0);
  canvas.play();
}"""
# The first frame with no end on its way after a click.
ANSWERED = """(root, clicked) => new Promise((done) => {
  const look = () => root.dataset.waiting === "false" && record.clicks.at(-1) > clicked
    ? requestAnimationFrame(() => done(performance.now() - record.clicks.at(-1))) : requestAnimationFrame(look);
  look();
})"""


def opened(page: Page, running: Server, name: str, ends: str) -> Locator:
    """The view, at rest."""
    page.goto(f"{running.url}/autoencoders-interpolate?checkpoint={name}&ends={ends}&step=1")
    page.wait_for_selector(DRAWN)
    settle(page)
    return page.locator(DRAWN)


def playback(page: Page, root: Locator) -> dict[str, float]:
    """The rate while it plays to and fro, and the messages meanwhile."""
    root.evaluate(TIMED)
    page.wait_for_timeout(1_500)  # the rate is a mean over 30 frames
    found = root.evaluate(FRAME_RATES, PLAYED_MS)
    spent = root.evaluate("root => root.__interpolate.spent")
    root.evaluate("root => root.__interpolate.pause()")
    return {
        "fps_median": statistics.median(found["rates"]),
        "fps_min": min(found["rates"]),
        "script_ms": round(statistics.median(spent), 2),
        "played_throughout": found["playing"],
        "messages_sent": found["sent"],
        "messages_received": found["received"],
    }


def new_end(page: Page, root: Locator, running: Server, repeats: int) -> dict[str, float]:
    """Clicks on the plane; milliseconds from the click to the new path, and without the server's computing."""
    plane, waits, beyond = root.locator("canvas.pg-plane"), [], []
    side = plane.bounding_box()["width"]
    for repeat in range(repeats):
        settle(page)
        running.computed_ms()
        clicked = page.evaluate("performance.now()")
        plane.click(position={"x": side * (0.3 + 0.4 * repeat / repeats), "y": side * 0.4})
        waits.append(root.evaluate(ANSWERED, clicked))
        beyond.append(waits[-1] - running.computed_ms())
    return {"click_to_path_ms": round(statistics.median(waits), 1), "beyond_ms": round(statistics.median(beyond), 1)}


def measure(browser: Browser, names: list[str], repeats: int) -> dict[str, dict]:
    """All figures, by checkpoint and number of ends."""
    results = {}
    with server() as running:
        for name in names:
            for ends in ("two", "four"):
                with visitor(browser) as page:
                    root = opened(page, running, name, ends)
                    results[f"{name}, {ends} ends"] = playback(page, root)
                    if ends == "two" and root.locator("canvas.pg-plane").count():
                        results[f"{name}, {ends} ends"] |= new_end(page, root, running, repeats)
    return results


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--checkpoints", default="vae-mnist-2d,vae-mnist,gan-mnist", show_default=True)
@click.option("--repeats", default=10, show_default=True, help="Clicks on the plane.")
def main(as_json: bool, checkpoints: str, repeats: int) -> None:
    """Frames a second of an interpolation, and the time from a click to the new path, in a real Chromium."""
    with chromium() as browser:
        results, version = measure(browser, checkpoints.split(","), repeats), browser.version
    tell("interpolation", results, version, as_json)


if __name__ == "__main__":
    main()
