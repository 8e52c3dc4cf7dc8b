"""The laboratory in a real browser: click and key change the network, and the sums that are shown are its own."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.traces import MadeLabSettings, MadeLabTrace, compute
from tests.browser.test_app import download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEWS = {"made-graph": ".pg-graph", "made-masks": ".pg-perturb", "made-break": ".pg-masks"}
START = "inputs=4&hidden=4.3&degrees=1.2.3.3_1.2.3&seed=3"


def opened(page: Page, serve: Callable[..., str], view: str, query: str = START) -> Locator:
    page.goto(f"{serve(APP)}/{view}?{query}")
    root = page.locator(VIEWS[view])
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def network(page: Page) -> MadeLabTrace:
    """What the link says, computed here."""
    query = dict(pair.split("=") for pair in page.url.split("?")[1].split("&"))
    good, notices = MadeLabSettings.from_link(query)
    assert notices == []
    return compute(MadeLabSettings(**good), None)


def shows_its_own_total(page: Page) -> float:
    trace = network(page)
    expect(page.locator(".made-total")).to_have_text(f"{trace.total:.6f}")
    return trace.total


def test_a_click_breaks_the_sum_and_mending_makes_it_one(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-break")
    total = page.locator(".made-total")
    expect(total).to_have_text("1.000000")
    cell = root.locator('[data-cell="1.0.2"]')
    expect(cell).to_have_attribute("data-open", "0")
    cell.click()
    expect(page).to_have_url(re.compile("flips=1.0.2"))
    expect(total).not_to_have_text("1.000000")
    assert abs(shows_its_own_total(page) - 1) > 1e-4
    expect(page.get_by_text("No distribution:")).to_be_visible()
    expect(root.locator('[data-result="gradient.2.2"].wrong')).to_be_visible()
    expect(root.locator('[data-result="paths.2.2"].wrong')).to_be_visible()

    cell.click()
    expect(total).to_have_text("1.000000")
    expect(page).not_to_have_url(re.compile("flips"))
    expect(root.locator(".wrong[data-result]")).to_have_count(0)

    cell.click()
    root.locator('[data-cell="3.0.2"]').click()
    expect(page).to_have_url(re.compile(r"flips=1\.0\.2_3\.0\.2"))
    shows_its_own_total(page)
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(r"flips=1\.0\.2(&|$)"))
    shows_its_own_total(page)
    page.get_by_role("button", name="Mend all").click()
    expect(total).to_have_text("1.000000")
    expect(root.locator(".flipped[data-cell]")).to_have_count(0)


def test_a_closed_entry_is_harmless_and_many_fast_clicks_are_all_heard(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-break")
    root.locator('[data-cell="1.3.0"]').click()
    expect(page.get_by_text("so the order holds")).to_be_visible()
    expect(page.locator(".made-total")).to_have_text("1.000000")
    for row in range(4):
        root.locator(f'[data-cell="1.{row}.3"]').click()
    expect(page).to_have_url(re.compile(r"flips=1\.3\.0_1\.0\.3_1\.1\.3_1\.2\.3_1\.3\.3"))
    shows_its_own_total(page)


def test_a_click_is_heard_although_an_answer_comes_while_the_button_is_down(
    page: Page, serve: Callable[..., str]
) -> None:
    root = opened(page, serve, "made-break")
    listed = page.locator("strong")  # the flipped entries in words, which come after the matrices
    root.locator('[data-cell="1.3.0"]').click()
    page.mouse.down()
    expect(listed.get_by_text("1.3.0")).to_be_visible()
    page.mouse.up()
    expect(page).not_to_have_url(re.compile("flips"))

    root.locator('[data-cell="1.0.3"]').click()
    page.mouse.down()
    expect(listed.get_by_text("1.0.3")).to_be_visible()
    root.locator('[data-cell="1.0.2"]').hover()  # released elsewhere: no click, and the canvas listens again
    page.mouse.up()
    root.locator('[data-cell="1.1.3"]').click()
    expect(page).to_have_url(re.compile(r"flips=1\.0\.3_1\.1\.3"))
    shows_its_own_total(page)


def test_the_keyboard_flips_an_entry(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-break")
    root.locator('[data-panel="M1"]').focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"flips=1\.0\.2"))
    assert abs(shows_its_own_total(page) - 1) > 1e-4
    expect(root.locator('[data-panel="M1"]')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".made-total")).to_have_text("1.000000")


def unit(page: Page, root: Locator, layer: int, number: int) -> Locator:
    trace = network(page)
    return root.locator(f'[data-node="{trace.nodes(layer)[number]}"]')


def test_pointing_at_a_unit_says_what_it_sees_and_reaches(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-graph")
    page.wait_for_function("location.search.includes('ordering')")
    unit(page, root, 2, 1).hover()
    expect(root).to_contain_text("h2,1: degree 2, sees x0, x1; reaches outputs x2, x3")
    kin = root.locator(".node.kin")
    trace = network(page)
    node = trace.nodes(2)[1]
    below = 2 + 2  # inputs x0, x1 and the units of degree ≤ 2 below
    expect(kin).to_have_count(1 + below + int(trace.reaches[node].sum()))
    page.get_by_role("heading", level=1).hover()
    expect(root.locator(".looking")).to_have_count(0)


def test_degrees_and_ordering_change_by_click_and_by_key(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-graph")
    page.wait_for_function("location.search.includes('ordering')")
    unit(page, root, 1, 0).click()
    root.get_by_role("button", name="Degree up").click()
    root.get_by_role("button", name="Degree up").click()
    expect(page).to_have_url(re.compile(r"degrees=3\.2\.3\.3_1\.2\.3"))
    expect(root).to_have_attribute("data-paths", str(network(page).paths.sum()))
    expect(root.get_by_role("button", name="Degree up")).to_be_disabled()

    page.keyboard.press("Escape")
    unit(page, root, 2, 0).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile(r"degrees=3\.2\.3\.3_1\.2\.1"))
    expect(unit(page, root, 2, 2)).to_be_focused()
    expect(root).to_have_attribute("data-paths", str(network(page).paths.sum()))

    unit(page, root, 0, 0).focus()
    page.keyboard.press("ArrowUp")
    expect(page).to_have_url(re.compile(r"ordering=1\.0\.2\.3"))
    expect(page.get_by_text("Strictly triangular under the ordering x1, x0, x2, x3")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(re.compile(r"ordering=raster"))
    expect(unit(page, root, 0, 0).locator(".number")).to_have_text("1")


def drag(page: Page, one: Locator, other: Locator) -> None:
    start, end = one.locator(".body").bounding_box(), other.locator(".body").bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=6)
    page.mouse.up()


def test_inputs_are_dragged_to_another_place_in_the_ordering(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-graph")
    page.wait_for_function("location.search.includes('ordering')")
    drag(page, unit(page, root, 0, 0), unit(page, root, 0, 2))
    expect(page).to_have_url(re.compile(r"ordering=2\.1\.0\.3"))  # as numbered: the two exchange their steps
    expect(root.locator(".selected")).to_have_count(0)
    root.get_by_role("button", name="by degree").click()
    drag(page, unit(page, root, 0, 2), unit(page, root, 0, 0))
    expect(page).to_have_url(re.compile(r"ordering=1\.0\.2\.3"))  # by degree: it moves, the others make room
    expect(root).to_have_attribute("data-paths", str(network(page).paths.sum()))


def test_a_finger_changes_a_degree(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(has_touch=True)
    root = opened(page, serve, "made-graph")
    page.wait_for_function("location.search.includes('ordering')")
    unit(page, root, 2, 2).tap()
    root.locator('.nudge[data-by="-1"]').tap()
    expect(page).to_have_url(re.compile(r"degrees=1\.2\.3\.3_1\.2\.2"))
    expect(root).to_have_attribute("data-paths", str(network(page).paths.sum()))


def test_one_input_is_flipped_and_masks_and_network_agree(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "made-masks", f"{START}&x=0110&ordering=2.0.3.1")
    page.wait_for_function("location.search.includes('input')")
    trace = network(page)
    root.locator('[data-input="0"]').click()
    expect(root).to_have_attribute("data-selected", "0")
    for output in range(4):
        shown = root.locator(f'[data-change="{output}"]')
        change = abs(trace.change[output, 0])
        assert float(shown.get_attribute("title")) == change
        assert (shown.inner_text() == "0") == (trace.paths[output, 0] == 0)
    expect(root).to_contain_text("they agree")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-selected", "3")
    expect(page).to_have_url(re.compile("input=3"))
    root.get_by_role("button", name="Keep x3 = 1").click()
    expect(page).to_have_url(re.compile("x=0111"))
    expect(root.locator('[data-input="3"]')).to_have_text("x3: 1→0")


def test_the_network_goes_along_and_a_second_browser_shows_the_same(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    page = new_page()
    root = opened(page, serve, "made-break", f"{START}&ordering=reverse&output_rule=loose&direct=True")
    root.locator('[data-cell="0.1.1"]').click()
    expect(page).to_have_url(re.compile(r"flips=0\.1\.1"))
    before = shows_its_own_total(page)
    page.get_by_role("link", name="This network in Network").click()
    expect(page.locator(VIEWS["made-graph"])).to_be_visible()
    expect(page.get_by_text(f"Total probability of all 16 states: {before:.6f}")).to_be_visible()
    expect(page).to_have_url(re.compile(r"made-graph.*flips=0\.1\.1"))
    second = new_page()
    second.goto(page.url.replace("made-graph", "made-break"))
    expect(second.locator(".made-total")).to_have_text(f"{before:.6f}", timeout=60_000)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_stage_is_above_the_fold_and_its_files_are_real(
    new_page: Callable[..., Page], serve: Callable[..., str], view: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, view, "seed=0")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    archive = np.load(io.BytesIO(download(page, "npz")))
    assert archive["total"] == network(page).total
    with Image.open(io.BytesIO(download(page, "PNG"))) as picture:
        assert picture.width > 600
    assert download(page, "CSV").startswith(b"mask,row,column")


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, serve: Callable[..., str], view: str) -> None:
    opened(page, serve, view, "inputs=99&hidden=a&ordering=1.1&degrees=9_9&flips=x&x=2&direct=maybe&seed=-1&input=77")
    for name in ("inputs", "hidden", "ordering", "direct", "seed"):
        expect(page.get_by_text(re.compile(f"^{name}=.* is not allowed")).first).to_be_visible()
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
