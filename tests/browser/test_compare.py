"""Samples side by side and the table in a real browser, on small models: growth by the axis, sorting by a heading."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.test_pages_compare import NADE, RBM, SHELVED, stock

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
GAN = "gan-mnist"


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    stock(shelf)
    return serve(APP)


def samples(page: Page, home: str, link: str) -> Locator:
    page.goto(f"{home}/compare-samples?count=1&{link}")
    root = page.locator(".pg-growth[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    return root


def done(root: Locator, name: str) -> int:
    return int(root.locator(f".model[data-name='{name}']").get_attribute("data-done"))


def test_each_family_grows_in_its_own_way_and_what_takes_one_step_is_there_at_once(page: Page, home: str):
    root = samples(page, home, f"checkpoints={NADE},{RBM},{GAN}&step=0")
    expect(root).to_have_attribute("data-models", "3")
    assert [done(root, name) for name in (NADE, RBM, GAN)] == [0, 0, 0]
    rail = root.get_by_role("slider", name="Step")
    rail.fill("1")
    expect(root).to_have_attribute("data-step", "1")
    assert [done(root, name) for name in (NADE, RBM, GAN)] == [1, 1, 1]
    rail.fill("500")
    expect(root.locator(f".model[data-name='{NADE}']")).to_contain_text("pixel 18/36")
    assert [done(root, name) for name in (NADE, RBM, GAN)] == [18, 300, 1]
    rail.press("End")
    expect(root).to_have_attribute("data-step", "1000")
    assert [done(root, name) for name in (NADE, RBM, GAN)] == [36, 600, 1]


def test_on_the_axis_of_passes_all_have_gone_equally_far(page: Page, home: str):
    root = samples(page, home, f"checkpoints={NADE},{RBM}&step=15")
    root.get_by_role("button", name="network passes").click()
    expect(root).to_have_attribute("data-axis", "passes")
    expect(root.locator(f".model[data-name='{NADE}']")).to_contain_text("18 passes")
    expect(root.locator(f".model[data-name='{RBM}']")).to_contain_text("18 passes")
    root.get_by_role("button", name="expected values").click()
    expect(root).to_have_attribute("data-face", "expected")
    page.wait_for_function("location.search.includes('axis=passes') && location.search.includes('face=expected')")
    page.reload()
    expect(page.locator(".pg-growth[data-first-paint]")).to_have_attribute("data-axis", "passes", timeout=120_000)
    expect(root).to_have_attribute("data-face", "expected")
    expect(root).to_have_attribute("data-step", "15")


def test_a_sample_tells_what_its_model_says_of_it(page: Page, home: str):
    root = samples(page, home, f"checkpoints={NADE},{RBM}&step=1000")
    root.locator(f".model[data-name='{NADE}'] canvas").hover()
    expect(root.locator(".readout")).to_contain_text("log p of the pixels so far")
    root.locator(f".model[data-name='{RBM}'] canvas").hover()
    expect(root.locator(".readout")).to_contain_text("free energy F(v)")


def rows(page: Page) -> list[str]:
    return page.locator(".pg-sortedtable tbody th").all_inner_texts()


def test_a_heading_sorts_up_down_and_back_and_the_link_keeps_it(page: Page, home: str):
    page.goto(f"{home}/compare-table")
    expect(page.locator(".pg-sortedtable tbody tr")).to_have_count(len(SHELVED) + 2, timeout=120_000)
    first = rows(page)
    heading = page.locator("th[data-name='parameters']")
    for order in ("ascending", "descending"):
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", order)
        counts = [int(t.replace(",", "")) for t in page.locator("tbody tr td:nth-child(6)").all_inner_texts()]
        assert counts == sorted(counts, reverse=order == "descending")
    page.wait_for_function("location.search.includes('sort=parameters') && location.search.includes('down=yes')")
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "none")
    assert rows(page) == first
    page.locator("th[data-name='nats'] button").click()
    assert set(rows(page)[:2]) == {"NADE", "RBM"}, "what has no number stands last"
    expect(page.locator("tbody tr").first.locator("td").nth(1)).to_have_attribute("title", "12.3456789")
