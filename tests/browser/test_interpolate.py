"""Interpolate in a real browser: it plays without the server, and what is shown is the trace's, to the digit."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground import traces
from playground.engine import Engine
from playground.traces import InterpolateSettings
from tests.browser.test_app import download
from tests.browser.test_bad_input import upload

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
torch.set_num_threads(1)
ENGINE = Engine(device="cpu")
APP = Path(__file__).parents[2] / "app.py"
VIEW, PLANAR, WIDE = "autoencoders-interpolate", "vae-mnist-2d", "gan-mnist"
ENDS = {"first": "code:-1.500,0.250", "second": "code:1.250,1.000"}
QUERY = "&".join(f"{name}={text}" for name, text in ENDS.items())
COUNT_MESSAGES = """
window.sent = [performance.now()];
window.WebSocket = class extends WebSocket { send(data) { sent.push(performance.now()); super.send(data); } };
"""


def opened(page: Page, serve: Callable[..., str], query: str, name: str = PLANAR) -> Locator:
    page.goto(f"{serve(APP)}/{VIEW}?checkpoint={name}&{query}")
    root = page.locator(".pg-interpolate[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def trace_of(name: str = PLANAR, **values: object) -> traces.InterpolateTrace:
    return ENGINE.run(InterpolateSettings(checkpoint=name, **values))


def shown(root: Locator, way: str) -> np.ndarray:
    """The picture in sight of a way, (28, 28), paper 0 … ink 1, by its pixels on the screen."""
    found = root.evaluate(
        """(root, way) => { const { cells } = root.__interpolate.panels[way];
        return Array.from(cells.context.getImageData(0, 0, cells.canvas.width, cells.canvas.height).data); }""",
        ["linear", "spherical", "cross-fade"].index(way),
    )
    side = int(np.sqrt(len(found) / 4))
    red = np.array(found, np.float64).reshape(side, side, 4)[..., 0]
    cell = side // 28
    red = red[cell // 2 :: cell, cell // 2 :: cell]
    paper, ink = root.evaluate("root => [root.__interpolate.theme.paper[0], root.__interpolate.theme.ink[0]]")
    return (red - paper) / (ink - paper)


def minus(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_frame_with_the_pictures_and_numbers_of_the_trace(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, f"{QUERY}&frames=31&step=12&seed=4")
    expect(root).to_have_attribute("data-at", "12")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    trace = trace_of(**ENDS, frames=31, seed=4)
    for way, name in enumerate(trace.ways):
        np.testing.assert_allclose(shown(root, name), trace.pictures[way, 0, 12], atol=0.01)
    panels = root.locator("figure.picture")
    for way in (0, 1):
        z = trace.codes[way, 0, 12]
        expect(panels.nth(way)).to_contain_text(minus(trace.norms[way, 0, 12], 3))
        expect(panels.nth(way)).to_contain_text(f"z = ({minus(z[0], 3)}, {minus(z[1], 3)})")
    for way in range(3):
        expect(panels.nth(way)).to_contain_text(f"{minus(trace.scores[way, 12], 1)} nats")
    expect(root.locator(".said")).to_contain_text(f"Ω = {np.degrees(trace.angles[0, 1]):.1f}°")
    expect(root.locator(".count")).to_have_text("t = 0.400")

    canvas = panels.nth(1).locator("canvas").first
    side = canvas.bounding_box()["width"]
    canvas.hover(position={"x": side * 14.5 / 28, "y": side * 10.5 / 28})
    p = round(float(trace.pictures[1, 0, 12, 10, 14]) * 255) / 255
    expect(root.locator(".said")).to_contain_text(f"Spherical, row 11, column 15: p(pixel = 1) = {p:.2f}")


def test_it_plays_scrubs_and_steps_without_a_message_to_the_server(page: Page, serve: Callable[..., str]) -> None:
    page.add_init_script(COUNT_MESSAGES)
    root = opened(page, serve, f"{QUERY}&frames=121")
    root.get_by_label("Speed").select_option("0.25")
    root.get_by_role("button", name="To the start").click()
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-playing", "true")
    page.wait_for_function("performance.now() - sent.at(-1) > 400")
    before, step = page.evaluate("sent.length"), int(root.get_attribute("data-step"))
    page.wait_for_function("([root, step]) => Number(root.dataset.step) > step", arg=[root.element_handle(), step + 25])
    assert root.get_attribute("data-playing") == "true"
    assert page.evaluate("sent.length") == before, "a message was sent while it played"
    root.get_by_role("button", name="Pause").click()
    expect(page).to_have_url(re.compile(r"step=\d+$"))  # at rest the link says where

    root.get_by_label("At the end").get_by_role("button", name="to and fro").click()
    root.get_by_label("Speed").select_option("2")
    page.keyboard.press("End")
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-playing", "true")
    page.wait_for_function(
        """root => { const s = Number(root.dataset.step); // the highest so far, the lowest since, and up again
            if (!(s <= root.high)) [root.high, root.low] = [s, s];
            root.low = Math.min(root.low, s);
            return root.high > root.low + 20 && s > root.low + 20; }""",
        arg=root.element_handle(),
    )  # down and up again
    root.get_by_role("button", name="Pause").click()
    for key, expected in (("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("ArrowLeft", 10), ("End", 120)):
        page.keyboard.press(key)
        expect(root).to_have_attribute("data-at", str(expected))
    strip = root.locator(".strip").nth(2)
    box = strip.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 9, steps=5)
    expect(root).to_have_attribute("data-at", "60")
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"step=60$"))


def test_ends_are_set_on_the_plane_by_click_drag_and_keys(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, f"{QUERY}&frames=31&step=9")
    plane = root.locator("canvas.pg-plane")
    where = "(root, n) => root.__interpolate.plane.toScreen(root.__interpolate.ends.points[n])"
    root.get_by_role("button", name="B", exact=True).click()
    expect(root).to_have_attribute("data-active", "B")
    plane.click(position={"x": 120, "y": 300})
    expect(root).to_have_attribute("data-edit", "1")
    expect(root).to_have_attribute("data-waiting", "false")
    expect(root).to_have_attribute("data-at", "9")  # a new end does not move t
    clicked = root.evaluate("root => root.__interpolate.ends.points[1]")
    text = ",".join(f"{value:.3f}" for value in clicked)
    expect(page).to_have_url(re.compile(re.escape(f"second=code%3A{text.replace(',', '%2C')}")))
    expect(page.get_by_role("button", name=f"B · {text.replace('-', '−').replace(',', ', ')}")).to_be_visible()
    fresh = trace_of(first=ENDS["first"], second=f"code:{text}", frames=31)
    np.testing.assert_allclose(shown(root, "linear"), fresh.pictures[0, 0, 9], atol=0.01)

    box, (x, y) = plane.bounding_box(), root.evaluate(where, 0)
    page.mouse.move(box["x"] + x, box["y"] + y)
    page.mouse.down()
    page.mouse.move(box["x"] + x + 40, box["y"] + y - 25, steps=6)
    expect(root).to_have_attribute("data-waiting", "true")
    expect(root).to_have_attribute("data-live", "true")  # no message went, and the path follows the hand
    expect(root.locator(".said")).to_contain_text("Decoded here while the end moves")
    assert root.get_attribute("data-edit") == "1"
    followed = [shown(root, way) for way in fresh.ways]
    page.mouse.up()
    expect(root).to_have_attribute("data-edit", "2")
    expect(root).to_have_attribute("data-active", "A")
    dragged = root.evaluate("root => root.__interpolate.ends.points[0]")
    assert np.hypot(*np.subtract(dragged, [-1.5, 0.25])) > 0.2
    there = trace_of(first=f"code:{dragged[0]:.3f},{dragged[1]:.3f}", second=f"code:{text}", frames=31)
    for way, name in enumerate(there.ways):
        np.testing.assert_allclose(followed[way], there.pictures[way, 0, 9], atol=0.015)
        np.testing.assert_allclose(shown(root, name), there.pictures[way, 0, 9], atol=0.01)

    plane.focus()
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(root).to_have_attribute("data-edit", "3")
    nudged = root.evaluate("root => root.__interpolate.ends.points[0]")
    assert nudged[0] == dragged[0]
    assert nudged[1] > dragged[1]
    root.get_by_role("button", name="Undo").click()
    expect(root).to_have_attribute("data-edit", "4")
    assert root.evaluate("root => root.__interpolate.ends.points[0]") == dragged
    expect(page).to_have_url(re.compile(re.escape(f"first=code%3A{dragged[0]:.3f}%2C{dragged[1]:.3f}")))


def test_four_ends_span_tiles_that_follow_the_pointer_and_the_keys(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "ends=four&tiles=5&step=0&first=seed:1&second=seed:2&third=seed:3&fourth=seed:4", WIDE)
    trace = trace_of(WIDE, ends="four", tiles=5)
    expect(root).to_have_attribute("data-at", "0")
    tiles = root.locator("canvas.tiles").nth(1)
    side = tiles.bounding_box()["width"]
    tiles.hover(position={"x": side * 3.5 / 5, "y": side * 1.5 / 5})
    expect(root).to_have_attribute("data-at", "8")  # row 2, column 4: in sight, not yet chosen
    np.testing.assert_allclose(shown(root, "spherical"), trace.pictures[1, 1, 3], atol=0.01)
    expect(root.locator("figure.picture").nth(0)).to_contain_text(f"{trace.norms[0, 1, 3]:.3f}")
    page.get_by_role("heading", level=1).hover()
    expect(root).to_have_attribute("data-at", "0")
    tiles.click(position={"x": side * 3.5 / 5, "y": side * 1.5 / 5})
    page.get_by_role("heading", level=1).hover()
    expect(root).to_have_attribute("data-at", "8")
    for key, at in (("ArrowDown", 13), ("ArrowRight", 14), ("ArrowRight", 14), ("ArrowUp", 9), ("ArrowLeft", 8)):
        page.keyboard.press(key)
        expect(root).to_have_attribute("data-at", str(at))
    expect(page).to_have_url(re.compile(r"step=6$"))  # the second row is walked backwards
    page.reload()
    expect(root).to_have_attribute("data-at", "8", timeout=60_000)


def test_a_seed_and_a_drawing_are_ends_and_an_upload_that_is_no_picture_changes_nothing(
    page: Page, serve: Callable[..., str]
) -> None:
    root = opened(page, serve, f"{QUERY}&frames=31&step=0")
    first = root.get_attribute("data-trace")
    page.get_by_role("button", name="A · −1.500").click()
    page.get_by_text("drawing", exact=True).first.click()
    pad = page.locator(".pg-pad")
    expect(pad).to_be_visible()
    expect(root).not_to_have_attribute("data-trace", first)
    expect(page).to_have_url(re.compile("first=ink%3A"))
    second = root.get_attribute("data-trace")
    pad.locator("canvas").click(position={"x": 60, "y": 60})
    expect(root).not_to_have_attribute("data-trace", second)
    ink = re.search(r"first=ink%3A([\w-]+)", page.url)[1]
    drawn = traces.unpack_picture(ink, (28, 28), 2)
    np.testing.assert_allclose(shown(root, "cross-fade"), drawn, atol=0.01)
    third = root.get_attribute("data-trace")
    upload(page, "text.png", b"not a picture")
    expect(page.get_by_text("The file is not a picture")).to_be_visible()
    pad.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("empty drawing")).to_be_visible()
    expect(page.get_by_text("What was there before is kept")).to_be_visible()
    assert root.get_attribute("data-trace") == third
    assert ink in page.url


def test_the_files_hold_what_is_on_stage(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve, f"{QUERY}&frames=21&step=3")
    trace = trace_of(**ENDS, frames=21)
    with np.load(io.BytesIO(download(page, "npz"))) as saved:
        np.testing.assert_allclose(saved["codes"], trace.codes, atol=1e-6)
    rows = list(csv.reader(io.StringIO(download(page, "CSV").decode())))
    assert len(rows) == 1 + 3 * 21
    assert float(rows[4][rows[0].index("z_2")]) == pytest.approx(float(trace.codes[0, 0, 3, 1]), abs=1e-5)
    with Image.open(io.BytesIO(download(page, "GIF"))) as animation:
        assert animation.n_frames > 30
    with Image.open(io.BytesIO(download(page, "PNG"))) as sheet:
        assert sheet.width > 2 * sheet.height


def test_on_a_narrow_screen_a_finger_scrubs_and_reduced_motion_does_not_play(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    page = new_page(viewport={"width": 400, "height": 800}, has_touch=True, reduced_motion="reduce")
    root = opened(page, serve, "frames=31", WIDE)
    expect(root).to_have_attribute("data-playing", "false")
    expect(root).to_have_attribute("data-at", "15")
    box = root.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 400
    film = root.locator(".strip").first
    film.scroll_into_view_if_needed()
    box = film.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 1, box["y"] + 10)
    expect(root).to_have_attribute("data-at", "30")
    chart = root.locator("canvas.chart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.touchscreen.tap(box["x"] + 43, box["y"] + 30)
    expect(root).to_have_attribute("data-at", "0")


@pytest.mark.parametrize("ends", ["two", "four"])
def test_the_path_that_the_browser_decodes_is_the_traces(page: Page, serve: Callable[..., str], ends: str) -> None:
    """Opposite ends, parallel ones and an end at the origin among them."""
    root = opened(page, serve, f"{QUERY}&frames=7&tiles=3&step=2&ends={ends}")
    page.wait_for_function("globalThis.pgDecoders?.size > 0")
    cases = [
        [[1.5, 0.5], [-2.25, -0.75], [0.3, 1.2], [2.0, -1.0]],
        [[-0.5, 1.5], [0.5, -1.5], [1.0, 1.0], [0.0, 0.0]],
        [[1.0, 2.0], [2.0, 4.0], [-1.0, 0.5], [0.5, 0.5]],
    ]
    for points in cases:
        points = points[: 2 if ends == "two" else 4]
        found = root.evaluate(
            """(root, points) => { const canvas = root.__interpolate; canvas.ends.points = points; canvas.preview();
            return canvas.moving.codes.map((codes) => Array.from(codes)); }""",
            points,
        )
        texts = {
            name: f"code:{x},{y}" for name, (x, y) in zip(("first", "second", "third", "fourth"), points, strict=False)
        }
        trace = trace_of(**texts, ends=ends, frames=7, tiles=3)
        np.testing.assert_allclose(np.reshape(found, trace.codes.shape), trace.codes, atol=2e-5)
