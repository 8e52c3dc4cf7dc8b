"""The pages of the RBM in a real browser: the numbers on the canvas are the trace's, and stepping asks no server."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import RbmSettings, RbmWorldSettings
from tests.browser.test_app import download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
WORLD = {"height": 2, "width": 2, "hidden": 3, "steps": 60, "betas": 10, "runs": 10, "seed": 3}


def opened(page: Page, url: str, selector: str) -> Locator:
    page.goto(url)
    root = page.locator(selector)
    expect(root).to_be_visible(timeout=120_000)
    expect(root).to_have_attribute("data-step", re.compile(r"\d"), timeout=60_000)
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_half_steps_play_and_the_numbers_are_the_traces(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    link = f"{serve(APP)}/energy-rbm?chains=3&sweeps=12&seed=5&step=7&chain=2&unit=33"
    root = opened(page, link, ".pg-rbm")
    expect(root).to_have_attribute("data-step", "7")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    trace = Engine(device="cpu").run(RbmSettings(checkpoint="rbm-mnist", chains=3, sweeps=12, seed=5))
    free, a = trace.free_energy[1, 3], trace.inputs[1, 3, 32]
    expect(root.get_by_text(f"F = {free:.2f}".replace("-", "−"))).to_be_visible()
    facts = [float(text.replace("−", "-")) for text in root.locator(".fact span:last-child").all_text_contents()[:3]]
    assert facts == pytest.approx([trace.hidden_bias[32], a - trace.hidden_bias[32], a], abs=0.02)
    expect(root.locator(".readout")).to_contain_text("1 · up")

    root.locator('[aria-label^="The hidden units"]').focus()
    page.keyboard.press("ArrowRight")
    expect(root.locator(".readout")).to_contain_text("2 · down")
    expect(root.get_by_text(f"F = {trace.free_energy[1, 4]:.2f}".replace("-", "−"))).to_be_visible()
    root.get_by_role("button", name="Chain 3").click()
    expect(page).to_have_url(re.compile(r"step=8&chain=3&unit=33"), timeout=30_000)
    expect(root.get_by_text(f"F = {trace.free_energy[2, 4]:.2f}".replace("-", "−"))).to_be_visible()
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-step", "24")
    page.keyboard.press("Home")
    root.locator('[aria-label^="The hidden units"]').focus()  # on a button the space bar would press it
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", "24", timeout=30_000)
    expect(root).to_have_attribute("data-playing", "false")


def test_pointing_at_a_hidden_unit_shows_its_filter_and_a_click_pins_it(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/energy-rbm?chains=1&sweeps=4&step=5", ".pg-rbm")
    units = root.locator('[aria-label^="The hidden units"]')
    box = units.bounding_box()
    units.hover(position={"x": box["width"] / 50, "y": box["height"] / 42})
    expect(root.get_by_text("Unit 1", exact=True)).to_be_visible()
    units.click(position={"x": box["width"] / 50, "y": box["height"] / 42})
    expect(page).to_have_url(re.compile(r"unit=1(&|$)"), timeout=30_000)
    root.get_by_role("button", name="largest").click()
    strongest = root.locator(".filters button").first
    strongest.click()
    expect(page).not_to_have_url(re.compile(r"unit=1(&|$)"), timeout=30_000)
    page.set_viewport_size({"width": 700, "height": 720})
    expect(root).to_have_attribute("data-step", "5")
    expect(strongest).to_have_attribute("aria-pressed", "true")


def test_the_chains_are_taken_away(page: Page, serve: Callable[..., str]) -> None:
    opened(page, f"{serve(APP)}/energy-rbm?chains=4&sweeps=3&step=6", ".pg-rbm")
    trace = Engine(device="cpu").run(RbmSettings(checkpoint="rbm-mnist", chains=4, sweeps=3))
    stored = np.load(io.BytesIO(download(page, "npz")))
    assert np.array_equal(stored["visible"], trace.visible)
    assert Image.open(io.BytesIO(download(page, "PNG"))).size[0] >= 56


def test_a_drawn_stroke_starts_other_chains_and_is_not_lost(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/energy-rbm?chains=1&sweeps=2&start=drawing&step=0", ".pg-rbm")
    before = root.get_attribute("data-trace")
    pad = page.locator(".pg-pad canvas").first
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 30, steps=6)
    page.mouse.up()
    expect(root).not_to_have_attribute("data-trace", before, timeout=30_000)
    expect(page).to_have_url(re.compile("picture="))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_small_world_shows_log_z_counted_beside_its_estimate(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    query = "&".join(f"{name}={value}" for name, value in WORLD.items())
    root = opened(page, f"{serve(APP)}/energy-rbm-world?{query}&step=60", ".pg-rbmworld")
    expect(root).to_have_attribute("data-step", "60")
    trace = Engine(device="cpu").run(RbmWorldSettings(**WORLD))
    found = root.evaluate("root => root.__world.logZ()")
    assert found == pytest.approx([trace.log_partition[-1], trace.estimated[-1], trace.error[-1]], abs=1e-9)
    expect(root.get_by_text(f"{trace.log_partition[-1]:.3f}", exact=True)).to_be_visible()
    expect(root.get_by_text(f"{trace.estimated[-1]:.3f} ± {1.96 * trace.error[-1]:.3f}", exact=True)).to_be_visible()
    assert root.evaluate("root => root.__world.learned()") == pytest.approx(trace.learned[-1].tolist(), abs=1e-7)
    root.locator("canvas.bars").focus()
    page.keyboard.press("Home")
    expect(root).to_have_attribute("data-step", "0")
    expect(root.get_by_text(f"{trace.log_partition[0]:.3f}", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"step=0(&|$)"), timeout=30_000)
