"""The foundations in a real browser: what the canvases show is the trace's, and playing asks no server."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from playground.traces import DrawsSettings, GraphSettings, IndependentSettings, LikelihoodSettings, compute
from tests.small_latent import shelve_latent

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(page: Page, url: str, selector: str) -> Locator:
    page.goto(url)
    root = page.locator(selector)
    expect(root).to_be_visible(timeout=120_000)
    expect(root).to_have_attribute("data-scheme", re.compile("light|dark"), timeout=60_000)
    return root


def minus(text: str) -> str:
    return text.replace("-", "−")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_draws_fall_into_their_bins(new_page: Callable[..., Page], serve: Callable[..., str], scheme: str) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, f"{serve(APP)}/foundations-bernoulli?p=0.3&count=60&seed=5&step=20", ".pg-draws")
    expect(root).to_have_attribute("data-step", "20")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    trace = compute(DrawsSettings(p=0.3, count=60, seed=5), None)
    expect(root.locator(".told")).to_contain_text(f"u = {trace.uniforms[19]:.4f} falls on x = {trace.values[19]}")
    expect(root.locator(".told")).to_contain_text(minus(f"{trace.log_likelihood[20]:.3f}"))
    page.keyboard.press("ArrowRight")
    expect(root.locator(".told")).to_contain_text(f"u = {trace.uniforms[20]:.4f}")
    expect(page).to_have_url(re.compile("step=21"), timeout=30_000)
    page.keyboard.press("Home")
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", "60", timeout=60_000)
    expect(root.locator(".told")).to_contain_text(minus(f"{trace.best[60]:.3f}"))


def test_the_table_of_a_pixel_is_counted_before_the_eye(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/foundations-bernoulli?show=pixel&levels=256&step=255", ".pg-pixeltable")
    expect(root).to_have_attribute("data-total", f"{255 * 65536}")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-total", f"{256**3 - 1}")
    expect(root.locator(".independent b")).to_have_text("765")
    expect(root.locator(".chain .parts")).to_have_text("255 + 65,280 + 16,711,680")
    middle = "root => Array.from(root.querySelector('.cells').getContext('2d').getImageData(100, 200, 1, 1).data)"
    red, _, _, _ = root.evaluate(middle)
    assert red == 255


def test_states_double_with_every_pixel(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/foundations-binary?pixels=20&step=4", ".pg-statecount")
    expect(root).to_have_attribute("data-states", "16")
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-states", "32")
    page.keyboard.press("End")
    expect(root.locator(".joint b")).to_have_text("1,048,575")
    expect(root.locator(".alone b")).to_have_text("20")


def test_samples_of_a_world_and_of_independent_pixels_grow_together(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/foundations-binary?show=world&seed=3&step=2", ".pg-independent")
    trace = compute(IndependentSettings(seed=3), None)
    expect(root.locator(".told")).to_contain_text(f"u = {trace.uniforms[0, 2]:.3f}")
    expect(root.locator(".told")).to_contain_text(f"{trace.truth_p[0, 2]:.3f} in the world")
    expect(root.locator(".numbers")).to_contain_text(f"{trace.kl:.4f}")
    page.keyboard.press("End")
    wrong = int((~trace.possible(trace.samples)).sum())
    expect(root.locator(".told")).to_contain_text(f"{wrong} of 60 samples")


@pytest.mark.parametrize("way", ["click", "key"])
def test_an_arrow_is_taken_away_and_comes_back(page: Page, serve: Callable[..., str], way: str) -> None:
    root = opened(page, f"{serve(APP)}/foundations-graph?height=2&width=2", ".pg-arrows")
    expect(root).to_have_attribute("data-kept", "1" * 6)
    arrow = root.get_by_role("button", name="arrow from x1 to x2, kept")
    if way == "click":
        arrow.locator(".reach").click(force=True)
    else:
        arrow.focus()
        page.keyboard.press("Enter")
    expect(root).to_have_attribute("data-kept", "011111", timeout=30_000)
    expect(page).to_have_url(re.compile("arrows=011111"), timeout=30_000)
    trace = compute(GraphSettings(height=2, width=2, arrows="011111"), None)
    expect(root.locator(".numbers")).to_contain_text(f"{trace.parameters.sum()} of 15")
    expect(root.locator(".numbers")).to_contain_text(f"{trace.kl:.4f}")
    back = root.get_by_role("button", name="arrow from x1 to x2, missing")
    back.hover(force=True)
    expect(root.locator(".told")).to_contain_text(f"KL {trace.changed[1, 0]:.4f}")
    back.press("Enter")
    expect(root).to_have_attribute("data-kept", "1" * 6, timeout=30_000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_fit_shows_both_divergences_at_every_step(
    new_page: Callable[..., Page], serve: Callable[..., str], scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    query = "height=2&width=2&steps=100&count=20&seed=1"
    root = opened(page, f"{serve(APP)}/foundations-likelihood?{query}&step=100", ".pg-likelihood")
    trace = compute(LikelihoodSettings(height=2, width=2, steps=100, count=20, seed=1), None)
    expect(root.locator(".told")).to_contain_text(f"= KL(data ‖ q) {trace.forward[-1]:.4f} nats")
    expect(root).to_contain_text(f"KL(world ‖ q) {trace.test_kl[-1]:.4f}")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    root.locator("canvas.statebars").focus()
    page.keyboard.press("Home")
    expect(root.locator(".told")).to_contain_text(f"train {trace.train[0]:.4f}")
    expect(page).to_have_url(re.compile(r"step=0(&|$)"), timeout=30_000)


def test_korean_is_said_on_the_canvas_too(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, f"{serve(APP)}/foundations-graph?height=2&width=2&lang=ko", ".pg-arrows")
    expect(root.locator(".told")).to_contain_text("화살표를 클릭하면 없어집니다")
    expect(page.get_by_role("heading", name="없는 화살표")).to_be_visible()


def test_noise_is_more_surprising_than_digits(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(APP)}/foundations-uses?seed=1")
    expect(page.get_by_text("2 Score:")).to_be_visible(timeout=120_000)
    before = page.get_by_text(re.compile("−log p")).first.inner_text()
    page.get_by_role("button", name="Noise").click()
    expect(page.get_by_text(re.compile("−log p")).first).not_to_have_text(before, timeout=30_000)
    expect(page).to_have_url(re.compile("picture="))
