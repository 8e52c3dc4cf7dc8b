"""Encoder and decoder, and attention over pixels, in a real browser on tiny models: the numbers are the traces'."""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import (
    AttentionPixelsSettings,
    AttentionPixelsTrace,
    TranslateSettings,
    TranslateTrace,
    example_phrases,
)
from tests.browser.test_app import download
from tests.small_sequences import SIDE, shelve_sequences

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
torch.set_num_threads(1)
APP = Path(__file__).parents[2] / "app.py"
VIEWS = {"attention-translate": ".pg-cross", "attention-pixels": ".pg-lookback"}
DATE = "the third of may nineteen eighty-seven"
TOKENS, STEPS = (SIDE // 2) ** 2, SIDE * SIDE


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
        shelve_sequences(folder, "translator", "transformer-mnist")
        yield folder


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    assert os.environ["PLAYGROUND_CHECKPOINTS"] == str(shelf)
    return serve(APP)


def opened(page: Page, home: str, view: str, query: str) -> Locator:
    page.goto(f"{home}/{view}?{query}")
    root = page.locator(f"{VIEWS[view]}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def translation(text: str = DATE) -> TranslateTrace:
    return Engine("cpu").run(TranslateSettings(checkpoint="translator", text=text))


def digit(**values: object) -> AttentionPixelsTrace:
    return Engine("cpu").run(AttentionPixelsSettings(checkpoint="transformer-mnist", **values))


def number(locator: Locator) -> float:
    return float(re.search(r"[−\d.e]+$", locator.text_content())[0].replace("−", "-"))


# --- Encoder and decoder ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phrase_opens_at_a_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "attention-translate", f"text={DATE}&step=3&layer=1&head=2")
    expect(root).to_have_attribute("data-step", "3")
    expect(root).to_have_attribute("data-at", "1.2")
    expect(root).to_have_attribute("data-row", "2")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    trace = translation()
    found = root.evaluate("root => Array.from({ length: root.__cross.length }, (_, s) => root.__cross.weight(2, s))")
    assert found == pytest.approx(trace.cross[0, 1, 2].tolist(), abs=1e-6)
    bars = root.locator(".bar .value")
    expect(bars).to_have_count(len(trace.symbols) + 1)
    shown = [number(bars.nth(i)) for i in range(len(trace.symbols) + 1)]
    assert shown == pytest.approx(trace.probabilities[2].tolist(), abs=6e-5)
    expect(root.locator(".bar.chosen > span").first).to_have_text(trace.names()[2])
    expect(root.locator(".facts")).to_contain_text("exact: 1987-05-03")
    expect(root.locator(".verdict")).to_have_text(" ")  # not finished yet


def test_heads_rows_and_symbols_are_looked_at_without_asking_the_server(page: Page, home: str) -> None:
    root = opened(page, home, "attention-translate", f"text={DATE}&step=0")
    trace = translation()
    before = root.get_attribute("data-trace")
    main = root.locator(".middle canvas")
    main.focus()
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "1")
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-step", str(trace.steps))
    expect(root.locator(".verdict")).to_contain_text("not the same")
    root.get_by_role("group", name="Head").get_by_role("button", name="mean").click()
    root.get_by_role("group", name="Layer").get_by_role("button", name="1").click()
    expect(root).to_have_attribute("data-at", "1.mean")
    found = root.evaluate("root => Array.from({ length: root.__cross.length }, (_, s) => root.__cross.weight(4, s))")
    assert found == pytest.approx(trace.cross[0].mean(0)[4].tolist(), abs=1e-6)
    place = root.evaluate("({ __cross: { at } }) => ({ x: 132 + 5.5 * at.column, y: at.top.rows + 1.5 * at.row })")
    main.hover(position=place)
    expect(root).to_have_attribute("data-row", "1")
    weight = trace.cross[0].mean(0)[1, 5]
    expect(root.locator(".readout")).to_contain_text(f"“{DATE[5]}” (6)")
    assert number(root.locator(".readout")) == pytest.approx(weight, abs=6e-5)
    main.click(position=place)
    expect(page).to_have_url(re.compile(r"layer=1&head=0&symbol=2"))
    page.mouse.move(5, 5)
    expect(root).to_have_attribute("data-row", "1")  # pinned
    main.focus()
    page.keyboard.press("Escape")
    expect(root).to_have_attribute("data-row", str(trace.steps - 1))
    expect(page).not_to_have_url(re.compile("symbol="))
    assert root.get_attribute("data-trace") == before


def test_typed_text_is_answered_however_strange_and_an_example_brings_its_exact_answer(page: Page, home: str) -> None:
    root = opened(page, home, "attention-translate", f"text={DATE}&step=1")
    field = page.get_by_label("A number or a date in words")
    field.fill("three hundred cats 🙂")
    field.press("Control+Enter")
    expect(root.locator(".facts")).to_contain_text("no such phrase")
    expect(root.locator(".verdict")).to_contain_text("do not trust it")
    expect(page.get_by_text("left out")).to_be_visible()
    expect(field).to_have_value("three hundred cats 🙂")
    field.fill("안녕")
    field.press("Control+Enter")
    expect(page.get_by_text("Nothing to read yet")).to_be_visible()
    source, exact = example_phrases(0, 10)[2]
    page.get_by_role("combobox", name="Or an example").click()
    page.get_by_role("option", name=source, exact=True).click()
    expect(field).to_have_value(source)
    expect(page.locator(".pg-cross .facts")).to_contain_text(f"exact: {exact}")
    stored = np.load(io.BytesIO(download(page, "npz")))
    assert str(stored["source"]) == source
    assert Image.open(io.BytesIO(download(page, "PNG"))).size[0] > 22 * len(source)


# --- Pixels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_digit_opens_at_a_pixel_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "attention-pixels", "seed=4&step=42&layer=2&head=1&temperature=0.7")
    expect(root).to_have_attribute("data-step", "42")
    expect(root).to_have_attribute("data-token", "10")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    trace = digit(seed=4, temperature=0.7)
    logit = trace.parameters[0, 42, 0]
    lines = root.locator(".work .formula")
    expect(lines.nth(0)).to_have_text(f"logit = {logit:.3f} / 0.7".replace("-", "−"))
    assert number(lines.nth(1)) == pytest.approx(1 / (1 + np.exp(-logit / 0.7)), abs=6e-5)
    for head in (0, 1, None):
        which = 2 if head is None else head
        found = root.evaluate("(root, head) => Array.from(root.__lookback.row(10, 1, head))", which)
        assert found == pytest.approx(trace.weights(1, head, 10).tolist(), abs=1e-6)
    row, column = divmod(int(trace.order[42]), SIDE)
    expect(root.locator(".work .place")).to_have_text(f"row {row + 1}, col {column + 1}")
    expect(root.locator(".start")).to_contain_text(f"{trace.weights(1, 0, 10)[0]:.3f}")


def test_it_plays_and_a_patch_shows_its_own_attention_without_asking_the_server(page: Page, home: str) -> None:
    root = opened(page, home, "attention-pixels", "seed=4&step=0")
    trace = digit(seed=4)
    before = root.get_attribute("data-trace")
    picture = root.locator(".digit canvas")
    picture.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(root).to_have_attribute("data-step", "4")  # a patch
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "5")
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", str(STEPS))
    root.get_by_role("button", name="Layer 2, mean of heads").click()
    expect(root).to_have_attribute("data-at", "2.mean")
    side = picture.bounding_box()["width"]
    sixth = {"x": side * 1.5 / (SIDE // 2), "y": side * 1.5 / (SIDE // 2)}  # patch row 2, column 2
    picture.hover(position=sixth)
    expect(root).to_have_attribute("data-token", str(SIDE // 2 + 1))
    values = root.locator(".looks .value")
    weights = trace.weights(1, None, SIDE // 2 + 1)
    assert number(values.nth(0)) == pytest.approx(weights[0], abs=6e-5)
    assert number(values.nth(1)) == pytest.approx(weights[1:].max(), abs=6e-5)
    picture.click(position=sixth)
    expect(page).to_have_url(re.compile(rf"step={STEPS}&layer=2&head=0&patch={SIDE // 2 + 2}"))
    page.mouse.move(5, 5)
    expect(root).to_have_attribute("data-token", str(SIDE // 2 + 1))  # pinned
    assert root.get_attribute("data-trace") == before
    stored = np.load(io.BytesIO(download(page, "npz")))
    assert np.array_equal(stored["values"], trace.values)
    assert stored["levels_of"].shape == trace.levels_of.shape


def test_the_upper_half_may_be_drawn_and_is_kept(page: Page, home: str) -> None:
    root = opened(page, home, "attention-pixels", "seed=4&step=64")
    before = root.get_attribute("data-trace")
    page.get_by_role("combobox", name="Begin with").click()
    page.get_by_role("option", name="given pixels").click()
    expect(root).not_to_have_attribute("data-trace", before)
    expect(page).to_have_url(re.compile("keep="))
    half = root.get_attribute("data-trace")
    pad = page.locator(".pg-pad canvas").first
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + 8, steps=6)
    page.mouse.up()
    expect(root).not_to_have_attribute("data-trace", half)
    given = root.evaluate("root => Array.from(root.__lookback.given)")
    assert given == [1] * (STEPS // 2) + [0] * (STEPS // 2)
    first = root.evaluate("root => Array.from(root.__lookback.drawn.slice(0, 2))")
    assert first == [1, 1]  # the stroke
