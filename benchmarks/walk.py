"""The walk in a real browser: from the click on a starting point to the new chains on screen, and the time of a step.

    python -m benchmarks.walk --json [--steps 2000] [--chains 16] [--repeats 5]

A server of its own is started on a free port, Chromium visits it at 1280 × 720. Each click places the last of C chains
of S steps at a place nobody asked for, so that the whole trace is computed anew. All times are taken in the page by one
clock, `performance.now()`; the computing is what the server's log says of it. A step is measured as what the page needs
to look up and draw another step of all chains: at random steps (scrubbing) and in the next one (playing), and the
frames a second while it plays at 400 steps a second. Medians over the repeats. The last line is one JSON object.
"""

from typing import Any

import click
from playwright.sync_api import Browser, Locator, Page

from benchmarks.browser import chromium, tell
from benchmarks.page import Server, medians, server, settle, visitor

KERNELS = ("metropolis", "mala", "hmc", "gibbs", "tempering")
DRAWN = ".pg-chains[data-first-paint]"
PLACE = """(root, [x, y]) => { const { map } = root.__chains.sides[0];
    const box = map.canvas.getBoundingClientRect();
    return [box.x + map.x(x) / map.ratio, box.y + map.y(y) / map.ratio]; }"""
DRAW = """(root, [steps, jumps]) => { const stage = root.__chains, costs = [];
    for (let n = 0; n < 120; n++) {
      stage.step = 4 * (jumps ? Math.floor(steps * ((n * 0.618034) % 1)) : Math.floor(steps / 2) + n);
      const begun = performance.now();
      stage.draw();
      stage.sides[0].map.context.getImageData(0, 0, 1, 1); // not before everything is painted
      costs.push(performance.now() - begun);
    }
    stage.goto(0);
    return costs; }"""
PLAY = """root => new Promise((done) => { const stage = root.__chains, times = [];
    stage.goto(0);
    stage.speed = 400;
    stage.play();
    const frame = (now) => {
      times.push(now);
      if (stage.playing && times.length < 240) requestAnimationFrame(frame);
      else { stage.goto(0); done(times.slice(1).map((t, i) => t - times[i])); }
    };
    requestAnimationFrame(frame); })"""


def middle(values: list[float], share: float = 0.5) -> float:
    """The value below which `share` of the values lie."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def place(page: Page, root: Locator, point: tuple[float, float], running: Server) -> dict[str, float]:
    """Click a starting point; what followed, in milliseconds after the click."""
    x, y = root.evaluate(PLACE, list(point))
    settle(page)
    running.computed_ms()
    handle, before = root.element_handle(), root.get_attribute("data-trace")
    page.mouse.click(x, y)
    fresh = "([root, before]) => root.dataset.trace !== before && root.dataset.firstPaint"
    page.wait_for_function(fresh, arg=[handle, before], polling=20)
    painted = float(root.get_attribute("data-first-paint"))
    clicked, received = page.evaluate("[record.clicks.at(-1), record.received]")
    arrived, size, _ = max((message for message in received if message[0] > clicked), key=lambda message: message[1])
    return {
        "click_to_new_chains_ms": painted - clicked,
        "computing_ms": running.computed_ms(),
        "click_to_trace_received_ms": arrived - clicked,
        "trace_received_to_painted_ms": painted - arrived,
        "trace_message_bytes": size,
    }


def measure(browser: Browser, running: Server, query: str, chains: int, steps: int, repeats: int) -> dict[str, Any]:
    """All figures of one kernel, or of two."""
    with visitor(browser) as page:
        page.goto(f"{running.url}/chains-walk?target=banana&step=0&chains={chains - 1}&steps={steps}&{query}")
        page.wait_for_selector(DRAWN)
        root = page.locator(DRAWN)
        rows = []
        for repeat in range(repeats):
            rows.append(place(page, root, (-5.5 + 0.37 * repeat, 7.5), running))
            if repeat < repeats - 1:  # back to one chain less, for the next click
                page.locator("[data-action=undo]").click()
                page.wait_for_function("root => root.dataset.waiting === 'false'", arg=root.element_handle())
        jumps = root.evaluate(DRAW, [steps, True])
        nexts = root.evaluate(DRAW, [steps, False])
        frames = root.evaluate(PLAY)
    return medians(rows) | {
        "another_step_ms": round(middle(jumps), 2),
        "another_step_p95_ms": round(middle(jumps, 0.95), 2),
        "next_step_ms": round(middle(nexts), 2),
        "frame_ms": round(middle(frames), 2),
        "frame_p95_ms": round(middle(frames, 0.95), 2),
        "frames_per_second": round(1000 / (sum(frames) / len(frames)), 1),
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--steps", default=2000, show_default=True)
@click.option("--chains", default=16, show_default=True)
@click.option("--repeats", default=5, show_default=True)
@click.option("--kernel", "kernels", multiple=True, default=KERNELS, show_default=True)
def main(as_json: bool, steps: int, chains: int, repeats: int, kernels: tuple[str, ...]) -> None:
    """Click → new chains, and the time of a step, in a real Chromium."""
    queries = {kernel: f"kernel={kernel}&step_size=0.3" for kernel in kernels}
    queries["metropolis beside mala"] = "kernel=metropolis&step_size=0.3&kernel2=mala&step_size2=0.3&seed=1"
    with chromium() as browser, server() as running:
        results = {name: measure(browser, running, query, chains, steps, repeats) for name, query in queries.items()}
        version = browser.version
    tell("walk", results, version, as_json, target="banana", chains=chains, steps=steps, repeats=repeats)


if __name__ == "__main__":
    main()
