"""Every view on a phone: no wider than the window, no text cut off, and nothing there that a finger cannot hit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ROOT
from tests.browser.screenshots import CUT, SIZES
from tests.browser.views import settle
from tests.views import addresses

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
FINGER = 24  # CSS pixels; boxes to tick have their words to touch
SMALL = """(finger) => [...document.querySelectorAll('[data-testid="stBidiComponentIsolated"]')]
  .flatMap((host) => [...host.shadowRoot.querySelectorAll("button, select, input:not([type=checkbox], [type=radio])")])
  .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest(".pg-unseen"))
  .filter((element) => Math.min(element.offsetWidth, element.offsetHeight) < finger)
  .map((element) => `${element.offsetWidth} × ${element.offsetHeight}: ${element.outerHTML.slice(0, 80)}`)"""


def test_every_view_fits_a_phone(serve: Callable[..., str], new_page: Callable[..., Page]) -> None:
    """In one page, whose browser fetches and compiles the scripts once."""
    page, wrong = new_page(viewport=SIZES["phone"], reduced_motion="reduce"), {}
    for view in addresses():
        page.goto(f"{serve(ROOT / 'app.py')}/{view}?lang=en", timeout=120_000)
        settle(page)
        page.wait_for_timeout(200)  # a chart's layout
        if found := page.evaluate(CUT) + page.evaluate(SMALL, FINGER):
            wrong[view or "home"] = found
    assert wrong == {}


def test_a_wide_chart_scrolls_in_its_box_when_presenting_too(
    serve: Callable[..., str], new_page: Callable[..., Page]
) -> None:
    page = new_page(viewport=SIZES["phone"], reduced_motion="reduce")
    page.goto(f"{serve(ROOT / 'app.py')}/belief-networks-cost?present=1", timeout=120_000)
    settle(page)
    chart = page.locator(".stPlotlyChart").first
    expect(chart).to_be_visible()
    assert chart.bounding_box()["width"] > SIZES["phone"]["width"], "else there is nothing to scroll"
    assert page.evaluate(CUT) == []


def test_what_does_not_fit_is_found(page: Page) -> None:
    page.set_viewport_size(SIZES["phone"])
    page.set_content(
        """<p style="width: 60px; overflow: hidden; white-space: nowrap">too long for its place</p>
        <p style="width: 60px; overflow: hidden; white-space: nowrap" title="all of it">too long, but told whole</p>
        <p class="katex-error">\\frac</p><div style="width: 500px">wide</div>"""
    )
    found = page.evaluate(CUT)
    assert [words.split(":")[0] for words in found] == ["118 px wider than the window", "cut off", "not typeset"]
    page.set_content('<div data-testid="stBidiComponentIsolated"></div>')
    page.evaluate(
        """() => {
          const wide = '<p style="width: 40px"><b style="display: block; width: 60px">too wide</b></p>';
          document.querySelector("div").attachShadow({ mode: "open" }).innerHTML =
            `${wide}<div style="overflow: auto">${wide}</div><p style="width: 40px">unbreakable</p>`;
        }"""
    )
    found = page.evaluate(CUT)
    assert [words.split(": ")[1] for words in found] == ["too wide", "unbreakable"]
    page.set_content('<div data-testid="stBidiComponentIsolated"></div>')
    page.evaluate(
        """() => {
          const button = (side) => `<button style="width: ${side}px; height: 30px"></button>`;
          document.querySelector("div").attachShadow({ mode: "open" }).innerHTML = button(20) + button(24);
        }"""
    )
    assert len(page.evaluate(SMALL, FINGER)) == 1
