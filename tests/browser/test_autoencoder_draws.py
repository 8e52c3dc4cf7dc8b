"""'Is it generative?' and 'Your own digit' in a real browser, on tiny models: exact steps, hands, keys, both themes."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.traces import OwnDigitSettings, PriorDrawsSettings, compute, pack_greys
from tests.browser.test_app import download
from tests.small_judge import shelve_judged
from tests.small_latent import SIDE, codes_for, small_models

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
OWN, DRAWS = "autoencoders-your-digit", "autoencoders-generative"
PICTURE = np.where(np.random.default_rng(2).random((SIDE, SIDE)) < 0.3, 255, 0).astype(np.uint8)
PACKED = pack_greys(PICTURE)


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_judged(shelf)
    return serve(APP)


@pytest.fixture(scope="module")
def models() -> dict:
    """The models of the shelf: their weights went through float16."""
    found = small_models()
    for model in found.values():
        for parameter in model.parameters():
            parameter.data = parameter.data.half().float()
    return found


def opened(page: Page, address: str, canvas: str) -> Locator:
    page.goto(address)
    root = page.locator(f".{canvas}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


def within(root: Locator) -> None:
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box


def minus(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_the_digit_at_the_step_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, models: dict, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, f"{home}/{OWN}?picture={PACKED}&seed=3&step=10&focus=2", "pg-owndigit")
    expect(root).to_have_attribute("data-step", "10")
    expect(root).to_have_attribute("data-focus", "2")
    within(root)
    trace = compute(OwnDigitSettings(checkpoint="vae-mnist-2d", picture=PACKED, seed=3), models["vae-mnist-2d"])
    expect(root.locator(".headline")).to_contain_text(f"log p(x) = {minus(trace.exact, 2)[:-1]}")
    shown = root.evaluate("r => [r.__owndigit.meta.exact, r.__owndigit.meta.elbo, r.__owndigit.meta.gap]")
    np.testing.assert_allclose(shown, [trace.exact, trace.elbo, trace.gap], atol=2e-3)
    iwae = root.evaluate("r => Array.from(r.__owndigit.iwae)")
    np.testing.assert_allclose(iwae, trace.iwae, atol=2e-3)
    expect(root).to_contain_text(f"bound of k = {trace.sizes[9]}")
    root.locator(".tiles canvas").nth(1).focus()
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "11")
    expect(page).to_have_url(re.compile(r"step=11&focus=2"))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("focus="))
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(rf"step={len(trace.sizes)}(&|$)"))
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        np.testing.assert_allclose(archive["z"], trace.z, atol=1e-4)
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 5


def test_pointing_at_a_reconstruction_shows_what_each_pixel_costs(page: Page, home: str, models: dict) -> None:
    root = opened(page, f"{home}/{OWN}?picture={PACKED}&step=24", "pg-owndigit")
    trace = compute(OwnDigitSettings(checkpoint="vae-mnist-2d", picture=PACKED), models["vae-mnist-2d"])
    tile = root.locator("figure[data-tile='1'] canvas")
    side = tile.bounding_box()["width"]
    tile.hover(position={"x": (4.5 / SIDE) * side, "y": (7.5 / SIDE) * side})
    cost = float(trace.log_pixel[1, 7, 4])
    words = root.locator(".readout")
    expect(words).to_contain_text("row 8, column 5")
    found = float(re.search(r"log p\(x_i\|z\) = (.\d*\.\d+|\d+\.\d+) nats", words.inner_text())[1].replace("−", "-"))
    assert found == pytest.approx(cost, abs=2e-3)
    tile.click()
    expect(page).to_have_url(re.compile(r"focus=1(&|$)"))
    root.get_by_role("button", name="whole plane").click()
    plane = root.locator(".pg-plane")
    expect(plane).to_have_attribute("data-view", re.compile(r",1\.0000$"))
    root.get_by_role("button", name="near x").click()
    expect(plane).not_to_have_attribute("data-view", re.compile(r",1\.0000$"))
    box = plane.bounding_box()
    plane.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(words).to_contain_text("log q(z|x) =")


def test_drawing_encodes_anew_and_an_empty_pad_is_refused_in_words(page: Page, home: str) -> None:
    root = opened(page, f"{home}/{OWN}?picture={PACKED}&step=5", "pg-owndigit")
    before = root.get_attribute("data-trace")
    pad = page.locator(".pg-pad canvas")
    pad.focus()
    for key in ("ArrowRight", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(root).not_to_have_attribute("data-trace", before)
    after = root.get_attribute("data-trace")
    page.locator(".pg-pad").get_by_role("button", name=re.compile("^Clear")).click()
    expect(page.get_by_text("The pad is empty")).to_be_visible()
    expect(root).to_have_attribute("data-trace", after)


def test_many_dimensions_are_bars_and_a_narrow_window_loses_nothing(page: Page, home: str) -> None:
    root = opened(page, f"{home}/{OWN}?picture={PACKED}&checkpoint=vae-mnist&step=9", "pg-owndigit")
    expect(root).to_have_attribute("data-latent", "6")
    expect(root.locator(".headline")).to_contain_text("log p(x) ≥")
    bars = root.get_by_label("Mean and deviation of each dimension")
    box = bars.bounding_box()
    bars.hover(position={"x": box["width"] - 12, "y": box["height"] / 3})
    expect(root.locator(".readout")).to_contain_text("z6: μ =")
    page.set_viewport_size({"width": 700, "height": 900})
    expect(root).to_have_attribute("data-wide", "false")
    page.set_viewport_size({"width": 1280, "height": 720})
    expect(root).to_have_attribute("data-wide", "true")
    expect(root).to_have_attribute("data-step", "9")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_draws_fall_one_after_the_other_with_the_numbers_of_the_traces(
    new_page: Callable[..., Page], home: str, models: dict, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, f"{home}/{DRAWS}?draws=20&seed=5&step=12", "pg-priordraws")
    expect(root).to_have_attribute("data-step", "12")
    within(root)
    names = ("autoencoder-mnist-2d", "vae-mnist-2d")
    for place, name in enumerate(names):
        known = codes_for(models[name])
        trace = compute(PriorDrawsSettings(checkpoint=name, draws=20, seed=5), (models[name], known))
        side = root.locator(f"[data-side='{place}']")
        z = side.locator(".facts div").first
        expect(z).to_have_text(f"z = ({minus(trace.z[11, 0], 2)}, {minus(trace.z[11, 1], 2)})")
        shown = root.evaluate(f"r => Array.from(r.__priordraws.sides[{place}].of_distance)")
        np.testing.assert_allclose(shown, trace.distance, rtol=0.02, atol=0.02)
        expect(side.locator(".shares")).to_contain_text("of codes missed")
        expect(side.locator(".shares")).to_contain_text("median −log p")
    expect(root).to_contain_text("the same z")
    root.locator("canvas.tiles").first.focus()
    root.get_by_role("button", name="drawn pixels").click()
    expect(root).to_have_attribute("data-drawn", "true")
    expect(page).to_have_url(re.compile(r"pixels=1"))
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-step", "13")
    expect(page).to_have_url(re.compile(r"step=13"))
    page.keyboard.press("End")
    expect(page).to_have_url(re.compile(r"step=20"))
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        assert archive["z"].shape == (20, 2)
    with Image.open(io.BytesIO(download(page, "PNG"))) as picture:
        assert picture.width > 300


def test_a_fresh_link_plays_and_a_fitted_density_takes_the_prior_s_place(page: Page, home: str) -> None:
    root = opened(page, f"{home}/{DRAWS}?draws=6", "pg-priordraws")
    expect(root).to_have_attribute("data-step", "6")
    expect(page).to_have_url(re.compile(r"step=6(&|$)"))
    before = root.get_attribute("data-trace")
    page.get_by_role("combobox").first.click()
    page.get_by_role("option", name="one Gaussian, fitted").click()
    expect(root).not_to_have_attribute("data-trace", before)
    expect(root.locator("[data-side='0']")).to_contain_text("z from one Gaussian fitted to its codes")
    expect(page).to_have_url(re.compile("source=gaussian"))


def test_fingers_point_at_draws_and_at_reconstructions(new_page: Callable[..., Page], home: str) -> None:
    page = new_page(has_touch=True, viewport={"width": 820, "height": 1180})
    root = opened(page, f"{home}/{DRAWS}?draws=10&step=10", "pg-priordraws")
    sheet = root.locator("canvas.tiles").first
    sheet.tap(position={"x": 20, "y": 10})
    expect(root).to_have_attribute("data-step", "1")
    own = opened(page, f"{home}/{OWN}?picture={PACKED}&step=5", "pg-owndigit")
    own.locator("figure[data-tile='0'] canvas").tap()
    expect(page).to_have_url(re.compile(r"focus=0(&|$)"))


@pytest.mark.parametrize("view", [OWN, DRAWS])
def test_a_link_full_of_nonsense_opens_the_view(page: Page, home: str, view: str) -> None:
    nonsense = "seed=abc&step=99999&focus=x&checkpoint=nothing&picture=!!&draws=1e9&source=?&vae=%00&judge=[x](y)"
    page.goto(f"{home}/{view}?{nonsense}")
    expect(page.get_by_text(re.compile("^seed='abc' is not allowed"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
