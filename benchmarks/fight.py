"""The game in 2-D in a real browser: from "100 both" to a hundred new frames on screen, and the time of a step back.

    python -m benchmarks.fight --json [--repeats 5] [--setting cure=unrolled]

A server of its own is started on a free port, Chromium visits it at 1280 × 720. Each press is made at the end of a game
with a seed of its own, so that all its steps are computed anew. All times are taken in the page by one clock,
`performance.now()`: the press as the canvas hears it, frames as they are unpacked, a step as the animation frame that
has drawn it ends. Computing is what the server's log says of it. Steps back are made at random through 600 steps, and
counted are the messages that they send: none. Played are the same 600 steps at 60 a second. Medians over the repeats;
the last line is one JSON object.
"""

from typing import Any

import click
from playwright.sync_api import Browser, Locator, Page

from benchmarks.browser import chromium, tell
from benchmarks.page import Server, medians, server, settle, visitor
from benchmarks.walk import middle

DRAWN = ".pg-gangame[data-first-paint]"
PRESS = """root => new Promise((done) => { const game = root.__game, before = game.step, times = {};
    const held = game.frames.length, take = game.take.bind(game);
    game.take = (...given) => { take(...given); if (game.frames.length > held) times.received ??= performance.now(); };
    const watch = () => {
      if (game.step > before) {
        requestAnimationFrame((painted) => {
          delete game.take;
          const size = Math.max(...record.received.filter(([at]) => at > times.pressed).map(([, bytes]) => bytes));
          const [received, frames] = [times.received - times.pressed, game.frames.length - held];
          done({received, painted: painted - times.pressed, size, frames});
        });
      } else requestAnimationFrame(watch);
    };
    times.pressed = performance.now();
    root.querySelector("[data-press=b100]").click();
    watch(); })"""
SCRUB = """(root, count) => new Promise((done) => { const game = root.__game, waits = [], sent = record.sent.length;
    const next = () => {
      if (waits.length === count) { done({waits, sent: record.sent.length - sent}); return; }
      const begun = performance.now(), step = Math.floor(game.steps * ((waits.length * 0.618034) % 1));
      game.goto(step);
      const watch = () => requestAnimationFrame(() => {
        if (Number(root.dataset.step) !== step) { watch(); return; }
        setTimeout(() => { waits.push(performance.now() - begun); next(); }); // after the frame that drew it
      });
      watch();
    };
    next(); })"""
PLAY = """root => new Promise((done) => { const game = root.__game, times = [], sent = record.sent.length;
    game.goto(0);
    game.run(game.steps);
    const frame = (now) => {
      times.push(now);
      if (game.playing && times.length < 300) requestAnimationFrame(frame);
      else {
        game.pause();
        done({frames: times.slice(1).map((t, i) => t - times[i]), sent: record.sent.length - sent});
      }
    };
    requestAnimationFrame(frame); })"""


def press(page: Page, root: Locator, running: Server) -> dict[str, float]:
    """Press "100 both"; what followed, in milliseconds."""
    settle(page)
    running.computed_ms()
    found = root.evaluate(PRESS)
    assert found["frames"] == 100, found
    return {
        "press_to_100_frames_received_ms": found["received"],
        "press_to_first_new_frame_painted_ms": found["painted"],
        "computing_ms": running.computed_ms(),
        "message_bytes": found["size"],
    }


def measure(browser: Browser, running: Server, query: str, repeats: int) -> dict[str, Any]:
    """All figures of one setting."""
    rows = []
    for repeat in range(repeats):
        with visitor(browser) as page:
            page.goto(f"{running.url}/gan-game?seed={100 + repeat}&moves=b100&step=100&{query}")
            page.wait_for_selector(DRAWN)
            rows.append(press(page, page.locator(DRAWN), running))
    with visitor(browser) as page:
        page.goto(f"{running.url}/gan-game?seed=100&moves=b600&step=600&{query}")
        page.wait_for_selector(DRAWN)
        settle(page)
        root = page.locator(DRAWN)
        back = root.evaluate(SCRUB, 60)
        settle(page)
        played = root.evaluate(PLAY)
    return medians(rows) | {
        "step_back_drawn_ms": round(middle(back["waits"]), 1),
        "step_back_drawn_p95_ms": round(middle(back["waits"], 0.95), 1),
        "messages_while_stepping_back": back["sent"],
        "frame_ms": round(middle(played["frames"]), 2),
        "frame_p95_ms": round(middle(played["frames"], 0.95), 2),
        "frames_per_second": round(1000 * len(played["frames"]) / sum(played["frames"]), 1),
        "messages_while_playing": played["sent"],
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the last line.")
@click.option("--repeats", default=5, show_default=True)
@click.option("--setting", "settings", multiple=True, default=("", "cure=unrolled", "cure=penalty"), help="Of a link.")
def main(as_json: bool, repeats: int, settings: tuple[str, ...]) -> None:
    """Press → a hundred new frames, and the time of a step back, in a real Chromium."""
    with chromium() as browser, server() as running:
        results = {query or "default": measure(browser, running, query, repeats) for query in settings}
        version = browser.version
    tell("fight", results, version, as_json, repeats=repeats)


if __name__ == "__main__":
    main()
