"""The game in 2-D in a real browser: presses, branches, playing on, slow motion, and the numbers of the trace."""

import io
import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from playground import traces
from playground.traces import GanGameSettings, GanGameTrace
from tests.browser.test_app import download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEW = "gan-game"
QUICK = {"hidden": 8, "noise": 0.4, "seed": 3}
QUERY = "&".join(f"{name}={value}" for name, value in QUICK.items())
torch.set_num_threads(1)
SENT = """window.sent = 0; const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (...given) { window.sent += 1; return send.apply(this, given); };"""
# Steps back one after the other: what the canvas shows at the second animation frame after each, and messages sent.
SCRUB = """(root, steps) => new Promise((done) => { const before = window.sent, shown = [];
    const next = () => {
      if (shown.length === steps.length) { done({shown, sent: window.sent - before}); return; }
      root.__game.goto(steps[shown.length]);
      requestAnimationFrame(() => requestAnimationFrame(() => { shown.push(Number(root.dataset.step)); next(); }));
    };
    next(); })"""
SHOWN = """root => { const game = root.__game, t = game.step; return {
    fake: Array.from(game.numbers("fake", t)), d: Array.from(game.numbers("discriminator", t)),
    js: game.curves.js[t], frames: game.frames.length }; }"""


def opened(page: Page, serve: Callable[..., str], query: str) -> Locator:
    page.goto(f"{serve(APP)}/{VIEW}?{QUERY}&{query}")
    root = page.locator(".pg-gangame[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible(timeout=60_000)  # the lesson, which comes last
    return root


def truth(moves: str, **settings: object) -> GanGameTrace:
    return traces.compute(GanGameSettings(**{**QUICK, **settings}, moves=moves), None)


def stands(root: Locator, step: int, steps: int) -> None:
    """The canvas shows this step of a game of so many."""
    expect(root).to_have_attribute("data-steps", str(steps), timeout=60_000)
    expect(root).to_have_attribute("data-step", str(step))


def shows(root: Locator, trace: GanGameTrace, step: int) -> None:
    """What is drawn are the trace's numbers of this step."""
    until = time.monotonic() + 10  # an answer may still be on its way
    while not np.array_equal(np.array((found := root.evaluate(SHOWN))["fake"], np.float16), trace.fake[step].ravel()):
        assert time.monotonic() < until, found["fake"][:8]
        time.sleep(0.1)
    assert np.array_equal(np.array(found["d"], np.float16), trace.discriminator[step].ravel())
    assert np.isclose(found["js"], trace.js[step], atol=1e-6)


def press(root: Locator, name: str) -> None:
    root.locator(f"[data-press={name}]").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, "moves=b12d2g1&step=9")
    stands(root, 9, 15)
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    trace = truth("b12d2g1")
    shows(root, trace, 9)
    expect(root.locator(".said")).to_contain_text(f"V(D, G) = {trace.value[9]:.3f}".replace("-", "−"))
    expect(root.locator(".said")).to_contain_text(f"{trace.modes[9]} of 8 modes")
    plane = root.locator("canvas.plane")
    side, cells = plane.bounding_box()["width"], trace.p_data.shape[0]
    plane.hover(position={"x": side * 20.5 / cells, "y": side * (1 - 25.5 / cells)})
    numbers = (trace.discriminator, trace.optimal, trace.p_generator)
    d, best, p_g = (float(values[9, 25, 20]) for values in numbers)
    words = f"D {d:.3f}, D* {best:.3f}, p_data {trace.p_data[25, 20]:.3f}, p_g {p_g:.3f}"
    expect(root.locator(".readout")).to_contain_text(words)
    page.mouse.move(5, 5)
    plane.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    d = float(trace.discriminator[9, 25, 23])
    expect(root.locator(".readout")).to_contain_text(f"D {d:.3f}, D* {trace.optimal[9, 25, 23]:.3f}")
    expect(root).to_have_attribute("data-step", "9")


def test_quick_presses_are_all_heard_and_a_press_in_the_past_branches(page: Page, serve: Callable[..., str]) -> None:
    page.add_init_script(SENT)
    root = opened(page, serve, "moves=b6&step=6")
    for name in ("d1", "d1", "g1", "b1", "d1"):
        press(root, name)
    stands(root, 11, 11)
    expect(page).to_have_url(re.compile(r"moves=b6d2g1b1d1&step=11"))
    shows(root, truth("b6d2g1b1d1"), 11)
    page.keyboard.press("g")
    page.keyboard.press("b")
    page.keyboard.press("Shift+B")
    stands(root, 23, 23)
    trace = truth("b6d2g1b1d1g1b11")
    shows(root, trace, 23)

    back = [20, 17, 3, 12, 0, 22, 5]
    found = root.evaluate(SCRUB, back)
    assert found == {"shown": back, "sent": 0}
    shows(root, trace, 5)

    press(root, "g1")
    stands(root, 6, 6)
    shows(root, truth("b5g1"), 6)
    expect(root.locator(".readout")).to_contain_text("18 steps dropped")
    assert root.evaluate(SHOWN)["frames"] == 7, "what was dropped is not kept"
    page.keyboard.press("Control+z")
    stands(root, 5, 23)
    page.keyboard.press("End")
    stands(root, 23, 23)
    shows(root, trace, 23)
    expect(page).to_have_url(re.compile(r"moves=b6d2g1b1d1g1b11&step=23"))


