"""Many dimensions and β in a real browser, on tiny models: the exact value of a link, its numbers, keys, touch."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import BetaSettings, TraversalSettings, compute, dimension_figures, pack_greys
from tests.browser.test_app import download
from tests.small_latent import SIDE, WIDE, shelve_latent

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEWS = {"autoencoders-dimensions": ".pg-dims", "autoencoders-beta": ".pg-beta"}
FAST = "steps=60&latent=4"


@pytest.fixture(scope="module")
def home(serve: Callable[..., str], shelf: Path) -> str:
    """A server of its own, on a shelf of its own."""
    shelve_latent(shelf)
    return serve(APP)


def opened(page: Page, home: str, view: str, query: str) -> Locator:
    page.goto(f"{home}/{view}?{query}")
    root = page.locator(f"{VIEWS[view]}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible()  # the lesson, which comes last
    return root


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_opens_a_dimension_at_a_value_with_the_numbers_of_the_trace(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    query = "checkpoint=vae-mnist&seed=4&step=20&dimension=3"
    root = opened(page, home, "autoencoders-dimensions", query)
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    assert box["x"] + box["width"] <= 1280, box
    engine = Engine("cpu")
    trace = engine.run(TraversalSettings(checkpoint="vae-mnist", seed=4))
    codes = engine.codes("vae-mnist")
    worth = dimension_figures(codes.mean, codes.deviation)
    expect(root).to_have_attribute("data-dimension", "2")
    expect(root).to_have_attribute("data-column", "20")
    rank = int(np.flatnonzero(worth.order == 2)[0]) + 1
    expect(root.locator(".place")).to_have_text("Dimension 3")
    expect(root).to_contain_text(f"KL = {worth.kl[2]:.4f} nats, rank {rank} of {WIDE}")
    expect(root).to_contain_text(f"Var(μ) = {worth.activity[2]:.4f}")
    expect(root).to_contain_text(f"a pixel moves by {trace.reach[2]:.4f} on average")
    expect(root.locator(".count")).to_have_text("z = 2.00")
    shown = root.evaluate("root => Array.from(root.__dims.arrays.pictures)")
    found = np.reshape(shown, (WIDE, 25, SIDE, SIDE)) / 255
    np.testing.assert_allclose(found, trace.pictures.astype(np.float32), atol=0.004)
    with np.load(io.BytesIO(download(page, "npz"))) as archive:
        np.testing.assert_array_equal(archive["pictures"], trace.pictures)
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 10
    assert download(page, "CSV").decode().splitlines()[1].startswith(f"{worth.order[0] + 1},")


def test_tiles_follow_the_pointer_without_the_server_and_a_click_is_in_the_link(page: Page, home: str) -> None:
    root = opened(page, home, "autoencoders-dimensions", "checkpoint=vae-mnist&step=12&dimension=1")
    expect(page).to_have_url(re.compile(r"step=12&dimension=1"))
    heard: list[str] = []
    page.on("websocket", lambda ws: heard.append(ws.url))
    tile = root.evaluate("root => { const d = root.__dims; return [d.tilesLeft / d.ratio, d.tileSide / d.ratio]; }")
    order = root.evaluate("root => Array.from(root.__dims.arrays.order)")
    place = {"x": tile[0] + 4.5 * tile[1], "y": 4.5 * tile[1]}
    root.locator("canvas.map").hover(position=place)
    expect(root).to_have_attribute("data-dimension", str(order[4]))
    expect(root).to_have_attribute("data-column", "16")
    expect(root).to_contain_text("under the pointer")
    assert "step=12&dimension=1" in page.url
    page.get_by_role("heading", level=1).hover()
    expect(root).to_have_attribute("data-dimension", "0")
    expect(root).to_have_attribute("data-column", "12")
    root.locator("canvas.map").click(position=place)
    expect(page).to_have_url(re.compile(rf"step=16&dimension={order[4] + 1}(&|$)"))
    page.get_by_role("heading", level=1).hover()
    strip = root.locator("canvas.strip")
    strip.click(position={"x": strip.bounding_box()["width"] * 0.02, "y": 10})
    expect(page).to_have_url(re.compile(rf"step=0&dimension={order[4] + 1}(&|$)"))
    assert heard == []


def test_keys_walk_through_values_and_dimensions_and_going_on_starts_there(page: Page, home: str) -> None:
    root = opened(page, home, "autoencoders-dimensions", "checkpoint=vae-mnist&step=12&seed=4&dimension=1")
    order = root.evaluate("root => Array.from(root.__dims.arrays.order)")
    rank = order.index(0)
    page.keyboard.press("ArrowRight")
    expect(root).to_have_attribute("data-column", "13")
    step = 1 if rank < WIDE - 1 else -1
    page.keyboard.press("s" if step == 1 else "w")
    expect(root).to_have_attribute("data-dimension", str(order[rank + step]))
    expect(page).to_have_url(re.compile(rf"step=13&dimension={order[rank + step] + 1}(&|$)"))
    page.get_by_role("button", name="Go on from here").click()
    expect(page).to_have_url(re.compile(r"start=code"))
    expect(root.locator(".fact").last).to_contain_text(re.compile(r"the code itself: z\S+ = 0\.250"))
    expect(root).to_have_attribute("data-dimension", str(order[rank + step]))


def test_a_finger_moves_over_the_map(new_page: Callable[..., Page], home: str) -> None:
    page = new_page(has_touch=True, viewport={"width": 700, "height": 900})
    root = opened(page, home, "autoencoders-dimensions", "checkpoint=vae-mnist&step=12")
    expect(root).to_have_attribute("data-wide", "false")
    tile = root.evaluate("root => { const d = root.__dims; return [d.tilesLeft / d.ratio, d.tileSide / d.ratio]; }")
    order = root.evaluate("root => Array.from(root.__dims.arrays.order)")
    root.locator("canvas.map").tap(position={"x": tile[0] + 0.5 * tile[1], "y": 2.5 * tile[1]})
    expect(page).to_have_url(re.compile(rf"step=0&dimension={order[2] + 1}(&|$)"))


def test_an_empty_pad_is_refused_in_words_and_a_stroke_brings_the_stage(page: Page, home: str) -> None:
    empty = pack_greys(np.zeros((SIDE, SIDE), np.uint8))
    page.goto(f"{home}/autoencoders-dimensions?checkpoint=vae-mnist&start=drawing&picture={empty}")
    expect(page.get_by_text("picture is empty: draw a digit")).to_be_visible(timeout=60_000)
    page.locator(".pg-pad canvas").first.focus()
    for key in ("ArrowRight", "Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.locator(".pg-dims[data-first-paint]")).to_be_visible()
    expect(page.get_by_text("picture is empty")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_two_trainings_play_scrub_and_show_the_numbers_of_their_traces(
    new_page: Callable[..., Page], home: str, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    root = opened(page, home, "autoencoders-beta", f"{FAST}&beta=0.5&other=4&seed=3&frame=9")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    traces = [compute(BetaSettings(beta=beta, latent=4, steps=60, seed=3), None) for beta in (0.5, 4.0)]
    last = len(traces[0].kept) - 1
    expect(root).to_have_attribute("data-step", "9")
    for n, trace in enumerate(traces):
        side = root.locator("section").nth(n)
        expect(side.locator(".place")).to_have_text(f"β = {trace.beta:g}")
        numbers = [float(text) for text in side.locator(".number b").all_inner_texts()]
        wanted = [trace.negative_elbo[9], trace.reconstruction[9], trace.kl[9].sum()]
        np.testing.assert_allclose(numbers, wanted, atol=0.06)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"frame=10(&|$)"))
    page.keyboard.press(" ")
    expect(root).to_have_attribute("data-playing", "true")
    expect(root).to_have_attribute("data-step", str(last))
    expect(root).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(rf"frame={last}(&|$)"))
    curve = root.locator("canvas.curve").first
    curve.click(position={"x": curve.bounding_box()["width"] - 9, "y": 30})
    root.locator("canvas.bars").last.hover(position={"x": 20, "y": 50})
    expect(root.locator("section").last.locator(".readout")).to_contain_text("Var(μ)")
    with Image.open(io.BytesIO(download(page, "GIF"))) as picture:
        assert picture.n_frames > 10
    assert download(page, "CSV").count(b"\n") == 1 + 2 * (last + 1)


def test_another_beta_trains_at_once(page: Page, home: str) -> None:
    root = opened(page, home, "autoencoders-beta", f"{FAST}&frame=0")
    before = root.get_attribute("data-trace")
    page.get_by_role("slider", name=re.compile("^β")).first.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"beta=1\.1"))
    expect(root).not_to_have_attribute("data-trace", before)
    expect(root.locator(".place").first).to_have_text("β = 1.1")


@pytest.mark.parametrize("view", VIEWS)
def test_a_link_full_of_nonsense_opens_the_view(page: Page, home: str, view: str) -> None:
    nonsense = "seed=abc&beta=nan&other=99&latent=x&steps=-1&frame=999&start=code&z=1,nan&picture=!!&dimension=0&step=x"
    opened(page, home, view, nonsense)
    expect(page.get_by_text(re.compile(r"^seed=.* is not allowed")).first).to_be_visible()
    expect(page.get_by_text("Something went wrong")).to_have_count(0)
    assert "Traceback" not in page.content()
