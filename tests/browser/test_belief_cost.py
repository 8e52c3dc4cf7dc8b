"""Cost of the belief networks in a real browser: deep link, hover, exact numbers, files, light and dark."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_app import APP, download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_link_opens_the_numbers_which_can_be_read_and_taken_away(
    new_page: Callable[..., Page],
    serve: Callable[..., str],
    scheme: str,
) -> None:
    page = new_page(color_scheme=scheme)
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{serve(APP)}/belief-networks-cost?n=300&hidden=20&layers=2&direct=False")
    expect(page.get_by_role("heading", name="Cost")).to_be_visible(timeout=60_000)
    plot = page.locator(".js-plotly-plot .main-svg").first
    expect(plot).to_be_visible()
    box = plot.bounding_box()
    assert box["y"] + box["height"] <= 720
    nade = 2 * 300 * 20 + 20 + 300
    expect(page.get_by_role("cell", name=f"{nade:,}").first).to_be_visible()
    assert page.locator("table").bounding_box()["y"] + page.locator("table").bounding_box()["height"] <= 720

    page.get_by_role("button", name=re.compile("digit by digit")).click()
    expect(page.get_by_text(f"{2**300 - 1:,}")).to_be_visible()
    page.keyboard.press("Escape")

    rows = list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))
    assert int(rows[299]["full_table"]) == 2**300 - 1
    assert download(page, "PNG").startswith(b"\x89PNG")

    slider = page.get_by_role("slider", name="n, binary variables")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]n=301(&|$)"))
    expect(page.get_by_role("cell", name=f"{2 * 301 * 20 + 20 + 301:,}").first).to_be_visible()
    # a deep link makes Streamlit ask for its own two addresses below the page's first
    assert [url for url in missing if "/belief-networks-cost/_stcore/" not in url] == []
