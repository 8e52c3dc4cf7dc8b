"""Reading by rows and the cost against length in a real browser: the row of a link, pointing, keys, cancelling."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.models.transformer import Transformer, TransformerConfig
from playground.traces import RowsSettings, RowsTrace, pack_greys
from tests.browser.test_app import download
from tests.small_checkpoints import shelve
from tests.small_sequences import HIDDEN, SIDE, shelve_sequences

torch.set_num_threads(1)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
PACKED = pack_greys(PICTURE)
SLOW = "transformer-slow"  # its measurement takes seconds, so that it can be cancelled


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_sequences(shelf, "lstm-rows-mnist", "transformer-mnist")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        deep = Transformer(TransformerConfig(height=SIDE, width=SIDE, patch=2, layers=12))
    shelve(shelf, SLOW, deep.eval())
    return serve(APP)


def opened(page: Page, home: str, query: str) -> Locator:
    page.goto(f"{home}/recurrent-rows?{query}")
    root = page.locator(".pg-rows[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def reading() -> RowsTrace:
    return Engine("cpu").run(RowsSettings(checkpoint="lstm-rows-mnist", picture=PACKED))


def headline(trace: RowsTrace, step: int) -> str:
    verdict = trace.verdicts[step]
    read = f"After row {step} of {SIDE}" if step else "Before the first row"
    return f"{read}: {verdict}, p = {trace.probabilities[step, verdict]:.4f}, entropy {trace.entropy[step]:.3f} nats"


def cell(canvas: Locator, row: int, column: int, rows: int, columns: int) -> dict[str, float]:
    box = canvas.bounding_box()
    return {"x": (column + 0.5) * box["width"] / columns, "y": (row + 0.5) * box["height"] / rows}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_row_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, f"picture={PACKED}&step=5&unit=3")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    trace = reading()
    expect(root).to_have_attribute("data-step", "5")
    expect(root).to_have_attribute("data-focus", "2")
    expect(root).to_have_attribute("data-verdict", str(trace.verdicts[5]))
    expect(root.locator(".told .place")).to_have_text(headline(trace, 5))
    expect(root.locator(".readout")).to_contain_text("row 5, unit 3: c = f·c + i·g")
    expect(root.locator(".readout")).to_contain_text(f"= {trace.memory[5, 2]:.3f}".replace("-", "−"))


def test_pointing_at_units_classes_and_pixels_tells_their_numbers(page: Page, home: str) -> None:
    root = opened(page, home, f"picture={PACKED}&step={SIDE}")
    trace, readout = reading(), root.locator(".readout")
    matrix, opinions, picture = (root.locator(f"canvas.{name}") for name in ("matrix", "opinions", "picture"))
    matrix.hover(position=cell(matrix, 2, 4, SIDE, HIDDEN))
    expect(readout).to_contain_text("row 3, unit 5:")
    expect(readout).to_contain_text(f"= {trace.hidden[3, 4]:.3f}".replace("-", "−"))
    opinions.hover(position=cell(opinions, 6, 7, SIDE, 10))
    expect(readout).to_contain_text(f"after row 7: p(7) = {trace.probabilities[7, 7]:.4f}")
    picture.hover(position=cell(picture, 1, 6, SIDE, SIDE))
    expect(readout).to_have_text(f"row 2, column 7: ink {PICTURE[1, 6] / 255:.3f}")


def test_keys_scrub_switch_and_pin_without_a_new_trace(page: Page, home: str) -> None:
    root = opened(page, home, f"picture={PACKED}&step=2")
    trace, identity = reading(), root.get_attribute("data-trace")
    root.locator("canvas.matrix").focus()
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "3")
    expect(root.locator(".told .place")).to_have_text(headline(trace, 3))
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-step", str(SIDE))
    root.get_by_role("button", name="forget gate f").click()
    expect(root).to_have_attribute("data-show", "forget")
    matrix = root.locator("canvas.matrix")
    matrix.click(position=cell(matrix, 2, 1, SIDE, HIDDEN))
    expect(root).to_have_attribute("data-focus", "1")
    expect(page).to_have_url(re.compile(f"step={SIDE}&unit=2"))
    page.keyboard.press("Home")
    expect(root.locator(".told .place")).to_have_text(headline(trace, 0))
    expect(page).to_have_url(re.compile("step=0&unit=2"))
    assert root.get_attribute("data-trace") == identity


def test_it_plays_to_the_last_row_and_a_new_digit_is_read_anew(page: Page, home: str) -> None:
    root = opened(page, home, f"picture={PACKED}&step=0")
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-step", str(SIDE))
    expect(root).to_have_attribute("data-playing", "false")
    expect(root.locator(".told .place")).to_have_text(headline(reading(), SIDE))
    before = root.get_attribute("data-trace")
    page.get_by_role("button", name="8", exact=True).click()
    expect(root).not_to_have_attribute("data-trace", before)
    expect(root).to_have_attribute("data-playing", "false")
    content = download(page, "CSV").decode()
    assert len(content.splitlines()) == 1 + SIDE + 1


def test_a_stroke_on_the_pad_is_read(page: Page, home: str) -> None:
    root = opened(page, home, f"picture={PACKED}&step=4")
    before = root.get_attribute("data-trace")
    pad = page.locator(".pg-pad canvas").first
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + box["height"] - 20, steps=6)
    page.mouse.up()
    expect(root).not_to_have_attribute("data-trace", before)
    expect(page).not_to_have_url(re.compile(PACKED[:60]))


def test_a_measurement_fits_on_the_screen(page: Page, home: str) -> None:
    page.goto(f"{home}/attention-cost?longest=128&pictures=1")
    expect(page.get_by_text("With the cache", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()
    charts = page.locator(".js-plotly-plot")
    expect(charts).to_have_count(2, timeout=60_000)  # the script that draws them is large
    box = charts.nth(1).bounding_box()
    assert box["y"] + box["height"] <= 720, box
    content = download(page, "CSV").decode().splitlines()
    assert [line.split(",")[0] for line in content] == ["tokens", "16", "32", "64", "128"]


def test_a_measurement_can_be_cancelled(page: Page, home: str) -> None:
    page.goto(f"{home}/attention-cost?checkpoint={SLOW}&longest=2048&pictures=16")
    button = page.get_by_role("button", name="Cancel")
    expect(button).to_be_visible(timeout=60_000)
    button.click()
    expect(page.get_by_text("The measurement was cancelled")).to_be_visible()
    expect(button).to_have_count(0)
