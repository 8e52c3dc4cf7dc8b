"""RNADE's page in a real browser: the exact step of a link, the numbers of the trace, points drawn by hand."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground import traces
from playground.engine import Engine

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEW = "belief-networks-rnade"


def player(page: Page) -> Locator:
    root = page.locator(".pg-density[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page],
    serve: Callable[..., str],
    scheme: str,
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{serve(APP)}/{VIEW}?data=moons&seed=5&step=2&sample=9")
    root = player(page)
    expect(root).to_have_attribute("data-step", "2")
    expect(root).to_have_attribute("data-focus", "8")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box

    truth = Engine(device="cpu").run(traces.RnadeSettings(checkpoint="rnade-moons", data="moons", seed=5))
    x = root.evaluate("root => [0, 1].map(k => root.__density.value(k))")
    assert np.allclose(x, truth.values[8], atol=1e-6)
    below = root.evaluate("root => root.__density.below(root.__density.value(1))")
    assert abs(below - truth.noise[8, 1]) < 1e-5, "the drawn value is where F reaches u"
    density = root.evaluate("root => root.__density.density(root.__density.value(1))")
    assert abs(np.log(density) - (truth.log_likelihood[8, 1] - truth.log_likelihood[8, 0])) < 1e-3
    expect(root.get_by_text(f"{truth.log_likelihood[8, 1]:.3f} nats".replace("-", "−"))).to_be_visible()

    root.locator("canvas.map").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(re.compile(r"step=1&sample=10(&|$)"), timeout=30_000)
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-finished", "9", timeout=30_000)
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "false")
    expect(page.get_by_role("heading", level=3)).to_be_visible()  # the lesson


def test_a_digit_grows_pixel_by_pixel(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(APP)}/{VIEW}?data=digits&step=40&sample=3")
    root = player(page)
    expect(root).to_have_attribute("data-step", "40")
    root.get_by_label("Step", exact=True).fill("11")
    expect(root.get_by_text("p(pixel (2, 4) | 11 pixels before it)")).to_be_visible()
    expect(page).to_have_url(re.compile(r"step=11(&|$)"), timeout=30_000)
    side = root.locator("canvas.map").bounding_box()["width"]
    root.locator("canvas.map").click(position={"x": side * 5.5 / 8, "y": side * 2.5 / 8})
    expect(root).to_have_attribute("data-step", "21")


def test_what_a_hand_draws_is_learnt_kept_and_can_be_undone(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(APP)}/{VIEW}?data=drawn&components=2")
    root = player(page)
    opened = root.evaluate("root => root.__density.points()")
    root.locator("[data-action=clear]").click()
    expect(root).to_have_attribute("data-points", "0")
    expect(root.get_by_text("Draw at least 8 points")).to_be_visible(timeout=60_000)
    root.locator("[data-tool=point]").click()
    box = root.locator("canvas.map").bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 260, steps=30)
    page.mouse.up()
    expect(root.get_by_text(re.compile(r"p\(x₂ \| x₁ = ")).first).to_be_visible(timeout=90_000)
    drawn = root.evaluate("root => root.__density.points()")
    assert 20 < len(drawn) < 100
    expect(page).to_have_url(re.compile(r"points=[\w-]{20,}"), timeout=30_000)
    linked = re.search(r"points=([\w-]+)", page.url)[1]
    assert traces.point_bytes(linked).ravel().tolist() == drawn
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect(root).to_have_attribute("data-points", str(len(opened) // 2))
    assert root.evaluate("root => root.__density.points()") == opened
