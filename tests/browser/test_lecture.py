"""Present mode, the lecturer's keys, hidden controls, the copied link and Predict, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_app import APP
from tests.small_checkpoints import shelve_pixelcnn

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home", "small_shelf")]


@pytest.fixture(scope="module")
def small_shelf(shelf) -> None:
    shelve_pixelcnn(shelf)


def opened(page: Page, serve: Callable[..., str], link: str) -> Locator:
    page.goto(f"{serve(APP)}/{link}")
    root = page.locator(".pg-player[data-first-paint], .pg-chains[data-first-paint]")
    expect(root).to_be_visible(timeout=90_000)
    return root


def zoom(page: Page) -> float:
    return float(page.locator(".st-key-stage").evaluate("element => element.currentCSSZoom"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_present_mode_the_stage_fills_the_screen(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, "pixelcnn-generate?count=4&present=1")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.locator(".st-key-lesson")).to_be_hidden()
    expect(page.locator(".st-key-controls")).to_be_hidden()
    page.wait_for_function("document.querySelector('.st-key-stage').currentCSSZoom > 1.1")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720
    assert box["y"] + box["height"] > 600 or box["x"] + box["width"] > 1200
    ratio = root.locator("canvas.picture").evaluate("c => c.width / c.getBoundingClientRect().width")
    assert ratio == pytest.approx(1, abs=0.02), "one pixel of the canvas is one of the screen: nothing is blurred"
    page.keyboard.press("c")
    expect(page.locator(".st-key-controls")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".st-key-controls")).to_be_hidden()
    page.get_by_role("button", name="Leave present mode").click()
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    expect(page).not_to_have_url(re.compile("present"))
    assert zoom(page) == pytest.approx(1)


def test_a_pointer_meets_what_it_points_at_on_an_enlarged_stage(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "chains-walk?step=0&chains=1&steps=50&present=1")
    page.wait_for_function("document.querySelector('.st-key-stage').currentCSSZoom > 1.05")
    box = root.locator("canvas.map").bounding_box()
    x, y = box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.click(x, y)
    start = root.locator(".start").last
    expect(root.locator(".start")).to_have_count(2)
    found = start.bounding_box()
    assert found["x"] + found["width"] / 2 == pytest.approx(x, abs=3)
    assert found["y"] + found["height"] / 2 == pytest.approx(y, abs=3)


def test_present_mode_survives_another_view_and_a_reload(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve, "pixelcnn-generate?count=4")
    page.keyboard.press("p")
    expect(page).to_have_url(re.compile("present=1"))
    page.keyboard.press(".")
    expect(page.get_by_role("heading", level=1)).to_have_text("Complete")
    expect(page).to_have_url(re.compile("pixelcnn-complete.*present=1"))
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    page.keyboard.press("PageUp")
    expect(page.get_by_role("heading", level=1)).to_have_text("Generate")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Generate")
    expect(page.get_by_test_id("stHeader")).to_be_hidden()


def test_the_sheet_lists_the_keys_of_the_stage_and_typing_is_left_alone(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve, "pixelcnn-generate?count=4&step=3")
    sheet = page.get_by_role("dialog", name="Keys")
    expect(sheet).to_be_hidden()
    page.keyboard.press("?")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_role("heading", name="Player")).to_be_visible()
    expect(sheet.get_by_text("another sample")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.keyboard.press("?")
    page.keyboard.press("?")
    expect(sheet).to_be_hidden()
    seed = page.get_by_role("spinbutton", name="Seed")
    seed.focus()
    for key in ("?", "p", "."):
        page.keyboard.press(key)
    expect(sheet).to_be_hidden()
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Generate")


def test_a_hidden_control_is_not_there_to_see(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve, "pixelcnn-generate?count=4&seed=5&hide=seed")
    expect(page.get_by_role("slider", name="Temperature Temperature")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Seed")).to_be_hidden()
    expect(page).to_have_url(re.compile("seed=5"))
    page.keyboard.press("r")  # Generate
    expect(page).to_have_url(re.compile("seed=5.*hide=seed"))


def test_the_link_is_copied_by_keyboard(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(permissions=["clipboard-read", "clipboard-write"])
    opened(page, serve, "pixelcnn-generate?count=4&seed=3&step=7")
    button = page.locator(".st-key-copy-link button")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url
    assert "seed=3" in copied
    assert "step=7" in copied


def test_predict_asks_hears_reveals_and_counts(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "pixelcnn-generate?count=4&step=0")
    page.keyboard.press("q")
    expect(root).to_have_attribute("data-predict", "on")
    expect(root.locator(".now")).to_be_hidden()
    right = expected = 0
    for question in range(1, 5):
        page.keyboard.press("End")  # as far as the next question
        expect(root).to_have_attribute("data-predict", "asking")
        k = int(root.get_attribute("data-asked"))
        assert root.evaluate("element => element.__player.step()") == k
        asked = root.evaluate("element => element.__predict.asked")
        assert "p =" not in root.locator(".options").inner_text(), "nothing is given away"
        key = asked["options"][question % len(asked["options"])]["key"]
        page.keyboard.press(key)
        expect(root).to_have_attribute("data-predict", "told")
        right += asked["answer"] == question % len(asked["options"])
        expected += max(option["p"] for option in asked["options"])
        expect(root).to_have_attribute("data-score", f"{right}/{question}")
        assert root.evaluate("element => element.__player.step()") == k + 1
    assert root.evaluate("element => element.__predict.score.expected") == pytest.approx(expected)
    page.keyboard.press("Home")
    page.keyboard.press("q")
    expect(root.locator(".now")).to_be_visible()


def test_hands_are_counted_before_the_verdict_of_a_chain(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "chains-walk?step=0&chains=1&steps=50&seed=1")
    root.get_by_role("button", name="Predict").click()
    root.get_by_label("count hands").check()
    root.get_by_role("button", name="To the end").click()
    expect(root).to_have_attribute("data-predict", "asking")
    assert int(root.get_attribute("data-step")) % 4 == 1, "the proposal is drawn, its verdict is not"
    root.locator(".option").first.click()
    root.locator(".option").first.click()
    root.locator(".option").last.click()
    expect(root).to_have_attribute("data-predict", "asking")
    root.get_by_role("button", name="Reveal").click()
    expect(root).to_have_attribute("data-predict", "told")
    expect(root.locator(".verdict")).to_contain_text("of 3 are right")
    assert int(root.get_attribute("data-step")) % 4 == 0
