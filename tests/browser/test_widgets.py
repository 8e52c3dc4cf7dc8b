"""The canvas widgets in a real browser: what is drawn is read back from the player, what is heard from the page."""

import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

APPS = Path(__file__).parent / "apps"
sys.path.insert(0, str(APPS))
from traces import drawn, fake_trace  # noqa: E402

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]


def open_player(page: Page, serve: Callable[..., str], query: str = "show=binary") -> Locator:
    page.goto(f"{serve(APPS / 'players.py')}/?{query}")
    root = page.locator(".pg-player[data-first-paint]")
    expect(root).to_be_visible()
    return root


def values(root: Locator) -> list[int]:
    return root.evaluate("root => Array.from(root.__player.values())")


def at(root: Locator, step: int) -> None:
    expect(root).to_have_attribute("data-step", str(step))


def picture_of(trace: object, sample: int, step: int) -> list[int]:
    out = np.full(trace.order.size, 255)
    out[trace.order[:step]] = trace.values[sample, :step]
    return out.tolist()


def click_pixel(root: Locator, row: int, column: int, side: int = 28) -> None:
    canvas = root.locator(".picture").first
    box = canvas.bounding_box()
    cell = box["width"] / side
    canvas.click(position={"x": (column + 0.5) * cell, "y": (row + 0.5) * cell})


def test_keys_step_through_the_trace_and_python_hears_once(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve)
    trace = fake_trace(16, (28, 28), 2, 0)
    root.locator(".picture").focus()
    for key, step in [("ArrowRight", 1), ("Shift+ArrowRight", 29), ("ArrowLeft", 28), ("End", 784), ("Home", 0)]:
        page.keyboard.press(key)
        at(root, step)
    page.keyboard.press("ArrowLeft")
    at(root, 0)
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowDown")
    at(root, 336)
    expect(root).to_have_attribute("data-focus", "1")
    expect(page.get_by_text(re.compile(r"step=336 focus=1"))).to_be_visible()
    assert values(root) == picture_of(trace, 1, 336)
    drawn_on_canvas = root.evaluate(
        """root => { const c = root.querySelector('.picture'), x = c.getContext('2d'), cell = c.width / 28;
        return Array.from({length: 784}, (_, i) => Array.from(x.getImageData(
            Math.floor((i % 28 + 0.5) * cell), Math.floor((Math.floor(i / 28) + 0.5) * cell), 1, 1).data).join()); }"""
    )
    ink, paper = {drawn_on_canvas[i] for i in np.flatnonzero(trace.values[1, :336])}, set(drawn_on_canvas[:336])
    assert len(ink) == 1
    assert len(paper) == 2


def test_playing_reaches_the_end_sends_nothing_on_the_way_and_measures_itself(
    page: Page, serve: Callable[..., str]
) -> None:
    sent: list[float] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    root = open_player(page, serve)
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-playing", "true")
    before = len(sent)
    expect(root).to_have_attribute("data-fps", re.compile(r"^\d+\.\d$"))
    assert root.get_attribute("data-playing") == "true"
    assert len(sent) == before
    root.get_by_label("Speed").select_option("8")
    at(root, 784)
    expect(root).to_have_attribute("data-playing", "false")
    expect(page.get_by_text("step=784 focus=0")).to_be_visible()
    page.keyboard.press("Home")
    root.locator(".picture").focus()
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "true")
    page.keyboard.press("Space")
    expect(root).to_have_attribute("data-playing", "false")


def test_a_rerun_keeps_the_step_and_a_new_trace_starts_anew(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve)
    root.get_by_label("Step", exact=True).fill("200")
    at(root, 200)
    expect(page.get_by_text("step=200")).to_be_visible()
    old = root.get_attribute("data-trace")
    page.get_by_role("button", name="Rerun").click()
    expect(page.get_by_text(re.compile(r"step=200 .*runs=3"))).to_be_visible()
    at(root, 200)
    page.get_by_label("Jump to").fill("500")
    page.keyboard.press("Enter")
    at(root, 500)
    page.get_by_label("Jump to").fill("-1")
    page.keyboard.press("Enter")
    page.get_by_label("Seed").fill("1")
    page.keyboard.press("Enter")
    expect(root).not_to_have_attribute("data-trace", old)
    at(root, 0)
    assert values(root) == [255] * 784


