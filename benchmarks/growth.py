"""Whether the app's memory grows as it is used: the server's resident set over a thousand interactions in a browser.

    python -m benchmarks.growth --json [--interactions 1000] [--first 800] [--pages autoencoders-plane,gan-game]

A server of its own is started on a free port. Chromium visits the pages in turn; an interaction is a seed that nobody
asked for, typed into the page and answered, or, where a page has none, another of its digits; every twentieth begins a
new visit, since what a visitor leaves behind must go as well. The engine keeps traces up to a fixed number of bytes, so
the first interactions fill that cache and are counted apart (`first`). Streamlit keeps a visitor who left for two
minutes, so the resident set goes up and down: the figure is the median of the last quarter's readings divided by that
of the first quarter's, both after the first interactions. The last line is one JSON object.
"""

import json
import re
import statistics
import time

import click
from playwright.sync_api import Browser, Page

from benchmarks.browser import chromium
from benchmarks.page import Server, server, settle, visitor

PAGES = (
    "autoencoders-plane",
    "autoencoders-interpolate",
    "autoencoders-generative",
    "autoencoders-your-digit",
    "autoencoders-dimensions",
    "autoencoders-beta",
    "gan-game",
    "gan-digits",
    "gan-verdict",
    "gan-search",
)
VISIT = 20  # interactions between two visits
READ = 25  # interactions between two readings
QUIET_MS = 150
PATIENCE_MS = 240_000  # a busy machine may take its time: what is measured here is memory


def arrive(page: Page, running: Server, name: str) -> None:
    """Open a page and wait for its stage and its lesson."""
    page.goto(f"{running.url}/{name}")
    page.locator(".pg").first.wait_for()
    page.locator("h3").last.wait_for()
    settle(page, QUIET_MS)


def interact(page: Page, number: int) -> None:
    """One interaction, and its answer."""
    for name, value in ((re.compile("seed", re.IGNORECASE), 100_000 + number), ("Real digit", number % 5_000)):
        field = page.get_by_role("spinbutton", name=name).first
        if field.count() and field.is_visible():
            field.fill(str(value))
            page.keyboard.press("Enter")
            break
    else:
        raise click.ClickException(f"{page.url}: no seed and no digit to choose")
    settle(page, QUIET_MS)


def measure(browser: Browser, running: Server, pages: list[str], first: int, interactions: int) -> dict:
    """Resident memory in MB along the way."""
    rows, done = [], 0
    begun = time.monotonic()
    while done < first + interactions:
        with visitor(browser) as page:
            page.set_default_timeout(PATIENCE_MS)
            name = pages[(done // VISIT) % len(pages)]
            arrive(page, running, name)
            for _ in range(min(VISIT, first + interactions - done)):
                interact(page, done)
                done += 1
                if done % READ == 0 or done == first:
                    rows.append((done, running.resident_mb()))
                    click.echo(f"{done:6,} interactions: {rows[-1][1]:.0f} MB")
    counted = [mb for at, mb in rows if at > first]
    quarter = max(1, len(counted) // 4)
    before, late = statistics.median(counted[:quarter]), statistics.median(counted[-quarter:])
    return {
        "interactions": interactions,
        "first": first,
        "seconds": round(time.monotonic() - begun, 1),
        "resident_mb_first_quarter": before,
        "resident_mb_last_quarter": late,
        "ratio": late / before,
        "readings": rows,
    }


@click.command()
@click.option("--interactions", type=click.IntRange(1), default=1000, show_default=True)
@click.option("--first", type=click.IntRange(0), default=800, show_default=True, help="Interactions that fill caches.")
@click.option("--pages", default=",".join(PAGES), show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
def main(interactions: int, first: int, pages: str, as_json: bool) -> None:
    """Measure the growth of the app's memory."""
    with server() as running, chromium() as browser:
        found = measure(browser, running, pages.split(","), first, interactions)
    click.echo(f"last quarter ÷ first quarter of {interactions:,}, after {first:,} more: {found['ratio']:.3f}")
    if as_json:
        click.echo(json.dumps(found))


if __name__ == "__main__":
    main()
