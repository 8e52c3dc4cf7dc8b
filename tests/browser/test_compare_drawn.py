"""Half a digit completed by all and one picture judged by all, in a real browser, on tiny models."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import CompareCompleteSettings, CompareScoreSettings, pack_greys, pack_picture
from tests.browser.test_app import download
from tests.small_drawn import SIDE, real_figures, shelve_drawn

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEWS = {"compare-complete": ".pg-halfdigit", "compare-score": ".pg-rankstrips"}
SHAPE = (SIDE, SIDE)
PICTURE = np.random.default_rng(0).integers(0, 256, SHAPE).astype(np.uint8)
PACKED = pack_greys(PICTURE)
MASK = np.broadcast_to(np.arange(SIDE)[:, None] >= SIDE // 2, SHAPE)
LOWER = pack_picture(MASK, 2)
FEW = "made-mnist,rbm-mnist,gan-mnist"


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_drawn(shelf)
    return serve(APP)


def opened(page: Page, home: str, view: str, query: str) -> Locator:
    page.goto(f"{home}/{view}?checkpoints={FEW}&picture={PACKED}&{query}")
    root = page.locator(VIEWS[view] + "[data-first-paint]").first
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def minus(text: str) -> str:
    return text.replace("-", "−")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_all_completions_at_their_frame_and_the_kept_pixels_change_sides(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "compare-complete", f"keep={LOWER}&count=2&seed=4&step=98&focus=3")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    trace = Engine("cpu").run(CompareCompleteSettings(checkpoints=FEW, picture=PACKED, keep=LOWER, count=2, seed=4))
    panels = root.locator(".panel")
    expect(panels).to_have_count(3)
    expect(panels.nth(0)).to_contain_text(f"{trace.later[0]} kept come too late")
    expect(panels.nth(1).locator(".fits span").nth(1)).to_have_text(minus(f"{trace.fit[1, -1, 1]:.1f}"))
    expect(panels.nth(2).locator(".fits span").nth(0)).to_have_text(f"{trace.fit[2, -1, 0]:.3f}")
    expect(root.locator(".readout")).to_contain_text("RBM, completion 2 of 2: 490 of 490 sweeps")
    before = panels.nth(1).locator("canvas").evaluate("canvas => canvas.toDataURL()")
    root.get_by_role("button", name="what the model has there").click()
    expect(root).to_have_attribute("data-face", "model")
    assert panels.nth(1).locator("canvas").evaluate("canvas => canvas.toDataURL()") != before


def test_a_kept_pixel_is_painted_as_it_was_given_in_every_frame(page: Page, home: str) -> None:
    root = opened(page, home, "compare-complete", f"keep={LOWER}&count=2&step=0")
    row = "canvas => Array.from(canvas.getContext('2d').getImageData(0, canvas.height - 3, canvas.width, 1).data)"
    canvas = root.locator(".panel canvas").nth(1)
    first = canvas.evaluate(row)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    expect(root).to_have_attribute("data-step", "30")
    assert canvas.evaluate(row) == first
    top = row.replace("canvas.height - 3", "3")
    then = canvas.evaluate(top)
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"step=98(&|$)"))
    assert canvas.evaluate(top) != then


def test_a_stroke_waits_for_the_button_and_all_models_complete_it(page: Page, home: str) -> None:
    root = opened(page, home, "compare-complete", f"keep={LOWER}&step=98")
    before = root.get_attribute("data-trace")
    page.locator(".pg-pad canvas").first.focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Complete", exact=True).click()
    expect(root).not_to_have_attribute("data-trace", before)
    expect(page).not_to_have_url(re.compile(re.escape(PACKED)))
    rows = download(page, "CSV").decode().splitlines()
    assert rows[1].startswith("made-mnist,conditionals,1,0,")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ranks_and_figures_are_shown_and_a_version_is_chosen_in_the_browser(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "compare-score", "seed=2&version=1")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    trace = Engine("cpu").run(
        CompareScoreSettings(checkpoints=FEW.replace("made-mnist", "made-mnist*4"), picture=PACKED, seed=2)
    )
    row = root.locator(".row[data-model='2']")
    expect(root).to_have_attribute("data-version", "1")
    expect(row.locator(".figure")).to_have_text(minus(f"{trace.figures[2, 1]:.2f}"))
    share = trace.rank(2, 1, real_figures("gan-mnist"))
    expect(row.locator(".rank").nth(1)).to_have_text(re.compile(f"^{100 * share:.1f}|^{100 * share:.0f} %|99.9|0.1"))
    expect(root.locator(".row[data-model='0']")).to_contain_text("4 orderings averaged")
    root.get_by_role("button", name="blurred").click()
    expect(page).to_have_url(re.compile(r"version=4(&|$)"))
    expect(row.locator(".figure")).to_have_text(minus(f"{trace.figures[2, 4]:.2f}"))
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"version=5(&|$)"))
    row.locator(".name").hover()
    expect(root.locator(".readout")).to_contain_text("of 400 real digits")
    assert len(download(page, "CSV").decode().splitlines()) == 1 + trace.figures.size


@pytest.mark.parametrize("view", VIEWS)
def test_a_telephone_shows_nothing_beside_the_page(new_page: Callable[..., Page], home: str, view: str) -> None:
    page = new_page(viewport={"width": 390, "height": 844})
    root = opened(page, home, view, "")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth + 1")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, home: str, view: str) -> None:
    opened(page, home, view, "seed=abc&keep=!!&count=99&step=-1&focus=x&version=9&binarization=dice")
    expect(page.get_by_text(re.compile(r"^seed=.* is not allowed")).first).to_be_visible()
    assert "Traceback" not in page.content()
