"""What benchmarks in a browser begin and end with: Chromium, and the figures as a table and as one JSON object."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from playwright.sync_api import Browser, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine or, where there is none, Playwright's own."""
    system = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, args=FLAGS)
        yield browser
        browser.close()


def tell(benchmark: str, results: dict[str, dict], version: str, as_json: bool, **context: Any) -> None:
    """Print results by topic and, as the last line where it is asked for, one JSON object.

    version: Chromium's. context: with what the benchmark was run.
    """
    for topic, figures in results.items():
        click.echo(topic.replace("_", " "))
        for name, value in figures.items():
            click.echo(f"    {name.replace('_', ' '):38} {'–' if value is None else f'{value:,}':>12}")
    if as_json:
        click.echo(json.dumps({"benchmark": benchmark, **context, "chromium": version, "results": results}))
