"""The cell and writing in a real browser, on tiny models: exact steps, the trace's numbers, futures, any text."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground.traces import CellSettings, WriteSettings, compute
from tests.browser.test_app import download
from tests.small_sequences import shelve_sequences, small_sequence

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
NAME = "lstm-shakespeare"
WRITE = "length=30&prompt=To+be&seed=5"
SETTINGS = WriteSettings(checkpoint=NAME, length=30, prompt="To be", seed=5)


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_sequences(shelf, NAME, "gru-shakespeare", "rnn-shakespeare", "transformer-shakespeare")
    return serve(APP)


def model(name: str = NAME) -> object:
    """The model of the shelf: its weights went through float16."""
    found = small_sequence(name)
    for parameter in found.parameters():
        parameter.data = parameter.data.half().float()
    return found


def opened(page: Page, address: str, kind: str) -> Locator:
    page.goto(address)
    root = page.locator(f".pg-{kind}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def number(text: str) -> float:
    return float(text.replace("−", "-"))


@pytest.mark.parametrize(
    ("name", "scheme"), [(NAME, "light"), ("gru-shakespeare", "dark"), ("rnn-shakespeare", "dark")]
)
def test_a_link_opens_a_cell_at_its_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, name: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, f"{home}/recurrent-cell?checkpoint={name}&text=To+be,+or+not&step=6&unit=4", "cell")
    expect(root).to_have_attribute("data-step", "6")
    expect(root).to_have_attribute("data-unit", "4")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    trace = compute(CellSettings(checkpoint=name, text="To be, or not"), model(name))
    for n, gate in enumerate(trace.gates):
        shown = root.locator(f'.equation[data-name="{gate}"] .result').inner_text()
        assert number(shown) == pytest.approx(trace.gate[6, n, 4], abs=0.002), gate
    shown = root.locator('.equation[data-name="hidden"] .result').inner_text()
    assert number(shown) == pytest.approx(trace.hidden[6, 4], abs=0.002)
    best = int(trace.log_p[6].argmax())
    first = root.locator(".next").first
    assert number(first.locator(".value").inner_text()) == pytest.approx(np.exp(trace.log_p[6, best]), abs=2e-4)
    said = re.search(r"−log p = ([\d.]+) nats", root.locator(".sum").inner_text())
    assert float(said[1]) == pytest.approx(trace.nats[6], abs=2e-3)


def test_stepping_following_and_sorting_need_no_server_and_end_in_the_link(page: Page, home: str) -> None:
    root = opened(page, f"{home}/recurrent-cell?text=To+be%0Aor+not&step=2", "cell")
    sent: list[str] = []
    page.on("websocket", lambda ws: sent.append(ws.url))
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "3")
    page.keyboard.press("Shift+ArrowRight")
    expect(root).to_have_attribute("data-step", "6")
    root.locator("[data-at='8']").click()
    expect(root).to_have_attribute("data-step", "9")
    field = root.get_by_label("Unit that is followed")
    field.fill("5")
    field.press("Enter")
    expect(root).to_have_attribute("data-unit", "5")
    root.get_by_label("Units sorted by").select_option("number")
    root.get_by_role("button", name="f", exact=True).click()
    expect(root.get_by_role("button", name="f", exact=True)).to_have_attribute("aria-pressed", "true")
    units = root.locator("canvas.units")
    box = units.bounding_box()
    units.click(position={"x": 90, "y": 18 + (box["height"] - 34) / 6 * 1.5})  # the second of six rows
    expect(root).to_have_attribute("data-unit", "1")
    units.hover(position={"x": 60, "y": 30})
    expect(root.locator(".readout")).to_contain_text("Unit 0")
    page.wait_for_url(re.compile("step=9.*unit=1|unit=1.*step=9"))
    assert sent == []


def test_any_text_is_read_and_what_the_alphabet_lacks_is_crossed_out(page: Page, home: str) -> None:
    root = opened(page, f"{home}/recurrent-cell?step=0", "cell")
    field = page.get_by_label("Text", exact=True)
    field.fill("Hi 👋🏽 안녕 שלום\n")
    field.press("Control+Enter")
    expect(page.get_by_text("left out:")).to_be_visible()
    expect(root).to_have_attribute("data-steps", "6")
    expect(root.locator(".outside")).to_have_count(8)
    field.fill("")
    field.press("Control+Enter")
    expect(root).to_have_attribute("data-steps", "0")
    field.fill("ab c" * 25_000)
    field.press("Control+Enter")
    expect(root).to_have_attribute("data-steps", "4000")
    expect(page.get_by_text("the link holds the first 2,000")).to_be_visible()
    assert len(page.url) < 3000
    assert field.input_value() == "ab c" * 25_000


def test_the_numbers_of_a_cell_can_be_taken_away(page: Page, home: str) -> None:
    opened(page, f"{home}/recurrent-cell?text=To+be&step=1&unit=2", "cell")
    rows = download(page, "CSV").decode().splitlines()
    assert len(rows) == 7
    assert rows[0].startswith("step,read,unit,from_input_input,from_hidden_input")
    assert download(page, "PNG").startswith(b"\x89PNG")


def written(root: Locator) -> str:
    """Everything that is on the stage, the given part first."""
    spans = root.locator(".letters > span")
    return "".join(text.replace("⏎", "") for text in spans.evaluate_all("found => found.map((s) => s.textContent)"))


def test_writing_shows_the_trace_and_a_chosen_character_gives_the_comparable_future(page: Page, home: str) -> None:
    root = opened(page, f"{home}/recurrent-write?{WRITE}&step=12", "write")
    trace = compute(SETTINGS, model())
    expect(root).to_have_attribute("data-step", "12")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert written(root) == trace.prompt + trace.text
    order = np.argsort(-trace.log_p[12], kind="stable")
    rows = root.locator(".list .next")
    for n in (0, 5):
        shown = number(rows.nth(n).locator(".base").inner_text())
        assert shown == pytest.approx(np.exp(trace.log_p[12, order[n]]), abs=2e-4)
    chosen = next(n for n in range(65) if order[n] != trace.codes[12])
    rows.nth(chosen).click()
    expect(root.locator(".future")).to_have_count(2)
    expect(root.locator(".forced")).to_have_count(1)
    other = compute(SETTINGS.model_copy(update={"force": f"12.{order[chosen]}"}), model())
    assert written(root) == other.prompt + other.text
    expect(root).to_have_attribute("data-step", "30")
    page.wait_for_url(re.compile(rf"branches=12\.{order[chosen]}&"))
    root.locator("[data-branch='0']").click()
    expect(root.locator(".forced")).to_have_count(0)
    assert written(root) == trace.prompt + trace.text
    page.wait_for_url(re.compile("branch=0"))
    root.get_by_role("button", name="Close this future").click()
    expect(root.locator(".future")).to_have_count(1)


def test_knobs_renormalise_at_once_and_can_write(page: Page, home: str) -> None:
    root = opened(page, f"{home}/recurrent-write?{WRITE}&step=7", "write")
    trace = compute(SETTINGS, model())
    order = np.argsort(-trace.log_p[7], kind="stable")
    values = root.locator(".list .next .value:not(.base)")
    root.get_by_label("Top-k").fill("2")
    expect(values.nth(2)).to_have_text("0")
    p = np.exp(trace.log_p[7, order[:2]].astype(float) / 0.8)
    assert number(values.nth(0).inner_text()) == pytest.approx(p[0] / p.sum(), abs=2e-4)
    root.get_by_label("Temperature").fill("0.5")
    expect(values.nth(0)).not_to_have_text(f"{p[0] / p.sum():.4f}")
    p = np.exp(trace.log_p[7, order[:2]].astype(float) / 0.5)
    assert number(values.nth(0).inner_text()) == pytest.approx(p[0] / p.sum(), abs=2e-4)
    falls = sorted(order[:2])
    edge = p[list(order[:2]).index(falls[0])] / p.sum()
    expected = trace.symbols[falls[0] if trace.noise[7] < edge else falls[1]]
    expect(root.locator(".choices")).to_have_attribute("data-falls", expected)
    root.get_by_role("button", name="Write with these").click()
    drawn = compute(SETTINGS.model_copy(update={"temperature": 0.5, "top_k": 2}), model())
    page.wait_for_url(re.compile("temperature=0.5.*top_k=2|top_k=2.*temperature=0.5"))
    expect(root.locator(".letters > span").last).to_contain_text(drawn.text[-1])
    expect(root.get_by_role("button", name="Write with these")).to_be_disabled()
    assert written(root) == drawn.prompt + drawn.text


def test_another_character_can_be_chosen_by_keys_and_by_pointing(page: Page, home: str) -> None:
    root = opened(page, f"{home}/recurrent-write?{WRITE}&step=20", "write")
    root.locator("[data-at='9']").hover()
    expect(root).to_have_attribute("data-place", "4")
    root.locator("[data-at='9']").click()
    expect(root).to_have_attribute("data-step", "4")
    page.mouse.move(5, 5)
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-step", "30")
    page.keyboard.press("Home")
    expect(root).to_have_attribute("data-place", "0")
