"""Diagnostics, dimension and eight hills in a real browser: deep link, keys, files, a formula that is refused."""

import csv
import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from playground.traces import ChainSettings, compute
from tests.browser.test_app import APP, download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
FORMULA = "log p(x, y), up to a constant"


def opened(page: Page, serve: Callable[..., str], view: str, query: str) -> None:
    page.goto(f"{serve(APP)}/{view}?{query}")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_link_opens_the_same_chains_and_their_numbers_can_be_taken_away(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    opened(page, serve, "chains-diagnostics", "target=banana&kernel=mala&step_size=0.4&chains=3&steps=150&seed=5")
    plot = page.locator(".js-plotly-plot .main-svg").first.bounding_box()
    assert plot["y"] + plot["height"] <= 720, "the stage is above the fold"
    trace = compute(ChainSettings(target="banana", kernel="mala", step_size=0.4, chains=3, steps=150, seed=5), None)
    expect(page.get_by_text(f"accepted {trace.acceptance[-1]:.1%}")).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))
    assert len(rows) == 3 * 151
    assert np.allclose([float(row["x"]) for row in rows[:151]], trace.positions[0, :, 0], atol=1e-4)
    with np.load(io.BytesIO(download(page, "npz"))) as kept:
        assert np.allclose(kept["positions"], trace.positions, atol=1e-4)
    assert download(page, "PNG").startswith(b"\x89PNG")

    page.get_by_role("slider", name=re.compile("^Steps")).focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("steps=151"))
    page.get_by_text("y", exact=True).first.click()
    expect(page).to_have_url(re.compile("coordinate=y"))
    expect(page.locator(".js-plotly-plot").get_by_text("y of every chain, step by step")).to_be_visible()


def test_a_refused_formula_is_named_and_nothing_else_happens(page: Page, serve: Callable[..., str]) -> None:
    good = "-(x**2%2By**2)/2"
    opened(page, serve, "chains-diagnostics", f"target=formula&formula={good}&steps=100")
    field = page.get_by_role("textbox", name=FORMULA)
    before = page.url
    for text, words in (
        ("__import__('os')", "calls '__import__'"),
        ("10**10**10", "neither x nor y"),
        ("x" * 100_000, "has 100,000 characters"),
        ("x**2", "cannot be normalised"),
        ("log(x)", "not a number"),
    ):
        field.fill(text)
        field.press("Enter")
        expect(page.get_by_role("alert").get_by_text(words)).to_be_visible()
        expect(page.get_by_role("alert").get_by_text("The density before it is kept")).to_be_visible()
        assert page.url == before
    field.fill("-x**2 - 2*y**2")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"formula=-x%2A%2A2"))


def test_the_other_views_open_by_link_and_outlive_a_resize(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve, "chains-modes", "width=0.7&chains=2&steps=150")
    expect(page.get_by_role("row", name=re.compile("Parallel tempering"))).to_be_visible()
    page.get_by_role("slider", name="Width σ of each hill").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"width=0\.75"))
    page.set_viewport_size({"width": 1600, "height": 900})
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"width=0\.75"))
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))
    assert len(rows) == 4 * 2 * 151

    opened(page, serve, "chains-dimension", "steps=100&chains=2&factor=0.5")
    expect(page.get_by_text("Accepted in 256 dimensions")).to_be_visible()
    rows = list(csv.DictReader(io.StringIO(download(page, "CSV").decode())))
    assert len(rows) == 2 * 3 * 9 * 2
