"""Bad input in a real browser: what a hand draws is still there after a file was refused, and nothing fails."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bad_files import READ, REFUSED

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEWS = ("generate", "complete", "masks", "inside", "surprise", "cost")


def drawn(pad: Locator) -> list[int]:
    return pad.evaluate("root => Array.from(root.__pad.picture())")


def upload(page: Page, name: str, data: bytes) -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "image/png", "buffer": data})


@pytest.mark.parametrize("view", ["complete", "surprise"])
def test_a_refused_file_leaves_the_drawing_as_it_is(page: Page, serve: Callable[..., str], view: str) -> None:
    page.goto(f"{serve(APP)}/pixelcnn-{view}?checkpoint=pixelcnn-digits")
    pad = page.locator(".pg-pad")
    expect(pad).to_be_visible(timeout=60_000)
    pad.locator("canvas").focus()
    opened = drawn(pad)
    for key in ("ArrowRight", "Space", "ArrowDown", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    mine = drawn(pad)
    assert mine != opened
    for name, (data, words) in REFUSED.items():
        upload(page, name, data)
        expect(page.get_by_test_id("stAlert").get_by_text(words)).to_be_visible(timeout=30_000)
        assert drawn(pad) == mine, name
    upload(page, "animated.gif", READ["animated.gif"])
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    expect(pad).to_have_attribute("data-push", "2")
    assert drawn(pad) != mine
    assert "Traceback" not in page.content()


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, serve: Callable[..., str], view: str) -> None:
    nonsense = "seed=abc&temperature=-1&step=99999&focus=x&checkpoint=nothing&picture=!!&keep=%00&force=%F0%9F%92%A5"
    page.goto(f"{serve(APP)}/pixelcnn-{view}?{nonsense}&row=-1&block=999&batch=2&depth=1e9&unknown=1")
    expect(page.get_by_text(re.compile("seed='abc' is not allowed"))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(re.compile("checkpoint='nothing' is not allowed"))).to_be_visible()
    expect(page).to_have_url(re.compile(r"seed=0(&|$)"), timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
