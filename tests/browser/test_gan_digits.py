"""Walk, verdict and search in a real browser, on a tiny GAN: the exact point of a link, its numbers, keys, touch."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import (
    GanSearchSettings,
    GanVerdictSettings,
    GanWalkSettings,
    format_code,
    pack_greys,
    unpack_greys,
)
from tests.browser.test_app import download
from tests.small_latent import SIDE, shelve_latent

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
NAME = "gan-mnist"
VIEWS = {"gan-digits": ".pg-ganwalk", "gan-verdict": ".js-plotly-plot", "gan-search": ".pg-gansearch"}
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PACKED = pack_greys(PICTURE)
FAST = "steps=20&starts=3"


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_latent(shelf)
    return serve(APP)


def opened(page: Page, home: str, view: str, query: str) -> Locator:
    page.goto(f"{home}/{view}?{query}")
    root = page.locator(VIEWS[view] + ("" if view == "gan-verdict" else "[data-first-paint]")).first
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def minus(text: str) -> str:
    return text.replace("-", "−")


def inside(root: Locator) -> None:
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_walk_at_step_and_point_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "gan-digits", "seed=3&seed_b=4&step=20&point=300")
    inside(root)
    trace = Engine("cpu").run(GanWalkSettings(checkpoint=NAME, seed=3, seed_b=4))
    expect(root).to_have_attribute("data-step", "20")
    expect(root).to_have_attribute("data-cell", "300")
    row, column = divmod(300, 33)
    here, along = root.locator("figure").nth(0), root.locator("figure").nth(1)
    expect(here.locator(".place")).to_have_text(minus(f"logit {trace.logits[row, column]:.2f}"))
    expect(here).to_contain_text(minus(f"u = {trace.axis[column]:.2f}, v = {trace.axis[row]:.2f}"))
    expect(along.locator(".place")).to_have_text(minus(f"logit {trace.line_logits[20]:.2f}"))
    expect(along).to_contain_text("t = 0.333")
    shown = root.evaluate("root => Array.from(root.__ganwalk.arrays.line_pictures)")
    np.testing.assert_allclose(np.reshape(shown, (61, SIDE, SIDE)) / 255, trace.line_pictures, atol=0.004)
    root.get_by_role("button", name="pictures").click()
    expect(root.get_by_role("button", name="pictures")).to_have_attribute("aria-pressed", "true")
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        np.testing.assert_allclose(archive["logits"], trace.logits, atol=1e-4)
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 10
    assert download(page, "CSV").count(b"\n") == 1 + 33 * 33 + 61


def test_the_picture_follows_the_pointer_a_click_keeps_it_and_it_becomes_a_corner(page: Page, home: str) -> None:
    root = opened(page, home, "gan-digits", "step=5&seed=1")
    expect(page).to_have_url(re.compile("step=5"))
    plane = root.locator("canvas.plane")
    side = plane.bounding_box()["width"]
    cell = side / 33
    plane.hover(position={"x": 20.5 * cell, "y": side - 10.5 * cell})
    expect(root).to_have_attribute("data-cell", str(10 * 33 + 20))
    expect(root.locator("figure").first).to_contain_text("Nearest to the pointer")
    assert "&point=" not in page.url
    page.get_by_role("heading", level=1).hover()
    expect(root).to_have_attribute("data-cell", str(6 * 33 + 6))
    plane.click(position={"x": 20.5 * cell, "y": side - 10.5 * cell})
    expect(page).to_have_url(re.compile(r"point=350(&|$)"))
    page.keyboard.press("w")
    expect(page).to_have_url(re.compile(r"point=383(&|$)"))
    trace = Engine("cpu").run(GanWalkSettings(checkpoint=NAME, seed=1))
    before = root.get_attribute("data-trace")
    page.get_by_role("button", name="B", exact=True).click()
    expect(root).not_to_have_attribute("data-trace", before)
    wanted = re.escape(format_code(trace.codes[11, 20])).replace(",", "(,|%2C)")
    expect(page).to_have_url(re.compile(f"code_b={wanted}"))


def test_the_line_plays_and_is_scrubbed_in_the_browser(page: Page, home: str) -> None:
    root = opened(page, home, "gan-digits", "step=0")
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", "60")
    expect(root).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(r"step=60(&|$)"))
    strip = root.locator("canvas.strip")
    strip.click(position={"x": strip.bounding_box()["width"] / 2, "y": 12})
    expect(page).to_have_url(re.compile(r"step=30(&|$)"))
    curve = root.locator("canvas.curve")
    curve.click(position={"x": 46, "y": 20})
    expect(root).to_have_attribute("data-step", re.compile("^[012]$"))


def test_a_finger_walks_on_the_plane(new_page: Callable[..., Page], home: str) -> None:
    page = new_page(has_touch=True)
    root = opened(page, home, "gan-digits", "step=5")
    plane = root.locator("canvas.plane")
    cell = plane.bounding_box()["width"] / 33
    plane.tap(position={"x": 2.5 * cell, "y": 0.5 * cell})
    expect(page).to_have_url(re.compile(rf"point={32 * 33 + 2}(&|$)"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_stroke_is_judged_at_once(new_page: Callable[..., Page], home: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    opened(page, home, "gan-verdict", f"picture={PACKED}&seed=5")
    engine = Engine("cpu")
    trace = engine.run(GanVerdictSettings(checkpoint=NAME, picture=PACKED, seed=5))
    expect(page.get_by_text(minus(f"logit = {trace.logit:.2f}"))).to_be_visible()
    expect(page.locator(".pg-verdicts tbody tr")).to_have_count(9)
    box = page.locator(".js-plotly-plot").last.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    page.locator(".pg-pad canvas").first.focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page).not_to_have_url(re.compile(re.escape(PACKED)))
    drawn = page.url.split("picture=")[1].split("&")[0]
    assert not np.array_equal(unpack_greys(drawn, (SIDE, SIDE)), PICTURE)
    after = engine.run(GanVerdictSettings(checkpoint=NAME, picture=drawn, seed=5))
    expect(page.get_by_text(minus(f"logit = {after.logit:.2f}"))).to_be_visible()
    rows = download(page, "CSV").decode().splitlines()
    assert rows[1].startswith("drawing,as drawn,")
    page.get_by_role("button", name="Find its code").click()
    expect(page.locator(".pg-gansearch[data-first-paint]")).to_be_visible()
    expect(page).to_have_url(re.compile(f"gan-search.*picture={re.escape(drawn)}"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_search_at_its_step_and_the_walk_goes_on_from_its_code(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "gan-search", f"{FAST}&picture={PACKED}&seed=2&step=15&start=2")
    inside(root)
    trace = Engine("cpu").run(GanSearchSettings(checkpoint=NAME, picture=PACKED, seed=2, starts=3, steps=20))
    expect(root).to_have_attribute("data-start", "1")
    expect(root).to_contain_text(f"RMSE {trace.rmse[15, 1]:.4f}, ‖z‖ = {trace.norm[15, 1]:.2f}")
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-start", str(trace.best))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"step=16(&|$)"))
    expect(page).not_to_have_url(re.compile("start="))
    starts = root.locator("canvas.starts")
    box = starts.bounding_box()
    starts.click(position={"x": box["width"] / 6, "y": box["height"] / 2})
    expect(page).to_have_url(re.compile(r"start=1(&|$)"))
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 5
    page.get_by_role("button", name="Walk from this code").click()
    expect(page.locator(".pg-ganwalk[data-first-paint]")).to_be_visible()
    wanted = re.escape(format_code(trace.codes[16, 0])).replace(",", "(,|%2C)")
    expect(page).to_have_url(re.compile(f"gan-digits.*code_a={wanted}"))


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, home: str, view: str) -> None:
    nonsense = "seed=abc&code_a=1,nan&code_b=1&geometry=x&starts=99&rate=nan&picture=!!&step=-1&point=x&start=0"
    opened(page, home, view, nonsense)
    expect(page.get_by_text(re.compile(r"^seed=.* is not allowed")).first).to_be_visible()
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