def test_play_goes_on_without_end_and_a_reset_keeps_the_settings(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "moves=b3&step=3")
    root.get_by_label("Speed").select_option("4")
    root.get_by_role("button", name="Play").click()
    page.wait_for_function("root => Number(root.dataset.step) > 130", arg=root.element_handle(), timeout=60_000)
    root.get_by_role("button", name="Pause").click()
    expect(root).to_have_attribute("data-playing", "false")
    expect(root).to_have_attribute("data-pending", "false", timeout=60_000)
    step = int(root.get_attribute("data-step"))
    assert root.get_attribute("data-steps") == str(step), "steps that nobody saw are not part of the game yet"
    expect(page).to_have_url(re.compile(rf"moves=b\d+&step={step}$"))
    shows(root, truth(f"b{step}"), step)

    root.locator("[data-action=reset]").click()
    stands(root, 0, 0)
    assert root.evaluate(SHOWN)["frames"] == 1
    expect(page).to_have_url(re.compile(r"hidden=8&step=0$"))
    press(root, "d1")
    stands(root, 1, 1)
    shows(root, truth("d1"), 1)
    page.get_by_role("combobox", name="G’s loss").click()
    page.get_by_role("option", name="minimax").click()
    expect(page).to_have_url(re.compile(r"loss=minimax.*moves=d1&step=1"))
    shows(root, truth("d1", loss="minimax"), 1)


def test_in_slow_motion_a_step_is_its_phases_on_and_back(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "moves=b2d1g1&step=2")
    root.get_by_role("button", name="1 D is shown").click()
    seen = []
    for step, phase in [(2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (4, 2), (4, 3)]:
        expect(root).to_have_attribute("data-phase", str(phase))
        stands(root, step, 4)
        seen.append(root.locator(".said").inner_text())
        page.keyboard.press("ArrowRight")
    assert len(set(seen)) == len(seen)
    expect(page).to_have_url(re.compile(r"step=4&phase=4"))
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-phase", "2")
    root.get_by_label("Speed").select_option("4")
    press(root, "b1")
    stands(root, 5, 5)
    expect(root).to_have_attribute("data-phase", "3")
    expect(root).to_have_attribute("data-playing", "false")
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-phase", "-1")
    shows(root, truth("b2d1g1b1"), 5)
    root.locator("[data-layer=gradients]").click()
    expect(root.locator("[data-layer=gradients]")).to_have_attribute("aria-pressed", "true")


def test_files_are_taken_away_and_a_page_that_was_left_opens_where_it_was(
    page: Page, serve: Callable[..., str]
) -> None:
    root = opened(page, serve, "moves=b4&step=4")
    press(root, "d1")
    stands(root, 5, 5)
    expect(page).to_have_url(re.compile(r"moves=b4d1&step=5"))
    assert download(page, "PNG").startswith(b"\x89PNG")
    assert Image.open(io.BytesIO(download(page, "GIF"))).n_frames == 6
    with np.load(io.BytesIO(download(page, "npz"))) as saved:
        assert np.array_equal(saved["fake"], truth("b4d1").fake)
    rows = download(page, "CSV").decode().splitlines()
    assert len(rows) == 7
    assert rows[-1].startswith("5,D,")
    page.get_by_role("link", name="Families").first.click()
    expect(page.get_by_role("heading", name="Generative playground")).to_be_visible()
    page.go_back()
    root = page.locator(".pg-gangame[data-first-paint]")
    stands(root, 5, 5)
    press(root, "g1")
    stands(root, 6, 6)
    shows(root, truth("b4d1g1"), 6)


def test_controls_that_the_network_brings_late_keep_the_settings_of_the_link(
    page: Page, serve: Callable[..., str]
) -> None:
    waiting: list[Route] = []
    late = re.compile(r"/static/js/(NumberInput|Slider|Selectbox)\.[\w-]+\.js$")
    page.route(late, lambda route: waiting.append(route))
    page.goto(f"{serve(APP)}/{VIEW}?{QUERY}&loss=minimax&d_rate=0.002&moves=b5")
    root = page.locator(".pg-gangame[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    press(root, "b1")  # a run that ends before the controls are there
    stands(root, 6, 6)
    expect(page).to_have_url(re.compile(r"moves=b6&step=6"))
    page.wait_for_timeout(500)
    seed = page.get_by_role("spinbutton", name="Seed")
    expect(seed).to_have_count(0)
    assert waiting
    while waiting:
        waiting.pop().continue_()
        page.wait_for_timeout(300)  # one may bring about the next
    expect(seed).to_have_value("3")
    press(root, "b1")
    stands(root, 7, 7)
    expect(page).to_have_url(re.compile(r"seed=3&.*loss=minimax&.*d_rate=0.002&.*noise=0.4&.*hidden=8&moves=b7&step=7"))
    shows(root, truth("b7", loss="minimax", d_rate=0.002), 7)


def test_a_finger_presses_and_who_wants_no_motion_sees_the_end(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    page = new_page(has_touch=True, reduced_motion="reduce", viewport={"width": 480, "height": 900})
    root = opened(page, serve, "moves=b5")
    stands(root, 5, 5)
    expect(root).to_have_attribute("data-playing", "false")
    root.locator("[data-press=b10]").scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a finger comes down where nothing moves any more
    root.locator("[data-press=b10]").tap()
    stands(root, 15, 15)
    shows(root, truth("b15"), 15)
    root.locator("canvas.plane").tap()
    expect(root.locator(".readout")).to_contain_text("p_data")
    assert root.bounding_box()["width"] <= 480
