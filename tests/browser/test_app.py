"""The main way through the app in a real browser, with every other host blocked."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Download, Locator, Page, expect

from playground import traces
from playground.engine import Engine

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
SIDE = 28


def player(page: Page) -> Locator:
    root = page.locator(".pg-player[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    return root


def values(root: Locator) -> list[int]:
    return root.evaluate("root => Array.from(root.__player.values())")


def settled_link(page: Page, step: int) -> str:
    expect(page).to_have_url(re.compile(rf"[?&]step={step}(&|$)"), timeout=30_000)
    return page.url


def download(page: Page, label: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("button", name=label, exact=True).click()
    done: Download = waiting.value
    return Path(done.path()).read_bytes()


def test_from_the_gallery_to_two_futures_and_the_files(page: Page, serve: Callable[..., str]) -> None:
    page.goto(serve(APP))
    expect(page.get_by_role("heading", name="Generative playground")).to_be_visible(timeout=60_000)
    page.locator("a[href*='checkpoint=pixelcnn-mnist']").click()
    root = player(page)

    before = root.get_attribute("data-trace")
    page.get_by_role("spinbutton", name="Seed").fill("11")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Generate").click()
    expect(page).to_have_url(re.compile("seed=11"), timeout=30_000)
    expect(root).not_to_have_attribute("data-trace", before)  # until then the digits of before play
    expect(root).to_have_attribute("data-playing", "true")
    root.get_by_label("Speed").select_option("8")
    steps = int(root.get_attribute("data-steps"))
    expect(root).to_have_attribute("data-step", str(steps), timeout=60_000)
    link = settled_link(page, steps)
    asked = traces.AncestralSettings(checkpoint="pixelcnn-mnist", count=16, seed=11)
    truth = Engine(device="cpu").run(asked)
    assert values(root) == truth.pictures()[0].ravel().tolist()

    root.get_by_label("Step", exact=True).fill("300")
    expect(root).to_have_attribute("data-step", "300")
    assert values(root)[300:] == [255] * (steps - 300)
    assert values(root)[:300] == truth.values[0, :300].tolist()

    archive = np.load(io.BytesIO(download(page, "npz")))
    assert np.array_equal(archive["values"], truth.values)
    with Image.open(io.BytesIO(download(page, "GIF"))) as gif:
        assert gif.n_frames > 50

    step = 10 * SIDE + 14
    canvas = root.locator(".picture").first
    cell = canvas.bounding_box()["width"] / SIDE
    canvas.click(position={"x": 14.5 * cell, "y": 10.5 * cell})
    root.locator("[data-action=force]").click()
    forced = 1 - int(truth.values[0, step])
    expect(page).to_have_url(re.compile(rf"force=0\.{step}\.{forced}"), timeout=30_000)
    expect(root.get_by_text("as drawn", exact=True)).to_be_visible()
    root.locator(".picture").first.focus()
    page.keyboard.press("End")
    settled_link(page, steps)
    futures = Engine(device="cpu").run(traces.BranchSettings(**asked.model_dump(), sample=0, step=step, value=forced))
    assert values(root) == futures.pictures()[0].ravel().tolist()
    page.keyboard.press("ArrowDown")
    expect(root).to_have_attribute("data-focus", "1")
    assert values(root) == futures.pictures()[1].ravel().tolist()
    assert values(root)[step] == forced
    assert link != page.url


MOVES = """
    const seen = {};
    const look = () => {
      for (const link of document.querySelectorAll(".st-key-gallery a")) {
        (seen[link.href] ??= []).push(link.getBoundingClientRect().top);
      }
      requestAnimationFrame(look);
    };
    look();
    window.moved = () => Object.values(seen).map((tops) => Math.max(...tops) - Math.min(...tops));
"""


def test_the_gallery_does_not_jump_while_it_fills(page: Page, serve: Callable[..., str]) -> None:
    page.add_init_script(MOVES)
    page.goto(serve(APP))
    cards = page.locator(".st-key-gallery a")
    expect(cards).to_have_count(16, timeout=60_000)
    expect(page.get_by_role("link", name="Surprise").last).to_be_visible()
    page.wait_for_timeout(1000)  # the pictures come last
    moved = page.evaluate("moved()")
    assert len(moved) == 16
    assert max(moved) < 43, "half a picture's height: a click would meet another card"


def test_a_link_shows_the_same_digit_at_the_same_step_in_a_second_browser(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    first = new_page()
    first.goto(f"{serve(APP)}/pixelcnn-generate?seed=3&count=4&temperature=0.8&step=0")
    root = player(first)
    root.locator(".picture").first.focus()
    for _ in range(17):
        first.keyboard.press("Shift+ArrowRight")
    first.keyboard.press("ArrowRight")
    first.keyboard.press("ArrowDown")
    expect(root).to_have_attribute("data-focus", "1")
    link = settled_link(first, 17 * SIDE + 1)
    assert "focus=1" in link

    second = new_page()
    second.goto(link)
    again = player(second)
    expect(again).to_have_attribute("data-step", str(17 * SIDE + 1))
    expect(again).to_have_attribute("data-playing", "false")
    assert values(again) == values(root)
    assert any(value == 1 for value in values(again)), "an empty picture would prove nothing"
    pixels = "root => root.querySelector('.picture').toDataURL()"
    assert again.evaluate(pixels) == root.evaluate(pixels)


def test_the_first_visit_may_be_a_deep_link(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    fresh = serve(APP, "--server.maxUploadSize", "21")  # other options: a server of its own, that nobody has visited
    page = new_page()
    page.goto(f"{fresh}/pixelcnn-generate?seed=5&step=200")
    player(page)
    page.wait_for_timeout(1000)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert "Page not found" not in page.content()


def test_wrong_values_in_a_link_are_named_and_the_default_is_used(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(APP)}/pixelcnn-generate?seed=abc&temperature=-1&step=99999&checkpoint=nothing&force=1.2")
    root = player(page)
    for words in ("seed='abc' is not allowed", "temperature='-1' is not allowed", "step='99999' is not allowed"):
        expect(page.get_by_text(words)).to_be_visible()
    expect(page.get_by_text(re.compile("checkpoint='nothing' is not allowed: known are"))).to_be_visible()
    expect(page.get_by_text("force='1.2' is not allowed")).to_be_visible()
    assert int(root.get_attribute("data-steps")) == SIDE * SIDE
    assert "Traceback" not in page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_stage_is_above_the_fold(new_page: Callable[..., Page], serve: Callable[..., str], scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{serve(APP)}/pixelcnn-generate?step=400")
    box = player(page).bounding_box()
    assert box["y"] + box["height"] <= 720, json.dumps(box)
    assert box["x"] + box["width"] <= 1280, json.dumps(box)
