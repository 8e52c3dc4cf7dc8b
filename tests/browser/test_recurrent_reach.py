"""Windows and summaries, and the gradient through time, in a real browser: numbers, hovering, comparing, typing."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from playground import ui
from playground.engine import Engine
from playground.traces import FreshTimeSettings, WindowSettings, compute
from playground.traces.windows import WindowTrace
from tests.browser.test_app import download
from tests.small_sequences import MARKOVS, RECURRENT, TEXTS, shelve_sequences

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
NAMES = (*MARKOVS, *RECURRENT, "transformer-shakespeare")
LSTM, LONGEST = 6, 4  # rows of the canvas


@pytest.fixture(scope="module", autouse=True)
def _shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("reach")
    patch = pytest.MonkeyPatch()
    patch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
    shelve_sequences(folder, *TEXTS)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def truth(_shelf: None) -> WindowTrace:
    """What the models of the shelf say of the text that the page opens with."""
    return Engine("cpu").run(WindowSettings(text=ui.VERSES, checkpoints=NAMES))


def opened(page: Page, serve: Callable[..., str], query: str = "") -> Locator:
    page.goto(f"{serve(APP)}/recurrent-window?{query}")
    root = page.locator(".pg-windows[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_exact_character_with_every_models_numbers(
    new_page: Callable[..., Page], serve: Callable[..., str], truth: WindowTrace, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, serve, f"step=40&focus={LSTM}")
    expect(root).to_have_attribute("data-at", "39")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    for m in (0, LSTM, 8):
        row = root.locator(f'[data-model="{m}"].row')
        expect(row).to_contain_text(f"{truth.nats[m, 39]:.3f}")
        expect(row).to_contain_text(f"{truth.mean_nats()[m]:.3f}")
        expect(row).to_contain_text(f"{truth.parameters[m]:,}")
        expect(row.locator(".chip").first).to_have_attribute("data-share", f"{truth.likely_p[m, 39, 0]:.4f}")
    difference = truth.nats[LONGEST, 39] - truth.nats[LSTM, 39]
    words = "saves" if difference > 0 else "costs"
    expect(root.locator(".said")).to_contain_text(f"{words} {abs(difference):.3f} nats")


def test_the_window_lies_over_the_text_at_the_hovered_and_at_the_stepped_character(
    page: Page, serve: Callable[..., str], truth: WindowTrace
) -> None:
    root = opened(page, serve, f"step=30&focus={LSTM}")
    expect(root.locator(".text .current")).to_have_attribute("data-i", "29")
    expect(root.locator("[data-window]")).to_have_count(16)
    expect(root.locator('[data-i="28"]')).to_have_attribute("data-window", "5")
    expect(root.locator('[data-i="13"]')).to_have_attribute("data-window", "1")
    root.locator('[data-i="5"]').hover()
    expect(root).to_have_attribute("data-at", "5")
    expect(root.locator("[data-window]")).to_have_count(5)
    expect(root.locator('[data-model="0"].row')).to_contain_text(f"{truth.nats[0, 5]:.3f}")
    strips = root.locator("canvas.strips")
    strips.hover(position={"x": 143 + 11 * 20.5, "y": 17 + 15 * 2.5})  # the 21st column, the third model
    expect(root).to_have_attribute("data-at", "20")
    strips.click(position={"x": 143 + 11 * 20.5, "y": 17 + 15 * 2.5})
    expect(root).to_have_attribute("data-step", "21")
    expect(root).to_have_attribute("data-model", "2")
    expect(page).to_have_url(re.compile(r"step=21&focus=2"))
    root.get_by_role("button", name="Play").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("s")
    expect(root).to_have_attribute("data-step", "22")
    expect(root).to_have_attribute("data-model", "3")


def test_two_models_are_compared_without_asking_the_server(
    page: Page, serve: Callable[..., str], truth: WindowTrace
) -> None:
    root = opened(page, serve, f"step=30&focus={LSTM}")
    first = root.get_attribute("data-trace")
    root.get_by_label("Compared with").select_option("0")
    difference = truth.nats[0, 29] - truth.nats[LSTM, 29]
    expect(root.locator(".said")).to_contain_text(f"{abs(difference):.3f} nats")
    expect(root.locator(".said")).to_contain_text("AR(1), which sees 1")
    root.get_by_role("button", name="−log p", exact=True).click()
    expect(root.get_by_label("Compared with")).to_be_hidden()
    root.locator('[data-model="8"].row').click()
    expect(root).to_have_attribute("data-model", "8")
    assert root.get_attribute("data-trace") == first
    expect(page).to_have_url(re.compile("focus=8"))


def test_what_is_typed_is_read_and_shown(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "step=3")
    first = root.get_attribute("data-trace")
    field = page.get_by_label("Text", exact=True)
    field.fill("O 옛날 night 🙂!")
    field.press("Control+Enter")
    expect(root).not_to_have_attribute("data-trace", first)
    expect(root.locator(".text")).to_have_text("O  night !")
    expect(page.get_by_text("not in the model's alphabet and left out")).to_be_visible()
    expect(field).to_have_value("O 옛날 night 🙂!")
    field.fill("")
    field.press("Control+Enter")
    expect(root.locator(".text")).to_contain_text("Nothing to read yet")
    expect(root.locator(".said")).to_contain_text("only the held-out figures")
    assert download(page, "PNG").startswith(b"\x89PNG")


def test_a_fresh_visit_plays(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "text=To+be")
    expect(root).to_have_attribute("data-step", "5")
    expect(root).to_have_attribute("data-steps", "5")


def test_gradients_are_redrawn_when_the_gain_changes(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(APP)}/recurrent-through-time?length=60")
    expect(page.locator(".js-plotly-plot .legend")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()
    box = page.locator(".js-plotly-plot").bounding_box()
    assert box["y"] + box["height"] <= 720, box
    factor = compute(FreshTimeSettings(length=60), None).middle()[0]
    expect(page.get_by_text(f"tanh RNN × {(factor[59] / factor[0]) ** (1 / 59):.3f}")).to_be_visible()
    slider = page.get_by_role("slider", name="Gain")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"gain=1\.2(&|$)"))
    factor = compute(FreshTimeSettings(length=60, gain=1.2), None).middle()[0]
    expect(page.get_by_text(f"tanh RNN × {(factor[59] / factor[0]) ** (1 / 59):.3f}")).to_be_visible()
    slider = page.get_by_role("slider", name="Truncation")
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("exactly 0 from lag 3 on")).to_have_count(2)
    assert b"fresh,rnn-tanh,h,1,0," in download(page, "CSV")
    assert np.isfinite(factor).all()
