"""The views that train and use a MADE, in a real browser that may speak to this machine only."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground import worlds
from playground.engine import Engine
from playground.traces import AncestralSettings, AverageSettings, SmallWorldSettings, unpack_picture
from tests.browser.test_app import APP, download, player, settled_link, values
from tests.small_checkpoints import shelve_mades

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
ENSEMBLE = "made-small-ensemble"


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf whose only MADEs are tiny ones; the engine of this process sees the same."""
    shelve_mades(shelf)
    return serve(APP)


def training(page: Page, url: str) -> Locator:
    page.goto(url)
    root = page.locator(".pg-world[data-step]")
    expect(root).to_be_visible(timeout=60_000)
    return root


def at(root: Locator, step: int) -> None:
    expect(root).to_have_attribute("data-step", str(step))


def learned(root: Locator) -> list[float]:
    return root.evaluate("root => root.__world.learned()")


def test_a_training_is_played_scrubbed_and_linked_to_the_step(
    page: Page, new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    asked = {"model": "fvsbn", "world": "one-bar", "steps": 100, "seed": 4}
    trace = Engine(device="cpu").run(SmallWorldSettings(**asked))
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    root = training(page, f"{serve(APP)}/made-train?{query}")
    expect(root).to_have_attribute("data-playing", "true")
    root.get_by_label("Speed").select_option("4")
    at(root, 100)
    expect(root).to_have_attribute("data-playing", "false")
    settled_link(page, 100)
    root.locator("canvas.bars").focus()
    for key, row in (("Home", 0), ("Shift+ArrowRight", 10), ("ArrowRight", 11), ("ArrowLeft", 10), ("End", 100)):
        page.keyboard.press(key)
        at(root, trace.steps[row])
    root.get_by_label("Step", exact=True).fill("37")
    at(root, trace.steps[37])
    assert learned(root) == pytest.approx(trace.learned[37].tolist(), abs=1e-7)
    expect(root.get_by_text(f"{trace.nll[37]:.4f}", exact=True)).to_be_visible()
    expect(root.get_by_text(f"{trace.kl[37]:.4f}", exact=True)).to_be_visible()
    expect(root.get_by_text(f"{trace.forbidden[37]:.4f}", exact=True)).to_be_visible()
    expect(root.get_by_text(f"entropy {trace.entropy:.4f}")).to_be_visible()
    link = settled_link(page, int(trace.steps[37]))

    again = training(new_page(), link)
    at(again, trace.steps[37])
    expect(again).to_have_attribute("data-playing", "false")
    assert learned(again) == learned(root)
    bars = "root => root.querySelector('canvas.bars').toDataURL()"
    assert again.evaluate(bars) == root.evaluate(bars)


def test_playing_sends_nothing_and_a_bar_says_its_numbers(page: Page, serve: Callable[..., str]) -> None:
    sent: list[float] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    root = training(page, f"{serve(APP)}/made-train?steps=100&step=50")
    trace = Engine(device="cpu").run(SmallWorldSettings(steps=100))
    canvas = root.locator("canvas.bars")
    box = canvas.bounding_box()
    before = len(sent)
    root.get_by_label("Speed").select_option("0.25")
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-step", re.compile(r"^(5[3-9]|[6-9]\d)$"))
    expect(root).to_have_attribute("data-playing", "true")
    assert len(sent) == before
    canvas.focus()
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "false")
    root.get_by_role("button", name="To the end").click()
    at(root, 100)
    state = root.evaluate("root => root.__world.shown()")[0]
    canvas.hover(position={"x": 50, "y": box["height"] / 2})
    expect(root.get_by_text(re.compile(rf"state {state}, .*truth p = {trace.truth[state]:.4f}"))).to_be_visible()
    root.get_by_role("button", name="All 512 states").click()
    assert len(root.evaluate("root => root.__world.shown()")) == 512


def test_who_prefers_reduced_motion_sees_the_end(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    root = training(new_page(reduced_motion="reduce"), f"{serve(APP)}/made-train?steps=40")
    at(root, 40)
    expect(root).to_have_attribute("data-playing", "false")


def test_a_world_is_drawn_with_the_hand_and_trained(page: Page, serve: Callable[..., str]) -> None:
    root = training(page, f"{serve(APP)}/made-train?world=drawn&patterns=1.AAA&steps=40&step=40")
    old = root.get_attribute("data-training")
    page.get_by_role("button", name="Draw the world").click()
    pad = page.locator(".pg-pad")
    canvas = pad.locator("canvas")
    box = canvas.bounding_box()
    for row, column in ((0, 0), (1, 1), (2, 2), (1, 1)):  # the last one empties its pixel again
        canvas.click(position={"x": (column + 0.5) * box["width"] / 3, "y": (row + 0.5) * box["height"] / 3})
    drawn = [255, 0, 0, 0, 0, 0, 0, 0, 255]
    expect(pad).to_have_attribute("data-edit", "4")
    assert pad.evaluate("root => Array.from(root.__pad.picture())") == drawn
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text(re.compile("^2 of at most 64"))).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(root).not_to_have_attribute("data-training", old)
    expected = worlds.pack_patterns(np.array([[0] * 9, drawn]).reshape(2, 3, 3) > 0)
    expect(page).to_have_url(re.compile(re.escape(f"patterns={expected}")))


