"""What a pointer reads, places or chooses on a canvas, done by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_app import APP

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]


@pytest.fixture
def calm(new_page: Callable[..., Page]) -> Page:
    return new_page(reduced_motion="reduce")


def opened(page: Page, serve: Callable[..., str], link: str, selector: str) -> Locator:
    page.goto(f"{serve(APP)}/{link}", timeout=120_000)
    root = page.locator(selector)
    expect(root).to_be_visible(timeout=120_000)
    expect(root).to_have_attribute("data-scheme", re.compile("light|dark"), timeout=60_000)
    return root


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_chart_is_read_bar_by_bar(calm: Page, serve: Callable[..., str]) -> None:
    root = opened(calm, serve, "foundations-bernoulli?p=0.3&count=60&seed=5&step=20", ".pg-draws[data-first-paint]")
    title = root.locator("figcaption").first
    resting = title.inner_text()
    bins = root.get_by_role("img", name="For each value its frequency so far beside its probability")
    bins.focus()
    calm.keyboard.press("d")
    expect(title).to_contain_text("x = 0: probability 0.70000")
    calm.keyboard.press("d")
    expect(title).to_contain_text("x = 1: probability 0.30000")
    mark = root.locator(".pg-here")
    assert middle(mark)[0] > middle(bins)[0], "the mark stands on the right half, on the second bar"
    expect(root.locator("[aria-live]", has_text="x = 1")).to_have_count(1)
    expect(root).to_have_attribute("data-step", "20")
    calm.keyboard.press("Escape")
    expect(title).to_have_text(resting)
    expect(mark).to_have_count(0)


def test_a_keyboards_place_is_the_pointers_place(calm: Page, serve: Callable[..., str]) -> None:
    root = opened(calm, serve, "pixelcnn-inside?present=1", ".pg-maps")
    calm.wait_for_function("document.querySelector('.st-key-stage').currentCSSZoom > 1.01")
    grid = root.get_by_role("img", name="Feature maps, one per channel")
    readout = root.locator(".pg-maps-readout")
    grid.focus()
    calm.keyboard.press("d")
    calm.keyboard.press("Shift+s")
    calm.keyboard.press("a")
    expect(readout).to_contain_text("row")
    told = readout.inner_text()
    x, y = middle(root.locator(".pg-here"))
    calm.keyboard.press("Escape")
    expect(readout).not_to_have_text(told)
    calm.mouse.move(x, y)
    expect(readout).to_have_text(told)


def test_a_chain_starts_where_the_keys_point(calm: Page, serve: Callable[..., str]) -> None:
    root = opened(calm, serve, "chains-walk?step=0&chains=1&steps=50", ".pg-chains[data-first-paint]")
    root.locator("canvas.map").focus()
    for key in ("d", "Shift+d", "w"):
        calm.keyboard.press(key)
    expect(root.locator(".readout")).to_contain_text("log p =")
    wanted = middle(root.locator(".pg-here"))
    calm.keyboard.press("Enter")
    expect(root.locator(".start")).to_have_count(2)
    assert middle(root.locator(".start").last) == pytest.approx(wanted, abs=2)


def test_the_nearest_real_digit_is_taken_and_a_class_shown_alone(calm: Page, serve: Callable[..., str]) -> None:
    root = opened(calm, serve, "autoencoders-plane", ".pg-planes[data-first-paint]")
    plane = root.locator("canvas.pg-plane").last
    plane.focus()
    calm.keyboard.press("Shift+ArrowRight")
    before = plane.get_attribute("data-point")
    calm.keyboard.press("Escape")
    assert not root.get_attribute("data-digit")
    calm.keyboard.press("Enter")
    expect(root).to_have_attribute("data-digit", re.compile(r"\d+"))
    assert plane.get_attribute("data-point") != before, "the point is the digit's code now"
    buttons = root.locator(".pg-legend button")
    buttons.nth(3).focus()
    calm.keyboard.press("Shift+Enter")
    expect(root.locator(".pg-legend button[aria-pressed=true]")).to_have_count(1)
    expect(buttons.nth(3)).to_have_attribute("aria-pressed", "true")


def test_every_model_tells_its_rank(calm: Page, serve: Callable[..., str]) -> None:
    root = opened(calm, serve, "compare-score", ".pg-rankstrips[data-first-paint]")
    versions = root.locator("button.version")
    versions.first.focus()
    told = []
    for _ in range(2):
        calm.keyboard.press("ArrowDown")
        told.append(root.locator(".readout").inner_text())
    names = root.locator(".row[data-model] b").all_inner_texts()
    assert [text.startswith(name) for text, name in zip(told, names, strict=False)] == [True, True]
    calm.keyboard.press("ArrowRight")
    expect(versions.nth(1)).to_be_focused()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "point, in a picture or chart that has the focus"), ("ko", "초점이 있는 그림이나 차트에서")],
)
def test_the_sheet_tells_how_to_point(calm: Page, serve: Callable[..., str], language: str, words: str) -> None:
    opened(calm, serve, f"foundations-bernoulli?lang={language}", ".pg-draws[data-first-paint]")
    calm.keyboard.press("?")
    expect(calm.get_by_role("dialog").get_by_text(words)).to_be_visible()