def test_replay_opens_the_same_trace_anew(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve, "show=binary&autoplay=1")
    expect(root).to_have_attribute("data-playing", "true")
    root.locator(".picture").focus()
    page.keyboard.press("End")
    expect(page.get_by_text("step=784")).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(root).to_have_attribute("data-playing", "true")
    expect(page.get_by_text("step=0 ")).to_be_visible()


def test_hovering_a_second_picture_reads_it_and_sends_nothing(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve, "show=compare")
    root.locator(".picture").first.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("step=784 focus=0 forced=None runs=2")).to_be_visible()
    trace = fake_trace(1, (28, 28), 2, 0)
    for sample in (0, 1):
        canvas = root.locator(".picture").nth(sample)
        cell = canvas.bounding_box()["width"] / 28
        canvas.hover(position={"x": (300 % 28 + 0.5) * cell, "y": (300 // 28 + 0.5) * cell})
        value = trace.values[0, 300] if sample == 0 else 1 - trace.values[0, 300]
        expect(root.locator(".facts dd").first).to_have_text(f"{value} (given)" if sample else f"{value}")
    expect(page.get_by_text("step=784 focus=0 forced=None runs=2")).to_be_visible()


def test_a_past_pixel_is_pinned_and_forced(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve)
    trace = fake_trace(16, (28, 28), 2, 0)
    root.locator(".picture").focus()
    page.keyboard.press("End")
    at(root, 784)
    click_pixel(root, 10, 12)
    step = 10 * 28 + 12
    expect(root.get_by_text("Pinned pixel")).to_be_visible()
    expect(root.get_by_text(f"row 11, column 13 · step {step + 1}")).to_be_visible()
    p = 1 / (1 + np.exp(-float(trace.parameters[0, step, 0])))
    likelihood = p if trace.values[0, step] else 1 - p
    expect(root.locator(".facts")).to_contain_text(f"{-np.log2(likelihood):.3f} bits")
    expect(root.locator(".facts")).to_contain_text(f"{trace.noise[0, step]:.4f}")
    root.locator("[data-action=force]").click()
    expect(page.get_by_text(f"forced=({step}, {1 - trace.values[0, step]})")).to_be_visible()
    at(root, 784)


def test_the_keyboard_alone_reaches_a_pixel_and_forces_a_level(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve, "show=grey")
    root.locator(".picture").focus()
    page.keyboard.press("End")
    at(root, 64)
    for key in ("w", "w", "a", "Alt+ArrowLeft"):  # the first shows the cursor at the last pixel
        page.keyboard.press(key)
    expect(root.get_by_text("row 7, column 6 · step 54")).to_be_visible()
    page.keyboard.press("Enter")
    expect(root.get_by_text("Pinned pixel")).to_be_visible()
    root.get_by_label("Level to force").select_option("9")
    root.locator("[data-action=force]").click()
    expect(page.get_by_text("forced=(53, 9)")).to_be_visible()


@pytest.mark.parametrize(("show", "levels", "shape", "own"), [("binary", 2, (28, 28), 1.0), ("grey", 16, (8, 8), 0.8)])
def test_temperature_finds_the_first_pixel_that_would_differ(
    page: Page, serve: Callable[..., str], show: str, levels: int, shape: tuple[int, int], own: float
) -> None:
    root = open_player(page, serve, f"show={show}")
    trace = fake_trace(16, shape, levels, 0, temperature=own)
    for temperature in (0.3, 1.25, 2.5, own):
        root.get_by_label("Temperature").fill(str(temperature))
        differs = np.flatnonzero(drawn(trace.parameters, trace.noise, temperature)[0] != trace.values[0])
        first = int(differs[0]) if differs.size and temperature != own else -1
        expect(root).to_have_attribute("data-first-difference", str(first))
        if first >= 0:
            expect(root.get_by_text(f"Same until step {first + 1} ")).to_be_visible()
    root.get_by_label("Temperature").fill("2")
    root.get_by_role("button", name="Reset").click()
    expect(root).to_have_attribute("data-first-difference", "-1")


def test_comparing_counts_the_pixels_that_differ(page: Page, serve: Callable[..., str]) -> None:
    root = open_player(page, serve, "show=compare")
    expect(root.locator(".picture")).to_have_count(2)
    root.get_by_label("Step", exact=True).fill("300")
    expect(root.get_by_text("0 of 300 written pixels differ")).to_be_visible()
    root.get_by_label("Step", exact=True).fill("301")
    expect(root.get_by_text("1 of 301 written pixels differ")).to_be_visible()


def test_autoplay_plays_and_shows_the_end_to_who_prefers_reduced_motion(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    root = open_player(new_page(), serve, "show=binary&autoplay=1")
    expect(root).to_have_attribute("data-playing", "true")
    still = open_player(new_page(reduced_motion="reduce"), serve, "show=binary&autoplay=1")
    at(still, 784)
    expect(still).to_have_attribute("data-playing", "false")


def test_a_telephone_sees_everything_without_scrolling_sideways(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    page = new_page(viewport={"width": 400, "height": 800}, has_touch=True)
    root = open_player(page, serve)
    root.locator(".picture").tap()
    widest = root.evaluate(
        "root => Math.max(...Array.from(root.querySelectorAll('*'), e => e.getBoundingClientRect().right))"
    )
    assert widest <= 400
    root.get_by_role("button", name="To the end").tap()
    at(root, 784)


def stroke(page: Page, canvas: Locator, points: list[tuple[float, float]]) -> None:
    box = canvas.bounding_box()
    cell = box["width"] / 28
    places = [(box["x"] + x * cell, box["y"] + y * cell) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=5)
    page.mouse.up()


def test_the_pad_draws_undoes_centres_and_takes_a_push(page: Page, serve: Callable[..., str]) -> None:
    page.goto(serve(APPS / "pads.py"))
    pad = page.locator(".pg-pad").first
    heard = page.get_by_text(re.compile(r"^draw: "))
    expect(heard).to_contain_text("ink=0 ")
    stroke(page, pad.locator("canvas"), [(4, 4), (10, 4)])
    expect(heard).to_contain_text(re.compile(r"ink=[1-9]\d+ .*problem=None"))
    ink = heard.inner_text()
    pad.get_by_role("button", name="Undo").click()
    expect(heard).to_contain_text("ink=0 ")
    pad.get_by_role("button", name="Redo").click()
    expect(heard).to_contain_text(re.search(r"ink=\d+", ink).group())
    pad.locator("[data-action=centre]").click()
    expect(pad).to_have_attribute("data-push", "2")
    picture = np.array(pad.evaluate("root => Array.from(root.__pad.picture())"), float).reshape(28, 28)
    assert abs((picture.sum(1) @ np.arange(28)) / picture.sum() - 13.5) < 0.2
    page.get_by_text("Example").click()
    expect(heard).to_contain_text(f"ink={20 * 4 * 255} ")
    expect(pad).to_have_attribute("data-push", "3")
    pad.get_by_role("button", name="Undo").click()
    expect(heard).not_to_contain_text(f"ink={20 * 4 * 255} ")


def test_the_pad_is_drawn_on_with_the_keyboard(page: Page, serve: Callable[..., str]) -> None:
    page.goto(serve(APPS / "pads.py"))
    pad = page.locator(".pg-pad").first
    pad.locator("canvas").focus()
    for key in ("ArrowRight", "Space", "ArrowRight", "Space", "Space"):  # the first shows the cursor
        page.keyboard.press(key)
    expect(page.get_by_text(re.compile(r"^draw: "))).to_contain_text("ink=255 ")
    page.keyboard.press("Control+z")
    expect(page.get_by_text(re.compile(r"^draw: "))).to_contain_text("ink=510 ")


def test_the_hand_over_marker_and_the_masks_choose_what_is_given(page: Page, serve: Callable[..., str]) -> None:
    page.goto(serve(APPS / "pads.py"))
    pad = page.locator(".pg-pad").nth(1)
    heard = page.get_by_text(re.compile(r"^complete: "))
    pad.get_by_role("slider", name="Hand-over").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(heard).to_contain_text("keep=57 ")
    pad.get_by_role("button", name="Box").click()
    stroke(page, pad.locator("canvas"), [(10.5, 10.5), (13.5, 14.5)])
    expect(heard).to_contain_text("keep=77 ")
    pad.get_by_role("button", name="Release").click()
    stroke(page, pad.locator("canvas"), [(12, 12.5), (12, 12.6)])
    expect(heard).not_to_contain_text("keep=77 ")
    handle = pad.get_by_role("slider", name="Hand-over").bounding_box()
    canvas = pad.locator("canvas").bounding_box()
    page.mouse.move(handle["x"] + 11, handle["y"] + 11)
    page.mouse.down()
    page.mouse.move(canvas["x"] + 1, canvas["y"] + 1, steps=4)
    page.mouse.up()
    expect(heard).to_contain_text(re.compile(r"keep=1\d "))
