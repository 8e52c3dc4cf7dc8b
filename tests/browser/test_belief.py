"""FVSBN, NADE and the orderings in a real browser: what the canvas adds up is what the trace says."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground import traces
from playground.engine import Engine
from tests.shelf import SIDE, SMALL, stock

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
CELLS = SIDE * SIDE


@pytest.fixture(scope="module")
def url(serve: Callable[..., str], shelf: Path) -> str:
    """A server whose shelf holds small random checkpoints; the engine of this process sees the same ones."""
    stock(*SMALL)
    return serve(APP)


def canvas(page: Page, name: str) -> Locator:
    root = page.locator(f".pg-{name}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    return root


def at(root: Locator, step: int) -> None:
    expect(root).to_have_attribute("data-step", str(step))


def shown(root: Locator, handle: str) -> dict:
    return root.evaluate(
        f"""root => {{ const s = root.{handle}.shown, list = (a) => a && Array.from(a);
        return {{ step: s.step, total: s.total, before: list(s.before), after: list(s.after) }}; }}"""
    )


def settled(page: Page, **values: object) -> None:
    for name, value in values.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={value}(&|$)"), timeout=30_000)


def test_fvsbn_adds_its_terms_up_to_the_logit_of_the_trace(page: Page, url: str) -> None:
    page.goto(f"{url}/belief-networks-fvsbn?seed=3&step=0")
    root = canvas(page, "fvsbn")
    trace = Engine(device="cpu").run(traces.FvsbnSettings(checkpoint="fvsbn-mnist", seed=3))
    root.locator("canvas").first.focus()
    for step in range(CELLS):
        at(root, step)
        found = shown(root, "__fvsbn")
        assert found["step"] == step
        assert found["total"] == pytest.approx(trace.logits[step], abs=1e-9)
        printed = f"{trace.logits[step]:.4f}".replace("-", "−")
        if float(f"{trace.logits[step]:.4f}"):
            expect(root.get_by_text(f"logit = {printed}", exact=True)).to_be_visible()
        page.keyboard.press("ArrowRight")
    settled(page, step=CELLS)

    box = root.locator("canvas").first.bounding_box()
    place = {"x": box["width"] * 2.5 / SIDE, "y": box["height"] * 3.5 / SIDE}
    root.locator("canvas").first.click(position=place)
    expect(root).to_have_attribute("data-focus", str(3 * SIDE + 2))
    settled(page, focus=3 * SIDE + 2)
    assert shown(root, "__fvsbn")["step"] == 3 * SIDE + 2
    expect(root.get_by_text("row 4, col 3", exact=True)).to_be_visible()

    page.goto(page.url)
    again = canvas(page, "fvsbn")
    at(again, CELLS)
    expect(again).to_have_attribute("data-focus", str(3 * SIDE + 2))


def test_the_hidden_layer_in_the_browser_is_the_traces(page: Page, url: str) -> None:
    page.goto(f"{url}/belief-networks-nade?seed=5&step=0")
    root = canvas(page, "nade")
    trace = Engine(device="cpu").run(traces.NadeSettings(checkpoint="nade-mnist", seed=5))
    root.locator("canvas").first.focus()
    paper = False
    for step in [*range(CELLS), 20, 7, 0, 30]:  # also backwards, and in leaps
        root.evaluate(f"root => root.__nade.goto({step})")
        at(root, step)
        found = shown(root, "__nade")
        np.testing.assert_allclose(found["after"], trace.pre[step], atol=1e-4)
        np.testing.assert_allclose(found["before"], trace.pre[max(0, step - 1)], atol=1e-4)
        assert found["total"] == pytest.approx(trace.logits[step], abs=1e-9)
        if step and not trace.values[step - 1] and not paper:
            paper = True
            expect(root.get_by_text("Nothing changes: all 12 units stay as they are.")).to_be_visible()
    assert paper, "both cases must occur"
    page.keyboard.press("d")
    page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-focus", re.compile(r"^\d+$"))  # −1 until the frame is drawn
    settled(page, step=30, focus=root.get_attribute("data-focus"))


def test_playing_comes_to_the_end_and_python_hears_of_it_once(page: Page, url: str) -> None:
    page.goto(f"{url}/belief-networks-nade?step=0")
    root = canvas(page, "nade")
    root.get_by_label("Speed").select_option("8")
    root.locator("canvas").first.focus()
    page.keyboard.press(" ")
    at(root, CELLS)
    expect(root).to_have_attribute("data-playing", "false")
    settled(page, step=CELLS)


def test_an_ordering_is_drawn_and_every_panel_keeps_what_is_given(page: Page, url: str) -> None:
    page.goto(f"{url}/belief-networks-orderings?orderings=raster,spiral,drawn&step=10&first=False")
    root = canvas(page, "orderings")
    expect(root.locator("figure")).to_have_count(3)
    page.get_by_role("radio", name="Ordering", exact=True).click()
    pad = page.locator(".pg-orderpad")
    cells = pad.locator("canvas").first
    expect(cells).to_be_visible()
    pad.get_by_role("button", name="Clear the ordering").click()
    expect(pad).to_have_attribute("data-touched", "0")
    box = cells.bounding_box()
    cell = box["width"] / SIDE
    centre = lambda row, column: (box["x"] + (column + 0.5) * cell, box["y"] + (row + 0.5) * cell)  # noqa: E731
    page.mouse.move(*centre(2, 4))
    page.mouse.down()
    page.mouse.move(*centre(2, 1), steps=7)
    page.mouse.move(*centre(4, 1), steps=5)
    page.mouse.up()
    wanted = [16, 15, 14, 13, 19, 25]
    assert pad.evaluate("root => root.__orderpad.order()") == wanted
    settled(page, drawn=r"16-13\.19\.25")
    expect(page.get_by_role("textbox", name="Positions that come first")).to_have_value("16-13.19.25")
    found = root.evaluate("root => Array.from(root.__orderings.order)")
    assert found[2 * CELLS : 2 * CELLS + 6] == wanted

    page.get_by_role("textbox", name="Positions that come first").fill("5 5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("position 5 comes more than once in the ordering")).to_be_visible()
    assert pad.evaluate("root => root.__orderpad.order()") == wanted

    with page.expect_download() as waiting:
        page.get_by_role("button", name="npz", exact=True).click()
    archive = np.load(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    assert archive["order"][2, :6].tolist() == wanted
    for values, order in zip(archive["values"], archive["order"], strict=True):
        flat = np.empty(CELLS, int)
        flat[order] = values
        assert (flat[archive["given"]] == archive["values"][0][np.argsort(archive["order"][0])][archive["given"]]).all()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["fvsbn", "nade", "orderings"])
def test_the_stage_is_above_the_fold(new_page: Callable[..., Page], url: str, scheme: str, view: str) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{url}/belief-networks-{view}?step=20")
    root = canvas(page, view)
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720
    assert box["x"] + box["width"] <= 1280
    expect(root).to_have_attribute("data-trace", re.compile("."))
