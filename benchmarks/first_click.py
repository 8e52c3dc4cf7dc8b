"""Is the first click of a lecture as fast as the tenth? The server's share of it, page by page.

    python -m benchmarks.first_click --json [--clicks 10] [--page pixelcnn/generate]

For each page a process of its own starts as the server does, with the models loaded and the heap frozen. Then it opens
the page once for each seed: the script runs, the trace is computed, figures and payloads are made. `first` is the first
opening of the process, `tenth` the median of the last three; what the first one loads, compiles or builds for the rest
is the difference. Seconds; the last line is one JSON object.
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("pixelcnn/generate", "chains/diagnostics", "autoencoders/generative", "belief_networks/nade")


def openings(page: str, count: int) -> list[float]:
    """Seconds of `count` openings of a page in this process, each with a seed of its own."""
    from streamlit.testing.v1 import AppTest

    from playground import figures, ui

    ui.engine()
    figures.warm.warm_up()
    found = []
    for seed in range(1, count + 1):
        app = AppTest.from_file(ROOT / "pages" / f"{page}.py", default_timeout=300)
        app.query_params["seed"] = str(seed)
        begun = time.perf_counter()
        app.run()
        found.append(time.perf_counter() - begun)
        if app.exception:
            raise SystemExit(f"{page}: {app.exception[0].value}")
    return found


@click.command()
@click.option("--clicks", "count", default=10, show_default=True, help="Openings of each page.")
@click.option("--page", "pages", type=click.Choice(PAGES), multiple=True, help="These pages; all, if none is given.")
@click.option("--here", is_flag=True, hidden=True, help="In this very process, and nothing but the seconds.")
@click.option("--json", "as_json", is_flag=True, help="End with one JSON object.")
def main(count: int, pages: tuple[str, ...], here: bool, as_json: bool) -> None:
    """The first click against the tenth."""
    if here:
        click.echo(json.dumps(openings(pages[0], count)))
        return
    results = {}
    for page in pages or PAGES:
        command = [sys.executable, "-m", "benchmarks.first_click", "--here", "--page", page, "--clicks", str(count)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr[-2000:])
        seconds = json.loads(done.stdout.splitlines()[-1])
        tenth = statistics.median(seconds[-3:])
        results[page] = {"first": seconds[0], "tenth": tenth, "ratio": seconds[0] / tenth}
        click.echo(f"{page:28} first {seconds[0]:7.3f} s   tenth {tenth:7.3f} s   ratio {seconds[0] / tenth:5.2f}")
    if as_json:
        click.echo(json.dumps({"benchmark": "first_click", "clicks": count, "results": results}))


if __name__ == "__main__":
    main()
