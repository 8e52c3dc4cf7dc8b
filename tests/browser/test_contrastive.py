"""Contrastive divergence in a real browser: the exact step and event of a link, slow motion, numbers of the trace."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground import traces
from tests.browser.test_app import download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEW = "energy-learn"
QUICK = "k=3&chains=32&steps=20"
EVENTS = ["1 Data", "2 32 chains", "3 k = 3", "4 Push", "5 After"]


def opened(page: Page, serve: Callable[..., str], query: str) -> Locator:
    page.goto(f"{serve(APP)}/{VIEW}?{query}")
    root = page.locator(".pg-contrastive[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, f"{QUICK}&step=12&event=5")
    expect(root).to_have_attribute("data-step", "12")
    expect(root).to_have_attribute("data-event", "4")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    truth = traces.compute(traces.ContrastiveSettings(k=3, chains=32, steps=20), None)
    words = f"{truth.nll[11]:.3f} → {truth.nll[12]:.3f} nats"
    expect(root.locator(".said")).to_contain_text(words)
    cosine = root.evaluate("root => root.__contrastive.arrays.cosine[11 * 4 + 3]")
    assert np.isclose(cosine, truth.cosine[11, 3])
    expect(root.locator(".agree")).to_contain_text(f"{truth.length[11, 3]:.2f}×")

    plane = root.locator("canvas.plane").first
    side = plane.bounding_box()["width"]
    plane.hover(position={"x": side * 20.5 / 48, "y": side * (1 - 30.5 / 48)})
    energy = float(truth.energy[12, 30, 20])
    expect(root).to_contain_text(f"E = {energy:.3f}".replace("-", "−"))


def test_in_slow_motion_a_step_is_five_events_on_and_back(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, f"{QUICK}&step=4")
    root.get_by_role("button", name="1 data").click()
    for event, words in enumerate(EVENTS):
        expect(root).to_have_attribute("data-event", str(event))
        expect(root.locator(".said")).to_contain_text(words)
        page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "5")
    expect(root).to_have_attribute("data-event", "0")
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-step", "4")
    expect(root).to_have_attribute("data-event", "4")
    expect(page).to_have_url(re.compile(r"step=4&event=5(&|$)"))
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-event", "-1")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "5")
    expect(page).to_have_url(re.compile(r"step=5$"))

    root.get_by_label("Speed").select_option("8")
    root.get_by_role("button", name="5 energy after").click()
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-step", "7")
    root.get_by_role("button", name="Pause").click()
    expect(root).to_have_attribute("data-playing", "false")


def test_a_fresh_visit_plays_and_a_new_setting_trains_anew(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, QUICK)
    expect(root).to_have_attribute("data-step", "20")
    first = root.get_attribute("data-trace")
    page.get_by_role("combobox", name="Chains start").click()
    page.get_by_role("option", name="no negative phase").click()
    expect(root).not_to_have_attribute("data-trace", first)
    expect(page).to_have_url(re.compile("start=none"))
    root.get_by_role("button", name="4 push").click()
    expect(root.locator(".said")).to_contain_text("nothing pushes it up")
    assert download(page, "PNG").startswith(b"\x89PNG")
    page.set_viewport_size({"width": 900, "height": 700})
    expect(root).to_have_attribute("data-event", "3")
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(root).to_have_attribute("data-event", "3")


def test_points_are_drawn_and_learnt(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, f"{QUICK}&data=drawn&step=3")
    first = root.get_attribute("data-trace")
    page.get_by_role("button", name="Draw the points").click()
    pad = page.locator(".pg-density")
    expect(pad).to_have_attribute("data-points", "180")
    pad.locator("[data-tool=point]").click()
    pad.locator("canvas.map").click(position={"x": 40, "y": 40})
    expect(pad).to_have_attribute("data-points", "181")
    expect(root).not_to_have_attribute("data-trace", first)
    expect(page).to_have_url(re.compile(r"points=[\w-]{20,}"))
    linked = re.search(r"points=([\w-]+)", page.url)[1]
    assert traces.point_bytes(linked).ravel().tolist() == pad.evaluate("root => root.__density.points()")
