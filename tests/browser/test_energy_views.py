"""The energy views in a real browser, on a tiny model: the exact step of a link, the trace's numbers, edits by hand."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.traces import DenoiseSettings, EnergyChainSettings, compute, flipped, pack_greys, unpack_greys
from tests.browser.test_app import download
from tests.small_energy import NAME, SIDE, shelve_energy, small_energy

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEWS = ("energy-digits", "energy-ratios", "energy-anomaly", "energy-denoise")


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_energy(shelf)
    return serve(APP)


@pytest.fixture(scope="module")
def model() -> object:
    """The model of the shelf: its weights went through float16."""
    found = small_energy()
    for parameter in found.parameters():
        parameter.data = parameter.data.half().float()
    return found


def opened(page: Page, address: str) -> Locator:
    page.goto(address)
    root = page.locator(".pg-energy[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_chains_at_the_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, model: object, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    link = "chains=4&steps=30&kernel=mala&step_size=0.25&seed=5&step=12&focus=2"
    root = opened(page, f"{home}/energy-digits?{link}")
    expect(root).to_have_attribute("data-step", "12")
    expect(root).to_have_attribute("data-focus", "2")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    settings = EnergyChainSettings(checkpoint=NAME, chains=4, steps=30, kernel="mala", step_size=0.25, seed=5)
    trace = compute(settings, model)
    assert 0 < trace.accepted.sum() < trace.accepted.size
    shown = root.evaluate("root => Array.from(root.__energy.energies)")
    np.testing.assert_allclose(np.reshape(shown, trace.energies.shape), trace.energies, rtol=1e-4, atol=1e-3)
    expect(root.locator(".place")).to_have_text(f"E(x) = {trace.energies[2, 12]:.2f} nats".replace("-", "−"))
    mean = root.evaluate(f"root => Array.from({{length: {SIDE * SIDE}}}, (_, i) => root.__energy.meanValue(12, 2, i))")
    inside = (trace.pictures[12, 2] > -0.49) & (trace.pictures[12, 2] < 1.49)  # a byte of a picture ends there
    np.testing.assert_allclose(np.reshape(mean, (SIDE, SIDE))[inside], trace.denoised(12)[2][inside], atol=0.02)
    expect(root.locator("[data-verdict]").filter(has_text="log α").first).to_contain_text(
        "accepted" if trace.accepted[2, 11] else "rejected, the chain stays"
    )
    root.get_by_role("button", name="denoised").click()
    expect(root).to_contain_text("E of the denoised picture, nats")
    root.locator("canvas.cells").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"step=13&focus=2"))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("focus="))
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-step", "30")
    expect(root).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(r"step=30(&|$)"))
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        np.testing.assert_allclose(archive["energies"], trace.energies, rtol=1e-4, atol=1e-3)
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 10


def test_pointing_pins_a_chain_scrubbing_follows_and_a_resized_window_loses_nothing(page: Page, home: str) -> None:
    root = opened(page, f"{home}/energy-digits?chains=4&steps=40&step=40")
    grid = root.locator("canvas.cells").first
    side = grid.bounding_box()
    grid.click(position={"x": side["width"] * 0.75, "y": side["height"] * 0.25})
    expect(page).to_have_url(re.compile(r"focus=1(&|$)"))
    expect(root).to_contain_text("Chain 2")
    curve = root.locator("canvas.curve").first
    wide = curve.bounding_box()["width"]
    curve.click(position={"x": wide / 2, "y": 40})
    expect(page).to_have_url(re.compile(r"step=(19|20|21|22)&"))
    step = root.get_attribute("data-step")
    page.set_viewport_size({"width": 700, "height": 900})
    expect(root).to_have_attribute("data-wide", "false")
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(root).to_have_attribute("data-wide", "true")
    expect(root).to_have_attribute("data-step", step)
    expect(root).to_have_attribute("data-focus", "1")


def test_denoising_is_played_in_the_same_canvas(page: Page, home: str, model: object) -> None:
    root = opened(page, f"{home}/energy-denoise?steps=30&step=9&sigma=0.4")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    expect(page).to_have_url(re.compile("picture="))
    picture = re.search(r"picture=([\w-]+)", page.url)[1]
    trace = compute(DenoiseSettings(checkpoint=NAME, picture=picture, steps=30, sigma=0.4), model)
    rows = root.locator(".methods figure")
    expect(rows).to_have_count(6)
    for method in range(3):
        expect(rows.nth(2 + method)).to_contain_text(f"E = {trace.energies[method, 9]:.1f} nats".replace("-", "−"))
        expect(rows.nth(2 + method)).to_contain_text(f"RMSE {trace.rmse[method, 9]:.4f}")
    root.get_by_label("Step", exact=True).fill("30")
    expect(rows.nth(2)).to_contain_text(f"RMSE {trace.rmse[0, 30]:.4f}")
    rows.nth(3).locator("canvas").click()
    expect(page).to_have_url(re.compile(r"step=30&focus=1"))


def test_a_click_on_the_map_flips_that_pixel_and_a_stroke_changes_the_judgement(page: Page, home: str) -> None:
    page.goto(f"{home}/energy-ratios")
    expect(page.get_by_role("heading", level=3).last).to_be_visible(timeout=60_000)
    expect(page).to_have_url(re.compile("second="))
    before = unpack_greys(re.search(r"second=([\w-]+)", page.url)[1], (SIDE, SIDE))
    turned = flipped(before, 4 * SIDE + 2)
    for expected in (turned, flipped(turned, 4 * SIDE + 2)):  # and the same pixel back
        cells = page.locator(".js-plotly-plot .nsewdrag").first
        box = cells.bounding_box()
        cells.click(position={"x": box["width"] * 2.5 / SIDE, "y": box["height"] * 4.5 / SIDE})
        expect(page).to_have_url(re.compile(f"second={re.escape(pack_greys(expected))}(&|$)"))
    expect(page.get_by_text("Each change of x′ becomes a move here")).to_have_count(0)

    page.goto(f"{home}/energy-anomaly")
    expect(page.get_by_role("heading", level=3).last).to_be_visible(timeout=60_000)
    line = page.get_by_text(re.compile(r"E\(x\) = .* nats")).first
    words = line.inner_text()
    page.locator(".pg-pad canvas").focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_text(words, exact=True)).to_have_count(0)


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, home: str, view: str) -> None:
    nonsense = (
        "seed=abc&temperature=-1&step=99999&focus=x&checkpoint=nothing&picture=!!&first=%00&chains=1e9&kernel=?&steps=7"
    )
    page.goto(f"{home}/{view}?{nonsense}")
    expect(page.get_by_text(re.compile("^seed='abc' is not allowed"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
