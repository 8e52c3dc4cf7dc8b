"""Attention by hand, many heads and position in a real browser, on a tiny transformer."""

import io
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import AttentionHandSettings, EncodingSettings, HeadsSettings, compute
from tests.browser.test_app import download
from tests.small_sequences import shelve_sequences

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
NAME = "transformer-shakespeare"
ROOTS = {"hand": ".pg-hand", "heads": ".pg-heads", "position": ".pg-positions"}
TEXT = "Speak, speak.\nWe speak"
LINKED = TEXT.replace("\n", "%0A").replace(" ", "%20")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("shelf")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_CHECKPOINTS", str(folder))
        shelve_sequences(folder, NAME)
        yield folder


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    assert os.environ["PLAYGROUND_CHECKPOINTS"] == str(shelf)
    return serve(APP)


def opened(page: Page, home: str, view: str, query: str) -> Locator:
    page.goto(f"{home}/attention-{view}?{query}")
    root = page.locator(f"{ROOTS[view]}[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    return root


def on_stage(root: Locator) -> None:
    """The whole canvas is above the fold."""
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box


def shown(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_cell_says_how_it_comes_about(new_page: Callable[..., Page], home: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "hand", "text=one%20two%20three&keys=2&step=4&row=3&column=1")
    trace = compute(AttentionHandSettings(text="one two three", keys=2), None)
    expect(root).to_have_attribute("data-at", "dots.2.0")
    on_stage(root)
    expect(root.locator(".sum")).to_have_text(re.compile(re.escape(f"= {shown(trace.dots[2, 0], 3)}") + "$"))
    expect(root.locator("button.lit")).to_have_count(4)  # two numbers of the query, two of the key
    root.locator('[data-cell="dots.1.2"]').hover()
    expect(root).to_have_attribute("data-at", "dots.1.2")
    expect(root.locator(".sum")).to_contain_text("QKᵀ[two → three] = ")
    terms = [f"({shown(v, 2)})" if v < 0 else shown(v, 2) for v in (trace.query[1, 0], trace.key[2, 0])]
    expect(root.locator(".sum")).to_contain_text("·".join(terms))
    root.locator('[data-go="weights"]').click()
    expect(root).to_have_attribute("data-step", "7")
    root.locator('[data-cell="weights.0.1"]').hover()
    expect(root.locator(".sum")).to_contain_text("= 0: two comes after one")
    root.locator('[data-cell="weights.2.1"]').hover()
    expect(root.locator(".sum")).to_contain_text(f"= {trace.weights[2, 1]:.3f};")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "8")
    for row, column in np.ndindex(trace.out.shape):
        expect(root.locator(f'[data-cell="out.{row}.{column}"]')).to_have_text(shown(trace.out[row, column], 2))
    expect(page).to_have_url(re.compile("step=8"))


def test_an_entry_is_typed_and_everything_after_it_follows(page: Page, home: str) -> None:
    root = opened(page, home, "hand", "text=one%20two&step=0")
    before = root.get_attribute("data-trace")
    root.locator('[data-cell="embedding.1.2"]').click()
    field = root.locator(".matrix input")
    field.fill("much")
    field.press("Enter")
    expect(root.locator(".sum")).to_contain_text("a number from −100 to 100 is allowed")
    for cell, value in (("embedding.1.2", "2,5"), ("to_query.0.0", "-1.25")):  # the second may interrupt the first
        root.locator(f'[data-cell="{cell}"]').click()
        field.fill(value)
        field.press("Enter")
    expect(page).to_have_url(re.compile(r"edits=x\.1\.2(=|%3D)2\.5(,|%2C)q\.0\.0(=|%3D)-1\.25"))
    expect(root).not_to_have_attribute("data-trace", before)
    expect(root.locator('[data-cell="to_query.0.0"].typed')).to_have_text("−1.25")
    trace = compute(AttentionHandSettings(text="one two", edits="x.1.2=2.5,q.0.0=-1.25"), None)
    page.keyboard.press("Escape")
    root.locator('[data-go="query"]').click()
    expect(root.locator('[data-cell="query.1.0"]')).to_have_text(shown(trace.query[1, 0], 2))


def test_the_stages_play_and_a_matrix_is_taken_away(page: Page, home: str) -> None:
    root = opened(page, home, "hand", "text=one%20two&step=6")
    root.get_by_label("Speed").select_option("8")
    root.locator('[data-action="play"]').click()
    expect(root).to_have_attribute("data-step", "8")
    expect(root).to_have_attribute("data-playing", "false")
    stored = np.load(io.BytesIO(download(page, "npz")))
    np.testing.assert_array_equal(stored["out"], compute(AttentionHandSettings(text="one two"), None).out)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_head_is_chosen_and_the_text_asks_without_the_server(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "heads", f"text={LINKED}&step=5&layer=2&head=1")
    trace = Engine(device="cpu").run(HeadsSettings(checkpoint=NAME, text=TEXT))
    expect(root).to_have_attribute("data-head", "2")
    on_stage(root)
    weights = trace.weights.astype(np.float32)
    most = int(weights[1, 0, 5].argmax())
    expect(root.locator(".readout")).to_contain_text(f"weight {weights[1, 0, 5, most]:.4f}")
    expect(root.locator(".readout")).to_contain_text(f"{trace.entropy[1, 0, 5]:.3f} nats")
    measured = root.locator(".measure:not(.words) span:nth-child(2)").all_text_contents()[:5]
    np.testing.assert_allclose([float(text) for text in measured], trace.measured[1, 0], atol=0.0006)
    root.locator('[data-head="1"]').click()
    expect(root).to_have_attribute("data-head", "1")
    root.locator('.text [data-t="9"]').click()
    expect(root).to_have_attribute("data-step", "9")
    expect(root.locator(".text .asks")).to_have_text(TEXT[8])
    expect(root.locator('.text [data-t="3"]')).to_have_attribute("title", f"e: {weights[0, 1, 9, 3]:.4f}")
    expect(root.locator(".next code").first).to_contain_text(f"{trace.probability[9, 0]:.2f}")
    expect(root.locator(".chain")).to_contain_text(f"2 × ({len(TEXT) + 1}, 4) → weights")
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-step", str(len(TEXT)))
    expect(page).to_have_url(re.compile(rf"step={len(TEXT)}&layer=1&head=2"))


def test_a_typed_text_is_read_and_what_is_unknown_is_named(page: Page, home: str) -> None:
    root = opened(page, home, "heads", "text=Ah&step=1")
    before = root.get_attribute("data-trace")
    page.get_by_label("Text", exact=True).fill("Oh 안녕 שלום 😀 no")
    page.keyboard.press("Control+Enter")
    expect(root).not_to_have_attribute("data-trace", before)
    expect(page.get_by_text("7 of 15 characters are not in the model's alphabet")).to_be_visible()
    expect(root).to_have_attribute("data-steps", "8")
    expect(page).to_have_url(re.compile("step=8"))  # it has played to its end, and nothing is under way
    picture = Image.open(io.BytesIO(download(page, "PNG")))
    assert min(picture.size) >= 16


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_positions_are_compared_with_the_chosen_one(new_page: Callable[..., Page], home: str, scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "position", "length=32&width=8&step=4")
    trace = Engine(device="cpu").run(EncodingSettings(checkpoint=NAME, length=32, width=8))
    expect(root).to_have_attribute("data-step", "4")
    on_stage(root)
    for cosine in (trace.sinusoidal_cosine[4, 5], trace.learned_cosine[4, 5]):
        expect(root).to_contain_text(shown(cosine, 3))
    root.get_by_role("img", name="sinusoidal positions").click(position={"x": 3, "y": 5})
    expect(root).to_have_attribute("data-step", "0")
    expect(root).to_contain_text("position 0, number 1 = sin(0 · 2π / 6.283): 0.0000")
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile("step=31"))


def test_shuffled_words_come_back_without_positions(page: Page, home: str) -> None:
    page.goto(f"{home}/attention-position?show=shuffle&text=the%20dog%20bit%20the%20man")
    line = page.get_by_text("Largest difference of an output")
    expect(line).to_contain_text(
        re.compile(r"back: (0|\d\.\de−1\d) without positions, \d\.\d{3} with them"), timeout=120_000
    )
    page.get_by_role("button", name="In order").click()
    expect(line).to_contain_text("back: 0 without positions, 0 with them")
    page.get_by_role("button", name="Shuffle", exact=True).click()
    expect(line).to_contain_text(re.compile(r"without positions, \d\.\d{3} with them"))
    expect(page).to_have_url(re.compile("order="))
