"""All families on one small world in a real browser: the panels show the traces; pointing, keys and clicks work."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import CompareWorldLinkSettings
from tests.small_checkpoints import shelve_pixelcnn

APP = Path(__file__).parents[2] / "app.py"
LINK = {"families": "fvsbn,made,vae,gan", "height": 2, "width": 2, "steps": 20, "batch": 16}

pytestmark = pytest.mark.usefixtures("stocked", "quiet_and_at_home")


@pytest.fixture(scope="module")
def stocked(shelf: Path) -> None:
    """The page needs no checkpoint; the gallery wants one."""
    shelve_pixelcnn(shelf)


def opened(page: Page, url: str, **further: str) -> Locator:
    query = "&".join(f"{name}={value}" for name, value in {**LINK, **further}.items())
    page.goto(f"{url}/compare-world?{query}")
    root = page.locator(".pg-families")
    expect(root).to_have_attribute("data-first-paint", re.compile("."), timeout=120_000)
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panels_show_the_traces_and_keys_move_them(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve(APP), step="20")
    expect(root).to_have_attribute("data-families", "4")
    traces = [Engine(device="cpu").run(one) for one in CompareWorldLinkSettings(**LINK).each()]
    found = root.evaluate("root => root.__families.families.map((_, n) => root.__families.kl(n))")
    assert found == pytest.approx([trace.kl[-1] for trace in traces], abs=1e-12)
    likeliest = root.evaluate("root => [root.__families.q(1, 0), root.__families.data.states[0]]")
    place = traces[1].listed.tolist().index(likeliest[1])
    assert likeliest[0] == pytest.approx(float(traces[1].learned[-1, place]), abs=1e-7)
    root.locator("canvas.stage").focus()
    page.keyboard.press("ArrowLeft")
    expect(root).to_have_attribute("data-step", "19")
    page.keyboard.press("Home")
    expect(root).to_have_attribute("data-step", "0")
    expect(page).to_have_url(re.compile(r"step=0(&|$)"))
    page.keyboard.press("d")
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-focus", "1")
    expect(root.get_by_text("KL of MADE")).to_be_visible()
    expect(page).to_have_url(re.compile("compared=made"))


def test_a_bar_tells_its_numbers_and_a_curve_goes_to_its_step(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve(APP), step="20")
    stage = root.locator("canvas.stage")
    bar = root.evaluate(
        "root => { const f = root.__families, b = f.box(1), [x, w] = f.slotX(b, 0);"
        " return [x + w / 2, b.barsBottom - 4]; }"
    )
    stage.hover(position={"x": bar[0], "y": bar[1]})
    expect(root.locator(".readout")).to_contain_text(
        re.compile(r"MADE: rows \d\d \d\d: truth p = 0\.\d{4}, model q = ")
    )
    curve = root.evaluate(
        "root => { const f = root.__families, b = f.box(2); return [f.stepX(b, 5), b.curveBottom - 6]; }"
    )
    stage.hover(position={"x": curve[0], "y": curve[1]})
    expect(root.locator(".readout")).to_contain_text("VAE, step 5: KL")
    expect(root.locator(".readout")).to_contain_text("−ELBO − H(p)")
    stage.click(position={"x": curve[0], "y": curve[1]})
    expect(root).to_have_attribute("data-step", "5")
    expect(page).to_have_url(re.compile(r"step=5(&|$)"))


def test_a_click_on_a_panel_compares_and_nothing_is_sent_while_it_plays(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve(APP), step="0")
    head = root.evaluate("root => { const b = root.__families.box(3); return [b.x + 30, b.y + 10]; }")
    stage = root.locator("canvas.stage")
    stage.click(position={"x": head[0], "y": head[1]})
    expect(root).to_have_attribute("data-focus", "3")
    expect(page).to_have_url(re.compile("compared=gan"))
    stage.click(position={"x": head[0], "y": head[1]})
    expect(root).to_have_attribute("data-focus", "-1")
    root.locator('[data-action="play"]').click()
    expect(root).to_have_attribute("data-step", "20")
    expect(root).to_have_attribute("data-playing", "false")


def test_a_phone_has_its_panels_in_columns_that_fit(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(viewport={"width": 390, "height": 844}, reduced_motion="reduce")
    root = opened(page, serve(APP))
    expect(root).to_have_attribute("data-step", "20")  # who prefers reduced motion sees the end at once
    assert root.evaluate("root => root.__families.stage.clientWidth <= root.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