def test_the_files_of_a_training_are_taken_away(page: Page, serve: Callable[..., str]) -> None:
    training(page, f"{serve(APP)}/made-train?steps=40&step=40&units=8")
    trace = Engine(device="cpu").run(SmallWorldSettings(steps=40, units=8))
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        assert np.array_equal(archive["learned"], trace.learned)
    with Image.open(io.BytesIO(download(page, "GIF"))) as gif:
        assert gif.n_frames == trace.steps.size
    assert len(download(page, "CSV").splitlines()) == 1 + trace.steps.size
    with Image.open(io.BytesIO(download(page, "PNG"))) as picture:
        assert picture.width > 1000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_training_is_above_the_fold(new_page: Callable[..., Page], serve: Callable[..., str], scheme: str) -> None:
    root = training(new_page(color_scheme=scheme), f"{serve(APP)}/made-train?step=200&members=4")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720
    assert box["x"] + box["width"] <= 1280
    expect(root).to_have_attribute("data-scheme", scheme)


def test_a_telephone_sees_the_training_without_scrolling_sideways(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    root = training(new_page(viewport={"width": 400, "height": 800}), f"{serve(APP)}/made-train?step=40&steps=40")
    widest = root.evaluate(
        "root => Math.max(...Array.from(root.querySelectorAll('*'), e => e.getBoundingClientRect().right))"
    )
    assert widest <= 400


def test_a_digit_is_written_in_the_ordering_of_its_member(page: Page, home: str) -> None:
    asked = {"checkpoint": ENSEMBLE, "member": 2, "seed": 3, "count": 4}
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    page.goto(f"{home}/made-generate?{query}&step=20")
    root = player(page)
    expect(root).to_have_attribute("data-step", "20")
    trace = Engine(device="cpu").run(AncestralSettings(**asked))
    assert values(root) == picture_of(trace, 20)
    row, column = divmod(int(trace.order[20]), 8)
    expect(root.get_by_text(f"row {row + 1}, column {column + 1}", exact=True)).to_be_visible()
    root.locator(".picture").first.focus()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "29")
    assert values(root) == picture_of(trace, 29)
    settled_link(page, 29)
    later, place = trace.order[40], root.locator(".picture").first
    cell = place.bounding_box()["width"] / 8
    place.hover(position={"x": (later % 8 + 0.5) * cell, "y": (later // 8 + 0.5) * cell})
    expect(root.get_by_text("Not written yet: step 41.")).to_be_visible()

    first = int(trace.order[5])
    place.click(position={"x": (first % 8 + 0.5) * cell, "y": (first // 8 + 0.5) * cell})
    root.locator("[data-action=force]").click()
    expect(page).to_have_url(re.compile(rf"force=0\.5\.{1 - trace.values[0, 5]}"))
    expect(root.get_by_text("as drawn", exact=True)).to_be_visible()


def picture_of(trace, step: int) -> list[int]:
    out = np.full(trace.order.size, 255)
    out[trace.order[:step]] = trace.values[0, :step]
    return out.tolist()


def test_a_drawn_digit_is_averaged_as_it_is_drawn(page: Page, home: str) -> None:
    page.goto(f"{home}/made-average?count=4&seed=6")
    pad = page.locator(".pg-pad")
    expect(pad).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("picture="))
    before = page.url
    pad.locator("canvas").focus()
    for key in ("ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(page).not_to_have_url(before)
    picture = re.search("picture=([^&]+)", page.url)[1]
    assert (
        unpack_picture(picture, (8, 8), 2)[4, 4]
        != unpack_picture(re.search("picture=([^&]+)", before)[1], (8, 8), 2)[4, 4]
    )
    trace = Engine(device="cpu").run(AverageSettings(checkpoint=ENSEMBLE, picture=picture, count=4))
    expect(page.get_by_text(f"{trace.average[-1]:,.3f} nats")).to_be_visible()
    page.get_by_text("Average the logits (wrong)").click()
    expect(page.get_by_text("logits averaged: wrong, no distribution")).to_be_visible()
    rows = download(page, "CSV").decode().splitlines()
    assert len(rows) == 5
